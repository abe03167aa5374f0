import { expect, test } from 'vitest';

import { href, parseRoute } from './router';

test('a route is read back as it was written', () => {
  const route = parseRoute(href(['streams', 'a/b c'], { tab: 'records', empty: '', q: 'x=1&y' }));
  expect(route.path).toEqual(['streams', 'a/b c']);
  expect(Object.fromEntries(route.query)).toEqual({ tab: 'records', q: 'x=1&y' });
});

test('what somebody typed by hand does not break it', () => {
  expect(parseRoute('#/streams/%E0%A4%A').path).toEqual(['streams', '%E0%A4%A']);
  expect(parseRoute('').path).toEqual([]);
});
