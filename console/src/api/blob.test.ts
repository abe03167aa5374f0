import { expect, test } from 'vitest';

import { base64Of, base64OfText, bytesOf, decode } from './blob';

test('bytes survive the way there and back', () => {
  const bytes = new Uint8Array(70_000).map((_, index) => index % 256);
  expect(bytesOf(base64Of(bytes))).toEqual(bytes);
});

test('what is JSON is shown as JSON, what is text as text, the rest as hexadecimal', () => {
  expect(decode(base64OfText('{"a":[1]}'))).toEqual({ kind: 'json', text: '{\n  "a": [\n    1\n  ]\n}' });
  expect(decode(base64OfText('grüß dich'))).toEqual({ kind: 'text', text: 'grüß dich' });
  expect(decode(base64Of(new Uint8Array([0xff, 0x00])))).toEqual({ kind: 'bytes', text: 'ff 00' });
});
