// All delivery streams; what they are is asked for those on the page that is looked at.
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useCallback, useState } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { countText, timeText } from '../../app/format';
import { href, useUrlState } from '../../app/router';
import { Empty } from '../../app/States';
import { bucketTargetOf, collectionTargetOf, nameInArn, sourceOf } from '../pipeline/map';
import type { Delivery } from '../pipeline/descriptions';
import { deliveryNames, describeDelivery } from '../pipeline/topology';

const kPageSize = 50;

interface Row {
  name: string;
  delivery?: Delivery;
  error?: unknown;
}

export function sourceWords(delivery: Delivery): string {
  const stream = sourceOf(delivery);
  return stream ? `Stream ${nameInArn(stream)}` : 'Direct put';
}

export function destinationWords(delivery: Delivery): string {
  const index = collectionTargetOf(delivery)?.IndexName;
  const bucket = bucketTargetOf(delivery)?.BucketARN;
  return index ? `Index ${index}` : bucket ? `Bucket ${nameInArn(bucket)}` : '–';
}

export function DeliveryStatus({ status }: { status: string }) {
  const type = status === 'ACTIVE' ? 'success' : status.includes('FAILED') ? 'error' : 'in-progress';
  return <StatusIndicator type={type}>{status.toLowerCase().replaceAll('_', ' ')}</StatusIndicator>;
}

async function rowOf(name: string, signal: AbortSignal): Promise<Row> {
  try {
    return { name, delivery: await describeDelivery(name, signal) };
  } catch (error) {
    return { name, error };
  }
}

function StatusOf({ row }: { row: Row }) {
  if (row.delivery) return <DeliveryStatus status={row.delivery.DeliveryStreamStatus} />;
  if (row.error === undefined) return <StatusIndicator type="loading">loading</StatusIndicator>;
  return <StatusIndicator type="warning">{row.error instanceof Error ? row.error.message : 'not visible'}</StatusIndicator>;
}

const columns: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'name', header: 'Name', isRowHeader: true, minWidth: 160,
    cell: ({ name }) => <a href={href(['delivery', name])}>{name}</a>,
  },
  { id: 'status', header: 'Status', minWidth: 110, cell: (row) => <StatusOf row={row} /> },
  {
    id: 'source', header: 'Source', minWidth: 140,
    cell: ({ delivery }) => (delivery ? sourceWords(delivery) : '–'),
  },
  {
    id: 'destination', header: 'Destination', minWidth: 160,
    cell: ({ delivery }) => (delivery ? destinationWords(delivery) : '–'),
  },
  { id: 'created', header: 'Created', minWidth: 170, cell: ({ delivery }) => timeText(delivery?.CreateTimestamp) },
];

export function DeliveryList() {
  const [named, setNamed] = useUrlState('name');
  const [page, setPage] = useState(1);
  const list = useLive(useCallback((signal: AbortSignal) => deliveryNames(signal), []));
  const all = list.data?.items ?? [];
  const found = all.filter((name) => name.toLowerCase().includes(named.toLowerCase()));
  const pages = Math.max(1, Math.ceil(found.length / kPageSize));
  const current = Math.min(page, pages);
  const shown = JSON.stringify(found.slice((current - 1) * kPageSize, current * kPageSize));
  const details = useLive(
    useCallback((signal: AbortSignal) => Promise.all((JSON.parse(shown) as string[]).map((name) => rowOf(name, signal))), [shown]),
  );
  const rows = details.data ?? (JSON.parse(shown) as string[]).map((name): Row => ({ name }));
  if (list.error !== undefined) {
    return (
      <SpaceBetween size="m">
        <Header variant="h1">Delivery streams</Header>
        <ErrorNotice error={list.error} what="Delivery streams" retry={list.reload} />
      </SpaceBetween>
    );
  }
  return (
    <Table
      variant="container"
      trackBy="name"
      items={rows}
      loading={list.loading && list.data === undefined}
      loadingText="Loading delivery streams"
      ariaLabels={{ tableLabel: 'Delivery streams' }}
      header={
        <Header
          variant="h1"
          counter={all.length > 0 ? `(${countText(all.length)}${list.data?.complete === false ? '+' : ''})` : undefined}
        >
          Delivery streams
        </Header>
      }
      filter={
        <Input
          type="search"
          value={named}
          onChange={({ detail }) => setNamed(detail.value)}
          placeholder="Find by name"
          ariaLabel="Find delivery streams by name"
        />
      }
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={current}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
            ariaLabels={{ nextPageLabel: 'Next page', previousPageLabel: 'Previous page', pageLabel: (n) => `Page ${n}` }}
          />
        )
      }
      empty={
        named
          ? <Empty title="Nothing matches." />
          : <Empty title="There is no delivery stream." hint="A delivery stream takes records to a collection or a bucket." />
      }
      columnDefinitions={columns}
    />
  );
}
