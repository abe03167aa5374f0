"""What Dashboards' Discover asks: marked fragments, formatted fields, capabilities, histograms over time, several searches."""
import random

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from opensearchpy import helpers

LINES = ['GET /index.html took long', 'POST /orders failed: timeout', 'GET /orders fine', 'server failed to start. Second sentence.']


@pytest.fixture(scope='module')
def client(server):
    collection = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    client = collection.client(collection.user('ann', *EVERYTHING))
    client.indices.create(index='logs', body={'mappings': {'properties': {
        'message': {'type': 'text'}, 'host': {'type': 'keyword'}, '@timestamp': {'type': 'date'}, 'bytes': {'type': 'long'}}}})
    helpers.bulk(client, [{'_index': 'logs', '@timestamp': f'2026-03-{28 + number // 2}T0{number % 2}:30:00Z', 'message': line,
                           'host': f'h{number % 2}', 'bytes': 10 ** number} for number, line in enumerate(LINES)])
    return client


def test_the_search_of_discover(client):
    body = {
        'sort': [{'@timestamp': {'order': 'desc', 'unmapped_type': 'boolean'}}], 'size': 500, 'version': True,
        'aggs': {'2': {'date_histogram': {'field': '@timestamp', 'calendar_interval': '1d', 'time_zone': 'Europe/Berlin', 'min_doc_count': 1}}},
        'stored_fields': ['*'], 'script_fields': {}, 'docvalue_fields': [{'field': '@timestamp', 'format': 'date_time'}],
        '_source': {'excludes': []},
        'query': {'bool': {'must': [], 'should': [], 'must_not': [], 'filter': [
            {'query_string': {'query': 'failed', 'analyze_wildcard': True}},
            {'range': {'@timestamp': {'gte': '2026-03-01T00:00:00.000Z', 'lte': '2026-04-01T00:00:00.000Z', 'format': 'strict_date_optional_time'}}}]}},
        'highlight': {'pre_tags': ['@b@'], 'post_tags': ['@/b@'], 'fields': {'*': {}}, 'fragment_size': 2147483647}}
    found = client.search(index='logs*', body=body, params={'ignore_unavailable': 'true', 'preference': '1'})
    hits = found['hits']['hits']
    assert [hit['highlight'] for hit in hits] == [{'message': ['server @b@failed@/b@ to start.']},
                                                 {'message': ['POST /orders @b@failed@/b@: timeout']}]
    assert hits[0]['fields'] == {'@timestamp': ['2026-03-29T01:30:00.000Z']} and hits[0]['_version'] == 1
    assert list(hits[0]) == ['_index', '_id', '_version', '_score', '_source', 'fields', 'highlight', 'sort']
    # The clocks changed in that night.
    assert [(bucket['key_as_string'], bucket['doc_count']) for bucket in found['aggregations']['2']['buckets']] == [
        ('2026-03-28T00:00:00.000+01:00', 1), ('2026-03-29T00:00:00.000+01:00', 1)]


def test_capabilities_of_fields(client):
    fields = client.field_caps(index='logs', fields='*')['fields']
    assert fields['message']['text'] == {'type': 'text', 'searchable': True, 'aggregatable': False}
    assert fields['host']['keyword'] == {'type': 'keyword', 'searchable': True, 'aggregatable': True}
    assert fields['@timestamp']['date']['aggregatable'] and not fields['_source']['_source']['searchable']
    client.indices.create(index='other', body={'mappings': {'properties': {'host': {'type': 'keyword', 'index': False}}}})
    both = client.field_caps(index='logs,other', fields='host,bytes', params={'include_unmapped': 'true'})['fields']
    assert both['host']['keyword'] == {'type': 'keyword', 'searchable': False, 'aggregatable': True, 'non_searchable_indices': ['other']}
    assert both['bytes']['unmapped']['indices'] == ['other'] and both['bytes']['long']['indices'] == ['logs']
    client.indices.delete(index='other')


def test_several_searches(client):
    answer = client.msearch(body=[
        {'index': 'logs,none', 'ignore_unavailable': True, 'preference': 'x'}, {'size': 0, 'track_total_hits': True},
        {'index': ['logs']}, {'query': {'match': {'message': 'orders'}}, 'sort': ['bytes'], 'fields': ['host'], '_source': False}])
    assert [one['status'] for one in answer['responses']] == [200, 200] and 'took' in answer
    assert answer['responses'][0]['hits']['total'] == {'value': 4, 'relation': 'eq'}
    assert [(hit['sort'], hit['fields']) for hit in answer['responses'][1]['hits']['hits']] == [([10], {'host': ['h1']}), ([100], {'host': ['h0']})]


def test_fields_of_the_side_bar(client):
    found = client.search(index='logs', body={'size': 0, 'aggs': {
        'hosts': {'terms': {'field': 'host', 'include': 'h[01]', 'order': {'p.50': 'desc'}},
                  'aggs': {'p': {'percentiles': {'field': 'bytes', 'percents': [50]}},
                           'last': {'top_hits': {'size': 1, 'sort': [{'@timestamp': 'desc'}], '_source': ['bytes']}}}}}})
    buckets = found['aggregations']['hosts']['buckets']
    assert [(bucket['key'], bucket['p']['values']['50.0']) for bucket in buckets] == [('h1', 1000.0), ('h0', 100.0)]
    assert [bucket['last']['hits']['hits'][0]['_source'] for bucket in buckets] == [{'bytes': 1000}, {'bytes': 100}]
