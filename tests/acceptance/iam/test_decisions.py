"""Policies really decide: what a user may do is what his policies say, at once and nothing else."""
import json

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow, deny


def document(*statements):
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})


def denial(call, **arguments):
    """Why the call is denied."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response['Error']['Code'] in ('AccessDeniedException', 'AccessDenied')
    return error.value.response['Error']['Message']


def when(statement, operator, key, *values):
    return {**statement, 'Condition': {operator: {key: list(values)}}}


@pytest.fixture
def put(aws):
    """Replaces the inline policy of user `u`; answers a client of SSM that he uses."""
    aws('ssm').put_parameter(Name='a', Value='1', Type='String')
    client = aws.user('u')('ssm')

    def replace(*statements):
        aws('iam').put_user_policy(UserName='u', PolicyName='p', PolicyDocument=document(*statements))
        return client
    return replace


def allowed(client, name='a'):
    try:
        client.get_parameter(Name=name)
    except ClientError as error:
        assert error.response['Error']['Code'] in ('AccessDeniedException', 'ParameterNotFound')
        return error.response['Error']['Code'] == 'ParameterNotFound'
    return True


def test_an_inline_policy_allows_exactly_that(aws, account, put):
    arn = f'arn:aws:ssm:{REGION}:{account}:parameter/a'
    ssm = put(allow('ssm:GetParameter', resource=arn))
    assert ssm.get_parameter(Name='a')['Parameter']['Value'] == '1'
    assert denial(ssm.get_parameter, Name='b') == (
        f'User: arn:aws:iam::{account}:user/u is not authorized to perform: ssm:GetParameter on resource: {arn[:-1]}b '
        'because no identity-based policy allows the ssm:GetParameter action')
    assert 'ssm:PutParameter' in denial(ssm.put_parameter, Name='a', Value='2', Type='String')
    aws('iam').delete_user_policy(UserName='u', PolicyName='p')
    assert not allowed(ssm)


def test_an_explicit_deny_wins(aws, put):
    ssm = put(allow('*'), deny('ssm:GetParameter'))
    assert 'with an explicit deny in an identity-based policy' in denial(ssm.get_parameter, Name='a')
    ssm.put_parameter(Name='b', Value='1', Type='String')
    arn = aws('iam').create_policy(PolicyName='no', PolicyDocument=document(deny('ssm:*')))['Policy']['Arn']
    ssm = put(allow('*'))
    assert allowed(ssm)
    aws('iam').attach_user_policy(UserName='u', PolicyArn=arn)
    assert 'with an explicit deny' in denial(ssm.put_parameter, Name='b', Value='1', Type='String')
    aws('iam').detach_user_policy(UserName='u', PolicyArn=arn)
    assert allowed(ssm)


def test_managed_policies_decide_by_their_default_version(aws):
    iam, ssm = aws('iam'), aws.user('m')('ssm')
    arn = iam.create_policy(PolicyName='p', PolicyDocument=document(allow('ssm:DescribeParameters')))['Policy']['Arn']
    iam.attach_user_policy(UserName='m', PolicyArn=arn)
    assert ssm.describe_parameters()['Parameters'] == []
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow('s3:*')), SetAsDefault=True)
    assert 'no identity-based policy' in denial(ssm.describe_parameters)
    iam.set_default_policy_version(PolicyArn=arn, VersionId='v1')
    assert ssm.describe_parameters()['Parameters'] == []


def test_awss_own_policies(aws):
    iam, user = aws('iam'), aws.user('reader')
    iam.attach_user_policy(UserName='reader', PolicyArn='arn:aws:iam::aws:policy/ReadOnlyAccess')
    assert user('iam').list_users()['Users'] and user('kinesis').list_streams()['StreamNames'] == []
    denial(user('iam').create_user, UserName='x')
    iam.attach_user_policy(UserName='reader', PolicyArn='arn:aws:iam::aws:policy/PowerUserAccess')
    user('ssm').put_parameter(Name='a', Value='1', Type='String')
    denial(user('iam').create_user, UserName='x')
    iam.attach_user_policy(UserName='reader', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')
    user('iam').create_user(UserName='x')


def test_a_boundary_limits_but_gives_nothing(aws, put):
    iam = aws('iam')
    arn = iam.create_policy(PolicyName='b', PolicyDocument=document(allow('ssm:GetParameter', 's3:*')))['Policy']['Arn']
    ssm = put(allow('ssm:*'))
    iam.put_user_permissions_boundary(UserName='u', PermissionsBoundary=arn)
    assert allowed(ssm)
    assert 'because no permissions boundary allows the ssm:PutParameter action' in denial(
        ssm.put_parameter, Name='b', Value='1', Type='String')
    ssm = put(allow('ssm:PutParameter'))
    assert 'because no identity-based policy allows the ssm:GetParameter action' in denial(ssm.get_parameter, Name='a')
    iam.create_policy_version(PolicyArn=arn, SetAsDefault=True, PolicyDocument=document(allow('*'), deny('ssm:*')))
    assert 'with an explicit deny in a permissions boundary' in denial(ssm.put_parameter, Name='b', Value='1', Type='String')
    iam.delete_user_permissions_boundary(UserName='u')
    ssm.put_parameter(Name='b', Value='1', Type='String')


def test_a_roles_boundary_limits_its_sessions(aws):
    iam = aws('iam')
    boundary = iam.create_policy(PolicyName='b', PolicyDocument=document(allow('ssm:GetParameter')))['Policy']['Arn']
    user = aws.user('u', allow('sts:*'))
    trust = {**allow('sts:AssumeRole'), 'Principal': {'AWS': f'arn:aws:iam::{aws.account}:user/u'}}
    del trust['Resource']
    role = iam.create_role(RoleName='r', AssumeRolePolicyDocument=document(trust), PermissionsBoundary=boundary)['Role']['Arn']
    iam.put_role_policy(RoleName='r', PolicyName='p', PolicyDocument=document(allow('ssm:*')))
    keys = user('sts').assume_role(RoleArn=role, RoleSessionName='session')['Credentials']
    ssm = aws.server.client('ssm', key=keys['AccessKeyId'], secret=keys['SecretAccessKey'], token=keys['SessionToken'])
    assert allowed(ssm, 'missing')
    assert 'no permissions boundary' in denial(ssm.put_parameter, Name='b', Value='1', Type='String')
    iam.delete_role_permissions_boundary(RoleName='r')
    ssm.put_parameter(Name='b', Value='1', Type='String')


@pytest.mark.parametrize('operator, key, good, bad', [
    ('IpAddress', 'aws:SourceIp', '127.0.0.0/8', '10.0.0.0/8'),
    ('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8', '127.0.0.1'),
    ('StringEquals', 'aws:RequestedRegion', REGION, 'eu-west-1'),
    ('StringNotEquals', 'aws:RequestedRegion', 'eu-west-1', REGION),
    ('StringLike', 'aws:RequestedRegion', 'ap-*', 'eu-*'),
    ('StringEqualsIgnoreCase', 'aws:username', 'U', 'v'),
    ('StringEquals', 'AWS:UserName', 'u', 'U'),
    ('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/u', 'arn:aws:iam::*:user/v'),
    ('StringEquals', 'aws:PrincipalType', 'User', 'Account'),
    ('Bool', 'aws:SecureTransport', 'false', 'true'),
    ('Bool', 'aws:ViaAWSService', 'false', 'true'),
    ('DateGreaterThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z'),
    ('DateLessThan', 'aws:CurrentTime', '2999-01-01T00:00:00Z', '2020-01-01T00:00:00Z'),
    ('NumericGreaterThan', 'aws:EpochTime', '1500000000', '99999999999'),
    ('Null', 'aws:TokenIssueTime', 'true', 'false'),
    ('StringLike', 'aws:UserAgent', '*Boto3*', 'curl*'),
    ('StringEqualsIfExists', 'aws:SourceIdentity', 'anything', None),
    ('StringNotEquals', 'aws:SourceIdentity', 'anything', None),
])
def test_conditions(put, operator, key, good, bad):
    assert allowed(put(when(allow('ssm:GetParameter'), operator, key, good)))
    assert not allowed(put(allow('ssm:GetParameter'), when(deny('ssm:GetParameter'), operator, key, good)))
    if bad:
        assert not allowed(put(when(allow('ssm:GetParameter'), operator, key, bad)))
        assert allowed(put(allow('ssm:GetParameter'), when(deny('ssm:GetParameter'), operator, key, bad)))


def test_several_conditions_must_all_hold_and_one_value_is_enough(put):
    both = when(allow('ssm:GetParameter'), 'StringEquals', 'aws:RequestedRegion', 'eu-west-1', REGION)
    assert allowed(put(both))
    both['Condition']['StringEquals']['aws:username'] = 'v'
    assert not allowed(put(both))
    none = when(allow('ssm:GetParameter'), 'StringNotEquals', 'aws:RequestedRegion', 'eu-west-1', REGION)
    assert not allowed(put(none))


def test_patterns_of_actions_and_resources(put, account):
    base = f'arn:aws:ssm:{REGION}:{account}:parameter'
    assert allowed(put(allow('SSM:getparam*')))
    assert allowed(put(allow('ssm:Get?arameter')))
    assert not allowed(put(allow('ssm:Get?parameter')))
    assert allowed(put(allow('ssm:GetParameter', resource=f'{base}/x/*/z')), '/x/y/w/z')
    assert not allowed(put(allow('ssm:GetParameter', resource=f'{base}/A')))
    assert not allowed(put(allow('ssm:GetParameter', resource=base.replace(REGION, 'eu-*') + '/*')))
    assert allowed(put({'Effect': 'Allow', 'NotAction': 'iam:*', 'Resource': '*'}))
    assert not allowed(put({'Effect': 'Allow', 'NotAction': 'ssm:*', 'Resource': '*'}))
    assert allowed(put({'Effect': 'Allow', 'Action': 'ssm:*', 'NotResource': f'{base}/b'}))
    assert not allowed(put({'Effect': 'Allow', 'Action': 'ssm:*', 'NotResource': f'{base}/a'}))


def test_variables_in_policies(put):
    own = allow('ssm:GetParameter', resource='arn:aws:ssm:*:*:parameter/${aws:username}/*')
    assert allowed(put(own), '/u/x') and not allowed(put(own), '/v/x')


def test_tags_decide(aws, put):
    ssm = put(when(allow('ssm:GetParameter'), 'StringEquals', 'aws:PrincipalTag/team', 'red'))
    assert not allowed(ssm)
    aws('iam').tag_user(UserName='u', Tags=[{'Key': 'Team', 'Value': 'red'}])
    assert allowed(ssm)
    aws('iam').untag_user(UserName='u', TagKeys=['Team'])
    assert not allowed(ssm)
    iam = aws.user('maker', when(allow('iam:CreateUser', 'iam:TagUser'), 'StringEquals', 'aws:RequestTag/team', 'red'))('iam')
    iam.create_user(UserName='red', Tags=[{'Key': 'team', 'Value': 'red'}])
    denial(iam.create_user, UserName='blue', Tags=[{'Key': 'team', 'Value': 'blue'}])
    denial(iam.create_user, UserName='none')
    keeper = aws.user('keeper', when(allow('iam:GetUser'), 'StringEquals', 'aws:ResourceTag/team', 'red'))('iam')
    assert keeper.get_user(UserName='red')['User']['UserName'] == 'red'
    denial(keeper.get_user, UserName='maker')


def test_iam_is_in_one_region(aws):
    iam = aws.user('u', when(allow('iam:ListUsers'), 'StringEquals', 'aws:RequestedRegion', 'us-east-1'))('iam')
    assert iam.list_users()['Users']


def test_whoever_makes_users_may_be_held_to_a_boundary(aws):
    arn = aws('iam').create_policy(PolicyName='b', PolicyDocument=document(allow('s3:*')))['Policy']['Arn']
    iam = aws.user('maker', when(allow('iam:CreateUser'), 'StringEquals', 'iam:PermissionsBoundary', arn))('iam')
    iam.create_user(UserName='limited', PermissionsBoundary=arn)
    denial(iam.create_user, UserName='free')
    iam = aws.user('giver', when(allow('iam:AttachUserPolicy'), 'ArnEquals', 'iam:PolicyARN', arn))('iam')
    iam.attach_user_policy(UserName='limited', PolicyArn=arn)
    denial(iam.attach_user_policy, UserName='limited', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')


def test_deleted_users_do_not_live_on_in_namesakes(aws, put):
    ssm, iam = put(allow('ssm:*')), aws('iam')
    assert allowed(ssm)
    iam.delete_user_policy(UserName='u', PolicyName='p')
    key, = iam.list_access_keys(UserName='u')['AccessKeyMetadata']
    iam.delete_access_key(UserName='u', AccessKeyId=key['AccessKeyId'])
    iam.delete_user(UserName='u')
    iam.create_user(UserName='u')
    iam.put_user_policy(UserName='u', PolicyName='p', PolicyDocument=document(allow('*')))
    with pytest.raises(ClientError, match='UnrecognizedClientException'):
        ssm.get_parameter(Name='a')
