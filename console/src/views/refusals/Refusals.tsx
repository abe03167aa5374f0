// Why was this refused: the last refusals, the newest first, while they happen.
import Badge from '@cloudscape-design/components/badge';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import { useMemo } from 'react';

import { refusals as load, type Refusal } from '../../api/client';
import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { href, useUrlState } from '../../app/router';
import { explain, layers, shortPrincipal, shortReason, shortResource, titles, withKeys } from './explain';
import { RefusalDetail } from './RefusalDetail';

type Row = Refusal & { key: string };

const kEveryMs = 3000;
const kMost = 500; // what the server remembers of one account
const loadAll = (signal: AbortSignal) => load(kMost, signal);

interface FilterProps {
  label: string;
  any: string;
  value: string;
  change: (value: string | undefined) => void;
  values: string[];
  words?: (value: string) => string;
}

function Filter({ label, any, value, change, values, words = (text) => text }: FilterProps) {
  const options = [...new Set(value === '' ? values : [...values, value])].map((each) => ({ value: each, label: words(each) }));
  return (
    <FormField label={label}>
      <Select
        selectedOption={value === '' ? { value: '', label: any } : { value, label: words(value) }}
        options={[{ value: '', label: any }, ...options]}
        filteringType={options.length > 10 ? 'auto' : 'none'}
        filteringAriaLabel={`Find: ${label}`}
        expandToViewport
        onChange={({ detail }) => change(detail.selectedOption.value || undefined)}
      />
    </FormField>
  );
}

function columnsFor(filters: Record<string, string>, narrow: boolean): Column<Row>[] {
  const columns: Column<Row>[] = [
    {
      id: 'time',
      header: 'Time',
      value: (row) => row.time,
      cell: (row) => (
        <Link href={href('refusals', { ...filters, refusal: row.key })}>
          <span className="nowrap">{narrow ? timeText(row.time).slice(11) : timeText(row.time)}</span>
        </Link>
      ),
    },
    {
      id: 'who',
      header: 'Who',
      value: (row) => row.principal,
      cell: (row) => <span className="wrap-anywhere">{shortPrincipal(row.principal)}</span>,
      minWidth: 110,
    },
    {
      id: 'what',
      header: 'What',
      value: (row) => `${row.action || row.service} ${row.resource}`,
      cell: (row) => (
        <span className="wrap-anywhere">
          {row.action || row.service}
          {row.resource !== '' && <span className="quiet"> on {shortResource(row.resource)}</span>}
        </span>
      ),
      minWidth: 200,
    },
    {
      id: 'by',
      header: 'Decided by',
      value: (row) => titles[row.decidedBy],
      cell: (row) => <Badge><span className="nowrap">{titles[row.decidedBy]}</span></Badge>,
    },
  ];
  if (!narrow) {
    columns.push({
      id: 'reason',
      header: 'Reason',
      value: (row) => row.reason,
      cell: (row) => <span className="wrap-anywhere">{shortReason(row.reason) || explain(row).change}</span>,
      minWidth: 260,
    });
  }
  return columns;
}

const distinct = (rows: Row[], of: (row: Row) => string) => [...new Set(rows.map(of))].filter(Boolean).sort();

export default function Refusals() {
  const { data, error, loading, reload } = useLive(loadAll, kEveryMs);
  const [principal, setPrincipal] = useUrlState('principal');
  const [service, setService] = useUrlState('service');
  const [layer, setLayer] = useUrlState('layer');
  const [chosen, choose] = useUrlState('refusal');

  const all = useMemo(() => withKeys(data?.refusals ?? []), [data]);
  const rows = useMemo(
    () =>
      all.filter(
        (row) =>
          (principal === '' || row.principal === principal) &&
          (service === '' || row.service === service) &&
          (layer === '' || row.decidedBy === layer),
      ),
    [all, principal, service, layer],
  );
  const refusal = all.find((row) => row.key === chosen);
  const columns = columnsFor({ principal, service, layer }, refusal !== undefined || window.innerWidth < 800);
  const filtered = principal !== '' || service !== '' || layer !== '';
  const clear = () => {
    setPrincipal(undefined);
    setService(undefined);
    setLayer(undefined);
  };

  return (
    <div className="beside">
      <DataTable
        title="Refusals"
        level="h1"
        items={rows}
        columns={columns}
        keyOf={(row) => row.key}
        loading={loading}
        error={error}
        retry={reload}
        wrap
        rowTestId="refusal-row"
        selectedKey={chosen}
        description={data && scope(data.everybody, all.length)}
        empty={filtered ? 'No refusal matches.' : 'Nothing was refused.'}
        emptyHint={
          filtered ? <Button onClick={clear}>Clear the filters</Button> : 'What is refused from now on appears here within seconds.'
        }
        filter={
          <div className="filters">
            <Filter
              label="Principal"
              any="Any principal"
              value={principal}
              change={setPrincipal}
              values={distinct(all, (row) => row.principal)}
              words={shortPrincipal}
            />
            <Filter
              label="Service"
              any="Any service"
              value={service}
              change={setService}
              values={distinct(all, (row) => row.service)}
            />
            <Filter
              label="Decided by"
              any="Any layer"
              value={layer}
              change={setLayer}
              values={layers}
              words={(each) => titles[each as Refusal['decidedBy']] ?? each}
            />
          </div>
        }
      />
      {refusal && (
        <aside aria-label="The chosen refusal">
          <RefusalDetail refusal={refusal} close={() => choose(undefined)} />
        </aside>
      )}
    </div>
  );
}

function scope(everybody: boolean, count: number): string {
  const whose = everybody
    ? 'Everybody’s refusals in this account.'
    : 'Only your own refusals: those of others are for who may do cloudtrail:LookupEvents.';
  return count === kMost ? `${whose} The last ${kMost}.` : whose;
}
