"""The operations of IAM: users, keys, passwords, roles, policies. What policies decide is in test_decisions.py."""
import json
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow

TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                 'Principal': {'Service': 'lambda.amazonaws.com'}}]}
BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'


def document(*statements):
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def cli(aws, *arguments):
    environment = {**os.environ, 'AWS_ACCESS_KEY_ID': aws.account, 'AWS_SECRET_ACCESS_KEY': 'test',
                   'AWS_DEFAULT_REGION': REGION}
    return subprocess.run([Path(sys.executable).with_name('aws'), '--endpoint-url', aws.server.url, '--output', 'json',
                           *arguments], env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def iam(aws):
    return aws('iam', parameter_validation=False)


@pytest.fixture
def managed(iam):
    """The ARN of a managed policy."""
    return iam.create_policy(PolicyName='managed', PolicyDocument=document(allow('ssm:GetParameter')))['Policy']['Arn']


@pytest.fixture
def role(iam):
    iam.create_role(RoleName='role', AssumeRolePolicyDocument=json.dumps(TRUST))
    return 'role'


@pytest.fixture
def user(iam):
    iam.create_user(UserName='user')
    return 'user'


NO_USER = ('NoSuchEntity', 'The user with name missing cannot be found.')
NO_ROLE = ('NoSuchEntity', 'The role with name missing cannot be found.')


def test_users(iam, account):
    made = iam.create_user(UserName='ann', Path='/team/', Tags=[{'Key': 'k', 'Value': 'v'}])
    assert made['ResponseMetadata']['HTTPStatusCode'] == 200 and made['ResponseMetadata']['RequestId']
    user = made['User']
    assert user['Arn'] == f'arn:aws:iam::{account}:user/team/ann' and user['Path'] == '/team/'
    assert re.fullmatch('AIDA[A-Z2-7]{17}', user['UserId']) and user['CreateDate'].microsecond == 0
    assert iam.get_user(UserName='ann')['User'] == {**user, 'Tags': [{'Key': 'k', 'Value': 'v'}]}
    iam.create_user(UserName='bob')
    assert [each['UserName'] for each in iam.list_users()['Users']] == ['ann', 'bob']
    assert [each['UserName'] for each in iam.list_users(PathPrefix='/team/')['Users']] == ['ann']
    iam.update_user(UserName='ann', NewUserName='anna', NewPath='/other/')
    renamed = iam.get_user(UserName='anna')['User']
    assert renamed['UserId'] == user['UserId'] and renamed['Arn'] == f'arn:aws:iam::{account}:user/other/anna'
    assert refused(iam.get_user, UserName='ann') == ('NoSuchEntity', 'The user with name ann cannot be found.')
    iam.delete_user(UserName='anna')
    assert [each['UserName'] for each in iam.list_users()['Users']] == ['bob']


def test_users_refusals(iam, user):
    assert refused(iam.create_user, UserName='user') == ('EntityAlreadyExists', 'User with name user already exists.')
    assert refused(iam.create_user, UserName='USER') == ('EntityAlreadyExists', 'User with name USER already exists.')
    for name in ('with space', 'x' * 65, ''):
        code, message = refused(iam.create_user, UserName=name)
        assert code == 'ValidationError' and "'userName' failed to satisfy constraint" in message
    assert refused(iam.create_user, UserName='a', Path='no-slashes')[0] == 'ValidationError'
    iam.create_user(UserName='bob')
    assert refused(iam.update_user, UserName='bob', NewUserName='user') == (
        'EntityAlreadyExists', 'User with name user already exists.')
    for call in (iam.get_user, iam.update_user, iam.delete_user, iam.list_user_tags, iam.list_user_policies,
                 iam.list_attached_user_policies, iam.list_access_keys, iam.create_access_key, iam.get_login_profile,
                 iam.delete_login_profile, iam.list_groups_for_user, iam.delete_user_permissions_boundary):
        assert refused(call, UserName='missing') == NO_USER, call.__name__


def test_the_caller_is_the_default_user(aws, iam, account):
    assert iam.get_user()['User']['Arn'] == f'arn:aws:iam::{account}:root'
    own = aws.user('self', allow('iam:*'))('iam')
    assert own.get_user()['User']['UserName'] == 'self'
    assert [key['UserName'] for key in own.list_access_keys()['AccessKeyMetadata']] == ['self']
    assert refused(iam.list_access_keys)[0] == 'ValidationError'


def test_lists_come_in_pages(iam):
    names = [f'u{number:02}' for number in range(7)]
    for name in names:
        iam.create_user(UserName=name)
    first = iam.list_users(MaxItems=3)
    assert first['IsTruncated'] and [user['UserName'] for user in first['Users']] == names[:3]
    pages = list(iam.get_paginator('list_users').paginate(PaginationConfig={'PageSize': 3}))
    assert [len(page['Users']) for page in pages] == [3, 3, 1]
    assert [user['UserName'] for page in pages for user in page['Users']] == names
    assert refused(iam.list_users, Marker='!!')[0] == 'ValidationError'
    assert refused(iam.list_users, MaxItems=1001)[0] == 'ValidationError'


@pytest.mark.parametrize('kind', ['user', 'role', 'policy'])
def test_tags(iam, user, role, managed, kind):
    who = {'user': {'UserName': user}, 'role': {'RoleName': role}, 'policy': {'PolicyArn': managed}}[kind]
    tag, untag, tags = (getattr(iam, f'{verb}_{kind}{rest}') for verb, rest in (('tag', ''), ('untag', ''), ('list', '_tags')))
    tag(**who, Tags=[{'Key': 'b', 'Value': '1'}, {'Key': 'a', 'Value': '2'}])
    tag(**who, Tags=[{'Key': 'b', 'Value': '3'}])
    assert tags(**who)['Tags'] == [{'Key': 'a', 'Value': '2'}, {'Key': 'b', 'Value': '3'}]
    assert tags(**who)['IsTruncated'] is False
    untag(**who, TagKeys=['a', 'never'])
    assert tags(**who)['Tags'] == [{'Key': 'b', 'Value': '3'}]
    assert refused(tag, **who, Tags=[{'Key': 'x', 'Value': ''}, {'Key': 'X', 'Value': ''}]) == (
        'InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
    assert refused(tag, **who, Tags=[{'Key': 'aws:x', 'Value': ''}])[0] in ('InvalidInput', 'ValidationError')
    assert refused(tag, **who, Tags=[{'Key': f'{number}', 'Value': ''} for number in range(50)])[0] in (
        'LimitExceeded', 'InvalidInput')
    missing = {'PolicyArn': managed + 'x'} if kind == 'policy' else {next(iter(who)): 'missing'}
    for call, more in ((tag, {'Tags': [{'Key': 'k', 'Value': 'v'}]}), (untag, {'TagKeys': ['k']}), (tags, {})):
        assert refused(call, **missing, **more)[0] == 'NoSuchEntity'


def test_login_profiles(iam, user):
    profile = iam.create_login_profile(UserName=user, Password='Pass-w0rd', PasswordResetRequired=True)['LoginProfile']
    assert profile['UserName'] == user and profile['PasswordResetRequired'] is True
    assert iam.get_login_profile(UserName=user)['LoginProfile'] == profile
    iam.update_login_profile(UserName=user, PasswordResetRequired=False, Password='0ther-pass')
    assert iam.get_login_profile(UserName=user)['LoginProfile']['PasswordResetRequired'] is False
    assert refused(iam.create_login_profile, UserName=user, Password='Pass-w0rd') == (
        'EntityAlreadyExists', 'Login Profile for user user already exists.')
    assert refused(iam.update_login_profile, UserName=user, Password='short')[0] == 'PasswordPolicyViolation'
    iam.delete_login_profile(UserName=user)
    none = ('NoSuchEntity', 'Login Profile for User user cannot be found.')
    for call in (iam.get_login_profile, iam.delete_login_profile, iam.update_login_profile):
        assert refused(call, UserName=user) == none
    assert refused(iam.create_login_profile, UserName=user, Password='alllowercase')[0] == 'PasswordPolicyViolation'


def test_users_change_their_own_password(aws, iam):
    own = aws.user('self', allow('iam:ChangePassword'))('iam')
    assert refused(own.change_password, OldPassword='a', NewPassword='Other-w0rd')[0] == 'NoSuchEntity'
    iam.create_login_profile(UserName='self', Password='Pass-w0rd', PasswordResetRequired=True)
    assert refused(own.change_password, OldPassword='wrong', NewPassword='Other-w0rd')[0] == 'AccessDenied'
    assert refused(own.change_password, OldPassword='Pass-w0rd', NewPassword='x')[0] == 'PasswordPolicyViolation'
    own.change_password(OldPassword='Pass-w0rd', NewPassword='Other-w0rd')
    assert iam.get_login_profile(UserName='self')['LoginProfile']['PasswordResetRequired'] is False
    own.change_password(OldPassword='Other-w0rd', NewPassword='Third-w0rd')
    assert refused(iam.change_password, OldPassword='a', NewPassword='Pass-w0rd') == (
        'InvalidUserType', 'Only IAM Users can change their own password.')


def test_access_keys(aws, iam, server, user):
    key = iam.create_access_key(UserName=user)['AccessKey']
    assert re.fullmatch('AKIA[A-Z2-7]{16}', key['AccessKeyId']) and len(key['SecretAccessKey']) == 40
    assert (key['UserName'], key['Status']) == (user, 'Active')
    sts = server.client('sts', key=key['AccessKeyId'], secret=key['SecretAccessKey'])
    used = iam.get_access_key_last_used(AccessKeyId=key['AccessKeyId'])
    assert used['UserName'] == user and used['AccessKeyLastUsed']['ServiceName'] == 'N/A'
    assert sts.get_caller_identity()['Arn'].endswith(':user/user')
    used = iam.get_access_key_last_used(AccessKeyId=key['AccessKeyId'])['AccessKeyLastUsed']
    assert used['ServiceName'] == 'sts' and used['Region'] == REGION

    iam.update_access_key(UserName=user, AccessKeyId=key['AccessKeyId'], Status='Inactive')
    listed, = iam.list_access_keys(UserName=user)['AccessKeyMetadata']
    assert listed['Status'] == 'Inactive' and 'SecretAccessKey' not in listed
    assert refused(sts.get_caller_identity) == (
        'InvalidClientTokenId', 'The security token included in the request is invalid.')
    iam.update_access_key(UserName=user, AccessKeyId=key['AccessKeyId'], Status='Active')
    assert sts.get_caller_identity()['UserId']
    iam.delete_access_key(UserName=user, AccessKeyId=key['AccessKeyId'])
    assert refused(sts.get_caller_identity)[0] == 'InvalidClientTokenId'
    assert iam.list_access_keys(UserName=user)['AccessKeyMetadata'] == []


def test_access_keys_refusals(iam, user):
    keys = [iam.create_access_key(UserName=user)['AccessKey']['AccessKeyId'] for _ in range(2)]
    assert refused(iam.create_access_key, UserName=user) == (
        'LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2')
    missing = 'AKIAMISSINGMISSING00'
    none = ('NoSuchEntity', f'The Access Key with id {missing} cannot be found.')
    assert refused(iam.update_access_key, UserName=user, AccessKeyId=missing, Status='Active') == none
    assert refused(iam.delete_access_key, UserName=user, AccessKeyId=missing) == none
    assert refused(iam.get_access_key_last_used, AccessKeyId=missing)[0] in ('NoSuchEntity', 'AccessDenied')
    assert refused(iam.update_access_key, UserName=user, AccessKeyId=keys[0], Status='Sleeping')[0] == 'ValidationError'


def test_keys_of_a_renamed_user_go_on(iam, server, user):
    key = iam.create_access_key(UserName=user)['AccessKey']
    iam.update_user(UserName=user, NewUserName='renamed')
    sts = server.client('sts', key=key['AccessKeyId'], secret=key['SecretAccessKey'])
    assert sts.get_caller_identity()['Arn'].endswith(':user/renamed')


def test_roles(iam, account):
    made = iam.create_role(RoleName='work', Path='/team/', Description='does it', MaxSessionDuration=7200,
                           AssumeRolePolicyDocument=json.dumps(TRUST), Tags=[{'Key': 'k', 'Value': 'v'}])['Role']
    assert made['Arn'] == f'arn:aws:iam::{account}:role/team/work' and re.fullmatch('AROA[A-Z2-7]{17}', made['RoleId'])
    assert made['AssumeRolePolicyDocument'] == TRUST
    got = iam.get_role(RoleName='work')['Role']
    assert {**got, 'RoleLastUsed': None} == {**made, 'RoleLastUsed': None}
    assert (got['Description'], got['MaxSessionDuration']) == ('does it', 7200)
    iam.update_role(RoleName='work', Description='other', MaxSessionDuration=3600)
    described = iam.update_role_description(RoleName='work', Description='third')['Role']
    assert (described['Description'], described['MaxSessionDuration']) == ('third', 3600)
    other = json.loads(json.dumps(TRUST).replace('lambda', 'firehose'))
    iam.update_assume_role_policy(RoleName='work', PolicyDocument=json.dumps(other))
    assert iam.get_role(RoleName='work')['Role']['AssumeRolePolicyDocument'] == other
    iam.create_role(RoleName='rest', AssumeRolePolicyDocument=json.dumps(TRUST))
    assert [each['RoleName'] for each in iam.list_roles()['Roles']] == ['rest', 'work']
    assert [each['RoleName'] for each in iam.list_roles(PathPrefix='/team/')['Roles']] == ['work']
    assert iam.list_instance_profiles_for_role(RoleName='work')['InstanceProfiles'] == []
    iam.get_waiter('role_exists').wait(RoleName='work')
    iam.delete_role(RoleName='work')
    assert refused(iam.get_role, RoleName='work') == ('NoSuchEntity', 'The role with name work cannot be found.')


def test_roles_refusals(iam, role):
    trust = json.dumps(TRUST)
    assert refused(iam.create_role, RoleName=role, AssumeRolePolicyDocument=trust) == (
        'EntityAlreadyExists', 'Role with name role already exists.')
    assert refused(iam.create_role, RoleName='x' * 65, AssumeRolePolicyDocument=trust)[0] == 'ValidationError'
    for seconds in (3599, 43201):
        code, message = refused(iam.create_role, RoleName='r', AssumeRolePolicyDocument=trust, MaxSessionDuration=seconds)
        assert code == 'ValidationError' and "'maxSessionDuration'" in message
    for bad in ('{', '{"Version": "2012-10-17"}', document(allow('sts:AssumeRole'))):
        assert refused(iam.create_role, RoleName='r', AssumeRolePolicyDocument=bad)[0] == 'MalformedPolicyDocument'
        assert refused(iam.update_assume_role_policy, RoleName=role, PolicyDocument=bad)[0] == 'MalformedPolicyDocument'
    nobody = trust.replace('"Service": "lambda.amazonaws.com"', '"AWS": "arn:aws:iam::123456789012:user/nobody"')
    assert refused(iam.create_role, RoleName='r', AssumeRolePolicyDocument=nobody) == (
        'MalformedPolicyDocument', 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/nobody"')
    long = json.loads(trust)
    long['Statement'][0]['Condition'] = {'StringEquals': {'sts:ExternalId': 'x' * 2048}}
    assert refused(iam.create_role, RoleName='r', AssumeRolePolicyDocument=json.dumps(long)) == (
        'LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: 2048')
    for call, more in ((iam.get_role, {}), (iam.update_role, {}), (iam.delete_role, {}), (iam.list_role_policies, {}),
                       (iam.update_role_description, {'Description': 'd'}), (iam.list_attached_role_policies, {}),
                       (iam.update_assume_role_policy, {'PolicyDocument': trust}), (iam.list_role_tags, {}),
                       (iam.list_instance_profiles_for_role, {}), (iam.delete_role_permissions_boundary, {})):
        assert refused(call, RoleName='missing', **more) == NO_ROLE, call.__name__


def test_trust_in_a_deleted_user_is_shown_by_id(iam, account, user):
    arn = f'arn:aws:iam::{account}:user/user'
    identifier = iam.get_user(UserName=user)['User']['UserId']
    trust = json.loads(json.dumps(TRUST).replace('"Service": "lambda.amazonaws.com"', f'"AWS": "{arn}"'))
    iam.create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps(trust))
    iam.delete_user(UserName=user)
    iam.create_user(UserName=user)
    shown = iam.get_role(RoleName='r')['Role']['AssumeRolePolicyDocument']
    assert shown['Statement'][0]['Principal'] == {'AWS': identifier}


@pytest.mark.parametrize('kind', ['user', 'role'])
def test_inline_policies(iam, user, role, kind):
    who = {f'{kind.capitalize()}Name': kind}
    put, get, delete = (getattr(iam, f'{verb}_{kind}_policy') for verb in ('put', 'get', 'delete'))
    listed = getattr(iam, f'list_{kind}_policies')
    text = document(allow('s3:*'))
    put(**who, PolicyName='b', PolicyDocument=text)
    put(**who, PolicyName='a', PolicyDocument=text)
    put(**who, PolicyName='a', PolicyDocument=document(allow('ssm:*')))
    assert listed(**who)['PolicyNames'] == ['a', 'b']
    page = listed(**who, MaxItems=1)
    assert page['IsTruncated'] and listed(**who, Marker=page['Marker'])['PolicyNames'] == ['b']
    assert get(**who, PolicyName='b')['PolicyDocument'] == json.loads(text)
    assert get(**who, PolicyName='a')['PolicyDocument']['Statement'][0]['Action'] == ['ssm:*']
    delete(**who, PolicyName='a')
    none = ('NoSuchEntity', f'The {kind} policy with name a cannot be found.')
    assert refused(get, **who, PolicyName='a') == none and refused(delete, **who, PolicyName='a') == none
    assert refused(put, **who, PolicyName='x', PolicyDocument='{"nonsense')[0] == 'MalformedPolicyDocument'
    for bad in ({**allow('*'), 'Effect': 'Perhaps'}, {'Effect': 'Allow', 'Action': '*'}, {**allow('*'), 'Principal': '*'},
                {**allow('*'), 'Condition': {'NoSuchOperator': {'aws:username': 'a'}}}):
        assert refused(put, **who, PolicyName='x', PolicyDocument=document(bad))[0] == 'MalformedPolicyDocument', bad
    limit = {'user': 2048, 'role': 10240}[kind]
    long = document(allow(*('s3:' + f'{number}'.rjust(100, 'x') for number in range(limit // 100))))
    assert refused(put, **who, PolicyName='x', PolicyDocument=long) == (
        'LimitExceeded', f'Maximum policy size of {limit} bytes exceeded for {kind} {kind}')
    missing = {next(iter(who)): 'missing'}
    for call, more in ((put, {'PolicyName': 'x', 'PolicyDocument': text}), (get, {'PolicyName': 'x'}),
                       (delete, {'PolicyName': 'x'}), (listed, {})):
        assert refused(call, **missing, **more) == ('NoSuchEntity', f'The {kind} with name missing cannot be found.')


def test_documents_are_url_encoded_on_the_wire(aws, iam, user):
    iam.put_user_policy(UserName=user, PolicyName='p', PolicyDocument=document(allow('ssm:*')))
    answers = []
    iam.meta.events.register('before-parse.iam.GetUserPolicy', lambda response_dict, **_: answers.append(response_dict['body']))
    iam.get_user_policy(UserName=user, PolicyName='p')
    text = re.search('<PolicyDocument>(.*)</PolicyDocument>', answers[0].decode()).group(1)
    assert text.startswith('%7B%22') and json.loads(urllib.parse.unquote(text))['Version'] == '2012-10-17'


def test_managed_policies(iam, account):
    text = document(allow('s3:*'))
    made = iam.create_policy(PolicyName='p', Path='/team/', Description='d', PolicyDocument=text,
                             Tags=[{'Key': 'k', 'Value': 'v'}])['Policy']
    arn = made['Arn']
    assert arn == f'arn:aws:iam::{account}:policy/team/p' and re.fullmatch('ANPA[A-Z2-7]{17}', made['PolicyId'])
    got = iam.get_policy(PolicyArn=arn)['Policy']
    assert (got['DefaultVersionId'], got['AttachmentCount'], got['IsAttachable'], got['Description']) == ('v1', 0, True, 'd')
    assert iam.get_policy_version(PolicyArn=arn, VersionId='v1')['PolicyVersion']['Document'] == json.loads(text)
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow('ssm:*')))['PolicyVersion']
    assert (version['VersionId'], version['IsDefaultVersion']) == ('v2', False)
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)['PolicyVersion']['VersionId'] == 'v3'
    versions = iam.list_policy_versions(PolicyArn=arn)['Versions']
    assert [(each['VersionId'], each['IsDefaultVersion']) for each in versions] == [('v3', True), ('v2', False), ('v1', False)]
    iam.set_default_policy_version(PolicyArn=arn, VersionId='v2')
    assert iam.get_policy(PolicyArn=arn)['Policy']['DefaultVersionId'] == 'v2'
    for number in (1, 3):
        iam.delete_policy_version(PolicyArn=arn, VersionId=f'v{number}')
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=text)['PolicyVersion']['VersionId'] == 'v4', 'never reused'
    iam.delete_policy_version(PolicyArn=arn, VersionId='v4')
    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, PolicyArn=arn)[0] == 'NoSuchEntity'


def test_managed_policies_refusals(iam, account, managed):
    text = document(allow('s3:*'))
    assert refused(iam.create_policy, PolicyName='managed', PolicyDocument=text) == (
        'EntityAlreadyExists', 'A policy called managed already exists. Duplicate names are not allowed.')
    assert refused(iam.create_policy, PolicyName='x', PolicyDocument='not json')[0] == 'MalformedPolicyDocument'
    assert refused(iam.create_policy, PolicyName='x', PolicyDocument=document(allow('s3:' + 'x' * 6144))) == (
        'LimitExceeded', 'Cannot exceed quota for PolicySize: 6144')
    assert refused(iam.create_policy_version, PolicyArn=managed, PolicyDocument='not json')[0] == 'MalformedPolicyDocument'
    for _ in range(4):
        iam.create_policy_version(PolicyArn=managed, PolicyDocument=text)
    code, message = refused(iam.create_policy_version, PolicyArn=managed, PolicyDocument=text)
    assert code == 'LimitExceeded' and message.startswith('A managed policy can have up to 5 versions.')
    assert refused(iam.delete_policy_version, PolicyArn=managed, VersionId='v1') == (
        'DeleteConflict', 'Cannot delete the default version of a policy.')
    code, message = refused(iam.delete_policy, PolicyArn=managed)
    assert code == 'DeleteConflict' and message.startswith('This policy has more than one version.')
    for call in (iam.get_policy_version, iam.set_default_policy_version, iam.delete_policy_version):
        assert refused(call, PolicyArn=managed, VersionId='v9') == (
            'NoSuchEntity', f'Policy {managed} version v9 does not exist or is not attachable.')
    missing = f'arn:aws:iam::{account}:policy/missing'
    for call, more in ((iam.get_policy, {}), (iam.delete_policy, {}), (iam.list_policy_versions, {}),
                       (iam.get_policy_version, {'VersionId': 'v1'}), (iam.list_entities_for_policy, {}),
                       (iam.create_policy_version, {'PolicyDocument': text})):
        code, message = refused(call, PolicyArn=missing, **more)
        assert code == 'NoSuchEntity' and missing in message
    assert refused(iam.get_policy, PolicyArn='not-an-arn-but-long-enough')[0] in ('ValidationError', 'InvalidInput')
    assert refused(iam.delete_policy, PolicyArn=BASIC)[0] == 'AccessDenied'


def test_policies_are_listed_by_scope_and_use(iam, managed, user):
    assert [each['Arn'] for each in iam.list_policies(Scope='Local')['Policies']] == [managed]
    pages = iam.get_paginator('list_policies').paginate(Scope='AWS', PaginationConfig={'PageSize': 5})
    names = {each['PolicyName'] for page in pages for each in page['Policies']}
    assert {'AdministratorAccess', 'PowerUserAccess', 'ReadOnlyAccess', 'AWSLambdaBasicExecutionRole',
            'AmazonS3FullAccess', 'AWSLambdaKinesisExecutionRole'} <= names
    assert iam.list_policies(OnlyAttached=True)['Policies'] == []
    iam.attach_user_policy(UserName=user, PolicyArn=managed)
    attached, = iam.list_policies(OnlyAttached=True)['Policies']
    assert (attached['Arn'], attached['AttachmentCount']) == (managed, 1)
    paths = iam.list_policies(PathPrefix='/service-role/')['Policies']
    assert paths and all(each['Path'] == '/service-role/' for each in paths)


@pytest.mark.parametrize('kind', ['user', 'role'])
def test_attachments(iam, user, role, managed, kind):
    who = {f'{kind.capitalize()}Name': kind}
    attach, detach = getattr(iam, f'attach_{kind}_policy'), getattr(iam, f'detach_{kind}_policy')
    listed = getattr(iam, f'list_attached_{kind}_policies')
    attach(**who, PolicyArn=managed)
    attach(**who, PolicyArn=managed)
    attach(**who, PolicyArn=BASIC)
    assert listed(**who)['AttachedPolicies'] == [
        {'PolicyName': 'AWSLambdaBasicExecutionRole', 'PolicyArn': BASIC}, {'PolicyName': 'managed', 'PolicyArn': managed}]
    assert [each['PolicyArn'] for each in listed(**who, PathPrefix='/service-role/')['AttachedPolicies']] == [BASIC]
    entities = iam.list_entities_for_policy(PolicyArn=managed)
    assert [each[f'{kind.capitalize()}Name'] for each in entities[f'Policy{kind.capitalize()}s']] == [kind]
    assert iam.list_entities_for_policy(PolicyArn=managed, EntityFilter='Group')['PolicyUsers'] == []
    assert refused(iam.delete_policy, PolicyArn=managed) == ('DeleteConflict', 'Cannot delete a policy attached to entities.')
    detach(**who, PolicyArn=managed)
    assert refused(detach, **who, PolicyArn=managed) == ('NoSuchEntity', f'Policy {managed} was not found.')
    missing = managed + 'x'
    assert refused(attach, **who, PolicyArn=missing) == (
        'NoSuchEntity', f'Policy {missing} does not exist or is not attachable.')
    assert refused(attach, **{next(iter(who)): 'missing'}, PolicyArn=managed)[0] == 'NoSuchEntity'
    for number in range(9):
        arn = iam.create_policy(PolicyName=f'p{number}', PolicyDocument=document(allow('*')))['Policy']['Arn']
        attach(**who, PolicyArn=arn)
    assert refused(attach, **who, PolicyArn=managed) == (
        'LimitExceeded', f'Cannot exceed quota for PoliciesPer{kind.capitalize()}: 10')
    iam.delete_policy(PolicyArn=managed)


@pytest.mark.parametrize('kind', ['user', 'role'])
def test_boundaries(iam, user, role, managed, kind):
    who = {f'{kind.capitalize()}Name': kind}
    put, delete = (getattr(iam, f'{verb}_{kind}_permissions_boundary') for verb in ('put', 'delete'))
    put(**who, PermissionsBoundary=managed)
    shown = getattr(iam, f'get_{kind}')(**who)[kind.capitalize()]['PermissionsBoundary']
    assert shown == {'PermissionsBoundaryType': 'Policy', 'PermissionsBoundaryArn': managed}
    assert iam.get_policy(PolicyArn=managed)['Policy']['PermissionsBoundaryUsageCount'] == 1
    entities = iam.list_entities_for_policy(PolicyArn=managed, PolicyUsageFilter='PermissionsBoundary')
    assert len(entities['PolicyUsers']) + len(entities['PolicyRoles']) == 1
    assert refused(iam.delete_policy, PolicyArn=managed)[0] == 'DeleteConflict'
    delete(**who)
    assert refused(delete, **who)[0] == 'NoSuchEntity'
    assert 'PermissionsBoundary' not in getattr(iam, f'get_{kind}')(**who)[kind.capitalize()]
    missing = managed + 'x'
    assert refused(put, **who, PermissionsBoundary=missing) == (
        'NoSuchEntity', f'Scope ARN: {missing} does not exist or is not attachable.')
    more = {'AssumeRolePolicyDocument': json.dumps(TRUST)} if kind == 'role' else {}
    assert refused(getattr(iam, f'create_{kind}'), **{next(iter(who)): 'n'}, **more, PermissionsBoundary=missing)[0] == 'NoSuchEntity'
    made = getattr(iam, f'create_{kind}')(**{next(iter(who)): 'n'}, **more, PermissionsBoundary=managed)[kind.capitalize()]
    assert made['PermissionsBoundary']['PermissionsBoundaryArn'] == managed


def test_what_is_in_use_is_not_deleted(iam, user, role, managed):
    conflict = 'DeleteConflict'
    iam.create_login_profile(UserName=user, Password='Pass-w0rd')
    assert refused(iam.delete_user, UserName=user) == (conflict, 'Cannot delete entity, must delete login profile first.')
    iam.delete_login_profile(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=managed)
    assert refused(iam.delete_user, UserName=user) == (conflict, 'Cannot delete entity, must detach all policies first.')
    iam.detach_user_policy(UserName=user, PolicyArn=managed)
    iam.put_user_policy(UserName=user, PolicyName='p', PolicyDocument=document(allow('*')))
    assert refused(iam.delete_user, UserName=user) == (conflict, 'Cannot delete entity, must delete policies first.')
    iam.delete_user_policy(UserName=user, PolicyName='p')
    key = iam.create_access_key(UserName=user)['AccessKey']['AccessKeyId']
    assert refused(iam.delete_user, UserName=user) == (conflict, 'Cannot delete entity, must delete access keys first.')
    iam.delete_access_key(UserName=user, AccessKeyId=key)
    iam.delete_user(UserName=user)
    iam.attach_role_policy(RoleName=role, PolicyArn=managed)
    assert refused(iam.delete_role, RoleName=role) == (conflict, 'Cannot delete entity, must detach all policies first.')
    iam.detach_role_policy(RoleName=role, PolicyArn=managed)
    iam.put_role_policy(RoleName=role, PolicyName='p', PolicyDocument=document(allow('*')))
    assert refused(iam.delete_role, RoleName=role) == (conflict, 'Cannot delete entity, must delete policies first.')
    iam.delete_role_policy(RoleName=role, PolicyName='p')
    iam.delete_role(RoleName=role)
    iam.delete_policy(PolicyArn=managed)


def test_there_are_no_groups(iam, user):
    assert iam.list_groups_for_user(UserName=user)['Groups'] == []
    assert refused(iam.create_group, GroupName='g')[0] == 'InvalidAction'


def test_everything_survives_a_restart(start_server):
    from conftest import Aws
    server = start_server()
    aws = Aws(server, '123456789012')
    iam = aws('iam')
    keys = iam.create_access_key(UserName=iam.create_user(UserName='u')['User']['UserName'])['AccessKey']
    iam.put_user_policy(UserName='u', PolicyName='p', PolicyDocument=document(allow('ssm:DescribeParameters')))
    before = iam.get_user(UserName='u')['User']
    server.kill()
    again = start_server(data=server.data)
    own = again.client('ssm', key=keys['AccessKeyId'], secret=keys['SecretAccessKey'])
    assert own.describe_parameters()['Parameters'] == []
    after = Aws(again, '123456789012')('iam').get_user(UserName='u')['User']
    assert {**after, 'PasswordLastUsed': None} == {**before, 'PasswordLastUsed': None}


def test_the_command_line(aws):
    answer = cli(aws, 'iam', 'create-user', '--user-name', 'cli', '--tags', 'Key=a,Value=b')
    assert answer.returncode == 0 and json.loads(answer.stdout)['User']['UserName'] == 'cli', answer.stderr
    answer = cli(aws, 'iam', 'get-user', '--user-name', 'missing')
    assert 'An error occurred (NoSuchEntity)' in answer.stderr and NO_USER[1] in answer.stderr
