// The numbers on the map: which metrics are asked for, and what the curves say about each node and arrow.
import { collectionTargetOf, sourceOf, type MapEdge, type MapNode } from './map';
import { lastOf, rateOf, sumOf, type Curve, type Curves, type MetricWanted, type Span, type Stat } from './metrics';
import type { Delivery } from './descriptions';

export interface Figures {
  rate: number; // records/s, lately
  total: number; // records in the whole span
  bars: number[]; // records over the span
  lagMs?: number;
  bufferedRecords?: number;
  bufferedBytes?: number;
  delivered?: { rate: number; total: number };
  backedUp?: { rate: number; total: number };
  rejected?: number;
  success?: number; // of the last attempt to deliver: 0 failed
  backupSuccess?: number;
  throttled?: number; // writes refused in the last minute
}

export const kBars = 60;
const kStaleS = 120; // a gauge older than this says nothing about now

// What AWS calls the destination in the names of its metrics.
export function metricsKindOf(delivery: Pick<Delivery, 'Destinations'>): string {
  return collectionTargetOf(delivery) ? 'DeliveryToAmazonOpenSearchServerless' : 'DeliveryToS3';
}

// Records that came in: read from the stream, or put directly.
export function incomingMetric(delivery: Pick<Delivery, 'Source'>): string {
  return sourceOf(delivery) ? 'DataReadFromKinesisStream.Records' : 'IncomingRecords';
}

type Row = [short: string, namespace: string, metric: string, stat: Stat];

function streamRows(): Row[] {
  return [
    ['in', 'AWS/Kinesis', 'IncomingRecords', 'Sum'],
    ['age', 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', 'Maximum'],
    ['throttled', 'AWS/Kinesis', 'WriteProvisionedThroughputExceeded', 'Sum'],
  ];
}

function deliveryRows(delivery: Delivery): Row[] {
  const kind = metricsKindOf(delivery);
  return [
    ['in', 'AWS/Firehose', incomingMetric(delivery), 'Sum'],
    ['lag', 'AWS/Firehose', 'KinesisMillisBehindLatest', 'Maximum'],
    ['records', 'Standpipe', 'BufferedRecords', 'Maximum'],
    ['bytes', 'Standpipe', 'BufferedBytes', 'Maximum'],
    ['out', 'AWS/Firehose', `${kind}.Records`, 'Sum'],
    ['success', 'AWS/Firehose', `${kind}.Success`, 'Minimum'],
    ['rejected', 'AWS/Firehose', `${kind}.DeliveryRejected`, 'Sum'],
    ['backup', 'AWS/Firehose', 'BackupToS3.Records', 'Sum'],
    ['backupSuccess', 'AWS/Firehose', 'BackupToS3.Success', 'Minimum'],
  ];
}

export function metricsWanted(nodes: MapNode[]): MetricWanted[] {
  return nodes.flatMap((node) => {
    const rows = node.kind === 'stream' ? streamRows() : node.delivery ? deliveryRows(node.delivery) : [];
    const dimension = node.kind === 'stream' ? 'StreamName' : 'DeliveryStreamName';
    return rows.map(([short, namespace, metric, stat]) => ({
      key: `${node.id} ${short}`, namespace, metric, stat, dimensions: { [dimension]: node.name },
    }));
  });
}

function barsOf(curve: Curve | undefined, { from, to }: Span): number[] {
  const bars = Array.from({ length: kBars }, () => 0);
  curve?.times.forEach((time, index) => {
    const bar = Math.floor(((time - from) / (to - from)) * kBars);
    if (bar >= 0 && bar < kBars) bars[bar] = (bars[bar] ?? 0) + (curve.values[index] ?? 0);
  });
  return bars;
}

function flowOf(curve: Curve | undefined, now: number, span: Span) {
  return { rate: rateOf(curve, now, span.period), total: sumOf(curve) };
}

function figuresOfNode(node: MapNode, curves: Curves, span: Span, now: number): Figures {
  const curve = (short: string) => curves.get(`${node.id} ${short}`);
  const recent = (short: string) => lastOf(curve(short), now - kStaleS);
  const figures: Figures = { ...flowOf(curve('in'), now, span), bars: barsOf(curve('in'), span) };
  if (node.kind === 'stream') {
    return { ...figures, lagMs: recent('age'), throttled: sumOf(curve('throttled'), now - 60) };
  }
  return {
    ...figures,
    lagMs: recent('lag'),
    bufferedRecords: recent('records'),
    bufferedBytes: recent('bytes'),
    delivered: flowOf(curve('out'), now, span),
    backedUp: flowOf(curve('backup'), now, span),
    rejected: sumOf(curve('rejected')),
    success: lastOf(curve('success')),
    backupSuccess: lastOf(curve('backupSuccess')),
  };
}

// A destination is measured by what arrives over its arrows.
function arriving(curves: Curves, into: MapEdge[], span: Span, now: number): Figures {
  const arrived = into.map(({ from, carries }) => curves.get(`${from} ${carries === 'backup' ? 'backup' : 'out'}`));
  const bars = arrived.map((curve) => barsOf(curve, span));
  return {
    rate: arrived.reduce((sum, curve) => sum + rateOf(curve, now, span.period), 0),
    total: arrived.reduce((sum, curve) => sum + sumOf(curve), 0),
    bars: Array.from({ length: kBars }, (_, bar) => bars.reduce((sum, one) => sum + (one[bar] ?? 0), 0)),
  };
}

export type FiguresOf = Map<string, Figures>;

export function figuresFrom(nodes: MapNode[], edges: MapEdge[], curves: Curves, span: Span, now: number): FiguresOf {
  const found: FiguresOf = new Map();
  for (const node of nodes) {
    const measured = node.kind === 'stream' || node.delivery !== undefined;
    if (measured) {
      found.set(node.id, figuresOfNode(node, curves, span, now));
      continue;
    }
    const into = edges.filter(({ to }) => to === node.id);
    if (node.kind !== 'delivery') found.set(node.id, arriving(curves, into, span, now));
  }
  return found;
}

// What moves along an arrow.
export function flowAlong(edge: MapEdge, figures: FiguresOf): { rate: number; total: number } | undefined {
  if (edge.carries === 'records') return figures.get(edge.to);
  const from = figures.get(edge.from);
  return edge.carries === 'backup' ? from?.backedUp : from?.delivered;
}
