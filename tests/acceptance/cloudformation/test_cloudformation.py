"""Stacks of one template: what is answered, in which order things happen, what is refused."""
import json

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow
from stacks import created, delete, ended, error, events, reasons


@pytest.fixture
def cloudformation(aws):
    return aws('cloudformation')


def parameter(name, more='', value='v'):
    return f"  {name}: {{Type: 'AWS::SSM::Parameter'{more}, Properties: {{Name: /{name}, Type: String, Value: {value}}}}}\n"


def test_a_stack_from_creation_to_deletion(aws, cloudformation):
    body = 'Description: d\nResources:\n' + parameter('A') + 'Outputs: {O: {Value: !Ref A, Description: o}}\n'
    identifier = cloudformation.create_stack(StackName='s', TemplateBody=body, Tags=[{'Key': 'k', 'Value': 'v'}])['StackId']
    assert identifier.startswith(f'arn:aws:cloudformation:{REGION}:{aws.account}:stack/s/')
    stack = ended(cloudformation, identifier)
    assert stack['StackStatus'] == 'CREATE_COMPLETE' and stack['Description'] == 'd'
    assert stack['Outputs'] == [{'OutputKey': 'O', 'OutputValue': '/A', 'Description': 'o'}]
    assert stack['Tags'] == [{'Key': 'k', 'Value': 'v'}] and stack['DisableRollback'] is False
    assert aws('ssm').get_parameter(Name='/A')['Parameter']['Value'] == 'v'
    creation = ['s CREATE_IN_PROGRESS User Initiated', 'A CREATE_IN_PROGRESS',
                'A CREATE_IN_PROGRESS Resource creation Initiated', 'A CREATE_COMPLETE', 's CREATE_COMPLETE']
    assert events(cloudformation, 's') == creation

    resource = cloudformation.describe_stack_resource(StackName='s', LogicalResourceId='A')['StackResourceDetail']
    assert (resource['PhysicalResourceId'], resource['ResourceStatus']) == ('/A', 'CREATE_COMPLETE')
    for found in (cloudformation.describe_stack_resources(StackName='s')['StackResources'],
                  cloudformation.describe_stack_resources(PhysicalResourceId='/A')['StackResources'],
                  cloudformation.list_stack_resources(StackName='s')['StackResourceSummaries']):
        assert [one['LogicalResourceId'] for one in found] == ['A'] and found[0]['ResourceType'] == 'AWS::SSM::Parameter'
    assert cloudformation.get_template(StackName='s')['TemplateBody'] == body
    assert [one['StackName'] for one in cloudformation.describe_stacks()['Stacks']] == ['s']

    assert delete(cloudformation, identifier)['StackStatus'] == 'DELETE_COMPLETE'
    assert events(cloudformation, identifier) == creation + [
        's DELETE_IN_PROGRESS User Initiated', 'A DELETE_IN_PROGRESS', 'A DELETE_COMPLETE', 's DELETE_COMPLETE']
    assert error(cloudformation.describe_stacks, StackName='s') == ('ValidationError', 'Stack with id s does not exist')
    assert cloudformation.describe_stacks()['Stacks'] == []
    summaries = cloudformation.list_stacks(StackStatusFilter=['DELETE_COMPLETE'])['StackSummaries']
    assert [one['StackId'] for one in summaries] == [identifier]
    assert cloudformation.list_stacks(StackStatusFilter=['CREATE_COMPLETE'])['StackSummaries'] == []
    with pytest.raises(ClientError):
        aws('ssm').get_parameter(Name='/A')


def test_the_order_of_creation_and_deletion(cloudformation):
    stack = created(cloudformation, 's', 'Resources:\n' + parameter('C', ', DependsOn: B') + parameter('B', value='!Ref A') + parameter('A'))
    assert stack['StackStatus'] == 'CREATE_COMPLETE'
    done = [line.split()[0] for line in events(cloudformation, 's') if line.endswith('CREATE_COMPLETE')]
    assert done == ['A', 'B', 'C', 's']
    delete(cloudformation, stack['StackId'])
    done = [line.split()[0] for line in events(cloudformation, stack['StackId']) if line.endswith('DELETE_COMPLETE')]
    assert done == ['C', 'B', 'A', 's']


FUNCTIONS = '''
Parameters:
  Name: {Type: String, Default: given}
  Number: {Type: Number, Default: 2}
  List: {Type: CommaDelimitedList, Default: "a,b,c"}
Mappings:
  Sizes:
    small: {count: "1"}
    ap-northeast-1: {count: "7"}
Conditions:
  Two: !Equals [!Ref Number, 2]
  Other: !Not [!Condition Two]
  Both: !And [!Condition Two, !Condition Other]
  Either: !Or [!Condition Two, !Condition Other]
Resources:
  A: {Type: 'AWS::SSM::Parameter', Condition: Two, Properties: {Name: /A, Type: String, Value: !Ref Name}}
  B: {Type: 'AWS::SSM::Parameter', Condition: Both, Properties: {Name: /B, Type: String, Value: no}}
  C:
    Type: AWS::SSM::Parameter
    Properties: {Name: /C, Type: String, Value: !GetAtt A.Value, Description: !If [Other, d, !Ref 'AWS::NoValue']}
Outputs:
  Base64: {Value: !Base64 text}
  Cidr: {Value: !Join [" ", !Cidr [10.0.0.0/16, 2, 8]]}
  FindInMap: {Value: !FindInMap [Sizes, !Ref 'AWS::Region', count]}
  If: {Value: !If [Either, yes-it-is, no-it-is-not]}
  Join: {Value: !Join ["-", [a, !Ref Name, "1"]]}
  Select: {Value: !Select [1, !Ref List]}
  Split: {Value: !Select [1, !Split [":", "x:y"]]}
  Sub: {Value: !Sub "${Name}/${A}/${C.Value}/${AWS::StackName}/${!literal}"}
  SubWith: {Value: !Sub ["${X}-${Name}", {X: !Ref Number}]}
  Long: {Value: {"Fn::Join": ["", ["l", {"Ref": "AWS::Partition"}]]}}
  Pseudo: {Value: !Sub "${AWS::AccountId} ${AWS::Region} ${AWS::URLSuffix}"}
  Absent: {Condition: Other, Value: x}
'''


def test_functions_conditions_and_mappings(aws, cloudformation):
    stack = created(cloudformation, 's', FUNCTIONS)
    assert stack['StackStatus'] == 'CREATE_COMPLETE'
    assert {one['OutputKey']: one['OutputValue'] for one in stack['Outputs']} == {
        'Base64': 'dGV4dA==', 'Cidr': '10.0.0.0/24 10.0.1.0/24', 'FindInMap': '7', 'If': 'yes-it-is', 'Join': 'a-given-1',
        'Select': 'b', 'Split': 'y', 'Sub': 'given//A/given/s/${literal}', 'SubWith': '2-given', 'Long': 'laws',
        'Pseudo': f'{aws.account} {REGION} amazonaws.com'}
    resources = cloudformation.list_stack_resources(StackName='s')['StackResourceSummaries']
    assert sorted(one['LogicalResourceId'] for one in resources) == ['A', 'C']


def test_json_templates(cloudformation):
    body = json.dumps({'Resources': {'A': {'Type': 'AWS::SSM::Parameter', 'Properties': {
        'Type': 'String', 'Value': {'Fn::Sub': '${AWS::StackName}'}}}}, 'Outputs': {'O': {'Value': {'Fn::GetAtt': ['A', 'Value']}}}})
    stack = created(cloudformation, 's', body)
    assert stack['Outputs'][0]['OutputValue'] == 's'
    assert cloudformation.get_template(StackName='s')['TemplateBody'] == json.loads(body)
    name = cloudformation.describe_stack_resource(StackName='s', LogicalResourceId='A')['StackResourceDetail']['PhysicalResourceId']
    assert name.startswith('CFN-A-')


def test_parameters(aws, cloudformation):
    body = '''
Parameters:
  Name: {Type: String, AllowedPattern: "[a-z]+", MinLength: 2, MaxLength: 5}
  Kind: {Type: String, AllowedValues: [x, y], Default: x}
  Number: {Type: Number, MinValue: 1, MaxValue: 3, Default: 1}
  Secret: {Type: String, NoEcho: true, Default: hush-hush}
Resources:
  A: {Type: 'AWS::SSM::Parameter', Properties: {Name: /A, Type: String, Value: !Ref Secret}}
'''

    def refused(**values):
        return error(cloudformation.create_stack, StackName='s', TemplateBody=body, Parameters=[
            {'ParameterKey': key, 'ParameterValue': value} for key, value in values.items()])
    assert refused() == ('ValidationError', 'Parameters: [Name] must have values')
    assert refused(Name='abc', Nope='1') == ('ValidationError', 'Parameters: [Nope] do not exist in the template')
    for values in ({'Name': 'ABC'}, {'Name': 'a'}, {'Name': 'abcdef'}, {'Name': 'abc', 'Kind': 'z'}, {'Name': 'abc', 'Number': '4'},
                   {'Name': 'abc', 'Number': 'many'}):
        code, message = refused(**values)
        assert code == 'ValidationError' and list(values)[-1] in message, message
    stack = created(cloudformation, 's', body, Name='abc')
    shown = {one['ParameterKey']: one['ParameterValue'] for one in stack['Parameters']}
    assert shown == {'Name': 'abc', 'Kind': 'x', 'Number': '1', 'Secret': '****'}
    assert aws('ssm').get_parameter(Name='/A')['Parameter']['Value'] == 'hush-hush'
    assert 'hush' not in json.dumps(cloudformation.describe_stack_events(StackName='s')['StackEvents'], default=str)


def test_exports(cloudformation):
    created(cloudformation, 'giver', 'Resources:\n' + parameter('A') + 'Outputs: {O: {Value: !Ref A, Export: {Name: name-of-a}}}')
    export, = cloudformation.list_exports()['Exports']
    assert (export['Name'], export['Value']) == ('name-of-a', '/A')
    code, message = error(cloudformation.list_imports, ExportName='name-of-a')
    assert code == 'ValidationError' and 'name-of-a' in message
    taker = created(cloudformation, 'taker', 'Resources:\n' + parameter('B', value='!ImportValue name-of-a'))
    assert cloudformation.list_imports(ExportName='name-of-a')['Imports'] == ['taker']
    assert error(cloudformation.delete_stack, StackName='giver') == (
        'ValidationError', 'Export name-of-a cannot be deleted as it is in use by taker')
    delete(cloudformation, taker['StackId'])
    delete(cloudformation, 'giver')
    assert cloudformation.list_exports()['Exports'] == []
    failed = created(cloudformation, 'late', 'Resources:\n' + parameter('B', value='!ImportValue name-of-a'))
    assert failed['StackStatus'] == 'ROLLBACK_COMPLETE'
    assert 'late ROLLBACK_IN_PROGRESS No export named name-of-a found. Rollback requested by user.' in events(cloudformation, 'late')


REFUSED = [
    ('Resources: {A: {Type: "AWS::X::Y"}}', 'Template format error: Unrecognized resource types: [AWS::X::Y]'),
    ('{}', 'Template format error: At least one Resources member must be defined.'),
    ('Resources: {A: {Properties: {}}}', 'Template format error: [/Resources/A] Every Resources object must contain a Type member.'),
    ('Resources: {A-B: {Type: "AWS::S3::Bucket"}}', 'Template format error: Resource name A-B is non alphanumeric.'),
    ('Resources: {A: {Type: "AWS::S3::Bucket", DependsOn: X}}',
     'Template format error: Unresolved resource dependencies [X] in the Resources block of the template'),
    ('Resources: {A: {Type: "AWS::S3::Bucket"}}\nOutputs: {O: {Value: !Ref X}}',
     'Unresolved resource dependencies [X] in the Outputs block of the template'),
    ('Resources:\n' + parameter('A', ', DependsOn: B') + parameter('B', ', DependsOn: A'),
     'Circular dependency between resources: [A, B]'),
    ('{"Resources": ', 'Template format error: JSON not well-formed.'),
    ('Resources: [', 'Template format error: YAML not well-formed.')]


@pytest.mark.parametrize('body, text', REFUSED, ids=range(len(REFUSED)))
def test_what_is_wrong_with_a_template_is_told_at_once(cloudformation, body, text):
    code, message = error(cloudformation.create_stack, StackName='s', TemplateBody=body)
    assert code == 'ValidationError' and text in message
    assert cloudformation.describe_stacks()['Stacks'] == []
    code, message = error(cloudformation.validate_template, TemplateBody=body)
    assert code == 'ValidationError'


def test_what_is_wrong_with_a_request_is_told_at_once(aws, cloudformation):
    body = 'Resources:\n' + parameter('A')
    code, message = error(cloudformation.create_stack, StackName='1s', TemplateBody=body)
    assert code == 'ValidationError' and "Value '1s' at 'stackName' failed to satisfy constraint" in message
    assert error(cloudformation.create_stack, StackName='s') == (
        'ValidationError', 'Either Template URL or Template Body must be specified.')
    code, message = error(cloudformation.create_stack, StackName='s', TemplateBody='x' * 51_201)
    assert code == 'ValidationError' and 'less than or equal to 51200' in message
    assert error(cloudformation.create_stack, StackName='s', TemplateURL='https://example.com/t') == (
        'ValidationError', 'S3 error: Domain name specified in example.com is not a valid S3 domain')
    role = f'arn:aws:iam::{aws.account}:role/none'
    assert error(cloudformation.create_stack, StackName='s', TemplateBody=body, RoleARN=role) == (
        'ValidationError', f'Role {role} is invalid or cannot be assumed')
    created(cloudformation, 's', body)
    assert error(cloudformation.create_stack, StackName='s', TemplateBody=body) == ('AlreadyExistsException', 'Stack [s] already exists')
    for call, text in ((cloudformation.describe_stack_events, 'Stack [none] does not exist'),
                       (cloudformation.list_stack_resources, 'Stack with id none does not exist'),
                       (cloudformation.get_template, 'Stack with id none does not exist')):
        assert error(call, StackName='none') == ('ValidationError', text)
    code, message = error(cloudformation.describe_stack_resource, StackName='s', LogicalResourceId='X')
    assert code == 'ValidationError' and 'Resource X does not exist for stack s' in message
    cloudformation.delete_stack(StackName='none')  # as on AWS


def test_alias_bombs_and_deep_nesting_are_refused(cloudformation):
    bomb = 'a0: &a0 [x, x]\n' + ''.join(f'a{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 9)}]\n' for n in range(1, 12))
    for body in (bomb + 'Resources: {A: {Type: "AWS::S3::Bucket", Properties: {Tags: *a11}}}', '{"a":' * 5000, '[' * 20_000):
        code, _ = error(cloudformation.create_stack, StackName='s', TemplateBody=body)
        assert code == 'ValidationError'


def test_validate_template_and_summary(cloudformation):
    body = '''
Description: d
Parameters: {P: {Type: String, Default: x, Description: pd}, Secret: {Type: String, NoEcho: true}}
Resources: {R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}}
'''
    answer = cloudformation.validate_template(TemplateBody=body)
    assert answer['Description'] == 'd' and answer['Capabilities'] == ['CAPABILITY_NAMED_IAM']
    assert {one['ParameterKey']: (one.get('DefaultValue'), one['NoEcho']) for one in answer['Parameters']} == {
        'P': ('x', False), 'Secret': (None, True)}
    summary = cloudformation.get_template_summary(TemplateBody=body)
    assert summary['ResourceTypes'] == ['AWS::IAM::Role'] and summary['Capabilities'] == ['CAPABILITY_NAMED_IAM']


def test_capabilities(aws, cloudformation):
    role = '''
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      %sAssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
Outputs: {Arn: {Value: !GetAtt R.Arn}}
'''
    unnamed, named = role % '', role % 'RoleName: r\n      '
    assert error(cloudformation.create_stack, StackName='s', TemplateBody=unnamed) == (
        'InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_IAM]')
    assert error(cloudformation.create_stack, StackName='s', TemplateBody=named, Capabilities=['CAPABILITY_IAM']) == (
        'InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_NAMED_IAM]')
    cloudformation.create_stack(StackName='s', TemplateBody=named, Capabilities=['CAPABILITY_NAMED_IAM'])
    stack = ended(cloudformation, 's')
    assert stack['Outputs'][0]['OutputValue'] == f'arn:aws:iam::{aws.account}:role/r'
    delete(cloudformation, stack['StackId'])
    assert aws('iam').list_roles()['Roles'] == []


def test_properties_are_checked_by_name(cloudformation):
    def reason(kind, properties):
        identifier = created(cloudformation, 's', f'Resources: {{A: {{Type: "{kind}", Properties: {properties}}}}}')['StackId']
        text, = reasons(cloudformation, identifier, 'A')
        delete(cloudformation, identifier)
        return text
    assert reason('AWS::Logs::LogGroup', '{Foo: 1, Bar: 2}') == (
        'Property validation failure: [Encountered unsupported properties in {/}: [Foo, Bar]]')
    assert reason('AWS::Logs::LogGroup', '{KmsKeyId: x}') == (
        'Property validation failure: [Property {/KmsKeyId} of AWS::Logs::LogGroup is not supported]')
    assert reason('AWS::SSM::Parameter', '{Value: x}') == 'Property validation failure: [The property {/Type} is required]'


def test_a_failure_rolls_back(aws, cloudformation):
    aws('ssm').put_parameter(Name='/B', Type='String', Value='was there')
    stack = created(cloudformation, 's', 'Resources:\n' + parameter('A') + parameter('B', ', DependsOn: A') + parameter('C', ', DependsOn: B'))
    assert stack['StackStatus'] == 'ROLLBACK_COMPLETE'
    lines = events(cloudformation, 's')
    reason, = reasons(cloudformation, 's', 'B')
    assert 'already exists' in reason and 'HandlerErrorCode: AlreadyExists' in reason
    start = lines.index('s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.')
    assert lines[start + 1:] == ['B DELETE_COMPLETE', 'A DELETE_IN_PROGRESS', 'A DELETE_COMPLETE', 's ROLLBACK_COMPLETE']
    assert not any(line.startswith('C ') for line in lines)
    assert aws('ssm').get_parameter(Name='/B')['Parameter']['Value'] == 'was there'
    assert aws('ssm').get_parameters(Names=['/A'])['InvalidParameters'] == ['/A']


def test_on_failure(aws, cloudformation):
    aws('ssm').put_parameter(Name='/A', Type='String', Value='was there')
    body = 'Resources:\n' + parameter('A')
    identifier = cloudformation.create_stack(StackName='s', TemplateBody=body, OnFailure='DO_NOTHING')['StackId']
    stack = ended(cloudformation, identifier)
    assert (stack['StackStatus'], stack['StackStatusReason']) == (
        'CREATE_FAILED', 'The following resource(s) failed to create: [A].')
    delete(cloudformation, identifier)
    identifier = cloudformation.create_stack(StackName='s', TemplateBody=body, OnFailure='DELETE')['StackId']
    assert ended(cloudformation, identifier, {'DELETE_COMPLETE'})['StackStatus'] == 'DELETE_COMPLETE'


def test_retained_resources_stay(aws, cloudformation):
    identifier = created(cloudformation, 's', 'Resources:\n' + parameter('A', ', DeletionPolicy: Retain') + parameter('B'))['StackId']
    delete(cloudformation, identifier)
    assert 'A DELETE_SKIPPED' in events(cloudformation, identifier)
    assert aws('ssm').get_parameters(Names=['/A', '/B'])['InvalidParameters'] == ['/B']


def test_a_bucket_with_objects_cannot_be_deleted_but_left(aws, cloudformation):
    identifier = created(cloudformation, 's', 'Resources: {A: {Type: "AWS::S3::Bucket"}}\nOutputs: {Name: {Value: !Ref A}}')['StackId']
    name = ended(cloudformation, identifier)['Outputs'][0]['OutputValue']
    assert name.startswith('s-a-') and name == name.lower()
    aws('s3').put_object(Bucket=name, Key='k', Body=b'x')
    stack = delete(cloudformation, identifier)
    assert (stack['StackStatus'], stack['StackStatusReason']) == (
        'DELETE_FAILED', 'The following resource(s) failed to delete: [A]. ')
    cloudformation.delete_stack(StackName=identifier, RetainResources=['A'])
    assert ended(cloudformation, identifier, {'DELETE_COMPLETE'})
    assert aws('s3').head_bucket(Bucket=name)


def test_termination_protection(cloudformation):
    cloudformation.create_stack(StackName='s', TemplateBody='Resources:\n' + parameter('A'), EnableTerminationProtection=True)
    ended(cloudformation, 's')
    assert error(cloudformation.delete_stack, StackName='s') == (
        'ValidationError', 'Stack [s] cannot be deleted while TerminationProtection is enabled')


def test_resources_are_made_with_the_callers_rights(aws):
    user = aws.user('ann', allow('cloudformation:*', 'ssm:Get*'))('cloudformation')
    stack = created(user, 's', 'Resources:\n' + parameter('A'))
    assert stack['StackStatus'] == 'ROLLBACK_COMPLETE'
    reason, = reasons(user, 's', 'A')
    assert f'User: arn:aws:iam::{aws.account}:user/ann is not authorized to perform: ssm:PutParameter' in reason
    assert 'because no identity-based policy allows the ssm:PutParameter action' in reason and 'AccessDenied' in reason
    delete(user, stack['StackId'])
    role = aws.role('maker', 'cloudformation.amazonaws.com', allow('ssm:*'))
    body = 'Resources:\n' + parameter('A')
    code, message = error(user.create_stack, StackName='s', TemplateBody=body, RoleARN=role)
    assert code == 'AccessDenied' and 'iam:PassRole' in message
    aws('iam').put_user_policy(UserName='ann', PolicyName='pass', PolicyDocument=json.dumps(
        {'Version': '2012-10-17', 'Statement': [allow('iam:PassRole', resource=role)]}))
    user.create_stack(StackName='s', TemplateBody=body, RoleARN=role)
    stack = ended(user, 's')
    assert (stack['StackStatus'], stack['RoleARN']) == ('CREATE_COMPLETE', role)


def test_stacks_may_be_kept_apart_by_name(aws, cloudformation):
    body = 'Resources:\n' + parameter('A')
    created(cloudformation, 'theirs', body)
    user = aws.user('ann', allow('cloudformation:*', resource=f'arn:aws:cloudformation:*:{aws.account}:stack/mine/*'))('cloudformation')
    assert error(user.describe_stacks, StackName='theirs')[0] == 'AccessDenied'
    assert error(user.delete_stack, StackName='theirs')[0] == 'AccessDenied'
    assert error(user.create_stack, StackName='other', TemplateBody=body)[0] == 'AccessDenied'
    assert user.create_stack(StackName='mine', TemplateBody='Resources:\n' + parameter('B'))
    ended(user, 'mine')
