"""What is refused at the edges: iterators that are old, forged or of elsewhere; no hash keys; what is too large."""
import base64
import glob
import random

import pytest
from conftest import Aws, refused

SHARD = 'shardId-000000000000'
MEBIBYTE = 1 << 20


@pytest.fixture
def kinesis(aws):
    kinesis = aws('kinesis', parameter_validation=False)
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    return kinesis


def iterator(kinesis, stream='stream'):
    return kinesis.get_shard_iterator(StreamName=stream, ShardId=SHARD,
                                      ShardIteratorType='TRIM_HORIZON')['ShardIterator']


def test_an_iterator_and_a_token_live_for_five_minutes(start_server, tmp_path, account, monkeypatch):
    """The server's clock is behind, then ahead, by less than a signature may be off, by more than an iterator lives."""
    library = glob.glob('/usr/lib/*/faketime/libfaketimeMT.so.1')
    assert library, 'the package faketime is missing'
    monkeypatch.setenv('LD_PRELOAD', library[0])
    monkeypatch.setenv('FAKETIME_DONT_FAKE_MONOTONIC', '1')
    monkeypatch.setenv('FAKETIME', '-200s')
    before = start_server(data=tmp_path / 'data')
    kinesis = Aws(before, account)('kinesis')
    kinesis.create_stream(StreamName='stream', ShardCount=2)
    kinesis.put_record(StreamName='stream', PartitionKey='k', ExplicitHashKey='0', Data=b'old')
    old, token = iterator(kinesis), kinesis.list_shards(StreamName='stream', MaxResults=1)['NextToken']
    assert kinesis.get_records(ShardIterator=old)['Records'][0]['Data'] == b'old'
    before.stop()
    monkeypatch.setenv('FAKETIME', '+200s')
    kinesis = Aws(start_server(data=tmp_path / 'data'), account)('kinesis')
    code, text = refused(kinesis.get_records, ShardIterator=old)
    assert code == 'ExpiredIteratorException' and text.startswith('Iterator expired. The iterator was created at time ')
    assert refused(kinesis.list_shards, NextToken=token)[0] == 'ExpiredNextTokenException'
    assert kinesis.get_records(ShardIterator=iterator(kinesis))['Records'][0]['Data'] == b'old'


def test_a_forged_iterator_is_refused_whatever_was_changed(kinesis):
    sealed = base64.b64decode(iterator(kinesis))
    seed = random.randrange(2 ** 32)
    print(f'SEED={seed}')
    chance = random.Random(seed)
    forgeries = [sealed[:place] + bytes([sealed[place] ^ 1 << chance.randrange(8)]) + sealed[place + 1:]
                 for place in range(len(sealed))]
    forgeries += [sealed[:-1], sealed + b'\0', sealed[::-1], bytes(len(sealed)), sealed + sealed]
    for forged in forgeries:
        given = base64.b64encode(forged).decode()
        assert refused(kinesis.get_records, ShardIterator=given)[0] == 'InvalidArgumentException', given
    assert refused(kinesis.get_records, ShardIterator='x' * 513)[0] == 'ValidationException'


def test_an_iterator_belongs_to_its_stream(kinesis, aws):
    kinesis.create_stream(StreamName='other', ShardCount=1)
    kinesis.put_record(StreamName='stream', PartitionKey='k', Data=b'x')
    at = iterator(kinesis)

    def arn(name):
        return kinesis.describe_stream_summary(StreamName=name)['StreamDescriptionSummary']['StreamARN']
    assert kinesis.get_records(ShardIterator=at, StreamARN=arn('stream'))['Records'][0]['Data'] == b'x'
    assert refused(kinesis.get_records, ShardIterator=at, StreamARN=arn('other'))[0] == 'InvalidArgumentException'
    assert refused(aws('kinesis', region='us-east-1').get_records, ShardIterator=at)[0] == 'InvalidArgumentException'


@pytest.mark.parametrize('key, code', [
    *((text, 'ValidationException') for text in ('', '01', '-0', ' 1', '1e3', '0x1', '9' * 40)),
    ('9' * 39, 'InvalidArgumentException'), (str(2 ** 128), 'InvalidArgumentException')])
def test_what_is_no_hash_key(kinesis, key, code):
    record = {'Data': b'x', 'PartitionKey': 'k', 'ExplicitHashKey': key}
    assert refused(kinesis.put_record, StreamName='stream', **record)[0] == code
    assert refused(kinesis.put_records, StreamName='stream', Records=[record])[0] == code
    assert refused(kinesis.split_shard, StreamName='stream', ShardToSplit=SHARD, NewStartingHashKey=key)[0] == code
    assert kinesis.get_records(ShardIterator=iterator(kinesis))['Records'] == []


def test_the_largest_request_fits_and_not_a_byte_more(start_server, tmp_path):
    kinesis = start_server('--no-kinesis-limits').client('kinesis')
    kinesis.create_stream(StreamName='stream', ShardCount=1, MaxRecordSizeInKiB=10_240)
    ten = [{'Data': b'x' * (MEBIBYTE - 1), 'PartitionKey': 'k'}] * 10
    assert kinesis.put_records(StreamName='stream', Records=ten)['FailedRecordCount'] == 0
    more = [*ten[:9], {'Data': b'x' * MEBIBYTE, 'PartitionKey': 'k'}]
    code, text = refused(kinesis.put_records, StreamName='stream', Records=more)
    assert code == 'InvalidArgumentException' and text == 'Records size exceeds 10 MB limit'
    kinesis.put_record(StreamName='stream', Data=b'x' * (10 * MEBIBYTE - 1), PartitionKey='k')
    assert refused(kinesis.put_record, StreamName='stream', Data=b'x' * 10 * MEBIBYTE,
                   PartitionKey='k')[0] == 'ValidationException'


def test_five_hundred_records_and_not_one_more(kinesis):
    empty = {'Data': b'', 'PartitionKey': 'k'}
    assert kinesis.put_records(StreamName='stream', Records=[empty] * 500)['FailedRecordCount'] == 0
    code, text = refused(kinesis.put_records, StreamName='stream', Records=[empty] * 501)
    assert code == 'ValidationException' and 'Member must have length less than or equal to 500' in text
    records = kinesis.get_records(ShardIterator=iterator(kinesis))['Records']
    assert len(records) == 500 and all(record['Data'] == b'' for record in records)
