// @vitest-environment node
import { expect, test } from 'vitest';

import { folderOf, nameIn, stepsTo } from './keys';
import { inflateStart, previewOf, splitValues } from './preview';

const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes(text)]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

test('the way to a prefix, also through empty parts', () => {
  expect(stepsTo('a/b/')).toEqual([
    { text: 'a', prefix: 'a/' },
    { text: 'b', prefix: 'a/b/' },
  ]);
  expect(stepsTo('a//b').map(({ text, prefix }) => [text, prefix])).toEqual([
    ['a', 'a/'],
    ['(empty)', 'a//'],
    ['b', 'a//b'],
  ]);
  expect([stepsTo(''), stepsTo('/')]).toEqual([[], [{ text: '(empty)', prefix: '/' }]]);
});

test('names inside of a prefix', () => {
  expect([nameIn('a/', 'a/b/'), nameIn('', 'x'), nameIn('a/', 'a/')]).toEqual(['b/', 'x', '(the prefix itself)']);
  expect([folderOf('a/b/c.gz'), folderOf('c')]).toEqual(['a/b/', '']);
});

test('values are found with line breaks, without, and with braces in strings', () => {
  expect(splitValues('{"a":1}{"b":"}{\\"}"}\n[1,2] ')).toEqual(['{"a":1}', '{"b":"}{\\"}"}', '[1,2]']);
  expect(splitValues('{"a":1}{"b"')).toEqual(['{"a":1}', '{"b"']);
  expect([splitValues('a,b\n1,2'), splitValues('}{')]).toEqual([undefined, undefined]);
});

test('JSON, JSON lines and text are told apart', async () => {
  const of = (text: string, total = bytes(text).length) => previewOf(bytes(text), total);
  expect(await of('{"a":[1]}')).toMatchObject({ kind: 'JSON', formatted: '{\n  "a": [\n    1\n  ]\n}', whole: true });
  expect(await of('{"a":1}\n{"b":2}\n')).toMatchObject({ kind: 'JSON lines', formatted: '{\n  "a": 1\n}\n{\n  "b": 2\n}' });
  expect(await of('{"a":1}\n{"b":', 100)).toMatchObject({ kind: 'JSON lines', formatted: '{\n  "a": 1\n}\n{"b":', whole: false });
  expect(await of('{"a": oops}')).toMatchObject({ kind: 'text', text: '{"a": oops}' });
  expect(await of('<script>alert(1)</script>')).toMatchObject({ kind: 'text', compressed: false });
});

test('a character cut in two is left out; what is not text is shown as bytes', async () => {
  const cut = bytes('grüß').subarray(0, 5); // half of the ß
  expect(await previewOf(new Uint8Array(cut), 100)).toMatchObject({ kind: 'text', text: 'grü', whole: false });
  expect(await previewOf(new Uint8Array([0xff, 0x00, 0x10]), 3)).toMatchObject({ kind: 'bytes', text: '000000  ff 00 10' });
});

test('gzip is inflated, also when its end is missing', async () => {
  const line = '{"TICKER":"ACME"}\n';
  expect(await previewOf(await gzip(line), (await gzip(line)).length)).toMatchObject({ kind: 'JSON', compressed: true, whole: true });
  const text = Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"x":"${(n * 2654435761) % 4294967296}"}`).join('\n');
  const packed = await gzip(text);
  const start = await inflateStart(packed.slice(0, 20_000), 1 << 20);
  expect(start.whole).toBe(false);
  expect(start.bytes.length).toBeGreaterThan(10_000);
  expect(text.startsWith(new TextDecoder().decode(start.bytes))).toBe(true);
  const bounded = await inflateStart(packed, 1000);
  expect([bounded.bytes.length, bounded.whole]).toEqual([1000, false]);
});
