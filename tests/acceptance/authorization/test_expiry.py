"""A session's keys are refused when its time is over. The server's clock is moved; clients sign with that time."""
import datetime
import json

import botocore.auth
import pytest
from botocore.exceptions import ClientError
from conftest import Aws, allow

TRUST_ANYBODY = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                         'Principal': {'AWS': '*'}}]}
CASES = [('sts', 'get_caller_identity', 'ExpiredToken'), ('iam', 'list_users', 'ExpiredToken'),
         ('cloudformation', 'describe_stacks', 'ExpiredToken'), ('s3', 'list_buckets', 'ExpiredToken'),
         ('ssm', 'describe_parameters', 'ExpiredTokenException'), ('kinesis', 'list_streams', 'ExpiredTokenException'),
         ('firehose', 'list_delivery_streams', 'ExpiredTokenException'),
         ('logs', 'describe_log_groups', 'ExpiredTokenException'),
         ('opensearchserverless', 'list_collections', 'ExpiredTokenException'),
         ('lambda', 'list_functions', 'ExpiredTokenException'),
         ('cloudwatch', 'list_metrics', 'ExpiredTokenException')]


def code(client, method):
    try:
        getattr(client, method)()
    except ClientError as error:
        return error.response['Error']['Code']
    return None


def test_every_service_refuses_an_expired_session(start_server, monkeypatch):
    server = start_server()
    aws = Aws(server, 'test')
    role = aws('iam').create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps(TRUST_ANYBODY))['Role']['Arn']
    aws('iam').put_role_policy(RoleName='r', PolicyName='p', PolicyDocument=json.dumps(
        {'Version': '2012-10-17', 'Statement': [allow('*')]}))
    keys = aws.user('u', allow('sts:*'))('sts').assume_role(RoleArn=role, RoleSessionName='session',
                                                           DurationSeconds=900)['Credentials']
    session = {'key': keys['AccessKeyId'], 'secret': keys['SecretAccessKey'], 'token': keys['SessionToken']}
    for service, method, _ in CASES:
        assert code(server.client(service, **session), method) is None, service
    server.stop()

    later = start_server('--clock-offset-seconds', '1000', data=server.data)
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(botocore.auth, 'get_current_datetime',
                        lambda *arguments, **options: now(*arguments, **options) + datetime.timedelta(seconds=1000))
    for service, method, expired in CASES:
        assert code(later.client(service, **session), method) == expired, service
    assert code(later.client('ssm'), 'describe_parameters') is None, 'lasting keys go on'


def test_a_clock_that_is_off_is_refused(start_server):
    server = start_server('--clock-offset-seconds', '1200')
    with pytest.raises(ClientError, match='Signature expired'):
        server.client('kinesis').list_streams()
    with pytest.raises(ClientError, match='RequestTimeTooSkewed'):
        server.client('s3').list_buckets()
