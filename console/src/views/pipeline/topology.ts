// What exists of the pipelines, as AWS's operations tell it. A part that the principal may not see is an error in its
// place; the rest is there.
import { aws } from '../../api/client';
import { isAbort } from '../../api/error';
import { allPages } from '../../api/paging';
import { lastErrorOf, logTargetsOf, type DeliveryError } from './deliveryLog';
import type { Collection, Delivery, Stream } from './descriptions';

export interface Part<Data> {
  data?: Data;
  error?: unknown;
}

export interface Topology {
  streams: Part<Stream[]>;
  deliveries: Part<{ name: string; described: Part<Delivery>; lastError: Part<DeliveryError | undefined> }[]>;
  collections: Part<Collection[]>;
  more: number; // streams, delivery streams and collections that are not drawn
}

export const kDrawnMax = 40; // of each kind: more is no longer seen at a glance

async function part<Data>(load: Promise<Data>): Promise<Part<Data>> {
  try {
    return { data: await load };
  } catch (error) {
    if (isAbort(error)) throw error;
    return { error };
  }
}

export function streamNames(signal?: AbortSignal) {
  return allPages(async (token) => {
    const input = { Limit: 1000, NextToken: token };
    const answer = await aws<{ StreamNames: string[]; NextToken?: string }>('kinesis', 'ListStreams', input, { signal });
    return { items: answer.StreamNames, next: answer.NextToken };
  });
}

export function deliveryNames(signal?: AbortSignal) {
  return allPages(async (token) => {
    const input = { Limit: 1000, ExclusiveStartDeliveryStreamName: token };
    const answer = await aws<{ DeliveryStreamNames: string[]; HasMoreDeliveryStreams: boolean }>(
      'firehose', 'ListDeliveryStreams', input, { signal },
    );
    const names = answer.DeliveryStreamNames;
    return { items: names, next: answer.HasMoreDeliveryStreams ? names.at(-1) : undefined };
  });
}

export async function describeDelivery(name: string, signal?: AbortSignal): Promise<Delivery> {
  const input = { DeliveryStreamName: name };
  const answer = await aws<{ DeliveryStreamDescription: Delivery }>(
    'firehose', 'DescribeDeliveryStream', input, { signal },
  );
  return answer.DeliveryStreamDescription;
}

export async function describeStream(name: string, signal?: AbortSignal): Promise<Stream> {
  const input = { StreamName: name };
  const answer = await aws<{ StreamDescriptionSummary: Stream }>('kinesis', 'DescribeStreamSummary', input, { signal });
  return answer.StreamDescriptionSummary;
}

async function collectionsAll(signal: AbortSignal) {
  return allPages(async (token) => {
    const answer = await aws<{ collectionSummaries?: Collection[]; nextToken?: string }>(
      'opensearchserverless', 'ListCollections', { maxResults: 100, nextToken: token }, { signal },
    );
    return { items: answer.collectionSummaries ?? [], next: answer.nextToken };
  });
}

// With their type and why they failed, where that may be asked.
async function detailed(summaries: Collection[], signal: AbortSignal): Promise<Collection[]> {
  if (summaries.length === 0) return [];
  const { data } = await part(
    aws<{ collectionDetails?: Collection[] }>(
      'opensearchserverless', 'BatchGetCollection', { ids: summaries.map(({ id }) => id) }, { signal },
    ),
  );
  const details = new Map(data?.collectionDetails?.map((detail) => [detail.id, detail]));
  return summaries.map((summary) => details.get(summary.id) ?? summary);
}

// A stream that may be listed but not described is drawn with its name alone.
async function streamOrName(name: string, signal: AbortSignal): Promise<Stream> {
  const { data } = await part(describeStream(name, signal));
  return data ?? { StreamName: name, StreamARN: '', StreamStatus: '' };
}

async function deliveryWithLog(name: string, since: number, signal: AbortSignal) {
  const described = await part(describeDelivery(name, signal));
  const targets = described.data ? logTargetsOf(described.data) : [];
  const lastError = await part(lastErrorOf(targets, since, signal));
  return { name, described, lastError };
}

export async function loadTopology(named: string, since: number, signal: AbortSignal): Promise<Topology> {
  const wanted = named.toLowerCase();
  let more = 0;
  const choose = <Item,>(items: Item[], nameOf: (item: Item) => string) => {
    const chosen = items.filter((item) => nameOf(item).toLowerCase().includes(wanted));
    more += Math.max(0, chosen.length - kDrawnMax);
    return chosen.slice(0, kDrawnMax);
  };
  const [streams, deliveries, collections] = await Promise.all([
    part(streamNames(signal).then(({ items }) => Promise.all(
      choose(items, (name) => name).map((name) => streamOrName(name, signal))))),
    part(deliveryNames(signal).then(({ items }) => Promise.all(
      choose(items, (name) => name).map((name) => deliveryWithLog(name, since, signal))))),
    part(collectionsAll(signal).then(({ items }) => detailed(choose(items, ({ name }) => name), signal))),
  ]);
  return { streams, deliveries, collections, more };
}
