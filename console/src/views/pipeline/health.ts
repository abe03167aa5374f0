// How a node is doing, in one word of colour and one sentence: where records are stuck, and why.
import type { DeliveryError } from './deliveryLog';
import type { Figures } from './figures';
import { bufferText, durationText } from './words';
import { bucketTargetOf, collectionTargetOf, type MapNode } from './map';

export interface Health {
  level: 'ok' | 'idle' | 'busy' | 'warning' | 'failing' | 'unknown';
  words: string;
  error?: DeliveryError; // the reason, where the log has it
}

const kBehindMs = 10_000;
const kReadErrorMs = 30_000; // a failed read is repeated within seconds: an older error is over

const plural = (count: number, noun: string) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

function ofStatus(status: string | undefined, failure?: string): Health | undefined {
  if (status === undefined || status === '' || status === 'ACTIVE') return undefined;
  if (status.includes('FAILED')) return { level: 'failing', words: failure ?? status.toLowerCase().replaceAll('_', ' ') };
  return { level: 'busy', words: status[0] + status.slice(1).toLowerCase() };
}

function flowing(figures: Figures | undefined, idle = 'Idle'): Health {
  if (figures === undefined) return { level: 'unknown', words: 'No numbers' };
  return figures.rate > 0 ? { level: 'ok', words: 'Flowing' } : { level: 'idle', words: idle };
}

function ofDelivery(node: MapNode, figures: Figures | undefined, nowMs: number): Health {
  const { delivery, lastError: error } = node;
  if (delivery === undefined) return { level: 'unknown', words: 'Not visible' };
  const status = ofStatus(delivery.DeliveryStreamStatus, delivery.FailureDescription?.Details);
  if (status) return status;
  if (error?.code.startsWith('Kinesis.') && nowMs - error.time < kReadErrorMs) {
    return { level: 'failing', words: 'Cannot read its stream', error };
  }
  if (figures === undefined) return flowing(figures);
  const waiting = figures.bufferedRecords ?? 0;
  if (figures.backupSuccess !== undefined && figures.backupSuccess < 1 && waiting > 0) {
    return { level: 'failing', words: `${plural(waiting, 'record')} stuck: the backup bucket refuses them`, error };
  }
  if (figures.success !== undefined && figures.success < 1 && waiting > 0) {
    return { level: 'failing', words: `${plural(waiting, 'record')} stuck: delivery fails, trying again`, error };
  }
  if ((figures.lagMs ?? 0) > kBehindMs) {
    return { level: 'warning', words: `${durationText(figures.lagMs ?? 0)} behind latest`, error };
  }
  if ((figures.rejected ?? 0) > 0) {
    const count = plural(figures.rejected ?? 0, 'record');
    return { level: 'warning', words: `${count} failed and went to the backup`, error };
  }
  if (waiting > 0) {
    const hints = (collectionTargetOf(delivery) ?? bucketTargetOf(delivery))?.BufferingHints;
    return { level: 'busy', words: `${plural(waiting, 'record')} wait for the buffer (${bufferText(hints)})` };
  }
  return flowing(figures);
}

// `connected`: whether arrows lead into a destination, or out of a stream.
export function healthOf(node: MapNode, figures: Figures | undefined, connected: boolean, nowMs: number): Health {
  if (node.kind === 'delivery') return ofDelivery(node, figures, nowMs);
  if (node.kind === 'stream') {
    const status = ofStatus(node.stream?.StreamStatus);
    if (status) return status;
    if ((figures?.throttled ?? 0) > 0) {
      return { level: 'warning', words: `${plural(figures?.throttled ?? 0, 'write')} refused: over the shards' limit` };
    }
    return flowing(figures, connected ? 'Idle' : 'No delivery stream reads it');
  }
  const status = ofStatus(node.collection?.status, node.collection?.failureMessage);
  return status ?? flowing(figures, connected ? 'Idle' : 'No delivery stream writes to it');
}
