"""Who may come in, as whom, for how long."""
import json

import pytest
from conftest import Aws, allow
from visits import Visit, cookies, with_key, with_password

PASSWORD = 'Correct-Horse-7'


@pytest.fixture
def ann(aws):
    """A user with a password; answers its account's clients."""
    aws('iam').create_user(UserName='ann')
    aws('iam').create_login_profile(UserName='ann', Password=PASSWORD)
    return aws


def test_a_visit_is_told_what_it_needs(server):
    shown = Visit(server).session()
    assert shown['signedIn'] is False and 'principal' not in shown and 'collection' not in shown
    assert shown['region'] == 'ap-northeast-1' and shown['region'] in shown['regions']
    assert shown['defaultAccount'] == '000000000000' and shown['permissive'] is False and shown['version']


def test_a_user_signs_in_with_a_password_and_out_again(server, ann):
    visit = Visit(server)
    answer = visit.sign_in(account=ann.account, userName='ann', password=PASSWORD)
    assert answer.status_code == 200
    arn = f'arn:aws:iam::{ann.account}:user/ann'
    assert answer.json()['principal'] == {'arn': arn, 'account': ann.account, 'kind': 'user', 'name': 'ann'}
    assert visit.session()['principal']['arn'] == arn
    assert visit.aws('sts', 'GetCallerIdentity').json()['Arn'] == arn
    assert visit.post('sign-out').json() == {}
    assert visit.session()['signedIn'] is False
    assert visit.aws('sts', 'GetCallerIdentity').status_code == 401


def test_keys_of_root_user_and_role_sign_in(server, aws):
    assert with_key(server, aws.account).session()['principal'] == {
        'arn': f'arn:aws:iam::{aws.account}:root', 'account': aws.account, 'kind': 'root', 'name': 'root'}
    aws('iam').create_user(UserName='bob')
    keys = aws('iam').create_access_key(UserName='bob')['AccessKey']
    visit = Visit(server)
    proof = {'accessKeyId': keys['AccessKeyId'], 'secretAccessKey': keys['SecretAccessKey']}
    assert visit.sign_in(**proof).json()['principal']['kind'] == 'user'
    assert Visit(server).sign_in(**proof, sessionToken='x').status_code == 401

    trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                     'Principal': {'AWS': f'arn:aws:iam::{aws.account}:user/carol'}}]}
    carol = aws.user('carol', allow('sts:*'))
    role = aws('iam').create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
    keys = carol('sts').assume_role(RoleArn=role, RoleSessionName='tab')['Credentials']
    proof = {'accessKeyId': keys['AccessKeyId'], 'secretAccessKey': keys['SecretAccessKey']}
    assert Visit(server).sign_in(**proof).status_code == 401
    visit = Visit(server)
    assert visit.sign_in(**proof, sessionToken=keys['SessionToken']).json()['principal'] == {
        'arn': f'arn:aws:sts::{aws.account}:assumed-role/r/tab', 'account': aws.account, 'kind': 'role', 'name': 'r/tab'}
    aws('iam').delete_role(RoleName='r')
    assert visit.aws('sts', 'GetCallerIdentity').status_code == 401


def test_whatever_is_wrong_the_words_are_the_same(server, ann):
    ann('iam').create_user(UserName='no-password')
    wrong = [{'account': ann.account, 'userName': 'ann', 'password': 'Wrong-Horse-7'},
             {'account': ann.account, 'userName': 'nobody', 'password': PASSWORD},
             {'account': ann.account, 'userName': 'no-password', 'password': PASSWORD},
             {'account': '999999999999', 'userName': 'ann', 'password': PASSWORD},
             {'account': 'x', 'userName': '', 'password': ''},
             {'accessKeyId': ann.account, 'secretAccessKey': 'wrong'},
             {'accessKeyId': 'AKIAUNKNOWNUNKNOWN00', 'secretAccessKey': 'test'}]
    answers = [Visit(server).sign_in(**proof) for proof in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()['code'] == 'SignInFailed'
    assert not any('session' in name for answer in answers for name in cookies(answer))


def test_a_first_password_has_to_be_changed(server, aws):
    aws.user('ann', allow('iam:ChangePassword'))
    aws('iam').create_login_profile(UserName='ann', Password=PASSWORD, PasswordResetRequired=True)
    who = {'account': aws.account, 'userName': 'ann'}
    visit = Visit(server)
    answer = visit.sign_in(**who, password=PASSWORD)
    assert answer.json() == {'passwordChangeRequired': True} and not cookies(answer)
    assert visit.aws('sts', 'GetCallerIdentity').status_code == 401, 'nothing else until then'
    answer = visit.post('change-password', {**who, 'oldPassword': PASSWORD, 'newPassword': 'short'})
    assert answer.status_code == 400 and 'minimum length' in answer.json()['message']
    answer = visit.post('change-password', {**who, 'oldPassword': PASSWORD, 'newPassword': PASSWORD})
    assert answer.status_code == 400
    answer = visit.post('change-password', {**who, 'oldPassword': 'wrong', 'newPassword': 'Better-Horse-8'})
    assert answer.json()['code'] == 'SignInFailed'
    answer = visit.post('change-password', {**who, 'oldPassword': PASSWORD, 'newPassword': 'Better-Horse-8'})
    assert answer.status_code == 200 and answer.json()['signedIn'] is True
    assert with_password(server, aws.account, 'ann', 'Better-Horse-8').session()['signedIn'] is True
    assert Visit(server).sign_in(**who, password=PASSWORD).status_code == 401


def test_changing_the_password_needs_the_permission_for_it(server, ann):
    answer = Visit(server).post('change-password', {'account': ann.account, 'userName': 'ann', 'oldPassword': PASSWORD,
                                                    'newPassword': 'Better-Horse-8'})
    assert answer.status_code == 403 and 'iam:ChangePassword' in answer.json()['message']


@pytest.mark.parametrize('end', ['user', 'profile', 'password', 'reset'])
def test_a_session_ends_with_what_it_was_proven_by(server, ann, end):
    visit = with_password(server, ann.account, 'ann', PASSWORD)
    assert visit.aws('sts', 'GetCallerIdentity').status_code == 200
    iam = ann('iam')
    if end == 'password':
        iam.update_login_profile(UserName='ann', Password='Better-Horse-8')
    elif end == 'reset':
        iam.update_login_profile(UserName='ann', PasswordResetRequired=True)
    else:
        iam.delete_login_profile(UserName='ann')
    if end == 'user':
        iam.delete_user(UserName='ann')
        iam.create_user(UserName='ann')
        iam.create_login_profile(UserName='ann', Password=PASSWORD)
    answer = visit.aws('sts', 'GetCallerIdentity')
    assert (answer.status_code, answer.json()['code']) == (401, 'SessionExpired')


@pytest.mark.parametrize('end', ['inactive', 'deleted'])
def test_a_session_ends_with_its_key(server, aws, end):
    aws('iam').create_user(UserName='bob')
    keys = aws('iam').create_access_key(UserName='bob')['AccessKey']
    visit = Visit(server)
    visit.sign_in(accessKeyId=keys['AccessKeyId'], secretAccessKey=keys['SecretAccessKey'])
    assert visit.aws('sts', 'GetCallerIdentity').status_code == 200
    if end == 'inactive':
        aws('iam').update_access_key(UserName='bob', AccessKeyId=keys['AccessKeyId'], Status='Inactive')
    else:
        aws('iam').delete_access_key(UserName='bob', AccessKeyId=keys['AccessKeyId'])
    assert visit.aws('sts', 'GetCallerIdentity').status_code == 401


def test_a_reset_ends_all_sessions(start_server):
    import requests
    server = start_server()
    visit = with_key(server, 'test')
    assert requests.post(server.url + '/_standpipe/reset', auth=('test', 'test'), timeout=30).status_code == 200
    assert visit.session()['signedIn'] is False


def test_sessions_do_not_outlive_the_server(start_server):
    server = start_server()
    visit = with_key(server, 'test')
    server.stop()
    again = start_server(data=server.data)
    visit.server, visit.base = again, again.url + '/_console/'
    visit.http.headers['origin'] = again.url
    assert visit.session()['signedIn'] is False


def test_a_collections_dashboards_know_their_collection(server, aws):
    shown = Visit(server, '/_aoss/abcdefghijklmnopqrst/_dashboards/').session()
    assert shown['collection'] == {'id': 'abcdefghijklmnopqrst'}
    from collections_of_the_console import collection
    found = collection(aws, 'known')
    visit = Visit(server, f'/_aoss/{found["id"]}/_dashboards/')
    assert visit.session()['collection'] == {'id': found['id']}, 'nothing is told before sign-in'
    visit.sign_in(accessKeyId=aws.account, secretAccessKey='test')
    assert visit.session()['collection'] == {'id': found['id'], 'name': 'known', 'region': 'ap-northeast-1',
                                             'type': 'SEARCH', 'arn': found['arn']}
    stranger = Visit(server, f'/_aoss/{found["id"]}/_dashboards/')
    stranger.sign_in(accessKeyId=Aws(server, '100000000009').account, secretAccessKey='test')
    assert stranger.session()['collection'] == {'id': found['id']}
