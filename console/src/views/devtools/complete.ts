// What may come next at the caret: a method, a part of the path, a word of the query DSL, a field.
import { methods } from './parse';

export interface Known {
  indices: string[];
  fields: string[];
}

export interface Completion {
  from: number; // replaces the text from here to the caret
  words: string[];
}

const kMost = 30;

const rootApis = [
  '_search',
  '_count',
  '_cat/indices',
  '_bulk',
  '_mget',
  '_msearch',
  '_mapping',
  '_field_caps',
  '_alias',
  '_resolve/index/',
  '_validate/query',
];
const indexApis = [
  '_search',
  '_count',
  '_mapping',
  '_doc',
  '_doc/',
  '_create/',
  '_update/',
  '_source/',
  '_bulk',
  '_mget',
  '_msearch',
  '_settings',
  '_field_caps',
  '_alias',
  '_validate/query',
];
const parameters = ['format=json', 'v', 'h=', 's=', 'q=', 'size=', 'from=', 'sort=', 'fields=*', 'op_type=create'];
const keywords = `_source aggregations aggs after_key avg bool boost buckets_path calendar_interval cardinality composite
  date_histogram date_range default_field default_operator desc asc docvalue_fields doc_count dynamic exists
  extended_bounds extended_stats field fields filter filters fixed_interval format from function_score fuzziness gt gte
  highlight histogram ids include exclude interval keyword lenient lt lte mappings match match_all match_none
  match_phrase match_phrase_prefix max min min_doc_count minimum_should_match missing multi_match must must_not
  operator order percentiles post_filter prefix properties query query_string range ranges regexp search_after
  settings should simple_query_string size slop sort stats sum term terms time_zone to top_hits track_total_hits type
  unmapped_type value value_count values wildcard date long integer double boolean ip text object nested`
  .split(/\s+/)
  .filter(Boolean);

// Those that begin with what is typed come first, then those that hold it.
function matching(words: string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const begins = words.filter((word) => word.toLowerCase().startsWith(wanted) && word !== typed);
  const holds = wanted.length < 2 ? [] : words.filter((word) => word.toLowerCase().indexOf(wanted) > 0);
  return [...new Set([...begins, ...holds])].slice(0, kMost);
}

export function complete(text: string, caret: number, known: Known): Completion | undefined {
  const line = text.slice(text.lastIndexOf('\n', caret - 1) + 1, caret);
  const found = inPath(line, known) ?? inBody(line, text.slice(caret, caret + 1), known) ?? inMethod(line);
  return found && found.words.length > 0 ? { from: caret - found.length, words: found.words } : undefined;
}

interface Found {
  length: number; // of what is typed already
  words: string[];
}

function inMethod(line: string): Found | undefined {
  const typed = /^\s*([A-Za-z]+)$/.exec(line)?.[1];
  if (typed === undefined) return undefined;
  const words = matching(methods, typed).filter((method) => method.startsWith(typed.toUpperCase()));
  return { length: typed.length, words: words.map((method) => `${method} /`) };
}

function inPath(line: string, known: Known): Found | undefined {
  const path = /^\s*[A-Za-z]+\s+(\S*)$/.exec(line)?.[1];
  if (path === undefined || !/^\s*(GET|POST|PUT|DELETE|HEAD)\s/i.test(line)) return undefined;
  const question = path.indexOf('?');
  if (question >= 0) {
    const typed = path.slice(Math.max(question, path.lastIndexOf('&')) + 1);
    return { length: typed.length, words: matching(parameters, typed) };
  }
  const parts = path.replace(/^\//, '').split('/');
  const typed = parts.at(-1) ?? '';
  if (parts.length === 1) {
    const words = matching([...known.indices, ...rootApis], typed);
    return { length: typed.length, words: path.startsWith('/') ? words : words.map((word) => `/${word}`) };
  }
  const words = parts.length === 2 && !parts[0]?.startsWith('_') ? matching(indexApis, typed) : [];
  return { length: typed.length, words };
}

// Within quotes; or a bare word, which then gets its quotes.
function inBody(line: string, next: string, known: Known): Found | undefined {
  const words = [...known.fields, ...keywords];
  const quoted = /"((?:[^"\\]|\\.)*)$/.exec(line);
  const quotes = line.replaceAll(/\\./g, '').split('"').length - 1;
  if (quoted && quotes % 2 === 1) {
    const typed = quoted[1] ?? '';
    if (typed === '' || /\s/.test(typed)) return { length: 0, words: [] };
    return { length: typed.length, words: matching(words, typed).map((word) => (next === '"' ? word : `${word}"`)) };
  }
  const bare = /(?:^\s+|[{[:,]\s*)([\w@.]{2,})$/.exec(line)?.[1];
  if (bare === undefined) return undefined;
  return { length: bare.length, words: matching(words, bare).map((word) => `"${word}"`) };
}
