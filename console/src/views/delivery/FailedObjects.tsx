// The objects in which the documents are that the collection did not take, the newest first.
import { useCallback } from 'react';

import { aws, objectUrl } from '../../api/client';
import { useLive } from '../../api/live';
import { allPages } from '../../api/paging';
import { DataTable, type Column } from '../../app/DataTable';
import { bytesText, timeText } from '../../app/format';
import { href } from '../../app/router';
import type { FailedPlace } from './failedDocuments';

interface S3Object {
  Key: string;
  Size: number;
  LastModified: number;
}

interface Listing {
  Contents?: S3Object[];
  NextContinuationToken?: string;
}

function listObjects({ bucket, prefix }: FailedPlace, signal: AbortSignal) {
  return allPages(async (token) => {
    const input = { Bucket: bucket, Prefix: prefix, MaxKeys: 1000, ContinuationToken: token };
    const answer = await aws<Listing>('s3', 'ListObjectsV2', input, { signal });
    return { items: answer.Contents ?? [], next: answer.NextContinuationToken };
  });
}

function columnsOf(name: string, { bucket, prefix }: FailedPlace): Column<S3Object>[] {
  return [
    {
      id: 'key', header: 'Object', minWidth: 220, value: ({ Key }) => Key.slice(prefix.length),
      cell: ({ Key }) => (
        <a className="wrap-anywhere" href={href(['delivery', name], { tab: 'failed', object: Key })}>
          {Key.slice(prefix.length)}
        </a>
      ),
    },
    {
      id: 'size', header: 'Size', number: true, minWidth: 90, value: ({ Size }) => Size,
      cell: ({ Size }) => bytesText(Size),
    },
    {
      id: 'modified', header: 'Written', minWidth: 170, value: ({ LastModified }) => LastModified,
      cell: ({ LastModified }) => <span className="nowrap">{timeText(LastModified)}</span>,
    },
    {
      id: 'download', header: 'Download', minWidth: 100, unsorted: true, value: () => '',
      cell: ({ Key }) => <a href={objectUrl(bucket, Key)} download aria-label={`Download ${Key}`}>Download</a>,
    },
  ];
}

export function FailedObjects({ name, place }: { name: string; place: FailedPlace }) {
  const { bucket, prefix } = place;
  const live = useLive(
    useCallback((signal: AbortSignal) => listObjects({ bucket, prefix }, signal), [bucket, prefix]),
    10_000,
  );
  const objects = (live.data?.items ?? []).toSorted((a, b) => b.LastModified - a.LastModified);
  return (
    <DataTable
      title="Failed documents"
      items={objects}
      keyOf={({ Key }) => Key}
      loading={live.loading}
      error={live.error}
      retry={live.reload}
      rowTestId="failed-object"
      description={
        <span className="wrap-anywhere">
          Under {prefix} in bucket {bucket}.
          {live.data?.complete === false && ' Only the first 10,000 are listed.'}
        </span>
      }
      empty="No failed documents."
      emptyHint="What the collection refuses for good is kept here, with the reason, to be looked at and re-driven."
      columns={columnsOf(name, place)}
    />
  );
}
