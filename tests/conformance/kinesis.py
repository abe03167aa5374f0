"""kinesalite's, moto's and LocalStack's own tests of Kinesis: moto comes as a source package from PyPI, the others by
git (KINESALITE and LOCALSTACK name other places to clone from)."""
import importlib.machinery
import importlib.util
import json
import os
import shutil
import sys
import xml.etree.ElementTree as ElementTree

from conftest import BINARY, REGION
from suites import BIN, HERE, ROOT, LeftOut, checkout, fetch, fetched, run

KINESALITE = os.environ.get('KINESALITE', 'https://github.com/mhart/kinesalite')
KINESALITE_COMMIT = 'c76689da192ab96c87c5db8f95c1e3fba1985433'
KINESALITE_NEEDS = ['mocha@11.7.5', 'should@13.2.3', 'aws4@1.9.1', 'async@2.6.3', 'bignumber.js@9.0.0', 'cbor@5.0.2',
                    'once@1.4.0']
MOTO = 'moto==5.2.5'
MOTO_NEEDS = ['pytest==9.2.0', 'freezegun==1.5.5', 'PyYAML==6.0.4', 'py-partiql-parser==0.6.3', 'joserfc==1.8.0']
LOCALSTACK = os.environ.get('LOCALSTACK', 'https://github.com/localstack/localstack')
LOCALSTACK_COMMIT = '8b9a79f05846835cf4dff63ab7eefdde9df83783'
LOCALSTACK_NEEDS = ['localstack-core[base-runtime]==2026.3.0', 'localstack-snapshot==0.4.0', 'moto==5.2.5',
                    'pytest==9.2.0', 'pytest_httpserver==1.2.0', 'Jinja2==3.1.6', 'jsonpath-ng==1.16.0',
                    'cbor2==5.8.0', 'cryptography==46.0.7', 'pyOpenSSL==25.3.0']
ACCOUNT = '123456789012'  # a number is the key of that account's root


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


def run_pytest(folder, *arguments, **environment):
    """test → None or why it failed."""
    report = folder / 'report.xml'
    report.unlink(missing_ok=True)
    code, output = run(folder / 'venv/bin/python', '-m', 'pytest', '-q', '--junitxml', report, *arguments,
                       folder=folder, PYTHONPATH=str(HERE), **environment)
    if not report.exists():
        sys.exit(f'pytest ended with {code}:\n{output[-4000:]}')
    found = {}
    for case in ElementTree.parse(report).iter('testcase'):
        wrong = case.find('failure') if case.find('failure') is not None else case.find('error')
        name = f'{case.get("classname").rsplit(".", 1)[-1]}::{case.get("name")}'
        found[name] = None if wrong is None else wrong.get('message')
    return found


def moto(server):
    """What tests moto's own HTTP server (test_server.py) has nothing to say about us; nor have its stacks, which are
    made before CreateStack answers, while AWS's and ours are made after that, and a test finds them by chance."""
    folder = fetched('moto', ' '.join([MOTO, *MOTO_NEEDS]), get_moto)
    return run_pytest(folder, '-p', 'moto_server', 'tests/test_kinesis',
                      '--ignore', 'tests/test_kinesis/test_server.py',
                      '--ignore', 'tests/test_kinesis/test_kinesis_cloudformation.py',
                      TEST_SERVER_MODE='true', TEST_SERVER_MODE_ENDPOINT=server.url)


def python_for_localstack():
    """Its tests are written in the language of 3.12, Debian 12 has 3.11."""
    loader = importlib.machinery.SourceFileLoader('runtimes', str(ROOT / 'scripts/runtimes'))
    runtimes = importlib.util.module_from_spec(importlib.util.spec_from_loader('runtimes', loader))
    loader.exec_module(runtimes)
    found = runtimes.interpreters(['3.12', '3.13'])
    if not found:
        raise LeftOut('its tests need Python 3.12 or 3.13')
    return found[max(found)]


def get_localstack(folder):
    checkout(LOCALSTACK, LOCALSTACK_COMMIT, 'tests')(folder)
    fetch(python_for_localstack(), '-m', 'venv', folder / 'venv')
    fetch(folder / 'venv/bin/pip', 'install', '--quiet', *LOCALSTACK_NEEDS)


def localstack(server):
    """Its answers were recorded on AWS. What reaches into LocalStack's own process has nothing to say about us, nor
    have its Lambda in Java and its own KCL, the other two classes."""
    folder = fetched('localstack', ' '.join([LOCALSTACK_COMMIT, *LOCALSTACK_NEEDS]), get_localstack)
    return run_pytest(folder, '-p', 'localstack_server', '-m', 'not requires_in_process',
                      'tests/aws/services/kinesis/test_kinesis.py::TestKinesis', TEST_SKIP_LOCALSTACK_START='1',
                      TEST_AWS_ENDPOINT_URL=server.url, TEST_AWS_REGION_NAME=REGION,
                      TEST_AWS_ACCOUNT_ID=ACCOUNT, TEST_AWS_ACCESS_KEY_ID=ACCOUNT)
