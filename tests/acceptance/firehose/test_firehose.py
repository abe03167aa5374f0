import base64
import gzip
import json

import pytest
import requests
from botocore.exceptions import ClientError
from conftest import REGION, allow, eventually

ROLE_ACTIONS = allow('s3:*', 'kinesis:*', 'aoss:*', 'logs:*')


def code(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response['Error']['Code']


@pytest.fixture
def bucket(aws, account):
    name = f'firehose-{account}'
    aws('s3').create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': REGION})
    return name


@pytest.fixture
def role(aws):
    return aws.role('firehose', 'firehose.amazonaws.com', ROLE_ACTIONS)


def s3_destination(role, bucket, **more):
    return {'RoleARN': role, 'BucketARN': f'arn:aws:s3:::{bucket}',
            'BufferingHints': {'IntervalInSeconds': 0, 'SizeInMBs': 1}, **more}


def contents(aws, bucket, prefix=''):
    """key → body of everything in the bucket."""
    s3 = aws('s3')
    keys = [item['Key'] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get('Contents', [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)['Body'].read() for key in keys}


def test_direct_puts_arrive_in_the_bucket_in_order(aws, bucket, role):
    firehose = aws('firehose')
    arn = firehose.create_delivery_stream(DeliveryStreamName='direct', S3DestinationConfiguration=s3_destination(
        role, bucket, Prefix='in/'))['DeliveryStreamARN']
    assert arn == f'arn:aws:firehose:{REGION}:{aws.account}:deliverystream/direct'
    for number in range(5):
        assert firehose.put_record(DeliveryStreamName='direct', Record={'Data': f'{number};'.encode()})['RecordId']
    batch = firehose.put_record_batch(DeliveryStreamName='direct', Records=[{'Data': f'{n};'.encode()} for n in range(5, 10)])
    assert batch['FailedPutCount'] == 0 and len(batch['RequestResponses']) == 5
    eventually(lambda: b''.join(body for _, body in sorted(contents(aws, bucket).items())).count(b';') == 10)
    found = contents(aws, bucket)
    assert all(key.startswith('in/20') and '/direct-1-' in key for key in found)
    numbers = [int(number) for body in found.values() for number in body.split(b';') if number]
    assert sorted(numbers) == list(range(10))


def test_gzip_and_error_prefix(aws, bucket, role):
    firehose = aws('firehose')
    firehose.create_delivery_stream(DeliveryStreamName='gz', ExtendedS3DestinationConfiguration=s3_destination(
        role, bucket, CompressionFormat='GZIP', Prefix='y=!{timestamp:yyyy}/', ErrorOutputPrefix='bad/'))
    firehose.put_record(DeliveryStreamName='gz', Record={'Data': b'hello'})
    found = eventually(lambda: contents(aws, bucket))
    (key, body), = found.items()
    assert key.endswith('.gz') and key.startswith('y=20')
    assert gzip.decompress(body) == b'hello'


def test_describe_list_and_tags(aws, bucket, role):
    firehose = aws('firehose')
    firehose.create_delivery_stream(DeliveryStreamName='a', S3DestinationConfiguration=s3_destination(role, bucket),
                                    Tags=[{'Key': 'k', 'Value': 'v'}])
    described = firehose.describe_delivery_stream(DeliveryStreamName='a')['DeliveryStreamDescription']
    assert described['DeliveryStreamStatus'] == 'ACTIVE' and described['DeliveryStreamType'] == 'DirectPut'
    assert described['Destinations'][0]['S3DestinationDescription']['BufferingHints'] == {'IntervalInSeconds': 0, 'SizeInMBs': 1}
    assert firehose.list_delivery_streams()['DeliveryStreamNames'] == ['a']
    firehose.tag_delivery_stream(DeliveryStreamName='a', Tags=[{'Key': 'l', 'Value': 'w'}])
    firehose.untag_delivery_stream(DeliveryStreamName='a', TagKeys=['k'])
    assert firehose.list_tags_for_delivery_stream(DeliveryStreamName='a')['Tags'] == [{'Key': 'l', 'Value': 'w'}]
    firehose.delete_delivery_stream(DeliveryStreamName='a')
    assert code(firehose.describe_delivery_stream, DeliveryStreamName='a') == 'ResourceNotFoundException'


def test_refusals(aws, bucket, role):
    firehose = aws('firehose')
    destination = s3_destination(role, bucket)
    firehose.create_delivery_stream(DeliveryStreamName='a', S3DestinationConfiguration=destination)
    assert code(firehose.create_delivery_stream, DeliveryStreamName='a', S3DestinationConfiguration=destination) == 'ResourceInUseException'
    assert code(firehose.create_delivery_stream, DeliveryStreamName='b') == 'InvalidArgumentException'
    missing = s3_destination(f'arn:aws:iam::{aws.account}:role/missing', bucket)
    with pytest.raises(ClientError, match='Firehose is unable to assume role'):
        firehose.create_delivery_stream(DeliveryStreamName='b', S3DestinationConfiguration=missing)
    with pytest.raises(ClientError, match='Snappy is not supported'):
        firehose.create_delivery_stream(DeliveryStreamName='b', S3DestinationConfiguration=destination | {'CompressionFormat': 'Snappy'})
    assert code(firehose.put_record, DeliveryStreamName='missing', Record={'Data': b'x'}) == 'ResourceNotFoundException'
    assert code(firehose.put_record_batch, DeliveryStreamName='a', Records=[{'Data': b'x' * 900_000}] * 5) == 'InvalidArgumentException'
    assert code(firehose.put_record, DeliveryStreamName='a', Record={'Data': b'x' * 1_024_001}) == 'ValidationException'
    assert code(firehose.put_record_batch, DeliveryStreamName='a', Records=[{'Data': b'x'}] * 501) == 'ValidationException'


def test_creation_needs_pass_role(aws, bucket, role):
    user = aws.user('maker', allow('firehose:*'))
    with pytest.raises(ClientError, match='iam:PassRole'):
        user('firehose').create_delivery_stream(DeliveryStreamName='a', S3DestinationConfiguration=s3_destination(role, bucket))


def kinesis_stream(aws, name='source'):
    kinesis = aws('kinesis')
    kinesis.create_stream(StreamName=name, ShardCount=2)
    return kinesis, kinesis.describe_stream(StreamName=name)['StreamDescription']['StreamARN']


def collection(aws, role, *permissions, kind='TIMESERIES'):
    """A collection that `role` may use so; answers its id and a function that searches it as a user."""
    aoss = aws('opensearchserverless')
    rule = {'ResourceType': 'collection', 'Resource': ['collection/docs']}
    aoss.create_security_policy(name='enc', type='encryption', policy=json.dumps({'Rules': [rule], 'AWSOwnedKey': True}))
    aoss.create_security_policy(name='net', type='network', policy=json.dumps([{'Rules': [rule], 'AllowFromPublic': True}]))
    user = aws.user('reader', allow('aoss:*'))
    arn = user('sts').get_caller_identity()['Arn']
    index = {'ResourceType': 'index', 'Resource': ['index/docs/*']}
    aoss.create_access_policy(name='reader', type='data', policy=json.dumps(
        [{'Rules': [index | {'Permission': ['aoss:*']}], 'Principal': [arn]}]))
    aoss.create_access_policy(name='writer', type='data', policy=json.dumps(
        [{'Rules': [index | {'Permission': list(permissions)}], 'Principal': [role]}]))
    identifier = aoss.create_collection(name='docs', type=kind)['createCollectionDetail']['id']

    def search(index_name, body):
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        client = user('sts')
        credentials = client._request_signer._credentials
        request = AWSRequest('POST', f'{aws.server.url}/_aoss/{identifier}/{index_name}/_search', data=json.dumps(body),
                             headers={'content-type': 'application/json'})
        SigV4Auth(credentials, 'aoss', REGION).add_auth(request)
        return requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)
    return identifier, search


def collection_destination(role, identifier, bucket, **more):
    return {'RoleARN': role, 'IndexName': 'docs', 'CollectionEndpoint': f'https://{identifier}.{REGION}.aoss.amazonaws.com',
            'BufferingHints': {'IntervalInSeconds': 0, 'SizeInMBs': 1}, 'RetryOptions': {'DurationInSeconds': 1},
            'S3Configuration': s3_destination(role, bucket, CompressionFormat='GZIP', Prefix='firehose/'), **more}


def source(arn, role):
    return {'DeliveryStreamType': 'KinesisStreamAsSource',
            'KinesisStreamSourceConfiguration': {'KinesisStreamARN': arn, 'RoleARN': role}}


def test_kinesis_to_collection(aws, bucket, role):
    kinesis, arn = kinesis_stream(aws)
    identifier, search = collection(aws, role, 'aoss:CreateIndex', 'aoss:WriteDocument', 'aoss:UpdateIndex')
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='d', **source(arn, role),
        AmazonOpenSearchServerlessDestinationConfiguration=collection_destination(role, identifier, bucket))
    for number in range(20):
        kinesis.put_record(StreamName='source', PartitionKey=str(number), Data=json.dumps({'number': number}).encode())

    def hits():
        answer = search('docs', {'size': 100, 'query': {'match_all': {}}})
        found = answer.json()['hits']['hits'] if answer.status_code == 200 else []
        return found if len(found) >= 20 else None
    assert sorted(hit['_source']['number'] for hit in eventually(hits)) == list(range(20))
    assert contents(aws, bucket) == {}
    with pytest.raises(ClientError, match='InvalidSourceException'):
        aws('firehose').put_record(DeliveryStreamName='d', Record={'Data': b'{}'})


def test_refused_documents_go_to_the_backup_with_the_reason(aws, bucket, role):
    kinesis, arn = kinesis_stream(aws)
    identifier, _ = collection(aws, role, 'aoss:ReadDocument')
    logs = aws('logs')
    logs.create_log_group(logGroupName='delivery')
    logs.create_log_stream(logGroupName='delivery', logStreamName='errors')
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='d', **source(arn, role),
        AmazonOpenSearchServerlessDestinationConfiguration=collection_destination(
            role, identifier, bucket,
            CloudWatchLoggingOptions={'Enabled': True, 'LogGroupName': 'delivery', 'LogStreamName': 'errors'}))
    kinesis.put_record(StreamName='source', PartitionKey='k', Data=b'{"number": 1}')
    (key, body), = eventually(lambda: contents(aws, bucket)).items()
    assert key.startswith('firehose/AmazonOpenSearchService-failed/20') and key.endswith('.gz')
    failed = json.loads(gzip.decompress(body))
    assert base64.b64decode(failed['rawData']) == b'{"number": 1}'
    assert failed['errorCode'] == 'AOSS.AccessDenied' and failed['attemptsMade'] > 1 and failed['osIndexName'] == 'docs'
    event = eventually(lambda: logs.get_log_events(logGroupName='delivery', logStreamName='errors')['events'])[0]
    line = json.loads(event['message'])
    assert line['errorCode'] == 'AOSS.AccessDenied' and '403' in line['message']
    assert line['deliveryStreamARN'].endswith(':deliverystream/d')


def test_malformed_records_go_to_the_backup_and_do_not_stop_the_rest(aws, bucket, role):
    kinesis, arn = kinesis_stream(aws)
    identifier, search = collection(aws, role, 'aoss:*')
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='d', **source(arn, role),
        AmazonOpenSearchServerlessDestinationConfiguration=collection_destination(role, identifier, bucket))
    for data in (b'{"number": 1}', b'not json', b'[1]', b'{"number": "no number"}', b'{"number": 2}'):
        kinesis.put_record(StreamName='source', PartitionKey='k', Data=data)

    def failed():
        lines = [json.loads(line) for body in contents(aws, bucket).values() for line in gzip.decompress(body).splitlines()]
        return {base64.b64decode(line['rawData']): line['errorCode'] for line in lines} if len(lines) >= 3 else None
    assert eventually(failed) == {b'not json': 'AOSS.MalformedData', b'[1]': 'AOSS.MalformedData',
                                  b'{"number": "no number"}': 'AOSS.400'}
    eventually(lambda: search('docs', {}).json()['hits']['total']['value'] == 2)


def test_all_documents_are_backed_up_when_asked(aws, bucket, role):
    kinesis, arn = kinesis_stream(aws)
    identifier, search = collection(aws, role, 'aoss:*')
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='d', **source(arn, role), AmazonOpenSearchServerlessDestinationConfiguration=collection_destination(
            role, identifier, bucket, S3BackupMode='AllDocuments'))
    kinesis.put_record(StreamName='source', PartitionKey='k', Data=b'{"number": 1}')
    eventually(lambda: search('docs', {}).status_code == 200 and search('docs', {}).json()['hits']['total']['value'] == 1)
    (key, body), = contents(aws, bucket).items()
    assert key.startswith('firehose/20') and gzip.decompress(body) == b'{"number": 1}'


def test_metrics_tell_of_the_delivery(aws, bucket, role):
    firehose = aws('firehose')
    firehose.create_delivery_stream(DeliveryStreamName='m', S3DestinationConfiguration=s3_destination(role, bucket))
    firehose.put_record(DeliveryStreamName='m', Record={'Data': b'12345'})
    eventually(lambda: contents(aws, bucket))
    names = eventually(lambda: {metric['MetricName'] for metric in aws('cloudwatch').list_metrics(Namespace='AWS/Firehose')['Metrics']})
    assert {'IncomingBytes', 'IncomingRecords', 'DeliveryToS3.Bytes', 'DeliveryToS3.Success'} <= names


def test_the_buffer_interval_is_honoured_and_flush_ends_it(start_server):
    from conftest import Aws
    server = start_server('--firehose-buffer-seconds', '300')
    aws = Aws(server, '000000000000')
    aws.account = 'test'
    role = aws.role('firehose', 'firehose.amazonaws.com', ROLE_ACTIONS)
    aws('s3').create_bucket(Bucket='slow', CreateBucketConfiguration={'LocationConstraint': REGION})
    firehose = aws('firehose')
    firehose.create_delivery_stream(DeliveryStreamName='slow', S3DestinationConfiguration={
        'RoleARN': role, 'BucketARN': 'arn:aws:s3:::slow'})
    hints = firehose.describe_delivery_stream(DeliveryStreamName='slow')['DeliveryStreamDescription']['Destinations'][0][
        'S3DestinationDescription']['BufferingHints']
    assert hints['IntervalInSeconds'] == 300
    firehose.put_record(DeliveryStreamName='slow', Record={'Data': b'x'})
    assert contents(aws, 'slow') == {}
    assert requests.post(f'{server.url}/_standpipe/flush', timeout=30).status_code == 401
    assert requests.post(f'{server.url}/_standpipe/flush', auth=('test', 'test'), timeout=30).status_code == 200
    assert list(contents(aws, 'slow').values()) == [b'x']
