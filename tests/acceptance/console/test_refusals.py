"""Why was this refused? Every layer that can refuse tells it, to those whom it concerns."""
import json
import time

import pytest
import requests
from botocore.exceptions import ClientError
from conftest import allow
from test_calls import user
from visits import Visit, with_key


def test_a_signed_request_that_iam_refuses(server, aws):
    visit = user(server, aws, 'bob')
    keys = aws('iam').create_access_key(UserName='bob')['AccessKey']
    with pytest.raises(ClientError):
        server.client('kinesis', key=keys['AccessKeyId'], secret=keys['SecretAccessKey']).describe_stream(StreamName='s')
    (refusal,) = visit.refusals()
    assert refusal['principal'] == f'arn:aws:iam::{aws.account}:user/bob'
    assert refusal['accessKeyId'] == keys['AccessKeyId']
    assert (refusal['service'], refusal['action']) == ('kinesis', 'kinesis:DescribeStream')
    assert refusal['resource'] == f'arn:aws:kinesis:ap-northeast-1:{aws.account}:stream/s'
    assert (refusal['decidedBy'], refusal['code']) == ('iam', 'AccessDeniedException')
    assert refusal['reason'].endswith('because no identity-based policy allows the kinesis:DescribeStream action')
    assert refusal['sourceIp'] == '127.0.0.1' and 'Boto3' in refusal['userAgent'] and refusal['requestId']
    assert abs(refusal['time'] - time.time()) < 60


def test_a_wrong_signature_is_shown_without_secrets(server, aws):
    visit = user(server, aws, 'bob')
    keys = aws('iam').create_access_key(UserName='bob')['AccessKey']
    for service, call in (('kinesis', 'list_streams'), ('iam', 'list_users'), ('s3', 'list_buckets')):
        with pytest.raises(ClientError):
            getattr(server.client(service, key=keys['AccessKeyId'], secret='wrong'), call)()
    refusals = visit.refusals()
    assert [one['decidedBy'] for one in refusals] == ['signature'] * 3
    assert [one['code'] for one in refusals] == ['SignatureDoesNotMatch'] * 2 + ['InvalidSignatureException']
    assert [one['service'] for one in refusals] == ['s3', 'iam', 'kinesis']
    assert refusals[2]['action'] == 'kinesis:ListStreams'
    everything = json.dumps(refusals)
    assert 'Canonical' not in everything and keys['SecretAccessKey'] not in everything


def test_a_role_that_does_not_trust_the_service(server, aws):
    role = aws.role('r', 'lambda.amazonaws.com', allow('*'))
    aws('s3').create_bucket(Bucket=f'bucket-{aws.account}', CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
    with pytest.raises(ClientError, match='unable to assume role'):
        aws('firehose').create_delivery_stream(DeliveryStreamName='d', ExtendedS3DestinationConfiguration={
            'RoleARN': role, 'BucketARN': f'arn:aws:s3:::bucket-{aws.account}'})
    last = with_key(server, aws.account).refusals()[0]
    assert (last['decidedBy'], last['principal'], last['action'], last['resource']) == \
        ('role trust', 'firehose.amazonaws.com', 'sts:AssumeRole', role)
    assert 'trust policy' in last['reason']


def test_a_role_that_does_not_trust_the_user(server, aws):
    role = aws.role('r', 'lambda.amazonaws.com')
    visit = user(server, aws, 'bob', allow('sts:AssumeRole'))
    assert visit.aws('sts', 'AssumeRole', {'RoleArn': role, 'RoleSessionName': 's'}).status_code == 403
    last = visit.refusals()[0]
    assert (last['decidedBy'], last['resource']) == ('role trust', role)
    assert 'no role trust policy allows' in last['reason']


def test_a_failed_sign_in_names_the_user_but_never_a_name_that_nobody_has(server, aws):
    aws('iam').create_user(UserName='ann')
    aws('iam').create_login_profile(UserName='ann', Password='Correct-Horse-7')
    Visit(server).sign_in(account=aws.account, userName='ann', password='Wrong-Horse-7')
    Visit(server).sign_in(account=aws.account, userName='My-Secret-7', password='ann')
    root = with_key(server, aws.account)
    (refusal,) = root.refusals()
    assert (refusal['decidedBy'], refusal['principal']) == ('sign-in', f'arn:aws:iam::{aws.account}:user/ann')
    assert (refusal['code'], refusal['action']) == ('SignInFailed', 'signin:ConsoleLogin')
    default = with_key(server, 'test').refusals()
    assert any(one['decidedBy'] == 'sign-in' and one['principal'] == '' for one in default)
    assert 'Secret-7' not in json.dumps(default) and 'Wrong-Horse' not in json.dumps([refusal, default])


def test_others_refusals_are_for_those_who_may_look_up_events(server, aws):
    one, two = user(server, aws, 'one'), user(server, aws, 'two')
    auditor = user(server, aws, 'auditor', allow('cloudtrail:LookupEvents'))
    one.aws('kinesis', 'ListStreams')
    two.aws('ssm', 'DescribeParameters')
    assert [refusal['action'] for refusal in one.refusals()] == ['kinesis:ListStreams']
    assert [refusal['action'] for refusal in two.refusals()] == ['ssm:DescribeParameters']
    assert one.get('refusals').json()['everybody'] is False
    assert [refusal['action'] for refusal in auditor.refusals()] == ['ssm:DescribeParameters', 'kinesis:ListStreams']
    assert auditor.get('refusals?limit=1').json()['everybody'] is True
    assert len(auditor.get('refusals?limit=1').json()['refusals']) == 1
    assert auditor.get('refusals?limit=0').status_code == auditor.get('refusals?limit=x').status_code == 400
    assert with_key(server, '100000000006').refusals() == [], 'nothing of another account'


def test_a_refusal_needs_a_session(server):
    assert requests.get(server.url + '/_console/api/refusals', timeout=10).status_code == 401


def test_what_a_service_decides_by_itself_is_told_too(server, aws):
    bucket = f'bucket-{aws.account}'
    aws('s3').create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
    visit = user(server, aws, 'bob', allow('s3:GetObject'))
    visit.aws('s3', 'DeleteObjects', {'Bucket': bucket, 'Delete': {'Objects': [{'Key': 'k'}]}})
    visit.aws('s3', 'GetObject', {'Bucket': bucket, 'Key': 'k'})
    assert [(one['action'], one['resource'], one['decidedBy']) for one in visit.refusals()] == [
        ('s3:ListBucket', f'arn:aws:s3:::{bucket}', 'iam'), ('s3:DeleteObject', f'arn:aws:s3:::{bucket}/k', 'iam')]


def test_calls_of_services_with_a_role_are_told_with_the_role(server, aws):
    role = aws.role('delivery', 'firehose.amazonaws.com')
    aws('kinesis').create_stream(StreamName='s', ShardCount=1)
    with pytest.raises(ClientError):
        aws('firehose').create_delivery_stream(
            DeliveryStreamName='d', DeliveryStreamType='KinesisStreamAsSource', KinesisStreamSourceConfiguration={
                'KinesisStreamARN': f'arn:aws:kinesis:ap-northeast-1:{aws.account}:stream/s', 'RoleARN': role},
            ExtendedS3DestinationConfiguration={'RoleARN': role, 'BucketARN': f'arn:aws:s3:::bucket-{aws.account}'})
    last = with_key(server, aws.account).refusals()[0]
    assert (last['decidedBy'], last['action']) == ('iam', 'kinesis:DescribeStream')
    assert last['principal'] == f'arn:aws:sts::{aws.account}:assumed-role/delivery/d'
