"""Event source mappings as resources: created, described, changed, listed, removed, refused, authorized."""
import json
import re

from conftest import REGION, allow
from mappings import READ, eventually, pipe, refused  # noqa: F401 (a fixture)

INVALID = 'InvalidParameterValueException'


def policy(*statements):
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})


def test_a_mapping_and_its_defaults(pipe):
    p = pipe()
    made = p.map()
    assert made['ResponseMetadata']['HTTPStatusCode'] == 202
    assert re.fullmatch('[0-9a-f-]{36}', made['UUID'])
    assert made['EventSourceMappingArn'] == f'arn:aws:lambda:{REGION}:{p.account}:event-source-mapping:{made["UUID"]}'
    expected = {'State': 'Creating', 'StateTransitionReason': 'User action', 'LastProcessingResult': 'No records processed',
                'EventSourceArn': p.stream, 'FunctionArn': p.function, 'StartingPosition': 'TRIM_HORIZON', 'BatchSize': 100,
                'MaximumBatchingWindowInSeconds': 0, 'ParallelizationFactor': 1, 'MaximumRecordAgeInSeconds': -1,
                'MaximumRetryAttempts': -1, 'TumblingWindowInSeconds': 0, 'BisectBatchOnFunctionError': False,
                'FunctionResponseTypes': [], 'DestinationConfig': {'OnFailure': {}}}
    assert {name: made.get(name) for name in expected} == expected
    assert {**p.settled(), 'State': 'Creating', 'ResponseMetadata': None} == {**made, 'ResponseMetadata': None}


def test_every_setting_is_shown_and_changed(pipe):
    p = pipe()
    p.aws('s3').create_bucket(Bucket=f'b{p.account}', CreateBucketConfiguration={'LocationConstraint': REGION})
    settings = {'BatchSize': 7, 'MaximumBatchingWindowInSeconds': 2, 'ParallelizationFactor': 3, 'MaximumRecordAgeInSeconds': 60,
                'MaximumRetryAttempts': 4, 'TumblingWindowInSeconds': 5, 'BisectBatchOnFunctionError': True,
                'FunctionResponseTypes': ['ReportBatchItemFailures'],
                'DestinationConfig': {'OnFailure': {'Destination': f'arn:aws:s3:::b{p.account}'}},
                'FilterCriteria': {'Filters': [{'Pattern': '{"data":{"a":[1]}}'}]}}
    made = p.map(**settings, Enabled=False, StartingPosition='AT_TIMESTAMP', StartingPositionTimestamp=1_700_000_000)
    assert {name: made.get(name) for name in settings} == settings
    assert made['StartingPositionTimestamp'].timestamp() == 1_700_000_000
    p.settled('Disabled')
    changed = {name: value + 1 for name, value in settings.items() if type(value) is int} | {
        'BisectBatchOnFunctionError': False, 'FunctionResponseTypes': [], 'FilterCriteria': {'Filters': []},
        'DestinationConfig': {'OnFailure': {'Destination': ''}}}
    answer = p.client.update_event_source_mapping(UUID=p.uuid, **changed)
    assert answer['State'] == 'Updating' and answer['ResponseMetadata']['HTTPStatusCode'] == 202
    now = p.settled('Disabled')
    assert {**changed, 'FilterCriteria': None, 'DestinationConfig': {'OnFailure': {}}} == {name: now.get(name) for name in changed}
    assert p.client.update_event_source_mapping(UUID=p.uuid, Enabled=True)['State'] == 'Enabling'
    p.settled('Enabled')
    eventually(lambda: p.client.update_event_source_mapping(UUID=p.uuid, Enabled=False)['State'] == 'Disabling')
    p.settled('Disabled')


def test_mappings_are_listed_and_removed(pipe):
    p = pipe()
    p.map()
    p.kinesis.create_stream(StreamName='other', ShardCount=1)
    other = p.client.create_event_source_mapping(EventSourceArn=p.stream.replace('/s', '/other'), FunctionName=p.function,
                                                 StartingPosition='LATEST')['UUID']
    listed = p.client.list_event_source_mappings()['EventSourceMappings']
    assert sorted(one['UUID'] for one in listed) == sorted([p.uuid, other])
    by_source = p.client.list_event_source_mappings(EventSourceArn=p.stream)['EventSourceMappings']
    assert [one['UUID'] for one in by_source] == [p.uuid]
    assert len(p.client.list_event_source_mappings(FunctionName='f')['EventSourceMappings']) == 2
    assert p.client.list_event_source_mappings(FunctionName='g')['EventSourceMappings'] == []
    pages = list(p.client.get_paginator('list_event_source_mappings').paginate(PaginationConfig={'PageSize': 1}))
    assert [len(page['EventSourceMappings']) for page in pages] == [1, 1]
    p.settled()
    removed = p.client.delete_event_source_mapping(UUID=p.uuid)
    assert removed['State'] == 'Deleting' and removed['ResponseMetadata']['HTTPStatusCode'] == 202
    eventually(lambda: len(p.client.list_event_source_mappings()['EventSourceMappings']) == 1)
    gone = ('ResourceNotFoundException', 'The resource you requested does not exist.')
    for call in ('get', 'update', 'delete'):
        assert refused(getattr(p.client, f'{call}_event_source_mapping'), UUID=p.uuid) == gone


def test_refusals(pipe):
    p = pipe()
    create = p.client.create_event_source_mapping
    good = {'EventSourceArn': p.stream, 'FunctionName': 'f', 'StartingPosition': 'LATEST'}

    def wrong(**more):
        return refused(create, **{name: value for name, value in {**good, **more}.items() if value is not None})

    assert wrong(StartingPosition=None) == (INVALID, "1 validation error detected: Value null at 'startingPosition' failed to "
                                            'satisfy constraint: Member must not be null.')
    assert wrong(FunctionName='g') == ('ResourceNotFoundException', f'Function not found: {p.function[:-1]}g')
    assert wrong(EventSourceArn=p.stream + 'x') == (INVALID, f'Stream not found: {p.stream}x')
    assert wrong(StartingPosition='AT_TIMESTAMP')[0] == INVALID
    assert wrong(MaximumRecordAgeInSeconds=59)[0] == INVALID
    for name, value in (('BatchSize', 0), ('BatchSize', 10_001), ('MaximumBatchingWindowInSeconds', 301), ('ParallelizationFactor', 11),
                        ('MaximumRetryAttempts', 10_001), ('MaximumRecordAgeInSeconds', 604_801), ('TumblingWindowInSeconds', 901),
                        ('StartingPosition', 'EARLIEST'), ('FunctionResponseTypes', ['Other'])):
        code, message = wrong(**{name: value})
        assert code in (INVALID, 'ValidationException') and name[0].lower() + name[1:] in message, name
    for name, value in (('Topics', ['topic']), ('Queues', ['q']), ('ScalingConfig', {'MaximumConcurrency': 2}),
                        ('SourceAccessConfigurations', [{'Type': 'BASIC_AUTH', 'URI': 'u'}]),
                        ('SelfManagedEventSource', {'Endpoints': {'KAFKA_BOOTSTRAP_SERVERS': ['a.b:9092']}}),
                        ('AmazonManagedKafkaEventSourceConfig', {'ConsumerGroupId': 'g'}),
                        ('SelfManagedKafkaEventSourceConfig', {'ConsumerGroupId': 'g'}),
                        ('DocumentDBEventSourceConfig', {'DatabaseName': 'd'}), ('ProvisionedPollerConfig', {'MinimumPollers': 1}),
                        ('KMSKeyArn', 'arn:aws:kms:eu-west-1:000000000000:key/k'), ('MetricsConfig', {'Metrics': ['EventCount']})):
        assert wrong(**{name: value}) == (INVALID, f'The parameter {name} is not supported by this server.')
    for source in ('sqs:q', 'dynamodb:table/t/stream/1'):
        assert source.split(':')[0] in wrong(EventSourceArn=f'arn:aws:{source.split(":")[0]}:{REGION}:{p.account}:{source.split(":")[1]}')[1]
    queue = f'arn:aws:sqs:{REGION}:{p.account}:q'
    assert queue in wrong(DestinationConfig={'OnFailure': {'Destination': queue}})[1]
    assert 'OnSuccess' in wrong(DestinationConfig={'OnSuccess': {'Destination': queue}})[1]
    for pattern in ('{', '[]', '{"data": "x"}', '{"data": [{"matches": "x"}]}'):
        assert wrong(FilterCriteria={'Filters': [{'Pattern': pattern}]})[1].startswith('Invalid filter pattern definition.')
    uuid = p.map()['UUID']
    assert wrong() == ('ResourceConflictException', f'The event source arn (" {p.stream} ") and function (" f ") provided mapping '
                       f'already exists. Please update or delete the existing mapping with UUID {uuid}')


def test_the_role_must_be_able_to_read(pipe):
    p = pipe(statements=(allow('logs:*'),))
    assert refused(p.map) == (INVALID, f'Cannot access stream {p.stream}. Please ensure the role can perform the GetRecords, '
                              'GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.')
    for missing in READ['Action'][:-1]:
        p.aws('iam').put_role_policy(RoleName='f', PolicyName='p', PolicyDocument=policy(
            allow(*(action for action in READ['Action'] if action != missing))))
        assert refused(p.map)[1].startswith('Cannot access stream'), missing
    p.aws('iam').put_role_policy(RoleName='f', PolicyName='p', PolicyDocument=policy(READ))
    assert 'PutObject and ListBucket' in refused(p.map, DestinationConfig={'OnFailure': {'Destination': 'arn:aws:s3:::b'}})[1]
    p.map()
    p.settled()


def test_every_read_is_authorized(pipe):
    p = pipe()
    p.map(BatchSize=1)
    p.put('before')
    p.got(1)
    p.aws('iam').put_role_policy(RoleName='f', PolicyName='p', PolicyDocument=policy(allow('logs:*')))
    p.put('unseen')
    problem = eventually(lambda: (result := p.mapping()['LastProcessingResult']).startswith('PROBLEM') and result)
    assert 'kinesis:GetRecords' in problem and p.texts().count('before') == 1
    p.aws('iam').put_role_policy(RoleName='f', PolicyName='p', PolicyDocument=policy(READ, allow('logs:*')))
    eventually(lambda: 'unseen' in p.texts())
    p.put('after')  # only the next batch tells that the problem is over
    eventually(lambda: 'after' in p.texts())
    eventually(lambda: p.mapping()['LastProcessingResult'] == 'OK')


def test_authorization_names_the_mapping_and_its_function(pipe):
    p = pipe()
    p.map()
    p.settled()
    arn = p.mapping()['EventSourceMappingArn']
    stranger = p.aws.user('stranger', {**allow('lambda:*', resource=arn),
                                       'Condition': {'StringEquals': {'lambda:FunctionArn': p.function + 'x'}}})('lambda')
    code, message = refused(stranger.get_event_source_mapping, UUID=p.uuid)
    assert code == 'AccessDeniedException' and f'lambda:GetEventSourceMapping on resource: {arn}' in message
    owner = p.aws.user('owner', {**allow('lambda:*', resource=arn.replace(p.uuid, '*')),
                                 'Condition': {'StringEquals': {'lambda:FunctionArn': p.function}}})('lambda')
    assert owner.get_event_source_mapping(UUID=p.uuid)['UUID'] == p.uuid
    assert refused(owner.create_event_source_mapping, EventSourceArn=p.stream, FunctionName='f',
                   StartingPosition='LATEST')[0] == 'ResourceConflictException'
    assert refused(owner.create_event_source_mapping, EventSourceArn=p.stream, FunctionName='g',
                   StartingPosition='LATEST')[0] == 'AccessDeniedException'


def test_mappings_have_tags(pipe):
    p = pipe()
    arn = p.map(Tags={'team': 'a'})['EventSourceMappingArn']
    p.settled()
    p.client.tag_resource(Resource=arn, Tags={'more': 'b'})
    p.client.untag_resource(Resource=arn, TagKeys=['team'])
    assert p.client.list_tags(Resource=arn)['Tags'] == {'more': 'b'}
    tagged = p.aws.user('tagged', {**allow('lambda:*'), 'Condition': {'StringEquals': {'aws:ResourceTag/more': 'c'}}})('lambda')
    assert refused(tagged.get_event_source_mapping, UUID=p.uuid)[0] == 'AccessDeniedException'
