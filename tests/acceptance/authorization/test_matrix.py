"""No listed operation is reachable without authorization: every operation × every way of not being allowed.

Inputs are generated from the clients' own models; the list of operations is the project's (models/operations.json).
"""
import json

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from conftest import REGION, ROOT, allow, deny

OPERATIONS = [(service, operation) for service, operations in json.loads((ROOT / 'models/operations.json').read_text()).items()
              for operation in operations]
DENIED = {'AccessDenied', 'AccessDeniedException', '403'}
NO_SIGNATURE = {'MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'AccessDenied', '403'}
BAD_SIGNATURE = {'SignatureDoesNotMatch', 'InvalidSignatureException', '403'}
UNKNOWN_KEY = {'UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId', '403'}
# AWS answers it to everybody whose signature is good.
ALWAYS_ALLOWED = {('sts', 'GetCallerIdentity')}

SPECIAL = {
    'ShardIterator': None,  # needs a real one: see test_get_records
    'StreamARN': 'arn:aws:kinesis:ap-northeast-1:{account}:stream/some-stream',
    'RoleArn': 'arn:aws:iam::{account}:role/some-role',
    'RoleARN': 'arn:aws:iam::{account}:role/some-role',
    'Role': 'arn:aws:iam::{account}:role/some-role',
    'PolicyArn': 'arn:aws:iam::{account}:policy/some-policy',
    'Arn': 'arn:aws:lambda:ap-northeast-1:{account}:layer:some-layer:1',
    'resourceArn': 'arn:aws:aoss:ap-northeast-1:{account}:collection/abcdefghijklmnopqrst',
    'Resource': 'arn:aws:lambda:ap-northeast-1:{account}:function:some-function',
    'CopySource': 'some-bucket/some-key',
}

models = botocore.session.get_session()


def example(shape, name, account, depth=0):
    if name in SPECIAL and SPECIAL[name] and shape.type_name == 'string':
        return SPECIAL[name].format(account=account)
    kind = shape.type_name
    if kind == 'structure':
        return {member: example(shape.members[member], member, account, depth + 1) for member in shape.required_members}
    if kind == 'list':
        return [example(shape.member, name, account, depth + 1)]
    if kind == 'map':
        return {'key': example(shape.value, name, account, depth + 1)}
    if kind == 'string':
        return shape.enum[0] if getattr(shape, 'enum', None) else 'some-name'.ljust(int(shape.metadata.get('min', 1)), 'x')
    if kind in ('integer', 'long'):
        return max(1, int(shape.metadata.get('min', 1)))
    return {'float': 1.0, 'double': 1.0, 'boolean': True, 'blob': b'{}', 'timestamp': 1_700_000_000}[kind]


def arguments(service, operation, account):
    shape = models.get_service_model(service).operation_model(operation).input_shape
    return example(shape, '', account) if shape else {}


def error_code(client, service, operation, account):
    """The code that the operation is refused with; None if it is answered."""
    method = botocore.xform_name(operation)
    try:
        getattr(client, method)(**arguments(service, operation, account))
    except ClientError as error:
        return error.response['Error']['Code']
    return None


@pytest.fixture(scope='module')
def outsiders(server):
    """Clients' makers of one account: a user without policies, and one who is denied what he is allowed."""
    from conftest import Aws
    aws = Aws(server, '100000000001')
    aws('s3').create_bucket(Bucket='some-name', CreateBucketConfiguration={'LocationConstraint': REGION})
    return {'nobody': aws.user('nobody'), 'denied': aws.user('denied', allow('*'), deny('*')), 'account': aws.account}


@pytest.mark.parametrize('service, operation', OPERATIONS)
def test_every_way_of_not_being_allowed(server, outsiders, service, operation):
    account = outsiders['account']
    options = {'parameter_validation': False}
    code = error_code(server.client(service, signature_version=UNSIGNED, **options), service, operation, account)
    assert code in NO_SIGNATURE, 'unsigned'
    code = error_code(server.client(service, secret='wrong', **options), service, operation, account)
    assert code in BAD_SIGNATURE, 'wrong signature'
    code = error_code(server.client(service, key='AKIAUNKNOWNUNKNOWN00', **options), service, operation, account)
    assert code in UNKNOWN_KEY, 'unknown key'
    if (service, operation) in ALWAYS_ALLOWED:
        return
    for who in ('nobody', 'denied'):
        code = error_code(outsiders[who](service, **options), service, operation, account)
        if operation == 'DeleteObjects':  # decided key by key, inside an answer of 200
            code = 'AccessDenied' if code is None and refuses_every_key(outsiders[who]) else code
        # An iterator that nobody was given names no stream that could be authorised.
        assert code in DENIED | ({'InvalidArgumentException'} if operation == 'GetRecords' else set()), who


def refuses_every_key(client):
    answer = client('s3').delete_objects(Bucket='some-name', Delete={'Objects': [{'Key': 'a'}, {'Key': 'b'}]})
    return not answer.get('Deleted') and [error['Code'] for error in answer['Errors']] == ['AccessDenied'] * 2


def test_get_records_needs_permission_even_with_a_good_iterator(aws):
    kinesis = aws('kinesis')
    kinesis.create_stream(StreamName='s', ShardCount=1)
    kinesis.get_waiter('stream_exists').wait(StreamName='s', WaiterConfig={'Delay': 1})
    iterator = kinesis.get_shard_iterator(StreamName='s', ShardId='shardId-000000000000',
                                          ShardIteratorType='TRIM_HORIZON')['ShardIterator']
    with pytest.raises(ClientError) as refused:
        aws.user('reader')('kinesis').get_records(ShardIterator=iterator)
    assert refused.value.response['Error']['Code'] == 'AccessDeniedException'
    assert 'no identity-based policy allows the kinesis:GetRecords action' in str(refused.value)


def test_accounts_do_not_see_each_other(server):
    from conftest import Aws
    one, two = Aws(server, '100000000002'), Aws(server, '100000000003')
    one('ssm').put_parameter(Name='secret', Value='1', Type='String')
    with pytest.raises(ClientError, match='ParameterNotFound'):
        two('ssm').get_parameter(Name='secret')


def test_every_unlisted_operation_is_refused_by_name(server):
    """Operations of a supported service that are not supported answer with an error, never with an empty success."""
    listed = json.loads((ROOT / 'models/operations.json').read_text())
    for service in ('kinesis', 'firehose', 'ssm', 'logs', 'opensearchserverless'):
        model = models.get_service_model(service)
        for operation in model.operation_names:
            if operation in listed[service] or model.operation_model(operation).has_event_stream_output:
                continue
            code = error_code(server.client(service, parameter_validation=False), service, operation, '000000000000')
            assert code in ('UnknownOperationException', 'UnknownOperation'), f'{service} {operation}: {code}'
