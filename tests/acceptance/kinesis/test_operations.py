"""The rest of the operations: consumers, tags, policies, modes, sizes, monitoring, account settings, encryption."""
import json
import subprocess
import time

import pytest
from conftest import REGION, ROOT, Aws, allow, refused

SHARD = 'shardId-000000000000'


@pytest.fixture
def kinesis(aws):
    kinesis = aws('kinesis', parameter_validation=False)
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    return kinesis


@pytest.fixture
def arn(aws):
    return f'arn:aws:kinesis:{REGION}:{aws.account}:stream/stream'


def summary(kinesis):
    return kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']


def policy(arn, principal, *actions):
    return json.dumps({'Version': '2012-10-17', 'Statement': [
        {'Effect': 'Allow', 'Principal': {'AWS': principal}, 'Action': list(actions), 'Resource': arn}]})


def test_consumers(kinesis, arn):
    registered = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName='c', Tags={'k': 'v'})['Consumer']
    assert registered['ConsumerARN'].startswith(f'{arn}/consumer/c:')
    for arguments in ({'ConsumerARN': registered['ConsumerARN']}, {'StreamARN': arn, 'ConsumerName': 'c'}):
        shown = kinesis.describe_stream_consumer(**arguments)['ConsumerDescription']
        assert (shown['ConsumerStatus'], shown['StreamARN']) == ('ACTIVE', arn)
    assert refused(kinesis.register_stream_consumer, StreamARN=arn, ConsumerName='c')[0] == 'ResourceInUseException'
    assert refused(kinesis.describe_stream_consumer, StreamARN=arn)[0] == 'InvalidArgumentException'
    assert kinesis.list_tags_for_resource(ResourceARN=registered['ConsumerARN'])['Tags'] == [{'Key': 'k', 'Value': 'v'}]
    for number in range(19):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=f'more{number}')
    assert refused(kinesis.register_stream_consumer, StreamARN=arn, ConsumerName='last')[0] == 'LimitExceededException'
    names = [one['ConsumerName'] for page in kinesis.get_paginator('list_stream_consumers').paginate(
        StreamARN=arn, PaginationConfig={'PageSize': 7}) for one in page['Consumers']]
    assert len(names) == 20 and summary(kinesis)['ConsumerCount'] == 20
    assert refused(kinesis.delete_stream, StreamName='stream')[0] == 'ResourceInUseException'
    kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName='c')
    assert refused(kinesis.describe_stream_consumer, **arguments)[0] == 'ResourceNotFoundException'
    kinesis.delete_stream(StreamName='stream', EnforceConsumerDeletion=True)


def test_tags_by_arn(kinesis, arn):
    kinesis.tag_resource(ResourceARN=arn, Tags={'a': '1', 'b': '2'})
    kinesis.untag_resource(ResourceARN=arn, TagKeys=['a'])
    assert kinesis.list_tags_for_resource(ResourceARN=arn)['Tags'] == [{'Key': 'b', 'Value': '2'}]
    assert kinesis.list_tags_for_stream(StreamName='stream')['Tags'] == [{'Key': 'b', 'Value': '2'}]
    assert refused(kinesis.tag_resource, ResourceARN=arn, Tags={'aws:x': '1'})[0] == 'InvalidArgumentException'
    assert refused(kinesis.list_tags_for_resource, ResourceARN=arn + 'x')[0] == 'ResourceNotFoundException'


def test_a_policy_shares_a_stream_with_another_account(kinesis, arn, server, aws):
    other = Aws(server, '100000000077')
    writer = other.user('writer', allow('kinesis:*'))('kinesis')
    nobody = other.user('nobody')('kinesis')

    def put(client):
        return client.put_record(StreamARN=arn, PartitionKey='k', Data=b'x')
    assert refused(put, client=writer)[0] == 'AccessDeniedException'
    actions = ['kinesis:PutRecord', 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:ListShards',
               'kinesis:DescribeStreamSummary']
    kinesis.put_resource_policy(ResourceARN=arn, Policy=policy(arn, '100000000077', *actions, 'kinesis:DeleteStream'))
    assert json.loads(kinesis.get_resource_policy(ResourceARN=arn)['Policy'])['Version'] == '2012-10-17'
    put(writer)
    assert writer.list_shards(StreamARN=arn)['Shards'][0]['ShardId'] == SHARD
    at = writer.get_shard_iterator(StreamARN=arn, ShardId=SHARD, ShardIteratorType='TRIM_HORIZON')['ShardIterator']
    assert [record['Data'] for record in writer.get_records(ShardIterator=at, StreamARN=arn)['Records']] == [b'x']
    # Both accounts have to agree, and what is the owner's alone no policy gives away.
    assert refused(put, client=nobody)[0] == 'AccessDeniedException'
    assert refused(writer.delete_stream, StreamARN=arn)[0] == 'AccessDeniedException'
    assert refused(writer.put_records, StreamARN=arn,
                   Records=[{'Data': b'x', 'PartitionKey': 'k'}])[0] == 'AccessDeniedException'
    kinesis.delete_resource_policy(ResourceARN=arn)
    assert refused(put, client=writer)[0] == 'AccessDeniedException'
    assert kinesis.get_resource_policy(ResourceARN=arn)['Policy'] == '{}'
    assert refused(kinesis.delete_resource_policy, ResourceARN=arn)[0] == 'ResourceNotFoundException'


def test_a_policy_denies_within_the_account(kinesis, arn, aws):
    user = aws.user('user', allow('kinesis:*'))('kinesis')
    user.put_record(StreamName='stream', PartitionKey='k', Data=b'x')
    denial = json.loads(policy(arn, '*', 'kinesis:PutRecord'))
    denial['Statement'][0]['Effect'] = 'Deny'
    kinesis.put_resource_policy(ResourceARN=arn, Policy=json.dumps(denial))
    code, text = refused(user.put_record, StreamName='stream', PartitionKey='k', Data=b'x')
    assert code == 'AccessDeniedException' and 'explicit deny in a resource-based policy' in text


def test_a_policy_shares_a_consumer(kinesis, arn, server):
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName='c')['Consumer']['ConsumerARN']
    reader = Aws(server, '100000000078').user('reader', allow('kinesis:*'))('kinesis')
    place = {'ConsumerARN': consumer, 'ShardId': SHARD, 'StartingPosition': {'Type': 'LATEST'}}
    assert refused(reader.subscribe_to_shard, **place)[0] == 'AccessDeniedException'
    kinesis.put_resource_policy(ResourceARN=consumer, Policy=policy(
        consumer, '100000000078', 'kinesis:SubscribeToShard', 'kinesis:DescribeStreamConsumer'))
    assert reader.describe_stream_consumer(ConsumerARN=consumer)['ConsumerDescription']['ConsumerName'] == 'c'
    assert 'SubscribeToShardEvent' in next(iter(reader.subscribe_to_shard(**place)['EventStream']))


@pytest.mark.parametrize('document', ['', 'x', '{}', '[]', '{"Statement":[{"Effect":"Allow"}]}'])
def test_refused_policies(kinesis, arn, document):
    assert refused(kinesis.put_resource_policy, ResourceARN=arn, Policy=document)[0] == 'InvalidArgumentException'


def test_mode_and_record_size(kinesis, arn):
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={'StreamMode': 'ON_DEMAND'})
    assert summary(kinesis)['StreamModeDetails']['StreamMode'] == 'ON_DEMAND'
    assert refused(kinesis.update_shard_count, StreamName='stream', TargetShardCount=2,
                   ScalingType='UNIFORM_SCALING')[0] == 'ValidationException'
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={'StreamMode': 'PROVISIONED'})
    assert refused(kinesis.update_stream_mode, StreamARN=arn,
                   StreamModeDetails={'StreamMode': 'ON_DEMAND'})[0] == 'LimitExceededException'
    large = b'x' * (10 * 1024 * 1024 - 1)
    assert refused(kinesis.put_record, StreamName='stream', PartitionKey='k', Data=large)[0] == 'ValidationException'
    kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=10240)
    assert summary(kinesis)['MaxRecordSizeInKiB'] == 10240
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=large)
    at = kinesis.get_shard_iterator(StreamName='stream', ShardId=SHARD, ShardIteratorType='TRIM_HORIZON')['ShardIterator']
    assert kinesis.get_records(ShardIterator=at)['Records'][0]['Data'] == large
    assert refused(kinesis.update_max_record_size, StreamARN=arn, MaxRecordSizeInKiB=10241)[0] == 'ValidationException'
    assert refused(kinesis.update_max_record_size, MaxRecordSizeInKiB=2048)[0] == 'InvalidArgumentException'


def test_account_settings_and_warm_throughput(kinesis):
    kinesis.create_stream(StreamName='warm', StreamModeDetails={'StreamMode': 'ON_DEMAND'})
    assert refused(kinesis.update_stream_warm_throughput, StreamName='warm',
                   WarmThroughputMiBps=6)[0] == 'ValidationException'
    assert kinesis.describe_account_settings()['MinimumThroughputBillingCommitment']['Status'] == 'DISABLED'
    shown = kinesis.update_account_settings(MinimumThroughputBillingCommitment={'Status': 'ENABLED'})
    assert shown['MinimumThroughputBillingCommitment']['Status'] == 'ENABLED'
    answer = kinesis.update_stream_warm_throughput(StreamName='warm', WarmThroughputMiBps=6)
    assert answer['WarmThroughput'] == {'TargetMiBps': 6, 'CurrentMiBps': 6}
    described = kinesis.describe_stream_summary(StreamName='warm')['StreamDescriptionSummary']
    assert described['OpenShardCount'] == 6 and described['WarmThroughput']['CurrentMiBps'] == 6
    shown = kinesis.update_account_settings(MinimumThroughputBillingCommitment={'Status': 'DISABLED'})
    assert shown['MinimumThroughputBillingCommitment']['Status'] == 'ENABLED_UNTIL_EARLIEST_ALLOWED_END'


def test_shard_level_metrics_are_published(kinesis, aws):
    answer = kinesis.enable_enhanced_monitoring(StreamName='stream', ShardLevelMetrics=['IncomingRecords', 'OutgoingBytes'])
    assert answer['CurrentShardLevelMetrics'] == []
    assert sorted(answer['DesiredShardLevelMetrics']) == ['IncomingRecords', 'OutgoingBytes']
    assert sorted(summary(kinesis)['EnhancedMonitoring'][0]['ShardLevelMetrics']) == ['IncomingRecords', 'OutgoingBytes']
    kinesis.put_records(StreamName='stream', Records=[{'Data': b'x', 'PartitionKey': 'k'}] * 3)
    dimensions = [{'Name': 'StreamName', 'Value': 'stream'}, {'Name': 'ShardId', 'Value': SHARD}]
    cloudwatch, now = aws('cloudwatch'), time.time()
    deadline = time.monotonic() + 20
    total = 0
    while total < 3 and time.monotonic() < deadline:
        points = cloudwatch.get_metric_statistics(
            Namespace='AWS/Kinesis', MetricName='IncomingRecords', Dimensions=dimensions, StartTime=now - 300,
            EndTime=now + 300, Period=60, Statistics=['Sum'])['Datapoints']
        total = sum(point['Sum'] for point in points)
    assert total == 3
    names = {one['MetricName'] for one in cloudwatch.list_metrics(Namespace='AWS/Kinesis', Dimensions=dimensions)['Metrics']}
    assert 'IncomingBytes' not in names
    answer = kinesis.disable_enhanced_monitoring(StreamName='stream', ShardLevelMetrics=['ALL'])
    assert answer['DesiredShardLevelMetrics'] == []


def test_encryption_is_refused_and_never_ignored(kinesis):
    code, text = refused(kinesis.start_stream_encryption, StreamName='stream', EncryptionType='KMS', KeyId='alias/aws/kinesis')
    assert code == 'InvalidArgumentException' and 'StartStreamEncryption is not supported' in text
    assert summary(kinesis)['EncryptionType'] == 'NONE'
    assert refused(kinesis.stop_stream_encryption, StreamName='stream', EncryptionType='KMS',
                   KeyId='alias/aws/kinesis')[0] == 'InvalidArgumentException'


def test_command_line(server, account, kinesis, arn):
    def run(*arguments):
        command = [str(ROOT / 'build/venv/bin/aws'), '--endpoint-url', server.url, '--region', REGION, 'kinesis', *arguments]
        environment = {'PATH': '/usr/bin:/bin', 'AWS_ACCESS_KEY_ID': account, 'AWS_SECRET_ACCESS_KEY': 'test',
                       'AWS_CONFIG_FILE': '/dev/null', 'AWS_SHARED_CREDENTIALS_FILE': '/dev/null'}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or '{}')
    run('update-shard-count', '--stream-name', 'stream', '--target-shard-count', '2', '--scaling-type', 'UNIFORM_SCALING')
    assert len(run('list-shards', '--stream-name', 'stream')['Shards']) == 3
    run('merge-shards', '--stream-name', 'stream', '--shard-to-merge', 'shardId-000000000001',
        '--adjacent-shard-to-merge', 'shardId-000000000002')
    consumer = run('register-stream-consumer', '--stream-arn', arn, '--consumer-name', 'c')['Consumer']
    assert run('describe-stream-consumer', '--consumer-arn', consumer['ConsumerARN'])
    assert run('enable-enhanced-monitoring', '--stream-name', 'stream', '--shard-level-metrics', 'ALL')
