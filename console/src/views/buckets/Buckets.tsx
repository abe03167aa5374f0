// Buckets and what is in them: to look at and to download.
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';

import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { href, useRoute } from '../../app/router';
import { Browser } from './Browser';
import { ObjectDetail } from './ObjectDetail';
import { listBuckets, type Bucket } from './s3';

const columns: Column<Bucket>[] = [
  {
    id: 'name',
    header: 'Bucket',
    value: (bucket) => bucket.Name,
    cell: (bucket) => <Link href={href(['buckets', bucket.Name])}>{bucket.Name}</Link>,
  },
  { id: 'region', header: 'Region', value: (bucket) => bucket.BucketRegion ?? '–' },
  { id: 'created', header: 'Created', value: (bucket) => bucket.CreationDate ?? 0, cell: (bucket) => timeText(bucket.CreationDate) },
];

function List() {
  const { data, error, loading, reload } = useLive(listBuckets);
  return (
    <DataTable
      title="Buckets"
      level="h1"
      items={data?.items ?? []}
      columns={columns}
      keyOf={(bucket) => bucket.Name}
      loading={loading}
      error={error}
      retry={reload}
      empty="There is no bucket."
      emptyHint="Delivery streams keep in buckets what a collection refused; stacks make theirs themselves."
      description={data && !data.complete ? `The first ${data.items.length}.` : undefined}
      actions={<Button iconName="refresh" ariaLabel="Load again" loading={loading} onClick={reload} />}
    />
  );
}

export default function Buckets() {
  const { path, query } = useRoute();
  const bucket = path[1];
  if (bucket === undefined) return <List />;
  const key = query.get('key');
  if (key !== null) return <ObjectDetail key={key} bucket={bucket} objectKey={key} />;
  const prefix = query.get('prefix') ?? '';
  return <Browser key={`${bucket}/${prefix}`} bucket={bucket} prefix={prefix} />;
}
