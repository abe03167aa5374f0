// All that a link to Discover carries: what is searched, how it is narrowed, what of it is shown.
import type { Leaf } from './fields';
import { parseRange, rangeText, type Range } from './time';

export interface Filter {
  field: string;
  kind: 'is' | 'exists' | 'range';
  value?: Leaf; // is
  from?: string; // range: either or both
  to?: string;
  negate?: boolean;
  disabled?: boolean;
}

export interface DiscoverState {
  index: string; // '' : not chosen
  timeField: string; // '' : as guessed, '-' : none
  range: Range;
  refreshSeconds: number; // 0: never
  query: string;
  dsl: boolean; // the query is raw DSL, not query_string's syntax
  filters: Filter[];
  columns: string[]; // none: a summary of the source
  sort?: { field: string; descending: boolean };
  page: number; // from 1
}

export function readState(query: URLSearchParams): DiscoverState {
  const page = Number(query.get('page') ?? 1);
  const refresh = Number(query.get('refresh') ?? 0);
  return {
    index: query.get('index') ?? '',
    timeField: query.get('timeField') ?? '',
    range: parseRange(query.get('time')),
    refreshSeconds: Number.isInteger(refresh) && refresh >= 1 ? refresh : 0,
    query: query.get('q') ?? '',
    dsl: query.get('language') === 'dsl',
    filters: readFilters(query.get('filters')),
    columns: (query.get('columns') ?? '').split(',').filter(Boolean).map(decode),
    sort: readSort(query.get('sort')),
    page: Number.isInteger(page) && page >= 1 ? page : 1,
  };
}

export function writeState(state: DiscoverState): Record<string, string | undefined> {
  return {
    index: state.index,
    timeField: state.timeField,
    time: rangeText(state.range),
    refresh: state.refreshSeconds > 0 ? String(state.refreshSeconds) : undefined,
    q: state.query,
    language: state.dsl ? 'dsl' : undefined,
    filters: state.filters.length > 0 ? JSON.stringify(state.filters) : undefined,
    columns: state.columns.map(encodeURIComponent).join(','),
    sort: state.sort && `${state.sort.field}:${state.sort.descending ? 'desc' : 'asc'}`,
    page: state.page > 1 ? String(state.page) : undefined,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readSort(text: string | null): DiscoverState['sort'] {
  const parts = /^(.+):(asc|desc)$/s.exec(text ?? '');
  return parts?.[1] ? { field: parts[1], descending: parts[2] === 'desc' } : undefined;
}

// A link may be typed by hand or come from a stranger: what is no filter is left out.
function readFilters(text: string | null): Filter[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.map(readFilter).filter((filter) => filter !== undefined) : [];
  } catch {
    return [];
  }
}

function readFilter(given: unknown): Filter | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { field, kind, value, from, to, negate, disabled } = given as Record<string, unknown>;
  if (typeof field !== 'string' || field === '') return undefined;
  const flags = { ...(negate === true && { negate }), ...(disabled === true && { disabled }) };
  if (kind === 'exists') return { field, kind, ...flags };
  if (kind === 'is') {
    if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
    return { field, kind, value: value as Leaf, ...flags };
  }
  if (kind !== 'range') return undefined;
  const bounds = { ...(typeof from === 'string' && { from }), ...(typeof to === 'string' && { to }) };
  return Object.keys(bounds).length > 0 ? { field, kind, ...bounds, ...flags } : undefined;
}

const same = (a: Filter, b: Filter) => a.field === b.field && a.kind === b.kind && a.value === b.value;

// Filters with one more: asking the opposite of what stands turns it, asking the same again enables it.
export function withFilter(filters: Filter[], added: Filter): Filter[] {
  const at = added.kind === 'range' ? -1 : filters.findIndex((filter) => same(filter, added));
  return at < 0 ? [...filters, added] : filters.with(at, added);
}

export function filterText(filter: Filter): string {
  const not = filter.negate ? 'NOT ' : '';
  if (filter.kind === 'exists') return `${not}${filter.field} exists`;
  if (filter.kind === 'is') return `${not}${filter.field}: ${String(filter.value)}`;
  const from = filter.from === undefined ? '' : ` ≥ ${filter.from}`;
  const to = filter.to === undefined ? '' : ` < ${filter.to}`;
  return `${not}${filter.field}${from}${to}`;
}
