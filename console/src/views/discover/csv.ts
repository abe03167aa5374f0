// Documents as CSV (RFC 4180) that a spreadsheet opens without running anything.
import { flatten, type Leaf } from './fields';
import type { Hit } from './request';

// A text that begins like a formula would be one for a spreadsheet: the apostrophe keeps it text.
function cell(value: string | number | boolean): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const one = (values: Leaf[]): string | number | boolean =>
  values.length === 1 ? (values[0] ?? '') : values.map((value) => String(value ?? '')).join('; ');

export function csvLine(values: (string | number | boolean)[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

// No columns chosen: every field that some document has.
export function toCsv(hits: Hit[], chosen: string[], timeField?: string): string {
  const documents = hits.map((hit) => ({ hit, leaves: flatten(hit._source) }));
  const found = new Set<string>();
  if (chosen.length === 0) for (const { leaves } of documents) for (const name of leaves.keys()) found.add(name);
  const fields = chosen.length > 0 ? chosen : [...found].sort();
  const first = timeField !== undefined && !chosen.includes(timeField) ? [timeField] : [];
  const columns = [...first, ...fields.filter((name) => !first.includes(name))];
  const lines = documents.map(({ hit, leaves }) => [hit._index, hit._id, ...columns.map((name) => one(leaves.get(name) ?? []))]);
  return csvLine(['_index', '_id', ...columns]) + lines.map(csvLine).join('');
}
