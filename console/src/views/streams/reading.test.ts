// @vitest-environment node
import { expect, test } from 'vitest';

import { iteratorInput } from './reading';
import { isOpen, shareOf } from './shards';

test('an iterator is asked for with what its type needs', () => {
  const base = { StreamName: 's', ShardId: 'shardId-000000000000' };
  expect(iteratorInput('s', base.ShardId, 'TRIM_HORIZON', 'ignored')).toEqual({ ...base, ShardIteratorType: 'TRIM_HORIZON' });
  expect(iteratorInput('s', base.ShardId, 'AT_SEQUENCE_NUMBER', ' 49600 ')).toEqual({
    ...base, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '49600',
  });
  expect(iteratorInput('s', base.ShardId, 'AT_TIMESTAMP', '2026-11-27T17:00:00Z')).toEqual({
    ...base, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 1795798800,
  });
  const local = iteratorInput('s', base.ShardId, 'AT_TIMESTAMP', '2026-11-27 17:00:00');
  expect(local).toHaveProperty('Timestamp', new Date(2026, 10, 27, 17).getTime() / 1000);
});

test('what cannot be asked is told', () => {
  expect(() => iteratorInput('s', 'x', 'AT_TIMESTAMP', 'yesterday')).toThrow('is no time');
  expect(() => iteratorInput('s', 'x', 'AFTER_SEQUENCE_NUMBER', '')).toThrow('digits only');
});

test('a shard tells its share of the keys and whether it is open', () => {
  const end = (1n << 128n) - 1n;
  const range = (from: bigint, to: bigint) => ({ HashKeyRange: { StartingHashKey: String(from), EndingHashKey: String(to) } });
  expect(shareOf(range(0n, end))).toBe(100);
  expect(shareOf(range(0n, end / 4n))).toBeCloseTo(25, 2);
  expect(isOpen({ SequenceNumberRange: { StartingSequenceNumber: '1' } })).toBe(true);
  expect(isOpen({ SequenceNumberRange: { StartingSequenceNumber: '1', EndingSequenceNumber: '2' } })).toBe(false);
});
