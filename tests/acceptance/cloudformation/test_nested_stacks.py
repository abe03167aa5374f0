"""Stacks within stacks, from templates in a bucket."""
import pytest
from conftest import REGION
from stacks import delete, ended, error, events, reasons

CHILD = '''
Parameters: {Name: {Type: String}}
Resources: {P: {Type: 'AWS::SSM::Parameter', Properties: {Name: !Ref Name, Type: String, Value: v}}}
Outputs: {Out: {Value: !Sub '${P}-out'}}
'''
PARENT = '''
Parameters: {Bucket: {Type: String}}
Resources:
  One:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Sub https://${Bucket}.s3.${AWS::Region}.amazonaws.com/folder/child.yaml
      Parameters: {Name: one}
  Two:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Sub https://s3.${AWS::Region}.amazonaws.com/${Bucket}/folder/child.yaml
      Parameters: {Name: !GetAtt One.Outputs.Out}
Outputs: {Last: {Value: !GetAtt Two.Outputs.Out}}
'''


@pytest.fixture
def bucket(aws, account):
    name = f'templates-{account}'
    aws('s3').create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': REGION})
    aws('s3').put_object(Bucket=name, Key='folder/child.yaml', Body=CHILD.encode())
    aws('s3').put_object(Bucket=name, Key='parent.yaml', Body=PARENT.encode())
    return name


def create(aws, bucket, **more):
    return aws('cloudformation').create_stack(
        StackName='s', TemplateURL=f'https://{bucket}.s3.{REGION}.amazonaws.com/parent.yaml',
        Parameters=[{'ParameterKey': 'Bucket', 'ParameterValue': bucket}], **{'Capabilities': ['CAPABILITY_IAM'], **more})['StackId']


def test_outputs_of_one_are_parameters_of_another(aws, bucket):
    cloudformation = aws('cloudformation')
    stack = ended(cloudformation, create(aws, bucket))
    assert stack['StackStatus'] == 'CREATE_COMPLETE' and stack['Outputs'][0]['OutputValue'] == 'one-out-out'
    child = cloudformation.describe_stack_resource(StackName='s', LogicalResourceId='One')['StackResourceDetail']['PhysicalResourceId']
    child, = cloudformation.describe_stacks(StackName=child)['Stacks']
    assert child['StackName'].startswith('s-One-') and child['ParentId'] == child['RootId'] == stack['StackId']
    assert events(cloudformation, child['StackId'])[-1] == f'{child["StackName"]} CREATE_COMPLETE'
    assert aws('ssm').get_parameters(Names=['one', 'one-out'])['InvalidParameters'] == []
    assert delete(cloudformation, stack['StackId'])['StackStatus'] == 'DELETE_COMPLETE'
    assert ended(cloudformation, child['StackId'])['StackStatus'] == 'DELETE_COMPLETE'
    assert aws('ssm').get_parameters(Names=['one', 'one-out'])['Parameters'] == []


def test_a_failure_within_fails_the_whole(aws, bucket):
    aws('ssm').put_parameter(Name='one-out', Type='String', Value='was there')
    cloudformation = aws('cloudformation')
    identifier = create(aws, bucket)
    assert ended(cloudformation, identifier)['StackStatus'] == 'ROLLBACK_COMPLETE'
    reason, = reasons(cloudformation, identifier, 'Two')
    assert reason.startswith(f'Embedded stack arn:aws:cloudformation:{REGION}:{aws.account}:stack/s-Two-')
    assert reason.endswith('was not successfully created: The following resource(s) failed to create: [P].')
    assert [one['StackStatus'] for one in cloudformation.list_stacks()['StackSummaries'] if one['StackId'] != identifier] == [
        'DELETE_COMPLETE'] * 2
    assert aws('ssm').get_parameters(Names=['one'])['Parameters'] == []


def test_templates_that_cannot_be_had(aws, bucket):
    cloudformation = aws('cloudformation')
    aws('s3').delete_object(Bucket=bucket, Key='folder/child.yaml')
    identifier = create(aws, bucket)
    assert ended(cloudformation, identifier)['StackStatus'] == 'ROLLBACK_COMPLETE'
    assert 'S3 error: The specified key does not exist.' in reasons(cloudformation, identifier, 'One')[0]
    code, message = error(cloudformation.create_stack, StackName='t',
                          TemplateURL=f'https://{bucket}.s3.{REGION}.amazonaws.com/none.yaml')
    assert code == 'ValidationError' and message.startswith('S3 error: ')
    code, message = error(cloudformation.create_stack, StackName='t', Capabilities=[],
                          TemplateURL=f'https://{bucket}.s3.{REGION}.amazonaws.com/parent.yaml',
                          Parameters=[{'ParameterKey': 'Bucket', 'ParameterValue': bucket}])
    assert (code, message) == ('InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_IAM]')
