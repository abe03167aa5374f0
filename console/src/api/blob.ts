// Blobs travel as base64; what is in them is shown as text or JSON where it is that.
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; ++index) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

export function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

export function base64OfText(text: string): string {
  return base64Of(new TextEncoder().encode(text));
}

// The text, or undefined if the bytes are not UTF-8.
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export interface Decoded {
  kind: 'json' | 'text' | 'bytes';
  text: string; // JSON indented, text as it is, bytes as hexadecimal
}

export function decode(base64: string): Decoded {
  const bytes = bytesOf(base64);
  const text = textOf(bytes);
  if (text === undefined) {
    return { kind: 'bytes', text: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ') };
  }
  try {
    return { kind: 'json', text: JSON.stringify(JSON.parse(text), null, 2) };
  } catch {
    return { kind: 'text', text };
  }
}

// Gzip is told by its first bytes, as every reader of such objects does.
export async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
