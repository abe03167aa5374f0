import { expect, test } from 'vitest';

import { bytesText, countText, timeText } from './format';

test('sizes have three digits or so and binary units', () => {
  expect([0, 1023, 1024, 64 * 1024, 5 * 1024 ** 3].map(bytesText)).toEqual(['0 B', '1023 B', '1.00 KiB', '64.0 KiB', '5.00 GiB']);
  expect(bytesText(undefined)).toBe('–');
});

test('both forms of time are one', () => {
  const iso = '2026-11-27T17:01:44.000Z';
  expect(timeText(iso)).toBe(timeText(Date.parse(iso) / 1000));
  expect(timeText(iso)).toMatch(/^2026-11-2[78] \d\d:\d\d:44$/);
  expect([timeText(undefined), timeText('soon')]).toEqual(['–', 'soon']);
});

test('counts are grouped', () => {
  expect(countText(1234567)).toBe('1,234,567');
});
