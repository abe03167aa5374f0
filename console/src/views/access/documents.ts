// Policy documents of IAM: they travel URL-encoded, as AWS sends them.
export type Document = Record<string, unknown> | string;

export function readDocument(text: string | undefined): Document {
  if (text === undefined || text === '') return '';
  let plain = text;
  if (/^%7b/i.test(text)) {
    try {
      plain = decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  try {
    return JSON.parse(plain) as Document;
  } catch {
    return plain;
  }
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

// Whom a trust policy lets in, for a table's cell: "lambda.amazonaws.com, user/bob".
export function trusted(document: Document): string[] {
  if (typeof document === 'string') return [];
  const found = listOf(document.Statement).flatMap((statement) => {
    const { Effect, Principal } = statement as { Effect?: string; Principal?: unknown };
    if (Effect !== 'Allow' || Principal === undefined) return [];
    if (typeof Principal === 'string') return [Principal];
    return Object.values(Principal as Record<string, unknown>).flatMap(listOf).map(String);
  });
  return [...new Set(found)];
}
