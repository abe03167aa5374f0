"""The query language and the aggregations beyond the basic ones, asked by opensearch-py."""
import random

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from opensearchpy import RequestError, TransportError, helpers

PEOPLE = [
    {'_id': '1', 'name': 'Anna Schmidt', 'city': 'Berlin', 'age': 30, 'joined': '2026-01-01', 'at': {'lat': 52.52, 'lon': 13.40}, 'ip': '10.0.0.1',
     'skills': ['sql', 'python'], 'needed': 1, 'shift': {'gte': 8, 'lt': 16}, 'notes': 'The foxes were running', 'labels': {'team': {'name': 'red'}}},
    {'_id': '2', 'name': 'Anne Smith', 'city': 'Paris', 'age': 40, 'joined': '2026-01-20', 'at': '48.86,2.35', 'ip': '10.0.1.1',
     'skills': ['sql'], 'needed': 2, 'shift': {'gte': 16}, 'notes': 'A fox runs', 'labels': {'team': {'name': 'blue'}}},
    {'_id': '3', 'name': 'Bob Miller', 'city': 'Berlin', 'age': 50, 'joined': '2026-03-01', 'at': [-0.13, 51.5], 'ip': '192.168.0.1',
     'skills': ['c++', 'sql', 'go'], 'needed': 2, 'notes': 'Nothing'}]
MAPPINGS = {'properties': {
    'name': {'type': 'text'}, 'city': {'type': 'keyword', 'normalizer': 'lower'}, 'age': {'type': 'integer'}, 'joined': {'type': 'date'},
    'at': {'type': 'geo_point'}, 'ip': {'type': 'ip'}, 'skills': {'type': 'keyword'}, 'needed': {'type': 'byte'},
    'shift': {'type': 'integer_range'}, 'notes': {'type': 'text', 'analyzer': 'english'}, 'labels': {'type': 'flat_object'},
    'town': {'type': 'alias', 'path': 'city'}, 'source': {'type': 'constant_keyword', 'value': 'hr'}}}
SETTINGS = {'index': {'analysis': {'normalizer': {'lower': {'type': 'custom', 'filter': ['lowercase']}}}}}


@pytest.fixture(scope='module')
def client(server):
    collection = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    client = collection.client(collection.user('ann', *EVERYTHING))
    client.indices.create(index='people', body={'mappings': MAPPINGS, 'settings': SETTINGS})
    helpers.bulk(client, [{'_index': 'people', **document} for document in PEOPLE])
    return client


QUERIES = [
    ({'fuzzy': {'name': {'value': 'ana', 'fuzziness': 1}}}, '1'), ({'match': {'name': {'query': 'smiht', 'fuzziness': 'AUTO'}}}, '2'),
    ({'regexp': {'city': 'b.*n'}}, '13'), ({'match_bool_prefix': {'name': 'bob mil'}}, '3'),
    ({'multi_match': {'query': 'anna running', 'fields': ['name', 'notes'], 'type': 'most_fields'}}, '12'),
    ({'terms_set': {'skills': {'terms': ['sql', 'python', 'go'], 'minimum_should_match_field': 'needed'}}}, '13'),
    ({'boosting': {'positive': {'match_all': {}}, 'negative': {'term': {'age': 30}}, 'negative_boost': 0.1}}, '123'),
    ({'function_score': {'query': {'term': {'city': 'BERLIN'}}, 'field_value_factor': {'field': 'age'}}}, '13'),
    ({'geo_distance': {'distance': '1000km', 'at': {'lat': 50, 'lon': 2}}}, '123'), ({'geo_distance': {'distance': '5km', 'at': '52.5,13.4'}}, '1'),
    ({'geo_bounding_box': {'at': {'top_left': {'lat': 53, 'lon': -1}, 'bottom_right': {'lat': 48, 'lon': 3}}}}, '23'),
    ({'term': {'shift': 9}}, '1'), ({'range': {'shift': {'gte': 15, 'lte': 17, 'relation': 'intersects'}}}, '12'),
    ({'match': {'notes': 'fox'}}, '12'), ({'term': {'labels.team.name': 'red'}}, '1'), ({'term': {'labels': 'blue'}}, '2'),
    ({'term': {'town': 'berlin'}}, '13'), ({'term': {'source': 'hr'}}, '123'),
    ({'query_string': {'query': 'name:ann~ AND age:>30'}}, '2'), ({'query_string': {'query': 'city:/[bp].*/ AND NOT skills:go'}}, '12'),
    ({'query_string': {'query': '"anna schmidt" OR joined:[2026-02-01 TO 2026-03-01]'}}, '13'),
    ({'simple_query_string': {'query': 'ann~1 -smith', 'fields': ['name'], 'default_operator': 'and'}}, '1'),
    ({'range': {'joined': {'gte': '2026-01-01||+1M/M', 'time_zone': '+01:00'}}}, '3')]


@pytest.mark.parametrize('query, expected', QUERIES, ids=[f'{number}-{next(iter(query))}' for number, (query, _) in enumerate(QUERIES)])
def test_queries(client, query, expected):
    found = client.search(index='people', body={'query': query})['hits']['hits']
    assert sorted(hit['_id'] for hit in found) == list(expected)


def aggregate(client, **aggregations):
    return client.search(index='people', body={'size': 0, 'aggs': aggregations})['aggregations']


def test_pages_of_combinations(client):
    body = {'composite': {'size': 2, 'sources': [{'city': {'terms': {'field': 'city'}}}, {'skill': {'terms': {'field': 'skills', 'order': 'desc'}}}]}}
    seen = []
    while True:
        page = aggregate(client, pages=body)['pages']
        seen += [(bucket['key']['city'], bucket['key']['skill'], bucket['doc_count']) for bucket in page['buckets']]
        if 'after_key' not in page:
            break
        body['composite']['after'] = page['after_key']
    assert seen == [('berlin', 'sql', 2), ('berlin', 'python', 1), ('berlin', 'go', 1), ('berlin', 'c++', 1), ('paris', 'sql', 1)]


def test_bucket_aggregations(client):
    found = aggregate(client, rare={'rare_terms': {'field': 'skills'}}, both={'multi_terms': {'terms': [{'field': 'city'}, {'field': 'age'}], 'size': 1}},
                      ips={'ip_range': {'field': 'ip', 'ranges': [{'mask': '10.0.0.0/16'}]}}, auto={'auto_date_histogram': {'field': 'joined', 'buckets': 3}},
                      pairs={'adjacency_matrix': {'filters': {'a': {'term': {'city': 'berlin'}}, 'b': {'term': {'skills': 'sql'}}}}})
    assert [bucket['key'] for bucket in found['rare']['buckets']] == ['c++', 'go', 'python']
    assert (found['both']['buckets'][0]['key_as_string'], found['both']['sum_other_doc_count']) == ('berlin|30', 2)
    assert found['ips']['buckets'] == [{'key': '10.0.0.0/16', 'from': '10.0.0.0', 'to': '10.1.0.0', 'doc_count': 2}]
    assert [bucket['doc_count'] for bucket in found['auto']['buckets']] == [2, 0, 1] and found['auto']['interval'] == '1M'
    assert [(bucket['key'], bucket['doc_count']) for bucket in found['pairs']['buckets']] == [('a', 2), ('a&b', 2), ('b', 3)]


def test_metrics_and_pipelines(client):
    found = aggregate(client, weighted={'weighted_avg': {'value': {'field': 'age'}, 'weight': {'field': 'needed'}}},
                      deviation={'median_absolute_deviation': {'field': 'age'}}, stats={'extended_stats': {'field': 'age', 'sigma': 1}},
                      top={'top_metrics': {'metrics': {'field': 'age'}, 'sort': {'joined': 'desc'}}},
                      months={'date_histogram': {'field': 'joined', 'calendar_interval': 'month'}, 'aggs': {
                          'ages': {'sum': {'field': 'age'}}, 'total': {'cumulative_sum': {'buckets_path': 'ages'}},
                          'each': {'bucket_script': {'buckets_path': {'a': 'ages', 'n': '_count'}, 'script': 'params.a / params.n'}}}},
                      best={'max_bucket': {'buckets_path': 'months>ages'}})
    assert found['weighted']['value'] == 42 and found['deviation']['value'] == 10
    assert found['stats']['std_deviation_bounds']['upper'] == pytest.approx(48.165, abs=0.001)
    assert found['top']['top'] == [{'sort': [1772323200000], 'metrics': {'age': 50}}]
    assert [bucket['total']['value'] for bucket in found['months']['buckets']] == [70, 70, 120]
    assert found['months']['buckets'][0]['each']['value'] == 35
    assert found['best'] == {'value': 70.0, 'keys': ['2026-01-01T00:00:00.000Z']}


def test_points_and_comparisons(client):
    found = aggregate(client, hashes={'geohash_grid': {'field': 'at', 'precision': 3}}, tiles={'geotile_grid': {'field': 'at', 'precision': 7, 'size': 1}},
                      box={'geo_bounds': {'field': 'at'}}, middle={'geo_centroid': {'field': 'at'}},
                      matrix={'matrix_stats': {'fields': ['age', 'needed']}})
    assert {bucket['key'] for bucket in found['hashes']['buckets']} == {'u33', 'u09', 'gcp'}
    assert found['tiles']['buckets'] == [{'key': '7/68/41', 'doc_count': 1}]
    assert found['box']['bounds']['top_left']['lat'] == pytest.approx(52.52) and found['middle']['count'] == 3
    age = next(field for field in found['matrix']['fields'] if field['name'] == 'age')
    assert (age['mean'], age['variance']) == (40, 100) and age['correlation']['needed'] == pytest.approx(0.866, abs=0.001)
    order = [{'_geo_distance': {'at': {'lat': 48.8, 'lon': 2.3}, 'unit': 'km'}}]
    hits = client.search(index='people', body={'sort': order})['hits']['hits']
    assert [hit['_id'] for hit in hits] == ['2', '3', '1'] and hits[0]['sort'][0] < 10
    body = {'size': 0, 'query': {'term': {'city': 'berlin'}}, 'aggs': {'what': {'significant_terms': {'field': 'skills', 'min_doc_count': 1}}}}
    found = client.search(index='people', body=body)['aggregations']['what']
    assert (found['doc_count'], found['bg_count']) == (2, 3) and {bucket['key'] for bucket in found['buckets']} == {'python', 'c++', 'go'}


def test_hostile_requests_are_refused(client):
    def refusal(body):
        with pytest.raises(TransportError) as refused:
            client.search(index='people', body=body)
        return refused.value.status_code, str(refused.value.info)
    deep = {'match_all': {}}
    for _ in range(100):
        deep = {'bool': {'must': [deep]}}
    assert refusal({'query': deep})[0] == 400
    assert 'maxClauseCount' in refusal({'query': {'bool': {'should': [{'term': {'age': n}} for n in range(5000)]}}})[1]
    assert refusal({'query': {'regexp': {'city': '(((a{1,99}){1,99}){1,99}){1,99}'}}})[0] == 400
    assert refusal({'query': {'regexp': {'city': 'a' * 5000}}})[0] == 400
    assert 'too_many_buckets' in refusal({'size': 0, 'aggs': {'a': {'date_histogram': {'field': 'joined', 'fixed_interval': '1s'}}}})[1]
    assert refusal({'query': {'function_score': {'script_score': {'script': '1'}}}})[0] == 400
    assert 'complement' in refusal({'query': {'regexp': {'city': '~a'}}})[1]


def test_what_documents_may_not_hold(client):
    for document in ({'source': 'other'}, {'town': 'x'}, {'at': 'somewhere'}, {'shift': 5}, {'labels': 'x'}):
        with pytest.raises(RequestError) as refused:
            client.index(index='people', body=document)
        assert refused.value.info['error']['type'] == 'mapper_parsing_exception'
