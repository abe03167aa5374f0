import { expect, test } from 'vitest';

import { appendLines, parseLine, tailOf, type LogLine, type LogPage, type LogWindow } from './tail';

const line = (eventId: string, timestamp: number): LogLine => ({ eventId, timestamp, logStreamName: 's', message: eventId });
const ids = ({ lines }: LogWindow) => lines.map(({ eventId }) => eventId);
const none: LogWindow = { lines: [], dropped: 0, more: false };
const { signal } = new AbortController();

test('late lines go where their time is, each once, and the oldest fall out', () => {
  const first = appendLines(none, [line('a', 1), line('c', 3)]);
  const second = appendLines(first, [line('c', 3), line('b', 2), line('d', 4)], 3);
  expect(ids(second)).toEqual(['b', 'c', 'd']);
  expect(second.dropped).toBe(1);
  expect(appendLines(second, [line('d', 4)])).toBe(second); // nothing new: nothing to draw
});

test('a tail follows the tokens, then looks a little back from the last line', async () => {
  const asked: [number | undefined, string | undefined][] = [];
  const answers: LogPage[] = [
    { events: [line('a', 10_000)], nextToken: 't' },
    { events: [line('b', 20_000)] },
    { events: [line('b', 20_000), line('c', 21_000)] },
  ];
  const tail = tailOf({ group: 'g' }, () => ({ from: 5000 }), async (_, { from }, token) => {
    asked.push([from, token]);
    return answers.shift() ?? {};
  });
  expect(ids(await tail(signal))).toEqual(['a', 'b']);
  expect(ids(await tail(signal))).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual([
    [5000, undefined],
    [5000, 't'],
    [15_000, undefined],
  ]);
});

test('a search that finds nothing for long says that there is more', async () => {
  let calls = 0;
  const tail = tailOf({ group: 'g' }, () => ({}), async () => ({ events: [], nextToken: String(++calls) }));
  expect((await tail(signal)).more).toBe(true);
  expect(calls).toBe(10);
});

test('JSON is found in a line, also behind a prefix', () => {
  expect(parseLine('{"a":1}\n')).toEqual({ text: '{"a":1}', document: { a: 1 }, level: undefined });
  expect(parseLine('[ERROR] 2026 {"a":[2]}').level).toBe('error');
  expect(parseLine('INFO {"a":[2]}').document).toEqual({ a: [2] });
  expect(parseLine('WARN {broken')).toEqual({ text: 'WARN {broken', level: 'warning' });
  expect(parseLine('<script>alert(1)</script>').text).toBe('<script>alert(1)</script>');
});
