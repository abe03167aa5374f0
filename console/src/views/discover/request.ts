// From what the reader chose to what OpenSearch is asked.
import type { Field, Leaf } from './fields';
import type { DiscoverState, Filter } from './state';
import { zoneOffset, type Bounds, type Interval } from './time';

export const kPageSize = 50;
export const kWindow = 10_000; // as far as OpenSearch pages
export const kSample = 500; // documents whose values are counted here, where the index cannot
const kIgnoreAbove = 256; // longer texts are not in a dynamically mapped .keyword

export interface Asked {
  path: string; // of the index pattern
  fields: Map<string, Field>;
  timeField?: string;
  query: object; // narrowed by everything but time
}

export interface Hit {
  _id: string;
  _index: string;
  _source?: Record<string, unknown>;
  fields?: Record<string, unknown[]>;
}

export interface SearchAnswer {
  took: number;
  hits: { total: { value: number }; hits: Hit[] };
}

export class QueryError extends Error {}

export function indexPath(pattern: string): string {
  return `/${pattern
    .split(',')
    .map((part) => encodeURIComponent(part.trim()))
    .join(',')}`;
}

// What is typed in the query bar: query_string's syntax, or DSL with or without the "query" around it.
export function typedQuery(text: string, dsl: boolean): object | undefined {
  if (text.trim() === '') return undefined;
  if (!dsl) return { query_string: { query: text, analyze_wildcard: true, lenient: true } };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new QueryError(`The query is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const isObject = (given: unknown): given is Record<string, unknown> =>
    typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject(value)) throw new QueryError('The query must be a JSON object, such as {"match_all": {}}.');
  if (!('query' in value)) return value;
  if (Object.keys(value).length > 1) {
    throw new QueryError('Only "query" is taken here; the rest of a search body is for Dev Tools.');
  }
  if (!isObject(value.query)) throw new QueryError('"query" must be a JSON object.');
  return value.query;
}

export function filterQuery(filter: Filter, field: Field | undefined): object {
  if (filter.kind === 'exists') return { exists: { field: filter.field } };
  if (filter.kind === 'range') {
    return { range: { [field?.exact ?? filter.field]: { gte: filter.from, lt: filter.to } } };
  }
  const { value } = filter;
  const subfield = field?.exact !== undefined && field.exact !== filter.field;
  const whole = field?.exact !== undefined && !(subfield && typeof value === 'string' && value.length > kIgnoreAbove);
  return whole ? { term: { [field.exact as string]: value } } : { match_phrase: { [filter.field]: value } };
}

export function narrowed(state: Pick<DiscoverState, 'query' | 'dsl' | 'filters'>, fields: Map<string, Field>): object {
  const must = typedQuery(state.query, state.dsl);
  const active = state.filters.filter((filter) => !filter.disabled);
  const clauses = (negate: boolean) =>
    active.filter((filter) => Boolean(filter.negate) === negate).map((each) => filterQuery(each, fields.get(each.field)));
  const [filter, mustNot] = [clauses(false), clauses(true)];
  if (filter.length === 0 && mustNot.length === 0) return must ?? { match_all: {} };
  return {
    bool: {
      ...(must && { must: [must] }),
      ...(filter.length > 0 && { filter }),
      ...(mustNot.length > 0 && { must_not: mustNot }),
    },
  };
}

// Bounds are told as times whatever format the field's values have.
export function within({ query, timeField }: Asked, bounds: Bounds | undefined): object {
  if (timeField === undefined || bounds === undefined) return query;
  const [gte, lt] = [new Date(bounds.from).toISOString(), new Date(bounds.to).toISOString()];
  const range = { range: { [timeField]: { gte, lt, format: 'strict_date_optional_time' } } };
  return { bool: { must: [query], filter: [range] } };
}

export function sortOf(sort: DiscoverState['sort'], { fields, timeField }: Asked): object[] | undefined {
  const chosen = sort ?? (timeField === undefined ? undefined : { field: timeField, descending: true });
  const field = chosen && fields.get(chosen.field);
  if (chosen === undefined || field?.exact === undefined) return undefined;
  // Indices of the pattern that lack the field come last instead of failing.
  const type = field.type === 'text' ? 'keyword' : field.type;
  return [{ [field.exact]: { order: chosen.descending ? 'desc' : 'asc', unmapped_type: type } }];
}

export function documentsBody(asked: Asked, bounds: Bounds | undefined, sort: DiscoverState['sort'], page: number) {
  return pageBody(asked, bounds, sort, (page - 1) * kPageSize, kPageSize);
}

export function pageBody(
  asked: Asked,
  bounds: Bounds | undefined,
  sort: DiscoverState['sort'],
  from: number,
  size: number,
) {
  return {
    query: within(asked, bounds),
    from,
    size,
    sort: sortOf(sort, asked),
    track_total_hits: true,
    docvalue_fields: asked.timeField && [{ field: asked.timeField, format: 'epoch_millis' }],
  };
}

export function extentBody(asked: Asked) {
  const field = asked.timeField;
  return { size: 0, query: asked.query, aggs: { first: { min: { field } }, last: { max: { field } } } };
}

export function histogramBody(asked: Asked, bounds: Bounds, interval: Interval) {
  return {
    size: 0,
    query: within(asked, bounds),
    aggs: {
      time: {
        date_histogram: {
          field: asked.timeField,
          fixed_interval: interval.text,
          time_zone: zoneOffset(bounds.from),
          min_doc_count: 0,
          format: 'epoch_millis',
          extended_bounds: { min: bounds.from, max: bounds.to - 1 },
        },
      },
    },
  };
}

export function topValuesBody(asked: Asked, bounds: Bounds | undefined, exact: string, most: number) {
  return {
    size: 0,
    query: within(asked, bounds),
    track_total_hits: true,
    aggs: { top: { terms: { field: exact, size: most } }, having: { filter: { exists: { field: exact } } } },
  };
}

export function sampleBody(asked: Asked, bounds: Bounds | undefined, field: string) {
  const having = { ...asked, query: { bool: { must: [asked.query], filter: [{ exists: { field } }] } } };
  return { size: kSample, query: within(having, bounds), _source: [field], track_total_hits: true };
}

export interface TermsBucket {
  key: Leaf;
  key_as_string?: string;
  doc_count: number;
}

// The value as a filter has to name it: dates and booleans have keys that are numbers.
export function bucketValue(bucket: TermsBucket): Leaf {
  if (bucket.key_as_string === 'true' || bucket.key_as_string === 'false') return bucket.key_as_string === 'true';
  return bucket.key_as_string ?? bucket.key;
}
