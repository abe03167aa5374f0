"""Functions, layers, permissions: what is stored. What happens when functions run is in test_invoke.py."""
import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow

HANDLER = "def handler(event, context):\n    return {'version': 1, 'event': event}\n"


def archive(**files):
    """A zip; `index` stands for index.py."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(name if '.' in name or '/' in name else f'{name}.py', text)
    return buffer.getvalue()


CODE = archive(index=HANDLER)


def refused(call, *positional, **arguments):
    with pytest.raises(ClientError) as error:
        call(*positional, **arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def cli(aws, *arguments):
    environment = {**os.environ, 'AWS_ACCESS_KEY_ID': aws.account, 'AWS_SECRET_ACCESS_KEY': 'test',
                   'AWS_DEFAULT_REGION': REGION}
    return subprocess.run([Path(sys.executable).with_name('aws'), '--endpoint-url', aws.server.url, '--output', 'json',
                           *arguments], env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def functions(aws):
    return aws('lambda', parameter_validation=False)


@pytest.fixture
def role(aws):
    return aws.role('function', 'lambda.amazonaws.com', allow('logs:*'))


@pytest.fixture
def create(functions, role):
    def create(name='f', **more):
        return functions.create_function(**{'FunctionName': name, 'Runtime': 'python3.12', 'Handler': 'index.handler',
                                            'Role': role, 'Code': {'ZipFile': CODE}, **more})
    return create


def arn(aws, name='f'):
    return f'arn:aws:lambda:{REGION}:{aws.account}:function:{name}'


def not_found(aws, name='missing'):
    return ('ResourceNotFoundException', f'Function not found: {arn(aws, name)}')


def test_functions(aws, functions, create, role):
    made = create(Description='d', Timeout=7, MemorySize=256, Environment={'Variables': {'KEY': 'b'}}, Tags={'k': 'v'},
                  Architectures=['arm64'], EphemeralStorage={'Size': 1024})
    assert made['ResponseMetadata']['HTTPStatusCode'] == 201 and made['State'] == 'Pending'
    functions.get_waiter('function_active_v2').wait(FunctionName='f', WaiterConfig={'Delay': 1})
    got = functions.get_function_configuration(FunctionName='f')
    expected = {'FunctionName': 'f', 'FunctionArn': arn(aws), 'Runtime': 'python3.12', 'Handler': 'index.handler', 'Role': role,
                'Description': 'd', 'Timeout': 7, 'MemorySize': 256, 'Environment': {'Variables': {'KEY': 'b'}},
                'Architectures': ['arm64'], 'EphemeralStorage': {'Size': 1024}, 'PackageType': 'Zip', 'Version': '$LATEST',
                'CodeSize': len(CODE), 'CodeSha256': base64.b64encode(hashlib.sha256(CODE).digest()).decode(),
                'State': 'Active', 'LastUpdateStatus': 'Successful', 'RevisionId': made['RevisionId'],
                'TracingConfig': {'Mode': 'PassThrough'}, 'LoggingConfig': {'LogFormat': 'Text', 'LogGroup': '/aws/lambda/f'}}
    assert {name: got.get(name) for name in expected} == expected
    whole = functions.get_function(FunctionName=arn(aws))
    assert whole['Tags'] == {'k': 'v'} and whole['Code']['RepositoryType'] == 'S3'
    assert whole['Configuration']['RevisionId'] == made['RevisionId']
    for name in (f'{aws.account}:function:f', 'f:$LATEST', arn(aws) + ':$LATEST'):
        assert functions.get_function_configuration(FunctionName=name)['FunctionArn'].startswith(arn(aws))
    functions.delete_function(FunctionName='f')
    assert refused(functions.get_function, FunctionName='f') == not_found(aws, 'f')


def test_defaults(create):
    made = create()
    assert (made['Timeout'], made['MemorySize'], made['Architectures'], made['EphemeralStorage']) == (3, 128, ['x86_64'], {'Size': 512})
    assert 'Environment' not in made and 'Layers' not in made


def test_functions_are_listed_in_pages(functions, create):
    for number in range(4):
        create(f'f{number}')
    pages = list(functions.get_paginator('list_functions').paginate(PaginationConfig={'PageSize': 3}))
    assert [[each['FunctionName'] for each in page['Functions']] for page in pages] == [['f0', 'f1', 'f2'], ['f3']]


def test_creation_refusals(aws, functions, create, role):
    invalid = 'InvalidParameterValueException'
    create()
    assert refused(create) == ('ResourceConflictException', 'Function already exist: f')
    assert refused(create, 'g', Code={'ZipFile': b'no zip'}) == (
        invalid, 'Could not unzip uploaded file. Please check your file, then try to upload again.')
    assert refused(create, 'g', Role=role + 'x') == (invalid, 'The role defined for the function cannot be assumed by Lambda.')
    other = aws.role('other', 'firehose.amazonaws.com')
    assert refused(create, 'g', Role=other) == (invalid, 'The role defined for the function cannot be assumed by Lambda.')
    code, message = refused(create, 'g', Runtime='nodejs20.x')
    assert code == invalid and 'nodejs20.x' in message
    assert refused(create, 'g', Runtime='cobol')[0] in (invalid, 'ValidationException')
    for name, value in (('Timeout', 901), ('Timeout', 0), ('MemorySize', 127), ('MemorySize', 10241),
                        ('EphemeralStorage', {'Size': 511}), ('EphemeralStorage', {'Size': 10241})):
        code, message = refused(create, 'g', **{name: value})
        assert code in (invalid, 'ValidationException') and 'failed to satisfy constraint' in message, name
    code, message = refused(create, 'g', Environment={'Variables': {'AWS_REGION': 'x', 'KEY': 'b'}})
    assert code == invalid and message.endswith('Reserved keys used in this request: AWS_REGION')
    code, message = refused(create, 'g', Environment={'Variables': {'KEY': 'x' * 4096}})
    assert code == invalid and 'exceeded the 4KB limit' in message
    for name in ('with space', 'x' * 141):
        assert refused(create, name)[0] in (invalid, 'ValidationException'), name
    for parameter in ({'PackageType': 'Image', 'Code': {'ImageUri': 'x'}}, {'Publish': True},
                      {'VpcConfig': {'SubnetIds': ['subnet-1'], 'SecurityGroupIds': ['sg-1']}},
                      {'DeadLetterConfig': {'TargetArn': f'arn:aws:sqs:{REGION}:{aws.account}:q'}},
                      {'TracingConfig': {'Mode': 'Active'}}, {'KMSKeyArn': f'arn:aws:kms:{REGION}:{aws.account}:key/k'}):
        code, message = refused(create, 'g', **parameter)
        assert code == invalid and 'not supported' in message, parameter
    assert refused(create, 'g', Code={})[0] == invalid
    assert len(functions.list_functions()['Functions']) == 1


def test_archives_that_reach_out_are_refused(create):
    for name in ('../evil.py', '/etc/evil.py', 'a/../../evil.py'):
        assert refused(create, 'g', Code={'ZipFile': archive(**{name: 'x'})})[0] == 'InvalidParameterValueException', name


def test_an_archive_may_not_grow_beyond_the_limit(create):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        with out.open('zeros', 'w', force_zip64=True) as file:
            for _ in range(251):
                file.write(bytes(1 << 20))
    assert refused(create, Code={'ZipFile': bomb.getvalue()}) == (
        'InvalidParameterValueException', 'Unzipped size must be smaller than 262144000 bytes')


def test_code_from_a_bucket(aws, functions, create, account):
    s3, bucket = aws('s3'), f'code-{account}'
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': REGION})
    s3.put_object(Bucket=bucket, Key='f.zip', Body=CODE)
    made = create(Code={'S3Bucket': bucket, 'S3Key': 'f.zip'})
    assert made['CodeSha256'] == base64.b64encode(hashlib.sha256(CODE).digest()).decode()
    code, message = refused(create, 'g', Code={'S3Bucket': bucket, 'S3Key': 'missing.zip'})
    assert code == 'InvalidParameterValueException' and message == (
        'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.')
    maker = aws.user('maker', allow('lambda:*', 'iam:PassRole'))('lambda')
    code, message = refused(maker.update_function_code, FunctionName='f', S3Bucket=bucket, S3Key='f.zip')
    assert code == 'AccessDeniedException' and 's3' in message.lower()


def test_updating_code(aws, functions, create):
    before = create()
    other = archive(index=HANDLER.replace('1', '2'))
    dry = functions.update_function_code(FunctionName='f', ZipFile=other, DryRun=True)
    assert dry['CodeSize'] == len(other) and functions.get_function_configuration(FunctionName='f')['CodeSha256'] == before['CodeSha256']
    changed = functions.update_function_code(FunctionName='f', ZipFile=other, RevisionId=before['RevisionId'])
    assert changed['CodeSha256'] != before['CodeSha256'] and changed['RevisionId'] != before['RevisionId']
    functions.get_waiter('function_updated_v2').wait(FunctionName='f', WaiterConfig={'Delay': 1})
    code, message = refused(functions.update_function_code, FunctionName='f', ZipFile=CODE, RevisionId=before['RevisionId'])
    assert code == 'PreconditionFailedException' and message.startswith('The Revision Id provided does not match the latest')
    assert refused(functions.update_function_code, FunctionName='f', ZipFile=b'no zip')[0] == 'InvalidParameterValueException'
    assert refused(functions.update_function_code, FunctionName='missing', ZipFile=CODE)[0] == 'ResourceNotFoundException'


def test_updating_the_configuration(aws, functions, create):
    before = create(Environment={'Variables': {'KEY': 'b'}})
    changed = functions.update_function_configuration(FunctionName='f', Timeout=9, MemorySize=512, Handler='index.other',
                                                      Description='new', Environment={'Variables': {'OTHER': 'd'}})
    assert (changed['Timeout'], changed['MemorySize'], changed['Handler'], changed['Description']) == (9, 512, 'index.other', 'new')
    assert changed['Environment'] == {'Variables': {'OTHER': 'd'}} and changed['Runtime'] == 'python3.12'
    functions.get_waiter('function_updated').wait(FunctionName='f', WaiterConfig={'Delay': 1})
    assert functions.get_function_configuration(FunctionName='f')['Timeout'] == 9
    update = functions.update_function_configuration
    assert refused(update, FunctionName='f', Timeout=1, RevisionId=before['RevisionId'])[0] == 'PreconditionFailedException'
    assert refused(update, FunctionName='f', Role=before['Role'] + 'x')[0] == 'InvalidParameterValueException'
    assert refused(update, FunctionName='f', MemorySize=1)[0] in ('InvalidParameterValueException', 'ValidationException')
    assert refused(update, FunctionName='missing', Timeout=1)[0] == 'ResourceNotFoundException'
    assert functions.get_function_configuration(FunctionName='f')['Timeout'] == 9


def test_what_is_missing(aws, functions):
    for call in (functions.get_function, functions.get_function_configuration, functions.delete_function, functions.get_policy,
                 functions.invoke):
        assert refused(call, FunctionName='missing') == not_found(aws), call.__name__
    assert refused(functions.get_function, FunctionName='missing', Qualifier='7') == (
        'ResourceNotFoundException', f'Function not found: {arn(aws)[:-1]}missing:7')


def test_creation_needs_pass_role(aws, functions, role):
    arguments = {'FunctionName': 'f', 'Runtime': 'python3.12', 'Handler': 'index.handler', 'Role': role, 'Code': {'ZipFile': CODE}}
    maker = aws.user('maker', allow('lambda:CreateFunction'))('lambda')
    code, message = refused(maker.create_function, **arguments)
    assert code == 'AccessDeniedException' and f'is not authorized to perform: iam:PassRole on resource: {role} because' in message
    only = {**allow('iam:PassRole', resource=role), 'Condition': {'StringEquals': {'iam:PassedToService': 'firehose.amazonaws.com'}}}
    maker = aws.user('other', allow('lambda:CreateFunction'), only)('lambda')
    assert refused(maker.create_function, **arguments)[0] == 'AccessDeniedException'
    only['Condition']['StringEquals']['iam:PassedToService'] = 'lambda.amazonaws.com'
    aws.user('good', allow('lambda:CreateFunction'), only)('lambda').create_function(**arguments)


def test_tags(aws, functions, create):
    create(Tags={'a': '1'})
    functions.tag_resource(Resource=arn(aws), Tags={'b': '2', 'a': '3'})
    assert functions.list_tags(Resource=arn(aws))['Tags'] == {'a': '3', 'b': '2'}
    functions.untag_resource(Resource=arn(aws), TagKeys=['a', 'never'])
    assert functions.list_tags(Resource=arn(aws))['Tags'] == {'b': '2'}
    assert refused(functions.tag_resource, Resource=arn(aws), Tags={f'{n}': '' for n in range(50)})[0] == 'InvalidParameterValueException'
    for call, more in ((functions.tag_resource, {'Tags': {'k': 'v'}}), (functions.untag_resource, {'TagKeys': ['k']}),
                       (functions.list_tags, {})):
        assert refused(call, Resource=arn(aws, 'missing'), **more) == not_found(aws)


def test_permissions(aws, functions, create):
    create()
    bucket = {'StatementId': 's3', 'Action': 'lambda:InvokeFunction', 'Principal': 's3.amazonaws.com',
              'SourceArn': 'arn:aws:s3:::bucket', 'SourceAccount': aws.account}
    statement = json.loads(functions.add_permission(FunctionName='f', **bucket)['Statement'])
    assert statement == {
        'Sid': 's3', 'Effect': 'Allow', 'Principal': {'Service': 's3.amazonaws.com'}, 'Action': 'lambda:InvokeFunction',
        'Resource': arn(aws), 'Condition': {'StringEquals': {'AWS:SourceAccount': aws.account},
                                            'ArnLike': {'AWS:SourceArn': 'arn:aws:s3:::bucket'}}}
    answer = functions.get_policy(FunctionName='f')
    assert json.loads(answer['Policy'])['Statement'] == [statement] and answer['RevisionId']
    code, message = refused(functions.add_permission, FunctionName='f', **bucket)
    assert code == 'ResourceConflictException' and message.startswith('The statement id (s3) provided already exists.')
    assert refused(functions.add_permission, FunctionName='f', **{**bucket, 'StatementId': 'x', 'Principal': 'nobody'}) == (
        'InvalidParameterValueException', 'The provided principal was invalid. Please check the principal and try again.')
    assert refused(functions.add_permission, FunctionName='missing', **bucket)[0] == 'ResourceNotFoundException'
    code, message = refused(functions.remove_permission, FunctionName='f', StatementId='other')
    assert code == 'ResourceNotFoundException' and message == 'Statement other is not found in resource policy.'
    functions.remove_permission(FunctionName='f', StatementId='s3')
    assert refused(functions.get_policy, FunctionName='f') == (
        'ResourceNotFoundException', 'The resource you requested does not exist.')
    assert refused(functions.remove_permission, FunctionName='f', StatementId='s3') == (
        'ResourceNotFoundException', 'No policy is associated with the given resource.')


def test_permissions_let_others_invoke(aws, functions, create):
    create()
    guest = aws.user('guest')
    code, message = refused(guest('lambda').invoke, FunctionName='f', InvocationType='DryRun')
    assert code == 'AccessDeniedException' and message == (
        f'User: arn:aws:iam::{aws.account}:user/guest is not authorized to perform: lambda:InvokeFunction on resource: {arn(aws)} '
        'because no identity-based policy allows the lambda:InvokeFunction action')
    functions.add_permission(FunctionName='f', StatementId='guest', Action='lambda:InvokeFunction',
                             Principal=f'arn:aws:iam::{aws.account}:user/guest')
    assert guest('lambda').invoke(FunctionName='f', InvocationType='DryRun')['StatusCode'] == 204
    functions.remove_permission(FunctionName='f', StatementId='guest')
    assert refused(guest('lambda').invoke, FunctionName='f', InvocationType='DryRun')[0] == 'AccessDeniedException'


def test_layers(aws, functions):
    content = archive(**{'python/shared.py': 'VALUE = 1\n'})
    first = functions.publish_layer_version(LayerName='l', Content={'ZipFile': content}, Description='d', LicenseInfo='MIT',
                                            CompatibleRuntimes=['python3.12'], CompatibleArchitectures=['arm64'])
    layer = f'arn:aws:lambda:{REGION}:{aws.account}:layer:l'
    assert (first['LayerArn'], first['LayerVersionArn'], first['Version']) == (layer, f'{layer}:1', 1)
    assert first['Content']['CodeSize'] == len(content)
    assert first['Content']['CodeSha256'] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert functions.publish_layer_version(LayerName='l', Content={'ZipFile': content})['Version'] == 2
    got = functions.get_layer_version(LayerName='l', VersionNumber=1)
    assert (got['Description'], got['LicenseInfo'], got['CompatibleRuntimes']) == ('d', 'MIT', ['python3.12'])
    assert functions.get_layer_version_by_arn(Arn=f'{layer}:2')['Version'] == 2
    assert [each['Version'] for each in functions.list_layer_versions(LayerName='l')['LayerVersions']] == [2, 1]
    assert [each['Version'] for each in functions.list_layer_versions(
        LayerName='l', CompatibleRuntime='python3.12')['LayerVersions']] == [1]
    functions.publish_layer_version(LayerName='k', Content={'ZipFile': content})
    listed = functions.list_layers()['Layers']
    assert [(each['LayerName'], each['LatestMatchingVersion']['Version']) for each in listed] == [('k', 1), ('l', 2)]
    pages = functions.get_paginator('list_layers').paginate(PaginationConfig={'PageSize': 1})
    assert [each['LayerName'] for page in pages for each in page['Layers']] == ['k', 'l']
    functions.delete_layer_version(LayerName='l', VersionNumber=2)
    functions.delete_layer_version(LayerName='l', VersionNumber=2)
    assert refused(functions.get_layer_version, LayerName='l', VersionNumber=2)[0] == 'ResourceNotFoundException'
    assert functions.publish_layer_version(LayerName='l', Content={'ZipFile': content})['Version'] == 3, 'never used again'


def test_layers_refusals(aws, functions, create):
    layer = f'arn:aws:lambda:{REGION}:{aws.account}:layer:l'
    assert refused(functions.publish_layer_version, LayerName='l', Content={'ZipFile': b'no zip'})[0] == 'InvalidParameterValueException'
    for arguments in ({'LayerName': 'l', 'VersionNumber': 1}, {'LayerName': layer, 'VersionNumber': 1}):
        code, message = refused(functions.get_layer_version, **arguments)
        assert code == 'ResourceNotFoundException' and message.startswith('The resource you requested does not exist.')
    assert refused(functions.get_layer_version_by_arn, Arn=f'{layer}:1')[0] == 'ResourceNotFoundException'
    assert refused(create, Layers=[f'{layer}:1']) == (
        'InvalidParameterValueException', f'Layer version {layer}:1 does not exist.')
    assert refused(create, Layers=[layer])[0] in ('InvalidParameterValueException', 'ValidationException')
    for _ in range(2):
        functions.publish_layer_version(LayerName='l', Content={'ZipFile': CODE})
    code, message = refused(create, Layers=[f'{layer}:1', f'{layer}:2'])
    assert code == 'InvalidParameterValueException' and message.startswith('Two different versions of the same layer are not allowed')
    code, message = refused(create, Layers=[f'{layer}{number}:1' for number in range(6)])
    assert code in ('InvalidParameterValueException', 'ValidationException')
    made = create(Layers=[f'{layer}:2'])
    assert made['Layers'] == [{'Arn': f'{layer}:2', 'CodeSize': len(CODE)}]
    assert functions.update_function_configuration(FunctionName='f', Layers=[]).get('Layers', []) == []


def test_functions_survive_being_killed(start_server):
    from conftest import Aws
    server = start_server()
    aws = Aws(server, '123456789012')
    role = aws.role('function', 'lambda.amazonaws.com')
    aws('lambda').create_function(FunctionName='f', Runtime='python3.12', Handler='index.handler', Role=role, Code={'ZipFile': CODE})
    server.kill()
    again = Aws(start_server(data=server.data), '123456789012')('lambda')
    answer = again.invoke(FunctionName='f', Payload=b'[1]')
    assert json.load(answer['Payload']) == {'version': 1, 'event': [1]}


def test_a_warm_function_does_not_hold_up_the_end(start_server):
    from conftest import Aws
    server = start_server()
    aws = Aws(server, '123456789012')
    role = aws.role('function', 'lambda.amazonaws.com')
    aws('lambda').create_function(FunctionName='f', Runtime='python3.12', Handler='index.handler', Role=role, Code={'ZipFile': CODE})
    aws('lambda').invoke(FunctionName='f')
    begun = time.monotonic()
    assert server.stop() == 0 and time.monotonic() - begun < 2


def test_the_command_line(aws, create, tmp_path):
    create()
    answer = cli(aws, 'lambda', 'get-function-configuration', '--function-name', 'f')
    assert answer.returncode == 0 and json.loads(answer.stdout)['FunctionArn'] == arn(aws), answer.stderr
    answer = cli(aws, 'lambda', 'invoke', '--function-name', 'f', '--cli-binary-format', 'raw-in-base64-out',
                 '--payload', '{"a": 1}', str(tmp_path / 'out'))
    if 'cli-binary-format' in answer.stderr:  # the first version of the command line has no such option
        answer = cli(aws, 'lambda', 'invoke', '--function-name', 'f', '--payload', '{"a": 1}', str(tmp_path / 'out'))
    assert answer.returncode == 0 and json.loads((tmp_path / 'out').read_text()) == {'version': 1, 'event': {'a': 1}}, answer.stderr
