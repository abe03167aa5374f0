import { expect, test } from 'vitest';

import { concerns, rulesOf } from './policyRules';

test('a data access policy: a row a rule, each with the principals of its block', () => {
  const rules = rulesOf('p', 'data', [
    {
      Description: 'writers',
      Rules: [
        { ResourceType: 'index', Resource: ['index/logs/*'], Permission: ['aoss:WriteDocument', 'aoss:CreateIndex'] },
        { ResourceType: 'collection', Resource: ['collection/logs'], Permission: ['aoss:DescribeCollectionItems'] },
      ],
      Principal: ['arn:aws:iam::1:role/w'],
    },
    { Rules: [{ ResourceType: 'index', Resource: ['index/*/*'], Permission: ['aoss:ReadDocument'] }], Principal: ['a', 'b'] },
  ]);
  expect(rules.map(({ resourceType, principals }) => [resourceType, principals.length])).toEqual([
    ['index', 1],
    ['collection', 1],
    ['index', 2],
  ]);
  expect(rules[0]).toMatchObject({ policy: 'p', description: 'writers', permissions: ['aoss:WriteDocument', 'aoss:CreateIndex'] });
});

test('a network policy says from where, an encryption policy with which key', () => {
  const rules = [{ ResourceType: 'collection', Resource: ['collection/a'] }];
  const from = (block: object) => rulesOf('n', 'network', [{ Rules: rules, ...block }])[0]?.from;
  expect(from({ AllowFromPublic: true })).toBe('Anywhere');
  expect(from({ AllowFromPublic: false, SourceVPCEs: ['vpce-1'], SourceServices: ['firehose.amazonaws.com'] })).toBe(
    'vpce-1, firehose.amazonaws.com',
  );
  expect(from({ AllowFromPublic: false })).toBe('Nowhere');
  const key = (block: object) => rulesOf('e', 'encryption', { Rules: rules, ...block })[0]?.key;
  expect([key({ AWSOwnedKey: true }), key({ KmsARN: 'arn:aws:kms:x' })]).toEqual(['AWS owned key', 'arn:aws:kms:x']);
});

test('what is no policy has no rules', () => {
  expect([null, 'x', [], [null], {}].flatMap((document) => rulesOf('p', 'data', document))).toEqual([]);
});

test('patterns are patterns and nothing else is', () => {
  const rule = (resource: string) => rulesOf('p', 'data', [{ Rules: [{ ResourceType: 'index', Resource: [resource] }] }])[0]!;
  expect(concerns(rule('collection/log*'), 'logs')).toBe(true);
  expect(concerns(rule('index/logs/2026-*'), 'logs')).toBe(true);
  expect(concerns(rule('index/*/x'), 'logs')).toBe(true);
  expect(concerns(rule('collection/l.gs'), 'logs')).toBe(false);
  expect(concerns(rule('collection/log'), 'logs')).toBe(false);
});
