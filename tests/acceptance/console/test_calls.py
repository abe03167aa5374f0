"""The API of the console: every call as exactly the principal who signed in."""
import base64
import json

import pytest
from collections_of_the_console import collection
from conftest import ROOT, Aws, allow
from visits import Visit, with_key

OPERATIONS = [(service, operation) for service, operations in json.loads((ROOT / 'models/operations.json').read_text()).items()
              for operation in operations]


@pytest.fixture
def root(server, account):
    return with_key(server, account)


def user(server, aws, name, *statements):
    """A visit of a new user with these statements."""
    credentials = aws.user(name, *statements)('sts')._request_signer._credentials
    visit = Visit(server)
    assert visit.sign_in(accessKeyId=credentials.access_key, secretAccessKey=credentials.secret_key).status_code == 200
    return visit


def test_json_services_are_called_with_their_own_members(root):
    assert root.aws('kinesis', 'CreateStream', {'StreamName': 's', 'ShardCount': 1}).json() == {}
    put = root.aws('kinesis', 'PutRecord', {'StreamName': 's', 'PartitionKey': 'k',
                                            'Data': base64.b64encode(b'\x00\xffhi').decode()})
    assert put.json()['ShardId'] == 'shardId-000000000000' and put.headers['x-amzn-requestid']
    iterator = root.aws('kinesis', 'GetShardIterator', {'StreamName': 's', 'ShardId': 'shardId-000000000000',
                                                        'ShardIteratorType': 'TRIM_HORIZON'}).json()['ShardIterator']
    record = root.aws('kinesis', 'GetRecords', {'ShardIterator': iterator}).json()['Records'][0]
    assert base64.b64decode(record['Data']) == b'\x00\xffhi'
    assert isinstance(record['ApproximateArrivalTimestamp'], float)


def test_query_and_rest_services_too(root, account):
    assert root.aws('iam', 'CreateUser', {'UserName': 'u', 'Tags': [{'Key': 'a', 'Value': 'b'}]}).json()['User']['Tags'] == \
        [{'Key': 'a', 'Value': 'b'}]
    users = root.aws('iam', 'ListUsers').json()
    assert [one['UserName'] for one in users['Users']] == ['u'] and users['IsTruncated'] is False
    assert isinstance(users['Users'][0]['CreateDate'], (int, float))
    assert root.aws('lambda', 'ListFunctions').json() == {'Functions': []}
    answer = root.aws('lambda', 'GetFunction', {'FunctionName': 'missing'})
    assert (answer.status_code, answer.json()['code']) == (404, 'ResourceNotFoundException')
    answer = root.aws('cloudformation', 'DescribeStacks', {'StackName': 'missing'})
    assert (answer.status_code, answer.json()['code']) == (400, 'ValidationError')
    assert answer.json()['message'] == 'Stack with id missing does not exist'


def test_objects_travel_inside_the_call_up_to_a_limit_and_are_downloaded_beyond(root, aws):
    root.aws('s3', 'CreateBucket', {'Bucket': 'b', 'CreateBucketConfiguration': {'LocationConstraint': 'ap-northeast-1'}})
    bucket = f'bucket-{aws.account}'
    assert root.aws('s3', 'CreateBucket', {'Bucket': bucket, 'CreateBucketConfiguration': {
        'LocationConstraint': 'ap-northeast-1'}}).status_code == 200
    put = {'Bucket': bucket, 'Key': 'a/ä "x".html', 'Body': base64.b64encode(b'<script>').decode(),
           'ContentType': 'text/html', 'Metadata': {'who': 'me'}}
    assert root.aws('s3', 'PutObject', put).json()['ETag']
    got = root.aws('s3', 'GetObject', {'Bucket': bucket, 'Key': put['Key']}).json()
    assert (base64.b64decode(got['Body']), got['ContentType'], got['Metadata']) == (b'<script>', 'text/html', {'who': 'me'})
    answer = root.get('object', params={'bucket': bucket, 'key': put['Key']})
    assert answer.content == b'<script>' and answer.headers['content-type'] == 'application/octet-stream'
    assert answer.headers['content-disposition'] == \
        'attachment; filename="____x_.html"; filename*=UTF-8\'\'%C3%A4%20%22x%22.html'
    assert root.get('object', params={'bucket': bucket, 'key': 'missing'}).status_code == 404
    assert root.get('object', params={'bucket': bucket}).status_code == 400
    aws('s3').put_object(Bucket=bucket, Key='big', Body=b'x' * (9 << 20))
    answer = root.aws('s3', 'GetObject', {'Bucket': bucket, 'Key': 'big'})
    assert (answer.status_code, answer.json()['code']) == (413, 'ContentTooLarge')
    assert len(root.get('object', params={'bucket': bucket, 'key': 'big'}).content) == 9 << 20
    reader = user(root.server, aws, 'reader')
    assert reader.get('object', params={'bucket': bucket, 'key': 'big'}).status_code == 403


def test_a_region_is_part_of_the_call(root):
    root.aws('ssm', 'PutParameter', {'Name': 'p', 'Value': '1', 'Type': 'String'}, region='eu-west-1')
    assert root.aws('ssm', 'GetParameter', {'Name': 'p'}).json()['code'] == 'ParameterNotFound'
    assert 'eu-west-1' in root.aws('ssm', 'GetParameter', {'Name': 'p'}, region='eu-west-1').json()['Parameter']['ARN']
    assert root.aws('ssm', 'GetParameter', {'Name': 'p'}, region='../x').status_code == 400


def test_what_is_not_served_or_malformed_is_said(root):
    assert root.aws('ec2', 'RunInstances').json()['code'] == 'UnknownOperationException'
    answer = root.aws('kinesis', 'CreateQueue', {})
    assert answer.status_code == 404 and 'CreateQueue' in answer.json()['message']
    assert root.post('aws/kinesis/a/b').status_code == 404
    answer = root.aws('kinesis', 'CreateStream', {'StreamName': 7})
    assert (answer.status_code, answer.json()['code']) == (400, 'SerializationException')
    answer = root.aws('kinesis', 'PutRecord', {'StreamName': 's'})
    assert answer.status_code == 400 and 'Member must not be null' in answer.json()['message']
    answer = root.post('aws/kinesis/ListStreams', data='{', headers={'content-type': 'application/json'})
    assert (answer.status_code, answer.json()['code']) == (400, 'SerializationException')


@pytest.fixture(scope='module')
def nobody(server):
    return user(server, Aws(server, '100000000005'), 'nobody')


@pytest.mark.parametrize('service, operation', OPERATIONS)
def test_nothing_is_reachable_without_permission(nobody, service, operation):
    from authorization.test_matrix import ALWAYS_ALLOWED, arguments
    plain = json.loads(json.dumps(arguments(service, operation, '100000000005'),
                                  default=lambda blob: base64.b64encode(blob).decode()))
    answer = nobody.aws(service, operation, plain)
    if (service, operation) in ALWAYS_ALLOWED:
        assert answer.status_code == 200
    elif operation == 'DeleteObjects':  # decided key by key
        assert answer.status_code == 404 or {one['Code'] for one in answer.json()['Errors']} == {'AccessDenied'}
    elif operation == 'GetRecords':  # an iterator that nobody was given names no stream
        assert answer.json()['code'] in ('AccessDeniedException', 'InvalidArgumentException')
    else:
        assert answer.json()['code'] in ('AccessDenied', 'AccessDeniedException'), answer.text
        assert answer.status_code in (400, 403)


def test_documents_are_read_as_at_the_dashboards(server, aws):
    reader = f'arn:aws:iam::{aws.account}:user/reader'
    found = collection(aws, 'docs', reader=reader)
    path = f'opensearch/{found["id"]}'
    visit = user(server, aws, 'reader', allow('aoss:DashboardsAccessAll'))
    answer = visit.post(path, {'price': 7}, params={'method': 'PUT', 'path': '/stocks/_doc/1'})
    assert answer.status_code == 201, answer.text
    query = {'query': {'query_string': {'query': 'price:7'}}}
    for _ in range(50):
        answer = visit.post(path, query, params={'method': 'GET', 'path': '/stocks/_search?size=1'})
        if answer.json()['hits']['hits']:
            break
    assert answer.json()['hits']['hits'][0]['_source'] == {'price': 7}
    assert visit.post(path, data=b'{}', params={'method': 'HEAD', 'path': '/stocks'}).status_code == 200
    answer = visit.post(path, {'query': {'nonsense': {}}}, params={'method': 'POST', 'path': '/stocks/_search'})
    assert answer.status_code == 400 and 'error' in answer.json()
    assert visit.post(path, params={'method': 'PATCH', 'path': '/'}).status_code == 400
    assert visit.post(path, params={'method': 'GET', 'path': 'stocks'}).status_code == 400
    assert visit.post('opensearch/nosuchcollection', params={'method': 'GET', 'path': '/'}).status_code == 404


def test_each_of_the_dashboards_checks_refuses_and_says_so(server, aws):
    search = {'method': 'GET', 'path': '/*/_search'}
    api_only = user(server, aws, 'api-only', allow('aoss:APIAccessAll'))
    person = user(server, aws, 'person', allow('aoss:DashboardsAccessAll'))
    hidden = collection(aws, 'hidden', dashboards=False)
    open_to_others = collection(aws, 'others', reader=f'arn:aws:iam::{aws.account}:user/somebody')

    answer = api_only.post(f'opensearch/{open_to_others["id"]}', params=search)
    assert answer.status_code == 403
    last = api_only.refusals()[0]
    assert (last['decidedBy'], last['action'], last['resource']) == ('iam', 'aoss:DashboardsAccessAll', open_to_others['arn'])
    assert 'no identity-based policy allows the aoss:DashboardsAccessAll action' in last['reason']

    assert person.post(f'opensearch/{hidden["id"]}', params=search).status_code == 401
    last = person.refusals()[0]
    assert last['decidedBy'] == 'network policy' and 'type dashboard for collection/hidden' in last['reason']

    answer = person.post(f'opensearch/{open_to_others["id"]}', {'a': 1}, params={'method': 'PUT', 'path': '/i/_doc/1'})
    assert answer.status_code == 403
    last = person.refusals()[0]
    assert (last['decidedBy'], last['action'], last['resource']) == ('data access policy', 'aoss:WriteDocument',
                                                                     'index/others/i')
