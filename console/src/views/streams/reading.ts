// Reading a shard from where somebody wants to begin.
import { decode, type Decoded } from '../../api/blob';
import { aws } from '../../api/client';

export interface StreamRecord {
  SequenceNumber: string;
  ApproximateArrivalTimestamp: number;
  PartitionKey: string;
  Data: string;
}

export interface ShownRecord extends StreamRecord {
  decoded: Decoded;
}

export type Start = 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER';

// What GetShardIterator is to be asked, or why it cannot be.
export function iteratorInput(stream: string, shard: string, start: Start, from: string): object {
  const input = { StreamName: stream, ShardId: shard, ShardIteratorType: start };
  if (start === 'AT_TIMESTAMP') {
    const time = new Date(from.trim().replace(' ', 'T')).getTime();
    if (Number.isNaN(time)) throw new Error(`“${from}” is no time. Write it like 2026-11-27 17:00:00.`);
    return { ...input, Timestamp: time / 1000 };
  }
  if (start === 'AT_SEQUENCE_NUMBER' || start === 'AFTER_SEQUENCE_NUMBER') {
    if (!/^\d+$/.test(from.trim())) throw new Error('A sequence number has digits only.');
    return { ...input, StartingSequenceNumber: from.trim() };
  }
  return input;
}

export async function iteratorFor(input: object): Promise<string> {
  return (await aws<{ ShardIterator: string }>('kinesis', 'GetShardIterator', input)).ShardIterator;
}

export interface ReadAnswer {
  records: ShownRecord[];
  next?: string; // absent: the shard is closed and read to its end
  behindMs: number;
}

export async function readFrom(iterator: string, limit: number, signal?: AbortSignal): Promise<ReadAnswer> {
  const answer = await aws<{ Records?: StreamRecord[]; NextShardIterator?: string; MillisBehindLatest?: number }>(
    'kinesis', 'GetRecords', { ShardIterator: iterator, Limit: limit }, { signal },
  );
  return {
    records: (answer.Records ?? []).map((record) => ({ ...record, decoded: decode(record.Data) })),
    next: answer.NextShardIterator,
    behindMs: answer.MillisBehindLatest ?? 0,
  };
}
