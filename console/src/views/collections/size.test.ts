import { expect, test } from 'vitest';

import { bytesOfSize } from './size';

test('sizes for people are read back as bytes', () => {
  expect(['978b', '3.3kb', '2mb', '1.5gb', '17'].map(bytesOfSize)).toEqual([978, 3379, 2097152, 1610612736, 17]);
  expect(['', 'many', '3 parsecs'].map(bytesOfSize)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
