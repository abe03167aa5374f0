// What was chosen, drawn and as numbers.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { timeText } from '../../app/format';
import { Empty, Loading } from '../../app/States';
import { TimeChart } from '../../charts/TimeChart';
import { boundsOf, type Range } from '../discover/time';
import { loadData } from './load';
import {
  dimensionsText,
  frameOf,
  gridOf,
  labels,
  metricKey,
  periodText,
  statistics,
  valueText,
  type Chosen,
  type Frame,
  type Grid,
} from './query';

const kFreshMs = 5000;
const kAll: Range = { kind: 'last', amount: 30, unit: 'd' }; // of a metric, "all" is what can be drawn

interface Props {
  chosen: Chosen[];
  change: (chosen: Chosen[]) => void;
  range: Range;
  period?: number;
  brush: (fromMs: number, toMs: number) => void;
}

interface Drawn {
  frame: Frame;
  grid: Grid;
}

interface Moment {
  time: number;
  values: (number | null)[];
}

function momentColumns(names: string[]): Column<Moment>[] {
  return [
    { id: 'time', header: 'Time', value: ({ time }) => time, cell: ({ time }) => <span className="nowrap">{timeText(time)}</span> },
    ...names.map(
      (name, index): Column<Moment> => ({
        id: `m${index}`,
        header: name,
        value: ({ values }) => values[index] ?? Number.NEGATIVE_INFINITY,
        cell: ({ values }) => valueText(values[index]),
        number: true,
      }),
    ),
  ];
}

function Numbers({ names, grid }: { names: string[]; grid: Grid }) {
  const rows = useMemo<Moment[]>(
    () =>
      grid.times
        .map((time, index) => ({ time, values: grid.values.map((list) => list[index] ?? null) }))
        .filter(({ values }) => values.some((value) => value !== null))
        .toReversed(),
    [grid],
  );
  return (
    <DataTable
      title="Values"
      items={rows}
      columns={momentColumns(names)}
      keyOf={({ time }) => String(time)}
      filter={false}
      pageSize={25}
      rowTestId="metric-value"
      empty="No value in this stretch of time."
    />
  );
}

interface Line {
  one: Chosen;
  index: number;
  label: string;
  last?: number | null;
}

function lineColumns(chosen: Chosen[], change: Props['change']): Column<Line>[] {
  return [
    { id: 'label', header: 'Line', value: ({ label }) => label, minWidth: 140 },
    {
      id: 'metric',
      header: 'Metric',
      value: ({ one }) => `${one.Namespace} ${one.MetricName}`,
      cell: ({ one }) => (
        <span className="wrap-anywhere" title={dimensionsText(one)}>
          {one.MetricName} <span className="quiet">{one.Namespace}</span>
        </span>
      ),
      minWidth: 180,
    },
    {
      id: 'stat',
      header: 'Statistic',
      value: ({ one }) => one.stat,
      cell: ({ one, index, label }) => (
        <Select
          ariaLabel={`Statistic of ${label}`}
          selectedOption={{ value: one.stat, label: one.stat }}
          options={statistics.map((value) => ({ value, label: value }))}
          expandToViewport
          onChange={({ detail }) =>
            change(chosen.map((each, at) => (at === index ? { ...each, stat: detail.selectedOption.value ?? each.stat } : each)))
          }
        />
      ),
      minWidth: 150,
    },
    { id: 'last', header: 'Last value', value: ({ last }) => last ?? 0, cell: ({ last }) => valueText(last), number: true },
    {
      id: 'remove',
      header: 'Graph',
      value: () => '',
      unsorted: true,
      cell: ({ index, label }) => (
        <Button
          variant="inline-link"
          ariaLabel={`Remove ${label} from the graph`}
          onClick={() => change(chosen.filter((_, at) => at !== index))}
        >
          Remove
        </Button>
      ),
    },
  ];
}

function Legend({ chosen, names, grid, change }: { chosen: Chosen[]; names: string[]; grid?: Grid } & Pick<Props, 'change'>) {
  const rows = chosen.map((one, index): Line => ({
    one,
    index,
    label: names[index] ?? '',
    last: grid?.values[index]?.findLast((value) => value !== null),
  }));
  return (
    <DataTable
      title="Graphed metrics"
      items={rows}
      columns={lineColumns(chosen, change)}
      keyOf={({ one, index }) => `${index} ${metricKey(one)}`}
      filter={false}
      wrap
      empty="Nothing is graphed."
    />
  );
}

export function Graph({ chosen, change, range, period, brush }: Props) {
  const load = useCallback(
    async (signal: AbortSignal): Promise<Drawn> => {
      const now = Date.now();
      const bounds = boundsOf(range, now) ?? boundsOf(kAll, now) ?? { from: now - 3_600_000, to: now };
      const namespaces = chosen.map(({ Namespace }) => Namespace);
      const frame = frameOf(bounds.from, bounds.to, period, namespaces);
      return { frame, grid: gridOf(chosen.length, await loadData(chosen, frame, signal), frame) };
    },
    [chosen, range, period],
  );
  const { data, error, reload } = useLive(load, range.kind === 'between' ? 0 : kFreshMs);
  const names = useMemo(() => labels(chosen), [chosen]);
  const series = useMemo(
    () => names.map((label, index) => ({ label, values: data?.grid.values[index] ?? [] })),
    [names, data],
  );
  const nothing = data?.grid.values.every((list) => list.every((value) => value === null));

  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header variant="h2" description={data && `One point for each ${periodText(data.frame.period).replace(/^1 /, '')}`}>
            Graph
          </Header>
        }
      >
        <div style={{ minHeight: 320 }}>
          <ErrorNotice error={error} what="Loading the values" retry={reload} />
          {data === undefined && error === undefined && <Loading what="the values" />}
          {nothing && <Empty title="No value in this stretch of time." hint="Choose a longer one, or a longer period." />}
          {data && !nothing && (
            <TimeChart
              times={data.grid.times}
              series={series}
              height={300}
              description={`${names.join(', ')} over time; the numbers are in the table of values.`}
              onBrush={(from, to) => brush(from * 1000, to * 1000)}
            />
          )}
        </div>
      </Container>
      <Legend chosen={chosen} names={names} grid={data?.grid} change={change} />
      {data && <Numbers names={names} grid={data.grid} />}
    </SpaceBetween>
  );
}
