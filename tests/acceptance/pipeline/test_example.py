"""examples/kinesis-to-opensearch, deployed as it is: ten prices go all the way.

Its layer is built with the real pip, from the real index of packages.
"""
import json

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import REGION, ROOT, eventually

EXAMPLE = ROOT / 'examples/kinesis-to-opensearch'


@pytest.fixture
def stack(aws, account):
    s3, cloudformation = aws('s3'), aws('cloudformation')
    bucket, prefix = f'templates-{account}', 'prices'
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': REGION})
    for template in EXAMPLE.glob('*.yaml'):
        s3.put_object(Bucket=bucket, Key=f'{prefix}/{template.name}', Body=template.read_bytes())
    identifier = cloudformation.create_stack(
        StackName=prefix, TemplateURL=f'https://{bucket}.s3.{REGION}.amazonaws.com/{prefix}/main.yaml',
        Parameters=[{'ParameterKey': 'TemplateBucket', 'ParameterValue': bucket}, {'ParameterKey': 'Prefix', 'ParameterValue': prefix}],
        Capabilities=['CAPABILITY_NAMED_IAM'])['StackId']

    def ended():
        found, = cloudformation.describe_stacks(StackName=identifier)['Stacks']
        return None if found['StackStatus'].endswith('IN_PROGRESS') else found
    found = eventually(ended, 180)
    failed = [(event['LogicalResourceId'], event.get('ResourceStatusReason')) for event in
              cloudformation.describe_stack_events(StackName=identifier)['StackEvents'] if event['ResourceStatus'].endswith('FAILED')]
    assert found['StackStatus'] == 'CREATE_COMPLETE', failed
    return found


def test_ten_prices_go_all_the_way_and_nothing_is_left(aws, stack):
    out = {one['OutputKey']: one['OutputValue'] for one in stack['Outputs']}
    answer = aws('lambda').invoke(FunctionName=out['SourceFunction'])
    assert 'FunctionError' not in answer, answer['Payload'].read()
    keys = aws('iam').create_access_key(UserName=out['Viewer'])['AccessKey']
    viewer = Credentials(keys['AccessKeyId'], keys['SecretAccessKey'])
    collection = out['CollectionEndpoint'].removeprefix('https://').split('.')[0]

    def search():
        request = AWSRequest('POST', f'{aws.server.url}/_aoss/{collection}/{out["IndexName"]}/_search',
                             data=json.dumps({'size': 100, 'sort': [{'EVENT_TIME': 'asc'}]}), headers={'content-type': 'application/json'})
        SigV4Auth(viewer, 'aoss', REGION).add_auth(request)
        answered = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)
        assert answered.status_code == 200, answered.text
        found = answered.json()['hits']['hits']
        return found if len(found) >= 10 else None
    prices = [hit['_source'] for hit in eventually(search, 30)]
    assert len(prices) == 10
    assert all(set(price) == {'EVENT_TIME', 'TICKER', 'PRICE'} and price['PRICE'] > 0 for price in prices)

    # Without its data access policy the delivery stream's documents end in the backup, with the reason.
    aws('opensearchserverless').delete_access_policy(type='data', name=out['DeliveryPolicyName'])
    aws('lambda').invoke(FunctionName=out['SourceFunction'])
    s3 = aws('s3')
    eventually(lambda: s3.list_objects_v2(Bucket=out['BackupBucket']).get('Contents'), 60)
    events = eventually(lambda: aws('logs').get_log_events(logGroupName=out['LogGroup'], logStreamName='errors')['events'], 30)
    assert '403' in events[-1]['message']

    aws('iam').delete_access_key(UserName=out['Viewer'], AccessKeyId=keys['AccessKeyId'])
    for page in s3.get_paginator('list_objects_v2').paginate(Bucket=out['BackupBucket']):
        for item in page.get('Contents', []):
            s3.delete_object(Bucket=out['BackupBucket'], Key=item['Key'])
    cloudformation = aws('cloudformation')
    cloudformation.delete_stack(StackName=stack['StackId'])

    def deleted():
        found, = cloudformation.describe_stacks(StackName=stack['StackId'])['Stacks']
        assert found['StackStatus'] != 'DELETE_FAILED', found['StackStatusReason']
        return found['StackStatus'] == 'DELETE_COMPLETE'
    eventually(deleted, 60)
    assert aws('kinesis').list_streams()['StreamNames'] == []
    assert aws('firehose').list_delivery_streams()['DeliveryStreamNames'] == []
    assert aws('opensearchserverless').list_collections()['collectionSummaries'] == []
    assert aws('lambda').list_functions()['Functions'] == []
    assert aws('iam').list_roles()['Roles'] == [] and aws('iam').list_users()['Users'] == []
