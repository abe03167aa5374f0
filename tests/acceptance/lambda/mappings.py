"""A stream, a function that prints the events which it gets, and a mapping between them."""
import base64
import io
import json
import zipfile

import pytest
from conftest import allow, eventually, refused

READ = allow('kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:DescribeStream', 'kinesis:DescribeStreamSummary',
             'kinesis:ListShards', 'kinesis:SubscribeToShard')


def datas(event):
    """The records' data as texts."""
    return [base64.b64decode(record['kinesis']['data']).decode() for record in event['Records']]


def archive(code):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as out:
        out.writestr('index.py', code)
    return buffer.getvalue()


class Pipe:
    """Stream `s` and function `f`, whose handler's body is `code`; it finds the records' texts in `texts`."""

    def __init__(self, aws, code='', shards=1, statements=(READ, allow('logs:*', 's3:*')), **function):
        self.aws, self.account = aws, aws.account
        self.kinesis, self.client = aws('kinesis'), aws('lambda', parameter_validation=False)
        self.kinesis.create_stream(StreamName='s', ShardCount=shards)
        self.stream = self.kinesis.describe_stream_summary(StreamName='s')['StreamDescriptionSummary']['StreamARN']
        self.role = aws.role('f', 'lambda.amazonaws.com', *statements)
        body = ('import base64, json, time\nstate = {}\ndef handler(event, context):\n'
                '    text = json.dumps(event)\n    print("EVENT " + text if len(text) < 100_000 else "LARGE")\n'
                '    texts = [base64.b64decode(one["kinesis"]["data"]).decode() for one in event["Records"]]\n' +
                ''.join(f'    {line}\n' for line in code.strip().splitlines()))
        self.function = self.client.create_function(
            FunctionName='f', Runtime='python3.12', Handler='index.handler', Role=self.role, Timeout=20,
            Code={'ZipFile': archive(body)}, **function)['FunctionArn']

    def map(self, **more):
        made = self.client.create_event_source_mapping(
            **{'EventSourceArn': self.stream, 'FunctionName': 'f', 'StartingPosition': 'TRIM_HORIZON', **more})
        self.uuid = made['UUID']
        return made

    def mapping(self):
        return self.client.get_event_source_mapping(UUID=self.uuid)

    def settled(self, state='Enabled'):
        return eventually(lambda: (now := self.mapping())['State'] == state and now)

    def put(self, *texts, key='k'):
        """Sequence numbers of these records."""
        answer = self.kinesis.put_records(StreamName='s', Records=[
            {'Data': text if isinstance(text, bytes) else text.encode(), 'PartitionKey': key} for text in texts])
        return [entry['SequenceNumber'] for entry in answer['Records']]

    def printed(self, mark):
        """What the function has printed behind this word, as JSON."""
        logs = self.aws('logs')
        if not logs.describe_log_groups(logGroupNamePrefix='/aws/lambda/f')['logGroups']:
            return []
        found = [event['message'] for page in logs.get_paginator('filter_log_events').paginate(
            logGroupName='/aws/lambda/f', filterPattern=mark) for event in page['events']]
        return [json.loads(message[len(mark) + 1:]) for message in found]

    def events(self):
        """What the function has got."""
        return self.printed('EVENT')

    def texts(self):
        return [text for event in self.events() for text in datas(event)]

    def got(self, count, seconds=30):
        """At least so many events."""
        return eventually(lambda: len(found := self.events()) >= count and found, seconds)

    def got_texts(self, *texts, seconds=30):
        """Exactly these records, each once, in any order."""
        eventually(lambda: set(texts) <= set(self.texts()), seconds)
        assert sorted(self.texts()) == sorted(texts)


@pytest.fixture
def pipe(aws):
    return lambda *positional, **arguments: Pipe(aws, *positional, **arguments)
