// What the console reads of S3.
import { bytesOf } from '../../api/blob';
import { aws } from '../../api/client';
import { allPages } from '../../api/paging';
import { kPreviewBytes, previewOf, type Preview } from './preview';

export interface Bucket {
  Name: string;
  CreationDate?: number;
  BucketRegion?: string;
}

export interface StoredObject {
  Key: string;
  LastModified?: number;
  Size?: number;
  StorageClass?: string;
}

interface Listing {
  Contents?: StoredObject[];
  CommonPrefixes?: { Prefix: string }[];
  IsTruncated?: boolean;
  NextContinuationToken?: string;
}

export type Entry = { prefix: string } | StoredObject;

export interface ObjectHead {
  ContentLength?: number;
  ContentType?: string;
  ContentEncoding?: string;
  LastModified?: number;
  ETag?: string;
  StorageClass?: string;
  CacheControl?: string;
  Metadata?: Record<string, string>;
}

export function listBuckets(signal: AbortSignal) {
  return allPages<Bucket>(async (token) => {
    const input = { MaxBuckets: 1000, ContinuationToken: token };
    const page = await aws<{ Buckets?: Bucket[]; ContinuationToken?: string }>('s3', 'ListBuckets', input, { signal });
    return { items: page.Buckets ?? [], next: page.ContinuationToken };
  });
}

// One page: the prefixes below this one, then the objects right in it.
export async function listPage(Bucket: string, Prefix: string, token: string | undefined, signal: AbortSignal) {
  const input = { Bucket, Prefix, Delimiter: '/', MaxKeys: 100, ContinuationToken: token };
  const page = await aws<Listing>('s3', 'ListObjectsV2', input, { signal });
  const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix: prefix }) => ({ prefix }));
  const entries: Entry[] = [...prefixes, ...(page.Contents ?? [])];
  return { entries, next: page.IsTruncated ? page.NextContinuationToken : undefined };
}

export function headObject(Bucket: string, Key: string, signal: AbortSignal): Promise<ObjectHead> {
  return aws<ObjectHead>('s3', 'HeadObject', { Bucket, Key }, { signal });
}

export async function previewObject(Bucket: string, Key: string, signal: AbortSignal): Promise<{ preview?: Preview }> {
  const { ContentLength: length = 0 } = await headObject(Bucket, Key, signal);
  if (length === 0) return {};
  const input = { Bucket, Key, Range: `bytes=0-${kPreviewBytes - 1}` };
  const { Body = '' } = await aws<{ Body?: string }>('s3', 'GetObject', input, { signal });
  return { preview: await previewOf(bytesOf(Body), length) };
}
