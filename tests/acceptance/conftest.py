"""One real server per pytest process; every test gets an account of its own, so that tests run beside each other."""
import os
import pathlib
import random
import subprocess
import sys
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get('STANDPIPE_BINARY', ROOT / 'build/release/standpipe'))
REGION = 'ap-northeast-1'
for name in list(os.environ):
    if name.startswith('AWS_') and name != 'AWS_CA_BUNDLE':
        del os.environ[name]
os.environ.update(AWS_EC2_METADATA_DISABLED='true', AWS_CONFIG_FILE='/dev/null', AWS_SHARED_CREDENTIALS_FILE='/dev/null')


class Server:
    """`standpipe serve` on a free port."""

    def __init__(self, data, *arguments, log=None, wrapper=()):
        self.data = pathlib.Path(data)
        self.log = open(log or f'{data}.log', 'a')
        self.process = subprocess.Popen(
            [*wrapper, BINARY, 'serve', '--listen', '127.0.0.1:0', '--data', data, '--region', REGION, *arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={**os.environ, 'STANDPIPE_RUNTIMES': str(ROOT / 'build/runtimes')})
        line = self.process.stdout.readline()
        assert 'is ready on' in line, f'the server did not start: {line!r}, see {self.log.name}'
        self.url = line.split(' ready on ')[1].split()[0]
        self.address = self.url.removeprefix('http://')
        self.port = int(self.address.rsplit(':', 1)[1])

    def client(self, service, key='test', secret='test', token=None, region=REGION, **options):
        config = Config(retries={'max_attempts': 0}, s3={'addressing_style': 'path'}, connect_timeout=5, read_timeout=60,
                        **options)
        return boto3.client(service, endpoint_url=self.url, aws_access_key_id=key, aws_secret_access_key=secret,
                            aws_session_token=token, region_name=region, config=config)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=10)
        self.log.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp('server') / 'data')
    yield running
    assert running.process.poll() is None, f'the server died, see {running.log.name}'
    assert running.stop() == 0


@pytest.fixture
def start_server(tmp_path):
    """A server of the test's own: start_server('--flag', …)."""
    started = []

    def start(*arguments, data=None, **options):
        started.append(Server(data or tmp_path / 'data', *arguments, **options))
        return started[-1]
    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture
def account():
    """A fresh account: its root key is its number, with the secret of the server's root."""
    return f'{random.randrange(10 ** 11, 10 ** 12)}'


class Aws:
    """Clients of one account."""

    def __init__(self, server, account):
        self.server, self.account = server, account

    def __call__(self, service, **options):
        return self.server.client(service, key=self.account, **options)

    def user(self, name, *statements):
        """A new IAM user with these policy statements; answers a function that makes its clients."""
        import json
        iam = self('iam')
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName='p', PolicyDocument=json.dumps(
                {'Version': '2012-10-17', 'Statement': list(statements)}))
        keys = iam.create_access_key(UserName=name)['AccessKey']
        return lambda service, **options: self.server.client(service, key=keys['AccessKeyId'],
                                                             secret=keys['SecretAccessKey'], **options)

    def role(self, name, service, *statements):
        """A role that `service` may assume; answers its ARN."""
        import json
        iam = self('iam')
        trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                         'Principal': {'Service': service}}]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName='p', PolicyDocument=json.dumps(
                {'Version': '2012-10-17', 'Statement': list(statements)}))
        return arn


@pytest.fixture
def aws(server, account):
    return Aws(server, account)


def allow(*actions, resource='*'):
    return {'Effect': 'Allow', 'Action': list(actions), 'Resource': resource}


def deny(*actions, resource='*'):
    return {'Effect': 'Deny', 'Action': list(actions), 'Resource': resource}


def refused(call, **arguments):
    """(code, message) that the call is refused with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def eventually(question, seconds=60):
    """The first answer to `question` that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.05)
    raise AssertionError('did not happen in time')


sys.path.insert(0, str(pathlib.Path(__file__).parent))
