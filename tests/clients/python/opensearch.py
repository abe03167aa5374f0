"""The scenario of tests/acceptance/opensearch/test_opensearch_clients.py with opensearch-py."""
import json
import os

from botocore.credentials import Credentials
from opensearchpy import AWSV4SignerAuth, OpenSearch, RequestsHttpConnection, TransportError

INDEX = 'logs-1'
EVENTS = [{'at': f'2026-03-0{day}T12:00:00Z', 'level': level, 'took': took} for day, level, took in (
    (1, 'info', 10), (2, 'warn', 20), (3, 'info', 30), (4, 'info', 'soon'), (5, 'warn', 50))]


def client(key, secret):
    signer = AWSV4SignerAuth(Credentials(os.environ[key], os.environ[secret]), os.environ['REGION'], 'aoss')
    return OpenSearch(os.environ['ENDPOINT'], http_auth=signer, connection_class=RequestsHttpConnection, max_retries=0,
                      ca_certs=os.environ['AUTHORITY'], timeout=30)


def refusal(call, **arguments):
    """[status, the error's type] of a call that must not succeed."""
    try:
        return call(**arguments)
    except TransportError as error:
        return [error.status_code, error.error]


def main():
    search, seen = client('KEY', 'SECRET'), {}
    timed = os.environ['KIND'] == 'TIMESERIES'  # where no document is given an id

    seen['template'] = search.indices.put_index_template(name='logs', body={
        'index_patterns': ['logs-*'],
        'template': {'mappings': {'properties': {'level': {'type': 'keyword'}}}}})['acknowledged']
    seen['created'] = search.indices.create(index=INDEX, body={'mappings': {'properties': {
        'at': {'type': 'date'}, 'took': {'type': 'integer'}}}})['index']
    seen['again'] = refusal(search.indices.create, index=INDEX)
    properties = search.indices.get_mapping(index=INDEX)[INDEX]['mappings']['properties']
    seen['mapping'] = {name: field['type'] for name, field in properties.items()}

    lines = []
    for number, event in enumerate(EVENTS, 1):
        lines += [{'index': {'_index': INDEX} if timed else {'_index': INDEX, '_id': str(number)}}, event]
    written = search.bulk(body=lines)
    items = [item['index'] for item in written['items']]
    seen['bulk'] = [written['errors'], [item['status'] for item in items], items[3]['error']['type']]
    first, second = items[0]['_id'], items[1]['_id']
    seen['got'] = search.get(index=INDEX, id=first)['_source']

    found = search.search(index=INDEX, body={
        'size': 0, 'query': {'range': {'at': {'gte': '2026-03-02'}}},
        'aggs': {'levels': {'terms': {'field': 'level'}, 'aggs': {'took': {'avg': {'field': 'took'}}}}}})
    buckets = found['aggregations']['levels']['buckets']
    seen['found'] = [found['hits']['total']['value'],
                     {one['key']: [one['doc_count'], one['took']['value']] for one in buckets}]
    seen['pages'] = pages(search)

    several = search.msearch(body=[
        {'index': INDEX}, {'query': {'term': {'level': 'warn'}}}, {'index': 'none'}, {}])['responses']
    seen['several'] = [several[0]['hits']['total']['value'], several[1]['status'], several[1]['error']['type']]
    search.indices.update_aliases(body={'actions': [{'add': {'index': 'logs-*', 'alias': 'logs'}}]})
    seen['alias'] = search.count(index='logs')['count']
    seen['updated'] = refusal(lambda: search.update(index=INDEX, id=first, body={'doc': {'took': 11}})['result'])
    seen['deleted'] = search.delete(index=INDEX, id=second)['result']
    seen['gone'] = search.exists(index=INDEX, id=second)
    named = search.bulk(body=[{'create': {'_index': INDEX, '_id': '6'}}, EVENTS[0]])['items'][0]['create']
    seen['named'] = [named['status'], named['error']['type'] if 'error' in named else named['result']]
    seen['missing'] = refusal(search.search, index='none')
    seen['stranger'] = refusal(client('STRANGER_KEY', 'STRANGER_SECRET').search, index=INDEX)
    print(json.dumps(seen))


def pages(search):
    """What each page shows of all events, by their time, in a point in time that a later event is not in."""
    point, shown, after = search.create_pit(index=INDEX, params={'keep_alive': '1m'})['pit_id'], [], None
    search.index(index=INDEX, body={'at': '2026-03-06', 'level': 'late', 'took': 60})
    while True:
        body = {'size': 3, 'sort': [{'at': 'asc'}], 'pit': {'id': point, 'keep_alive': '1m'}}
        hits = search.search(body=body | ({'search_after': after} if after else {}))['hits']['hits']
        if not hits:
            break
        shown.append([hit['_source']['took'] for hit in hits])
        after = hits[-1]['sort']
    search.delete_pit(body={'pit_id': [point]})
    return shown


if __name__ == '__main__':
    main()
