import { expect, test } from 'vitest';

import {
  chosenText,
  dataInput,
  frameOf,
  gridOf,
  labels,
  parseChosen,
  periodFor,
  periodText,
  usualStatistic,
  valueText,
  type Chosen,
} from './query';

const records = (stream: string, stat = 'Sum'): Chosen => ({
  Namespace: 'AWS/Kinesis',
  MetricName: 'IncomingRecords',
  Dimensions: [{ Name: 'StreamName', Value: stream }],
  stat,
});

test('the choice survives the URL, and what somebody typed there does not break it', () => {
  const chosen = [records('a'), { Namespace: 'Own', MetricName: 'x', Dimensions: [], stat: 'p99' }];
  expect(parseChosen(chosenText(chosen) ?? '')).toEqual(chosen);
  expect(parseChosen('[["only one"], 5, ["a", 1], ["N", "M"]]')).toEqual([
    { Namespace: 'N', MetricName: 'M', Dimensions: [], stat: 'Average' },
  ]);
  expect(parseChosen('{')).toEqual([]);
});

test('a period gives a readable number of points, and a chosen one not too many', () => {
  expect(periodFor(300, undefined, ['Standpipe'])).toBe(1);
  expect(periodFor(3600, undefined, ['Standpipe'])).toBe(30);
  expect(periodFor(24 * 3600, undefined, ['Standpipe'])).toBe(300);
  expect(periodFor(300, undefined, ['Standpipe', 'AWS/Lambda'])).toBe(60); // not kept by the second
  expect(periodFor(3600, 5, ['Standpipe'])).toBe(5);
  expect(periodFor(24 * 3600, 1, ['Standpipe'])).toBe(300);
});

test('the question begins and ends at whole periods', () => {
  const frame = frameOf(1_000_030_000, 1_000_630_000, 60, []);
  expect(frame).toEqual({ from: 1_000_020, to: 1_000_680, period: 60 });
  const input = dataInput([records('a')], frame);
  expect([input.StartTime, input.EndTime, input.MetricDataQueries[0]?.Id]).toEqual([1_000_020, 1_000_680, 'm0']);
  expect(input.MetricDataQueries[0]?.MetricStat).toMatchObject({ Period: 60, Stat: 'Sum' });
});

test('answers fall into place; where there is none there is a gap', () => {
  const frame = { from: 0, to: 180, period: 60 };
  const grid = gridOf(2, [{ Id: 'm1', Timestamps: [60], Values: [7] }, { Id: 'm9', Timestamps: [0], Values: [1] }], frame);
  expect(grid).toEqual({ times: [0, 60, 120], values: [[null, null, null], [null, 7, null]] });
});

test('labels tell metrics apart and no more', () => {
  expect(labels([records('a')])).toEqual(['IncomingRecords · a']);
  expect(labels([records('a'), records('b')])).toEqual(['a', 'b']);
  expect(labels([records('a'), { ...records('a'), MetricName: 'IncomingBytes' }])).toEqual(['IncomingRecords', 'IncomingBytes']);
  expect(labels([records('a'), records('a', 'p90')])).toEqual(['a · Sum', 'a · p90']);
  expect([usualStatistic('IncomingBytes'), usualStatistic('GetRecords.IteratorAgeMilliseconds')]).toEqual(['Sum', 'Average']);
});

test('numbers and periods read well', () => {
  expect([valueText(1234.567), valueText(0.000123), valueText(0), valueText(null)]).toEqual(['1,234.57', '0.000123', '0', '–']);
  expect([periodText(1), periodText(30), periodText(60), periodText(21_600)]).toEqual(['1 second', '30 seconds', '1 minute', '6 hours']);
});
