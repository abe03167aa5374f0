// What the backup holds: one JSON object a line, with the record that failed, how often it was tried, and why.
import { bytesOf, inflate, textOf, decode, type Decoded } from '../../api/blob';
import { nameInArn, bucketTargetOf, collectionTargetOf } from '../pipeline/map';
import { reasonOf } from '../pipeline/deliveryLog';
import type { BucketTarget, Delivery } from '../pipeline/descriptions';

export interface FailedDocument {
  line: number; // from 1: its name within its object
  attempts?: number;
  arrivedMs?: number;
  endedMs?: number;
  code: string;
  reason: string;
  documentId: string;
  index: string;
  rawData: string; // base64
  decoded: Decoded;
  unreadable?: string; // why the line is not a failed document
}

const kFolder = 'AmazonOpenSearchService-failed';

function unreadable(line: number, text: string, why: string): FailedDocument {
  return {
    line, code: '', reason: why, documentId: '', index: '', rawData: '', decoded: { kind: 'text', text }, unreadable: why,
  };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const count = (value: unknown) => (typeof value === 'number' ? value : undefined);

function parseLine(line: number, content: string): FailedDocument {
  try {
    const body = JSON.parse(content);
    if (typeof body?.rawData !== 'string') return unreadable(line, content, 'The line has no rawData.');
    return {
      line,
      attempts: count(body.attemptsMade),
      arrivedMs: count(body.arrivalTimestamp),
      endedMs: count(body.attemptEndingTimestamp),
      code: text(body.errorCode),
      reason: reasonOf(text(body.errorMessage)),
      documentId: text(body.osDocumentId) || text(body.esDocumentId),
      index: text(body.osIndexName) || text(body.esIndexName),
      rawData: body.rawData,
      decoded: decode(body.rawData),
    };
  } catch (error) {
    return unreadable(line, content, error instanceof Error ? error.message : 'The line is not JSON.');
  }
}

export function parseFailedDocuments(content: string): FailedDocument[] {
  return content
    .split('\n')
    .map((line, index): [number, string] => [index + 1, line])
    .filter(([, line]) => line.trim() !== '')
    .map(([number, line]) => parseLine(number, line));
}

// From an object as GetObject gives it: base64, perhaps compressed.
export async function readFailedDocuments(body: string): Promise<FailedDocument[]> {
  const content = textOf(await inflate(bytesOf(body)));
  if (content === undefined) throw new Error('The object is not text: it holds no failed documents.');
  return parseFailedDocuments(content);
}

// The part of the keys that all failed documents begin with: up to the first expression that depends on time or chance.
export function failedPrefix(target: Pick<BucketTarget, 'Prefix' | 'ErrorOutputPrefix'>): string {
  const own = target.ErrorOutputPrefix;
  const pattern = (own ?? target.Prefix ?? '').replaceAll('!{firehose:error-output-type}', kFolder);
  const fixed = pattern.split('!{')[0] ?? '';
  if (fixed !== pattern) return fixed;
  return own !== undefined && own.includes('!{') ? fixed : `${fixed}${kFolder}/`;
}

export interface FailedPlace {
  bucket: string;
  prefix: string;
}

// Only what a collection refuses is kept as failed documents; a bucket as destination refuses no document.
export function failedPlaceOf(delivery: Delivery): FailedPlace | undefined {
  const bucket = bucketTargetOf(delivery);
  if (!bucket || !collectionTargetOf(delivery)) return undefined;
  return { bucket: nameInArn(bucket.BucketARN), prefix: failedPrefix(bucket) };
}
