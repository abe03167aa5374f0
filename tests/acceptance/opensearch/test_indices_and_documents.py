"""Indices, mappings and documents of a collection, with opensearch-py."""
import json

import pytest
from collections_of_tests import EVERYTHING, Collection
from opensearchpy import ConflictError, NotFoundError, RequestError, helpers


@pytest.fixture
def collection(aws):
    return Collection(aws)


@pytest.fixture
def client(collection):
    return collection.client(collection.user('ann', *EVERYTHING))


def test_an_index_from_creation_to_deletion(client):
    created = client.indices.create(index='orders', body={
        'settings': {'index': {'number_of_shards': 1}},
        'mappings': {'properties': {'ticker': {'type': 'keyword'}, 'price': {'type': 'double'}, 'at': {'type': 'date'}}}})
    assert created == {'acknowledged': True, 'shards_acknowledged': True, 'index': 'orders'}
    assert client.indices.exists(index='orders') and not client.indices.exists(index='none')
    got = client.indices.get(index='orders')['orders']
    assert got['mappings']['properties']['price'] == {'type': 'double'} and got['aliases'] == {}
    assert got['settings']['index']['provided_name'] == 'orders' and got['settings']['index']['uuid']
    assert client.indices.get_settings(index='orders')['orders']['settings'] == got['settings']
    with pytest.raises(RequestError) as refused:
        client.indices.create(index='orders')
    assert refused.value.error == 'resource_already_exists_exception'
    assert client.indices.delete(index='orders') == {'acknowledged': True}
    with pytest.raises(NotFoundError) as refused:
        client.indices.get(index='orders')
    assert refused.value.info['error']['type'] == 'index_not_found_exception'
    assert refused.value.info['error']['reason'] == 'no such index [orders]' and refused.value.info['status'] == 404
    with pytest.raises(NotFoundError):
        client.indices.delete(index='orders')


@pytest.mark.parametrize('name', ['Orders', '-orders', 'or%23ders', 'or*ders', 'x' * 256])
def test_bad_names(collection, name):
    answer = collection.request(collection.user('ann', *EVERYTHING), 'PUT', f'/{name}')
    assert answer.status_code == 400 and answer.json()['error']['type'] == 'invalid_index_name_exception', answer.text


def test_mappings_grow_but_do_not_change(client):
    client.indices.create(index='orders', body={'mappings': {'properties': {'price': {'type': 'double'}}}})
    client.indices.put_mapping(index='orders', body={'properties': {'ticker': {'type': 'keyword'}}})
    mapping = client.indices.get_mapping(index='orders')['orders']['mappings']['properties']
    assert mapping == {'price': {'type': 'double'}, 'ticker': {'type': 'keyword'}}
    with pytest.raises(RequestError) as refused:
        client.indices.put_mapping(index='orders', body={'properties': {'price': {'type': 'keyword'}}})
    assert refused.value.error == 'illegal_argument_exception' and 'price' in str(refused.value.info)
    with pytest.raises(RequestError) as refused:
        client.indices.create(index='other', body={'mappings': {'properties': {'price': {'type': 'no-such-type'}}}})
    assert 'no-such-type' in str(refused.value.info)


def test_types_are_found_from_the_documents(client):
    client.index(index='orders', body={'name': 'a', 'count': 1, 'price': 1.5, 'open': True, 'at': '2026-01-02T03:04:05Z',
                                       'seller': {'city': 'Berlin'}})
    mapping = client.indices.get_mapping(index='orders')['orders']['mappings']['properties']
    assert mapping['name'] == {'type': 'text', 'fields': {'keyword': {'type': 'keyword', 'ignore_above': 256}}}
    assert {name: mapping[name]['type'] for name in ('count', 'price', 'open', 'at')} == {
        'count': 'long', 'price': 'float', 'open': 'boolean', 'at': 'date'}
    assert mapping['seller']['properties']['city']['type'] == 'text'


def test_documents_one_by_one(client):
    created = client.index(index='orders', id='1', body={'price': 1})
    assert (created['result'], created['_version'], created['_id']) == ('created', 1, '1')
    updated = client.index(index='orders', id='1', body={'price': 2})
    assert (updated['result'], updated['_version']) == ('updated', 2)
    got = client.get(index='orders', id='1')
    assert got['found'] and got['_source'] == {'price': 2} and got['_version'] == 2
    assert client.exists(index='orders', id='1') and not client.exists(index='orders', id='2')
    assert client.get_source(index='orders', id='1') == {'price': 2}
    with pytest.raises(ConflictError) as refused:
        client.create(index='orders', id='1', body={'price': 3})
    assert refused.value.error == 'version_conflict_engine_exception'
    client.create(index='orders', id='2', body={'price': 3})
    assert client.update(index='orders', id='1', body={'doc': {'size': 7}})['result'] == 'updated'
    assert client.get(index='orders', id='1')['_source'] == {'price': 2, 'size': 7}
    many = client.mget(index='orders', body={'ids': ['1', '2', '3']})['docs']
    assert [doc['found'] for doc in many] == [True, True, False]
    assert client.delete(index='orders', id='2')['result'] == 'deleted'
    with pytest.raises(NotFoundError) as refused:
        client.delete(index='orders', id='2')
    assert refused.value.info['result'] == 'not_found'
    with pytest.raises(NotFoundError) as refused:
        client.get(index='orders', id='2')
    assert refused.value.info['found'] is False
    assert client.index(index='orders', body={'price': 4})['_id']


def test_a_document_that_does_not_fit_is_refused(client):
    client.indices.create(index='orders', body={'mappings': {'properties': {'price': {'type': 'double'}}}})
    with pytest.raises(RequestError) as refused:
        client.index(index='orders', body={'price': 'cheap'})
    assert refused.value.error == 'mapper_parsing_exception' and '[price]' in refused.value.info['error']['reason']
    with pytest.raises(RequestError) as refused:
        client.index(index='orders', body='{"price": ')
    assert refused.value.status_code == 400
    assert client.count(index='orders')['count'] == 0


def test_bulk_answers_item_by_item(client):
    client.index(index='orders', id='old', body={'price': 1})
    answer = client.bulk(body='\n'.join(json.dumps(line) for line in [
        {'index': {'_index': 'orders', '_id': '1'}}, {'price': 1},
        {'create': {'_index': 'orders', '_id': '1'}}, {'price': 2},
        {'update': {'_index': 'orders', '_id': 'old'}}, {'doc': {'price': 5}},
        {'index': {'_index': 'orders'}}, {'price': 'cheap'},
        {'delete': {'_index': 'orders', '_id': '1'}},
        {'delete': {'_index': 'orders', '_id': 'none'}},
        {'create': {'_index': 'orders'}}, {'price': 9}]) + '\n')
    assert answer['errors'] is True and answer['took'] >= 0
    kinds = [(kind, item['status']) for entry in answer['items'] for kind, item in entry.items()]
    assert kinds == [('index', 201), ('create', 409), ('update', 200), ('index', 400), ('delete', 200), ('delete', 404),
                     ('create', 201)]
    errors = [item['error']['type'] for entry in answer['items'] for item in entry.values() if 'error' in item]
    assert errors == ['version_conflict_engine_exception', 'mapper_parsing_exception']
    assert client.count(index='orders')['count'] == 2
    done, failed = helpers.bulk(client, ({'_index': 'more', 'number': number} for number in range(1000)))
    assert done == 1000 and not failed and client.count(index='more')['count'] == 1000


def test_the_bulk_answers_keys_come_in_the_order_that_clients_look_for(collection):
    answer = collection.request(collection.user('ann', *EVERYTHING), 'POST', '/orders/_bulk', '{"create":{}}\n{"price":1}\n')
    assert answer.status_code == 200 and '"errors":false,"items":[' in answer.text


@pytest.mark.parametrize('body', ['{"index":{}}\n{"a":1}', '{"grow":{}}\n{}\n', 'no json\n', '', '{"index":{"_colour":1}}\n{}\n'])
def test_malformed_bulk_bodies(collection, body):
    answer = collection.request(collection.user('ann', *EVERYTHING), 'POST', '/orders/_bulk', body)
    assert answer.status_code == 400 and answer.json()['error']['type'], answer.text


def test_time_series_take_no_ids(aws):
    collection = Collection(aws, kind='TIMESERIES')
    client = collection.client(collection.user('ann', *EVERYTHING))
    assert client.index(index='logs', body={'line': 1})['_id']
    answer = client.bulk(index='logs', body='{"index":{"_id":"1"}}\n{"line":2}\n{"index":{}}\n{"line":3}\n')
    first, second = (item['index'] for item in answer['items'])
    assert first['status'] == 400 and first['error']['reason'] == 'Document ID is not supported in create/index operation request'
    assert second['status'] == 201
    with pytest.raises((NotFoundError, RequestError)):
        client.index(index='logs', id='1', body={'line': 1})
    assert client.count(index='logs')['count'] == 2


def test_refresh_is_the_collections_own_business(collection):
    credentials = collection.user('ann', *EVERYTHING)
    for path, body in (('/orders/_doc?refresh=true', '{"a":1}'), ('/_bulk?refresh=true', '{"index":{"_index":"a"}}\n{}\n')):
        answer = collection.request(credentials, 'POST', path, body)
        assert answer.status_code == 400 and answer.json()['error']['reason'] == 'true refresh policy is not supported.'
    assert collection.request(credentials, 'POST', '/orders/_doc?refresh=wait_for', '{"a":1}').status_code == 201
    answer = collection.request(credentials, 'POST', '/orders/_doc?colour=red', '{"a":1}')
    assert answer.status_code == 400 and 'unrecognized parameter: [colour]' in answer.text


def test_cat_indices(collection, client):
    for name in ('orders', 'bills'):
        client.index(index=name, body={'a': 1})
    text = client.cat.indices(params={'v': 'true', 'h': 'index,docs.count'})
    assert [line.split() for line in text.splitlines()] == [['index', 'docs.count'], ['bills', '1'], ['orders', '1']]
    rows = client.cat.indices(format='json')
    assert [(row['index'], row['docs.count'], row['health'], row['status']) for row in rows] == [
        ('bills', '1', 'green', 'open'), ('orders', '1', 'green', 'open')]
    assert [row['index'] for row in client.cat.indices(index='or*', format='json')] == ['orders']
