import os
import subprocess
import time

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, ROOT


@pytest.fixture
def ssm(aws):
    return aws('ssm', parameter_validation=False)


def refused(call, **arguments):
    """(code, text) that the call is refused with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error'].get('Message', '')


def put(ssm, *names, **more):
    for name in names:
        ssm.put_parameter(**{'Name': name, 'Value': f'value of {name}', 'Type': 'String'} | more)


def names(answer):
    return [parameter['Name'] for parameter in answer['Parameters']]


def test_put_and_get(ssm, aws):
    answer = ssm.put_parameter(Name='/app/url', Value='http://ü', Type='String', Description='d')
    assert answer['Version'] == 1 and answer['Tier'] == 'Standard'
    parameter = ssm.get_parameter(Name='/app/url')['Parameter']
    assert abs(parameter.pop('LastModifiedDate').timestamp() - time.time()) < 60
    arn = f'arn:aws:ssm:{REGION}:{aws.account}:parameter/app/url'
    assert parameter == {'Name': '/app/url', 'Type': 'String', 'Value': 'http://ü', 'Version': 1, 'ARN': arn,
                         'DataType': 'text'}
    assert ssm.get_parameter(Name=arn)['Parameter']['Value'] == 'http://ü'
    assert ssm.get_parameter(Name='/app/url', WithDecryption=True)['Parameter']['Value'] == 'http://ü'
    put(ssm, 'plain')
    assert ssm.get_parameter(Name='plain')['Parameter']['ARN'].endswith(':parameter/plain')


def test_versions(ssm):
    put(ssm, 'v', Value='one')
    assert ssm.put_parameter(Name='v', Value='two', Overwrite=True)['Version'] == 2
    assert ssm.get_parameter(Name='v')['Parameter']['Value'] == 'two'
    old = ssm.get_parameter(Name='v:1')['Parameter']
    assert (old['Value'], old['Version'], old['Selector'], old['Name']) == ('one', 1, ':1', 'v')
    code, text = refused(ssm.get_parameter, Name='v:3')
    assert code == 'ParameterVersionNotFound'
    assert text == 'Systems Manager could not find version 3 of v. Verify the version and try again.'


def test_a_second_put_needs_overwrite(ssm):
    put(ssm, 'once')
    assert refused(ssm.put_parameter, Name='once', Value='x', Type='String') == (
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.')
    assert ssm.get_parameter(Name='once')['Parameter']['Value'] == 'value of once'
    code, _ = refused(ssm.put_parameter, Name='once', Value='x', Overwrite=True, Tags=[{'Key': 'a', 'Value': 'b'}])
    assert code == 'ValidationException'
    code, _ = refused(ssm.put_parameter, Name='once', Value='x', Type='StringList', Overwrite=True)
    assert code == 'HierarchyTypeMismatchException'


@pytest.mark.parametrize('name', ['aws-x', 'AWSx', 'ssm', 'ssm-x', '/ssm/x', 'a b', 'a$', 'a/b', '/a//b', '/a/', 'ü', 'a:b:c'])
def test_refused_names(ssm, name):
    assert refused(ssm.put_parameter, Name=name, Value='x', Type='String')[0] == 'ValidationException'


def test_reserved_path_and_depth(ssm):
    code, text = refused(ssm.put_parameter, Name='/aws/x', Value='x', Type='String')
    assert (code, text) == ('AccessDeniedException', 'No access to reserved parameter name: /aws/x.')
    put(ssm, '/l' * 15)
    assert refused(ssm.put_parameter, Name='/l' * 16, Value='x', Type='String')[0] == 'HierarchyLevelLimitExceededException'


@pytest.mark.parametrize('arguments, code, text', [
    ({}, 'ValidationException', 'A parameter type is required when you create a parameter.'),
    ({'Type': 'Number'}, 'ValidationException', "Value 'Number' at 'type' failed to satisfy constraint"),
    ({'Type': 'SecureString'}, 'UnsupportedParameterType', 'SecureString'),
    ({'Type': 'String', 'Value': ''}, 'ValidationException', 'length greater than or equal to 1'),
    ({'Type': 'String', 'Value': 'x' * 4097}, 'ValidationException', 'maximum parameter value of 4096 characters'),
    ({'Type': 'String', 'Value': 'x' * 8193, 'Tier': 'Advanced'}, 'ValidationException', '8192'),
    ({'Type': 'String', 'AllowedPattern': '^[0-9]+$'}, 'ParameterPatternMismatchException', 'allowedPattern: ^[0-9]+$'),
    ({'Type': 'String', 'AllowedPattern': '('}, 'InvalidAllowedPatternException', '('),
    ({'Type': 'String', 'Policies': '[]'}, 'ValidationException', 'Policies'),
    ({'Type': 'String', 'DataType': 'aws:ec2:image'}, 'ValidationException', 'aws:ec2:image'),
    ({'Type': 'String', 'Tags': [{'Key': f'{n}', 'Value': 'x'} for n in range(51)]}, 'TooManyTagsError', '50'),
])
def test_refused_puts(ssm, arguments, code, text):
    found = refused(ssm.put_parameter, **{'Name': 'p', 'Value': 'x'} | arguments)
    assert found[0] == code and text in found[1]
    assert refused(ssm.get_parameter, Name='p')[0] == 'ParameterNotFound'


def test_tiers(ssm):
    assert ssm.put_parameter(Name='t', Value='x' * 5000, Type='String', Tier='Intelligent-Tiering')['Tier'] == 'Advanced'
    assert len(ssm.get_parameter(Name='t')['Parameter']['Value']) == 5000
    code, text = refused(ssm.put_parameter, Name='t', Value='x', Overwrite=True, Tier='Standard')
    assert code == 'ValidationException' and "You can't downgrade a parameter" in text


def test_the_pattern_stays_with_the_parameter(ssm):
    ssm.put_parameter(Name='n', Value='12', Type='String', AllowedPattern='^[0-9]+$')
    assert refused(ssm.put_parameter, Name='n', Value='x', Overwrite=True)[0] == 'ParameterPatternMismatchException'
    assert ssm.put_parameter(Name='n', Value='13', Overwrite=True)['Version'] == 2


def test_get_parameters(ssm):
    put(ssm, 'a', 'b')
    answer = ssm.get_parameters(Names=['b', 'missing', 'a', 'a:9'])
    assert sorted(names(answer)) == ['a', 'b'] and sorted(answer['InvalidParameters']) == ['a:9', 'missing']
    assert refused(ssm.get_parameters, Names=[str(n) for n in range(11)])[0] == 'ValidationException'
    assert refused(ssm.get_parameters, Names=[])[0] == 'ValidationException'


def test_by_path(ssm):
    put(ssm, *(f'/p/{n:02}' for n in range(12)), '/p/deep/x', '/pp/x', 'p')
    page = ssm.get_parameters_by_path(Path='/p')
    assert names(page) == [f'/p/{n:02}' for n in range(10)]
    assert names(ssm.get_parameters_by_path(Path='/p', NextToken=page['NextToken'])) == ['/p/10', '/p/11']
    every = [name for page in ssm.get_paginator('get_parameters_by_path').paginate(Path='/p/', Recursive=True)
             for name in names(page)]
    assert sorted(every) == sorted([f'/p/{n:02}' for n in range(12)] + ['/p/deep/x'])
    assert names(ssm.get_parameters_by_path(Path='/nothing')) == []
    put(ssm, '/p/list', Type='StringList', Value='a,b')
    assert names(ssm.get_parameters_by_path(
        Path='/p', ParameterFilters=[{'Key': 'Type', 'Values': ['StringList']}])) == ['/p/list']


def test_by_path_refusals(ssm):
    assert refused(ssm.get_parameters_by_path, Path='p')[0] == 'ValidationException'
    assert refused(ssm.get_parameters_by_path, Path='/p', MaxResults=11)[0] == 'ValidationException'
    assert refused(ssm.get_parameters_by_path, Path='/p', NextToken='?!')[0] == 'InvalidNextToken'
    assert refused(ssm.get_parameters_by_path, Path='/p', ParameterFilters=[
        {'Key': 'Name', 'Values': ['x']}])[0] == 'InvalidFilterKey'


def test_describe(ssm):
    put(ssm, '/d/a', '/d/b', 'list', Description='said', Tags=[{'Key': 'team', 'Value': 'x'}])
    put(ssm, 'other')
    shown = ssm.describe_parameters(ParameterFilters=[{'Key': 'Name', 'Values': ['/d/a']}])['Parameters'][0]
    assert shown['Description'] == 'said' and shown['Version'] == 1 and 'Value' not in shown
    assert shown['LastModifiedUser'].startswith('arn:aws:iam::') and shown['Tier'] == 'Standard'

    def found(**one):
        return names(ssm.describe_parameters(ParameterFilters=[one]))
    assert found(Key='Name', Option='BeginsWith', Values=['/d/']) == ['/d/a', '/d/b']
    assert found(Key='Name', Option='Contains', Values=['th']) == ['other']
    assert found(Key='Path', Option='OneLevel', Values=['/d']) == ['/d/a', '/d/b']
    assert found(Key='tag:team', Values=['x']) == ['/d/a', '/d/b', 'list']
    assert names(ssm.describe_parameters(Filters=[{'Key': 'Name', 'Values': ['o']}])) == ['other']
    pages = list(ssm.get_paginator('describe_parameters').paginate(PaginationConfig={'PageSize': 3}))
    assert [len(page['Parameters']) for page in pages] == [3, 1]
    assert refused(ssm.describe_parameters, ParameterFilters=[{'Key': 'Colour', 'Values': ['x']}])[0] == 'ValidationException'
    assert refused(ssm.describe_parameters, ParameterFilters=[
        {'Key': 'Name', 'Option': 'Near', 'Values': ['x']}])[0] == 'InvalidFilterOption'
    assert refused(ssm.describe_parameters, MaxResults=51)[0] == 'ValidationException'


def test_delete(ssm):
    put(ssm, 'a', 'b', 'c')
    ssm.put_parameter(Name='a', Value='2', Overwrite=True)
    ssm.delete_parameter(Name='a')
    assert refused(ssm.delete_parameter, Name='a')[0] == 'ParameterNotFound'
    assert refused(ssm.get_parameter, Name='a:1')[0] == 'ParameterNotFound'
    put(ssm, 'a')
    assert ssm.get_parameter(Name='a')['Parameter']['Version'] == 1
    answer = ssm.delete_parameters(Names=['a', 'missing', 'b'])
    assert sorted(answer['DeletedParameters']) == ['a', 'b'] and answer['InvalidParameters'] == ['missing']
    assert names(ssm.describe_parameters()) == ['c']


def test_tags(ssm):
    put(ssm, 't', Tags=[{'Key': 'one', 'Value': '1'}])
    ssm.add_tags_to_resource(ResourceType='Parameter', ResourceId='t', Tags=[{'Key': 'two', 'Value': '2'},
                                                                             {'Key': 'one', 'Value': 'I'}])
    where = {'ResourceType': 'Parameter', 'ResourceId': 't'}
    tags = ssm.list_tags_for_resource(**where)['TagList']
    assert {tag['Key']: tag['Value'] for tag in tags} == {'one': 'I', 'two': '2'}
    ssm.remove_tags_from_resource(**where, TagKeys=['one', 'never'])
    assert ssm.list_tags_for_resource(**where)['TagList'] == [{'Key': 'two', 'Value': '2'}]
    many = [{'Key': f'{number}', 'Value': ''} for number in range(50)]
    assert refused(ssm.add_tags_to_resource, **where, Tags=many)[0] == 'TooManyTagsError'
    missing = {'ResourceType': 'Parameter', 'ResourceId': 'missing'}
    assert refused(ssm.list_tags_for_resource, **missing)[0] == 'InvalidResourceId'
    assert refused(ssm.add_tags_to_resource, **missing, Tags=[{'Key': 'a', 'Value': 'b'}])[0] == 'InvalidResourceId'
    assert refused(ssm.remove_tags_from_resource, **missing, TagKeys=['a'])[0] == 'InvalidResourceId'
    assert refused(ssm.list_tags_for_resource, ResourceType='Document', ResourceId='t')[0] == 'InvalidResourceType'


def test_regions_are_apart(aws):
    put(aws('ssm'), 'here')
    assert refused(aws('ssm', region='us-east-1').get_parameter, Name='here')[0] == 'ParameterNotFound'


def test_command_line(server, account):
    def run(*words):
        return subprocess.run([ROOT / 'build/venv/bin/aws', '--endpoint-url', server.url, '--region', REGION, 'ssm', *words,
                               '--output', 'text'], capture_output=True, text=True, timeout=60, env={
                                   **os.environ, 'AWS_ACCESS_KEY_ID': account, 'AWS_SECRET_ACCESS_KEY': 'test'})
    assert run('put-parameter', '--name', '/cli/x', '--value', 'y', '--type', 'String').returncode == 0
    assert run('get-parameter', '--name', '/cli/x', '--query', 'Parameter.Value').stdout.strip() == 'y'
    missing = run('get-parameter', '--name', '/cli/missing')
    assert missing.returncode != 0 and '(ParameterNotFound)' in missing.stderr
