import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from conftest import REGION, allow

DAY_MS = 86_400_000


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def cli(aws, *arguments):
    environment = {**os.environ, 'AWS_ACCESS_KEY_ID': aws.account, 'AWS_SECRET_ACCESS_KEY': 'test',
                   'AWS_DEFAULT_REGION': REGION}
    return subprocess.run([Path(sys.executable).with_name('aws'), '--endpoint-url', aws.server.url, '--output', 'json',
                           *arguments], env=environment, capture_output=True, text=True, timeout=60)


def now():
    return int(time.time() * 1000)


@pytest.fixture
def logs(aws):
    return aws('logs', parameter_validation=False)


class Stream:
    """A stream `s` of a group `g`."""

    def __init__(self, logs):
        self.logs, self.names = logs, {'logGroupName': 'g', 'logStreamName': 's'}
        logs.create_log_group(logGroupName='g')
        logs.create_log_stream(**self.names)

    def put(self, *events, **names):
        """Puts messages at times, or at the present time."""
        events = [event if isinstance(event, tuple) else (now(), event) for event in events]
        return self.logs.put_log_events(**{**self.names, **names}, logEvents=[
            {'timestamp': timestamp, 'message': message} for timestamp, message in events])

    def get(self, **arguments):
        answer = self.logs.get_log_events(**self.names, **arguments)
        return [event['message'] for event in answer['events']], answer

    def filter(self, pattern=None, **arguments):
        if pattern is not None:
            arguments['filterPattern'] = pattern
        return [event['message'] for event in self.logs.filter_log_events(logGroupName='g', **arguments)['events']]


@pytest.fixture
def stream(logs):
    return Stream(logs)


NO_GROUP = ('ResourceNotFoundException', 'The specified log group does not exist.')
NO_STREAM = ('ResourceNotFoundException', 'The specified log stream does not exist.')
NO_TOKEN = ('InvalidParameterException', 'The specified nextToken is invalid.')


def test_groups(logs, account):
    before = now()
    logs.create_log_group(logGroupName='/a/b', tags={'k': 'v'})
    group, = logs.describe_log_groups()['logGroups']
    arn = f'arn:aws:logs:{REGION}:{account}:log-group:/a/b'
    assert (group['logGroupName'], group['arn'], group['logGroupArn']) == ('/a/b', f'{arn}:*', arn)
    assert abs(group['creationTime'] - before) < 60_000 and group['storedBytes'] == 0 and group['metricFilterCount'] == 0
    assert 'retentionInDays' not in group
    assert refused(logs.create_log_group, logGroupName='/a/b') == (
        'ResourceAlreadyExistsException', 'The specified log group already exists')
    logs.delete_log_group(logGroupName='/a/b')
    assert refused(logs.delete_log_group, logGroupName='/a/b') == NO_GROUP
    assert logs.describe_log_groups()['logGroups'] == []


def test_groups_refusals(logs):
    for name in ('', 'with space', 'x' * 513, 'ü'):
        assert refused(logs.create_log_group, logGroupName=name)[0] in ('InvalidParameterException', 'ValidationException'), name
    assert 'kmsKeyId' in refused(logs.create_log_group, logGroupName='g', kmsKeyId='k')[1]
    assert 'INFREQUENT_ACCESS' in refused(logs.create_log_group, logGroupName='g', logGroupClass='INFREQUENT_ACCESS')[1]
    assert refused(logs.create_log_group, logGroupName='g', tags={'aws:x': 'y'})[0] == 'InvalidParameterException'
    assert logs.describe_log_groups()['logGroups'] == []


def test_groups_are_found(logs):
    for name in ('/a/1', '/a/2', '/b/1', 'c'):
        logs.create_log_group(logGroupName=name)

    def names(**arguments):
        return [group['logGroupName'] for group in logs.describe_log_groups(**arguments)['logGroups']]
    assert names() == ['/a/1', '/a/2', '/b/1', 'c']
    assert names(logGroupNamePrefix='/a/') == ['/a/1', '/a/2']
    assert names(logGroupNamePattern='1') == ['/a/1', '/b/1']
    pages = list(logs.get_paginator('describe_log_groups').paginate(PaginationConfig={'PageSize': 3}))
    assert [len(page['logGroups']) for page in pages] == [3, 1]
    assert refused(logs.describe_log_groups, logGroupNamePrefix='a', logGroupNamePattern='b')[0] == 'InvalidParameterException'
    assert refused(logs.describe_log_groups, limit=51)[0] == 'InvalidParameterException'
    assert refused(logs.describe_log_groups, nextToken='???')[0] == 'InvalidParameterException'


def test_retention(logs, stream):
    def days():
        return logs.describe_log_groups()['logGroups'][0].get('retentionInDays')
    logs.put_retention_policy(logGroupName='g', retentionInDays=7)
    assert days() == 7
    logs.put_retention_policy(logGroupName='g', retentionInDays=3653)
    assert days() == 3653
    code, message = refused(logs.put_retention_policy, logGroupName='g', retentionInDays=8)
    assert code == 'InvalidParameterException' and message.startswith(
        "1 validation error detected: Value '8' at 'retentionInDays' failed to satisfy constraint: "
        'Member must satisfy enum value set: [')
    logs.delete_retention_policy(logGroupName='g')
    assert days() is None
    for call, more in ((logs.put_retention_policy, {'retentionInDays': 1}), (logs.delete_retention_policy, {})):
        assert refused(call, logGroupName='missing', **more) == NO_GROUP


def test_expired_events_are_neither_taken_nor_shown(logs, stream):
    stream.put((now() - 3 * DAY_MS, 'old'))
    stream.put('new')
    assert stream.get()[0] == ['old', 'new']
    logs.put_retention_policy(logGroupName='g', retentionInDays=1)
    assert stream.get()[0] == ['new'] and stream.filter() == ['new']
    answer = stream.put((now() - 2 * DAY_MS, 'expired'))
    assert answer['rejectedLogEventsInfo'] == {'expiredLogEventEndIndex': 1}


def test_streams(logs, stream, account):
    shown, = logs.describe_log_streams(logGroupName='g')['logStreams']
    assert shown['logStreamName'] == 's' and 'lastIngestionTime' not in shown
    assert shown['arn'] == f'arn:aws:logs:{REGION}:{account}:log-group:g:log-stream:s'
    first = now() - 1000
    stream.put((first, 'a'), (first + 10, 'b'))
    shown, = logs.describe_log_streams(logGroupName='g')['logStreams']
    assert (shown['firstEventTimestamp'], shown['lastEventTimestamp']) == (first, first + 10)
    assert abs(shown['lastIngestionTime'] - now()) < 60_000 and shown['uploadSequenceToken']
    assert refused(logs.create_log_stream, **stream.names) == (
        'ResourceAlreadyExistsException', 'The specified log stream already exists')
    logs.delete_log_stream(**stream.names)
    assert refused(logs.delete_log_stream, **stream.names) == NO_STREAM
    logs.create_log_stream(**stream.names)
    assert stream.get()[0] == [], 'a namesake has none of the old events'
    for name in ('with:colon', 'with*star', ''):
        assert refused(logs.create_log_stream, logGroupName='g', logStreamName=name)[0] == 'InvalidParameterException', name
    for call in (logs.create_log_stream, logs.delete_log_stream):
        assert refused(call, logGroupName='missing', logStreamName='s') == NO_GROUP


def test_streams_are_found_and_ordered(logs, stream):
    for name in ('a1', 'a2', 'b1'):
        logs.create_log_stream(logGroupName='g', logStreamName=name)
    time_ms = now() - 10_000
    for offset, name in enumerate(('b1', 'a1', 's')):
        stream.put((time_ms + offset, 'x'), logStreamName=name)

    def names(**arguments):
        return [each['logStreamName'] for each in logs.describe_log_streams(logGroupName='g', **arguments)['logStreams']]
    assert names() == ['a1', 'a2', 'b1', 's'] and names(descending=True) == ['s', 'b1', 'a2', 'a1']
    assert names(logStreamNamePrefix='a') == ['a1', 'a2']
    assert names(orderBy='LastEventTime', descending=True) == ['s', 'a1', 'b1', 'a2']
    assert names(orderBy='LastEventTime', descending=True, limit=2) == ['s', 'a1']
    for order in ({}, {'descending': True}, {'orderBy': 'LastEventTime', 'descending': True}, {'orderBy': 'LastEventTime'}):
        pages = logs.get_paginator('describe_log_streams').paginate(logGroupName='g', **order, PaginationConfig={'PageSize': 1})
        assert [each['logStreamName'] for page in pages for each in page['logStreams']] == names(**order)
    assert refused(logs.describe_log_streams, logGroupName='g', orderBy='LastEventTime', logStreamNamePrefix='a') == (
        'InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.')
    assert refused(logs.describe_log_streams, logGroupName='missing') == NO_GROUP
    assert refused(logs.describe_log_streams, logGroupName='g', orderBy='Size')[0] == 'InvalidParameterException'
    group = logs.describe_log_groups()['logGroups'][0]['logGroupArn']
    assert len(logs.describe_log_streams(logGroupIdentifier=group)['logStreams']) == 4


def test_batches_must_be_in_order(stream):
    assert refused(lambda: stream.put((now(), 'b'), (now() - 1000, 'a'))) == (
        'InvalidParameterException', 'Log events in a single PutLogEvents request must be in chronological order.')
    assert stream.get()[0] == []
    stream.put((now() - 1, 'same'), (now() - 1, 'time'))


def test_batches_are_bounded(logs, stream):
    code, message = refused(lambda: stream.put((now() - DAY_MS - 60_000, 'a'), 'b'))
    assert code == 'InvalidParameterException' and 'cannot span more than 24 hours' in message
    code, message = refused(lambda: stream.put('x' * 1_048_551))
    assert code == 'InvalidParameterException' and message.startswith('Log event too large: 1048577 bytes exceeds limit of ')
    code, message = refused(lambda: stream.put('x' * 600_000, 'x' * 600_000))
    assert code == 'InvalidParameterException' and message == 'Upload too large: 1200052 bytes exceeds limit of 1048576'
    time_ms = now()
    assert refused(lambda: stream.put(*[(time_ms, 'x')] * 10_001))[0] == 'InvalidParameterException'
    for events in ([], [{'timestamp': time_ms, 'message': ''}], [{'message': 'x'}], [{'timestamp': time_ms}]):
        assert refused(logs.put_log_events, **stream.names, logEvents=events)[0] == 'InvalidParameterException', events
    assert stream.get()[0] == []
    stream.put('x' * 1_048_550)
    stream.put(*[(time_ms, 'x')] * 10_000)


def test_events_out_of_time_are_rejected_one_by_one(stream):
    time_ms = now()
    answer = stream.put((time_ms - 15 * DAY_MS, 'a'))
    assert answer['rejectedLogEventsInfo'] == {'tooOldLogEventEndIndex': 1} and answer['nextSequenceToken']
    answer = stream.put((time_ms, 'kept'), (time_ms + 3 * 3_600_000, 'too new'))
    assert answer['rejectedLogEventsInfo'] == {'tooNewLogEventStartIndex': 1}
    answer = stream.put((time_ms + 3_600_000, 'ahead'))
    assert 'rejectedLogEventsInfo' not in answer
    assert stream.get(endTime=time_ms + 7_200_000)[0] == ['kept', 'ahead']


def test_sequence_tokens_are_answered_and_ignored(logs, stream):
    assert re.fullmatch(r'\d{56}', stream.put('a')['nextSequenceToken'])
    assert re.fullmatch(r'\d{56}', stream.put('b', sequenceToken='wrong')['nextSequenceToken'])
    assert refused(logs.put_log_events, logGroupName='g', logStreamName='missing',
                   logEvents=[{'timestamp': 1, 'message': 'x'}]) == NO_STREAM
    assert refused(logs.put_log_events, logGroupName='missing', logStreamName='s',
                   logEvents=[{'timestamp': 1, 'message': 'x'}]) == NO_GROUP


def test_events_are_read_in_pages_both_ways(stream):
    time_ms = now() - 5000
    stream.put(*[(time_ms + number, str(number)) for number in range(10)])
    messages, answer = stream.get(limit=4, startFromHead=True)
    assert messages == ['0', '1', '2', '3']
    event = answer['events'][0]
    assert event['timestamp'] == time_ms and abs(event['ingestionTime'] - now()) < 60_000
    assert re.fullmatch(r'f/\d+', answer['nextForwardToken']) and re.fullmatch(r'b/\d+', answer['nextBackwardToken'])
    messages, answer = stream.get(limit=4, startFromHead=True, nextToken=answer['nextForwardToken'])
    assert messages == ['4', '5', '6', '7']
    assert stream.get(limit=4, nextToken=answer['nextBackwardToken'])[0] == ['0', '1', '2', '3']
    messages, answer = stream.get(limit=4, nextToken=answer['nextForwardToken'])
    assert messages == ['8', '9']
    end = answer['nextForwardToken']
    messages, answer = stream.get(limit=4, nextToken=end)
    assert messages == [] and answer['nextForwardToken'] == end, 'at the end a token leads to itself'
    stream.put('late')
    assert stream.get(nextToken=end)[0] == ['late'], 'and from there to what comes later'
    messages, answer = stream.get(limit=3)
    assert messages == ['8', '9', 'late']
    assert stream.get(limit=3, nextToken=answer['nextBackwardToken'])[0] == ['5', '6', '7']


def test_events_are_read_by_time(stream):
    time_ms = now() - 5000
    stream.put(*[(time_ms + number, str(number)) for number in range(10)])
    assert stream.get(startTime=time_ms + 3, endTime=time_ms + 6, startFromHead=True)[0] == ['3', '4', '5'], 'the end is exclusive'
    assert stream.filter(startTime=time_ms + 3, endTime=time_ms + 6) == ['3', '4', '5', '6'], 'here it is not'
    stream.put((time_ms + 4, 'late'))
    assert stream.get(startTime=time_ms + 3, endTime=time_ms + 6, startFromHead=True)[0] == ['3', '4', 'late', '5']


def test_reading_refusals(logs, stream):
    for token in ('nonsense', 'f/123', 'x/' + '0' * 56):
        assert refused(logs.get_log_events, **stream.names, nextToken=token) == NO_TOKEN
    assert refused(logs.get_log_events, **stream.names, limit=10_001)[0] == 'InvalidParameterException'
    assert refused(logs.get_log_events, logGroupName='g', logStreamName='missing') == NO_STREAM
    assert refused(logs.get_log_events, logGroupName='missing', logStreamName='s') == NO_GROUP
    assert refused(logs.get_log_events, logStreamName='s')[0] == 'InvalidParameterException'
    assert refused(logs.filter_log_events, logGroupName='missing') == NO_GROUP
    assert refused(logs.filter_log_events, logGroupName='g', logStreamNames=['missing']) == NO_STREAM
    assert refused(logs.filter_log_events, logGroupName='g', limit=10_001)[0] == 'InvalidParameterException'
    assert refused(logs.filter_log_events, logGroupName='g', nextToken='bm9uc2Vuc2U=') == NO_TOKEN
    assert refused(logs.filter_log_events, logGroupName='g', startTime=2, endTime=1)[0] == 'InvalidParameterException'
    assert refused(logs.filter_log_events, logGroupName='g', logStreamNames=['s'], logStreamNamePrefix='s') == (
        'InvalidParameterException', 'logStreamNamePrefix and logStreamNames are mutually exclusive parameters.')


def test_streams_are_merged_by_time(logs, stream):
    logs.create_log_stream(logGroupName='g', logStreamName='t')
    time_ms = now() - 5000
    stream.put(*[(time_ms + number, f's{number}') for number in range(0, 10, 2)])
    stream.put(*[(time_ms + number, f't{number}') for number in range(1, 10, 2)], logStreamName='t')
    merged = [f'{"st"[number % 2]}{number}' for number in range(10)]
    assert stream.filter() == merged
    events = logs.filter_log_events(logGroupName='g')['events']
    assert len({event['eventId'] for event in events}) == 10 and events[1]['logStreamName'] == 't'
    assert stream.filter(logStreamNames=['t']) == merged[1::2] and stream.filter(logStreamNamePrefix='s') == merged[::2]
    pages = list(logs.get_paginator('filter_log_events').paginate(logGroupName='g', PaginationConfig={'PageSize': 3}))
    assert [event['message'] for page in pages for event in page['events']] == merged
    assert max(len(page['events']) for page in pages) == 3


@pytest.mark.parametrize('pattern, expected', [
    ('', [0, 1, 2, 3, 4]),
    ('ERROR', [0, 1]),
    ('error', []),
    ('ERROR disk', [0]),
    ('ERROR -disk', [1]),
    ('?WARN ?disk', [0, 2]),
    ('"disk is full"', [0]),
    ('"is disk"', []),
    ('%[Dd]isk|net%', [0, 1]),
    ('{ $.level = "WARN" }', [2]),
    ('{ $.code = 404 }', [2]),
    ('{ $.code >= 500 }', [3]),
    ('{ ($.code = 404 || $.code > 500) && $.level != "INFO" }', [2, 3]),
    ('{ $.level = "W*" }', [2]),
    ('{ $.user.name = "ann" }', [3]),
    ('{ $.tags[1] = "b" }', [3]),
    ('{ $.gone IS NULL }', [3]),
    ('{ $.gone NOT EXISTS }', [2]),
    ('[ip, user, status = 2*, bytes > 1000]', [4]),
    ('[ip, user, status = 5*, bytes]', []),
    ('[ip = 10.*, ...]', [4]),
])
def test_filter_patterns(stream, pattern, expected):
    messages = ['ERROR disk is full', 'ERROR net is down', '{"level": "WARN", "code": 404}',
                '{"level": "FATAL", "code": 503, "user": {"name": "ann"}, "tags": ["a", "b"], "gone": null}',
                '10.0.0.1 ann 200 1534']
    stream.put(*messages)
    assert stream.filter(pattern) == [messages[number] for number in expected]


@pytest.mark.parametrize('pattern', ['{ $.a = }', '[a', '"open', '{ $.a = 1 } x', '%(%', 'x' * 1025])
def test_malformed_filter_patterns(logs, stream, pattern):
    assert refused(logs.filter_log_events, logGroupName='g', filterPattern=pattern)[0] == 'InvalidParameterException'


def test_tags(logs, account):
    logs.create_log_group(logGroupName='g', tags={'a': '1'})
    arn = f'arn:aws:logs:{REGION}:{account}:log-group:g'
    logs.tag_resource(resourceArn=arn, tags={'b': '2', 'a': '3'})
    assert logs.list_tags_for_resource(resourceArn=arn)['tags'] == {'a': '3', 'b': '2'}
    logs.untag_resource(resourceArn=arn, tagKeys=['a', 'never'])
    assert logs.list_tags_for_resource(resourceArn=arn)['tags'] == {'b': '2'}
    assert refused(logs.tag_resource, resourceArn=arn, tags={'aws:x': 'y'})[0] == 'InvalidParameterException'
    assert refused(logs.tag_resource, resourceArn=arn, tags={f'{n}': '' for n in range(50)})[0] in (
        'TooManyTagsException', 'InvalidParameterException')
    for call, more in ((logs.tag_resource, {'tags': {'k': 'v'}}), (logs.untag_resource, {'tagKeys': ['k']}),
                       (logs.list_tags_for_resource, {})):
        assert refused(call, resourceArn=arn + 'x', **more)[0] == 'ResourceNotFoundException'


def test_permissions_are_those_of_streams_and_groups(aws, logs, stream):
    group = f'arn:aws:logs:{REGION}:{aws.account}:log-group:g'
    writer = aws.user('writer', allow('logs:PutLogEvents', resource=f'{group}:log-stream:s'))('logs')
    writer.put_log_events(**stream.names, logEvents=[{'timestamp': now(), 'message': 'x'}])
    code, message = refused(writer.put_log_events, logGroupName='g', logStreamName='t',
                            logEvents=[{'timestamp': now(), 'message': 'x'}])
    assert code == 'AccessDeniedException' and f'on resource: {group}:log-stream:t because' in message
    reader = aws.user('reader', allow('logs:FilterLogEvents', 'logs:GetLogEvents', resource=f'{group}:*'))('logs')
    assert len(reader.filter_log_events(logGroupName='g')['events']) == 1
    assert len(reader.get_log_events(**stream.names)['events']) == 1
    assert refused(reader.delete_log_group, logGroupName='g')[0] == 'AccessDeniedException'


def test_acknowledged_events_survive_being_killed(start_server):
    from conftest import Aws
    server = start_server()
    stream = Stream(Aws(server, '123456789012')('logs'))
    for number in range(5):
        stream.put(str(number))
    server.kill()
    logs = Aws(start_server(data=server.data), '123456789012')('logs')
    events = logs.get_log_events(**stream.names, startFromHead=True)['events']
    assert [event['message'] for event in events] == ['0', '1', '2', '3', '4']


def test_the_command_line(aws, stream):
    stream.put('from somewhere')
    answer = cli(aws, 'logs', 'get-log-events', '--log-group-name', 'g', '--log-stream-name', 's')
    assert answer.returncode == 0 and json.loads(answer.stdout)['events'][0]['message'] == 'from somewhere', answer.stderr
    answer = cli(aws, 'logs', 'delete-log-group', '--log-group-name', 'missing')
    assert 'An error occurred (ResourceNotFoundException)' in answer.stderr and NO_GROUP[1] in answer.stderr
