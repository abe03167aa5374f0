"""CBOR as the Java SDK speaks it, and the host names that newer SDKs build."""
import json
import time

import cbor2
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import REGION

CBOR = 'application/x-amz-cbor-1.1'
SHARD = 'shardId-000000000000'
TIME = b'\xc1\x1b'  # tag 1, a number of 64 bits


@pytest.fixture
def call(server, account):
    """call(operation, input, form, host): the answer of a request signed for that host."""
    def send(operation, value, form=CBOR, host=None):
        body = cbor2.dumps(value) if 'cbor' in form else json.dumps(value).encode()
        request = AWSRequest('POST', f'http://{host or server.address}/', data=body, headers={
            'x-amz-target': f'Kinesis_20131202.{operation}', 'content-type': form})
        SigV4Auth(Credentials(account, 'test'), 'kinesis', REGION).add_auth(request)
        headers = dict(request.headers) | ({'host': host} if host else {})
        return requests.post(f'{server.url}/', data=body, headers=headers, timeout=30)
    return send


def decoded(answer, status=200):
    assert answer.status_code == status and answer.headers['content-type'] == CBOR, answer.content
    # The library takes every tagged time for seconds; here they are milliseconds.
    return cbor2.loads(answer.content.replace(TIME, TIME[1:])) if answer.content else {}


def test_cbor_in_both_directions(call):
    decoded(call('CreateStream', {'StreamName': 'stream', 'ShardCount': 1}))
    put = decoded(call('PutRecord', {'StreamName': 'stream', 'PartitionKey': 'k', 'Data': b'\x00\xff'}))
    assert put['ShardId'] == SHARD
    many = decoded(call('PutRecords', {'StreamName': 'stream', 'Records': [{'PartitionKey': 'k', 'Data': b'x'}] * 2}))
    assert many['FailedRecordCount'] == 0 and len(many['Records']) == 2
    # Java sends times as tagged milliseconds.
    place = {'StreamName': 'stream', 'ShardId': SHARD, 'ShardIteratorType': 'AT_TIMESTAMP',
             'Timestamp': cbor2.CBORTag(1, int(time.time() - 60) * 1000)}
    at = decoded(call('GetShardIterator', place))['ShardIterator']
    answer = call('GetRecords', {'ShardIterator': at})
    records = decoded(answer)['Records']
    assert [record['Data'] for record in records] == [b'\x00\xff', b'x', b'x']
    assert all(abs(record['ApproximateArrivalTimestamp'] / 1000 - time.time()) < 60 for record in records)
    assert answer.content.count(TIME) == 3
    assert decoded(call('DescribeStreamSummary', {'StreamName': 'stream'}))['StreamDescriptionSummary']['OpenShardCount'] == 1


@pytest.mark.parametrize('operation, value, code', [
    ('DescribeStream', {'StreamName': 'none'}, 'ResourceNotFoundException'),
    ('PutRecord', {'StreamName': 'none', 'Data': b'x', 'PartitionKey': ''}, 'ValidationException'),
    ('GetRecords', {'ShardIterator': 'forged'}, 'InvalidArgumentException'),
    ('PutRecord', {'StreamName': 5}, 'SerializationException'),
    ('SubscribeToShard', {'ConsumerARN': f'arn:aws:kinesis:{REGION}:000000000000:stream/s/consumer/c:1', 'ShardId': SHARD,
                          'StartingPosition': {'Type': 'LATEST'}}, 'AccessDeniedException'),
    ('CreateQueue', {}, 'UnknownOperationException')])
def test_errors_are_typed(call, operation, value, code):
    error = decoded(call(operation, value), 400)
    assert error['__type'].split('#')[-1] == code
    assert error.get('message') or error.get('Message')


@pytest.mark.parametrize('host', [
    'kinesis.{region}.amazonaws.com', '{account}.control-kinesis.{region}.amazonaws.com',
    '{account}.data-kinesis.{region}.amazonaws.com', 'abcdefghijklmnopqrst.abc.data-kinesis.{region}.amazonaws.com',
    'abcdefghijklmnopqrst.abc.control-kinesis.{region}.amazonaws.com', '{account}.data-kinesis.{region}.api.aws'])
@pytest.mark.parametrize('form', [CBOR, 'application/x-amz-json-1.1'])
def test_host_names(call, account, host, form):
    answer = call('ListStreams', {}, form, host.format(region=REGION, account=account))
    assert answer.status_code == 200, answer.content
    assert (cbor2.loads(answer.content) if form == CBOR else answer.json())['StreamNames'] == []
