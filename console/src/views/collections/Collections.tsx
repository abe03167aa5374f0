// The collections of the region.
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { href, useRoute } from '../../app/router';
import { seconds } from '../access/CollectionPolicyDetail';
import { CollectionDetail } from './CollectionDetail';
import { listCollections, type Collection } from './collections';
import { Status } from './Status';

const kEveryMs = 10_000;

const columns: Column<Collection>[] = [
  {
    id: 'name',
    header: 'Collection',
    value: (collection) => collection.name,
    cell: ({ id, name }) => <Link href={href(['collections', id])}>{name}</Link>,
  },
  { id: 'status', header: 'Status', value: ({ status }) => status, cell: ({ status }) => <Status status={status} /> },
  { id: 'type', header: 'Type', value: ({ type }) => type ?? '–' },
  { id: 'description', header: 'Description', value: ({ description }) => description || '–' },
  {
    id: 'created',
    header: 'Created',
    value: ({ createdDate }) => createdDate ?? 0,
    cell: ({ createdDate }) => <span className="nowrap">{timeText(seconds(createdDate))}</span>,
  },
  {
    id: 'open',
    header: 'Open in',
    value: () => '',
    unsorted: true,
    cell: ({ id, name }) => (
      <SpaceBetween size="s" direction="horizontal">
        <Link href={href('discover', { collection: id })} ariaLabel={`Discover ${name}`}>
          Discover
        </Link>
        <Link href={href('devtools', { collection: id })} ariaLabel={`Dev Tools for ${name}`}>
          Dev Tools
        </Link>
      </SpaceBetween>
    ),
  },
];

function List() {
  const { data, error, loading, reload } = useLive(listCollections, kEveryMs);
  return (
    <DataTable
      title="Collections"
      level="h1"
      items={data?.items ?? []}
      columns={columns}
      keyOf={(collection) => collection.id}
      loading={loading}
      error={error}
      retry={reload}
      empty="There is no collection in this region."
      emptyHint="A stack or the API creates them; each needs an encryption policy first."
      description={data && !data.complete ? `The first ${data.items.length}.` : undefined}
      actions={<Button iconName="refresh" ariaLabel="Load again" onClick={reload} />}
    />
  );
}

export default function Collections() {
  const id = useRoute().path[1];
  return id === undefined ? <List /> : <CollectionDetail key={id} id={id} />;
}
