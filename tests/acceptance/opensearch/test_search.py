"""Queries, sorting, paging and aggregations."""
import pytest
from collections_of_tests import EVERYTHING, Collection
from opensearchpy import NotFoundError, RequestError, helpers

DOCUMENTS = [
    {'_id': '1', 'title': 'quick brown fox', 'ticker': 'AMZN', 'price': 10.5, 'count': 1, 'open': True, 'at': '2026-01-01T00:00:00Z'},
    {'_id': '2', 'title': 'lazy brown dog dog dog', 'ticker': 'AAPL', 'price': 20.0, 'count': 2, 'open': False, 'at': '2026-01-01T12:00:00Z'},
    {'_id': '3', 'title': 'quick quick silver', 'ticker': 'AMZN', 'price': 30.0, 'count': 3, 'open': True, 'at': '2026-01-02T00:00:00Z'},
    {'_id': '4', 'title': 'the lazy fox jumps over a very long fence in the dark night', 'ticker': 'INTC', 'price': 40.0, 'count': 4,
     'at': '2026-01-04T00:00:00Z'},
    {'_id': '5', 'title': 'silver dog', 'ticker': 'TBV', 'price': 50.0, 'count': 5, 'open': False, 'at': '2026-01-04T06:00:00Z',
     'seller': {'city': 'Berlin', 'zip': '10115'}}]
MAPPINGS = {'properties': {'title': {'type': 'text', 'fields': {'keyword': {'type': 'keyword'}}}, 'ticker': {'type': 'keyword'},
                           'price': {'type': 'double'}, 'count': {'type': 'integer'}, 'open': {'type': 'boolean'},
                           'at': {'type': 'date'}}}


@pytest.fixture(scope='module')
def client(server):
    import random
    from conftest import Aws
    collection = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    client = collection.client(collection.user('ann', *EVERYTHING))
    client.indices.create(index='orders', body={'mappings': MAPPINGS})
    helpers.bulk(client, [{'_index': 'orders', **document} for document in DOCUMENTS])
    return client


def hits(client, query, **more):
    found = client.search(index='orders', body={'query': query, **more})['hits']['hits']
    return [hit['_id'] for hit in found]


QUERIES = [
    ({'match_all': {}}, '12345'), ({'match_none': {}}, ''),
    ({'match': {'title': 'quick'}}, '13'), ({'match': {'title': 'QUICK dog'}}, '1235'),
    ({'match': {'title': {'query': 'quick fox', 'operator': 'and'}}}, '1'),
    ({'match_phrase': {'title': 'brown fox'}}, '1'), ({'match_phrase': {'title': 'fox brown'}}, ''),
    ({'match_phrase_prefix': {'title': 'quick si'}}, '3'),
    ({'multi_match': {'query': 'silver', 'fields': ['title', 'ticker']}}, '35'),
    ({'term': {'ticker': 'AMZN'}}, '13'), ({'term': {'ticker': 'amzn'}}, ''), ({'term': {'title.keyword': 'silver dog'}}, '5'),
    ({'term': {'open': True}}, '13'), ({'term': {'count': 4}}, '4'), ({'term': {'at': '2026-01-02'}}, '3'),
    ({'terms': {'ticker': ['AAPL', 'TBV']}}, '25'),
    ({'range': {'price': {'gte': 20, 'lt': 40}}}, '23'), ({'range': {'at': {'gt': '2026-01-01', 'lte': '2026-01-04T00:00:00Z'}}}, '34'),
    ({'range': {'ticker': {'gte': 'B'}}}, '45'),
    ({'exists': {'field': 'open'}}, '1235'), ({'exists': {'field': 'seller'}}, '5'),
    ({'ids': {'values': ['2', '4', '9']}}, '24'),
    ({'prefix': {'ticker': 'A'}}, '123'), ({'wildcard': {'ticker': 'A?Z*'}}, '13'),
    ({'bool': {'must': [{'match': {'title': 'dog'}}], 'filter': [{'range': {'price': {'gte': 30}}}]}}, '5'),
    ({'bool': {'should': [{'term': {'ticker': 'INTC'}}, {'term': {'ticker': 'TBV'}}]}}, '45'),
    ({'bool': {'must_not': [{'term': {'ticker': 'AMZN'}}]}}, '245'),
    ({'bool': {'should': [{'match': {'title': 'dog'}}, {'match': {'title': 'brown'}}, {'term': {'open': False}}],
               'minimum_should_match': 3}}, '2'),
    ({'constant_score': {'filter': {'term': {'ticker': 'AMZN'}}}}, '13'),
    ({'query_string': {'query': 'ticker:AMZN AND price:>20'}}, '3'),
    ({'query_string': {'query': 'title:(quick OR lazy) AND NOT ticker:AMZN'}}, '24'),
    ({'query_string': {'query': 'price:[20 TO 40}'}}, '23'), ({'query_string': {'query': '"silver dog"', 'default_field': 'title'}}, '5'),
    ({'simple_query_string': {'query': 'quick +fox', 'fields': ['title'], 'default_operator': 'and'}}, '1'),
]


@pytest.mark.parametrize('query, expected', QUERIES, ids=[f'{number}-{next(iter(query))}' for number, (query, _) in enumerate(QUERIES)])
def test_queries(client, query, expected):
    assert sorted(hits(client, query)) == list(expected)
    assert client.count(index='orders', body={'query': query})['count'] == len(expected)


def test_the_best_comes_first(client):
    found = client.search(index='orders', body={'query': {'match': {'title': 'dog'}}})['hits']
    # Three of five words beat one of two, as BM25 has it.
    assert [hit['_id'] for hit in found['hits']] == ['2', '5']
    assert found['max_score'] == found['hits'][0]['_score'] > found['hits'][1]['_score'] > 0
    assert hits(client, {'match': {'title': 'fox'}}) == ['1', '4']  # the shorter text
    scores = {hit['_id']: hit['_score'] for hit in client.search(
        index='orders', body={'query': {'match': {'title': 'silver fox'}}})['hits']['hits']}
    assert set(scores) == {'1', '3', '4', '5'}
    constant = client.search(index='orders', body={'query': {'constant_score': {'filter': {'term': {'ticker': 'AMZN'}}, 'boost': 2.5}}})
    assert [hit['_score'] for hit in constant['hits']['hits']] == [2.5, 2.5]


def test_bm25_scores(client):
    """log(1 + (N - n + 0.5)/(n + 0.5)) · tf · (k1 + 1) / (tf + k1 · (1 - b + b · length/average)), as OpenSearch 2 has it."""
    import math
    lengths = [len(document['title'].split()) for document in DOCUMENTS]
    found = client.search(index='orders', body={'query': {'match': {'title': 'dog'}}})['hits']['hits']
    idf = math.log(1 + (5 - 2 + 0.5) / (2 + 0.5))
    for hit in found:
        words = hit['_source']['title'].split()
        tf = words.count('dog')
        expected = idf * tf * 2.2 / (tf + 1.2 * (1 - 0.75 + 0.75 * len(words) / (sum(lengths) / 5)))
        assert hit['_score'] == pytest.approx(expected, rel=0.02)


def test_sorting_and_paging(client):
    everything = {'match_all': {}}
    assert hits(client, everything, sort=[{'price': 'desc'}]) == list('54321')
    assert hits(client, everything, sort=[{'ticker': {'order': 'asc'}}, {'price': {'order': 'desc'}}]) == list('23145')
    assert hits(client, everything, sort=['at'], size=2) == list('12')
    assert hits(client, everything, sort=['at'], size=2, **{'from': 2}) == list('34')
    assert hits(client, everything, sort=[{'open': {'order': 'asc', 'missing': '_last'}}, {'count': 'asc'}]) == list('25134')
    assert hits(client, everything, size=0) == []
    seen, after = [], {}
    while True:
        page = client.search(index='orders', body={'size': 2, 'sort': [{'ticker': 'asc'}, {'count': 'asc'}], **after})['hits']['hits']
        if not page:
            break
        seen += [hit['_id'] for hit in page]
        after = {'search_after': page[-1]['sort']}
    assert seen == list('21345')
    with pytest.raises(RequestError, match='Result window is too large'):
        hits(client, everything, size=10_001)


def test_totals(client):
    total = client.search(index='orders', body={'size': 1})['hits']['total']
    assert total == {'value': 5, 'relation': 'eq'}
    assert client.search(index='orders', params={'rest_total_hits_as_int': 'true'})['hits']['total'] == 5
    assert 'total' not in client.search(index='orders', body={'track_total_hits': False})['hits']


def test_source_filtering(client):
    def source(wanted):
        return client.search(index='orders', body={'query': {'ids': {'values': ['5']}}, '_source': wanted})['hits']['hits'][0]
    assert '_source' not in source(False)
    assert source(['price', 'seller.city'])['_source'] == {'price': 50.0, 'seller': {'city': 'Berlin'}}
    assert source('seller.*')['_source'] == {'seller': {'city': 'Berlin', 'zip': '10115'}}
    assert set(source({'excludes': ['seller', 't*']})['_source']) == {'price', 'count', 'open', 'at'}
    by_url = client.search(index='orders', params={'q': 'ticker:TBV', '_source_includes': 'price'})['hits']['hits']
    assert [hit['_source'] for hit in by_url] == [{'price': 50.0}]


def aggregate(client, query=None, **aggregations):
    body = {'size': 0, 'aggs': aggregations}
    if query:
        body['query'] = query
    return client.search(index='orders', body=body)['aggregations']


def buckets(aggregation, key='key'):
    return [(bucket[key], bucket['doc_count']) for bucket in aggregation['buckets']]


def test_bucket_aggregations(client):
    found = aggregate(client, tickers={'terms': {'field': 'ticker'}, 'aggs': {'most': {'max': {'field': 'price'}}}})['tickers']
    assert buckets(found) == [('AMZN', 2), ('AAPL', 1), ('INTC', 1), ('TBV', 1)] and found['sum_other_doc_count'] == 0
    assert found['buckets'][0]['most']['value'] == 30.0
    found = aggregate(client, tickers={'terms': {'field': 'ticker', 'size': 1, 'order': {'_key': 'desc'}}})['tickers']
    assert buckets(found) == [('TBV', 1)] and found['sum_other_doc_count'] == 4
    found = aggregate(client, days={'date_histogram': {'field': 'at', 'calendar_interval': 'day'}})['days']
    assert buckets(found, 'key_as_string') == [('2026-01-01T00:00:00.000Z', 2), ('2026-01-02T00:00:00.000Z', 1),
                                               ('2026-01-03T00:00:00.000Z', 0), ('2026-01-04T00:00:00.000Z', 2)]
    found = aggregate(client, halves={'date_histogram': {'field': 'at', 'fixed_interval': '12h', 'min_doc_count': 1}})['halves']
    assert [count for _, count in buckets(found)] == [1, 1, 1, 2]
    found = aggregate(client, prices={'histogram': {'field': 'price', 'interval': 20}})['prices']
    assert buckets(found) == [(0.0, 1), (20.0, 2), (40.0, 2)]
    found = aggregate(client, prices={'range': {'field': 'price', 'ranges': [{'to': 20}, {'from': 20, 'to': 50}, {'from': 50}]}})['prices']
    assert buckets(found) == [('*-20.0', 1), ('20.0-50.0', 3), ('50.0-*', 1)]


def test_metric_aggregations(client):
    def value(kind, field='price', query=None):
        return aggregate(client, query, a={kind: {'field': field}})['a']
    assert value('avg')['value'] == pytest.approx(30.1) and value('sum')['value'] == pytest.approx(150.5)
    assert (value('min')['value'], value('max')['value'], value('value_count')['value']) == (10.5, 50.0, 5)
    assert value('cardinality', 'ticker')['value'] == 4
    assert value('stats') == {'count': 5, 'min': 10.5, 'max': 50.0, 'avg': pytest.approx(30.1), 'sum': pytest.approx(150.5)}
    assert value('avg', query={'match_none': {}})['value'] is None
    assert value('max', 'at') == {'value': 1767506400000.0, 'value_as_string': '2026-01-04T06:00:00.000Z'}


def test_several_searches_at_once(client):
    answers = client.msearch(body=[{'index': 'orders'}, {'query': {'term': {'ticker': 'AMZN'}}}, {'index': 'none'}, {},
                                   {'index': 'orders'}, {'query': {'no-such-query': {}}}])['responses']
    assert answers[0]['hits']['total']['value'] == 2 and answers[0]['status'] == 200
    assert (answers[1]['status'], answers[1]['error']['type']) == (404, 'index_not_found_exception')
    assert answers[2]['status'] == 400


def test_patterns_of_indices(client):
    assert client.count(index='ord*')['count'] == 5 and client.count(index='none-*')['count'] == 0
    assert client.search(index='_all')['hits']['total']['value'] == 5
    assert client.search(index='orders,none', params={'ignore_unavailable': 'true'})['hits']['total']['value'] == 5
    with pytest.raises(NotFoundError):
        client.search(index='orders,none')


@pytest.mark.parametrize('body, text', [
    ({'query': {'no-such-query': {}}}, 'no-such-query'), ({'query': {'match': {}}}, ''), ({'colour': 1}, 'colour'),
    ({'query': {'range': {'price': {'gte': 'cheap'}}}}, 'cheap'), ({'sort': [{'title': 'asc'}]}, 'title'),
    ({'aggs': {'a': {'no-such-aggregation': {}}}}, 'no-such-aggregation'), ({'size': -1}, ''),
    ({'aggs': {'a': {'terms': {'field': 'title'}}}}, 'title')])
def test_what_cannot_be_searched_is_refused_by_name(client, body, text):
    with pytest.raises(RequestError) as refused:
        client.search(index='orders', body=body)
    assert refused.value.status_code == 400 and text in str(refused.value.info) and refused.value.info['error']['type']
