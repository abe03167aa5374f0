// Into a bucket, prefix by prefix, a page at a time as S3 gives them.
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useState } from 'react';

import { objectUrl } from '../../api/client';
import { useLive } from '../../api/live';
import { DataTable, type Column } from '../../app/DataTable';
import { bytesText, timeText } from '../../app/format';
import { PageTitle } from '../../app/PageTitle';
import { href } from '../../app/router';
import { nameIn, stepsTo } from './keys';
import { listPage, type Entry } from './s3';

const keyOf = (entry: Entry) => ('prefix' in entry ? `prefix ${entry.prefix}` : `object ${entry.Key}`);

function columnsFor(bucket: string, inside: string): Column<Entry>[] {
  const name = (entry: Entry) => nameIn(inside, 'prefix' in entry ? entry.prefix : entry.Key);
  const to = (entry: Entry) => ('prefix' in entry ? { prefix: entry.prefix } : { key: entry.Key });
  return [
    {
      id: 'name',
      header: 'Name',
      value: name,
      minWidth: 150,
      cell: (entry) => (
        <Link href={href(['buckets', bucket], to(entry))}>
          <span className="wrap-anywhere">{name(entry)}</span>
        </Link>
      ),
    },
    {
      id: 'size',
      header: 'Size',
      number: true,
      value: (entry) => ('prefix' in entry ? -1 : (entry.Size ?? 0)),
      cell: (entry) => ('prefix' in entry ? '' : bytesText(entry.Size)),
    },
    {
      id: 'changed',
      header: 'Changed',
      value: (entry) => ('prefix' in entry ? 0 : (entry.LastModified ?? 0)),
      cell: (entry) => ('prefix' in entry ? '' : <span className="nowrap">{timeText(entry.LastModified)}</span>),
    },
    {
      id: 'download',
      header: 'Download',
      value: () => '',
      unsorted: true,
      cell: (entry) =>
        'prefix' in entry ? (
          ''
        ) : (
          <Button
            variant="inline-icon"
            iconName="download"
            ariaLabel={`Download ${name(entry)}`}
            href={objectUrl(bucket, entry.Key)}
            download
          />
        ),
    },
  ];
}

function Pager({ page, next, loading, go }: { page: number; next: boolean; loading: boolean; go: (page: number) => void }) {
  return (
    <SpaceBetween size="xs" direction="horizontal" alignItems="center">
      <Button iconName="angle-left" ariaLabel="Previous page" disabled={page === 0 || loading} onClick={() => go(page - 1)} />
      <span className="nowrap">Page {page + 1}</span>
      <Button iconName="angle-right" ariaLabel="Next page" disabled={!next || loading} onClick={() => go(page + 1)} />
    </SpaceBetween>
  );
}

export function Browser({ bucket, prefix }: { bucket: string; prefix: string }) {
  const [tokens, setTokens] = useState<(string | undefined)[]>([undefined]); // of the pages up to this one
  const token = tokens.at(-1);
  const load = useCallback((signal: AbortSignal) => listPage(bucket, prefix, token, signal), [bucket, prefix, token]);
  const { data, error, loading, reload } = useLive(load);
  const next = data?.next;
  const page = tokens.length - 1;
  const go = (to: number) => setTokens(to > page ? [...tokens, next] : tokens.slice(0, to + 1));
  const steps = stepsTo(prefix);
  const way = [
    { text: 'Buckets', href: href('buckets') },
    { text: bucket, href: href(['buckets', bucket]) },
    ...steps.map((step) => ({ text: step.text, href: href(['buckets', bucket], { prefix: step.prefix }) })),
  ];
  return (
    <SpaceBetween size="m">
      <PageTitle way={way} title={steps.at(-1)?.text ?? bucket} />
      <DataTable
        title="Objects"
        counted={false}
        items={data?.entries ?? []}
        columns={columnsFor(bucket, prefix)}
        keyOf={keyOf}
        loading={loading}
        error={error}
        retry={reload}
        wrap
        pageSize={100}
        empty={prefix === '' ? 'The bucket is empty.' : 'Nothing is here.'}
        filter={false}
        actions={
          <SpaceBetween size="m" direction="horizontal" alignItems="center">
            {(page > 0 || next !== undefined) && <Pager page={page} next={next !== undefined} loading={loading} go={go} />}
            <Button iconName="refresh" ariaLabel="Load again" loading={loading} onClick={reload} />
          </SpaceBetween>
        }
      />
    </SpaceBetween>
  );
}
