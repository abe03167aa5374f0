"""One scenario, told the same by the AWS SDKs for Go, Java and JavaScript: the programs are in tests/clients.

A stream is created; "one" is put, then "two" and two bytes in a batch; all is read from the horizon. A consumer
subscribes and gets what is there; meanwhile "late" is put and comes, then the shard is split and the subscription ends
with its children. They are merged again. At last come calls that are refused: each program tells its SDK's class of
the error.
"""
import importlib.util
import json
import os
import subprocess

import pytest
from conftest import REGION, ROOT

_spec = importlib.util.spec_from_file_location('clients_build', ROOT / 'tests/clients/build.py')
build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build)

FIRST = 'shardId-000000000000'
THERE = ['b25l', 'dHdv', 'AP8=']  # one, two, 00 ff
TOLD = {
    'created': 'ACTIVE', 'put': FIRST, 'batch': {'failed': 0, 'shards': [FIRST, FIRST]}, 'read': THERE, 'recent': True,
    'subscribed': [*THERE, 'bGF0ZQ=='], 'children': ['shardId-000000000001', 'shardId-000000000002'],
    'merged': ['shardId-000000000003'],
    'errors': {'missing': 'ResourceNotFoundException', 'again': 'ResourceInUseException',
               'many': 'LimitExceededException', 'forged': 'InvalidArgumentException',
               'closed': 'InvalidArgumentException'}}


# HTTP/2, with prior knowledge on the plain port and by ALPN over TLS; only Java's synchronous client speaks HTTP/1.1.
@pytest.mark.parametrize('language, scheme', [
    ('go', 'http'), ('go', 'https'), ('java', 'http'), ('java', 'https'), ('javascript', 'http'),
    ('javascript', 'https')])
def test_the_sdk_tells_the_same(server, account, language, scheme):
    command = build.client(language, 'kinesis')
    authority = server.data / 'tls/ca.pem'
    environment = {**os.environ, 'ENDPOINT': f'{scheme}://{server.address}', 'REGION': REGION, 'ACCOUNT': account,
                   'AUTHORITY': str(authority), 'NODE_EXTRA_CA_CERTS': str(authority)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    if language == 'java':  # of its synchronous client; the subscription is JSON in any SDK
        assert told.pop('forms') == ['application/x-amz-cbor-1.1']
    assert told == TOLD
