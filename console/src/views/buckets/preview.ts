// The beginning of an object, as text: never interpreted, whatever its type says.
import { textOf } from '../../api/blob';

export const kPreviewBytes = 64 * 1024;

export interface Preview {
  kind: 'JSON' | 'JSON lines' | 'text' | 'bytes';
  text: string; // as it is; bytes as hexadecimal
  formatted?: string; // JSON, indented
  compressed: boolean;
  whole: boolean; // nothing is missing
}

// Inflates as much as there is: of an object whose first part was fetched, the end is missing, and that is no error.
export async function inflateStart(bytes: Uint8Array<ArrayBuffer>, most: number): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  let whole = false;
  try {
    while (length <= most) {
      const { done, value } = await reader.read();
      if (done) {
        whole = true;
        break;
      }
      parts.push(value);
      length += value.length;
    }
  } catch {
    // Cut off, or not gzip behind its first bytes: what came before is shown.
  }
  await reader.cancel().catch(() => undefined);
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return { bytes: all.subarray(0, most), whole: whole && length <= most };
}

// A cut may go through a character: its beginning is left out.
function textOfStart(bytes: Uint8Array, whole: boolean): string | undefined {
  for (let end = bytes.length; end >= 0 && end >= bytes.length - 3; --end) {
    const text = textOf(new Uint8Array(bytes.subarray(0, end)));
    if (text !== undefined) return /\0/.test(text) ? undefined : text;
    if (whole) return undefined;
  }
  return undefined;
}

// Where the JSON values of a text begin and end that follow each other with or without line breaks, as Firehose writes
// them; undefined if there is anything else. What is cut off at the end is given as it is.
export function splitValues(text: string): string[] | undefined {
  const values: string[] = [];
  let [depth, start, inString] = [0, -1, false];
  for (let at = 0; at < text.length; ++at) {
    const char = text[at]!;
    if (inString) {
      if (char === '\\') ++at;
      else if (char === '"') inString = false;
    } else if (char === '"' && depth > 0) {
      inString = true;
    } else if (char === '{' || char === '[') {
      if (depth++ === 0) start = at;
    } else if (char === '}' || char === ']') {
      if (--depth < 0) return undefined;
      if (depth === 0) values.push(text.slice(start, at + 1));
    } else if (depth === 0 && !/\s/.test(char)) {
      return undefined;
    }
  }
  if (depth > 0) values.push(text.slice(start));
  return values;
}

function indent(value: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return undefined;
  }
}

function formatted(text: string, whole: boolean): Pick<Preview, 'kind' | 'formatted'> {
  const values = splitValues(text);
  if (values === undefined || values.length === 0) return { kind: 'text' };
  const shown = values.map(indent);
  const valid = whole ? shown : shown.slice(0, -1); // the last one may be cut off
  if (valid.length === 0 || valid.some((value) => value === undefined)) return { kind: 'text' };
  return {
    kind: values.length === 1 ? 'JSON' : 'JSON lines',
    formatted: shown.map((value, index) => value ?? values[index]).join('\n'),
  };
}

function hexadecimal(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16), (byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${at.toString(16).padStart(6, '0')}  ${row.join(' ')}`);
  }
  return lines.join('\n');
}

// `total`: how long the object is, of which `bytes` are the first.
export async function previewOf(bytes: Uint8Array<ArrayBuffer>, total: number): Promise<Preview> {
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const inflated = compressed ? await inflateStart(bytes, kPreviewBytes) : { bytes, whole: true };
  const whole = inflated.whole && bytes.length >= total;
  const text = textOfStart(inflated.bytes, whole);
  if (text === undefined) {
    return { kind: 'bytes', text: hexadecimal(inflated.bytes.subarray(0, 1024)), compressed, whole: whole && inflated.bytes.length <= 1024 };
  }
  return { text, compressed, whole, ...formatted(text, whole) };
}
