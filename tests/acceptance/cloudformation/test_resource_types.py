"""One stack with the resource types that other tests do not make: they exist, and go again."""
from conftest import REGION
from stacks import created, delete, reasons

TEMPLATE = '''
Resources:
  Bucket: {Type: 'AWS::S3::Bucket'}
  Stream:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 2, RetentionPeriodHours: 48, MaxRecordSizeInKiB: 2048, DesiredShardLevelMetrics: [IncomingBytes]}
  Consumer: {Type: 'AWS::Kinesis::StreamConsumer', Properties: {ConsumerName: fan-out, StreamARN: !GetAtt Stream.Arn}}
  Shared:
    Type: AWS::Kinesis::ResourcePolicy
    Properties:
      ResourceArn: !GetAtt Consumer.ConsumerARN
      ResourcePolicy:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {AWS: '123456789012'}
            Action: kinesis:SubscribeToShard
            Resource: !Ref Consumer
  Group: {Type: 'AWS::Logs::LogGroup', Properties: {RetentionInDays: 7}}
  LogStream: {Type: 'AWS::Logs::LogStream', Properties: {LogGroupName: !Ref Group, LogStreamName: errors}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: [firehose.amazonaws.com, lambda.amazonaws.com]}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: inline
          PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'kinesis:*', Resource: !GetAtt Stream.Arn}]}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: separate
      Roles: [!Ref Role]
      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'logs:*', Resource: !GetAtt Group.Arn}]}
  User: {Type: 'AWS::IAM::User', Properties: {UserName: ann, LoginProfile: {Password: S0me-password!}}}
  Encryption:
    Type: AWS::OpenSearchServerless::SecurityPolicy
    Properties:
      Name: docs-enc
      Type: encryption
      Policy: '{"Rules":[{"ResourceType":"collection","Resource":["collection/docs"]}],"AWSOwnedKey":true}'
  Network:
    Type: AWS::OpenSearchServerless::SecurityPolicy
    Properties:
      Name: docs-net
      Type: network
      Policy: '[{"Rules":[{"ResourceType":"collection","Resource":["collection/docs"]}],"AllowFromPublic":true}]'
  Collection: {Type: 'AWS::OpenSearchServerless::Collection', DependsOn: Encryption, Properties: {Name: docs, Type: SEARCH}}
  Data:
    Type: AWS::OpenSearchServerless::AccessPolicy
    Properties:
      Name: docs-data
      Type: data
      Policy: !Sub '[{"Rules":[{"ResourceType":"index","Resource":["index/docs/*"],"Permission":["aoss:*"]}],"Principal":["${Role.Arn}"]}]'
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    DependsOn: [Policy, Managed]
    Properties:
      DeliveryStreamType: DirectPut
      ExtendedS3DestinationConfiguration: {BucketARN: !GetAtt Bucket.Arn, RoleARN: !GetAtt Role.Arn}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.8
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "def handler(event, context): return 1"}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Function, Principal: s3.amazonaws.com}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    DependsOn: Managed
    Properties:
      EventSourceArn: !GetAtt Stream.Arn
      FunctionName: !GetAtt Function.Arn
      StartingPosition: AT_TIMESTAMP
      StartingPositionTimestamp: 1700000000
      BatchSize: 7
      BisectBatchOnFunctionError: true
      DestinationConfig: {OnFailure: {Destination: !GetAtt Bucket.Arn}}
      FilterCriteria: {Filters: [{Pattern: '{"data":{"a":[1]}}'}]}
      FunctionResponseTypes: [ReportBatchItemFailures]
      MaximumBatchingWindowInSeconds: 1
      MaximumRecordAgeInSeconds: 60
      MaximumRetryAttempts: 2
      ParallelizationFactor: 2
      Tags: [{Key: team, Value: a}]
      TumblingWindowInSeconds: 3
Outputs:
  Bucket: {Value: !Ref Bucket}
  Stream: {Value: !Ref Stream}
  StreamArn: {Value: !GetAtt Stream.Arn}
  Consumer: {Value: !Ref Consumer}
  Delivery: {Value: !Ref Delivery}
  DeliveryArn: {Value: !GetAtt Delivery.Arn}
  Function: {Value: !Ref Function}
  FunctionArn: {Value: !GetAtt Function.Arn}
  Collection: {Value: !Ref Collection}
  Endpoint: {Value: !GetAtt Collection.CollectionEndpoint}
  Dashboard: {Value: !GetAtt Collection.DashboardEndpoint}
  Role: {Value: !Ref Role}
  Managed: {Value: !Ref Managed}
  Group: {Value: !Ref Group}
  Network: {Value: !Ref Network}
  Mapping: {Value: !Ref Mapping}
  MappingArn: {Value: !GetAtt Mapping.EventSourceMappingArn}
'''


def test_every_type_is_made_and_removed(aws):
    cloudformation = aws('cloudformation')
    stack = created(cloudformation, 's', TEMPLATE, ['CAPABILITY_NAMED_IAM'])
    failures = {one['LogicalResourceId']: reasons(cloudformation, 's', one['LogicalResourceId'])
                for one in cloudformation.describe_stack_resources(StackName='s')['StackResources']}
    assert stack['StackStatus'] == 'CREATE_COMPLETE', {name: why for name, why in failures.items() if why}
    out = {one['OutputKey']: one['OutputValue'] for one in stack['Outputs']}
    place = f'{REGION}:{aws.account}'
    assert out['StreamArn'] == f'arn:aws:kinesis:{place}:stream/{out["Stream"]}'
    assert out['DeliveryArn'] == f'arn:aws:firehose:{place}:deliverystream/{out["Delivery"]}'
    assert out['FunctionArn'] == f'arn:aws:lambda:{place}:function:{out["Function"]}'
    assert out['Endpoint'] == f'https://{out["Collection"]}.{REGION}.aoss.amazonaws.com' and out['Dashboard'] == out['Endpoint'] + '/_dashboards'
    assert out['Network'] == 'docs-net' and out['Managed'].startswith(f'arn:aws:iam::{aws.account}:policy/s-Managed-')

    summary = aws('kinesis').describe_stream_summary(StreamName=out['Stream'])['StreamDescriptionSummary']
    assert (summary['OpenShardCount'], summary['RetentionPeriodHours']) == (2, 48)
    assert (summary['MaxRecordSizeInKiB'], summary['ConsumerCount']) == (2048, 1)
    assert summary['EnhancedMonitoring'][0]['ShardLevelMetrics'] == ['IncomingBytes']
    assert out['Consumer'].startswith(out['StreamArn'] + '/consumer/fan-out:')
    assert '123456789012' in aws('kinesis').get_resource_policy(ResourceARN=out['Consumer'])['Policy']
    group, = aws('logs').describe_log_groups()['logGroups']
    assert (group['logGroupName'], group['retentionInDays']) == (out['Group'], 7)
    assert aws('logs').describe_log_streams(logGroupName=out['Group'])['logStreams'][0]['logStreamName'] == 'errors'
    assert sorted(aws('iam').list_role_policies(RoleName=out['Role'])['PolicyNames']) == ['inline', 'separate']
    attached, = aws('iam').list_attached_role_policies(RoleName=out['Role'])['AttachedPolicies']
    assert attached['PolicyArn'] == out['Managed']
    assert aws('iam').get_login_profile(UserName='ann')
    assert aws('lambda').invoke(FunctionName=out['Function'])['Payload'].read() == b'1'
    assert 's3.amazonaws.com' in aws('lambda').get_policy(FunctionName=out['Function'])['Policy']
    mapping = aws('lambda').get_event_source_mapping(UUID=out['Mapping'])
    expected = {'EventSourceMappingArn': out['MappingArn'], 'EventSourceArn': out['StreamArn'], 'FunctionArn': out['FunctionArn'],
                'State': 'Enabled', 'BatchSize': 7, 'BisectBatchOnFunctionError': True, 'StartingPosition': 'AT_TIMESTAMP',
                'FunctionResponseTypes': ['ReportBatchItemFailures'], 'MaximumBatchingWindowInSeconds': 1,
                'MaximumRecordAgeInSeconds': 60, 'MaximumRetryAttempts': 2, 'ParallelizationFactor': 2, 'TumblingWindowInSeconds': 3,
                'DestinationConfig': {'OnFailure': {'Destination': f'arn:aws:s3:::{out["Bucket"]}'}},
                'FilterCriteria': {'Filters': [{'Pattern': '{"data":{"a":[1]}}'}]}}
    assert {name: mapping.get(name) for name in expected} == expected
    assert mapping['StartingPositionTimestamp'].timestamp() == 1_700_000_000
    assert aws('lambda').list_tags(Resource=out['MappingArn'])['Tags'] == {'team': 'a'}
    assert aws('opensearchserverless').get_access_policy(name='docs-data', type='data')

    assert delete(cloudformation, stack['StackId'])['StackStatus'] == 'DELETE_COMPLETE'
    assert aws('s3').list_buckets()['Buckets'] == [] and aws('kinesis').list_streams()['StreamNames'] == []
    assert aws('iam').list_roles()['Roles'] == [] and aws('iam').list_users()['Users'] == []
    assert aws('lambda').list_event_source_mappings()['EventSourceMappings'] == []
    assert aws('lambda').list_functions()['Functions'] == [] and aws('firehose').list_delivery_streams()['DeliveryStreamNames'] == []
    assert aws('opensearchserverless').list_collections()['collectionSummaries'] == []
    assert out['Group'] not in [one['logGroupName'] for one in aws('logs').describe_log_groups()['logGroups']]
