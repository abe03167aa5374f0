// A look into a shard: its records, from where one wants to begin, decoded.
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useCallback, useEffect, useState } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { ErrorNotice } from '../../app/ErrorNotice';
import { timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { useUrlState } from '../../app/router';
import { Loading } from '../../app/States';
import { durationText } from '../pipeline/words';
import { iteratorFor, iteratorInput, readFrom, type ShownRecord, type Start } from './reading';
import { isOpen, listShards } from './shards';

const kReadAtOnce = 100;
const kKept = 1000; // the newest: a look, not a copy
const kFollowEveryMs = 1000; // GetRecords is allowed five times a second and shard, to all readers together

const kStarts: { value: Start; label: string; from?: string; hint?: string }[] = [
  { value: 'TRIM_HORIZON', label: 'The oldest record' },
  { value: 'LATEST', label: 'Now: only new records' },
  { value: 'AT_TIMESTAMP', label: 'A time', from: 'Time', hint: '2026-11-27 17:00:00' },
  { value: 'AT_SEQUENCE_NUMBER', label: 'A sequence number', from: 'Sequence number' },
  { value: 'AFTER_SEQUENCE_NUMBER', label: 'After a sequence number', from: 'Sequence number' },
];

function columnsOf(look: (record: ShownRecord) => void): Column<ShownRecord>[] {
  return [
    {
      id: 'arrived', header: 'Arrived', minWidth: 180, value: ({ ApproximateArrivalTimestamp: time }) => time,
      cell: (record) => (
        <Link onFollow={() => look(record)} ariaLabel={`${timeText(record.ApproximateArrivalTimestamp)}, record ${record.SequenceNumber}`}>
          <span className="nowrap">{timeText(record.ApproximateArrivalTimestamp)}</span>
        </Link>
      ),
    },
    {
      id: 'key', header: 'Partition key', minWidth: 120, value: ({ PartitionKey }) => PartitionKey,
      cell: ({ PartitionKey }) => <span className="wrap-anywhere">{PartitionKey}</span>,
    },
    {
      id: 'data', header: 'Data', minWidth: 260, value: ({ decoded }) => decoded.text,
      cell: ({ decoded }) => <code className="record">{decoded.text.replace(/\s+/g, ' ').slice(0, 160)}</code>,
    },
    {
      id: 'sequence', header: 'Sequence number', minWidth: 200, value: ({ SequenceNumber }) => SequenceNumber,
      cell: ({ SequenceNumber }) => <span className="wrap-anywhere">{SequenceNumber}</span>,
    },
  ];
}

function useReading() {
  const [records, setRecords] = useState<ShownRecord[]>([]);
  const [next, setNext] = useState<string>();
  const [state, setState] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const take = useCallback(async (iterator: string, before: (old: ShownRecord[]) => ShownRecord[]) => {
    const answer = await readFrom(iterator, kReadAtOnce);
    setRecords((old) => [...before(old), ...answer.records].slice(-kKept));
    setNext(answer.next);
    const behind = answer.behindMs > 0 ? `${durationText(answer.behindMs)} behind latest` : 'the latest record';
    setState(answer.next === undefined ? 'The shard is closed and read to its end.' : `Read up to ${behind}.`);
  }, []);

  const guarded = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    await work().catch(setError);
    setBusy(false);
  }, []);

  const begin = (input: () => object) =>
    guarded(async () => take(await iteratorFor(input()), () => []));
  const readOn = useCallback(
    () => guarded(async () => (next === undefined ? undefined : take(next, (old) => old))),
    [guarded, next, take],
  );
  return { records, next, state, error, busy, begin, readOn };
}

function Looked({ record, close }: { record: ShownRecord; close: () => void }) {
  return (
    <aside aria-label="Record">
      <SpaceBetween size="s">
        <Header variant="h3" actions={<Button variant="icon" iconName="close" ariaLabel="Close the record" onClick={close} />}>
          {timeText(record.ApproximateArrivalTimestamp)}
        </Header>
        <JsonText value={record.decoded.text} label={`data of record ${record.SequenceNumber}`} />
        <span className="quiet wrap-anywhere">
          Key {record.PartitionKey}, sequence number {record.SequenceNumber}
        </span>
      </SpaceBetween>
    </aside>
  );
}

function Reader({ name, shards }: { name: string; shards: { id: string; open: boolean }[] }) {
  const [shard, setShard] = useUrlState('shard', shards[0]?.id ?? '');
  const [start, setStart] = useUrlState('from', 'TRIM_HORIZON');
  const [at, setAt] = useUrlState('at');
  const [follow, setFollow] = useState(false);
  const [looked, look] = useState<ShownRecord>();
  const reading = useReading();
  const { next, busy, error, readOn } = reading;
  const chosen = kStarts.find(({ value }) => value === start) ?? kStarts[0]!;
  const options = shards.map(({ id, open }) => ({ value: id, label: id, description: open ? undefined : 'closed' }));

  useEffect(() => {
    if (!follow || next === undefined || busy || error !== undefined) return undefined;
    const timer = window.setTimeout(() => !document.hidden && void readOn(), kFollowEveryMs);
    return () => window.clearTimeout(timer);
  }, [follow, next, busy, error, readOn]);

  return (
    <SpaceBetween size="m">
      <div className="filters">
        <FormField label="Shard">
          <Select
            options={options}
            selectedOption={options.find(({ value }) => value === shard) ?? null}
            onChange={({ detail }) => setShard(detail.selectedOption.value)}
            virtualScroll={options.length > 100}
            filteringType={options.length > 10 ? 'auto' : 'none'}
          />
        </FormField>
        <FormField label="Begin at">
          <Select
            options={kStarts}
            selectedOption={chosen}
            onChange={({ detail }) => setStart(detail.selectedOption.value)}
          />
        </FormField>
        {chosen.from && (
          <FormField label={chosen.from}>
            <Input value={at} onChange={({ detail }) => setAt(detail.value)} placeholder={chosen.hint} spellcheck={false} />
          </FormField>
        )}
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Button
            variant="primary"
            loading={busy && next === undefined}
            disabled={shard === ''}
            onClick={() => void reading.begin(() => iteratorInput(name, shard, chosen.value, at))}
          >
            Read
          </Button>
          <Toggle checked={follow} disabled={next === undefined} onChange={({ detail }) => setFollow(detail.checked)}>
            Follow
          </Toggle>
        </SpaceBetween>
      </div>
      {error !== undefined && <ErrorNotice error={error} what="Reading the shard" />}
      <div className="beside">
        <DataTable
          title="Records"
          items={reading.records}
          columns={columnsOf(look)}
          keyOf={({ SequenceNumber }) => SequenceNumber}
          selectedKey={looked?.SequenceNumber}
          loading={busy}
          rowTestId="record"
          wrap
          description={reading.state || `The newest ${kKept} that are read stay here.`}
          actions={<Button disabled={next === undefined || follow} loading={busy && !follow} onClick={() => void readOn()}>Read on</Button>}
          empty={reading.state === '' ? 'Nothing is read yet.' : 'No records here.'}
          emptyHint={reading.state === '' ? 'Choose where to begin, and read.' : 'Read on, or follow what comes.'}
        />
        {looked && <Looked record={looked} close={() => look(undefined)} />}
      </div>
    </SpaceBetween>
  );
}

export function Records({ name }: { name: string }) {
  const live = useLive(useCallback((signal: AbortSignal) => listShards(name, signal), [name]));
  if (live.error !== undefined) return <ErrorNotice error={live.error} what="Shards" retry={live.reload} />;
  if (live.data === undefined) return <Loading what="the shards" />;
  return <Reader name={name} shards={live.data.items.map((shard) => ({ id: shard.ShardId, open: isOpen(shard) }))} />;
}
