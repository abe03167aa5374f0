"""A plugin of pytest that points LocalStack's own suite at a server that is not LocalStack."""
import os
import sys
import types

import localstack.config
import pytest


def stand_in(name, **members):
    """For a module that is imported by name only: what uses it is not run here, and what it needs is not installed."""
    module = sys.modules[name] = types.ModuleType(name)
    module.__dict__.update(members)


stand_in('tests.aws.services.lambda_.test_lambda', THIS_FOLDER='')
stand_in('localstack.utils.kinesis', kinesis_connector=None)
stand_in('localstack.services.kinesis.provider', MAX_SUBSCRIPTION_SECONDS=300)


@pytest.hookimpl(trylast=True)
def pytest_configure():
    localstack.config.internal_service_url = lambda: os.environ['TEST_AWS_ENDPOINT_URL']


def pytest_collection_modifyitems(items):
    """The suite's CBOR client sends a whole URL as Host, which AWS lets pass and HTTP forbids."""
    client = items[0].module.KinesisHTTPClient
    build = client._build_headers
    client._build_headers = lambda self, operation: {
        name: value for name, value in build(self, operation).items() if name != 'host'}
