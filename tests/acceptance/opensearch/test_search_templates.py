"""Searches with parameters."""
import random

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from opensearchpy import RequestError, helpers

TEMPLATE = ('{"query": {"bool": {"filter": [{"terms": {"k": {{#toJson}}ks{{/toJson}}}}'
            '{{#least}}, {"range": {"n": {"gte": {{least}}}}}{{/least}}]}}, "size": {{size}}{{^size}}10{{/size}}, "sort": ["n"]}')


@pytest.fixture(scope='module')
def client(server):
    collection = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    client = collection.client(collection.user('ann', *EVERYTHING))
    client.indices.create(index='i', body={'mappings': {'properties': {'k': {'type': 'keyword'}, 'n': {'type': 'long'}}}})
    helpers.bulk(client, [{'_index': 'i', 'k': k, 'n': n} for n, k in enumerate('abcab')])
    return client


def numbers(answer):
    return [hit['_source']['n'] for hit in answer['hits']['hits']]


def test_parameters_are_filled_in(client):
    def search(**parameters):
        return numbers(client.search_template(index='i', body={'source': TEMPLATE, 'params': parameters}))
    assert search(ks=['a', 'b']) == [0, 1, 3, 4]
    assert search(ks=['a', 'b'], least=2) == [3, 4]
    assert search(ks=['a', 'b'], size=1) == [0]
    assert search(ks=['"}]}}']) == []
    template = {'query': {'term': {'k': '{{k}}'}}}
    assert numbers(client.search_template(index='i', body={'source': template, 'params': {'k': 'c'}})) == [2]


def test_a_template_is_shown_filled_in(client):
    answer = client.render_search_template(body={'source': TEMPLATE, 'params': {'ks': ['a'], 'size': 2}})
    assert answer == {'template_output': {'query': {'bool': {'filter': [{'terms': {'k': ['a']}}]}}, 'size': 2, 'sort': ['n']}}


def test_many(client):
    lines = [{'index': 'i'}, {'source': TEMPLATE, 'params': {'ks': ['c']}}, {'index': 'i'}, {'id': 'stored'}]
    found, refused = client.msearch_template(body=lines)['responses']
    assert numbers(found) == [2] and found['status'] == 200
    assert refused['status'] == 400 and 'stored templates' in refused['error']['reason']


@pytest.mark.parametrize('body, word', [
    ({}, 'template is missing'), ({'id': 'x'}, 'stored templates'), ({'source': '{"query": {{#a}} }'}, 'is not closed'),
    ({'source': '{{a}}', 'params': {'a': '{'}}, 'parsing_exception'), ({'source': '{}', 'nosuch': 1}, 'nosuch')])
def test_refusals(client, body, word):
    with pytest.raises(RequestError) as refused:
        client.search_template(index='i', body=body)
    assert word in str(refused.value.info)
