// A stream's shards, as ListShards tells them.
import { aws } from '../../api/client';
import { allPages } from '../../api/paging';

export interface Shard {
  ShardId: string;
  ParentShardId?: string;
  AdjacentParentShardId?: string;
  HashKeyRange: { StartingHashKey: string; EndingHashKey: string };
  SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string };
}

export function listShards(name: string, signal?: AbortSignal) {
  return allPages(async (token) => {
    // A token stands for the stream, too: naming both is refused.
    const input = token === undefined ? { StreamName: name, MaxResults: 1000 } : { NextToken: token, MaxResults: 1000 };
    const answer = await aws<{ Shards?: Shard[]; NextToken?: string }>('kinesis', 'ListShards', input, { signal });
    return { items: answer.Shards ?? [], next: answer.NextToken };
  });
}

const kHashKeys = 1n << 128n;

// How much of the hash keys the shard takes: what keys fall to it, in a number that can be read.
export function shareOf({ HashKeyRange: { StartingHashKey, EndingHashKey } }: Pick<Shard, 'HashKeyRange'>): number {
  const width = BigInt(EndingHashKey) - BigInt(StartingHashKey) + 1n;
  return Number((width * 100_000n) / kHashKeys) / 1000;
}

export function isOpen({ SequenceNumberRange }: Pick<Shard, 'SequenceNumberRange'>): boolean {
  return SequenceNumberRange.EndingSequenceNumber === undefined;
}
