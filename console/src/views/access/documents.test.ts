import { expect, test } from 'vitest';

import { readDocument, trusted } from './documents';

const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com', 'firehose.amazonaws.com'] }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:root', Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' },
  ],
};

test('a document is read whether encoded or not; what is none stays text', () => {
  expect(readDocument(encodeURIComponent(JSON.stringify(trust)))).toEqual(trust);
  expect(readDocument(JSON.stringify(trust))).toEqual(trust);
  expect(readDocument('%7B%22a%22: 100% }')).toBe('%7B%22a%22: 100% }');
  expect(readDocument(undefined)).toBe('');
});

test('those whom a role trusts, once each, without those who are denied', () => {
  expect(trusted(trust)).toEqual(['lambda.amazonaws.com', 'firehose.amazonaws.com', 'arn:aws:iam::1:root']);
  expect(trusted({ Statement: { Effect: 'Allow', Principal: '*' } })).toEqual(['*']);
  expect(trusted('not JSON')).toEqual([]);
});
