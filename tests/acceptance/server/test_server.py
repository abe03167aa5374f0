"""What scripts rely on: the ready line, health, reset, flush, settings, stopping, keeping data."""
import pathlib
import re
import subprocess
import time

import pytest
import requests
from botocore.exceptions import ClientError
from conftest import BINARY, REGION, Aws, allow


def run(*arguments, **options):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=20, **options)


def test_health_answers_without_credentials(server):
    health = requests.get(f'{server.url}/_standpipe/health', timeout=5).json()
    assert health['status'] == 'running' and health['region'] == REGION and 'warning' not in health


def test_metrics_are_prometheus_text(server, aws):
    aws('kinesis').create_stream(StreamName='m', ShardCount=1)
    aws('kinesis').put_record(StreamName='m', PartitionKey='k', Data=b'x')
    text = requests.get(f'{server.url}/_standpipe/metrics', timeout=5).text
    assert re.search(r'^# (HELP|TYPE) ', text, re.M)


def test_help_explains_every_setting():
    assert 'serve' in run('--help').stdout and 'exec' in run('--help').stdout
    text = run('serve', '--help').stdout
    for flag in ('--listen', '--data', '--ephemeral', '--region', '--permissive', '--root-access-key', '--config',
                 '--firehose-buffer-seconds', '--internet', '--log-level'):
        assert flag in text


def test_only_loopback_has_default_credentials(tmp_path):
    refused = run('serve', '--listen', '0.0.0.0:0', '--data', str(tmp_path / 'd'))
    assert refused.returncode == 2 and '--root-access-key' in refused.stderr


def test_unknown_and_wrong_settings_are_refused(tmp_path):
    assert run('serve', '--nonsense').returncode != 0
    assert run('serve', '--listen', 'nowhere', '--data', str(tmp_path / 'd')).returncode == 2


def test_a_data_folder_has_one_server(start_server):
    server = start_server()
    second = run('serve', '--listen', '127.0.0.1:0', '--data', str(server.data))
    assert second.returncode == 1 and 'another server uses' in second.stderr


def test_data_survive_a_stop_and_sigterm_ends_within_five_seconds(start_server):
    server = start_server()
    server.client('ssm').put_parameter(Name='kept', Value='1', Type='String')
    begin = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begin < 5
    again = start_server(data=server.data)
    assert again.client('ssm').get_parameter(Name='kept')['Parameter']['Value'] == '1'


def test_an_ephemeral_server_leaves_nothing(tmp_path):
    process = subprocess.Popen([BINARY, 'serve', '--listen', '127.0.0.1:0', '--ephemeral'], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    folder = pathlib.Path(process.stdout.readline().split('data in ')[1].strip())
    assert folder.is_dir()
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert not folder.exists()


def test_only_root_resets_and_then_nothing_is_left(start_server):
    server = start_server()
    client = server.client('kinesis')
    client.create_stream(StreamName='s', ShardCount=1)
    server.client('s3').create_bucket(Bucket='b-reset', CreateBucketConfiguration={'LocationConstraint': REGION})
    aws = Aws(server, 'test')
    user = aws.user('u', allow('*'))
    assert requests.post(f'{server.url}/_standpipe/reset', timeout=30).status_code == 401
    assert requests.post(f'{server.url}/_standpipe/reset', auth=('test', 'wrong'), timeout=30).status_code == 401
    assert client.list_streams()['StreamNames'] == ['s']
    assert requests.post(f'{server.url}/_standpipe/reset', auth=('test', 'test'), timeout=30).status_code == 200
    assert client.list_streams()['StreamNames'] == []
    assert server.client('s3').list_buckets()['Buckets'] == []
    with pytest.raises(ClientError):
        user('kinesis').list_streams()
    client.create_stream(StreamName='s', ShardCount=1)


def test_permissive_allows_everything_and_says_so(start_server):
    server = start_server('--permissive')
    assert 'permissive' in requests.get(f'{server.url}/_standpipe/health', timeout=5).json()['warning']
    nobody = Aws(server, 'test').user('nobody')
    assert nobody('kinesis').list_streams()['StreamNames'] == []
    with pytest.raises(ClientError, match='SignatureDoesNotMatch|signature'):
        server.client('kinesis', secret='wrong').list_streams()


def test_settings_come_from_the_environment_and_a_file(tmp_path):
    file = tmp_path / 'settings.ini'
    file.write_text('region=eu-west-1\nlisten=127.0.0.1:0\n')
    process = subprocess.Popen([BINARY, 'serve', '--config', file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env={'STANDPIPE_DATA': str(tmp_path / 'd'), 'PATH': '/usr/bin:/bin'})
    url = process.stdout.readline().split(' ready on ')[1].split()[0]
    assert requests.get(f'{url}/_standpipe/health', timeout=5).json()['region'] == 'eu-west-1'
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert (tmp_path / 'd/metadata.db').exists()


def test_every_region_is_served(server, aws):
    aws('kinesis', region='us-west-2').create_stream(StreamName='far', ShardCount=1)
    assert aws('kinesis').list_streams()['StreamNames'] == []
    arn = aws('kinesis', region='us-west-2').describe_stream(StreamName='far')['StreamDescription']['StreamARN']
    assert arn.split(':')[3] == 'us-west-2'


def test_exec_gives_a_program_the_view_of_aws(server, aws):
    """AWS's own host names, certificates verified, no endpoint override."""
    program = ('import boto3, os; assert not any("ENDPOINT" in name for name in os.environ);'
               'k = boto3.client("kinesis"); k.create_stream(StreamName="by-exec", ShardCount=1);'
               'print(k.meta.endpoint_url, k.list_streams()["StreamNames"])')
    done = run('exec', '--server', server.address, '--data', str(server.data), '--access-key', aws.account,
               '--secret-key', 'test', '--region', REGION, '--', str(pathlib.Path(__import__('sys').executable)), '-c', program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"https://kinesis.{REGION}.amazonaws.com ['by-exec']"
