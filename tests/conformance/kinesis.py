"""kinesalite's and moto's own tests of Kinesis: moto comes as a source package from PyPI, kinesalite by git (KINESALITE
names another place to clone from)."""
import json
import os
import shutil
import sys
import xml.etree.ElementTree as ElementTree

from conftest import BINARY, REGION
from suites import BIN, HERE, fetch, fetched, run

KINESALITE = os.environ.get('KINESALITE', 'https://github.com/mhart/kinesalite')
KINESALITE_COMMIT = 'c76689da192ab96c87c5db8f95c1e3fba1985433'
KINESALITE_NEEDS = ['mocha@11.7.5', 'should@13.2.3', 'aws4@1.9.1', 'async@2.6.3', 'bignumber.js@9.0.0', 'cbor@5.0.2',
                    'once@1.4.0']
MOTO = 'moto==5.2.5'
MOTO_NEEDS = ['pytest==9.2.0', 'freezegun==1.5.5', 'PyYAML==6.0.4', 'py-partiql-parser==0.6.3', 'joserfc==1.8.0']


def get_kinesalite(folder):
    fetch('git', 'clone', '--quiet', KINESALITE, folder)
    fetch('git', 'checkout', '--quiet', KINESALITE_COMMIT, folder=folder)
    fetch('npm', 'install', '--no-save', '--no-package-lock', '--ignore-scripts', *KINESALITE_NEEDS, folder=folder)


def kinesalite(server):
    """test → None or why it failed. The suite takes us for AWS: it asks for AWS's host names, and `exec` answers."""
    folder = fetched('kinesalite', ' '.join([KINESALITE_COMMIT, *KINESALITE_NEEDS]), get_kinesalite)
    shutil.copy(HERE / 'no_server.cjs', folder / 'index.js')
    report = folder / 'report.json'
    report.unlink(missing_ok=True)
    code, output = run(
        BINARY, 'exec', '--server', server.address, '--data', server.data, '--', BIN / 'node',
        'node_modules/.bin/mocha', '--require', HERE / 'one_failure_a_test.cjs', '--require', 'should', '--exit',
        '--timeout', '30s', '--reporter', 'json', '--reporter-option', f'output={report}',
        folder=folder, REMOTE='1', AWS_REGION=REGION, AWS_ACCESS_KEY_ID='test', AWS_SECRET_ACCESS_KEY='test')
    if not report.exists():
        sys.exit(f'mocha ended with {code}:\n{output[-4000:]}')
    return {test['fullTitle']: test['err'].get('message') for test in json.loads(report.read_text())['tests']}


def get_moto(folder):
    fetch(BIN / 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:', '--dest', folder, MOTO)
    fetch('tar', 'xzf', next(folder.glob('moto-*.tar.gz')), '--strip-components=1', folder=folder)
    fetch(BIN / 'python', '-m', 'venv', folder / 'venv')
    fetch(folder / 'venv/bin/pip', 'install', '--quiet', folder, *MOTO_NEEDS)


def moto(server):
    """test → None or why it failed. What tests moto's own HTTP server (test_server.py) has nothing to say about us."""
    folder = fetched('moto', ' '.join([MOTO, *MOTO_NEEDS]), get_moto)
    report = folder / 'report.xml'
    report.unlink(missing_ok=True)
    code, output = run(folder / 'venv/bin/python', '-m', 'pytest', '-q', '-p', 'moto_server', '--junitxml', report,
                       'tests/test_kinesis', '--ignore', 'tests/test_kinesis/test_server.py', folder=folder,
                       PYTHONPATH=str(HERE), TEST_SERVER_MODE='true', TEST_SERVER_MODE_ENDPOINT=server.url)
    if not report.exists():
        sys.exit(f'pytest ended with {code}:\n{output[-4000:]}')
    found = {}
    for case in ElementTree.parse(report).iter('testcase'):
        wrong = case.find('failure') if case.find('failure') is not None else case.find('error')
        name = f'{case.get("classname").rsplit(".", 1)[-1]}::{case.get("name")}'
        found[name] = None if wrong is None else wrong.get('message')
    return found
