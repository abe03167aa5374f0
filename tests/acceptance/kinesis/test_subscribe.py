"""SubscribeToShard with real clients: boto3 over HTTP/1.1, and HTTP/2 over TLS and with prior knowledge."""
import io
import json
import os
import socket
import struct
import time
import zlib

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from conftest import REGION

SHARD = 'shardId-000000000000'
TARGET = 'Kinesis_20131202.SubscribeToShard'


@pytest.fixture
def kinesis(aws):
    kinesis = aws('kinesis')
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    return kinesis


@pytest.fixture
def consumer(kinesis):
    """The ARN of a consumer of `stream`."""
    arn = kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']['StreamARN']
    return kinesis.register_stream_consumer(StreamARN=arn, ConsumerName='c')['Consumer']['ConsumerARN']


def subscribe(kinesis, consumer, kind='TRIM_HORIZON', shard=SHARD, **more):
    return kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition={'Type': kind, **more})


def events(answer):
    return (event['SubscribeToShardEvent'] for event in answer['EventStream'])


def data(event):
    return [record['Data'] for record in event['Records']]


def messages(raw):
    """Frames of an event stream from a file-like object, with their checksums checked."""
    while True:
        prelude = raw.read(12)
        if not prelude:
            return
        total, headers, prelude_sum = struct.unpack('>III', prelude)
        assert zlib.crc32(prelude[:8]) == prelude_sum
        rest = raw.read(total - 12)
        assert zlib.crc32(prelude + rest[:-4]) == struct.unpack('>I', rest[-4:])[0]
        found, encoded = {}, io.BytesIO(rest[:headers])
        while encoded.tell() < headers:
            name = encoded.read(encoded.read(1)[0]).decode()
            assert encoded.read(1) == b'\x07'
            found[name] = encoded.read(struct.unpack('>H', encoded.read(2))[0]).decode()
        yield found, rest[headers:-4]


def signed(server, account, consumer, scheme='http'):
    """A request for a subscription as an SDK would send it: (URL, headers, body)."""
    body = json.dumps({'ConsumerARN': consumer, 'ShardId': SHARD, 'StartingPosition': {'Type': 'TRIM_HORIZON'}})
    request = AWSRequest('POST', f'{scheme}://{server.address}/', data=body,
                         headers={'x-amz-target': TARGET, 'content-type': 'application/x-amz-json-1.1'})
    SigV4Auth(Credentials(account, 'test'), 'kinesis', REGION).add_auth(request)
    return request.url, dict(request.headers), body


class Reading(io.RawIOBase):
    """The body of a streamed httpx answer as a file."""

    def __init__(self, answer):
        self.parts, self.rest = answer.iter_raw(), b''

    def read(self, size):
        while len(self.rest) < size:
            part = next(self.parts, b'')
            if not part:
                break
            self.rest += part
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


def test_records_are_pushed(kinesis, consumer):
    first = kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'one')['SequenceNumber']
    stream = events(subscribe(kinesis, consumer))
    event = next(stream)
    assert data(event) == [b'one'] and event['ContinuationSequenceNumber'] == first
    assert event['Records'][0]['PartitionKey'] == 'k' and event['MillisBehindLatest'] == 0
    waits = []
    for number in range(20):
        begun = time.monotonic()
        kinesis.put_record(StreamName='stream', PartitionKey='k', Data=str(number).encode())
        event = next(stream)
        while not event['Records']:
            event = next(stream)
        waits.append(time.monotonic() - begun)
        assert data(event) == [str(number).encode()]
    assert sorted(waits)[10] < 0.5, waits  # pushed, not polled; a loaded machine is slow


def test_something_comes_every_five_seconds(kinesis, consumer):
    stream = events(subscribe(kinesis, consumer, 'LATEST'))
    assert data(next(stream)) == []
    begun = time.monotonic()
    event = next(stream)
    assert data(event) == [] and 3 < time.monotonic() - begun < 6.5
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'new')
    assert data(next(stream)) == [b'new']


def test_the_continuation_goes_on_where_nothing_was_read_yet(kinesis, consumer):
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'old')
    event = next(events(subscribe(kinesis, consumer, 'LATEST')))
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'new')
    at = kinesis.get_shard_iterator(StreamName='stream', ShardId=SHARD, ShardIteratorType='AFTER_SEQUENCE_NUMBER',
                                    StartingSequenceNumber=event['ContinuationSequenceNumber'])['ShardIterator']
    assert [record['Data'] for record in kinesis.get_records(ShardIterator=at)['Records']] == [b'new']


def test_a_closed_shard_ends_with_its_children(kinesis, consumer):
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'one')
    stream = events(subscribe(kinesis, consumer))
    assert data(next(stream)) == [b'one']
    kinesis.update_shard_count(StreamName='stream', TargetShardCount=2, ScalingType='UNIFORM_SCALING')
    last = next(stream)
    assert 'ContinuationSequenceNumber' not in last
    assert [child['ShardId'] for child in last['ChildShards']] == ['shardId-000000000001', 'shardId-000000000002']
    assert list(stream) == []


def test_a_second_subscription_waits_five_seconds_and_takes_over(kinesis, consumer, aws):
    stream = events(subscribe(kinesis, consumer))
    next(stream)
    with pytest.raises(ClientError) as early:
        subscribe(aws('kinesis'), consumer)
    assert early.value.response['Error']['Code'] == 'ResourceInUseException'
    deadline = time.monotonic() + 15
    while True:
        try:
            other = events(subscribe(aws('kinesis'), consumer))
            break
        except ClientError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    next(other)
    with pytest.raises(Exception, match='ResourceInUseException'):
        list(stream)


def test_refusals_come_before_the_stream(kinesis, consumer, aws):
    def code(**arguments):
        with pytest.raises(ClientError) as error:
            kinesis.subscribe_to_shard(**{'ConsumerARN': consumer, 'ShardId': SHARD,
                                          'StartingPosition': {'Type': 'LATEST'}, **arguments})
        return error.value.response['Error']['Code']
    assert code(ConsumerARN=consumer.rsplit(':', 1)[0] + ':1') == 'ResourceNotFoundException'
    assert code(ShardId='shardId-000000000007') == 'ResourceNotFoundException'
    assert code(StartingPosition={'Type': 'AT_SEQUENCE_NUMBER'}) == 'InvalidArgumentException'
    assert code(StartingPosition={'Type': 'AT_TIMESTAMP'}) == 'InvalidArgumentException'
    kinesis.deregister_stream_consumer(ConsumerARN=consumer)
    assert code() == 'ResourceNotFoundException'


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_over_http2(server, account, kinesis, consumer, scheme):
    """Prior knowledge on the plain port, ALPN over TLS; both with frames whose checksums are right."""
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'one')
    url, headers, body = signed(server, account, consumer, scheme)
    with httpx.Client(http1=scheme == 'https', http2=True, verify=False, timeout=20) as client:
        with client.stream('POST', url, headers=headers, content=body) as answer:
            assert answer.http_version == 'HTTP/2' and answer.status_code == 200
            assert answer.headers['content-type'] == 'application/vnd.amazon.eventstream'
            frames = messages(Reading(answer))
            first, payload = next(frames)
            assert first[':event-type'] == 'initial-response' and payload == b'{}'
            second, payload = next(frames)
            assert (second[':message-type'], second[':event-type']) == ('event', 'SubscribeToShardEvent')
            assert [record['Data'] for record in json.loads(payload)['Records']] == ['b25l']
            kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'two')
            assert [record['Data'] for record in json.loads(next(frames)[1])['Records']] == ['dHdv']


def test_over_http1_in_chunks(server, account, kinesis, consumer):
    url, headers, body = signed(server, account, consumer)
    with httpx.Client(timeout=20) as client, client.stream('POST', url, headers=headers, content=body) as answer:
        assert answer.http_version == 'HTTP/1.1' and answer.headers['transfer-encoding'] == 'chunked'
        assert next(messages(Reading(answer)))[0][':event-type'] == 'initial-response'


def test_many_consumers_cost_little_memory(start_server):
    """300 subscriptions at once, all of which get what is put; the server stays small and stops at once."""
    server = start_server('--no-kinesis-limits')
    kinesis = server.client('kinesis')
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']['StreamARN']
    before = resident(server)
    count, connections = 300, []
    for number in range(count):
        consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=f'c{number}')['Consumer']
        _, headers, body = signed(server, 'test', consumer['ConsumerARN'])
        connection = socket.create_connection(('127.0.0.1', server.port), timeout=30)
        lines = [f'{name}: {value}' for name, value in headers.items()]
        connection.sendall('\r\n'.join(['POST / HTTP/1.1', f'host: {server.address}', f'content-length: {len(body)}',
                                        *lines, '', body]).encode())
        connections.append(connection)
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'everybody')
    for connection in connections:
        seen = b''
        while b'ZXZlcnlib2R5' not in seen:
            part = connection.recv(65536)
            assert part, seen
            seen += part
    assert resident(server) - before < count * 256 * 1024
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 5
    for connection in connections:
        connection.close()


def resident(server):
    with open(f'/proc/{server.process.pid}/statm') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
