// @vitest-environment node
import { expect, test } from 'vitest';

import { base64Of, base64OfText } from '../../api/blob';
import { failedPrefix, parseFailedDocuments, readFailedDocuments, type FailedDocument } from './failedDocuments';
import { batchesOf, bulkBody, bulkLine, bulkOutcomes, putOutcomes } from './redrive';

const line = (raw: string, more: object = {}) =>
  JSON.stringify({
    attemptsMade: 3, arrivalTimestamp: 1764262000000, errorCode: 'AOSS.400', attemptEndingTimestamp: 1764262002000,
    errorMessage: '{"status":400,"type":"mapper_parsing_exception","reason":"failed to parse field [PRICE]"}',
    rawData: base64OfText(raw), osDocumentId: '', osIndexName: 'prices', ...more,
  });

const parsed = (raw: string, more: object = {}) => parseFailedDocuments(line(raw, more))[0] as FailedDocument;

test('a failed document is decoded, with the reason in words', () => {
  const [document, broken] = parseFailedDocuments(`${line('{"PRICE":"x"}')}\n\nnot json\n`);
  expect(document).toMatchObject({
    line: 1, attempts: 3, arrivedMs: 1764262000000, code: 'AOSS.400', index: 'prices',
    reason: '400 mapper_parsing_exception – failed to parse field [PRICE]',
    decoded: { kind: 'json', text: '{\n  "PRICE": "x"\n}' },
  });
  expect(broken).toMatchObject({ line: 3, decoded: { text: 'not json' } });
  expect(broken?.unreadable).toBeTruthy();
});

test('an object is read whether it is compressed or not', async () => {
  const content = new TextEncoder().encode(`${line('{"a":1}')}\n`);
  const zipped = new Response(new Blob([content]).stream().pipeThrough(new CompressionStream('gzip')));
  const bodies = [base64Of(content), base64Of(new Uint8Array(await zipped.arrayBuffer()))];
  for (const body of bodies) expect(await readFailedDocuments(body)).toMatchObject([{ line: 1, code: 'AOSS.400' }]);
  await expect(readFailedDocuments(base64Of(new Uint8Array([0xff, 0xfe])))).rejects.toThrow('not text');
});

test('failed documents are looked for where Firehose puts them', () => {
  expect(failedPrefix({})).toBe('AmazonOpenSearchService-failed/');
  expect(failedPrefix({ Prefix: 'refused/' })).toBe('refused/AmazonOpenSearchService-failed/');
  expect(failedPrefix({ Prefix: 'a/', ErrorOutputPrefix: 'errors/' })).toBe('errors/AmazonOpenSearchService-failed/');
  expect(failedPrefix({ ErrorOutputPrefix: 'e/!{firehose:error-output-type}/!{timestamp:yyyy}/' }))
    .toBe('e/AmazonOpenSearchService-failed/');
  expect(failedPrefix({ ErrorOutputPrefix: 'e/!{timestamp:yyyy}/!{firehose:error-output-type}/' })).toBe('e/');
  expect(failedPrefix({ ErrorOutputPrefix: 'e/!{firehose:error-output-type}' })).toBe('e/AmazonOpenSearchService-failed');
});

test('a bulk body has an action and one line for each document, with its id where it has one', () => {
  const documents = [parsed('{"a":\n 12345678901234567890}'), parsed('{"b":"x\\ny"}', { osDocumentId: 'k', osIndexName: '' })];
  expect(bulkBody(documents, 'fallback')).toBe(
    '{"create":{"_index":"prices"}}\n{"a":  12345678901234567890}\n' +
      '{"create":{"_index":"fallback","_id":"k"}}\n{"b":"x\\ny"}\n',
  );
});

test('what is no JSON object is not sent to an index', () => {
  for (const raw of ['[1]', '"text"', 'null', '{"a":', '']) expect(bulkLine(parsed(raw))).toHaveProperty('refusal');
  expect(bulkLine(parsed('', { rawData: base64Of(new Uint8Array([0xff])) }))).toEqual({ refusal: 'The record is not text.' });
  expect(() => bulkBody([parsed('[1]')], 'i')).toThrow('not a JSON object');
});

test('batches keep the limits of a request', () => {
  const small = Array.from({ length: 1001 }, () => parsed('{}'));
  expect(batchesOf(small).map((batch) => batch.length)).toEqual([500, 500, 1]);
  const large = Array.from({ length: 3 }, () => ({ ...parsed('{}'), rawData: 'A'.repeat(2_000_000) }));
  expect(batchesOf(large).map((batch) => batch.length)).toEqual([1, 1, 1]);
  expect(batchesOf([])).toEqual([]);
});

test('each document has its own outcome', () => {
  const answer = {
    items: [
      { create: { _index: 'prices', _id: '1', status: 201 } },
      { create: { _index: 'prices', status: 400, error: { type: 'mapper_parsing_exception', reason: 'no number' } } },
    ],
  };
  expect(bulkOutcomes(answer)).toEqual([
    { done: true, words: 'In prices as 1' },
    { done: false, words: '400 mapper_parsing_exception – no number' },
  ]);
  expect(putOutcomes({ Records: [{ ShardId: 's' }, { ErrorCode: 'ThroughputExceeded', ErrorMessage: 'slow' }] }, 'orders'))
    .toEqual([{ done: true, words: 'In orders again' }, { done: false, words: 'ThroughputExceeded – slow' }]);
  expect(putOutcomes({ RequestResponses: [{ RecordId: 'r' }] }, 'd')).toEqual([{ done: true, words: 'In d again' }]);
});
