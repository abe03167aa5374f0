// @vitest-environment node
import { expect, test } from 'vitest';

import { parseLogLine, reasonOf, logTargetsOf } from './deliveryLog';
import { figuresFrom, flowAlong, metricsWanted } from './figures';
import { healthOf } from './health';
import { buildMap, collectionIdOf, edgesOf, nodesOf } from './map';
import type { Curves } from './metrics';
import type { Delivery } from './descriptions';
import type { Topology } from './topology';

const delivery: Delivery = {
  DeliveryStreamName: 'prices-delivery',
  DeliveryStreamARN: 'arn:aws:firehose:ap-northeast-1:000000000000:deliverystream/prices-delivery',
  DeliveryStreamStatus: 'ACTIVE',
  DeliveryStreamType: 'KinesisStreamAsSource',
  Source: { KinesisStreamSourceDescription: { KinesisStreamARN: 'arn:aws:kinesis:ap-northeast-1:000000000000:stream/prices' } },
  Destinations: [
    {
      AmazonOpenSearchServerlessDestinationDescription: {
        CollectionEndpoint: 'https://abc123.ap-northeast-1.aoss.amazonaws.com',
        IndexName: 'stock-prices',
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
        S3DestinationDescription: { BucketARN: 'arn:aws:s3:::backup' },
        CloudWatchLoggingOptions: { Enabled: true, LogGroupName: 'g', LogStreamName: 's' },
      },
    },
  ],
};

const topology: Topology = {
  streams: {
    data: [
      { StreamName: 'alone', StreamARN: '', StreamStatus: 'ACTIVE' },
      { StreamName: 'prices', StreamARN: '', StreamStatus: 'ACTIVE', OpenShardCount: 2 },
    ],
  },
  deliveries: { data: [{ name: 'prices-delivery', described: { data: delivery }, lastError: {} }] },
  collections: { data: [{ id: 'abc123', name: 'prices', status: 'ACTIVE', type: 'TIMESERIES' }] },
  more: 0,
};

test('what is connected is one lane, the connected first', () => {
  const lanes = buildMap(topology);
  expect(lanes.map(({ columns }) => columns.map((nodes) => nodes.map(({ id }) => id)))).toEqual([
    [['stream/prices'], ['delivery/prices-delivery'], ['collection/abc123', 'bucket/backup']],
    [['stream/alone'], [], []],
  ]);
  expect(edgesOf(lanes)).toEqual([
    { from: 'stream/prices', to: 'delivery/prices-delivery', carries: 'records' },
    { from: 'delivery/prices-delivery', to: 'collection/abc123', carries: 'documents' },
    { from: 'delivery/prices-delivery', to: 'bucket/backup', carries: 'backup' },
  ]);
  expect(nodesOf(lanes)[2]).toMatchObject({ kind: 'collection', name: 'prices' });
});

test('what may not be listed is drawn from the delivery stream that names it, what may not be described without arrows', () => {
  const error = new Error('refused');
  const lanes = buildMap({ ...topology, streams: { error }, collections: { error } });
  expect(nodesOf(lanes).map(({ name }) => name)).toEqual(['prices', 'prices-delivery', 'abc123', 'backup']);
  const hidden = { data: [{ name: 'prices-delivery', described: { error }, lastError: {} }] };
  const apart = buildMap({ ...topology, deliveries: hidden });
  expect(edgesOf(apart)).toEqual([]);
  expect(nodesOf(apart).find(({ kind }) => kind === 'delivery')).toMatchObject({ error });
});

test('a delivery stream into a bucket has one arrow of objects', () => {
  const target = { ExtendedS3DestinationDescription: { BucketARN: 'arn:aws:s3:::lake' } };
  const direct = { ...delivery, DeliveryStreamType: 'DirectPut', Source: undefined, Destinations: [target] };
  const lanes = buildMap({
    streams: { data: [] }, collections: { data: [] }, more: 0,
    deliveries: { data: [{ name: 'd', described: { data: direct }, lastError: {} }] },
  });
  expect(edgesOf(lanes)).toEqual([{ from: 'delivery/d', to: 'bucket/lake', carries: 'objects' }]);
  const metrics = metricsWanted(nodesOf(lanes)).map(({ metric }) => metric);
  expect(metrics).toContain('DeliveryToS3.Records');
  expect(metrics).toContain('IncomingRecords');
});

const now = 1000;
const span = { from: 100, to: 1005, period: 5 };

function figures(curves: [string, [number, number][]][]) {
  const lanes = buildMap(topology);
  const made: Curves = new Map(
    curves.map(([key, points]) => [key, { times: points.map(([time]) => time), values: points.map(([, value]) => value) }]),
  );
  return figuresFrom(nodesOf(lanes), edgesOf(lanes), made, span, now);
}

test('figures come from their curves; destinations from what arrives over the arrows', () => {
  const found = figures([
    ['stream/prices in', [[200, 40], [995, 10]]],
    ['delivery/prices-delivery out', [[990, 20]]],
    ['delivery/prices-delivery backup', [[300, 3]]],
    ['delivery/prices-delivery lag', [[400, 99]]],
    ['delivery/prices-delivery records', [[995, 7]]],
  ]);
  expect(found.get('stream/prices')).toMatchObject({ rate: 1, total: 50 });
  expect(found.get('stream/prices')?.bars.reduce((sum, bar) => sum + bar)).toBe(50);
  const own = found.get('delivery/prices-delivery');
  expect(own).toMatchObject({ bufferedRecords: 7, lagMs: undefined, delivered: { rate: 2, total: 20 }, backedUp: { total: 3 } });
  expect(found.get('collection/abc123')).toMatchObject({ rate: 2, total: 20 });
  expect(found.get('bucket/backup')).toMatchObject({ rate: 0, total: 3 });
  expect(edgesOf(buildMap(topology)).map((edge) => flowAlong(edge, found)?.total)).toEqual([0, 20, 3]);
});

const nodeOf = (kind: string) => nodesOf(buildMap(topology)).find((node) => node.kind === kind)!;

test('it is told where records are stuck, and why', () => {
  const own = (points: [string, [number, number][]][]) =>
    healthOf(nodeOf('delivery'), figures(points).get('delivery/prices-delivery'), true, now * 1000);
  const key = (short: string, value: number): [string, [number, number][]] => [
    `delivery/prices-delivery ${short}`, [[995, value]],
  ];
  expect(own([])).toEqual({ level: 'idle', words: 'Idle' });
  expect(own([key('in', 5)]).level).toBe('ok');
  expect(own([key('records', 2)])).toEqual({ level: 'busy', words: '2 records wait for the buffer (60 s or 1 MiB)' });
  expect(own([key('records', 1), key('success', 0)])).toMatchObject({
    level: 'failing', words: '1 record stuck: delivery fails, trying again',
  });
  expect(own([key('records', 9), key('success', 1), key('backupSuccess', 0)]).words).toContain('backup bucket refuses');
  expect(own([key('records', 0), key('success', 0), key('rejected', 4)])).toMatchObject({
    level: 'warning', words: '4 records failed and went to the backup',
  });
  expect(own([key('lag', 65_000)])).toMatchObject({ level: 'warning', words: '1 min 5 s behind latest' });
});

test('a failed read is stuck while it is fresh', () => {
  const lastError = { time: 999_000, code: 'Kinesis.AccessDenied', reason: 'no' };
  const node = { ...nodeOf('delivery'), lastError };
  expect(healthOf(node, undefined, true, 1_000_000)).toEqual({
    level: 'failing', words: 'Cannot read its stream', error: lastError,
  });
  expect(healthOf(node, undefined, true, 2_000_000).level).toBe('unknown');
});

test('streams and destinations say what is unusual about them', () => {
  const stream = nodeOf('stream');
  expect(healthOf(stream, { rate: 0, total: 0, bars: [], throttled: 3 }, true, 0).words).toContain('3 writes refused');
  expect(healthOf(stream, { rate: 0, total: 0, bars: [] }, false, 0).words).toBe('No delivery stream reads it');
  const collection = { ...nodeOf('collection'), collection: { id: 'a', name: 'a', status: 'CREATING' } };
  expect(healthOf(collection, undefined, true, 0)).toEqual({ level: 'busy', words: 'Creating' });
  const failed = { id: 'a', name: 'a', status: 'FAILED', failureMessage: 'no key' };
  expect(healthOf({ ...collection, collection: failed }, undefined, true, 0)).toEqual({ level: 'failing', words: 'no key' });
});

test('endpoints and log lines are read', () => {
  expect(collectionIdOf('https://abc123.ap-northeast-1.aoss.amazonaws.com')).toBe('abc123');
  expect(logTargetsOf(delivery)).toEqual([{ group: 'g', stream: 's', of: 'destination' }]);
  const message = '{"status":400,"type":"mapper_parsing_exception","reason":"failed to parse"}';
  expect(parseLogLine(5, JSON.stringify({ message, errorCode: 'AOSS.400', destination: 'd' }))).toEqual({
    time: 5, code: 'AOSS.400', reason: '400 mapper_parsing_exception – failed to parse', destination: 'd',
  });
  expect(parseLogLine(5, 'plain')).toEqual({ time: 5, code: '', reason: 'plain' });
  expect(reasonOf('{"error":{"type":"x","root_cause":[{"reason":"r"}]},"status":403}')).toBe('403 x – r');
  expect(reasonOf('{"status":403,"error":{"reason":"403 Forbidden","type":"Forbidden"}}')).toBe('403 Forbidden – 403 Forbidden');
  expect(reasonOf('words')).toBe('words');
});
