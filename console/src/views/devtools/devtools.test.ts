import { beforeEach, describe, expect, test } from 'vitest';

import { complete } from './complete';
import { readHistory, remember } from './past';
import { indentJson, parseRequests, requestAt, splitValues } from './parse';

const text = `# a note
get shop/_search?size=1
{
  "query": {

    "match_all": {}
  }
  # off for now
}

// another
DELETE /old

POST /shop/_bulk?refresh=true
{ "index": {} }
{
  "a": "x { y",
  "b": [1, 2]
}`;

describe('requests', () => {
  const requests = parseRequests(text);

  test('are found with their bodies', () => {
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /shop/_search?size=1',
      'DELETE /old',
      'POST /shop/_bulk?refresh=true',
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ query: { match_all: {} } });
    expect(requests[0]).toMatchObject({ firstLine: 1, lastLine: 8 });
    expect(requests[1]).toMatchObject({ body: '', firstLine: 11, lastLine: 11 });
  });

  test('of many values have one a line', () => {
    expect(requests[2]?.body).toBe('{ "index": {} }\n{ "a": "x { y", "b": [1, 2] }\n');
    expect(splitValues('{"a": 1} {"b"')).toEqual(['{"a": 1}', '{"b"']);
  });

  test('are chosen by the line', () => {
    const at = (line: number) => requestAt(requests, line)?.path;
    expect([0, 1, 4, 9, 10, 11, 12, 17].map(at)).toEqual([
      '/shop/_search?size=1',
      '/shop/_search?size=1',
      '/shop/_search?size=1',
      '/shop/_search?size=1',
      '/shop/_search?size=1',
      '/old',
      '/old',
      '/shop/_bulk?refresh=true',
    ]);
    expect(requestAt([], 0)).toBeUndefined();
    expect(parseRequests('PATCH /x\n{}\nGET\n')).toEqual([]);
  });
});

test('JSON is indented and stays exact', () => {
  const long = '{"n":12345678901234567890,"e":{},"l":[],"s":"a\\"{b","d":[1.0,{"x":null}]}';
  const indented = indentJson(long);
  expect(indented).toContain('"n": 12345678901234567890,\n  "e": {},\n  "l": [],\n  "s": "a\\"{b",');
  expect(indented).toContain('[\n    1.0,\n    {\n      "x": null\n    }\n  ]');
  expect(indentJson('{"a"')).toBeUndefined();
  expect(indentJson('7')).toBe('7');
});

describe('completion', () => {
  const known = { indices: ['shop', 'shop-2'], fields: ['host.name', 'size'] };
  const words = (before: string, after = '') => complete(before + after, before.length, known)?.words ?? [];

  test('of methods and paths', () => {
    expect(words('p')).toEqual(['POST /', 'PUT /']);
    expect(words('GET /sh')).toEqual(['shop', 'shop-2']);
    expect(words('GET sh')).toEqual(['/shop', '/shop-2']);
    expect(words('GET /shop/_s')).toEqual(['_search', '_source/', '_settings']);
    expect(words('GET /_cat/indices?for')).toEqual(['format=json']);
    expect(words('GET /_search/x')).toEqual([]);
  });

  test('of words and fields in a body', () => {
    expect(words('GET /_search\n{ "que')).toEqual(['query"', 'query_string"', 'simple_query_string"']);
    expect(words('GET /_search\n{ "hos', '"')).toEqual(['host.name']);
    expect(words('{\n  siz')).toEqual(['"size"']);
    expect(words('{ "query": "two wor')).toEqual([]);
    expect(words('{ "a": "b" ')).toEqual([]);
  });

  test('replaces what is typed', () => {
    expect(complete('GET /shop/_se', 13, known)?.from).toBe(10);
  });
});

describe('history', () => {
  beforeEach(() => localStorage.clear());

  test('is per collection, newest first, each once', () => {
    remember('one', 'GET /a', 1);
    remember('one', 'GET /b', 2);
    remember('one', 'GET /a', 3);
    expect(readHistory('one').map(({ time }) => time)).toEqual([3, 2]);
    expect(readHistory('two')).toEqual([]);
  });

  test('is bounded, and survives what is none', () => {
    for (let i = 0; i < 120; ++i) remember('one', `GET /${i}`, i);
    expect(remember('one', 'x'.repeat(30_000), 999)).toHaveLength(100);
    localStorage.setItem('standpipe.requests.one', '[{"time":"x"},null,{"time":1,"text":"GET /"}]');
    expect(readHistory('one')).toEqual([{ time: 1, text: 'GET /' }]);
    localStorage.setItem('standpipe.requests.one', '{');
    expect(readHistory('one')).toEqual([]);
  });
});
