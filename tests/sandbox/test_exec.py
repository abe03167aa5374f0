"""`standpipe exec -- PROGRAM`: the program's view is AWS's, all else is the caller's."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import acceptance

REGION = 'eu-west-1'


def run(server, *command, options=(), **arguments):
    return subprocess.run([acceptance.BINARY, 'exec', '--server', server.address, '--data', server.data, *options, '--',
                           *command], capture_output=True, text=True, timeout=60, **arguments)


def test_passes_input_output_and_exit_code_through(server, tmp_path):
    done = run(server, 'sh', '-c', 'cat; pwd; echo oops >&2; exit 7', input='in\n', cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == (f'in\n{tmp_path}\n', 'oops\n', 7)
    assert run(server, 'sh', '-c', 'kill -9 $$').returncode == 137
    assert run(server, 'no-such-program').returncode == 127


def test_is_the_same_user_with_the_same_files(server, tmp_path):
    done = run(server, 'sh', '-c', f'id -u; touch {tmp_path}/made; stat -c %u {tmp_path}/made')
    assert done.stdout.split() == [str(os.getuid())] * 2, done.stderr
    assert (tmp_path / 'made').stat().st_uid == os.getuid()


def test_finds_every_aws_name_with_a_verified_certificate(server):
    code = '''
import socket, urllib.request, urllib.error
for host in ('sts.amazonaws.com', 'my-bucket.s3.eu-west-1.amazonaws.com', 'abc123.us-east-1.aoss.amazonaws.com'):
    assert socket.gethostbyname(host) == '169.254.100.2', host
    try:
        print(urllib.request.urlopen(f'https://{host}/').status)
    except urllib.error.HTTPError as error:
        print(error.code)
'''
    done = run(server, sys.executable, '-c', code)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 3


def test_sets_credentials_and_region(server):
    code = '''
import boto3, os
print(boto3.client('sts').get_caller_identity()['Arn'], boto3.client('s3').meta.endpoint_url, os.environ['AWS_REGION'])
'''
    done = run(server, sys.executable, '-c', code, options=['--region', REGION])
    assert done.stdout.split() == ['arn:aws:iam::000000000000:root', f'https://s3.{REGION}.amazonaws.com', REGION], done.stderr
    done = run(server, sys.executable, '-c', code, options=['--access-key', '111122223333', '--secret-key', 'test'])
    assert done.stdout.split()[0] == 'arn:aws:iam::111122223333:root', done.stderr


def test_ignores_endpoints_that_would_lead_round_the_names(server):
    done = run(server, 'sh', '-c', 'echo $AWS_ENDPOINT_URL$AWS_ENDPOINT_URL_S3', env={**os.environ, 'AWS_ENDPOINT_URL': 'http://x'})
    assert done.stdout == '\n'


def test_reaches_the_server_under_its_own_address(server):
    code = f'import urllib.request; print(urllib.request.urlopen("{server.url}/_standpipe/health").status)'
    done = run(server, sys.executable, '-c', code)
    assert done.stdout == '200\n', done.stderr


def test_carries_large_bodies_both_ways(server):
    code = '''
import boto3
s3 = boto3.client('s3')
s3.create_bucket(Bucket='exec-large', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
s3.put_object(Bucket='exec-large', Key='k', Body=b'x' * 30_000_000)
print(len(s3.get_object(Bucket='exec-large', Key='k')['Body'].read()))
'''
    done = run(server, sys.executable, '-c', code, options=['--region', REGION])
    assert done.stdout == '30000000\n', done.stderr


def test_says_what_is_missing(server, tmp_path):
    done = subprocess.run([acceptance.BINARY, 'exec', '--data', tmp_path, '--', 'true'], capture_output=True, text=True)
    assert done.returncode == 125 and '--data' in done.stderr


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which('setpriv'), reason='tries what others can, as root')
def test_works_without_privileges(server, tmp_path):
    shutil.copy(server.data / 'tls/ca.pem', '/tmp/standpipe-exec-ca.pem')
    os.chmod('/tmp/standpipe-exec-ca.pem', 0o644)
    program = pathlib.Path('/tmp/standpipe-exec-binary')
    shutil.copy(acceptance.BINARY, program)
    try:
        done = subprocess.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', program, 'exec', '--server',
                               server.address, '--ca', '/tmp/standpipe-exec-ca.pem', '--', 'sh', '-c',
                               'id -u; exec /usr/bin/python3 -c "import urllib.request as r; '
                               'print(r.urlopen(\'https://sts.amazonaws.com/_standpipe/health\').status)"'],
                              capture_output=True, text=True, cwd='/', env={'PATH': os.environ['PATH']})
        assert done.stdout.split() == ['65534', '200'], done.stderr
    finally:
        program.unlink()
