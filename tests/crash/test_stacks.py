"""kill -9 while a stack is made: after the restart it ends in CREATE_COMPLETE or ROLLBACK_COMPLETE."""
import json
import os
import random
import time

from acceptance_conftest import Server

ROUNDS = max(1, int(os.environ.get('ROUNDS', '60')) // 6)
SEED = int(os.environ.get('SEED', random.randrange(2 ** 32)))
TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                 'Principal': {'Service': 'lambda.amazonaws.com'}}]}


def template(number):
    """A chain with breadth, so that the crash meets every kind of moment."""
    resources = {}
    for i in range(4):
        depends = {'DependsOn': [f'Role{i - 1}', f'Stream{i - 1}']} if i else {}
        resources[f'Role{i}'] = {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': TRUST}} | depends
        resources[f'Stream{i}'] = {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}} | depends
        resources[f'Parameter{i}'] = {'Type': 'AWS::SSM::Parameter', 'Properties': {
            'Type': 'String', 'Value': {'Fn::GetAtt': [f'Role{i}', 'Arn']}}}
        resources[f'Bucket{i}'] = {'Type': 'AWS::S3::Bucket', 'Properties': {'BucketName': f'crash-{number}-{i}'}} | depends
    return json.dumps({'Resources': resources})


def test_a_stack_in_progress_ends(tmp_path):
    print(f'SEED={SEED}')
    chance = random.Random(SEED)
    data = tmp_path / 'data'
    server = Server(data)
    ended = {}
    for number in range(ROUNDS):
        name = f'stack-{number}'
        server.client('cloudformation').create_stack(StackName=name, TemplateBody=template(number),
                                                     Capabilities=['CAPABILITY_IAM'])
        time.sleep(chance.uniform(0, 0.12))  # the moment of the crash is the experiment
        server.kill()
        server = Server(data)
        ended[name] = wait_until_ended(server.client('cloudformation'), name)
    assert set(ended.values()) <= {'CREATE_COMPLETE', 'ROLLBACK_COMPLETE'}, ended
    streams = server.client('kinesis').list_streams(Limit=1000)['StreamNames']
    complete = [name for name, status in ended.items() if status == 'CREATE_COMPLETE']
    assert len(streams) == 4 * len(complete), 'a stream was made twice, or left behind'
    server.stop()


def wait_until_ended(cloudformation, name):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        status = cloudformation.describe_stacks(StackName=name)['Stacks'][0]['StackStatus']
        if not status.endswith('IN_PROGRESS'):
            return status
        time.sleep(0.1)
    return f'{status} after 60 s'
