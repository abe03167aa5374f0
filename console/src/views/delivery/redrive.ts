// Failed documents sent once more: straight to the index, or into the source so that they take the whole way again.
import { base64Of, bytesOf, textOf } from '../../api/blob';
import { aws, openSearch } from '../../api/client';
import { isAbort } from '../../api/error';
import { collectionIdOf, collectionTargetOf, nameInArn, sourceOf } from '../pipeline/map';
import type { Delivery } from '../pipeline/descriptions';
import type { FailedDocument } from './failedDocuments';

export interface Outcome {
  done: boolean;
  words: string; // where it went, or why it was refused
}

export type Way = 'index' | 'source';
export type Told = (line: number, outcome: Outcome) => void;

const kBatchRecords = 500; // of PutRecords and PutRecordBatch
const kBatchBytes = 3_500_000; // under every limit of a request, in base64 too

// A document as one line of a bulk body, or why it cannot be one. Line breaks in JSON are only ever space between tokens.
export function bulkLine(document: FailedDocument): { line: string } | { refusal: string } {
  if (document.unreadable !== undefined) return { refusal: document.unreadable };
  const text = textOf(bytesOf(document.rawData));
  if (text === undefined) return { refusal: 'The record is not text.' };
  try {
    const value = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is another value');
    return { line: text.replace(/[\r\n]+/g, ' ').trim() };
  } catch (error) {
    return { refusal: `The record is not a JSON object: ${error instanceof Error ? error.message : ''}` };
  }
}

// `index`: for documents that do not say theirs.
export function bulkBody(documents: FailedDocument[], index: string): string {
  return documents
    .map((document) => {
      const made = bulkLine(document);
      if ('refusal' in made) throw new Error(made.refusal);
      const place = { _index: document.index || index, ...(document.documentId && { _id: document.documentId }) };
      return `${JSON.stringify({ create: place })}\n${made.line}\n`;
    })
    .join('');
}

export function batchesOf(documents: FailedDocument[]): FailedDocument[][] {
  const batches: FailedDocument[][] = [];
  let [bytes, batch]: [number, FailedDocument[]] = [0, []];
  for (const document of documents) {
    const size = document.rawData.length;
    if (batch.length > 0 && (batch.length >= kBatchRecords || bytes + size > kBatchBytes)) {
      batches.push(batch);
      [bytes, batch] = [0, []];
    }
    batch.push(document);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

export interface BulkAnswer {
  items: { create: { _index: string; _id?: string; status: number; error?: { type?: string; reason?: string } } }[];
}

export function bulkOutcomes(answer: BulkAnswer): Outcome[] {
  return answer.items.map(({ create: { _index: index, _id: id, status, error } }) =>
    error === undefined && status < 300
      ? { done: true, words: `In ${index}${id ? ` as ${id}` : ''}` }
      : { done: false, words: `${status} ${error?.type ?? ''} – ${error?.reason ?? 'no reason given'}` },
  );
}

async function toIndex(delivery: Delivery, documents: FailedDocument[]): Promise<Outcome[]> {
  const target = collectionTargetOf(delivery);
  if (!target) throw new Error('The destination is not a collection.');
  const body = bulkBody(documents, target.IndexName);
  return bulkOutcomes(await openSearch<BulkAnswer>(collectionIdOf(target.CollectionEndpoint), 'POST', '/_bulk', body));
}

interface PutAnswer {
  Records?: { ShardId?: string; SequenceNumber?: string; ErrorCode?: string; ErrorMessage?: string }[];
  RequestResponses?: { RecordId?: string; ErrorCode?: string; ErrorMessage?: string }[];
}

export function putOutcomes(answer: PutAnswer, source: string): Outcome[] {
  return (answer.Records ?? answer.RequestResponses ?? []).map((one) =>
    one.ErrorCode ? { done: false, words: `${one.ErrorCode} – ${one.ErrorMessage ?? ''}` } : { done: true, words: `In ${source} again` },
  );
}

// The first key is not kept with a failed document: any spreads the records.
function someKey(): string {
  return base64Of(crypto.getRandomValues(new Uint8Array(12)));
}

async function toSource(delivery: Delivery, documents: FailedDocument[]): Promise<Outcome[]> {
  const stream = sourceOf(delivery);
  if (stream) {
    const Records = documents.map(({ rawData }) => ({ Data: rawData, PartitionKey: someKey() }));
    return putOutcomes(await aws<PutAnswer>('kinesis', 'PutRecords', { StreamARN: stream, Records }), nameInArn(stream));
  }
  const { DeliveryStreamName } = delivery;
  const Records = documents.map(({ rawData }) => ({ Data: rawData }));
  return putOutcomes(await aws<PutAnswer>('firehose', 'PutRecordBatch', { DeliveryStreamName, Records }), DeliveryStreamName);
}

// Tells each document's outcome as soon as it is known. A batch that fails as a whole fails for each of its documents.
export async function redrive(delivery: Delivery, documents: FailedDocument[], way: Way, told: Told): Promise<void> {
  const sendable: FailedDocument[] = [];
  for (const document of documents) {
    const made = way === 'index' ? bulkLine(document) : undefined;
    const refusal = made && 'refusal' in made ? made.refusal : document.unreadable;
    if (refusal === undefined) sendable.push(document);
    else told(document.line, { done: false, words: refusal });
  }
  for (const batch of batchesOf(sendable)) {
    try {
      const outcomes = await (way === 'index' ? toIndex : toSource)(delivery, batch);
      batch.forEach(({ line }, index) => {
        told(line, outcomes[index] ?? { done: false, words: 'The answer says nothing about this document.' });
      });
    } catch (error) {
      if (isAbort(error)) throw error;
      const words = error instanceof Error ? error.message : 'The reason is not known.';
      for (const { line } of batch) told(line, { done: false, words });
    }
  }
}
