// @vitest-environment node
import { expect, test } from 'vitest';

import { evenly, lastOf, metricInput, rateOf, spanUntil, sumOf, timesOf, type Curve } from './metrics';
import { durationText, rateText } from './words';

test('a query names its metric, its dimension and the span on whole periods', () => {
  const span = spanUntil(1003, 20, 5);
  expect(span).toEqual({ from: 985, to: 1005, period: 5 });
  const wanted = [{ key: 'k', namespace: 'AWS/Kinesis', metric: 'IncomingRecords', dimensions: { StreamName: 's' }, stat: 'Sum' as const }];
  expect(metricInput(wanted, span)).toEqual({
    StartTime: 985, EndTime: 1005, ScanBy: 'TimestampAscending',
    MetricDataQueries: [{
      Id: 'm0',
      MetricStat: {
        Metric: { Namespace: 'AWS/Kinesis', MetricName: 'IncomingRecords', Dimensions: [{ Name: 'StreamName', Value: 's' }] },
        Period: 5, Stat: 'Sum',
      },
    }],
  });
});

const curve: Curve = { times: [980, 990, 1000], values: [50, 20, 4] };

test('sums, last values and rates are read off a curve', () => {
  expect([sumOf(curve), sumOf(curve, 990), sumOf(undefined)]).toEqual([74, 24, 0]);
  expect([lastOf(curve), lastOf(curve, 1001), lastOf(undefined)]).toEqual([4, undefined, undefined]);
  expect(rateOf(curve, 1002, 5)).toBe(2); // 24 records since 990
  expect(rateOf(curve, 1000, 5)).toBe(2.4);
});

test('gaps are filled for charts', () => {
  const span = { from: 980, to: 1005, period: 5 };
  expect(timesOf(span)).toEqual([980, 985, 990, 995, 1000]);
  expect(evenly(curve, span, 0, 1 / 5)).toEqual([10, 0, 4, 0, 0.8]);
  expect(evenly(undefined, span, null)).toEqual([null, null, null, null, null]);
});

test('rates and durations keep few digits', () => {
  expect([undefined, 0, 0.01, 1.234, 1234.5].map(rateText)).toEqual(['–', '0', '<0.1', '1.2', '1,235']);
  expect([undefined, 5, 1500, 59_400, 3_600_000].map(durationText)).toEqual(['–', '5 ms', '1.5 s', '59 s', '1 h 0 min']);
});
