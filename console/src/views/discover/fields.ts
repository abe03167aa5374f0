// What fields an index pattern has, and by which of their names they can be counted, sorted and matched exactly.
export interface Field {
  name: string;
  type: string; // OpenSearch's, or 'conflict' where indices disagree
  exact?: string; // the field itself or a sub-field that can be aggregated; none: only text
}

export interface FieldCapabilities {
  fields: Record<string, Record<string, { type: string; aggregatable: boolean; searchable: boolean }>>;
}

const containers = new Set(['object', 'nested', 'unmapped']);

export function fieldsOf({ fields }: FieldCapabilities): Field[] {
  const known = new Map<string, { type: string; aggregatable: boolean }>();
  for (const [name, types] of Object.entries(fields)) {
    const kinds = Object.values(types).filter(({ type }) => !containers.has(type));
    const first = kinds[0];
    if (first === undefined || name.startsWith('_')) continue;
    const one = kinds.length === 1;
    known.set(name, { type: one ? first.type : 'conflict', aggregatable: one && first.aggregatable });
  }
  const list: Field[] = [];
  for (const [name, { type, aggregatable }] of known) {
    if (known.has(parentOf(name))) continue; // a sub-field: another view of its parent's value
    const inner = [...known].find(([other, { aggregatable }]) => aggregatable && parentOf(other) === name);
    list.push({ name, type, exact: aggregatable ? name : inner?.[0] });
  }
  return list.sort((a, b) => a.name.localeCompare(b.name));
}

const parentOf = (name: string) => name.slice(0, Math.max(name.lastIndexOf('.'), 0));

export function isDate(field: Field): boolean {
  return field.type === 'date' || field.type === 'date_nanos';
}

const numbers = 'long integer short byte unsigned_long double float half_float scaled_float'.split(' ');

export function isNumber(field: Field): boolean {
  return numbers.includes(field.type);
}

// The field of time that most likely is meant.
export function guessTimeField(fields: Field[]): string | undefined {
  const dates = fields.filter(isDate).map(({ name }) => name);
  const usual = ['@timestamp', 'timestamp', 'time', 'eventTime', 'event_time', 'ts', 'date'];
  return usual.find((name) => dates.includes(name)) ?? dates[0];
}

export type Leaf = string | number | boolean | null;

// A document's values by the full names of their fields, as OpenSearch sees them: arrays are several values of a field.
export function flatten(source: unknown): Map<string, Leaf[]> {
  const leaves = new Map<string, Leaf[]>();
  const walk = (value: unknown, name: string, depth: number) => {
    if (depth > 50) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, name, depth + 1);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`, depth + 1);
    } else if (name !== '') {
      const values = leaves.get(name);
      if (values) values.push(value as Leaf);
      else leaves.set(name, [value as Leaf]);
    }
  };
  walk(source, '', 0);
  return leaves;
}

export interface TopValue {
  value: Leaf;
  count: number;
}

// Counted here, of documents at hand: for fields that cannot be aggregated.
export function countValues(sources: unknown[], field: string, most: number): TopValue[] {
  const counts = new Map<Leaf, number>();
  for (const source of sources) {
    for (const value of new Set(flatten(source).get(field))) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const all = [...counts].map(([value, count]) => ({ value, count }));
  return all.sort((a, b) => b.count - a.count).slice(0, most);
}
