"""What cannot be read is refused with a reason, and the server goes on."""
import pytest
from collections_of_tests import EVERYTHING, Collection


@pytest.fixture(scope='module')
def collection(server):
    import random
    from conftest import Aws
    made = Collection(Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}'))
    made.ann = made.user('ann', *EVERYTHING)
    assert made.request(made.ann, 'PUT', '/orders/_doc/1', '{"a":1}').status_code == 201
    return made


@pytest.mark.parametrize('method, path, body, kind', [
    ('POST', '/orders/_doc', '{"a":', 'mapper_parsing_exception'), ('POST', '/orders/_doc', '[1]', 'mapper_parsing_exception'),
    ('POST', '/orders/_doc', '', 'mapper_parsing_exception'), ('GET', '/orders/_search', '{"query":', 'parsing_exception'),
    ('GET', '/orders/_search', '[]', 'parsing_exception'), ('GET', '/orders/_search', '[' * 100_000, 'parsing_exception'),
    ('GET', '/orders/_search', '{"query":' + '{"bool":{"must":' * 2000 + '{}' + '}}' * 2000 + '}', None),
    ('GET', '/orders/_search?size=x', '', 'illegal_argument_exception'), ('DELETE', '/_all', '', 'illegal_argument_exception'),
    ('DELETE', '/*', '', 'illegal_argument_exception'), ('PUT', '/made', '{"colour":1}', 'parsing_exception'),
    ('POST', '/orders/_doc', '{"b":' * 1000 + '1' + '}' * 1000, None)])
def test_refusals(collection, method, path, body, kind):
    answer = collection.request(collection.ann, method, path, body)
    assert answer.status_code == 400, answer.text
    error = answer.json()['error']
    assert error['reason'] and error['root_cause'] and kind in (None, error['type'])
    assert collection.request(collection.ann, 'GET', '/orders/_count').json()['count'] == 1


def test_what_is_missing(collection):
    answer = collection.request(collection.ann, 'GET', '/orders/_doc/9')
    assert (answer.status_code, answer.json()) == (404, {'_index': 'orders', '_id': '9', 'found': False})
    answer = collection.request(collection.ann, 'GET', '/none/_doc/9')
    assert answer.status_code == 404 and answer.json()['error']['type'] == 'index_not_found_exception'
    # Collections have no scroll: the parameter means nothing there.
    answer = collection.request(collection.ann, 'POST', '/orders/_search?scroll=1m', '{}')
    assert answer.status_code == 200 and '_scroll_id' not in answer.json()


def test_a_signature_for_another_service_is_refused(collection):
    answer = collection.request(collection.ann, 'GET', '/orders/_search', service='es')
    assert answer.status_code == 403 and answer.json()['error']['type'] == 'Forbidden'
