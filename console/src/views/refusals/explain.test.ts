import { expect, test } from 'vitest';

import type { Refusal } from '../../api/client';
import { explain, layers, shortPrincipal, shortReason, shortResource, whoOf, withKeys } from './explain';

const bob = 'arn:aws:iam::123456789012:user/team/bob';
const base: Refusal = {
  time: 1795798904.5,
  requestId: 'r',
  principal: bob,
  service: 'kinesis',
  action: 'kinesis:PutRecord',
  resource: 'arn:aws:kinesis:ap-northeast-1:123456789012:stream/s',
  sourceIp: '127.0.0.1',
  userAgent: '',
  decidedBy: 'iam',
  code: 'AccessDenied',
  reason: '',
};
const change = (part: Partial<Refusal>) => explain({ ...base, ...part }).change;

test('a principal is named as policies name it', () => {
  expect(whoOf(bob)).toEqual({ text: 'user bob', arn: bob, path: ['access', 'users', 'bob'] });
  const session = whoOf('arn:aws:sts::123456789012:assumed-role/delivery/d');
  expect([session.text, session.arn]).toEqual(['role delivery', 'arn:aws:iam::123456789012:role/delivery']);
  expect(whoOf('').text).toBe('an unknown principal');
  expect(whoOf('firehose.amazonaws.com').arn).toBe('firehose.amazonaws.com');
  expect([shortPrincipal(bob), shortPrincipal('lambda.amazonaws.com'), shortResource(base.resource)]).toEqual([
    'user/team/bob',
    'service/lambda',
    'stream/s',
  ]);
});

test('IAM: nothing allows, something denies, something limits', () => {
  const missing = (what: string) => `User: x is not authorized because no ${what} allows the kinesis:PutRecord action`;
  expect(change({ reason: missing('identity-based policy') })).toBe(
    `Allow kinesis:PutRecord on ${base.resource} in a policy of user bob, attached or inline.`,
  );
  expect(change({ reason: missing('permissions boundary') })).toContain('The permissions boundary must allow');
  expect(change({ reason: 'x with an explicit deny in an identity-based policy' })).toContain(
    'Remove or narrow the Deny statement for kinesis:PutRecord',
  );
  expect(change({ resource: '*', reason: '' })).toBe('Allow kinesis:PutRecord in a policy of user bob, attached or inline.');
});

test('of a sentence that repeats everything only the cause is left', () => {
  const start = `User: ${bob} is not authorized to perform: kinesis:PutRecord on resource: ${base.resource}`;
  expect(shortReason(`${start} because no identity-based policy allows the kinesis:PutRecord action`)).toBe(
    'no identity-based policy allows the kinesis:PutRecord action',
  );
  expect(shortReason(`${start} with an explicit deny in a permissions boundary`)).toBe(
    'with an explicit deny in a permissions boundary',
  );
  expect(['the password is wrong', start].map(shortReason)).toEqual(['the password is wrong', start]);
});

test('a data access policy: which permission for which principal on which resource', () => {
  const text = change({
    decidedBy: 'data access policy',
    principal: 'arn:aws:sts::123456789012:assumed-role/delivery/d',
    action: 'aoss:WriteDocument',
    resource: 'index/stocks/orders',
  });
  for (const part of ['aoss:WriteDocument', 'index/stocks/orders', 'arn:aws:iam::123456789012:role/delivery']) {
    expect(text).toContain(part);
  }
});

test('a network policy: type, resource and the service that would do', () => {
  const reason = 'no network policy with a rule of type dashboard for collection/hidden allows public access';
  expect(change({ decidedBy: 'network policy', reason })).toBe(
    'A network policy needs a rule with ResourceType dashboard and Resource collection/hidden, and AllowFromPublic true.',
  );
  expect(change({ decidedBy: 'network policy', reason: `${reason} or firehose.amazonaws.com` })).toContain(
    'or firehose.amazonaws.com among its SourceServices',
  );
});

test('role trust names the principal that the trust policy lacks', () => {
  const trust = { decidedBy: 'role trust' as const, resource: 'arn:aws:iam::1:role/x/r', action: 'sts:AssumeRole' };
  expect(change({ ...trust, principal: 'firehose.amazonaws.com' })).toContain('role r must allow sts:AssumeRole to the Principal {"Service": "firehose');
  expect(change({ ...trust })).toContain(`{"AWS": "${bob}"}`);
  expect(change({ ...trust, reason: 'the role does not exist' })).toContain('create it');
});

test('signatures: by what was wrong with them', () => {
  const signed = (code: string, reason = '') => change({ decidedBy: 'signature', code, reason, accessKeyId: 'AKIA1' });
  expect(signed('SignatureDoesNotMatch')).toContain('Sign with the secret that belongs to the access key AKIA1');
  expect(signed('InvalidSignatureException', 'Signature expired: 2026 is now earlier than')).toContain('clock');
  expect(signed('UnrecognizedClientException')).toContain('does not exist, is inactive');
  expect(signed('ExpiredTokenException')).toContain('temporary credentials');
  expect(signed('MissingAuthenticationToken')).toContain('not signed');
});

test('every layer has words for every refusal', () => {
  for (const decidedBy of layers) {
    const { layer, change: what } = explain({ ...base, decidedBy, principal: '', resource: '', reason: '' });
    expect(layer.length).toBeGreaterThan(30);
    expect(what.length).toBeGreaterThan(30);
  }
});

test('a key stays when newer refusals come', () => {
  const older = [{ ...base, action: 'b' }, { ...base, action: 'a' }];
  const before = withKeys(older);
  const after = withKeys([{ ...base, requestId: '' }, { ...base, action: 'c' }, ...older]);
  expect(after.slice(2).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  expect(new Set(after.map(({ key }) => key)).size).toBe(4);
});
