"""Custom resources whose function is inline Python and answers with cfnresponse."""
import json
import time

import pytest
from stacks import created, delete, ended, reasons

# Role and function stay, so that the last lines of the log are sure to be written.
TEMPLATE = '''
Resources:
  Role:
    Type: AWS::IAM::Role
    DeletionPolicy: Retain
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
  Function:
    Type: AWS::Lambda::Function
    DeletionPolicy: Retain
    Properties:
      FunctionName: custom
      Runtime: python3.8
      Handler: index.handler
      Timeout: 20
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          import cfnresponse
          import json

          def handler(event, context):
              print(json.dumps(event))
              properties = event['ResourceProperties']
              if event['RequestType'] == 'Create' and properties.get('Fail'):
                  cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason='because of ' + properties['Fail'])
                  return
              cfnresponse.send(event, context, cfnresponse.SUCCESS, {'Answer': properties['Number'] + '!'}, 'physical-id')
  Custom:
    Type: Custom::Thing
    Properties:
      ServiceToken: !GetAtt Function.Arn
      Number: 42
      Flag: true
      Fail: %s
Outputs:
  Answer: {Value: !GetAtt Custom.Answer}
  Id: {Value: !Ref Custom}
'''


@pytest.fixture
def cloudformation(aws):
    return aws('cloudformation')


def asked(aws, count):
    """The first events that the function has printed; logs are written soon after the answer."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        messages = [event['message'] for event in aws('logs').filter_log_events(logGroupName='/aws/lambda/custom')['events']]
        found = [json.loads(message) for message in messages if message.startswith('{"RequestType"')]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f'the function was asked {len(found)} times')


def test_an_inline_function_answers(aws, cloudformation):
    stack = created(cloudformation, 's', TEMPLATE % "''", ['CAPABILITY_IAM'])
    assert stack['StackStatus'] == 'CREATE_COMPLETE', reasons(cloudformation, 's', 'Custom')
    assert {one['OutputKey']: one['OutputValue'] for one in stack['Outputs']} == {'Answer': '42!', 'Id': 'physical-id'}
    assert delete(cloudformation, stack['StackId'])['StackStatus'] == 'DELETE_COMPLETE'
    create, remove = asked(aws, 2)
    assert (create['RequestType'], remove['RequestType']) == ('Create', 'Delete')
    assert create['ResourceType'] == 'Custom::Thing' and create['LogicalResourceId'] == 'Custom'
    assert create['StackId'] == stack['StackId'] and 'PhysicalResourceId' not in create
    assert create['ResourceProperties']['Number'] == '42' and create['ResourceProperties']['Flag'] == 'true'
    assert remove['PhysicalResourceId'] == 'physical-id'


def test_a_failure_tells_the_functions_reason_and_is_undone(aws, cloudformation):
    identifier = created(cloudformation, 's', TEMPLATE % 'a cold', ['CAPABILITY_IAM'])['StackId']
    assert ended(cloudformation, identifier)['StackStatus'] == 'ROLLBACK_COMPLETE'
    reason, = reasons(cloudformation, identifier, 'Custom')
    assert reason.startswith('Received response status [FAILED] from custom resource. Message returned: because of a cold (RequestId: ')
    assert [event['RequestType'] for event in asked(aws, 2)] == ['Create', 'Delete']
