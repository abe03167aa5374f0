"""What scripts/demo shows once everything is installed and built. Every step prints one line with its time."""
import argparse
import gzip
import http.cookiejar
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / 'build/release/standpipe'
VENV = ROOT / 'build/venv/bin'
EXAMPLE = ROOT / 'examples/kinesis-to-opensearch'
ADDRESS = '127.0.0.1:4566'
REGION = 'ap-northeast-1'
ACCOUNT = '000000000000'
STACK = PREFIX = 'prices'
TEMPLATES = 'standpipe-demo-templates'
PASSWORD = 'Ch4nge-me-soon'  # the example's default for its user


class Failed(Exception):
    """A step did not work; the text says what to do."""


def clock():
    return time.monotonic()


class Step:
    """Prints its title with the time that it took."""

    def __init__(self, title):
        self.title = title

    def __enter__(self):
        self.start = clock()
        return self

    def __exit__(self, kind, *_):
        mark = '✓' if kind is None else '✗'
        print(f'{mark} {self.title:<72} {clock() - self.start:6.1f} s', flush=True)


def environment():
    keep = {name: value for name, value in os.environ.items() if not name.startswith('AWS_') or name == 'AWS_CA_BUNDLE'}
    return {**keep, 'AWS_ACCESS_KEY_ID': 'test', 'AWS_SECRET_ACCESS_KEY': 'test', 'AWS_DEFAULT_REGION': REGION,
            'AWS_ENDPOINT_URL': f'http://{ADDRESS}', 'AWS_PAGER': '', 'AWS_EC2_METADATA_DISABLED': 'true',
            'AWS_CONFIG_FILE': '/dev/null', 'AWS_SHARED_CREDENTIALS_FILE': '/dev/null', 'PYTHONWARNINGS': 'ignore'}


def aws(*arguments):
    done = subprocess.run([VENV / 'aws', *arguments], env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f'aws {" ".join(arguments[:3])} … said: {done.stderr.strip()}')
    return done.stdout


def aws_json(*arguments):
    text = aws(*arguments, '--output', 'json')
    return json.loads(text) if text.strip() else {}


def health():
    try:
        with urllib.request.urlopen(f'http://{ADDRESS}/_standpipe/health', timeout=1) as answer:
            return json.load(answer)
    except OSError:
        return None


def wait_until(what, seconds, question):
    """Asks a client's question again until it has an answer: what a person at the command line would do."""
    end = clock() + seconds
    while clock() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    raise Failed(f'{what} did not happen within {seconds} s; the server\'s log: {ROOT}/build/demo/standpipe.log')


def start_server(folder):
    if health():
        raise Failed(f'something answers on {ADDRESS} already; stop it first (a server left by --keep: kill it)')
    log = open(folder / 'standpipe.log', 'w')
    server = subprocess.Popen([BINARY, 'serve', '--listen', ADDRESS, '--data', folder / 'data', '--region', REGION],
                              stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
                              env={**os.environ, 'STANDPIPE_RUNTIMES': str(ROOT / 'build/runtimes')})
    line = server.stdout.readline()  # printed when the server is ready
    if not line:
        raise Failed(f'the server did not start; its log: {folder}/standpipe.log')
    return server


def upload_templates():
    aws('s3', 'mb', f's3://{TEMPLATES}')
    aws('s3', 'cp', str(EXAMPLE), f's3://{TEMPLATES}/{PREFIX}/', '--recursive', '--exclude', '*', '--include', '*.yaml',
        '--no-progress')


def create_stack():
    aws('cloudformation', 'create-stack', '--stack-name', STACK,
        '--template-url', f'https://{TEMPLATES}.s3.{REGION}.amazonaws.com/{PREFIX}/main.yaml',
        '--parameters', f'ParameterKey=TemplateBucket,ParameterValue={TEMPLATES}',
        '--capabilities', 'CAPABILITY_NAMED_IAM')


def client(service):
    import boto3
    for name, value in environment().items():
        os.environ[name] = value
    return boto3.client(service)


def follow(stack, ends, seen=()):
    """Prints the nested stacks' events, but those seen before, as they come until the stack itself has ended."""
    cloudformation = client('cloudformation')
    stack_id = cloudformation.describe_stacks(StackName=stack)['Stacks'][0]['StackId']
    seen, start = set(seen), clock()
    while True:
        events = cloudformation.describe_stack_events(StackName=stack_id)['StackEvents']
        for event in reversed(events):
            if event['EventId'] in seen:
                continue
            seen.add(event['EventId'])
            status = event['ResourceStatus']
            if status.endswith('_COMPLETE') or status.endswith('_FAILED'):
                reason = f' — {event["ResourceStatusReason"]}' if status.endswith('FAILED') else ''
                print(f'    {clock() - start:5.1f} s  {event["LogicalResourceId"]:<14} {status}{reason}', flush=True)
            if event.get('PhysicalResourceId') == stack_id and status in ends:
                if status != ends[0]:
                    raise Failed(f'the stack ended in {status}; see the reasons above')
                return stack_id
        time.sleep(0.2)


def outputs():
    stack = aws_json('cloudformation', 'describe-stacks', '--stack-name', STACK)['Stacks'][0]
    return {output['OutputKey']: output['OutputValue'] for output in stack['Outputs']}


def read_documents(out, keys, count):
    """As the stack's user, through the collection's own name, with certificate verification."""
    command = [BINARY, 'exec', '--server', ADDRESS, '--data', ROOT / 'build/demo/data', '--access-key',
               keys['AccessKeyId'], '--secret-key', keys['SecretAccessKey'], '--region', REGION, '--',
               VENV / 'python', EXAMPLE / 'read.py', out['CollectionEndpoint'], out['IndexName'], str(count)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f'reading the documents failed: {done.stderr.strip()[-800:]}')
    return done.stdout


def collection_id(out):
    return out['CollectionEndpoint'].removeprefix('https://').split('.')[0]


def dashboards(out):
    """The collection's dashboards, at an address that any browser on this machine reaches."""
    return f'http://{ADDRESS}/_aoss/{collection_id(out)}/_dashboards/'


def sign_in(out):
    """In the console, with the password of the stack's user, and looks: what a person does with a browser."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def call(path, body=None, token=''):
        request = urllib.request.Request(dashboards(out) + path, json.dumps(body).encode() if body is not None else None,
                                         {'content-type': 'application/json', 'x-csrf-token': token})
        with browser.open(request, timeout=10) as answer:
            return json.load(answer)
    visit = call('api/session')
    session = call('api/sign-in', {'account': visit['defaultAccount'], 'userName': out['Viewer'], 'password': PASSWORD},
                   visit['csrfToken'])
    found = call(f'api/opensearch/{collection_id(out)}?method=GET&path=/{out["IndexName"]}/_count', {}, session['csrfToken'])
    if found['count'] != 10:
        raise Failed(f'the dashboards show {found["count"]} documents instead of 10')


def refused_documents(bucket):
    listing = aws_json('s3api', 'list-objects-v2', '--bucket', bucket).get('Contents', [])
    documents = []
    for item in listing:
        with tempfile.NamedTemporaryFile() as file:
            aws('s3', 'cp', f's3://{bucket}/{item["Key"]}', file.name, '--no-progress')
            raw = pathlib.Path(file.name).read_bytes()
        text = gzip.decompress(raw) if raw[:2] == b'\x1f\x8b' else raw
        documents += [(item['Key'], json.loads(line)) for line in text.splitlines()]
    return documents


def show_refusals(bucket, log_group):
    import base64
    documents = wait_until('the backup', 30, lambda: found if len(found := refused_documents(bucket)) >= 10 else None)
    print(f'    s3://{bucket}/{documents[0][0]}')
    for _, document in documents[:10]:
        raw = base64.b64decode(document['rawData']).decode()
        print(f'    {document["errorCode"]}  {raw}')

    def lines():
        return aws_json('logs', 'get-log-events', '--log-group-name', log_group, '--log-stream-name', 'errors')['events']
    event = wait_until('the delivery log line', 15, lines)[-1]
    message = json.loads(event['message'])
    print(f'    log {log_group}/errors: {message["errorCode"]}: {message["message"][:150]}')


def clean_up(bucket):
    aws('s3', 'rm', f's3://{bucket}', '--recursive', '--quiet')
    aws('cloudformation', 'delete-stack', '--stack-name', STACK)


def leftovers():
    # With boto3: the CLI takes a second each time only to start.
    left = [stack['StackName'] for stack in client('cloudformation').describe_stacks()['Stacks']]
    left += client('kinesis').list_streams()['StreamNames']
    left += client('firehose').list_delivery_streams()['DeliveryStreamNames']
    left += [item['name'] for item in client('opensearchserverless').list_collections()['collectionSummaries']]
    left += [item['FunctionName'] for item in client('lambda').list_functions()['Functions']]
    left += [item['RoleName'] for item in client('iam').list_roles()['Roles']]
    left += [item['UserName'] for item in client('iam').list_users()['Users']]
    left += [item['Name'] for item in client('s3').list_buckets()['Buckets']]
    left += [group['logGroupName'] for group in client('logs').describe_log_groups()['logGroups']]
    return left


def run(keep, started):
    folder = ROOT / 'build/demo'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begin = clock()
    with Step('start standpipe serve on ' + ADDRESS):
        server = start_server(folder)
    try:
        with Step('create a bucket and upload the templates (aws s3 cp)'):
            upload_templates()
        with Step('aws cloudformation create-stack, and its events'):
            create_stack()
            follow(STACK, ['CREATE_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED'])
        out = outputs()
        with Step('invoke the data source (aws lambda invoke)'):
            answer = aws_json('lambda', 'invoke', '--function-name', out['SourceFunction'], str(folder / 'answer.json'))
            if answer.get('FunctionError'):
                raise Failed('the data source failed: ' + (folder / 'answer.json').read_text())
        with Step(f'read the documents back as IAM user {out["Viewer"]} over verified TLS'):
            keys = aws_json('iam', 'create-access-key', '--user-name', out['Viewer'])['AccessKey']
            table = read_documents(out, keys, 10)
        print(table)
        with Step('sign in to the dashboards with the user\'s password; the ten are there'):
            sign_in(out)
        with Step('take the delivery role\'s data access policy away, invoke again'):
            aws('opensearchserverless', 'delete-access-policy', '--type', 'data', '--name', out['DeliveryPolicyName'])
            aws('lambda', 'invoke', '--function-name', out['SourceFunction'], str(folder / 'answer.json'))
        with Step('the refused documents, from the backup bucket and the delivery log'):
            show_refusals(out['BackupBucket'], out['LogGroup'])
        if keep:
            print_usage(out, keys, server)
            return
        with Step('aws cloudformation delete-stack'):
            aws('iam', 'delete-access-key', '--user-name', out['Viewer'], '--access-key-id', keys['AccessKeyId'])
            stack_id = aws_json('cloudformation', 'describe-stacks', '--stack-name', STACK)['Stacks'][0]['StackId']
            before = {event['EventId'] for event in client('cloudformation').describe_stack_events(StackName=STACK)['StackEvents']}
            clean_up(out['BackupBucket'])
            follow(stack_id, ['DELETE_COMPLETE', 'DELETE_FAILED'], before)
        with Step('remove the functions\' logs and the template bucket; nothing is left'):
            for name in ['layer-builder', 'index-creator', 'source']:
                client('logs').delete_log_group(logGroupName=f'/aws/lambda/{PREFIX}-{name}')
            aws('s3', 'rb', f's3://{TEMPLATES}', '--force')
            if left := leftovers():
                raise Failed('something is left: ' + ', '.join(left))
    except BaseException:
        stop(server)
        raise
    stop(server)
    print(f'\nDone in {clock() - begin:.1f} s' + (f' ({time.time() - started:.0f} s with installing and building)' if started else '') +
          '.\n`scripts/demo --keep` leaves it all running: sign in at '
          f'http://{ADDRESS}/_console/ as IAM user {out["Viewer"]}, password {PASSWORD}.')


def print_usage(out, keys, server):
    print(f'''
The server keeps running (pid {server.pid}; `kill {server.pid}` ends it, build/demo/data keeps the data).
  health       http://{ADDRESS}/_standpipe/health
  dashboards   {dashboards(out)}
               sign in: account {ACCOUNT}, IAM user {out["Viewer"]}, password {PASSWORD}
  console      http://{ADDRESS}/_console/  (everything: access key test, secret test)
  aws CLI      AWS_ENDPOINT_URL=http://{ADDRESS} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION={REGION} aws …
  as on AWS    build/release/standpipe exec --data build/demo/data -- aws kinesis list-streams
  as the user  AWS_ACCESS_KEY_ID={keys["AccessKeyId"]} AWS_SECRET_ACCESS_KEY={keys["SecretAccessKey"]}''')


def stop(server):
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=10)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--keep', action='store_true')
    parser.add_argument('--started', type=float, default=0)
    options = parser.parse_args()
    try:
        run(options.keep, options.started)
    except Failed as failure:
        print(f'\n{failure}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
