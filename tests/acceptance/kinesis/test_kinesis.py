import datetime
import hashlib
import os
import subprocess
import time

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, ROOT

SHARD = 'shardId-000000000000'


@pytest.fixture
def kinesis(aws):
    return aws('kinesis', parameter_validation=False)


@pytest.fixture
def stream(kinesis):
    """The name of a stream with one shard."""
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    return 'stream'


def refused(call, **arguments):
    """(code, text) that the call is refused with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def not_found(aws, name):
    return 'ResourceNotFoundException', f'Stream {name} under account {aws.account} not found.'


def put(kinesis, *texts, key='k', **more):
    """Sequence numbers of the records."""
    return [kinesis.put_record(StreamName='stream', PartitionKey=key, Data=text.encode(), **more)['SequenceNumber']
            for text in texts]


def iterator(kinesis, kind, shard=SHARD, **more):
    return kinesis.get_shard_iterator(StreamName='stream', ShardId=shard, ShardIteratorType=kind, **more)['ShardIterator']


def read(kinesis, kind, **more):
    records = kinesis.get_records(ShardIterator=iterator(kinesis, kind, **more))['Records']
    return [record['Data'].decode() for record in records]


def test_create_and_describe(kinesis, aws):
    kinesis.create_stream(StreamName='stream', ShardCount=3, Tags={'k': 'v'})
    kinesis.get_waiter('stream_exists').wait(StreamName='stream', WaiterConfig={'Delay': 1})
    shown = kinesis.describe_stream(StreamName='stream')['StreamDescription']
    arn = f'arn:aws:kinesis:{REGION}:{aws.account}:stream/stream'
    assert shown['StreamARN'] == arn and shown['StreamStatus'] == 'ACTIVE' and shown['RetentionPeriodHours'] == 24
    assert shown['StreamModeDetails'] == {'StreamMode': 'PROVISIONED'} and shown['EncryptionType'] == 'NONE'
    assert shown['EnhancedMonitoring'] == [{'ShardLevelMetrics': []}] and shown['HasMoreShards'] is False
    assert abs(shown['StreamCreationTimestamp'].timestamp() - time.time()) < 60
    assert [shard['ShardId'] for shard in shown['Shards']] == [f'shardId-{n:012}' for n in range(3)]
    ranges = [(int(shard['HashKeyRange']['StartingHashKey']), int(shard['HashKeyRange']['EndingHashKey']))
              for shard in shown['Shards']]
    assert ranges[0][0] == 0 and ranges[-1][1] == 2 ** 128 - 1
    assert all(one[1] + 1 == other[0] for one, other in zip(ranges, ranges[1:]))
    assert kinesis.describe_stream(StreamARN=arn)['StreamDescription']['StreamName'] == 'stream'
    summary = kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']
    assert summary['OpenShardCount'] == 3 and summary['ConsumerCount'] == 0 and summary['StreamARN'] == arn


@pytest.mark.parametrize('mode', [{'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}}, {}])
def test_on_demand(kinesis, mode):
    kinesis.create_stream(StreamName='stream', **mode)
    summary = kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']
    assert summary['StreamModeDetails'] == {'StreamMode': 'ON_DEMAND'} and summary['OpenShardCount'] == 4
    assert kinesis.describe_limits()['OnDemandStreamCount'] == 1


@pytest.mark.parametrize('arguments, code', [
    ({'StreamName': 'a b', 'ShardCount': 1}, 'ValidationException'),
    ({'StreamName': '', 'ShardCount': 1}, 'ValidationException'),
    ({'StreamName': 'x' * 129, 'ShardCount': 1}, 'ValidationException'),
    ({'ShardCount': 1}, 'ValidationException'),
    ({'StreamName': 's', 'ShardCount': 0}, 'ValidationException'),
    ({'StreamName': 's', 'StreamModeDetails': {'StreamMode': 'PROVISIONED'}}, 'InvalidArgumentException'),
    ({'StreamName': 's', 'ShardCount': 1, 'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}}, 'InvalidArgumentException'),
    ({'StreamName': 's', 'ShardCount': 1, 'StreamModeDetails': {'StreamMode': 'SOMETIMES'}}, 'ValidationException'),
    ({'StreamName': 's', 'ShardCount': 1_000_000}, 'LimitExceededException'),
])
def test_refused_creations(kinesis, arguments, code):
    assert refused(kinesis.create_stream, **arguments)[0] == code
    assert kinesis.list_streams()['StreamNames'] == []


def test_create_again(kinesis, stream, aws):
    assert refused(kinesis.create_stream, StreamName=stream, ShardCount=1) == (
        'ResourceInUseException', f'Stream stream under account {aws.account} already exists.')


def test_delete(kinesis, stream, aws):
    put(kinesis, 'gone')
    old = iterator(kinesis, 'TRIM_HORIZON')
    kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)
    kinesis.get_waiter('stream_not_exists').wait(StreamName=stream, WaiterConfig={'Delay': 1})
    assert kinesis.list_streams()['StreamNames'] == []
    assert refused(kinesis.get_records, ShardIterator=old) == not_found(aws, stream)
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    assert read(kinesis, 'TRIM_HORIZON') == []
    assert refused(kinesis.get_records, ShardIterator=old)[0] == 'ResourceNotFoundException'


@pytest.mark.parametrize('operation, arguments', [
    ('delete_stream', {}), ('describe_stream', {}), ('describe_stream_summary', {}), ('list_shards', {}),
    ('put_record', {'Data': b'x', 'PartitionKey': 'k'}), ('put_records', {'Records': [{'Data': b'x', 'PartitionKey': 'k'}]}),
    ('get_shard_iterator', {'ShardId': SHARD, 'ShardIteratorType': 'LATEST'}), ('list_tags_for_stream', {}),
    ('add_tags_to_stream', {'Tags': {'a': 'b'}}), ('remove_tags_from_stream', {'TagKeys': ['a']}),
    ('increase_stream_retention_period', {'RetentionPeriodHours': 48}),
    ('decrease_stream_retention_period', {'RetentionPeriodHours': 24})])
def test_missing_stream(kinesis, aws, operation, arguments):
    assert refused(getattr(kinesis, operation), StreamName='missing', **arguments) == not_found(aws, 'missing')
    arn = f'arn:aws:kinesis:{REGION}:{aws.account}:stream/missing'
    assert refused(getattr(kinesis, operation), StreamARN=arn, **arguments) == not_found(aws, 'missing')
    if operation != 'list_shards':
        assert refused(getattr(kinesis, operation), **arguments)[0] == 'InvalidArgumentException'


def test_list_streams(kinesis, aws):
    for number in range(5):
        kinesis.create_stream(StreamName=f's{number}', ShardCount=1)
    page = kinesis.list_streams(Limit=2)
    assert page['StreamNames'] == ['s0', 's1'] and page['HasMoreStreams'] is True
    assert [one['StreamName'] for one in page['StreamSummaries']] == ['s0', 's1']
    assert kinesis.list_streams(Limit=2, NextToken=page['NextToken'])['StreamNames'] == ['s2', 's3']
    last = kinesis.list_streams(ExclusiveStartStreamName='s3')
    assert last['StreamNames'] == ['s4'] and last['HasMoreStreams'] is False and 'NextToken' not in last
    assert refused(kinesis.list_streams, NextToken='nonsense')[0] == 'InvalidArgumentException'
    assert aws('kinesis', region='us-east-1').list_streams()['StreamNames'] == []


def test_list_shards(kinesis):
    kinesis.create_stream(StreamName='stream', ShardCount=7)
    ids = [f'shardId-{number:012}' for number in range(7)]

    def listed(answer):
        return [shard['ShardId'] for shard in answer['Shards']]
    assert listed(kinesis.list_shards(StreamName='stream')) == ids
    first = kinesis.list_shards(StreamName='stream', MaxResults=3)
    second = kinesis.list_shards(NextToken=first['NextToken'], MaxResults=3)
    third = kinesis.list_shards(NextToken=second['NextToken'], MaxResults=3)
    assert listed(first) + listed(second) + listed(third) == ids and 'NextToken' not in third
    assert listed(kinesis.list_shards(StreamName='stream', ExclusiveStartShardId=ids[4])) == ids[5:]
    assert listed(kinesis.list_shards(StreamName='stream', ShardFilter={'Type': 'AFTER_SHARD_ID', 'ShardId': ids[5]})) == ids[6:]
    for kind in ('AT_LATEST', 'FROM_TRIM_HORIZON', 'AT_TRIM_HORIZON'):
        assert listed(kinesis.list_shards(StreamName='stream', ShardFilter={'Type': kind})) == ids
    assert refused(kinesis.list_shards) == ('InvalidArgumentException', 'Either NextToken or StreamName should be provided.')
    assert refused(kinesis.list_shards, StreamName='stream', NextToken=first['NextToken']) == (
        'InvalidArgumentException', 'NextToken and StreamName cannot be provided together.')
    assert refused(kinesis.list_shards, NextToken='nonsense')[0] == 'InvalidArgumentException'
    assert refused(kinesis.list_shards, StreamName='stream', MaxResults=10_001)[0] == 'ValidationException'
    assert refused(kinesis.list_shards, StreamName='stream', ShardFilter={'Type': 'AT_TIMESTAMP'})[0] == 'InvalidArgumentException'


def test_describe_pages_over_shards(kinesis):
    kinesis.create_stream(StreamName='stream', ShardCount=5)
    page = kinesis.describe_stream(StreamName='stream', Limit=2)['StreamDescription']
    assert len(page['Shards']) == 2 and page['HasMoreShards'] is True
    rest = kinesis.describe_stream(StreamName='stream', ExclusiveStartShardId=page['Shards'][-1]['ShardId'])
    assert len(rest['StreamDescription']['Shards']) == 3


def test_all_iterator_types(kinesis, stream):
    numbers = put(kinesis, 'a', 'b')
    times = [record['ApproximateArrivalTimestamp'] for record in kinesis.get_records(
        ShardIterator=iterator(kinesis, 'TRIM_HORIZON'))['Records']]
    time.sleep(max(0, times[1].timestamp() + 0.005 - time.time()))  # so that c has a later millisecond
    latest = iterator(kinesis, 'LATEST')
    put(kinesis, 'c')
    assert read(kinesis, 'TRIM_HORIZON') == ['a', 'b', 'c']
    assert read(kinesis, 'AT_SEQUENCE_NUMBER', StartingSequenceNumber=numbers[1]) == ['b', 'c']
    assert read(kinesis, 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber=numbers[1]) == ['c']
    assert read(kinesis, 'LATEST') == []
    answer = kinesis.get_records(ShardIterator=latest)
    assert [record['Data'] for record in answer['Records']] == [b'c'] and answer['MillisBehindLatest'] == 0
    after_b = times[1] + datetime.timedelta(milliseconds=1)
    assert read(kinesis, 'AT_TIMESTAMP', Timestamp=after_b) == ['c']
    assert read(kinesis, 'AT_TIMESTAMP', Timestamp=times[0]) == ['a', 'b', 'c']
    assert read(kinesis, 'AT_TIMESTAMP', Timestamp=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)) == ['a', 'b', 'c']


def test_the_starting_sequence_number_of_a_shard_reads_all(kinesis, stream):
    put(kinesis, 'a')
    start = kinesis.list_shards(StreamName=stream)['Shards'][0]['SequenceNumberRange']['StartingSequenceNumber']
    assert read(kinesis, 'AT_SEQUENCE_NUMBER', StartingSequenceNumber=start) == ['a']


def test_refused_iterators(kinesis, stream, aws):
    def ask(kind, shard=SHARD, **more):
        return refused(kinesis.get_shard_iterator, StreamName=stream, ShardId=shard, ShardIteratorType=kind, **more)
    assert ask('LATEST', 'shardId-000000000009') == (
        'ResourceNotFoundException',
        f'Shard shardId-000000000009 in stream stream under account {aws.account} does not exist')
    assert ask('SOMEWHERE')[0] == 'ValidationException'
    assert ask('AT_SEQUENCE_NUMBER')[0] == 'InvalidArgumentException'
    assert ask('LATEST', StartingSequenceNumber='1')[0] == 'InvalidArgumentException'
    assert ask('AT_SEQUENCE_NUMBER', StartingSequenceNumber='12345')[0] == 'InvalidArgumentException'
    assert ask('AT_SEQUENCE_NUMBER', StartingSequenceNumber='abc')[0] == 'ValidationException'
    assert 'no timestamp parameter' in ask('AT_TIMESTAMP')[1]
    future = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    assert 'cannot be greater than the currentTimestampInMillis' in ask('AT_TIMESTAMP', Timestamp=future)[1]


def test_a_sequence_number_of_another_stream_is_refused(kinesis, stream):
    kinesis.create_stream(StreamName='other', ShardCount=2)
    number = kinesis.put_record(StreamName='other', PartitionKey='k', Data=b'x', ExplicitHashKey=str(2 ** 128 - 1))['SequenceNumber']
    code, text = refused(kinesis.get_shard_iterator, StreamName=stream, ShardId=SHARD,
                         ShardIteratorType='AT_SEQUENCE_NUMBER', StartingSequenceNumber=number)
    assert code == 'InvalidArgumentException' and 'did not come from this stream' in text


def test_refused_reads(kinesis, stream, server):
    good = iterator(kinesis, 'LATEST')
    assert refused(kinesis.get_records, ShardIterator='nonsense')[0] == 'InvalidArgumentException'
    assert refused(kinesis.get_records, ShardIterator=good[:-8] + 'AAAAAAA=')[0] == 'InvalidArgumentException'
    assert refused(kinesis.get_records, ShardIterator='')[0] == 'ValidationException'
    assert refused(kinesis.get_records, ShardIterator=good, Limit=10_001)[0] == 'ValidationException'
    assert refused(kinesis.get_records, ShardIterator=good, Limit=0)[0] == 'ValidationException'
    # An iterator belongs to the account that was given it.
    assert refused(server.client('kinesis', key='100000000077').get_records, ShardIterator=good)[0] == 'AccessDeniedException'


def test_reading_in_pages_and_waiting_at_the_end(kinesis, stream):
    kinesis.put_records(StreamName=stream, Records=[{'Data': str(n).encode(), 'PartitionKey': 'k'} for n in range(25)])
    position, found, behind = iterator(kinesis, 'TRIM_HORIZON'), [], []
    for _ in range(3):
        answer = kinesis.get_records(ShardIterator=position, Limit=10)
        found += [int(record['Data']) for record in answer['Records']]
        behind.append(answer['MillisBehindLatest'])
        position = answer['NextShardIterator']
    assert found == list(range(25)) and behind[2] == 0
    assert kinesis.get_records(ShardIterator=position)['Records'] == []
    put(kinesis, 'late')
    assert [record['Data'] for record in kinesis.get_records(ShardIterator=position)['Records']] == [b'late']


def test_sequence_numbers_increase(kinesis, stream):
    numbers = put(kinesis, *(str(n) for n in range(20)))
    answer = kinesis.put_records(StreamName=stream, Records=[{'Data': b'x', 'PartitionKey': str(n)} for n in range(20)])
    numbers += [record['SequenceNumber'] for record in answer['Records']]
    numbers += put(kinesis, 'last', SequenceNumberForOrdering=numbers[-1])
    assert all(int(one) < int(other) for one, other in zip(numbers, numbers[1:]))
    assert all(number.isdigit() and len(number) == 56 for number in numbers)
    records = kinesis.get_records(ShardIterator=iterator(kinesis, 'TRIM_HORIZON'))['Records']
    assert [record['SequenceNumber'] for record in records] == numbers
    assert refused(kinesis.put_record, StreamName=stream, Data=b'x', PartitionKey='k',
                   SequenceNumberForOrdering='7')[0] == 'InvalidArgumentException'


def test_the_partition_key_chooses_the_shard(kinesis):
    kinesis.create_stream(StreamName='stream', ShardCount=4)
    shards = kinesis.list_shards(StreamName='stream')['Shards']
    for key in ('a', 'ключ', 'x' * 256, 'another'):
        hashed = int.from_bytes(hashlib.md5(key.encode()).digest())
        wanted = next(shard['ShardId'] for shard in shards if int(shard['HashKeyRange']['StartingHashKey']) <= hashed
                      <= int(shard['HashKeyRange']['EndingHashKey']))
        assert kinesis.put_record(StreamName='stream', PartitionKey=key, Data=b'x')['ShardId'] == wanted
    for shard in shards:
        for end in shard['HashKeyRange'].values():
            answer = kinesis.put_record(StreamName='stream', PartitionKey='a', ExplicitHashKey=end, Data=b'x')
            assert answer['ShardId'] == shard['ShardId']
    assert refused(kinesis.put_record, StreamName='stream', PartitionKey='a', ExplicitHashKey=str(2 ** 128), Data=b'x') == (
        'InvalidArgumentException', 'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. '
        f'Specified value was {2 ** 128}')
    assert refused(kinesis.put_record, StreamName='stream', PartitionKey='a', ExplicitHashKey='-1', Data=b'x')[0] == 'ValidationException'


def test_record_limits(kinesis, stream):
    mebibyte = 1 << 20
    put(kinesis, 'x' * (mebibyte - 1))
    code, text = refused(kinesis.put_record, StreamName=stream, PartitionKey='k', Data=b'x' * mebibyte)
    assert code == 'ValidationException' and "'data'" in text and '1048576' in text
    assert refused(kinesis.put_record, StreamName=stream, PartitionKey='', Data=b'x')[0] == 'ValidationException'
    assert refused(kinesis.put_record, StreamName=stream, PartitionKey='k' * 257, Data=b'x')[0] == 'ValidationException'
    assert refused(kinesis.put_record, StreamName=stream, Data=b'x')[0] == 'ValidationException'
    put(kinesis, '', key='k' * 256)
    assert [len(text) for text in read(kinesis, 'TRIM_HORIZON')] == [mebibyte - 1, 0]


def test_larger_records_where_the_stream_allows_them(kinesis):
    kinesis.create_stream(StreamName='stream', ShardCount=1, MaxRecordSizeInKiB=2048)
    put(kinesis, 'x' * ((2 << 20) - 1))
    assert refused(kinesis.put_record, StreamName='stream', PartitionKey='k', Data=b'x' * (2 << 20))[0] == 'ValidationException'
    assert refused(kinesis.create_stream, StreamName='more', ShardCount=1, MaxRecordSizeInKiB=10_241)[0] == 'ValidationException'


def test_put_records_over_several_shards(kinesis):
    kinesis.create_stream(StreamName='stream', ShardCount=3)
    answer = kinesis.put_records(StreamName='stream', Records=[{'Data': str(n).encode(), 'PartitionKey': str(n)} for n in range(500)])
    assert answer['FailedRecordCount'] == 0 and len(answer['Records']) == 500
    assert all('ErrorCode' not in record for record in answer['Records'])
    for shard in {record['ShardId'] for record in answer['Records']}:
        records = kinesis.get_records(ShardIterator=iterator(kinesis, 'TRIM_HORIZON', shard))['Records']
        wanted = [(str(n), record['SequenceNumber']) for n, record in enumerate(answer['Records']) if record['ShardId'] == shard]
        assert [(record['PartitionKey'], record['SequenceNumber']) for record in records] == wanted


def test_one_bad_record_refuses_the_whole_request(kinesis, stream):
    good = {'Data': b'good', 'PartitionKey': 'k'}
    for bad in ({'Data': b'x' * (1 << 20), 'PartitionKey': 'k'}, {'Data': b'x'}, {'PartitionKey': 'k'},
                {'Data': b'x', 'PartitionKey': ''}):
        code, text = refused(kinesis.put_records, StreamName=stream, Records=[good, bad])
        assert code == 'ValidationException' and 'records.2.member' in text
    bad_hash = good | {'ExplicitHashKey': str(2 ** 128)}
    assert refused(kinesis.put_records, StreamName=stream, Records=[good, bad_hash])[0] == 'InvalidArgumentException'
    assert refused(kinesis.put_records, StreamName=stream, Records=[])[0] == 'ValidationException'
    assert refused(kinesis.put_records, StreamName=stream, Records=[good] * 501)[0] == 'ValidationException'
    large = {'Data': b'x' * 1_000_000, 'PartitionKey': 'k'}
    assert refused(kinesis.put_records, StreamName=stream, Records=[large] * 11)[0] == 'InvalidArgumentException'
    assert read(kinesis, 'TRIM_HORIZON') == []


def test_throttling_refuses_record_by_record(start_server):
    kinesis = start_server('--kinesis-limits').client('kinesis')
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    record = {'Data': b'x' * 400_000, 'PartitionKey': 'k'}
    answer = kinesis.put_records(StreamName='stream', Records=[record] * 5)
    assert 1 <= answer['FailedRecordCount'] < 5
    failed = [one for one in answer['Records'] if 'ErrorCode' in one]
    assert len(failed) == answer['FailedRecordCount'] and all('SequenceNumber' not in one for one in failed)
    assert failed[0]['ErrorCode'] == 'ProvisionedThroughputExceededException'
    assert failed[0]['ErrorMessage'] == f'Rate exceeded for shard {SHARD} in stream stream under account 000000000000.'


def test_retention(kinesis, stream):
    def hours():
        return kinesis.describe_stream_summary(StreamName=stream)['StreamDescriptionSummary']['RetentionPeriodHours']
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=24)  # as Terraform does
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=8760)
    assert hours() == 8760
    kinesis.decrease_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
    assert hours() == 48
    code, text = refused(kinesis.increase_stream_retention_period, StreamName=stream, RetentionPeriodHours=47)
    assert code == 'InvalidArgumentException' and 'can not be shorter than existing retention period (48 hours)' in text
    code, text = refused(kinesis.decrease_stream_retention_period, StreamName=stream, RetentionPeriodHours=49)
    assert code == 'InvalidArgumentException' and 'can not be longer than existing retention period (48 hours)' in text
    assert 'Minimum allowed retention period is 24 hours' in refused(
        kinesis.decrease_stream_retention_period, StreamName=stream, RetentionPeriodHours=23)[1]
    assert 'Maximum allowed retention period is 8760 hours' in refused(
        kinesis.increase_stream_retention_period, StreamName=stream, RetentionPeriodHours=8761)[1]
    assert hours() == 48


def test_tags(kinesis, stream):
    kinesis.add_tags_to_stream(StreamName=stream, Tags={'a': '1', 'b': '2', 'c': ''})
    kinesis.add_tags_to_stream(StreamName=stream, Tags={'a': 'one'})
    kinesis.remove_tags_from_stream(StreamName=stream, TagKeys=['b', 'never'])
    assert kinesis.list_tags_for_stream(StreamName=stream) | {'ResponseMetadata': None} == {
        'Tags': [{'Key': 'a', 'Value': 'one'}, {'Key': 'c', 'Value': ''}], 'HasMoreTags': False, 'ResponseMetadata': None}
    page = kinesis.list_tags_for_stream(StreamName=stream, Limit=1)
    assert page['HasMoreTags'] is True
    assert kinesis.list_tags_for_stream(StreamName=stream, ExclusiveStartTagKey='a')['Tags'] == [{'Key': 'c', 'Value': ''}]
    assert refused(kinesis.add_tags_to_stream, StreamName=stream, Tags={'aws:x': 'y'})[0] == 'InvalidArgumentException'
    assert refused(kinesis.add_tags_to_stream, StreamName=stream, Tags={'a': '<>'})[0] == 'InvalidArgumentException'
    assert refused(kinesis.add_tags_to_stream, StreamName=stream, Tags={'k' * 129: 'v'})[0] == 'ValidationException'
    assert refused(kinesis.add_tags_to_stream, StreamName=stream, Tags={})[0] == 'ValidationException'
    for group in range(5):
        kinesis.add_tags_to_stream(StreamName=stream, Tags={f'{group}-{n}': '' for n in range(9 if group else 10)})
    assert refused(kinesis.add_tags_to_stream, StreamName=stream, Tags={f'more{n}': '' for n in range(10)})[0] == 'InvalidArgumentException'


def test_limits(kinesis):
    before = kinesis.describe_limits()
    kinesis.create_stream(StreamName='stream', ShardCount=3)
    after = kinesis.describe_limits()
    assert after['OpenShardCount'] == before['OpenShardCount'] + 3 and after['ShardLimit'] >= after['OpenShardCount']
    assert after['OnDemandStreamCount'] == 0 and after['OnDemandStreamCountLimit'] > 0
    code, text = refused(kinesis.create_stream, StreamName='more', ShardCount=after['ShardLimit'])
    assert code == 'LimitExceededException' and 'would exceed the shard limit for the account' in text


def test_arns(kinesis, stream, aws):
    arn = f'arn:aws:kinesis:{REGION}:{aws.account}:stream/stream'
    assert kinesis.put_record(StreamARN=arn, PartitionKey='k', Data=b'x')['ShardId'] == SHARD
    assert refused(kinesis.describe_stream, StreamName='other', StreamARN=arn)[0] == 'InvalidArgumentException'
    assert refused(kinesis.describe_stream, StreamARN='nonsense')[0] == 'ValidationException'
    foreign = arn.replace(aws.account, '100000000055')
    assert refused(kinesis.describe_stream, StreamARN=foreign)[0] == 'AccessDeniedException'


def test_what_was_acknowledged_survives_a_kill(start_server, tmp_path):
    server = start_server()
    kinesis = server.client('kinesis')
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    numbers = put(kinesis, 'a', 'b')
    position = iterator(kinesis, 'TRIM_HORIZON')
    server.kill()
    kinesis = start_server(data=server.data).client('kinesis')
    records = kinesis.get_records(ShardIterator=position)['Records']
    assert [(record['Data'], record['SequenceNumber']) for record in records] == list(zip([b'a', b'b'], numbers))
    assert int(put(kinesis, 'c')[0]) > int(numbers[-1])


def test_command_line(server, account, kinesis, stream):
    def run(*words):
        return subprocess.run([ROOT / 'build/venv/bin/aws', '--endpoint-url', server.url, '--region', REGION, 'kinesis', *words],
                              capture_output=True, text=True, timeout=60, env={
                                  **os.environ, 'AWS_ACCESS_KEY_ID': account, 'AWS_SECRET_ACCESS_KEY': 'test'})
    done = run('put-record', '--stream-name', 'stream', '--partition-key', 'k', '--data', 'aGVsbG8=')
    assert done.returncode == 0 and SHARD in done.stdout, done.stderr
    assert len(read(kinesis, 'TRIM_HORIZON')) == 1
    missing = run('put-record', '--stream-name', 'missing', '--partition-key', 'k', '--data', 'aGVsbG8=')
    assert missing.returncode != 0 and '(ResourceNotFoundException)' in missing.stderr
