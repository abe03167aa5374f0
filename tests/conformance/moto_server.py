"""A plugin of pytest that points moto's own suite at a server that is not moto: credentials, account and reset."""
import os

import moto.core.models
import pytest
import requests

ENDPOINT = os.environ['TEST_SERVER_MODE_ENDPOINT']
ACCOUNT = '123456789012'  # the one that moto's tests write into ARNs; a number is the key of that account's root
KEYS = {'AWS_ACCESS_KEY_ID': ACCOUNT, 'AWS_SECRET_ACCESS_KEY': 'test'}

begin = moto.core.models.MockAWS.__init__


def with_real_keys(self, *arguments, **options):
    begin(self, *arguments, **options)
    self._fake_creds = KEYS


def reset(self):
    requests.post(f'{ENDPOINT}/_standpipe/reset', auth=('test', 'test'), timeout=60).raise_for_status()


moto.core.models.MockAWS.__init__ = with_real_keys
moto.core.models.ServerModeMockAWS.reset = reset


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    os.environ.update(KEYS)
