"""Splits, merges and UpdateShardCount: shards form a tree, readers follow it, and a kill leaves it whole."""
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from conftest import Aws, allow, refused

KEYS = 2 ** 128


@pytest.fixture
def kinesis(aws):
    kinesis = aws('kinesis', parameter_validation=False)
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    return kinesis


def shard(number):
    return f'shardId-{number:012}'


def all_shards(kinesis, **arguments):
    found, page = [], kinesis.list_shards(StreamName='stream', **arguments)
    while True:
        found += page['Shards']
        if 'NextToken' not in page:
            return found
        page = kinesis.list_shards(NextToken=page['NextToken'], MaxResults=arguments.get('MaxResults', 1000))


def is_open(shown):
    return 'EndingSequenceNumber' not in shown['SequenceNumberRange']


def bounds(shown):
    return int(shown['HashKeyRange']['StartingHashKey']), int(shown['HashKeyRange']['EndingHashKey'])


def check_tree(shards):
    """Open shards cover all keys once; a child lies in its parents and has greater sequence numbers."""
    by_id = {shown['ShardId']: shown for shown in shards}
    covered = sorted(bounds(shown) for shown in shards if is_open(shown))
    assert covered[0][0] == 0 and covered[-1][1] == KEYS - 1
    assert all(one[1] + 1 == other[0] for one, other in zip(covered, covered[1:]))
    for shown in shards:
        for parent in [shown.get('ParentShardId'), shown.get('AdjacentParentShardId')]:
            if parent in by_id:
                ends = by_id[parent]['SequenceNumberRange']['EndingSequenceNumber']
                assert int(ends) < int(shown['SequenceNumberRange']['StartingSequenceNumber'])


def read_all(kinesis):
    """Every record of the stream as a KCL application reads it: from the horizon, children after their parents."""
    todo = [shown['ShardId'] for shown in all_shards(kinesis, ShardFilter={'Type': 'AT_TRIM_HORIZON'})]
    parents = {shown['ShardId']: {shown.get('ParentShardId'), shown.get('AdjacentParentShardId')} - {None}
               for shown in all_shards(kinesis)}
    done, records = set(), []
    while todo:
        name = todo.pop(0)
        if name in done:
            continue
        if not parents[name] <= done:
            todo.append(name)
            continue
        done.add(name)
        at = kinesis.get_shard_iterator(StreamName='stream', ShardId=name, ShardIteratorType='TRIM_HORIZON')['ShardIterator']
        while True:
            page = kinesis.get_records(ShardIterator=at)
            records += [(name, record) for record in page['Records']]
            if 'NextShardIterator' not in page:
                todo += [child['ShardId'] for child in page['ChildShards']]
                break
            if not page['Records'] and page['MillisBehindLatest'] == 0:
                break
            at = page['NextShardIterator']
    return records


def test_a_split_shard_is_read_to_its_end_and_names_its_children(kinesis):
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'before')
    kinesis.split_shard(StreamName='stream', ShardToSplit=shard(0), NewStartingHashKey=str(KEYS // 2))
    after = kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'after')
    assert after['ShardId'] in (shard(1), shard(2))
    shown = kinesis.describe_stream(StreamName='stream')['StreamDescription']
    assert shown['StreamStatus'] == 'ACTIVE' and len(shown['Shards']) == 3
    assert [one.get('ParentShardId') for one in shown['Shards']] == [None, shard(0), shard(0)]
    check_tree(shown['Shards'])
    assert kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']['OpenShardCount'] == 2
    assert kinesis.describe_limits()['OpenShardCount'] == 2
    at = kinesis.get_shard_iterator(StreamName='stream', ShardId=shard(0), ShardIteratorType='TRIM_HORIZON')
    page = kinesis.get_records(ShardIterator=at['ShardIterator'])
    assert [record['Data'] for record in page['Records']] == [b'before'] and 'NextShardIterator' not in page
    assert [child['ShardId'] for child in page['ChildShards']] == [shard(1), shard(2)]
    assert page['ChildShards'][0]['ParentShards'] == [shard(0)]
    ending = shown['Shards'][0]['SequenceNumberRange']['EndingSequenceNumber']
    at = kinesis.get_shard_iterator(StreamName='stream', ShardId=shard(0), ShardIteratorType='AFTER_SEQUENCE_NUMBER',
                                    StartingSequenceNumber=ending)['ShardIterator']
    assert kinesis.get_records(ShardIterator=at)['Records'] == []


def test_merges_and_filters(kinesis):
    kinesis.update_shard_count(StreamName='stream', TargetShardCount=2, ScalingType='UNIFORM_SCALING')
    kinesis.merge_shards(StreamName='stream', ShardToMerge=shard(1), AdjacentShardToMerge=shard(2))
    shown = all_shards(kinesis, MaxResults=1)
    assert [one['ShardId'] for one in shown] == [shard(number) for number in range(4)]
    assert (shown[3]['ParentShardId'], shown[3]['AdjacentParentShardId']) == (shard(1), shard(2))
    check_tree(shown)
    for kind, expected in (('AT_LATEST', [3]), ('FROM_TRIM_HORIZON', [0, 1, 2, 3]), ('AT_TRIM_HORIZON', [0])):
        found = all_shards(kinesis, ShardFilter={'Type': kind}, MaxResults=1)
        assert [one['ShardId'] for one in found] == [shard(number) for number in expected], kind


def test_update_shard_count(kinesis):
    answer = kinesis.update_shard_count(StreamName='stream', TargetShardCount=2, ScalingType='UNIFORM_SCALING')
    assert (answer['CurrentShardCount'], answer['TargetShardCount'], answer['StreamName']) == (1, 2, 'stream')
    kinesis.update_shard_count(StreamARN=answer['StreamARN'], TargetShardCount=3, ScalingType='UNIFORM_SCALING')
    shown = all_shards(kinesis)
    check_tree(shown)
    widths = [end - start for start, end in map(bounds, filter(is_open, shown))]
    assert len(widths) == 3 and max(widths) - min(widths) < KEYS // 1000
    code, text = refused(kinesis.update_shard_count, StreamName='stream', TargetShardCount=7,
                         ScalingType='UNIFORM_SCALING')
    assert code == 'LimitExceededException' and 'cannot scale up over double' in text
    assert refused(kinesis.update_shard_count, StreamName='stream', TargetShardCount=1,
                   ScalingType='UNIFORM_SCALING')[0] == 'LimitExceededException'
    assert refused(kinesis.update_shard_count, StreamName='stream', TargetShardCount=3,
                   ScalingType='RANDOM')[0] == 'ValidationException'
    assert refused(kinesis.update_shard_count, StreamName='none', TargetShardCount=3,
                   ScalingType='UNIFORM_SCALING')[0] == 'ResourceNotFoundException'


def test_refused_splits_and_merges(kinesis, aws):
    assert refused(kinesis.split_shard, StreamName='stream', ShardToSplit=shard(9), NewStartingHashKey='5') == (
        'ResourceNotFoundException', f'Could not find shard {shard(9)} in stream stream under account {aws.account}.')
    code, text = refused(kinesis.split_shard, StreamName='stream', ShardToSplit=shard(0), NewStartingHashKey='1')
    assert code == 'InvalidArgumentException' and "greater than one plus the shard's StartingHashKey 0" in text
    assert refused(kinesis.split_shard, StreamName='stream', ShardToSplit=shard(0),
                   NewStartingHashKey='00')[0] == 'ValidationException'
    kinesis.update_shard_count(StreamName='stream', TargetShardCount=2, ScalingType='UNIFORM_SCALING')
    kinesis.update_shard_count(StreamName='stream', TargetShardCount=4, ScalingType='UNIFORM_SCALING')
    code, text = refused(kinesis.merge_shards, StreamName='stream', ShardToMerge=shard(3), AdjacentShardToMerge=shard(6))
    assert code == 'InvalidArgumentException' and 'not an adjacent pair of shards eligible for merging' in text
    kinesis.create_stream(StreamName='demanded', StreamModeDetails={'StreamMode': 'ON_DEMAND'})
    assert refused(kinesis.split_shard, StreamName='demanded', ShardToSplit=shard(0),
                   NewStartingHashKey='5')[0] == 'ValidationException'


def test_firehose_follows_resharding(aws, kinesis):
    s3 = aws('s3')
    s3.create_bucket(Bucket='bucket', CreateBucketConfiguration={'LocationConstraint': s3.meta.region_name})
    role = aws.role('firehose', 'firehose.amazonaws.com', allow('*'))
    arn = kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']['StreamARN']
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='delivery', DeliveryStreamType='KinesisStreamAsSource',
        KinesisStreamSourceConfiguration={'KinesisStreamARN': arn, 'RoleARN': role},
        ExtendedS3DestinationConfiguration={'RoleARN': role, 'BucketARN': 'arn:aws:s3:::bucket',
                                            'BufferingHints': {'IntervalInSeconds': 0, 'SizeInMBs': 1}})
    expected = set()
    for generation, count in enumerate([2, 4, 3, 2, 2]):
        for number in range(10):
            expected.add(f'{generation}-{number};')
            kinesis.put_record(StreamName='stream', PartitionKey=str(number), Data=f'{generation}-{number};'.encode())
        kinesis.update_shard_count(StreamName='stream', TargetShardCount=count, ScalingType='UNIFORM_SCALING')
    deadline = time.monotonic() + 60
    found = set()
    while found != expected and time.monotonic() < deadline:
        found = set()
        for listed in s3.list_objects_v2(Bucket='bucket').get('Contents', []):
            body = s3.get_object(Bucket='bucket', Key=listed['Key'])['Body'].read().decode()
            found |= {part + ';' for part in body.split(';') if part}
    assert found == expected


def test_a_resharding_is_done_or_not_after_a_kill(start_server, tmp_path, account):
    """kill -9 in the middle of writes and resharding: the tree stays whole, and nothing acknowledged is lost."""
    seed = random.randrange(2 ** 32)
    print('seed', seed)
    chance = random.Random(seed)
    acknowledged = []
    for round_number in range(6):
        server = start_server('--no-kinesis-limits', data=tmp_path / 'data')
        kinesis = Aws(server, account)('kinesis')
        if round_number == 0:
            kinesis.create_stream(StreamName='stream', ShardCount=2)
        ended = threading.Event()

        def write():
            number = 0
            while not ended.is_set():
                data = f'{round_number}-{number}'
                try:
                    kinesis.put_record(StreamName='stream', PartitionKey=str(number), Data=data.encode())
                except (BotoCoreError, ClientError):
                    return
                acknowledged.append(data)
                number += 1

        def reshard():
            while not ended.is_set():
                try:
                    kinesis.update_shard_count(StreamName='stream', TargetShardCount=chance.choice([2, 3, 4]),
                                               ScalingType='UNIFORM_SCALING')
                except ClientError as error:
                    assert error.response['Error']['Code'] == 'LimitExceededException'
                except BotoCoreError:
                    return
        threads = [threading.Thread(target=work) for work in (write, reshard)]
        for thread in threads:
            thread.start()
        threads[0].join(chance.uniform(0.2, 1))
        server.kill()
        ended.set()
        for thread in threads:
            thread.join()
    server = start_server('--no-kinesis-limits', data=tmp_path / 'data')
    kinesis = Aws(server, account)('kinesis')
    check_tree(all_shards(kinesis))
    records = [record['Data'].decode() for _, record in read_all(kinesis)]
    assert len(records) == len(set(records)) and set(acknowledged) <= set(records)
    assert len(acknowledged) > 20
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'goes on')
