// The shards of a stream, open and closed.
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useCallback } from 'react';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { href } from '../../app/router';
import { isOpen, listShards, shareOf, type Shard } from './shards';

function columnsOf(name: string): Column<Shard>[] {
  return [
    {
      id: 'id', header: 'Shard', minWidth: 190, value: ({ ShardId }) => ShardId,
      cell: ({ ShardId }) => <a href={href(['streams', name], { tab: 'records', shard: ShardId })}>{ShardId}</a>,
    },
    {
      id: 'state', header: 'State', minWidth: 90, value: (shard) => (isOpen(shard) ? 'open' : 'closed'),
      cell: (shard) => (
        <StatusIndicator type={isOpen(shard) ? 'success' : 'stopped'}>{isOpen(shard) ? 'open' : 'closed'}</StatusIndicator>
      ),
    },
    {
      id: 'share', header: 'Share of keys', number: true, minWidth: 120, value: shareOf,
      cell: (shard) => `${shareOf(shard).toFixed(1)} %`,
    },
    {
      id: 'parents', header: 'From', minWidth: 120,
      value: ({ ParentShardId, AdjacentParentShardId }) =>
        [ParentShardId, AdjacentParentShardId].filter(Boolean).join(', ') || '–',
    },
    {
      id: 'start', header: 'First sequence number', minWidth: 220,
      value: ({ SequenceNumberRange }) => SequenceNumberRange.StartingSequenceNumber,
      cell: ({ SequenceNumberRange }) => (
        <span className="wrap-anywhere">{SequenceNumberRange.StartingSequenceNumber}</span>
      ),
    },
  ];
}

export function Shards({ name }: { name: string }) {
  const live = useLive(useCallback((signal: AbortSignal) => listShards(name, signal), [name]), 10_000);
  return (
    <DataTable
      title="Shards"
      items={live.data?.items ?? []}
      columns={columnsOf(name)}
      keyOf={({ ShardId }) => ShardId}
      loading={live.loading}
      error={live.error}
      retry={live.reload}
      empty="The stream has no shards yet."
    />
  );
}
