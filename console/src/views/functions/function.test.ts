import { expect, test } from 'vitest';

import { eventFault, logGroupOf, readReport } from './function';

test('the report line tells how a call went', () => {
  const log = [
    'START RequestId: 1 Version: $LATEST',
    'REPORT RequestId: 0\tDuration: 9 ms',
    'REPORT RequestId: 1\tDuration: 2.31 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 81.5 ms\t',
  ].join('\n');
  expect(readReport(log)).toEqual({ durationMs: 2.31, billedMs: 3, initMs: 81.5, memoryMb: 128, usedMb: 36 });
  expect(readReport('START RequestId: 1')).toBeUndefined();
});

test('an event is JSON or nothing', () => {
  expect(eventFault('{"a": 1}')).toBeUndefined();
  expect(eventFault(' ')).toBeUndefined();
  expect(eventFault('{a}')).toMatch(/^Not JSON/);
});

test('a function logs where its configuration says, or under its name', () => {
  expect(logGroupOf({ FunctionName: 'f', FunctionArn: '' })).toBe('/aws/lambda/f');
  expect(logGroupOf({ FunctionName: 'f', FunctionArn: '', LoggingConfig: { LogGroup: '/mine' } })).toBe('/mine');
});
