"""Aliases, templates, points in time, and what else a collection tells of itself."""
import contextlib
import sqlite3

import pytest
from collections_of_tests import EVERYTHING, Collection
from opensearchpy import NotFoundError, RequestError, helpers


@pytest.fixture
def collection(aws):
    return Collection(aws)


@pytest.fixture
def client(collection):
    return collection.client(collection.user('ann', *EVERYTHING))


def ids(client, **search):
    return sorted(hit['_id'] for hit in client.search(**search)['hits']['hits'])


def test_aliases(client):
    for index in ('logs-1', 'logs-2'):
        client.index(index=index, id=index[-1], body={'n': int(index[-1])})
    assert client.indices.update_aliases(body={'actions': [
        {'add': {'index': 'logs-*', 'alias': 'logs'}}, {'add': {'index': 'logs-2', 'alias': 'second', 'filter': {'range': {'n': {'gt': 5}}}}}]})['acknowledged']
    assert ids(client, index='logs') == ['1', '2'] and ids(client, index='second') == [] and ids(client, index='second,logs-2') == ['2']
    assert client.count(index='second')['count'] == 0
    assert client.indices.get_alias(index='logs-1') == {'logs-1': {'aliases': {'logs': {}}}}
    assert client.indices.exists_alias(name='logs') and not client.indices.exists_alias(name='none') and client.indices.exists(index='logs')
    with pytest.raises(RequestError, match='no write index'):
        client.index(index='logs', body={'n': 3})
    client.indices.put_alias(index='logs-1', name='logs', body={'is_write_index': True})
    assert client.index(index='logs', id='3', body={'n': 3})['_index'] == 'logs-1' and client.get(index='logs', id='3')['found']
    assert helpers.bulk(client, [{'_index': 'logs', '_id': '4', 'n': 4}])[0] == 1
    assert {row['alias'] for row in client.cat.aliases(format='json')} == {'logs', 'second'}
    with pytest.raises(RequestError, match='matches an alias'):
        client.indices.delete(index='logs')
    client.indices.delete_alias(index='logs-1', name='logs')
    with pytest.raises(NotFoundError):
        client.indices.delete_alias(index='logs-1', name='logs')
    client.indices.delete(index='logs-2')
    assert client.indices.get_alias() == {'logs-1': {'aliases': {}}}


def test_templates(client):
    client.cluster.put_component_template(name='base', body={'template': {'mappings': {'properties': {'at': {'type': 'date'}}}}})
    client.indices.put_index_template(name='logs', body={
        'index_patterns': ['app-*'], 'priority': 5, 'composed_of': ['base'],
        'template': {'mappings': {'properties': {'level': {'type': 'keyword'}}}, 'aliases': {'apps': {}}}})
    client.indices.put_index_template(name='weaker', body={'index_patterns': ['*'], 'template': {'mappings': {'properties': {'x': {'type': 'long'}}}}})
    client.index(index='app-1', body={'level': 'info', 'at': '2026-01-01'})
    properties = client.indices.get_mapping(index='app-1')['app-1']['mappings']['properties']
    assert properties == {'at': {'type': 'date'}, 'level': {'type': 'keyword'}}
    assert client.indices.get_alias(name='apps') == {'app-1': {'aliases': {'apps': {}}}}
    client.indices.create(index='other', body={'mappings': {'properties': {'y': {'type': 'long'}}}})
    assert set(client.indices.get_mapping(index='other')['other']['mappings']['properties']) == {'x', 'y'}
    found = client.indices.get_index_template(name='lo*')['index_templates']
    assert [(one['name'], one['index_template']['priority']) for one in found] == [('logs', 5)]
    with pytest.raises(RequestError, match='still in use'):
        client.cluster.delete_component_template(name='base')
    client.indices.delete_index_template(name='logs')
    with pytest.raises(NotFoundError):
        client.indices.get_index_template(name='logs')
    with pytest.raises(RequestError, match='do not exist'):
        client.indices.put_index_template(name='z', body={'index_patterns': ['z'], 'composed_of': ['none']})


def test_points_in_time(client):
    for number in range(5):
        client.index(index='orders', id=str(number), body={'n': number})
    point = client.create_pit(index='orders', params={'keep_alive': '5m'})['pit_id']
    client.index(index='orders', id='5', body={'n': 5})
    client.delete(index='orders', id='0')
    seen, after = [], {}
    while True:
        page = client.search(body={'size': 2, 'pit': {'id': point, 'keep_alive': '1m'}, 'sort': [{'n': 'asc'}], **after})
        if not page['hits']['hits']:
            break
        assert page['pit_id'] == point
        seen += [hit['_id'] for hit in page['hits']['hits']]
        after = {'search_after': page['hits']['hits'][-1]['sort']}
    assert seen == list('01234') and ids(client, index='orders') == list('12345')
    assert [one['pit_id'] for one in client.transport.perform_request('GET', '/_search/point_in_time/_all')['pits']] == [point]
    assert client.delete_pit(body={'pit_id': [point]})['pits'] == [{'successful': True, 'pit_id': point}]
    with pytest.raises(NotFoundError, match='search_context_missing_exception'):
        client.search(body={'pit': {'id': point}})


def test_single_documents_and_texts(client):
    client.indices.create(index='books', body={'mappings': {'properties': {'title': {'type': 'text', 'analyzer': 'english'}}}})
    client.index(index='books', id='1', body={'title': 'Running foxes', 'author': {'name': 'A', 'born': 1900}})
    assert client.get(index='books', id='1', _source_includes='author.name')['_source'] == {'author': {'name': 'A'}}
    assert client.get_source(index='books', id='1', _source_excludes='author') == {'title': 'Running foxes'}
    docs = client.mget(index='books', body={'docs': [{'_id': '1', '_source': ['title']}, {'_id': '2'}]})['docs']
    assert docs[0]['_source'] == {'title': 'Running foxes'} and docs[1]['found'] is False
    found = client.explain(index='books', id='1', body={'query': {'match': {'title': 'fox'}}})
    assert found['matched'] and found['explanation']['value'] > 0
    assert not client.explain(index='books', id='1', body={'query': {'match': {'title': 'dog'}}})['matched']
    tokens = client.indices.analyze(index='books', body={'field': 'title', 'text': 'The Running Foxes'})['tokens']
    assert [(one['token'], one['start_offset'], one['end_offset']) for one in tokens] == [('run', 4, 11), ('fox', 12, 17)]
    assert client.indices.validate_query(index='books', body={'query': {'match': {'title': 'x'}}})['valid']
    resolved = client.transport.perform_request('GET', '/_resolve/index/b*')
    assert [one['name'] for one in resolved['indices']] == ['books']


@pytest.mark.parametrize('method, path', [
    ('GET', '/'), ('GET', '/_cluster/health'), ('GET', '/_nodes'), ('GET', '/_cat/nodes'), ('POST', '/_search/scroll'), ('POST', '/i/_refresh'),
    ('POST', '/i/_flush'), ('POST', '/_reindex'), ('POST', '/i/_delete_by_query'), ('PUT', '/_template/t'), ('PUT', '/_bulk'), ('GET', '/_segments')])
def test_what_collections_do_not_offer(collection, method, path):
    answer = collection.request(collection.user('ann', *EVERYTHING), method, path)
    assert (answer.status_code, answer.content) == (404, b'')


def test_settings(client):
    client.indices.create(index='logs', body={'settings': {'number_of_shards': 2, 'refresh_interval': '1s'}})
    assert client.indices.put_settings(index='logs', body={'index': {'refresh_interval': '10s'}})['acknowledged']
    shown = client.indices.get_settings(index='logs')['logs']['settings']['index']
    assert (shown['number_of_shards'], shown['refresh_interval']) == ('2', '10s')
    assert client.indices.get_settings(index='logs', name='index.refresh*', flat_settings=True) == {
        'logs': {'settings': {'index.refresh_interval': '10s'}}}
    with pytest.raises(RequestError, match='non dynamic settings'):
        client.indices.put_settings(index='logs', body={'index.number_of_shards': 3})


def test_a_deleted_collection_leaves_nothing(collection, client):
    client.indices.create(index='logs', body={'aliases': {'all': {}}})
    client.indices.put_index_template(name='t', body={'index_patterns': ['x*']})
    client.cluster.put_component_template(name='c', body={'template': {}})

    def rows():
        with contextlib.closing(sqlite3.connect(f'file:{collection.aws.server.data}/metadata.db?mode=ro', uri=True)) as database:
            return database.execute('select count(*) from document where cast(key as text) like ?', (f'%/opensearch/{collection.id}/%',)).fetchone()[0]
    assert rows() == 3
    collection.aoss.delete_collection(id=collection.id)
    assert rows() == 0
