"""The ways in and out."""
import re

from conftest import ACCOUNT, acceptance
from playwright.sync_api import expect

PASSWORD = 'Correct-horse-1'


def views(page):
    return page.get_by_role('navigation', name='Views')


def test_a_user_signs_in_and_out(person, new_user):
    new_user('walter', PASSWORD)
    page = person().sign_in('walter', PASSWORD)
    expect(views(page)).to_be_visible()
    page.get_by_role('button', name='Signed in as walter').click()
    page.get_by_role('menuitem', name='Sign out').click()
    expect(page.get_by_role('heading', name='Sign in to Standpipe')).to_be_visible()
    page.reload()
    expect(page.get_by_role('heading', name='Sign in to Standpipe')).to_be_visible()


def test_whatever_is_wrong_the_words_are_the_same(person, new_user):
    new_user('vera', PASSWORD)
    said = set()
    for name, password in [('vera', 'wrong'), ('nobody-at-all', PASSWORD)]:
        page = person().sign_in(name, password)
        alert = page.get_by_test_id('sign-in-error')
        expect(alert).to_be_visible()
        said.add(alert.inner_text())
        expect(views(page)).to_be_hidden()
    assert len(said) == 1


def test_the_first_sign_in_may_demand_a_new_password(person, aws):
    iam = aws('iam')
    iam.create_user(UserName='newcomer')
    iam.create_login_profile(UserName='newcomer', Password=PASSWORD, PasswordResetRequired=True)
    iam.attach_user_policy(UserName='newcomer', PolicyArn='arn:aws:iam::aws:policy/IAMUserChangePassword')
    page = person().sign_in('newcomer', PASSWORD)
    page.get_by_label('New password', exact=True).fill('Another-horse-2')
    page.get_by_label('New password again').fill('Another-horse-3')
    page.get_by_role('button', name='Change password and sign in').click()
    expect(page.get_by_text('The two passwords differ.')).to_be_visible()
    page.get_by_label('New password again').fill('Another-horse-2')
    page.get_by_role('button', name='Change password and sign in').click()
    expect(views(page)).to_be_visible()
    expect(views(person().sign_in('newcomer', 'Another-horse-2'))).to_be_visible()


def test_an_access_key_signs_in_as_its_owner(person, aws):
    aws('iam').create_user(UserName='keyholder')
    key = aws('iam').create_access_key(UserName='keyholder')['AccessKey']
    page = person().sign_in_with_key(key['AccessKeyId'], key['SecretAccessKey'])
    expect(page.get_by_role('button', name='Signed in as keyholder')).to_be_visible()


def test_an_ended_session_leads_back_to_the_same_place(person, aws, new_user):
    new_user('ivan', PASSWORD, acceptance.allow('*'))
    page = person().sign_in('ivan', PASSWORD, place='#/streams')
    expect(page).to_have_title(re.compile('Streams'))
    aws('iam').update_login_profile(UserName='ivan', Password='Other-horse-9')  # ends his sessions
    page.reload()
    page.get_by_label('IAM user name').fill('ivan')
    page.get_by_label('Password').fill('Other-horse-9')
    page.get_by_role('button', name='Sign in', exact=True).click()
    expect(page).to_have_title(re.compile('Streams'))
    assert page.url.endswith('#/streams')


def test_the_root_page_leads_a_browser_to_the_console(person):
    one = person()
    one.page.goto(one.server.url + '/')
    expect(one.page.get_by_label('Account')).to_have_value(ACCOUNT)
    assert '/_console/' in one.page.url
