"""A disk that is full: records are refused with the error that AWS has for it, reading and deleting go on, and so does
writing once there is room."""
import os

import pytest
from botocore.exceptions import ClientError

DISK_BYTES = 96 << 20
RECORD = os.urandom(900_000)


@pytest.fixture
def kinesis(start_server, tmp_path):
    """Of a server whose data directory is a small disk of its own."""
    disk = tmp_path / 'disk'
    disk.mkdir()
    wrapper = ['bwrap', '--dev-bind', '/', '/', '--size', str(DISK_BYTES), '--tmpfs', str(disk), '--die-with-parent']
    client = start_server('--no-kinesis-limits', data=disk / 'data', log=tmp_path / 'log', wrapper=wrapper).client('kinesis')
    for name in 'kept', 'other':
        client.create_stream(StreamName=name, ShardCount=1)
    return client


def put(kinesis, stream):
    answer = kinesis.put_records(StreamName=stream, Records=[{'Data': RECORD, 'PartitionKey': f'{i}'} for i in range(5)])
    return answer['Records']


def fill(kinesis, stream):
    """The sequence numbers that were acknowledged until the disk was full, and the error then."""
    acknowledged = []
    for _ in range(DISK_BYTES // (5 * len(RECORD)) + 1):
        for entry in put(kinesis, stream):
            if 'ErrorCode' in entry:
                return acknowledged, entry
            acknowledged.append(entry['SequenceNumber'])
    raise AssertionError('the disk took more than there is room for')


def read(kinesis, stream):
    shard = kinesis.list_shards(StreamName=stream)['Shards'][0]['ShardId']
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType='TRIM_HORIZON')['ShardIterator']
    found = []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        assert all(record['Data'] == RECORD for record in answer['Records'])
        found += [record['SequenceNumber'] for record in answer['Records']]
        if answer['MillisBehindLatest'] == 0:
            return found
        iterator = answer['NextShardIterator']


def test_refuses_records_and_nothing_else(kinesis):
    for _ in range(4):
        put(kinesis, 'other')
    acknowledged, refusal = fill(kinesis, 'kept')
    assert refusal['ErrorCode'] == 'InternalFailure'
    assert 'disk is full' in refusal['ErrorMessage']
    with pytest.raises(ClientError) as error:
        for _ in range(20):  # where five found no room, there may be some for a few
            acknowledged.append(kinesis.put_record(StreamName='kept', Data=RECORD, PartitionKey='k')['SequenceNumber'])
    assert error.value.response['Error']['Code'] == 'InternalFailureException'
    assert error.value.response['ResponseMetadata']['HTTPStatusCode'] == 500
    assert 'disk is full' in error.value.response['Error']['Message']
    assert read(kinesis, 'kept') == acknowledged
    assert kinesis.describe_stream_summary(StreamName='other')['StreamDescriptionSummary']['StreamStatus'] == 'ACTIVE'

    kinesis.delete_stream(StreamName='other')
    acknowledged.append(kinesis.put_record(StreamName='kept', Data=RECORD, PartitionKey='k')['SequenceNumber'])
    more, _ = fill(kinesis, 'kept')
    assert read(kinesis, 'kept') == acknowledged + more
