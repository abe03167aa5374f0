"""IAM, the network policy and the data access policy are asked in that order, each with its own refusal."""
import json

import pytest
import requests
from botocore.credentials import Credentials
from collections_of_tests import EVERYTHING, Collection
from conftest import REGION, allow, deny

FORBIDDEN = {'reason': '403 Forbidden', 'type': 'Forbidden'}


@pytest.fixture
def collection(aws):
    return Collection(aws)


def is_forbidden_by_gateway(answer):
    assert answer.status_code == 403, answer.text
    body = answer.json()
    assert body['error'] == FORBIDDEN and body['status'] == 403 and body['request-id'] == answer.headers['x-request-id']
    assert answer.headers['x-aoss-response-hint'] == 'X01:gw-helper-deny'
    return True


def is_forbidden_by_policy(answer):
    assert answer.status_code == 403, answer.text
    error = answer.json()['error']
    assert error['type'] == 'security_exception' and error['root_cause'][0]['type'] == 'security_exception'
    assert error['reason'] == 'authorization_exception: User does not have permissions for the requested resource'
    return True


def test_the_gateway_refuses(aws, collection):
    ann = collection.user('ann', *EVERYTHING)
    assert collection.request(ann, 'PUT', '/orders').status_code == 200
    assert is_forbidden_by_gateway(collection.request(None, 'GET', '/orders/_search'))
    wrong = Credentials(ann.access_key, 'x' * 40)
    assert is_forbidden_by_gateway(collection.request(wrong, 'GET', '/orders/_search'))
    assert is_forbidden_by_gateway(collection.request(Credentials('AKIAUNKNOWNUNKNOWN00', 'x'), 'GET', '/orders/_search'))
    nobody = collection.user('nobody', *EVERYTHING, statements=(allow('s3:*'),))
    assert is_forbidden_by_gateway(collection.request(nobody, 'GET', '/orders/_search'))
    denied = collection.user('denied', *EVERYTHING, statements=(allow('aoss:*'), deny('aoss:APIAccessAll')))
    assert is_forbidden_by_gateway(collection.request(denied, 'GET', '/orders/_search'))
    other = collection.user('other', *EVERYTHING, statements=(
        allow('aoss:APIAccessAll', resource=collection.arn[:-20] + 'x' * 20),))
    assert is_forbidden_by_gateway(collection.request(other, 'GET', '/orders/_search'))
    exact = collection.user('exact', *EVERYTHING, statements=(allow('aoss:APIAccessAll', resource=collection.arn),))
    assert collection.request(exact, 'GET', '/orders/_search').status_code == 200


def test_the_network_policy_refuses_after_iam(aws):
    collection = Collection(aws, public=False)
    assert is_forbidden_by_gateway(collection.request(None, 'GET', '/orders/_search'))
    answer = collection.request(collection.user('ann', *EVERYTHING), 'GET', '/orders/_search')
    assert answer.status_code == 401 and answer.json()['error'] == {'reason': '401 Unauthorized', 'type': 'Unauthorized'}
    rule = {'ResourceType': 'dashboard', 'Resource': ['collection/*']}
    collection.aoss.create_security_policy(name='net', type='network', policy=json.dumps([{'Rules': [rule], 'AllowFromPublic': True}]))
    ann = collection.user('ann2', *EVERYTHING)
    assert collection.request(ann, 'GET', '/orders/_search').status_code == 401
    collection.aoss.create_security_policy(name='net2', type='network', policy=json.dumps(
        [{'Rules': [rule | {'ResourceType': 'collection'}], 'AllowFromPublic': True}]))
    assert collection.request(ann, 'GET', '/orders/_search').status_code == 404


def test_without_a_data_policy_nothing_is_seen(collection):
    owner, ann = collection.user('owner', *EVERYTHING), collection.user('ann')
    assert collection.request(owner, 'POST', '/orders/_doc', '{"a":1}').status_code == 201
    for method, path, body in (('GET', '/orders/_search', ''), ('GET', '/orders', ''), ('PUT', '/more', ''), ('DELETE', '/orders', ''),
                               ('POST', '/orders/_doc', '{}'), ('GET', '/orders/_count', ''), ('GET', '/_search', ''),
                               ('PUT', '/orders/_mapping', '{"properties":{}}'), ('GET', '/none/_search', '')):
        assert is_forbidden_by_policy(collection.request(ann, method, path, body)), path
    assert collection.request(ann, 'HEAD', '/orders').status_code == 403


NEEDED = [('aoss:CreateIndex', 'PUT', '/made', '{}'), ('aoss:DescribeIndex', 'GET', '/orders', ''),
          ('aoss:DescribeIndex', 'GET', '/orders/_mapping', ''), ('aoss:DescribeIndex', 'GET', '/_cat/indices', ''),
          ('aoss:UpdateIndex', 'PUT', '/orders/_mapping', '{"properties":{"b":{"type":"long"}}}'),
          ('aoss:WriteDocument', 'POST', '/orders/_doc', '{"a":1}'), ('aoss:ReadDocument', 'GET', '/orders/_search', ''),
          ('aoss:ReadDocument', 'GET', '/orders/_count', ''), ('aoss:ReadDocument', 'GET', '/orders/_doc/1', ''),
          ('aoss:DeleteIndex', 'DELETE', '/orders', '')]


@pytest.mark.parametrize('permission, method, path, body', NEEDED)
def test_each_operation_needs_its_permission_and_no_other(collection, permission, method, path, body):
    owner = collection.user('owner', *EVERYTHING)
    assert collection.request(owner, 'PUT', '/orders/_doc/1', '{"a":1}').status_code == 201
    others = {needed for needed, *_ in NEEDED} - {permission}
    assert is_forbidden_by_policy(collection.request(collection.user('without', *others), method, path, body))
    answer = collection.request(collection.user('with', permission), method, path, body)
    assert answer.status_code in (200, 201), answer.text


def test_a_first_document_needs_create_index_too(collection):
    writer = collection.user('writer', 'aoss:WriteDocument')
    assert is_forbidden_by_policy(collection.request(writer, 'POST', '/orders/_doc', '{"a":1}'))
    both = collection.user('both', 'aoss:WriteDocument', 'aoss:CreateIndex')
    assert collection.request(both, 'POST', '/orders/_doc', '{"a":1}').status_code == 201
    assert collection.request(writer, 'POST', '/orders/_doc', '{"a":1}').status_code == 201


def test_bulk_is_refused_item_by_item(collection):
    owner = collection.user('owner', *EVERYTHING)
    for name in ('mine', 'yours'):
        assert collection.request(owner, 'PUT', f'/{name}').status_code == 200
    ann = collection.user('ann', 'aoss:WriteDocument', 'aoss:ReadDocument', indices='mine')
    answer = collection.request(ann, 'POST', '/_bulk', ''.join(
        f'{{"create":{{"_index":"{name}"}}}}\n{{"a":1}}\n' for name in ('mine', 'yours', 'mine')))
    assert answer.status_code == 200 and answer.json()['errors'] is True
    items = [item['create'] for item in answer.json()['items']]
    assert [item['status'] for item in items] == [201, 403, 201]
    assert items[1]['error']['type'] == 'security_exception'
    assert collection.request(owner, 'GET', '/_count').json()['count'] == 2
    # Patterns find what may be read.
    assert collection.request(ann, 'GET', '/*/_count').json()['count'] == 2
    assert is_forbidden_by_policy(collection.request(ann, 'GET', '/yours/_search'))
    assert is_forbidden_by_policy(collection.request(ann, 'GET', '/mine,yours/_search'))


def test_changes_of_policies_count_at_once(collection):
    ann = collection.user('ann', *EVERYTHING)
    assert collection.request(ann, 'PUT', '/orders').status_code == 200
    collection.aoss.delete_access_policy(name='docs-ann', type='data')
    assert is_forbidden_by_policy(collection.request(ann, 'GET', '/orders/_search'))
    collection.aoss.delete_security_policy(name='docs-net', type='network')
    assert collection.request(ann, 'GET', '/orders/_search').status_code == 401
    collection.aws('iam').delete_user_policy(UserName='ann', PolicyName='p')
    assert is_forbidden_by_gateway(collection.request(ann, 'GET', '/orders/_search'))


def test_an_assumed_role_is_its_roles_principal(aws, collection):
    owner = collection.user('owner', *EVERYTHING)
    collection.request(owner, 'POST', '/orders/_doc', '{"a":1}')
    arn = aws('iam').create_role(RoleName='reader', AssumeRolePolicyDocument=json.dumps(
        {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'AWS': aws.account}}]})
        )['Role']['Arn']
    aws('iam').put_role_policy(RoleName='reader', PolicyName='p', PolicyDocument=json.dumps(
        {'Version': '2012-10-17', 'Statement': [allow('aoss:APIAccessAll')]}))
    user = aws.user('ann', allow('sts:AssumeRole'))
    session = user('sts').assume_role(RoleArn=arn, RoleSessionName='session')['Credentials']
    credentials = Credentials(session['AccessKeyId'], session['SecretAccessKey'], session['SessionToken'])
    assert is_forbidden_by_policy(collection.request(credentials, 'GET', '/orders/_search'))
    rule = {'ResourceType': 'index', 'Resource': ['index/docs/*'], 'Permission': ['aoss:ReadDocument']}
    collection.aoss.create_access_policy(name='reader', type='data', policy=json.dumps([{'Rules': [rule], 'Principal': [arn]}]))
    answer = collection.request(credentials, 'GET', '/orders/_search')
    assert answer.status_code == 200 and answer.json()['hits']['total']['value'] == 1


@pytest.mark.parametrize('method, path', [
    ('GET', '/'), ('GET', '/_nodes'), ('GET', '/_cluster/health'), ('POST', '/orders/_refresh'), ('POST', '/_search/scroll'),
    ('POST', '/orders/_delete_by_query'), ('PUT', '/_bulk'), ('GET', '/_cat/nodes'), ('POST', '/orders/_forcemerge')])
def test_what_collections_do_not_offer(collection, method, path):
    answer = collection.request(collection.user('ann', *EVERYTHING), method, path, '{}' if method != 'GET' else '')
    assert (answer.status_code, answer.content) == (404, b'')


def test_collections_do_not_see_each_other(aws, collection):
    ann = collection.user('ann', *EVERYTHING)
    assert collection.request(ann, 'POST', '/orders/_doc', '{"a":1}').status_code == 201
    other = Collection(aws, name='other')
    bob = other.user('bob', *EVERYTHING)
    assert other.request(bob, 'GET', '/orders/_search').status_code == 404
    assert is_forbidden_by_policy(other.request(ann, 'GET', '/orders/_search'))
    assert is_forbidden_by_policy(collection.request(bob, 'GET', '/orders/_search'))


def test_a_deleted_collection_is_gone_with_its_documents(collection):
    ann = collection.user('ann', *EVERYTHING)
    assert collection.request(ann, 'POST', '/orders/_doc', '{"a":1}').status_code == 201
    collection.aoss.delete_collection(id=collection.id)
    assert collection.request(ann, 'GET', '/orders/_search').status_code == 404


def test_the_collections_own_host_name(collection):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    ann = collection.user('ann', *EVERYTHING)
    host = f'{collection.id}.{REGION}.aoss.amazonaws.com'
    for name in (host, f'{host}:443'):
        request = AWSRequest('POST', f'{collection.aws.server.url}/orders/_doc', data='{"a":1}',
                             headers={'content-type': 'application/json', 'host': name})
        SigV4Auth(ann, 'aoss', REGION).add_auth(request)
        answer = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)
        assert answer.status_code == 201, answer.text
    assert collection.request(ann, 'GET', '/orders/_count').json()['count'] == 2
