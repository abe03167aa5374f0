"""What mappings do: records reach the function in batches, are tried again, split, filtered, and never skipped."""
import hashlib
import json
import time

from conftest import REGION
from mappings import datas, eventually, pipe  # noqa: F401 (a fixture)

FAILS_ON_BAD = 'if any("bad" in text for text in texts): raise ValueError("bad")'


def test_the_event_is_as_aws_sends_it(pipe):
    p = pipe()
    number, = p.put('hello', key='k1')
    p.map()
    event, = p.got(1)
    record, = event['Records']
    arrival = record['kinesis'].pop('approximateArrivalTimestamp')
    assert abs(arrival - time.time()) < 60 and event.keys() == {'Records'}
    assert record == {
        'kinesis': {'kinesisSchemaVersion': '1.0', 'partitionKey': 'k1', 'sequenceNumber': number, 'data': 'aGVsbG8='},
        'eventSource': 'aws:kinesis', 'eventVersion': '1.0', 'eventID': f'shardId-000000000000:{number}',
        'eventName': 'aws:kinesis:record', 'invokeIdentityArn': p.role, 'awsRegion': REGION, 'eventSourceARN': p.stream}
    eventually(lambda: p.mapping()['LastProcessingResult'] == 'OK')


def test_starting_positions(pipe):
    p = pipe()
    p.put('old')
    time.sleep(1.1)  # clients send whole seconds
    middle = time.time()
    p.put('new')
    p.map(StartingPosition='AT_TIMESTAMP', StartingPositionTimestamp=middle)
    p.got_texts('new')


def test_latest_begins_with_the_mapping(pipe):
    p = pipe()
    p.put('before')
    time.sleep(0.02)  # arrivals are told apart by the millisecond
    p.map(StartingPosition='LATEST')
    p.put('after')
    p.got_texts('after')


def test_batches_have_their_size_and_window(pipe):
    p = pipe()
    p.put(*(str(i) for i in range(25)))
    p.map(BatchSize=10, MaximumBatchingWindowInSeconds=1)
    assert [len(event['Records']) for event in p.got(3)] == [10, 10, 5]
    assert p.texts() == [str(i) for i in range(25)]
    p.put('a')
    p.put('b')
    p.got(4)
    assert [datas(event) for event in p.events()][3:] == [['a', 'b']], 'gathered within the window'


def test_a_batch_fits_into_the_payload_limit(pipe):
    p = pipe('print("SIZES", [len(text) for text in texts])', MemorySize=512)
    for i in range(6):
        eventually(lambda: put_large(p, i))  # a shard takes a megabyte a second
    p.map()
    sizes = eventually(lambda: sum(map(len, found := p.printed('SIZES'))) == 6 and found)
    assert sizes == [[1_000_000] * 4, [1_000_000] * 2]


def put_large(p, i):
    answer = p.kinesis.put_records(StreamName='s', Records=[{'Data': b'x' * 1_000_000, 'PartitionKey': str(i)}])
    return answer['FailedRecordCount'] == 0


def test_a_failing_batch_blocks_its_shard_until_it_succeeds(pipe):
    p = pipe('state["n"] = state.get("n", 0) + 1\nif state["n"] < 3: raise ValueError("not yet")')
    p.put('1')
    p.map(BatchSize=1)
    p.put('2')
    eventually(lambda: '2' in p.texts())
    assert p.texts() == ['1', '1', '1', '2']
    eventually(lambda: p.mapping()['LastProcessingResult'] == 'OK')


def test_retries_end_and_the_batch_goes_to_the_bucket(pipe):
    p = pipe(FAILS_ON_BAD)
    s3, bucket = p.aws('s3'), f'failed-{p.account}'
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': REGION})
    first, _, last = p.put('a', 'bad', 'c')
    p.map(MaximumRetryAttempts=1, DestinationConfig={'OnFailure': {'Destination': f'arn:aws:s3:::{bucket}'}})
    key, = [one['Key'] for one in eventually(lambda: s3.list_objects_v2(Bucket=bucket).get('Contents'))]
    assert key.startswith(f'aws/lambda/{p.uuid}/shardId-000000000000/{time.strftime("%Y/", time.gmtime())}')
    document = json.load(s3.get_object(Bucket=bucket, Key=key)['Body'])
    assert document['requestContext'].pop('requestId')
    assert document['requestContext'] == {'functionArn': p.function, 'condition': 'RetryAttemptsExhausted', 'approximateInvokeCount': 2}
    assert document['responseContext'] == {'statusCode': 200, 'executedVersion': '$LATEST', 'functionError': 'Unhandled'}
    info = document['KinesisBatchInfo']
    assert (info['shardId'], info['batchSize'], info['streamArn']) == ('shardId-000000000000', 3, p.stream)
    assert (info['startSequenceNumber'], info['endSequenceNumber']) == (first, last)
    assert datas(json.loads(document['payload'])) == ['a', 'bad', 'c'] and document['version'] == '1.0'
    p.put('d')
    eventually(lambda: 'd' in p.texts())
    assert p.texts() == ['a', 'bad', 'c'] * 2 + ['d']


def test_a_batch_is_bisected_down_to_the_bad_record(pipe):
    p = pipe(FAILS_ON_BAD)
    p.put('a', 'b', 'bad', 'd')
    p.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0)
    p.got(1)
    p.put('e')
    eventually(lambda: 'e' in p.texts())
    assert [datas(event) for event in p.events()][:5] == [['a', 'b', 'bad', 'd'], ['a', 'b'], ['bad', 'd'], ['bad'], ['d']]


def test_reported_failures_are_tried_again_from_the_first(pipe):
    p = pipe('''
if "count" in state or "c" not in texts: return {}
state["count"] = 1
return {"batchItemFailures": [{"itemIdentifier": event["Records"][i]["kinesis"]["sequenceNumber"]} for i in (3, 2)]}''')
    p.put('a', 'b', 'c', 'd', 'e')
    p.map(FunctionResponseTypes=['ReportBatchItemFailures'])
    p.got(2)
    assert [datas(event) for event in p.events()] == [['a', 'b', 'c', 'd', 'e'], ['c', 'd', 'e']]


def test_records_that_are_too_old_are_not_sent(pipe):
    p = pipe('raise ValueError("never")')
    s3, bucket = p.aws('s3'), f'aged-{p.account}'
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': REGION})
    p.put('a')
    p.map(MaximumRecordAgeInSeconds=60, DestinationConfig={'OnFailure': {'Destination': f'arn:aws:s3:::{bucket}'}})
    p.got(1)
    found = eventually(lambda: s3.list_objects_v2(Bucket=bucket).get('Contents'), seconds=130)
    document = json.load(s3.get_object(Bucket=bucket, Key=found[0]['Key'])['Body'])
    assert document['requestContext']['condition'] == 'RecordAgeExceeded'
    assert document['requestContext']['approximateInvokeCount'] >= 2


def test_keys_keep_their_order_while_lanes_run_beside_each_other(pipe):
    p = pipe('''
print("BEGIN", time.time())
time.sleep(0.5)
print("ENDED", time.time())''')
    keys = [f'key-{i}' for i in range(8)]
    for i in range(3):
        for key in keys:
            p.put(f'{key}:{i}', key=key)
    p.map(ParallelizationFactor=4, BatchSize=2)
    eventually(lambda: len(p.texts()) == 24, seconds=60)
    seen = {key: [text for text in p.texts() if text.startswith(key + ':')] for key in keys}
    assert seen == {key: [f'{key}:{i}' for i in range(3)] for key in keys}
    begins, ends = sorted(p.printed('BEGIN')), sorted(p.printed('ENDED'))
    assert any(later < ends[i] for i, later in enumerate(begins[1:])), 'two at once'


def test_filters(pipe):
    p = pipe()
    p.put('{"city": "Oslo", "degrees": 3}', '{"city": "Rome", "degrees": 30}', 'Oslo', '{"city": "Rome", "degrees": 3}', b'\xff')
    p.put('not JSON but mine', key='mine')
    p.map(FilterCriteria={'Filters': [{'Pattern': json.dumps({'data': {'city': ['Oslo']}})},
                                      {'Pattern': json.dumps({'data': {'degrees': [{'numeric': ['>', 20, '<=', 30]}]}})},
                                      {'Pattern': json.dumps({'partitionKey': [{'prefix': 'mi'}]})}]})
    p.got_texts('{"city": "Oslo", "degrees": 3}', '{"city": "Rome", "degrees": 30}', 'not JSON but mine')


def test_tumbling_windows_carry_their_state(pipe):
    p = pipe('''
count = event["state"].get("count", 0) + len(texts)
if event["isFinalInvokeForWindow"]: print("FINAL", json.dumps([event["window"], event["state"]]))
return {"state": {"count": count}}''')
    p.map(TumblingWindowInSeconds=3, BatchSize=2)
    p.put('a', 'b', 'c')
    p.put('d', 'e')
    eventually(lambda: sum(state['count'] for _, state in p.printed('FINAL')) == 5)
    for event in p.events():
        assert event['shardId'] == 'shardId-000000000000' and event['eventSourceARN'] == p.stream
        assert event['isWindowTerminatedEarly'] is False
        assert event['window']['start'] < event['window']['end'] and event['window']['end'].endswith('Z')
        assert (event['Records'] == []) == event['isFinalInvokeForWindow']


def test_a_state_that_grows_too_large_ends_its_window_early(pipe):
    p = pipe('''
print("FLAGS", json.dumps([texts, len(json.dumps(event["state"])) > 1_000_000, event["isWindowTerminatedEarly"]]))
return {"state": {"x": "y" * 1_100_000}}''')
    p.put('a', 'b')
    p.map(TumblingWindowInSeconds=900, BatchSize=1)
    p.got(2)
    flags = eventually(lambda: len(found := p.printed('FLAGS')) >= 3 and found)
    assert flags == [[['a'], False, False], [[], True, True], [['b'], False, False]]


def test_a_consumer_is_pushed_to_and_takes_packed_records_apart(pipe):
    p = pipe()
    consumer = p.kinesis.register_stream_consumer(StreamARN=p.stream, ConsumerName='c')['Consumer']['ConsumerARN']
    packed = aggregated(b'one', b'two')
    p.put('plain', packed)
    p.map(EventSourceArn=consumer)
    p.got_texts('plain', 'one', 'two')
    first = p.events()[0]['Records'][0]
    assert first['eventSourceARN'] == consumer
    by_text = {text: record for event in p.events() for text, record in zip(datas(event), event['Records'])}
    assert by_text['one']['kinesis']['partitionKey'] == 'packed' and by_text['one']['eventID'] == by_text['two']['eventID']
    p.put('later')
    eventually(lambda: 'later' in p.texts())


def aggregated(*texts):
    """As the Kinesis Producer Library packs records: mark, protobuf, MD5."""
    field = lambda number, value: bytes([number << 3 | 2, len(value)]) + value  # noqa: E731
    body = field(1, b'packed') + b''.join(field(3, b'\x08\x00' + field(3, text)) for text in texts)
    return b'\xf3\x89\x9a\xc2' + body + hashlib.md5(body).digest()


def test_children_follow_their_parents(pipe):
    p = pipe()
    p.put('1', '2')
    p.map(BatchSize=1)
    p.kinesis.split_shard(StreamName='s', ShardToSplit='shardId-000000000000', NewStartingHashKey=str(2 ** 127))
    for i in range(3, 9):
        p.put(str(i), key=str(i))
    p.got_texts(*(str(i) for i in range(1, 9)))
    assert p.texts()[:2] == ['1', '2']
    shards = {record['eventID'].split(':')[0] for event in p.events() for record in event['Records']}
    assert len(shards) == 3


def test_a_disabled_mapping_goes_on_where_it_stopped(pipe):
    p = pipe()
    p.map(BatchSize=1)
    p.put('1')
    eventually(lambda: p.texts() == ['1'])
    p.client.update_event_source_mapping(UUID=p.uuid, Enabled=False)
    p.settled('Disabled')
    p.put('2')
    p.client.update_event_source_mapping(UUID=p.uuid, Enabled=True)
    eventually(lambda: '2' in p.texts())
    assert p.texts() == ['1', '2']


def test_nothing_is_skipped_by_kill_9(start_server, account):
    from conftest import Aws
    from mappings import Pipe
    server = start_server()
    p = Pipe(Aws(server, account), 'time.sleep(0.05)')
    p.map(BatchSize=5)
    expected = [f'{number}.' for number in range(200)]
    for i in range(4):
        p.put(*expected[i * 50:(i + 1) * 50])
        eventually(lambda: len(p.texts()) > i * 40)
        data = server.data
        server.kill()
        server = start_server(data=data)
        uuid, p.aws = p.uuid, Aws(server, account)
        p.kinesis, p.client, p.uuid = p.aws('kinesis'), p.aws('lambda'), uuid
    eventually(lambda: set(p.texts()) >= set(expected), seconds=60)
    first_seen = list(dict.fromkeys(p.texts()))
    assert first_seen == expected, 'first seen in order'
