"""One scenario, told the same by OpenSearch's clients for Go, Java, JavaScript and Python: the programs are in
tests/clients.

They reach the collection by its own host name, signed by their own signers. A template and an index are made; five
events are written in a bulk, one of which does not fit; they are read, searched, paged through, and changed where that
kind of collection allows it. At last come calls that are refused: [status, type of the error].
"""
import importlib.util
import json
import os
import subprocess

import pytest
from collections_of_tests import EVERYTHING, Collection
from conftest import BINARY, REGION, ROOT

_spec = importlib.util.spec_from_file_location('clients_build', ROOT / 'tests/clients/build.py')
build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build)

TOLD = {
    'template': True, 'created': 'logs-1', 'again': [400, 'resource_already_exists_exception'],
    'mapping': {'at': 'date', 'took': 'integer', 'level': 'keyword'},
    'bulk': [True, [201, 201, 201, 400, 201], 'mapper_parsing_exception'],
    'got': {'at': '2026-03-01T12:00:00Z', 'level': 'info', 'took': 10},
    'found': [3, {'warn': [2, 35.0], 'info': [1, 30.0]}], 'pages': [[10, 20, 30], [50]],
    'several': [2, 404, 'index_not_found_exception'], 'alias': 5, 'deleted': 'deleted', 'gone': False,
    'missing': [404, 'index_not_found_exception'], 'stranger': [403, 'security_exception']}
OF_KIND = {'SEARCH': {'updated': 'updated', 'named': [201, 'created']},
           'TIMESERIES': {'updated': [404, ''], 'named': [400, 'illegal_argument_exception']}}


@pytest.mark.parametrize('kind', OF_KIND)
@pytest.mark.parametrize('language', ['go', 'java', 'javascript', 'python'])
def test_the_client_tells_the_same(aws, language, kind):
    command = build.client(language, 'opensearch')
    collection = Collection(aws, kind)
    owner, stranger = collection.user('owner', *EVERYTHING), collection.user('stranger')
    environment = {**os.environ, 'ENDPOINT': f'https://{collection.id}.{REGION}.aoss.amazonaws.com', 'REGION': REGION,
                   'AUTHORITY': str(aws.server.data / 'tls/ca.pem'), 'KIND': kind,
                   'KEY': owner.access_key, 'SECRET': owner.secret_key,
                   'STRANGER_KEY': stranger.access_key, 'STRANGER_SECRET': stranger.secret_key}
    done = subprocess.run([BINARY, 'exec', '--server', aws.server.address, '--data', aws.server.data, '--', *command],
                          env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout) == TOLD | OF_KIND[kind]
