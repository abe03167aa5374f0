"""Requests that mean to take the server down: refused within a second of its time and 64 MiB, and the server goes on."""
import json
import os
import pathlib

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws, Server
from opensearchpy import helpers

DOCUMENTS = 70_000  # each with a value of its own: more buckets than an answer may have
SECONDS, BYTES = 1, 64 * 2 ** 20


@pytest.fixture(scope='module')
def target(tmp_path_factory):
    """A server of its own, so that nobody else's requests are measured."""
    server = Server(tmp_path_factory.mktemp('hostile') / 'data')
    collection = Collection(Aws(server, '000000000001'))
    ann = collection.user('ann', *EVERYTHING)
    client = collection.client(ann)
    client.indices.create(index='docs', body={'mappings': {'properties': {
        'id': {'type': 'keyword'}, 'text': {'type': 'text'}, 'n': {'type': 'long'}, 'at': {'type': 'date'}, 'few': {'type': 'keyword'}}}})
    documents = ({'_index': 'docs', '_op_type': 'create', 'id': f'user-{n:06}-{n * 7919 % 100_003}', 'text': f'word{n % 5000} another', 'n': n,
                  'at': n * 60_000_000, 'few': f'f{n % 300}'} for n in range(DOCUMENTS))
    assert helpers.bulk(client, documents, chunk_size=5000)[0] == DOCUMENTS
    yield server, lambda body, path='/docs/_search': collection.request(ann, 'POST', path, body)
    assert server.stop() == 0


def memory(server, what):
    status = pathlib.Path(f'/proc/{server.process.pid}/status').read_text()
    return 1024 * int(status.split(f'{what}:')[1].split()[0])


def cpu_seconds(server):
    """What the server has computed, whatever else the machine does."""
    fields = pathlib.Path(f'/proc/{server.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def deep(prefix, inner, suffix, depth):
    return prefix * depth + inner + suffix * depth


def many(item, count, separator=','):
    return separator.join([item] * count)


def clauses(query, count):
    return '{"query":{"bool":{"should":[' + many(query, count) + ']}}}'


def query(**clause):
    return json.dumps({'query': clause})


def aggs(**aggregations):
    return json.dumps({'size': 0, 'aggs': aggregations})


def terms(field, size=70_000, **children):
    return {'terms': {'field': field, 'size': size}, **({'aggs': children} if children else {})}


HOSTILE = {
    'a query 100,000 deep': '{"query":' + deep('{"bool":{"must":[', '{"match_all":{}}', ']}}', 100_000) + '}',
    'brackets': '[' * 5_000_000,
    'a query 120 deep': '{"query":' + deep('{"bool":{"must":[', '{"match_all":{}}', ']}}', 120) + '}',
    'a million clauses': clauses('{"term":{"n":1}}', 1_000_000),
    'a thousand and more clauses': clauses('{"term":{"n":1}}', 5_000),
    'a million terms': '{"query":{"terms":{"n":[' + many('1', 1_000_000) + ']}}}',
    'a million ids': '{"query":{"ids":{"values":[' + many('"a"', 1_000_000) + ']}}}',
    'a million words': query(match={'text': many('a', 1_000_000, ' ')}),
    'a million different words': query(match={'text': ' '.join(f'w{n}' for n in range(1_000_000))}),
    'a query string of a million clauses': query(query_string={'query': many('a', 1_000_000, ' OR ')}),
    'a simple query string of a million clauses': query(simple_query_string={'query': many('a', 1_000_000, ' | '), 'fields': ['text']}),
    'parentheses in a query string': query(query_string={'query': '(' * 100_000 + 'a' + ')' * 100_000}),
    'a regular expression that repeats repeats': query(regexp={'id': '(((a{1,99}){1,99}){1,99}){1,99}'}),
    'a long regular expression': query(regexp={'id': 'a' * 100_000}),
    'a wildcard of stars': query(wildcard={'id': '*a' * 10_000}),
    'a thousand wildcards': clauses('{"wildcard":{"id":"*a*b*c*d*"}}', 1000),
    'a thousand regular expressions': clauses('{"regexp":{"id":".*(a|b)*.*x"}}', 1000),
    'a thousand fuzzy terms': clauses('{"fuzzy":{"id":{"value":"user-000000-000000","fuzziness":2}}}', 1000),
    'a hundred thousand fields': query(multi_match={'query': 'a', 'fields': ['text'] * 100_000}),
    'a hundred thousand functions': query(function_score={'functions': [{'weight': 2}] * 100_000}),
    'buckets of a value each': aggs(a=terms('id')),
    'buckets within buckets': aggs(a=terms('few', 300, b=terms('n', 300))),
    'buckets within buckets within buckets': aggs(a=terms('id', 70_000, b=terms('n', 70_000, c=terms('text', 70_000)))),
    'a bucket per second': aggs(a={'date_histogram': {'field': 'at', 'fixed_interval': '1s'}}),
    'a bucket per billionth': aggs(a={'histogram': {'field': 'n', 'interval': 1e-9}}),
    'buckets far away': aggs(a={'histogram': {'field': 'n', 'interval': 1, 'extended_bounds': {'min': -1e15, 'max': 1e15}}}),
    'percentiles in each bucket': aggs(a=terms('id', 70_000, b={'percentiles': {'field': 'n', 'tdigest': {'compression': 10_000}}})),
    'sketches in each bucket': aggs(a=terms('id', 70_000, b={'cardinality': {'field': 'id', 'precision_threshold': 40_000}})),
    'metrics in each bucket': aggs(a=terms('id', 70_000, **{f'm{n}': {'extended_stats': {'field': 'n'}} for n in range(500)})),
    'hits in each bucket': aggs(a=terms('id', 70_000, b={'top_hits': {'size': 100}})),
    'filters within buckets': aggs(a=terms('id', 70_000, b={'filters': {'filters': {f'f{n}': {'match_all': {}} for n in range(900)}}})),
    'a matrix of a thousand filters': aggs(a={'adjacency_matrix': {'filters': {f'f{n}': {'match_all': {}} for n in range(1000)}}}),
    'aggregations 200 deep': '{"aggs":' + deep('{"a":{"terms":{"field":"few"},"aggs":', '{}', '}}', 200) + '}',
    'ten thousand aggregations': aggs(**{f'a{n}': {'max': {'field': 'n'}} for n in range(10_000)}),
    'a composite of a million': aggs(a={'composite': {'size': 1_000_000, 'sources': [{'i': {'terms': {'field': 'id'}}}]}}),
    'a giant page': json.dumps({'size': 2_000_000_000}),
    'a page far away': json.dumps({'from': 2_000_000_000, 'size': 10}),
    'a thousand sort fields': json.dumps({'sort': ['n'] * 1000}),
    'a thousand fields of hits': json.dumps({'docvalue_fields': ['n'] * 1000}),
    'a date beyond time': query(range={'at': {'gte': 'now+99999999999999999999d'}}),
}


@pytest.mark.parametrize('name', HOSTILE)
def test_refused_quickly_and_cheaply(target, name):
    server, send = target
    pathlib.Path(f'/proc/{server.process.pid}/clear_refs').write_text('5')  # the peak begins anew
    before, begun = memory(server, 'VmRSS'), cpu_seconds(server)
    answer = send(HOSTILE[name])
    assert answer.status_code in (400, 413, 429, 503), answer.text[:300]
    assert cpu_seconds(server) - begun < SECONDS
    assert memory(server, 'VmHWM') - before < BYTES
    assert answer.json()['error']['reason']


def test_too_many_buckets_in_the_words_of_opensearch(target):
    error = target[1](HOSTILE['buckets of a value each']).json()['error']
    assert error['root_cause'][0]['type'] == 'too_many_buckets_exception'
    assert error['root_cause'][0]['reason'].startswith('Trying to create too many buckets. Must be less than or equal to: [65535] but was [')


def test_the_server_goes_on(target):
    server, send = target
    assert send(aggs(a=terms('few', 5), b={'cardinality': {'field': 'id'}})).json()['aggregations']['a']['buckets'][0]['doc_count'] == 234
    assert send(query(wildcard={'id': 'user-*-7919'})).json()['hits']['total']['value'] == 1
