// Which metrics there are: namespace, then name, then dimensions; each is added to the graph by a click.
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { useUrlState } from '../../app/router';
import { loadMetrics } from './load';
import { dimensionsText, kChosenMost, metricKey, usualStatistic, type Chosen, type Metric } from './query';

interface ChoiceProps {
  label: string;
  any: string;
  value: string;
  values: string[];
  change: (value: string | undefined) => void;
}

function Choice({ label, any, value, values, change }: ChoiceProps) {
  const options = [...new Set(value === '' ? values : [...values, value])].sort().map((each) => ({ value: each, label: each }));
  return (
    <FormField label={label}>
      <Select
        selectedOption={value === '' ? { value: '', label: any } : { value, label: value }}
        options={[{ value: '', label: any }, ...options]}
        filteringType={options.length > 10 ? 'auto' : 'none'}
        filteringAriaLabel={`Find: ${label}`}
        expandToViewport
        onChange={({ detail }) => change(detail.selectedOption.value || undefined)}
      />
    </FormField>
  );
}

interface Props {
  chosen: Chosen[];
  change: (chosen: Chosen[]) => void;
}

function columnsFor({ chosen, change }: Props): Column<Metric>[] {
  const graphed = new Set(chosen.map(metricKey));
  return [
    { id: 'name', header: 'Metric', value: ({ MetricName }) => MetricName, minWidth: 200 },
    {
      id: 'dimensions',
      header: 'Dimensions',
      value: dimensionsText,
      cell: (metric) => <span className="wrap-anywhere">{dimensionsText(metric) || '–'}</span>,
      minWidth: 200,
    },
    { id: 'namespace', header: 'Namespace', value: ({ Namespace }) => Namespace },
    {
      id: 'add',
      header: 'Graph',
      value: () => '',
      unsorted: true,
      cell: (metric) => {
        const key = metricKey(metric);
        const there = graphed.has(key);
        return (
          <Button
            variant="inline-link"
            disabled={!there && chosen.length >= kChosenMost}
            ariaLabel={`${there ? 'Remove' : 'Add'} ${metric.MetricName} ${dimensionsText(metric)}`}
            onClick={() =>
              change(
                there
                  ? chosen.filter((one) => metricKey(one) !== key)
                  : [...chosen, { ...metric, stat: usualStatistic(metric.MetricName) }],
              )
            }
          >
            {there ? 'Remove' : 'Add'}
          </Button>
        );
      },
    },
  ];
}

export function Browse({ chosen, change }: Props) {
  const [namespace, setNamespace] = useUrlState('namespace');
  const [name, setName] = useUrlState('name');
  const everything = useLive(useCallback((signal: AbortSignal) => loadMetrics(undefined, signal), []));
  const inside = useLive(useCallback((signal: AbortSignal) => loadMetrics(namespace || undefined, signal), [namespace]));
  const metrics = useMemo(() => inside.data?.items ?? [], [inside.data]);
  const shown = useMemo(() => metrics.filter(({ MetricName }) => name === '' || MetricName === name), [metrics, name]);
  const reload = () => {
    everything.reload();
    inside.reload();
  };

  return (
    <SpaceBetween size="m">
      <ErrorNotice error={inside.error ?? everything.error} what="Listing the metrics" retry={reload} />
      <DataTable
        title="All metrics"
        items={shown}
        columns={columnsFor({ chosen, change })}
        keyOf={metricKey}
        loading={inside.loading}
        wrap
        rowTestId="metric-row"
        pageSize={25}
        description={inside.data?.complete === false ? 'Only the first 10,000: choose a namespace.' : undefined}
        actions={<Button iconName="refresh" ariaLabel="List the metrics again" onClick={reload} />}
        filter={
          <div className="filters">
            <Choice
              label="Namespace"
              any="Any namespace"
              value={namespace}
              values={(everything.data?.items ?? []).map(({ Namespace }) => Namespace)}
              change={(next) => {
                setNamespace(next);
                setName(undefined);
              }}
            />
            <Choice
              label="Metric"
              any="Any metric"
              value={name}
              values={metrics.map(({ MetricName }) => MetricName)}
              change={setName}
            />
          </div>
        }
        empty="There is no metric."
        emptyHint="Streams, delivery streams, functions and collections write some when they are used."
      />
    </SpaceBetween>
  );
}
