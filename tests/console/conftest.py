"""A real browser at the real server: Debian's Chromium, headless, driven by Playwright.

A page that logs an error, breaks its own policy or opens a dialog fails its test.
"""
import importlib.util
import json
import os
import pathlib
import sys

import pytest
from playwright.sync_api import expect, sync_playwright

_file = pathlib.Path(__file__).resolve().parents[1] / 'acceptance/conftest.py'
_spec = importlib.util.spec_from_file_location('acceptance_conftest', _file)
acceptance = importlib.util.module_from_spec(_spec)
sys.modules['acceptance_conftest'] = acceptance
_spec.loader.exec_module(acceptance)

ROOT, REGION, ACCOUNT = acceptance.ROOT, acceptance.REGION, '000000000000'
# Nothing leaves this machine: not the browser's own errands either.
FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--disable-default-apps']
PATIENCE_MS = 20_000  # on a machine that has other work, too
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    running = acceptance.Server(tmp_path_factory.mktemp('server') / 'data')
    yield running
    assert running.process.poll() is None, f'the server died, see {running.log.name}'
    assert running.stop() == 0


@pytest.fixture(scope='session')
def aws(server):
    """Clients of the account's root."""
    return acceptance.Aws(server, 'test')


@pytest.fixture(scope='session')
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get('CHROMIUM', '/usr/bin/chromium'), args=FLAGS)
        yield browser
        browser.close()


class Person:
    """Somebody at a browser of their own: its cookies, its storage, its window."""

    def __init__(self, chromium, server, size=(1280, 900), scheme='light'):
        self.server, self.faults = server, []
        self.context = chromium.new_context(viewport={'width': size[0], 'height': size[1]}, color_scheme=scheme,
                                            accept_downloads=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on('console', self._heard)
        self.page.on('pageerror', lambda error: self.faults.append(f'error: {error}'))
        self.page.on('dialog', self._dialog)

    def _heard(self, message):
        # A refused call is an answer; the browser reports it as a failed resource all the same.
        if message.type == 'error' and 'Failed to load resource' not in message.text:
            self.faults.append(message.text)

    def _dialog(self, dialog):
        self.faults.append(f'dialog: {dialog.message}')
        dialog.dismiss()

    def open(self, place='', mount='/_console/'):
        self.page.goto(f'{self.server.url}{mount}{place}')
        return self.page

    def sign_in(self, name, password, place='', mount='/_console/', account=ACCOUNT):
        page = self.open(place, mount)
        page.get_by_label('Account').fill(account)
        page.get_by_label('IAM user name').fill(name)
        page.get_by_label('Password').fill(password)
        page.get_by_role('button', name='Sign in', exact=True).click()
        return page

    def sign_in_with_key(self, key='test', secret='test', place='', mount='/_console/'):
        page = self.open(place, mount)
        page.get_by_role('tab', name='Access key').click()
        page.get_by_label('Access key ID').fill(key)
        page.get_by_label('Secret access key').fill(secret)
        page.get_by_role('button', name='Sign in', exact=True).click()
        page.get_by_role('navigation', name='Views').wait_for()
        return page


@pytest.fixture
def person(chromium, server):
    """person() opens a browser window of somebody's own; nothing in it may go wrong."""
    people = []

    def enter(**options):
        people.append(Person(chromium, server, **options))
        return people[-1]
    yield enter
    faults = [fault for one in people for fault in one.faults]
    for one in people:
        one.context.close()
    assert faults == []


@pytest.fixture(scope='session')
def new_user(aws):
    """new_user(name, password, *statements): an IAM user who can sign in."""
    iam = aws('iam')

    def make(name, password, *statements):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password=password)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName='rights', PolicyDocument=json.dumps(
                {'Version': '2012-10-17', 'Statement': list(statements)}))
        return f'arn:aws:iam::{ACCOUNT}:user/{name}'
    return make
