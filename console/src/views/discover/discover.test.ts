import { describe, expect, test } from 'vitest';

import { toCsv } from './csv';
import { countValues, fieldsOf, flatten, guessTimeField, type Field } from './fields';
import {
  bucketValue,
  documentsBody,
  filterQuery,
  histogramBody,
  indexPath,
  narrowed,
  sortOf,
  typedQuery,
  within,
  type Asked,
} from './request';
import { filterText, readState, withFilter, writeState, type DiscoverState } from './state';
import { boundsOf, chooseInterval, intervalWords, parseRange, rangeText } from './time';

const list: Field[] = [
  { name: 'at', type: 'date', exact: 'at' },
  { name: 'colour', type: 'text', exact: 'colour.keyword' },
  { name: 'note', type: 'text' },
  { name: 'count', type: 'long', exact: 'count' },
];
const fields = new Map(list.map((field) => [field.name, field]));
const asked: Asked = { path: '/shop', fields, timeField: 'at', query: { match_all: {} } };

describe('the state in the URL', () => {
  const full: DiscoverState = {
    index: 'shop-*,other',
    timeField: 'at',
    range: { kind: 'between', from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2, 3, 4, 5, 6) },
    refreshSeconds: 30,
    query: 'colour:"dark, red" AND a&b=c',
    dsl: true,
    filters: [
      { field: 'colour', kind: 'is', value: '<b>&#', negate: true },
      { field: 'count', kind: 'range', from: '1', disabled: true },
      { field: 'note', kind: 'exists' },
    ],
    columns: ['a,b', 'count', 'ü.x'],
    sort: { field: 'a:b', descending: true },
    page: 3,
  };
  const roundTrip = (state: DiscoverState) => {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(writeState(state))) if (value) search.set(key, value);
    return { search, state: readState(new URLSearchParams(search.toString())) };
  };

  test('comes back as it was', () => expect(roundTrip(full).state).toEqual(full));

  test('is empty where nothing was chosen', () => {
    const nothing = readState(new URLSearchParams());
    expect(nothing).toMatchObject({ index: '', range: { kind: 'all' }, filters: [], columns: [], page: 1 });
    expect(roundTrip(nothing).search.toString()).toBe('');
  });

  test('leaves out what is none', () => {
    const typed = new URLSearchParams({
      time: '9x',
      filters: '[{"field":"a","kind":"is","value":{"x":1}},{"kind":"exists"},7,{"field":"b","kind":"exists"}]',
      columns: '%E0%A4%A',
      sort: 'a',
      page: '-2',
      refresh: 'x',
    });
    expect(readState(typed)).toMatchObject({
      range: { kind: 'all' },
      filters: [{ field: 'b', kind: 'exists' }],
      columns: ['%E0%A4%A'],
      sort: undefined,
      page: 1,
      refreshSeconds: 0,
    });
    expect(readState(new URLSearchParams({ filters: '{' })).filters).toEqual([]);
  });

  test('a filter and its opposite do not stand together', () => {
    const one = withFilter([], { field: 'a', kind: 'is', value: 1 });
    expect(withFilter(one, { field: 'a', kind: 'is', value: 1, negate: true })).toEqual([
      { field: 'a', kind: 'is', value: 1, negate: true },
    ]);
    expect(withFilter(one, { field: 'a', kind: 'is', value: '1' })).toHaveLength(2);
    expect(filterText({ field: 'a', kind: 'range', from: '1', to: '2', negate: true })).toBe('NOT a ≥ 1 < 2');
  });
});

describe('the search', () => {
  test('of nothing in particular matches all', () => {
    expect(narrowed({ query: ' ', dsl: false, filters: [] }, fields)).toEqual({ match_all: {} });
  });

  test('joins the typed query and the filters that are enabled', () => {
    const query = narrowed(
      {
        query: 'red',
        dsl: false,
        filters: [
          { field: 'colour', kind: 'is', value: 'red' },
          { field: 'note', kind: 'is', value: 'two words', negate: true },
          { field: 'count', kind: 'exists', disabled: true },
        ],
      },
      fields,
    );
    expect(query).toEqual({
      bool: {
        must: [{ query_string: { query: 'red', analyze_wildcard: true, lenient: true } }],
        filter: [{ term: { 'colour.keyword': 'red' } }],
        must_not: [{ match_phrase: { note: 'two words' } }],
      },
    });
  });

  test('matches as text what is too long for the exact sub-field', () => {
    const value = 'x'.repeat(257);
    expect(filterQuery({ field: 'colour', kind: 'is', value }, fields.get('colour'))).toEqual({
      match_phrase: { colour: value },
    });
    expect(filterQuery({ field: 'count', kind: 'range', from: '3' }, fields.get('count'))).toEqual({
      range: { count: { gte: '3', lt: undefined } },
    });
  });

  test('takes raw DSL with and without its frame, and says what is wrong with it', () => {
    expect(typedQuery('{"term": {"a": 1}}', true)).toEqual({ term: { a: 1 } });
    expect(typedQuery('{"query": {"term": {"a": 1}}}', true)).toEqual({ term: { a: 1 } });
    expect(() => typedQuery('{"query": {}, "size": 1}', true)).toThrow('Only "query"');
    expect(() => typedQuery('[]', true)).toThrow('JSON object');
    expect(() => typedQuery('{', true)).toThrow('not JSON');
  });

  test('is bounded in time, pages, and sorts the newest first', () => {
    const bounds = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) };
    const body = documentsBody(asked, bounds, undefined, 3);
    expect(body).toMatchObject({ from: 100, size: 50, track_total_hits: true });
    expect(body.sort).toEqual([{ at: { order: 'desc', unmapped_type: 'date' } }]);
    expect(body.query).toEqual({
      bool: {
        must: [{ match_all: {} }],
        filter: [
          {
            range: {
              at: { gte: '2026-01-01T00:00:00.000Z', lt: '2026-01-02T00:00:00.000Z', format: 'strict_date_optional_time' },
            },
          },
        ],
      },
    });
    expect(within({ ...asked, timeField: undefined }, bounds)).toEqual({ match_all: {} });
    expect(histogramBody(asked, bounds, chooseInterval(bounds.to - bounds.from)).aggs.time.date_histogram).toMatchObject({
      field: 'at',
      fixed_interval: '30m',
      extended_bounds: { min: bounds.from, max: bounds.to - 1 },
    });
  });

  test('sorts by the name that can be sorted by, or not at all', () => {
    expect(sortOf({ field: 'colour', descending: false }, asked)).toEqual([
      { 'colour.keyword': { order: 'asc', unmapped_type: 'keyword' } },
    ]);
    expect(sortOf({ field: 'note', descending: false }, asked)).toBeUndefined();
    expect(sortOf(undefined, { ...asked, timeField: undefined })).toBeUndefined();
  });

  test('names indices in the path without leaving it', () => {
    expect(indexPath('logs-*, other')).toBe('/logs-*,other');
    expect(indexPath('a/../b?c')).toBe('/a%2F..%2Fb%3Fc');
  });

  test('filters by values as a person reads them', () => {
    expect(bucketValue({ key: 1, key_as_string: 'true', doc_count: 1 })).toBe(true);
    expect(bucketValue({ key: 5, key_as_string: '1970-01-01T00:00:00.005Z', doc_count: 1 })).toContain('1970');
    expect(bucketValue({ key: 'a', doc_count: 1 })).toBe('a');
  });
});

describe('time', () => {
  test('is written and read', () => {
    for (const text of ['15m', '1h', '7d', '1M', '1y', '2026-01-01T00:00:00.000Z~2026-01-02T00:00:00.000Z']) {
      expect(rangeText(parseRange(text))).toBe(text);
    }
    for (const wrong of [null, '', '0m', '5', 'all', '2026-01-02~2026-01-01', 'x~y']) {
      expect(parseRange(wrong)).toEqual({ kind: 'all' });
    }
    expect(boundsOf({ kind: 'last', amount: 15, unit: 'm' }, 1_000_000)).toEqual({ from: 100_000, to: 1_000_000 });
  });

  test('is cut into few enough bars of a sensible width', () => {
    const of = (ms: number) => chooseInterval(ms).text;
    expect(of(0)).toBe('1ms');
    expect(of(15 * 60_000)).toBe('30s');
    expect(of(3_600_000)).toBe('1m');
    expect(of(86_400_000)).toBe('30m');
    expect(of(7 * 86_400_000)).toBe('3h');
    expect(of(365 * 86_400_000)).toBe('7d');
    for (const years of [1, 100, 5000, 200_000]) {
      const span = years * 365 * 86_400_000;
      expect(span / chooseInterval(span).ms).toBeLessThanOrEqual(80);
    }
    expect(intervalWords(chooseInterval(15 * 60_000))).toBe('30 seconds');
    expect(intervalWords({ text: '1d', ms: 86_400_000 })).toBe('day');
  });
});

describe('fields', () => {
  const capability = (type: string, aggregatable: boolean) => ({ [type]: { type, aggregatable, searchable: true } });
  const found = fieldsOf({
    fields: {
      _id: capability('_id', false),
      when: capability('date', true),
      title: capability('text', false),
      'title.raw': capability('keyword', true),
      body: capability('text', false),
      person: capability('object', false),
      'person.name': capability('keyword', true),
      mixed: { ...capability('long', true), ...capability('keyword', true) },
      partly: { ...capability('long', true), ...capability('unmapped', false) },
    },
  });

  test('are told with the name that counts exactly', () => {
    expect(found).toEqual([
      { name: 'body', type: 'text', exact: undefined },
      { name: 'mixed', type: 'conflict', exact: undefined },
      { name: 'partly', type: 'long', exact: 'partly' },
      { name: 'person.name', type: 'keyword', exact: 'person.name' },
      { name: 'title', type: 'text', exact: 'title.raw' },
      { name: 'when', type: 'date', exact: 'when' },
    ]);
    expect(guessTimeField(found)).toBe('when');
    expect(guessTimeField([])).toBeUndefined();
  });

  test('of a document are flat', () => {
    const leaves = flatten({ a: { b: [1, { c: 'x' }, 2] }, 'a.b': 3, n: null });
    expect(Object.fromEntries(leaves)).toEqual({ 'a.b': [1, 2, 3], 'a.b.c': ['x'], n: [null] });
  });

  test('are counted once a document', () => {
    expect(countValues([{ a: ['x', 'x'] }, { a: 'x' }, { a: 'y' }, {}], 'a', 1)).toEqual([{ value: 'x', count: 2 }]);
  });
});

test('CSV quotes, and holds no formula', () => {
  const csv = toCsv(
    [
      { _id: '1', _index: 'i', _source: { a: '=1+1', b: 'x,"y"\nz', c: -5 } },
      { _id: '-2', _index: 'i', _source: { a: '@x', d: { e: ['+', 'q'] } } },
    ],
    [],
    'b',
  );
  expect(csv).toBe(`_index,_id,b,a,c,d.e\r\ni,1,"x,""y""\nz",'=1+1,-5,\r\ni,'-2,,'@x,,'+; q\r\n`);
  expect(toCsv([{ _id: '1', _index: 'i', _source: { a: 1, b: 2 } }], ['b'])).toBe('_index,_id,b\r\ni,1,2\r\n');
});
