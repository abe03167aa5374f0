import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow, deny


def refused(call, **arguments):
    """The code and the text that the call is refused with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def cli(aws, *arguments):
    environment = {**os.environ, 'AWS_ACCESS_KEY_ID': aws.account, 'AWS_SECRET_ACCESS_KEY': 'test',
                   'AWS_DEFAULT_REGION': REGION}
    return subprocess.run([Path(sys.executable).with_name('aws'), '--endpoint-url', aws.server.url, '--output', 'json',
                           *arguments], env=environment, capture_output=True, text=True, timeout=60)


def trust(principal, action='sts:AssumeRole', **condition):
    statement = {'Effect': 'Allow', 'Principal': principal, 'Action': action}
    if condition:
        statement['Condition'] = condition
    return json.dumps({'Version': '2012-10-17', 'Statement': [statement]})


def policy(*statements):
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})


class Assumable:
    """A role, a user who may assume it, and what its sessions may do."""

    def __init__(self, aws, *statements, action='sts:AssumeRole', condition=None, **role):
        self.aws, self.user = aws, aws.user('caller', allow('sts:*'))
        self.document = trust({'AWS': f'arn:aws:iam::{aws.account}:user/caller'}, action, **(condition or {}))
        self.role = aws('iam').create_role(RoleName='work', AssumeRolePolicyDocument=self.document, **role)['Role']
        self.arn = self.role['Arn']
        if statements:
            aws('iam').put_role_policy(RoleName='work', PolicyName='p', PolicyDocument=policy(*statements))
        self.sts = self.user('sts', parameter_validation=False)

    def assume(self, **arguments):
        return self.sts.assume_role(**{'RoleArn': self.arn, 'RoleSessionName': 'session', **arguments})

    def refused(self, **arguments):
        return refused(self.sts.assume_role, **{'RoleArn': self.arn, 'RoleSessionName': 'session', **arguments})

    def session(self, service, **arguments):
        return client(self.aws, self.assume(**arguments)['Credentials'], service)

    def denied(self):
        return ('AccessDenied', f'User: arn:aws:iam::{self.aws.account}:user/caller is not authorized to perform: '
                                f'sts:AssumeRole on resource: {self.arn}')


def client(aws, credentials, service, **options):
    return aws.server.client(service, key=credentials['AccessKeyId'], secret=credentials['SecretAccessKey'],
                             token=credentials['SessionToken'], **options)


@pytest.fixture
def assumable(aws):
    return lambda *statements, **options: Assumable(aws, *statements, **options)


def test_callers_are_told_who_they_are(aws):
    root = aws('sts').get_caller_identity()
    assert (root['UserId'], root['Account'], root['Arn']) == (aws.account, aws.account, f'arn:aws:iam::{aws.account}:root')
    identity = aws.user('somebody', deny('*'))('sts').get_caller_identity()
    assert identity['Arn'] == f'arn:aws:iam::{aws.account}:user/somebody'
    assert identity['UserId'] == aws('iam').get_user(UserName='somebody')['User']['UserId']


def test_a_role_is_assumed(aws, assumable):
    role = assumable()
    before = datetime.datetime.now(datetime.timezone.utc)
    answer = role.assume(RoleSessionName='a.session@here')
    credentials = answer['Credentials']
    assert re.fullmatch('ASIA[A-Z2-7]{16}', credentials['AccessKeyId']) and len(credentials['SecretAccessKey']) == 40
    assert abs((credentials['Expiration'] - before).total_seconds() - 3600) < 60
    assert answer['AssumedRoleUser'] == {
        'AssumedRoleId': f"{role.role['RoleId']}:a.session@here",
        'Arn': f'arn:aws:sts::{aws.account}:assumed-role/work/a.session@here'}
    identity = client(aws, credentials, 'sts').get_caller_identity()
    assert identity['Arn'] == answer['AssumedRoleUser']['Arn'] and identity['UserId'] == answer['AssumedRoleUser']['AssumedRoleId']
    assert identity['Account'] == aws.account


def test_a_session_may_do_what_the_role_may(aws, assumable):
    role = assumable(allow('ssm:PutParameter'))
    ssm = role.session('ssm')
    ssm.put_parameter(Name='a', Value='1', Type='String')
    assert refused(ssm.get_parameter, Name='a') == (
        'AccessDeniedException', f'User: arn:aws:sts::{aws.account}:assumed-role/work/session is not authorized to perform: '
        f'ssm:GetParameter on resource: arn:aws:ssm:{REGION}:{aws.account}:parameter/a because no identity-based policy '
        'allows the ssm:GetParameter action')
    aws('iam').put_role_policy(RoleName='work', PolicyName='p', PolicyDocument=policy(allow('ssm:GetParameter')))
    assert ssm.get_parameter(Name='a')['Parameter']['Value'] == '1'
    assert refused(ssm.put_parameter, Name='b', Value='1', Type='String')[0] == 'AccessDeniedException'


def test_session_policies_only_take_away(aws, assumable):
    role = assumable(allow('ssm:PutParameter', 'ssm:GetParameter'))
    ssm = role.session('ssm', Policy=policy(allow('ssm:PutParameter', 'ssm:DeleteParameter')))
    ssm.put_parameter(Name='a', Value='1', Type='String')
    code, message = refused(ssm.get_parameter, Name='a')
    assert code == 'AccessDeniedException' and 'because no session policy allows the ssm:GetParameter action' in message
    code, message = refused(ssm.delete_parameter, Name='a')
    assert 'because no identity-based policy allows the ssm:DeleteParameter action' in message
    ssm = role.session('ssm', Policy=policy(allow('*'), deny('ssm:PutParameter')))
    assert ssm.get_parameter(Name='a')['Parameter']['Value'] == '1'
    code, message = refused(ssm.put_parameter, Name='a', Value='2', Type='String')
    assert code == 'AccessDeniedException' and 'with an explicit deny in a session' in message


def test_session_policies_by_arn(aws, assumable):
    role = assumable(allow('ssm:*'))
    arn = aws('iam').create_policy(PolicyName='reading', PolicyDocument=policy(allow('ssm:GetParameter')))['Policy']['Arn']
    aws('ssm').put_parameter(Name='a', Value='1', Type='String')
    ssm = role.session('ssm', PolicyArns=[{'arn': arn}])
    assert ssm.get_parameter(Name='a')['Parameter']['Value'] == '1'
    assert 'no session policy' in refused(ssm.delete_parameter, Name='a')[1]
    assert role.assume(PolicyArns=[{'arn': arn}])['PackedPolicySize'] >= 1
    missing = f'arn:aws:iam::{aws.account}:policy/missing'
    assert role.refused(PolicyArns=[{'arn': missing}]) == ('MalformedPolicyDocument', f'Policy {missing} does not exist.')
    assert role.refused(Policy='{')[0] == 'MalformedPolicyDocument'
    assert role.refused(Policy=policy(allow('ssm:' + 'x' * 2048)))[0] == 'ValidationError'


def test_the_external_id_must_be_the_one_agreed(assumable):
    role = assumable(condition={'StringEquals': {'sts:ExternalId': 'agreed'}})
    assert role.refused() == role.denied()
    assert role.refused(ExternalId='guessed') == role.denied()
    assert role.assume(ExternalId='agreed')['Credentials']['SessionToken']


def test_nobody_learns_which_roles_exist(aws, assumable):
    role = assumable()
    missing = role.arn.replace('/work', '/missing')
    code, message = refused(role.sts.assume_role, RoleArn=missing, RoleSessionName='session')
    assert (code, message) == ('AccessDenied', role.denied()[1].replace(role.arn, missing))
    other = aws.user('other', allow('sts:*'))('sts')
    assert refused(other.assume_role, RoleArn=role.arn, RoleSessionName='session') == (
        'AccessDenied', role.denied()[1].replace('user/caller', 'user/other'))


def test_the_root_assumes_no_roles(aws, assumable):
    role = assumable()
    assert refused(aws('sts').assume_role, RoleArn=role.arn, RoleSessionName='session') == (
        'AccessDenied', 'Roles may not be assumed by root accounts.')


def test_trust_in_an_account_leaves_it_to_its_policies(aws, assumable):
    role = assumable()
    aws('iam').update_assume_role_policy(RoleName='work', PolicyDocument=trust({'AWS': aws.account}))
    assert role.assume()['Credentials']
    nobody = aws.user('nobody')('sts')
    assert refused(nobody.assume_role, RoleArn=role.arn, RoleSessionName='chained')[0] == 'AccessDenied'


def test_another_account_needs_both_sides(server, aws, account):
    from conftest import Aws
    theirs = Aws(server, f'{(int(account) + 1) % 10 ** 12:012}')
    role = theirs('iam').create_role(RoleName='guest', AssumeRolePolicyDocument=trust({'AWS': account}))['Role']['Arn']
    may = aws.user('may', allow('sts:AssumeRole', resource=role))('sts')
    may_not = aws.user('may-not')('sts')
    arn = may.assume_role(RoleArn=role, RoleSessionName='chained')['AssumedRoleUser']['Arn']
    assert arn == f'arn:aws:sts::{theirs.account}:assumed-role/guest/chained'
    assert refused(may_not.assume_role, RoleArn=role, RoleSessionName='chained')[0] == 'AccessDenied'
    theirs('iam').update_assume_role_policy(RoleName='guest', PolicyDocument=trust({'Service': 'lambda.amazonaws.com'}))
    assert refused(may.assume_role, RoleArn=role, RoleSessionName='chained')[0] == 'AccessDenied'


def test_durations_are_bounded(aws, assumable):
    role = assumable(MaxSessionDuration=7200)
    now = datetime.datetime.now(datetime.timezone.utc)
    for seconds in (900, 7200):
        lasts = role.assume(DurationSeconds=seconds)['Credentials']['Expiration'] - now
        assert abs(lasts.total_seconds() - seconds) < 60
    assert role.refused(DurationSeconds=7201) == (
        'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    for seconds, bound in ((899, 'greater than or equal to 900'), (43201, 'less than or equal to 43200')):
        code, message = role.refused(DurationSeconds=seconds)
        assert code == 'ValidationError' and f"Value '{seconds}' at 'durationSeconds'" in message and bound in message
    aws('iam').update_role(RoleName='work', MaxSessionDuration=3600)
    assert role.refused(DurationSeconds=7200)[0] == 'ValidationError'


def test_chained_sessions_last_an_hour_at_most(aws, assumable):
    role = assumable(allow('sts:AssumeRole'), MaxSessionDuration=7200)
    second = aws('iam').create_role(RoleName='second', MaxSessionDuration=7200,
                                    AssumeRolePolicyDocument=trust({'AWS': role.arn}))['Role']['Arn']
    sts = role.session('sts')
    assert sts.assume_role(RoleArn=second, RoleSessionName='chained')['AssumedRoleUser']['Arn'].endswith('assumed-role/second/chained')
    code, message = refused(sts.assume_role, RoleArn=second, RoleSessionName='chained', DurationSeconds=7200)
    assert code == 'ValidationError' and '1 hour session limit for roles assumed by role chaining' in message


def test_malformed_requests(assumable):
    role = assumable()
    assert role.refused(RoleArn='arn:aws:s3:::not-a-role-at-all') == ('ValidationError', 'arn:aws:s3:::not-a-role-at-all is invalid')
    for name in ('a', 'with space', 'x' * 65):
        code, message = role.refused(RoleSessionName=name)
        assert code == 'ValidationError' and "'roleSessionName' failed to satisfy constraint" in message
    code, message = refused(role.sts.assume_role, RoleArn=role.arn)
    assert code == 'ValidationError' and "'roleSessionName'" in message
    code, message = role.refused(SerialNumber='arn:aws:iam::123456789012:mfa/me', TokenCode='123456')
    assert 'SerialNumber' in message


def test_tags_of_sessions_decide_and_are_handed_on(aws, assumable):
    role = assumable(allow('sts:AssumeRole', 'sts:TagSession'), {
        **allow('ssm:PutParameter', resource='arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/team}/*')},
        action=['sts:AssumeRole', 'sts:TagSession'])
    tags = [{'Key': 'team', 'Value': 'red'}]
    ssm = role.session('ssm', Tags=tags)
    ssm.put_parameter(Name='/red/a', Value='1', Type='String')
    assert refused(ssm.put_parameter, Name='/blue/a', Value='1', Type='String')[0] == 'AccessDeniedException'
    second = aws('iam').create_role(RoleName='second', AssumeRolePolicyDocument=trust(
        {'AWS': role.arn}, ['sts:AssumeRole', 'sts:TagSession']))['Role']['Arn']
    aws('iam').put_role_policy(RoleName='second', PolicyName='p', PolicyDocument=policy(
        allow('ssm:GetParameter', resource='arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/team}/*')))
    sts = role.session('sts', Tags=tags, TransitiveTagKeys=['team'])
    chained = client(aws, sts.assume_role(RoleArn=second, RoleSessionName='chained')['Credentials'], 'ssm')
    assert chained.get_parameter(Name='/red/a')['Parameter']['Value'] == '1'
    code, message = refused(sts.assume_role, RoleArn=second, RoleSessionName='chained', Tags=[{'Key': 'team', 'Value': 'blue'}])
    assert "can't be set because it conflicts with a transitive tag key from the calling session" in message
    assert 'Duplicate tag keys found' in role.refused(Tags=tags + [{'Key': 'TEAM', 'Value': 'x'}])[1]
    assert 'must be included in the requested tags' in role.refused(Tags=tags, TransitiveTagKeys=['other'])[1]


def test_tagging_a_session_needs_the_roles_consent(assumable):
    role = assumable()
    code, message = role.refused(Tags=[{'Key': 'team', 'Value': 'red'}])
    assert code == 'AccessDenied' and 'sts:TagSession' in message
    code, message = role.refused(SourceIdentity='somebody')
    assert code == 'AccessDenied' and 'sts:SetSourceIdentity' in message


def test_the_source_identity_stays(aws, assumable):
    role = assumable(allow('sts:*'), action=['sts:AssumeRole', 'sts:SetSourceIdentity'])
    answer = role.assume(SourceIdentity='somebody')
    assert answer['SourceIdentity'] == 'somebody'
    second = aws('iam').create_role(RoleName='second', AssumeRolePolicyDocument=trust(
        {'AWS': role.arn}, ['sts:AssumeRole', 'sts:SetSourceIdentity']))['Role']['Arn']
    sts = client(aws, answer['Credentials'], 'sts')
    assert sts.assume_role(RoleArn=second, RoleSessionName='chained')['SourceIdentity'] == 'somebody'
    assert refused(sts.assume_role, RoleArn=second, RoleSessionName='chained', SourceIdentity='else')[0] == 'AccessDenied'


def test_tampered_tokens_are_refused(aws, assumable):
    role = assumable(allow('*'))
    credentials = role.assume()['Credentials']
    other = role.assume()['Credentials']
    token = credentials['SessionToken']
    middle = len(token) // 2
    tampered = token[:middle] + ('A' if token[middle] != 'A' else 'B') + token[middle + 1:]
    for service, code in (('sts', 'InvalidClientTokenId'), ('ssm', 'UnrecognizedClientException')):
        for wrong in (tampered, token[:-8], 'nonsense', other['SessionToken']):
            call = client(aws, {**credentials, 'SessionToken': wrong}, service)
            ask = call.get_caller_identity if service == 'sts' else call.describe_parameters
            assert refused(ask)[0] == code, wrong
    assert refused(client(aws, {**credentials, 'SessionToken': None}, 'sts').get_caller_identity)[0] == 'InvalidClientTokenId'
    wrong_secret = client(aws, {**credentials, 'SecretAccessKey': other['SecretAccessKey']}, 'sts')
    assert refused(wrong_secret.get_caller_identity)[0] == 'SignatureDoesNotMatch'
    assert client(aws, credentials, 'sts').get_caller_identity()['Account'] == aws.account


def test_sessions_end_with_their_role(aws, assumable):
    role = assumable(allow('ssm:*'))
    ssm = role.session('ssm')
    ssm.put_parameter(Name='a', Value='1', Type='String')
    iam = aws('iam')
    iam.delete_role_policy(RoleName='work', PolicyName='p')
    iam.delete_role(RoleName='work')
    assert refused(ssm.get_parameter, Name='a')[0] in ('AccessDeniedException', 'UnrecognizedClientException')
    iam.create_role(RoleName='work', AssumeRolePolicyDocument=role.document)
    iam.put_role_policy(RoleName='work', PolicyName='p', PolicyDocument=policy(allow('*')))
    assert refused(ssm.get_parameter, Name='a')[0] in ('AccessDeniedException', 'UnrecognizedClientException'), \
        'a namesake made later is another role'


def test_sessions_survive_a_restart(start_server):
    from conftest import Aws
    server = start_server()
    aws = Aws(server, '123456789012')
    credentials = Assumable(aws, allow('ssm:*')).assume()['Credentials']
    server.stop()
    again = Aws(start_server(data=server.data), '123456789012')
    assert client(again, credentials, 'ssm').describe_parameters()['Parameters'] == []


def test_the_command_line(aws):
    answer = cli(aws, 'sts', 'get-caller-identity')
    assert answer.returncode == 0 and json.loads(answer.stdout)['Account'] == aws.account, answer.stderr
    answer = cli(aws, 'sts', 'assume-role', '--role-arn', f'arn:aws:iam::{aws.account}:role/x', '--role-session-name', 'ss')
    assert answer.returncode in (254, 255) and 'Roles may not be assumed by root accounts.' in answer.stderr
