// All streams, and the way to a new one.
import Button from '@cloudscape-design/components/button';
import { useCallback, useState } from 'react';

import { aws } from '../../api/client';
import { useLive } from '../../api/live';
import { allPages } from '../../api/paging';
import { DataTable, type Column } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { href, navigate } from '../../app/router';
import type { Stream } from '../pipeline/descriptions';
import { CreateStream } from './CreateStream';
import { StreamStatus } from './StreamStatus';

interface Listing {
  StreamSummaries?: Stream[];
  NextToken?: string;
}

function listStreams(signal: AbortSignal) {
  return allPages(async (token) => {
    const answer = await aws<Listing>('kinesis', 'ListStreams', { Limit: 1000, NextToken: token }, { signal });
    return { items: answer.StreamSummaries ?? [], next: answer.NextToken };
  });
}

export function modeWords(stream: Stream): string {
  return stream.StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'on demand' : 'provisioned';
}

const columns: Column<Stream>[] = [
  {
    id: 'name', header: 'Name', minWidth: 180, value: ({ StreamName }) => StreamName,
    cell: ({ StreamName }) => <a href={href(['streams', StreamName])}>{StreamName}</a>,
  },
  {
    id: 'status', header: 'Status', minWidth: 110, value: ({ StreamStatus: status }) => status,
    cell: ({ StreamStatus: status }) => <StreamStatus status={status} />,
  },
  { id: 'mode', header: 'Capacity', minWidth: 120, value: modeWords },
  {
    id: 'created', header: 'Created', minWidth: 170, value: ({ StreamCreationTimestamp }) => StreamCreationTimestamp ?? 0,
    cell: ({ StreamCreationTimestamp }) => <span className="nowrap">{timeText(StreamCreationTimestamp)}</span>,
  },
];

export function StreamList() {
  const [creating, setCreating] = useState(false);
  const live = useLive(useCallback((signal: AbortSignal) => listStreams(signal), []), 10_000);
  return (
    <>
      <DataTable
        title="Streams"
        level="h1"
        items={live.data?.items ?? []}
        columns={columns}
        keyOf={({ StreamName }) => StreamName}
        loading={live.loading}
        error={live.error}
        retry={live.reload}
        description={live.data?.complete === false ? 'Only the first 10,000 are listed.' : undefined}
        actions={<Button variant="primary" onClick={() => setCreating(true)}>Create a stream</Button>}
        empty="There is no stream."
        emptyHint="A stream keeps records in order until its readers have taken them."
      />
      {creating && (
        <CreateStream close={() => setCreating(false)} created={(name) => navigate(href(['streams', name]))} />
      )}
    </>
  );
}
