"""A real server, and functions whose code comes with the event: each test runs its attempt inside a sandbox."""
import importlib.util
import io
import json
import os
import pathlib
import textwrap
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location('acceptance', ROOT / 'tests/acceptance/conftest.py')
acceptance = importlib.util.module_from_spec(spec)
spec.loader.exec_module(acceptance)
if 'STANDPIPE_BINARY' in os.environ:
    acceptance.BINARY = pathlib.Path(os.environ['STANDPIPE_BINARY']).resolve()

PROBE = '''
def attempt(action):
    try:
        return action()
    except BaseException as error:
        return type(error).__name__ + ': ' + str(error)

def handler(event, context):
    names = {'attempt': attempt, 'context': context, 'event': event}
    exec(event['code'], names)
    return names.get('result')
'''


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as archive:
        for name, text in files.items():
            if isinstance(name, str):
                info = zipfile.ZipInfo(name)
                info.external_attr = (0o100755 if name == 'bootstrap' else 0o100644) << 16
            else:
                info = name
            archive.writestr(info, text)
    return buffer.getvalue()


class Functions:
    def __init__(self, running):
        self.server = running
        self.client = running.client('lambda')
        trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                         'Principal': {'Service': 'lambda.amazonaws.com'}}]}
        iam = running.client('iam')
        self.role = iam.create_role(RoleName='probe', AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
        self.made = 0

    def make(self, files=None, runtime='python3.11', handler='main.handler', **options):
        self.made += 1
        name = f'probe-{self.made}'
        self.client.create_function(FunctionName=name, Runtime=runtime, Role=self.role, Handler=handler,
                                    Code={'ZipFile': zipped(files or {'main.py': PROBE})}, **{'Timeout': 20, **options})
        return name

    def invoke(self, name, event=None):
        """The function's answer, and the kind of its error or None."""
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event or {}))
        return json.load(answer['Payload']), answer.get('FunctionError')

    def run(self, name, code):
        return self.invoke(name, {'code': textwrap.dedent(code)})


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    running = acceptance.Server(tmp_path_factory.mktemp('server') / 'data')
    yield running
    assert running.process.poll() is None, f'the server died, see {running.log.name}'
    assert running.stop() == 0


@pytest.fixture(scope='session')
def functions(server):
    return Functions(server)


@pytest.fixture(scope='session')
def probe(functions):
    """Runs code in one function that all harmless attempts share; answers what it leaves in `result`."""
    name = functions.make()

    def run(code):
        answer, error = functions.run(name, code)
        assert error is None, answer
        return answer
    return run


@pytest.fixture
def start_server(tmp_path):
    started = []

    def start(*arguments):
        started.append(acceptance.Server(tmp_path / 'data', *arguments))
        return started[-1]
    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()


def host_processes(text):
    """Processes of the host with `text` in their command line."""
    found = []
    for folder in pathlib.Path('/proc').iterdir():
        try:
            if folder.name.isdigit() and text.encode() in (folder / 'cmdline').read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found
