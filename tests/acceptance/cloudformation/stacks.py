"""Making stacks and reading what became of them."""
import time

import pytest
from botocore.exceptions import ClientError


def error(call, **arguments):
    """Code and message that the call is refused with."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    found = refused.value.response['Error']
    return found['Code'], found['Message']


def ended(cloudformation, name, statuses=None, seconds=60):
    """The stack, once nothing of it is in progress (or it has one of these statuses): what a waiter does, but quicker."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stack, = cloudformation.describe_stacks(StackName=name)['Stacks']
        status = stack['StackStatus']
        if status in statuses if statuses else not status.endswith('_IN_PROGRESS'):
            return stack
        time.sleep(0.02)
    raise AssertionError(f'{name} is still in {status}')


def created(cloudformation, name, body, capabilities=(), **parameters):
    """Creates a stack and waits for its end, whichever that is."""
    identifier = cloudformation.create_stack(
        StackName=name, TemplateBody=body, Capabilities=list(capabilities),
        Parameters=[{'ParameterKey': key, 'ParameterValue': value} for key, value in parameters.items()])['StackId']
    return ended(cloudformation, identifier)


def delete(cloudformation, name):
    identifier = cloudformation.describe_stacks(StackName=name)['Stacks'][0]['StackId']
    cloudformation.delete_stack(StackName=identifier)
    return ended(cloudformation, identifier, {'DELETE_COMPLETE', 'DELETE_FAILED'})


def events(cloudformation, name):
    """'Logical STATUS reason' of every event, oldest first."""
    found = []
    for page in cloudformation.get_paginator('describe_stack_events').paginate(StackName=name):
        found += page['StackEvents']
    return [' '.join(filter(None, (event['LogicalResourceId'], event['ResourceStatus'], event.get('ResourceStatusReason'))))
            for event in reversed(found)]


def reasons(cloudformation, name, logical):
    """Why this resource could not be created."""
    return [line.split(' ', 2)[2] for line in events(cloudformation, name) if line.startswith(f'{logical} CREATE_FAILED ')]
