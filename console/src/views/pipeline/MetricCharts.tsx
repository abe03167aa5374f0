// Curves of one thing over a span of time that the reader chooses, drawn under each other, and kept fresh.
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { useUrlState } from '../../app/router';
import { Loading } from '../../app/States';
import { TimeChart } from '../../charts/TimeChart';
import { evenly, readMetrics, spanUntil, timesOf, type Curves, type Span, type Stat } from './metrics';

export interface Line {
  label: string;
  namespace: string;
  metric: string;
  stat: Stat;
  perSecond?: boolean;
  scale?: number;
}

export interface Chart {
  title: string;
  unit: string;
  gap: number | null; // what stands where nothing was measured
  lines: Line[];
}

// Whole seconds while they are few; never more points than pixels.
const kSpans = [
  { id: '5m', text: '5 minutes', seconds: 300, period: 1 },
  { id: '15m', text: '15 minutes', seconds: 900, period: 5 },
  { id: '1h', text: '1 hour', seconds: 3600, period: 10 },
  { id: '3h', text: '3 hours', seconds: 10_800, period: 30 },
];

const keyOf = ({ namespace, metric, stat }: Line) => `${namespace} ${metric} ${stat}`;

function ChartBox({ chart, curves, span, times }: { chart: Chart; curves: Curves; span: Span; times: number[] }) {
  const series = useMemo(
    () =>
      chart.lines.map((line) => {
        const scale = (line.scale ?? 1) / (line.perSecond ? span.period : 1);
        return { label: line.label, values: evenly(curves.get(keyOf(line)), span, chart.gap, scale) };
      }),
    [chart, curves, span],
  );
  const most = series.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    return `${label}: ${known.length === 0 ? 'nothing measured' : `at most ${Math.max(...known).toFixed(1)} ${chart.unit}`}`;
  });
  return (
    <Container header={<Header variant="h2">{chart.title}</Header>}>
      <TimeChart times={times} series={series} unit={chart.unit} height={160} description={most.join('; ')} />
    </Container>
  );
}

interface Props {
  dimensions: Record<string, string>; // must be stable, as must the charts
  charts: Chart[];
}

export function MetricCharts({ dimensions, charts }: Props) {
  const [chosen, choose] = useUrlState('span', '15m');
  const { seconds, period, text } = kSpans.find(({ id }) => id === chosen) ?? kSpans[1]!;
  const load = useCallback(
    async (signal: AbortSignal) => {
      const span = spanUntil(Date.now() / 1000, seconds, period);
      const wanted = charts.flatMap(({ lines }) => lines).map((line) => ({ ...line, key: keyOf(line), dimensions }));
      return { span, times: timesOf(span), curves: await readMetrics(wanted, span, signal) };
    },
    [dimensions, charts, seconds, period],
  );
  const live = useLive(load, 5000);
  return (
    <SpaceBetween size="m">
      <SegmentedControl
        label="How far back"
        selectedId={chosen}
        options={kSpans.map(({ id, text: words }) => ({ id, text: words }))}
        onChange={({ detail }) => choose(detail.selectedId)}
      />
      {live.error !== undefined && <ErrorNotice error={live.error} what="Metrics" />}
      {live.data === undefined && live.error === undefined && <Loading what={`the last ${text}`} />}
      {live.data && charts.map((chart) => <ChartBox key={chart.title} chart={chart} {...live.data!} />)}
    </SpaceBetween>
  );
}
