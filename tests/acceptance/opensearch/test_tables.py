"""SQL and PPL, as Dashboards and Grafana send them."""
import random

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from opensearchpy import RequestError, TransportError, helpers

SALES = [
    {'city': 'Berlin', 'item': 'pen', 'price': 2.5, 'count': 4, 'at': '2026-01-01T10:00:00Z'},
    {'city': 'Berlin', 'item': 'cup', 'price': 8, 'count': 1, 'at': '2026-01-01T10:30:00Z'},
    {'city': 'Paris', 'item': 'pen', 'price': 3, 'count': 2, 'at': '2026-01-01T12:00:00.500Z'},
    {'city': 'Paris', 'item': 'cap', 'count': 7, 'at': '2026-01-02T00:00:00Z'}]
MAPPINGS = {'properties': {
    'city': {'type': 'text', 'fields': {'keyword': {'type': 'keyword'}}}, 'item': {'type': 'keyword'}, 'price': {'type': 'double'},
    'count': {'type': 'integer'}, 'at': {'type': 'date'}}}


@pytest.fixture(scope='module')
def client(server):
    collection = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    client = collection.client(collection.user('ann', *EVERYTHING))
    client.indices.create(index='sales-1', body={'mappings': MAPPINGS})
    client.indices.put_alias(index='sales-1', name='cheap', body={'filter': {'range': {'price': {'lt': 4}}}})
    helpers.bulk(client, [{'_index': 'sales-1', **document} for document in SALES])
    return client


def ask(client, language, text):
    return client.transport.perform_request('POST', f'/_plugins/_{language}', body={'query': text})


QUERIES = [
    ('sql', 'SELECT item, price FROM sales-1 WHERE city = "Paris" ORDER BY item', [['cap', None], ['pen', 3]]),
    ('sql', "SELECT item FROM `sales-1` WHERE price > 2 AND NOT item LIKE 'c%' ORDER BY price DESC LIMIT 1", [['pen']]),
    ('sql', 'SELECT count(*) FROM sales-*', [[4]]),
    ('sql', 'SELECT count(*), avg(price) AS mean, max(count), min(at) FROM sales-1', [[4, 4.5, 7, '2026-01-01 10:00:00']]),
    ('sql', 'SELECT city, count(*) AS n, sum(count) FROM sales-1 GROUP BY city ORDER BY n DESC, city', [['Berlin', 2, 5], ['Paris', 2, 9]]),
    ('sql', 'SELECT DISTINCT item FROM sales-1 ORDER BY item LIMIT 2 OFFSET 1', [['cup'], ['pen']]),
    ('sql', 'SELECT at FROM sales-1 WHERE at BETWEEN "2026-01-01 12:00:00" AND "2026-01-02" ORDER BY at LIMIT 1', [['2026-01-01 12:00:00.500']]),
    ('sql', "SELECT item FROM sales-1 WHERE price IS NULL OR item IN ('cup') ORDER BY item", [['cap'], ['cup']]),
    ('sql', 'SELECT count(distinct item) FROM cheap', [[1]]),
    ('ppl', "source=sales-1 | where city = 'Berlin' and price >= 3 | fields item, count", [['cup', 1]]),
    ('ppl', 'source = sales-* | stats count() by span(at, 1d)', [[3, '2026-01-01 00:00:00'], [1, '2026-01-02 00:00:00']]),
    ('ppl', 'source=sales-1 | stats sum(count) as total by city | sort - total | head 1', [[9, 'Paris']]),
    ('ppl', "source=sales-1 item='pen' | sort at | fields city | head 1 from 1", [['Paris']]),
    ('ppl', 'source=sales-1 | top 1 item', [['pen', 2]]),
    ('ppl', "source=`sales-1` | where `at` >= '2026-01-01 12:00:00' | stats count()", [[2]]),
    ('ppl', 'source=sales-1 | where isnull(price) | fields + item | rename item as what', [['cap']])]


@pytest.mark.parametrize('language, text, rows', QUERIES, ids=[f'{number}-{query[0]}' for number, query in enumerate(QUERIES)])
def test_rows(client, language, text, rows):
    found = ask(client, language, text)
    assert found['datarows'] == rows and found['total'] == found['size'] == len(rows)


def test_schema(client):
    assert ask(client, 'sql', 'SELECT city, count(*) FROM sales-1 GROUP BY city')['schema'] == [
        {'name': 'city', 'type': 'text'}, {'name': 'count(*)', 'type': 'integer'}]
    assert ask(client, 'ppl', 'source=sales-1 | fields city, count, at')['schema'] == [
        {'name': 'city', 'type': 'string'}, {'name': 'count', 'type': 'int'}, {'name': 'at', 'type': 'timestamp'}]
    assert [column['name'] for column in ask(client, 'sql', 'SELECT * FROM sales-1')['schema']] == ['at', 'city', 'count', 'item', 'price']


def test_refusals(client):
    for language, text, word in [
            ('sql', 'DELETE FROM sales-1', 'DELETE'), ('sql', 'SELECT nosuch FROM sales-1', 'nosuch'), ('sql', 'SELECT item FROM', 'an index'),
            ('sql', 'SELECT item, count(*) FROM sales-1', 'item'), ('sql', "SELECT item FROM sales-1 WHERE item = 'x", 'does not end'),
            ('ppl', 'source=sales-1 | eval x = 1', 'eval'), ('ppl', 'source=sales-1 | where ' + '(' * 100, 'nested too deeply')]:
        with pytest.raises(RequestError) as refused:
            ask(client, language, text)
        assert word in refused.value.info['error']['details'] and refused.value.info['error']['type'] == 'SyntaxCheckException'
    with pytest.raises(TransportError) as refused:
        ask(client, 'sql', 'SELECT * FROM nosuch')
    assert refused.value.status_code == 404
