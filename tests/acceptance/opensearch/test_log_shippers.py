"""What Fluent Bit, Logstash and Vector send to a collection, and what they look at in the answer."""
import gzip
import json
import urllib.parse

import pytest
from collections_of_tests import EVERYTHING, Collection

FLUENT_BIT = {'user-agent': 'aws-fluent-bit-plugin', 'content-type': 'application/x-ndjson'}
LOGSTASH = {'user-agent': 'logstash/8.17.0', 'content-type': 'application/json', 'connection': 'Keep-Alive'}
VECTOR = {'user-agent': 'Vector/0.51.0', 'content-type': 'application/x-ndjson', 'accept-encoding': 'identity'}
STAMPS = [f'2026-03-01T12:00:0{second}.123Z' for second in range(3)]


@pytest.fixture
def collection(aws):
    return Collection(aws, 'TIMESERIES')


@pytest.fixture
def ann(collection):
    return collection.user('ann', *EVERYTHING)


def lines(*values):
    """One JSON value a line, without spaces, as the shippers write them."""
    return ''.join(json.dumps(value, separators=(',', ':')) + '\n' for value in values)


def ship(collection, user, headers, body, path='/_bulk', compressed=True):
    if compressed:
        body, headers = gzip.compress(body.encode()), {**headers, 'content-encoding': 'gzip'}
    return collection.request(user, 'POST', path, body, headers.items())


def fluent_bit(action, *stamps):
    pod = {'pod_name': 'web', 'labels': {'app_kubernetes_io/name': 'x'}}
    return lines(*(value for stamp in stamps for value in (
        {'create': {'_index': 'fluent-bit', **action}}, {'@timestamp': stamp, 'log': 'GET / 200', 'kubernetes': pod})))


@pytest.mark.parametrize('compressed', [True, False])
def test_fluent_bit(collection, ann, compressed):
    answer = ship(collection, ann, FLUENT_BIT, fluent_bit({}, *STAMPS), compressed=compressed)
    # It looks for these very bytes where an answer is too long for its buffer.
    assert answer.status_code == 200 and '"errors":false,"items":[' in answer.text
    found = collection.request(ann, 'POST', '/fluent-bit/_search', {
        'query': {'range': {'@timestamp': {'gte': STAMPS[1]}}}, 'sort': ['@timestamp']}).json()['hits']['hits']
    assert [hit['_source']['@timestamp'] for hit in found] == STAMPS[1:]
    assert found[0]['_source']['kubernetes']['labels'] == {'app_kubernetes_io/name': 'x'}


def test_fluent_bit_with_ids_ships_again_what_it_is_not_sure_of(aws):
    collection = Collection(aws)
    ann = collection.user('ann', *EVERYTHING)
    body = fluent_bit({'_id': '1F3A-01'}, STAMPS[0]) + fluent_bit({'_id': '1F3A-02'}, STAMPS[1])
    for status in (201, 409):  # a conflict is a success to it
        items = ship(collection, ann, FLUENT_BIT, body).json()['items']
        assert [list(item) for item in items] == [['create']] * 2
        assert [item['create']['status'] for item in items] == [status] * 2
    assert items[0]['create']['error']['type'] == 'version_conflict_engine_exception'
    assert collection.request(ann, 'GET', '/fluent-bit/_count').json()['count'] == 2


def test_fluent_bit_without_suppress_type_name_is_refused(collection, ann):
    answer = ship(collection, ann, FLUENT_BIT, fluent_bit({'_type': '_doc'}, *STAMPS))
    assert answer.status_code == 400
    assert answer.json()['error']['reason'] == 'Action/metadata line [1] contains an unknown parameter [_type]'


TEMPLATE = {
    'index_patterns': 'logstash-*', 'version': 60001, 'priority': 10, 'template': {
        'settings': {'index.refresh_interval': '5s', 'number_of_shards': 1},
        'mappings': {
            'dynamic_templates': [
                {'messages': {'path_match': 'message', 'match_mapping_type': 'string',
                              'mapping': {'type': 'text', 'norms': False}}},
                {'strings': {'match': '*', 'match_mapping_type': 'string', 'mapping': {
                    'type': 'text', 'norms': False, 'fields': {'keyword': {'type': 'keyword', 'ignore_above': 256}}}}}],
            'properties': {
                '@timestamp': {'type': 'date'}, '@version': {'type': 'keyword'},
                'geoip': {'dynamic': True, 'properties': {'ip': {'type': 'ip'}, 'location': {'type': 'geo_point'},
                                                          'latitude': {'type': 'half_float'}}}}}}}


def logstash(action, stamp):
    return lines({'index': action}, {
        '@timestamp': stamp, '@version': '1', 'message': 'a b', 'host': {'name': 'web'},
        'geoip': {'ip': '10.0.0.1', 'location': {'lat': 1.5, 'lon': 2}, 'latitude': 1.5}})


def test_logstash(collection, ann):
    template = '/_index_template/logstash'
    assert collection.request(ann, 'HEAD', template, headers=LOGSTASH.items()).status_code == 404
    assert collection.request(ann, 'PUT', template, TEMPLATE, LOGSTASH.items()).json() == {'acknowledged': True}
    assert collection.request(ann, 'HEAD', template, headers=LOGSTASH.items()).status_code == 200
    body = ''.join(logstash({'_index': 'logstash-2026.03.01'}, stamp) for stamp in STAMPS)
    answer = ship(collection, ann, LOGSTASH, body)
    assert answer.status_code == 200 and answer.json()['errors'] is False and len(answer.json()['items']) == 3
    index = collection.request(ann, 'GET', '/logstash-2026.03.01').json()['logstash-2026.03.01']
    properties = index['mappings']['properties']
    assert properties['message'] == {'type': 'text', 'norms': False}
    assert properties['host']['properties']['name']['fields'] == {'keyword': {'type': 'keyword', 'ignore_above': 256}}
    assert properties['geoip']['properties']['location'] == {'type': 'geo_point'}
    assert index['settings']['index']['refresh_interval'] == '5s'


def test_logstash_says_of_every_event_that_it_has_no_id_and_no_routing(collection, ann):
    answer = ship(collection, ann, LOGSTASH, logstash({'_id': None, '_index': 'logstash', 'routing': None}, STAMPS[0]))
    assert answer.status_code == 200 and answer.json()['errors'] is False, answer.text


@pytest.mark.xfail(strict=True, reason='the server knows only the usual limit of 1,000 fields')
def test_the_template_of_the_elastic_common_schema_lifts_the_limit_of_fields(collection, ann):
    fields = {f'field-{number}': {'type': 'keyword', 'ignore_above': 1024} for number in range(1300)}
    template = {'index_patterns': ['ecs-*'], 'priority': 10, 'template': {
        'settings': {'index': {'mapping': {'total_fields': {'limit': 10000}}, 'refresh_interval': '5s'}},
        'mappings': {'_meta': {'version': '8.0.0'}, 'date_detection': False, 'properties': fields}}}
    assert collection.request(ann, 'PUT', '/_index_template/ecs', template).status_code == 200
    answer = ship(collection, ann, LOGSTASH, logstash({'_index': 'ecs-logstash'}, STAMPS[0]))
    assert answer.json()['errors'] is False, answer.text


@pytest.mark.parametrize('action', ['index', 'create'])
def test_vector(collection, ann, action):
    index = {action: {'_index': 'vector-2026.03.01'}}
    collection.request(ann, 'PUT', '/vector-2026.03.01', {'mappings': {'properties': {'took': {'type': 'integer'}}}})
    events = [{'@timestamp': stamp, 'message': 'm', 'source_type': 'demo_logs', 'took': took}
              for stamp, took in zip(STAMPS, (1, 'x', 3))]
    answer = ship(collection, ann, VECTOR, lines(*(value for event in events for value in (index, event))),
                  path='/_bulk?timeout=60s')
    # It looks for these very bytes; which events to send again, it reads from status and error.
    assert answer.status_code == 200 and '"errors":true' in answer.text
    told = [item[action] for item in answer.json()['items']]
    assert [one['status'] for one in told] == [201, 400, 201]
    assert set(told[1]['error']) >= {'type', 'reason'} and told[1]['error']['type'] == 'mapper_parsing_exception'
    assert collection.request(ann, 'GET', '/vector-*/_count').json()['count'] == 2


@pytest.mark.parametrize('path, told', [
    ('errors,items.*.error,items.*.status', {'errors': False, 'items': [{'create': {'status': 201}}]}),
    ('errors', {'errors': False}),
    ('-took,-items.*._*', {'errors': False, 'items': [{'create': {'result': 'created', 'status': 201}}]})])
def test_the_answer_has_what_is_asked_for(collection, ann, path, told):
    encoded = urllib.parse.quote(path, safe='')
    answer = ship(collection, ann, FLUENT_BIT, fluent_bit({}, STAMPS[0]), path=f'/_bulk?filter_path={encoded}')
    assert answer.json() == told
