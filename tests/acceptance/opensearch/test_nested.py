"""Nested fields, asked by opensearch-py: which objects belong together, and what they say of their documents."""
import random

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from opensearchpy import RequestError, helpers

ORDERS = [
    {'_id': 'a', 'customer': 'ann', 'lines': [{'item': 'pen', 'price': 2}, {'item': 'cup', 'price': 8}]},
    {'_id': 'b', 'customer': 'bob', 'lines': [{'item': 'pen', 'price': 9}]},
    {'_id': 'c', 'customer': 'ann', 'lines': [{'item': 'cup', 'price': 3}, {'item': 'pen', 'price': 4}]},
    {'_id': 'd', 'customer': 'dan'}]
MAPPINGS = {'properties': {'customer': {'type': 'keyword'}, 'lines': {'type': 'nested', 'properties': {
    'item': {'type': 'keyword'}, 'price': {'type': 'float'}}}}}


@pytest.fixture(scope='module')
def client(server):
    collection = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    client = collection.client(collection.user('ann', *EVERYTHING))
    client.indices.create(index='orders', body={'mappings': MAPPINGS})
    helpers.bulk(client, [{'_index': 'orders', **document} for document in ORDERS])
    return client


def test_one_object_must_match_all(client):
    both = {'bool': {'must': [{'term': {'lines.item': 'pen'}}, {'range': {'lines.price': {'gt': 3}}}]}}
    found = client.search(index='orders', body={'query': {'nested': {'path': 'lines', 'query': both, 'score_mode': 'max'}}})
    assert sorted(hit['_id'] for hit in found['hits']['hits']) == ['b', 'c']
    assert client.count(index='orders', body={'query': both})['count'] == 0
    assert client.count(index='orders')['count'] == 4
    assert client.indices.get_mapping(index='orders')['orders']['mappings'] == MAPPINGS


def test_aggregations_and_sort(client):
    body = {'size': 0, 'aggs': {'lines': {'nested': {'path': 'lines'}, 'aggs': {'items': {'terms': {'field': 'lines.item'}, 'aggs': {
        'total': {'sum': {'field': 'lines.price'}}, 'orders': {'reverse_nested': {}, 'aggs': {'who': {'terms': {'field': 'customer'}}}}}}}}}}
    lines = client.search(index='orders', body=body)['aggregations']['lines']
    assert lines['doc_count'] == 5
    pen, cup = lines['items']['buckets']
    assert (pen['key'], pen['doc_count'], pen['total']['value'], pen['orders']['doc_count']) == ('pen', 3, 15.0, 3)
    assert [(who['key'], who['doc_count']) for who in cup['orders']['who']['buckets']] == [('ann', 2)]
    order = [{'lines.price': {'order': 'desc', 'mode': 'sum', 'nested': {'path': 'lines', 'filter': {'term': {'lines.item': 'cup'}}}}}, '_id']
    found = client.search(index='orders', body={'sort': order})['hits']['hits']
    assert [(hit['_id'], hit['sort'][0]) for hit in found][:2] == [('a', 8.0), ('c', 3.0)]


def test_refusals(client):
    with pytest.raises(RequestError) as refused:
        client.search(index='orders', body={'query': {'nested': {'path': 'customer', 'query': {'match_all': {}}}}})
    assert 'failed to find nested object under path [customer]' in str(refused.value.info)
    with pytest.raises(RequestError) as refused:
        client.search(index='orders', body={'query': {'nested': {'path': 'lines', 'query': {'match_all': {}}, 'inner_hits': {}}}})
    assert 'inner_hits' in str(refused.value.info)
