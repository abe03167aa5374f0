// What Discover asks the collection, an answer a function; every call can be aborted.
import { openSearch } from '../../api/client';
import { countValues, fieldsOf, type Field, type FieldCapabilities, type Leaf, type TopValue } from './fields';
import {
  bucketValue,
  documentsBody,
  extentBody,
  histogramBody,
  kWindow,
  pageBody,
  sampleBody,
  topValuesBody,
  type Asked,
  type Hit,
  type SearchAnswer,
  type TermsBucket,
} from './request';
import type { DiscoverState } from './state';
import { boundsOf, chooseInterval, type Bounds, type Interval, type Range } from './time';

const kTop = 5;
const kExportPage = 1000;

export interface Index {
  index: string;
  documents: number;
}

export async function listIndices(collection: string, signal: AbortSignal): Promise<Index[]> {
  const list = await openSearch<Record<string, string>[]>(collection, 'GET', '/_cat/indices?format=json', undefined, signal);
  const indices = list.map((row) => ({ index: row.index ?? '', documents: Number(row['docs.count'] ?? 0) }));
  return indices.sort((a, b) => a.index.localeCompare(b.index));
}

export async function loadFields(collection: string, path: string, signal: AbortSignal): Promise<Field[]> {
  return fieldsOf(await openSearch<FieldCapabilities>(collection, 'GET', `${path}/_field_caps?fields=*`, undefined, signal));
}

async function search<Extra = unknown>(collection: string, asked: Asked, body: object, signal: AbortSignal) {
  return openSearch<SearchAnswer & Extra>(collection, 'POST', `${asked.path}/_search`, body, signal);
}

export interface Documents {
  total: number;
  took: number;
  hits: Hit[];
}

export async function loadDocuments(
  collection: string,
  asked: Asked,
  range: Range,
  sort: DiscoverState['sort'],
  page: number,
  signal: AbortSignal,
): Promise<Documents> {
  const body = documentsBody(asked, boundsOf(range, Date.now()), sort, page);
  const { took, hits } = await search(collection, asked, body, signal);
  return { took, total: hits.total.value, hits: hits.hits };
}

export interface Histogram {
  interval: Interval;
  times: number[]; // seconds, the middle of each bar
  counts: number[];
}

interface Extent {
  aggregations: { first: { value: number | null }; last: { value: number | null } };
}

interface TimeBuckets {
  aggregations: { time: { buckets: { key: number; doc_count: number }[] } };
}

export async function loadHistogram(
  collection: string,
  asked: Asked,
  range: Range,
  signal: AbortSignal,
): Promise<Histogram | undefined> {
  const bounds = boundsOf(range, Date.now()) ?? (await extent(collection, asked, signal));
  if (bounds === undefined) return undefined;
  const interval = chooseInterval(bounds.to - bounds.from);
  const { aggregations } = await search<TimeBuckets>(collection, asked, histogramBody(asked, bounds, interval), signal);
  const { buckets } = aggregations.time;
  return {
    interval,
    times: buckets.map(({ key }) => (key + interval.ms / 2) / 1000),
    counts: buckets.map((bucket) => bucket.doc_count),
  };
}

// Of all time: from the first document to the last.
async function extent(collection: string, asked: Asked, signal: AbortSignal): Promise<Bounds | undefined> {
  const { aggregations } = await search<Extent>(collection, asked, extentBody(asked), signal);
  const [first, last] = [aggregations.first.value, aggregations.last.value];
  return first === null || last === null ? undefined : { from: Math.floor(first), to: Math.floor(last) + 1 };
}

export interface TopValues {
  values: TopValue[];
  of: number; // documents that have the field, among which they were counted
  having: number; // documents that have the field
}

interface Top {
  aggregations: { top: { buckets: TermsBucket[] }; having: { doc_count: number } };
}

export async function loadTopValues(
  collection: string,
  asked: Asked,
  range: Range,
  field: Field,
  signal: AbortSignal,
): Promise<TopValues> {
  const bounds = boundsOf(range, Date.now());
  if (field.exact === undefined) {
    const { hits } = await search(collection, asked, sampleBody(asked, bounds, field.name), signal);
    const sources = hits.hits.map((hit) => hit._source);
    return { values: countValues(sources, field.name, kTop), of: sources.length, having: hits.total.value };
  }
  const { aggregations } = await search<Top>(collection, asked, topValuesBody(asked, bounds, field.exact, kTop), signal);
  const values = aggregations.top.buckets.map((bucket) => ({ value: bucketValue(bucket) as Leaf, count: bucket.doc_count }));
  const having = aggregations.having.doc_count;
  return { values, of: having, having };
}

export async function loadForExport(
  collection: string,
  asked: Asked,
  range: Range,
  sort: DiscoverState['sort'],
  progress: (count: number) => void,
  signal: AbortSignal,
): Promise<Hit[]> {
  const bounds = boundsOf(range, Date.now());
  const all: Hit[] = [];
  for (let from = 0; from < kWindow; from += kExportPage) {
    const { hits } = await search(collection, asked, pageBody(asked, bounds, sort, from, kExportPage), signal);
    all.push(...hits.hits);
    progress(all.length);
    if (hits.hits.length < kExportPage) break;
  }
  return all;
}

