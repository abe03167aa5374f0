"""The control plane: policies, collections, tags."""
import base64
import json

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow


@pytest.fixture
def aoss(aws):
    return aws('opensearchserverless')


def error(call, **arguments):
    """The error that the call is refused with."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response['Error']


def code(call, **arguments):
    return error(call, **arguments)['Code']


def rule(*names, kind='collection'):
    return {'ResourceType': kind, 'Resource': [f'collection/{name}' for name in names]}


def encryption(*names):
    return json.dumps({'Rules': [rule(*names)], 'AWSOwnedKey': True})


def network(*names, **more):
    return json.dumps([{'Rules': [rule(*names)], 'AllowFromPublic': True} | more])


def data(account, *names, permissions=('aoss:ReadDocument',)):
    return json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': [f'index/{name}/*' for name in names],
                                   'Permission': list(permissions)}],
                        'Principal': [f'arn:aws:iam::{account}:user/ann']}])


@pytest.fixture
def encrypted(aoss):
    """Names that begin with `docs` may become collections."""
    aoss.create_security_policy(name='enc', type='encryption', policy=encryption('docs*'))


def test_a_collection_from_creation_to_deletion(aws, aoss, encrypted):
    created = aoss.create_collection(name='docs', type='SEARCH', description='d', tags=[{'key': 'k', 'value': 'v'}],
                                     standbyReplicas='DISABLED')['createCollectionDetail']
    identifier = created['id']
    assert len(identifier) == 20 and created['status'] == 'CREATING' and created['kmsKeyArn'] == 'auto'
    assert created['arn'] == f'arn:aws:aoss:{REGION}:{aws.account}:collection/{identifier}'
    shown, = aoss.batch_get_collection(ids=[identifier])['collectionDetails']
    assert shown['status'] == 'ACTIVE' and shown['type'] == 'SEARCH' and shown['standbyReplicas'] == 'DISABLED'
    assert shown['collectionEndpoint'] == f'https://{identifier}.{REGION}.aoss.amazonaws.com'
    assert shown['dashboardEndpoint'] == shown['collectionEndpoint'] + '/_dashboards'
    assert shown['createdDate'] > 1_500_000_000_000  # milliseconds
    assert aoss.batch_get_collection(names=['docs'])['collectionDetails'] == [shown]
    summary, = aoss.list_collections()['collectionSummaries']
    assert (summary['id'], summary['name'], summary['status']) == (identifier, 'docs', 'ACTIVE')

    changed = aoss.update_collection(id=identifier, description='e')['updateCollectionDetail']
    assert changed['description'] == 'e' and changed['lastModifiedDate'] >= shown['lastModifiedDate']
    assert aoss.batch_get_collection(ids=[identifier])['collectionDetails'][0]['description'] == 'e'
    deleted = aoss.delete_collection(id=identifier)['deleteCollectionDetail']
    assert (deleted['id'], deleted['name'], deleted['status']) == (identifier, 'docs', 'DELETING')
    assert aoss.list_collections()['collectionSummaries'] == []
    assert code(aoss.delete_collection, id=identifier) == 'ResourceNotFoundException'
    assert code(aoss.update_collection, id=identifier, description='f') == 'ResourceNotFoundException'


def test_the_encryption_policy_comes_first(aoss):
    refused = error(aoss.create_collection, name='docs')
    assert refused['Code'] == 'ValidationException'
    assert refused['Message'].startswith('No matching security policy of encryption type found for collection name: docs')
    aoss.create_security_policy(name='enc', type='encryption', policy=encryption('other', 'doc*'))
    assert aoss.create_collection(name='docs')['createCollectionDetail']['name'] == 'docs'
    assert code(aoss.create_collection, name='cods') == 'ValidationException'


def test_an_encryption_config_replaces_the_policy(aoss):
    aoss.create_collection(name='docs', encryptionConfig={'aWSOwnedKey': True})
    refused = error(aoss.create_collection, name='more', encryptionConfig={
        'aWSOwnedKey': False, 'kmsKeyArn': 'arn:aws:kms:ap-northeast-1:000000000000:key/k'})
    assert refused['Code'] == 'ValidationException' and 'KMS' in refused['Message']


def test_names_of_collections_are_unique_but_for_the_same_token(aws, aoss, encrypted):
    unchecked = aws('opensearchserverless', parameter_validation=False)
    first = aoss.create_collection(name='docs', clientToken='one')['createCollectionDetail']
    assert aoss.create_collection(name='docs', clientToken='one')['createCollectionDetail']['id'] == first['id']
    assert error(aoss.create_collection, name='docs', clientToken='two')['Code'] == 'ConflictException'
    assert error(aoss.create_collection, name='docs')['Message'] == 'Collection with name docs already exists'
    for bad in ('Docs', 'do', '1docs', 'docs.', 'docs' * 17):
        assert code(unchecked.create_collection, name=bad) == 'ValidationException', bad
    assert code(aoss.create_collection, name='docs2', type='GRAPH') == 'ValidationException'


def test_misses_are_told_beside_what_is_found(aoss, encrypted):
    identifier = aoss.create_collection(name='docs')['createCollectionDetail']['id']
    got = aoss.batch_get_collection(ids=[identifier, 'x' * 20])
    assert [one['id'] for one in got['collectionDetails']] == [identifier]
    miss, = got['collectionErrorDetails']
    assert miss['id'] == 'x' * 20 and miss['errorCode'] == 'NOT_FOUND' and miss['errorMessage']
    miss, = aoss.batch_get_collection(names=['none'])['collectionErrorDetails']
    assert miss['name'] == 'none'
    assert code(aoss.batch_get_collection) == 'ValidationException'
    assert code(aoss.batch_get_collection, ids=[identifier], names=['docs']) == 'ValidationException'


def test_lists_are_paged_and_filtered(aoss, encrypted):
    for number in range(5):
        aoss.create_collection(name=f'docs{number}')
    seen, token = [], {}
    while True:
        page = aoss.list_collections(maxResults=2, **token)
        assert len(page['collectionSummaries']) <= 2
        seen += [one['name'] for one in page['collectionSummaries']]
        if 'nextToken' not in page:
            break
        token = {'nextToken': page['nextToken']}
    assert seen == [f'docs{number}' for number in range(5)]
    assert [one['name'] for one in aoss.list_collections(collectionFilters={'name': 'docs3'})['collectionSummaries']] == ['docs3']
    assert aoss.list_collections(collectionFilters={'status': 'FAILED'})['collectionSummaries'] == []
    assert code(aoss.list_collections, nextToken='%%%') == 'ValidationException'


def test_deletion_protection(aoss, encrypted):
    identifier = aoss.create_collection(name='docs', deletionProtection='ENABLED')['createCollectionDetail']['id']
    refused = error(aoss.delete_collection, id=identifier)
    assert refused['Code'] == 'ValidationException' and 'deletion protection' in refused['Message']
    aoss.update_collection(id=identifier, deletionProtection='DISABLED')
    aoss.delete_collection(id=identifier)


def test_tags(aws, aoss, encrypted):
    arn = aoss.create_collection(name='docs', tags=[{'key': 'a', 'value': '1'}])['createCollectionDetail']['arn']
    aoss.tag_resource(resourceArn=arn, tags=[{'key': 'b', 'value': '2'}, {'key': 'a', 'value': '3'}])
    aoss.untag_resource(resourceArn=arn, tagKeys=['none'])
    assert aoss.list_tags_for_resource(resourceArn=arn)['tags'] == [{'key': 'a', 'value': '3'}, {'key': 'b', 'value': '2'}]
    aoss.untag_resource(resourceArn=arn, tagKeys=['a'])
    assert aoss.list_tags_for_resource(resourceArn=arn)['tags'] == [{'key': 'b', 'value': '2'}]
    many = [{'key': f'k{number}', 'value': ''} for number in range(50)]
    assert code(aoss.tag_resource, resourceArn=arn, tags=many) == 'ServiceQuotaExceededException'
    none = arn[:-20] + 'x' * 20
    for call, more in ((aoss.tag_resource, {'tags': [{'key': 'a', 'value': ''}]}), (aoss.untag_resource, {'tagKeys': ['a']}),
                       (aoss.list_tags_for_resource, {})):
        assert code(call, resourceArn=none, **more) == 'ResourceNotFoundException'


KINDS = [('encryption', lambda account, *names: encryption(*names), 'security'),
         ('network', lambda account, *names: network(*names), 'security'),
         ('data', data, 'access')]


@pytest.mark.parametrize('kind, document, family', KINDS, ids=[kind for kind, *_ in KINDS])
def test_a_policy_from_creation_to_deletion(aws, aoss, kind, document, family):
    def operation(verb):
        return getattr(aoss, f'{verb}_{family}_policy')
    listing = aoss.list_access_policies if family == 'access' else aoss.list_security_policies
    name = {'name': 'policy', 'type': kind}
    detail = f'{family}PolicyDetail'
    text = document(aws.account, 'docs')
    created = operation('create')(**name, policy=text, description='d')[detail]
    assert created['policy'] == json.loads(text) and created['description'] == 'd' and created['type'] == kind
    decoded = base64.b64decode(created['policyVersion']).decode()
    assert decoded.startswith(str(created['lastModifiedDate'])) and created['createdDate'] == created['lastModifiedDate']
    assert operation('get')(**name)[detail] == created
    refused = error(operation('create'), **name, policy=document(aws.account, 'other'))
    assert refused == {'Code': 'ConflictException', 'Message': f'Policy with name policy and type {kind} already exists'}
    summaries = listing(type=kind)[f'{family}PolicySummaries']
    assert [one['name'] for one in summaries] == ['policy'] and 'policy' not in summaries[0]

    changed = operation('update')(**name, policyVersion=created['policyVersion'], description='e')[detail]
    assert changed['description'] == 'e' and changed['policyVersion'] != created['policyVersion']
    refused = error(operation('update'), **name, policyVersion=created['policyVersion'], description='f')
    assert refused['Code'] == 'ConflictException' and 'older version' in refused['Message']
    refused = error(operation('update'), **name, policyVersion=changed['policyVersion'], description='e')
    assert refused == {'Code': 'ValidationException', 'Message': 'No changes detected in policy or policy description'}
    if kind == 'encryption':
        assert code(operation('update'), **name, policyVersion=changed['policyVersion'],
                    policy=document(aws.account, 'more')) == 'ValidationException'
    else:
        other = document(aws.account, 'more')
        assert operation('update')(**name, policyVersion=changed['policyVersion'], policy=other)[detail]['policy'] == json.loads(other)

    operation('delete')(**name)
    missing = {'Code': 'ResourceNotFoundException', 'Message': f'Policy with name policy and type {kind} is not found'}
    for verb, more in (('get', {}), ('delete', {}), ('update', {'policyVersion': changed['policyVersion'], 'description': 'x'})):
        assert error(operation(verb), **name, **more) == missing


def test_policies_are_listed_by_resource_and_in_pages(aws, aoss):
    for name in ('one', 'two', 'three'):
        aoss.create_access_policy(name=name, type='data', policy=data(aws.account, name))
    aoss.create_access_policy(name='prefix', type='data', policy=data(aws.account, 'o*'))

    def names(**arguments):
        return [one['name'] for one in aoss.list_access_policies(type='data', **arguments)['accessPolicySummaries']]
    assert names() == ['one', 'prefix', 'three', 'two']
    assert names(resource=['index/one/logs']) == ['one', 'prefix']
    assert names(resource=['index/two/logs', 'index/three/logs']) == ['three', 'two']
    page = aoss.list_access_policies(type='data', maxResults=3)
    assert names(nextToken=page['nextToken']) == ['two']
    aoss.create_security_policy(name='net', type='network', policy=network('docs'))
    assert aoss.list_security_policies(type='encryption')['securityPolicySummaries'] == []
    assert len(aoss.list_security_policies(type='network', resource=['collection/docs'])['securityPolicySummaries']) == 1
    assert aoss.list_security_policies(type='network', resource=['collection/cods'])['securityPolicySummaries'] == []


def test_the_same_pattern_in_two_encryption_policies_is_a_conflict(aoss):
    aoss.create_security_policy(name='enc', type='encryption', policy=encryption('docs*'))
    assert code(aoss.create_security_policy, name='enc2', type='encryption', policy=encryption('docs*')) == 'ConflictException'
    aoss.create_security_policy(name='enc3', type='encryption', policy=encryption('docs1*'))


def test_kms_and_vpc_endpoints_are_refused_by_name(aoss):
    text = json.dumps({'Rules': [rule('docs')], 'AWSOwnedKey': False, 'KmsARN': 'arn:aws:kms:ap-northeast-1:0:key/k'})
    refused = error(aoss.create_security_policy, name='enc', type='encryption', policy=text)
    assert refused['Code'] == 'ValidationException' and 'KmsARN' in refused['Message']
    refused = error(aoss.create_security_policy, name='net', type='network',
                    policy=network('docs', AllowFromPublic=False, SourceVPCEs=['vpce-1']))
    assert refused['Code'] == 'ValidationException' and 'SourceVPCEs' in refused['Message']


BAD_DATA = [
    'not json', '{}', '[]', '[1]', '[{}]', '[{"Rules":[],"Principal":["arn:aws:iam::000000000000:user/a"]}]',
    json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': ['index/a/*'], 'Permission': ['aoss:ReadDocument']}]}]),
    json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': ['index/a/*'], 'Permission': ['aoss:DescribeCollectionItems']}],
                 'Principal': ['arn:aws:iam::000000000000:user/a']}]),
    json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': ['collection/a'], 'Permission': ['aoss:ReadDocument']}],
                 'Principal': ['arn:aws:iam::000000000000:user/a']}]),
    json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': ['index/a*b/*'], 'Permission': ['aoss:ReadDocument']}],
                 'Principal': ['arn:aws:iam::000000000000:user/a']}]),
    json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': ['index/a/*'], 'Permission': ['aoss:ReadDocument']}],
                 'Principal': ['ann']}]),
    json.dumps([{'Rules': [{'ResourceType': 'index', 'Resource': ['index/a/*'], 'Permission': ['aoss:ReadDocument']}],
                 'Principal': ['arn:aws:iam::000000000000:user/a'], 'Effect': 'Deny'}]),
    '[' * 500 + ']' * 500,
]


@pytest.mark.parametrize('text', BAD_DATA, ids=range(len(BAD_DATA)))
def test_bad_data_policies(aoss, text):
    refused = error(aoss.create_access_policy, name='policy', type='data', policy=text)
    assert refused['Code'] == 'ValidationException' and refused['Message'].startswith('Policy json is invalid')


@pytest.mark.parametrize('kind, text', [
    ('encryption', '[]'), ('encryption', '{"Rules":[]}'), ('encryption', json.dumps({'Rules': [rule('a')]})),
    ('encryption', json.dumps({'Rules': [rule('a', kind='dashboard')], 'AWSOwnedKey': True})),
    ('network', '{}'), ('network', json.dumps([{'Rules': [rule('a')], 'AllowFromPublic': False}])),
    ('network', json.dumps([{'Rules': [rule('a', kind='index')], 'AllowFromPublic': True}])),
    ('network', json.dumps([{'Rules': [rule('a')], 'AllowFromPublic': 'yes'}]))])
def test_bad_security_policies(aoss, kind, text):
    refused = error(aoss.create_security_policy, name='policy', type=kind, policy=text)
    assert refused['Code'] == 'ValidationException' and refused['Message'].startswith('Policy json is invalid')


def test_what_is_not_there_is_refused_by_name(aoss, encrypted):
    refused = error(aoss.create_collection, name='docs', vectorOptions={'ServerlessVectorAcceleration': 'ENABLED'})
    assert refused['Code'] == 'ValidationException' and 'vectorOptions' in refused['Message']
    refused = error(aoss.create_collection, name='docs', collectionGroupName='group')
    assert refused['Code'] == 'ValidationException' and 'collectionGroupName' in refused['Message']


def test_permission_is_asked_for_the_collection(aws, encrypted, aoss):
    arn = aoss.create_collection(name='docs')['createCollectionDetail']['arn']
    other = aoss.create_collection(name='docs2')['createCollectionDetail']['id']
    keeper = aws.user('keeper', allow('aoss:DeleteCollection', resource=arn))('opensearchserverless')
    refused = error(keeper.delete_collection, id=other)
    assert refused['Code'] == 'AccessDeniedException'
    assert refused['Message'].endswith('because no identity-based policy allows the aoss:DeleteCollection action')
    keeper.delete_collection(id=arn[-20:])


def test_regions_and_accounts_are_apart(aws, aoss, encrypted):
    identifier = aoss.create_collection(name='docs')['createCollectionDetail']['id']
    elsewhere = aws.server.client('opensearchserverless', key=aws.account, region='eu-west-1')
    assert elsewhere.list_collections()['collectionSummaries'] == []
    assert len(elsewhere.batch_get_collection(ids=[identifier])['collectionErrorDetails']) == 1
    assert code(elsewhere.create_collection, name='docs') == 'ValidationException'
