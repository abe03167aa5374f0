"""Functions run: synchronously and not, with their role's rights, within their limits."""
import base64
import io
import json
import stat
import time
import zipfile

import pytest
from conftest import REGION, ROOT, allow, eventually, refused

RUNTIMES = sorted((path.name for path in (ROOT / 'build/runtimes').glob('python3.*')), key=lambda name: int(name.split('.')[1]))


def archive(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFREG | 0o755) << 16
            out.writestr(entry, text)
    return buffer.getvalue()


class Function:
    def __init__(self, aws, name):
        self.aws, self.name, self.client = aws, name, aws('lambda', parameter_validation=False)

    def invoke(self, event=None, **arguments):
        if event is not None:
            arguments['Payload'] = json.dumps(event).encode()
        return self.client.invoke(FunctionName=self.name, **arguments)

    def __call__(self, event=None):
        """What the function returns."""
        answer = self.invoke(event)
        payload = answer['Payload'].read()
        assert 'FunctionError' not in answer, payload
        return json.loads(payload)

    def error(self, event=None):
        answer = self.invoke(event)
        assert answer['StatusCode'] == 200 and answer['FunctionError'] == 'Unhandled'
        return json.load(answer['Payload'])

    def log(self):
        """The messages of all log streams; None without a log group."""
        logs, group = self.aws('logs'), f'/aws/lambda/{self.name}'
        if not logs.describe_log_groups(logGroupNamePrefix=group)['logGroups']:
            return None
        return [event['message'] for event in logs.filter_log_events(logGroupName=group)['events']]


@pytest.fixture
def function(aws):
    def create(code, name='f', statements=(allow('logs:*'),), files=None, **more):
        """A function of this handler's body, or of these files."""
        files = files or {'index.py': 'import json, os, sys, time\ndef handler(event, context):\n' +
                          ''.join(f'    {line}\n' for line in code.strip().splitlines())}
        role = aws.role(f'role-{name}', 'lambda.amazonaws.com', *statements)
        made = Function(aws, name)
        made.client.create_function(**{'FunctionName': name, 'Runtime': 'python3.12', 'Handler': 'index.handler', 'Role': role,
                                       'Code': {'ZipFile': archive(files)}, 'Timeout': 20, **more})
        return made
    return create


@pytest.mark.parametrize('runtime', RUNTIMES)
def test_pythons(function, runtime):
    f = function('return [list(sys.version_info[:2]), os.environ["AWS_EXECUTION_ENV"], event]', Runtime=runtime)
    assert f({'a': 'ü'}) == [[3, int(runtime.split('.')[1])], f'AWS_Lambda_{runtime}', {'a': 'ü'}]


def test_answers(aws, function):
    f = function('return event')
    assert f() == {}, 'without a payload'
    for value in (1, 'text', [1, 2], {'a': {'b': None}}, 'ü' * 1000):
        assert f(value) == value
    assert json.load(f.invoke(Payload=b'null')['Payload']) is None
    answer = f.invoke({})
    assert (answer['StatusCode'], answer['ExecutedVersion']) == (200, '$LATEST') and 'LogResult' not in answer
    assert json.load(f.invoke(InvocationType='RequestResponse', Qualifier='$LATEST')['Payload']) == {}
    assert f('x' * 5_000_000) == 'x' * 5_000_000


def test_the_context(aws, function):
    f = function('''
return {name: getattr(context, name) for name in ('function_name', 'function_version', 'invoked_function_arn',
        'memory_limit_in_mb', 'aws_request_id', 'log_group_name', 'log_stream_name')} | {
        'left': context.get_remaining_time_in_millis(), 'custom': context.client_context and context.client_context.custom}''',
                 MemorySize=256)
    answer = f.invoke({}, ClientContext=base64.b64encode(b'{"custom": {"k": "v"}}').decode())
    context = json.load(answer['Payload'])
    assert context['function_name'] == 'f' and context['function_version'] == '$LATEST'
    assert context['invoked_function_arn'] == f'arn:aws:lambda:{REGION}:{aws.account}:function:f'
    assert int(context['memory_limit_in_mb']) == 256 and 10_000 < context['left'] <= 20_000
    assert context['log_group_name'] == '/aws/lambda/f' and '[$LATEST]' in context['log_stream_name']
    assert context['aws_request_id'] == answer['ResponseMetadata']['RequestId'] and context['custom'] == {'k': 'v'}


def test_the_environment(function):
    f = function('return dict(os.environ)', Environment={'Variables': {'MINE': 'yes', 'TZ': 'UTC'}})
    found = f()
    expected = {'MINE': 'yes', 'AWS_REGION': REGION, 'AWS_DEFAULT_REGION': REGION, 'AWS_LAMBDA_FUNCTION_NAME': 'f',
                'AWS_LAMBDA_FUNCTION_MEMORY_SIZE': '128', 'AWS_LAMBDA_FUNCTION_VERSION': '$LATEST', '_HANDLER': 'index.handler',
                'LAMBDA_TASK_ROOT': '/var/task', 'AWS_LAMBDA_LOG_GROUP_NAME': '/aws/lambda/f',
                'AWS_LAMBDA_INITIALIZATION_TYPE': 'on-demand'}
    assert {name: found.get(name) for name in expected} == expected
    assert found['AWS_ACCESS_KEY_ID'].startswith('ASIA') and not any('ENDPOINT_URL' in name for name in found)
    f.client.update_function_configuration(FunctionName='f', Environment={'Variables': {'MINE': 'new'}})
    assert f()['MINE'] == 'new'


def test_environments_stay_warm_until_the_code_changes(function):
    f = function('', files={'index.py': 'count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count\n'})
    assert [f(), f(), f()] == [1, 2, 3]
    f.client.update_function_code(FunctionName='f', ZipFile=archive({'index.py': 'def handler(event, context):\n    return "new"\n'}))
    assert f() == 'new'


def test_errors_of_functions(function):
    f = function('''
if event == 'exit': sys.exit(3)
if event == 'kill': os.kill(os.getpid(), 9)
if event == 'unprintable': return {1, 2}
raise KeyError('text')''')
    error = f.error('raise')
    assert (error['errorType'], error['errorMessage']) == ('KeyError', "'text'") and error['requestId']
    assert any('index.py' in line and "raise KeyError('text')" in line for line in error['stackTrace'])
    assert f.error('unprintable')['errorType'] == 'Runtime.MarshalError'
    error = f.error('exit')
    assert error['errorType'] in ('Runtime.ExitError', 'SystemExit'), error
    error = f.error('kill')
    assert error['errorType'] == 'Runtime.ExitError' and 'Runtime exited with error: signal: killed' in error['errorMessage']
    assert f.error('raise')['errorType'] == 'KeyError', 'a new environment is started'


@pytest.mark.parametrize('files, handler, kind', [
    ({'index.py': 'import nothing_of_this_name'}, 'index.handler', 'Runtime.ImportModuleError'),
    ({'index.py': 'def handler(:'}, 'index.handler', 'Runtime.UserCodeSyntaxError'),
    ({'index.py': 'x = 1'}, 'index.handler', 'Runtime.HandlerNotFound'),
    ({'index.py': 'x = 1'}, 'other.handler', 'Runtime.ImportModuleError'),
    ({'index.py': 'x = 1'}, 'nodot', 'Runtime.MalformedHandlerName'),
    ({'index.py': 'raise ValueError("at once")'}, 'index.handler', 'ValueError'),
])
def test_code_that_cannot_be_loaded(function, files, handler, kind):
    error = function('', files=files, Handler=handler).error()
    assert error['errorType'] == kind and error['errorMessage']


def test_timeouts(function):
    f = function('time.sleep(event)\nreturn "done"', Timeout=1)
    assert f(0) == 'done'
    answer = f.invoke(30, LogType='Tail')
    error = json.load(answer['Payload'])
    assert answer['FunctionError'] == 'Unhandled'
    assert 'Task timed out after 1.00 seconds' in error['errorMessage'] and error['errorType'] == 'Sandbox.Timedout'
    assert 'Task timed out after 1.00 seconds' in base64.b64decode(answer['LogResult']).decode()
    assert f(0) == 'done'


def test_memory_is_limited(function):
    f = function('block = bytearray(event << 20)\nreturn len(block)', MemorySize=128)
    assert f(10) == 10 << 20
    assert f.error(512)['errorType'] in ('Runtime.ExitError', 'MemoryError')
    assert f(10) == 10 << 20


def test_the_log_tail(function):
    f = function('print("one line")\nprint("two", file=sys.stderr)\nreturn 1')
    answer = f.invoke({}, LogType='Tail')
    lines = base64.b64decode(answer['LogResult']).decode()
    identifier = answer['ResponseMetadata']['RequestId']
    assert f'START RequestId: {identifier} Version: $LATEST' in lines and f'END RequestId: {identifier}' in lines
    assert f'REPORT RequestId: {identifier}\tDuration: ' in lines and 'Memory Size: 128 MB' in lines
    assert 'one line' in lines and 'two' in lines and 'Init Duration' in lines
    assert 'Init Duration' not in base64.b64decode(f.invoke({}, LogType='Tail')['LogResult']).decode()
    assert 'LogResult' not in f.invoke({}, LogType='None')
    assert refused(f.client.invoke, FunctionName='f', LogType='Head')[0] in ('InvalidParameterValueException', 'ValidationException')


def test_the_log(aws, function):
    f = function('print("hello from the function")\nreturn context.log_stream_name')
    stream = f()
    messages = eventually(lambda: [line for line in f.log() or [] if line.startswith('REPORT')] and f.log())
    assert any('hello from the function' in line for line in messages)
    kinds = [line.split(' ')[0] for line in messages]
    assert kinds.index('START') < kinds.index('END') < kinds.index('REPORT')
    names = [each['logStreamName'] for each in aws('logs').describe_log_streams(logGroupName='/aws/lambda/f')['logStreams']]
    assert names == [stream] and time.strftime('%Y/') in stream


def test_without_access_to_logs_there_are_none(function):
    f = function('print("nobody hears this")\nreturn 1', statements=())
    assert f() == 1
    answer = f.invoke({}, LogType='Tail')
    assert 'nobody hears this' in base64.b64decode(answer['LogResult']).decode()
    assert f.log() is None


def test_a_role_that_may_write_but_not_make_groups(aws, function):
    f = function('print("heard")\nreturn 1', statements=(allow('logs:CreateLogStream', 'logs:PutLogEvents'),))
    assert f() == 1 and f.log() is None
    aws('logs').create_log_group(logGroupName='/aws/lambda/f')
    f.client.update_function_configuration(FunctionName='f', Description='a new environment')
    assert f() == 1
    eventually(lambda: any('heard' in line for line in f.log()))


def test_credentials_are_the_roles(aws, function):
    f = function('''
import boto3
def code(call, **arguments):
    try:
        call(**arguments)
    except Exception as error:
        return error.response['Error']['Code']
kinesis = boto3.client('kinesis')
return {'arn': boto3.client('sts').get_caller_identity()['Arn'], 'endpoint': kinesis.meta.endpoint_url,
        'put': code(kinesis.put_record, StreamName='s', PartitionKey='k', Data=b'from inside'),
        'list': code(kinesis.list_streams), 'delete': code(kinesis.delete_stream, StreamName='s')}''',
                 statements=(allow('kinesis:PutRecord', 'kinesis:ListStreams'),), Timeout=30)
    kinesis = aws('kinesis')
    kinesis.create_stream(StreamName='s', ShardCount=1)
    found = f()
    assert found == {'arn': f'arn:aws:sts::{aws.account}:assumed-role/role-f/f',
                     'endpoint': f'https://kinesis.{REGION}.amazonaws.com', 'put': None, 'list': None,
                     'delete': 'AccessDeniedException'}
    iterator = kinesis.get_shard_iterator(StreamName='s', ShardId='shardId-000000000000', ShardIteratorType='TRIM_HORIZON')
    record, = kinesis.get_records(ShardIterator=iterator['ShardIterator'])['Records']
    assert record['Data'] == b'from inside'


def test_certificates_are_verified(function):
    f = function('''
import ssl, socket
def connect(name):
    try:
        with socket.create_connection((name, 443), timeout=5) as plain:
            with ssl.create_default_context().wrap_socket(plain, server_hostname=name) as secure:
                return secure.version()
    except Exception as error:
        return type(error).__name__
def wrong():
    try:
        with socket.create_connection(('sts.amazonaws.com', 443), timeout=5) as plain:
            with ssl.create_default_context().wrap_socket(plain, server_hostname='somebody-else.example.com') as secure:
                return secure.version()
    except Exception as error:
        return type(error).__name__
return [connect('sts.amazonaws.com'), wrong()]''')
    good, bad = f()
    assert good in ('TLSv1.2', 'TLSv1.3') and not bad.startswith('TLS')


def test_dry_runs(function):
    f = function('raise SystemExit')
    answer = f.invoke({}, InvocationType='DryRun')
    assert answer['StatusCode'] == 204 and answer['Payload'].read() == b''
    assert f.log() is None


def test_events(aws, function):
    f = function('print("got " + json.dumps(event))')
    answer = f.invoke({'n': 1}, InvocationType='Event')
    assert answer['StatusCode'] == 202 and answer['Payload'].read() == b'' and 'FunctionError' not in answer
    eventually(lambda: any('got {"n": 1}' in line for line in f.log() or []))


def test_accepted_events_survive_being_killed(start_server):
    from conftest import Aws
    server = start_server()
    aws = Aws(server, '123456789012')
    role = aws.role('function', 'lambda.amazonaws.com', allow('logs:*'))
    code = 'import time\ndef handler(event, context):\n    print("got", event)\n    time.sleep(1)\n'
    aws('lambda').create_function(FunctionName='f', Runtime='python3.12', Handler='index.handler', Role=role, Timeout=10,
                                  Code={'ZipFile': archive({'index.py': code})})
    for number in range(3):
        aws('lambda').invoke(FunctionName='f', InvocationType='Event', Payload=json.dumps(number).encode())
    server.kill()
    again = Function(Aws(start_server(data=server.data), '123456789012'), 'f')
    eventually(lambda: all(any(f'got {number}' in line for line in again.log() or []) for number in range(3)))


def test_malformed_invocations(function):
    f = function('return 1')
    code, message = refused(f.invoke, Payload=b'{not json')
    assert code == 'InvalidRequestContentException' and message.startswith('Could not parse request body into json: ')
    code, message = refused(f.invoke, event='x' * 6_300_000)
    assert code == 'RequestTooLargeException' and 'RequestResponse invocation type' in message
    code, message = refused(f.invoke, event='x' * 300_000, InvocationType='Event')
    assert code == 'RequestTooLargeException' and 'Event invocation type' in message
    assert refused(f.invoke, InvocationType='Perhaps')[0] in ('InvalidParameterValueException', 'ValidationException')
    assert refused(f.invoke, ClientContext='!!')[0] == 'InvalidRequestContentException'


def test_too_large_answers(function):
    error = function('return "x" * 6_500_000').error()
    assert error['errorType'] == 'Function.ResponseSizeTooLarge', error


def test_layers_lie_below_opt(function, aws):
    client = aws('lambda')
    arns = [client.publish_layer_version(LayerName=name, Content={'ZipFile': archive(files)})['LayerVersionArn'] for name, files in (
        ('one', {'python/shared.py': 'VALUE = 1\n', 'python/only.py': 'VALUE = 7\n'}),
        ('two', {'python/shared.py': 'VALUE = 2\n', 'bin/tool': '#!/bin/sh\necho from the layer\n'}))]
    f = function('''
import only, shared, subprocess
return [only.VALUE, shared.VALUE, subprocess.run(['tool'], capture_output=True, text=True).stdout, shared.__file__]''', Layers=arns)
    assert f() == [7, 2, 'from the layer\n', '/opt/python/shared.py'], 'later layers win'
    client.delete_layer_version(LayerName='two', VersionNumber=1)
    assert f()[1] == 2, 'a function keeps what it has'
    f.client.update_function_configuration(FunctionName='f', Layers=arns[:1])
    error = f.error()
    assert error['errorType'] == 'FileNotFoundError'


SHELL = '''#!/bin/bash
# A runtime without any program but the shell.
ask() {
  exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}"
  printf '%s /2018-06-01/runtime/invocation/%s HTTP/1.1\\r\\nHost: runtime\\r\\nContent-Length: %d\\r\\n\\r\\n%s' \\
    "$1" "$2" "${#3}" "$3" >&3
  length=0
  while IFS= read -r line <&3; do
    line=${line%$'\\r'}
    [ -z "$line" ] && break
    name=${line%%:*}
    case ${name,,} in
      lambda-runtime-aws-request-id) id=${line#*: } ;;
      content-length) length=${line#*: } ;;
    esac
  done
  body=
  [ "$length" -gt 0 ] && read -r -N "$length" body <&3
  exec 3>&-
}
while true; do
  ask GET next ''
  echo "the shell got $body"
  ask POST "$id/response" "{\\"handler\\": \\"$_HANDLER\\", \\"event\\": $body}"
done
'''


@pytest.mark.parametrize('runtime', ['provided.al2023', 'provided.al2'])
def test_a_runtime_of_ones_own(function, runtime):
    f = function('', files={'bootstrap': SHELL}, Runtime=runtime, Handler='some.thing')
    assert f({'a': 1}) == {'handler': 'some.thing', 'event': {'a': 1}}
    assert f([2]) == {'handler': 'some.thing', 'event': [2]}
    assert any('the shell got [2]' in line for line in eventually(f.log))


def test_a_runtime_that_is_not_there(function):
    error = function('', files={'readme': 'no bootstrap'}, Runtime='provided.al2023').error()
    assert error['errorType'] in ('Runtime.InvalidEntrypoint', 'Runtime.ExitError')


def test_what_a_function_may_not_touch(function):
    f = function('''
def attempt(call, *arguments):
    try:
        call(*arguments)
        return 'done'
    except OSError as error:
        return 'refused'
open('/tmp/mine', 'w').write('x')
return [attempt(open, '/var/task/index.py', 'w'), attempt(open, '/etc/shadow'), attempt(open, '/opt/x', 'w'),
        os.getuid() != 0, sorted(os.listdir('/tmp'))]''')
    assert f() == ['refused', 'refused', 'refused', True, ['mine']]


def test_metrics_tell_of_invocations(aws, function):
    import datetime
    f = function('if event == 1: raise ValueError("x")\nreturn 1')
    f(0)
    f.error(1)
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=2)

    def total(metric):
        points = aws('cloudwatch').get_metric_statistics(
            Namespace='AWS/Lambda', MetricName=metric, Dimensions=[{'Name': 'FunctionName', 'Value': 'f'}],
            StartTime=end - datetime.timedelta(minutes=10), EndTime=end, Period=600, Statistics=['Sum'])['Datapoints']
        return sum(point['Sum'] for point in points)
    assert (total('Invocations'), total('Errors'), total('Throttles')) == (2, 1, 0) and total('Duration') > 0
