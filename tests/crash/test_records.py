"""kill -9 while records flow: nothing acknowledged is lost, reordered, or delivered twice into the collection.

ROUNDS (60) and SEED in the environment; the seed is printed, so that a failure can be repeated.
"""
import collections
import json
import os
import random
import subprocess
import threading
import time

import requests
from acceptance_conftest import BINARY, REGION, Server
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

ROUNDS = int(os.environ.get('ROUNDS', '60'))
SEED = int(os.environ.get('SEED', random.randrange(2 ** 32)))
SHARDS, WRITERS = 2, 8
TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                 'Principal': {'Service': 'firehose.amazonaws.com'}}]}
EVERYTHING = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}


class Reader:
    """The collection as an IAM user sees it, over HTTP."""

    def __init__(self, server, collection, keys):
        self.base = f'{server.url}/_aoss/{collection}'
        self.credentials = Credentials(keys['AccessKeyId'], keys['SecretAccessKey'])

    def search(self, body):
        request = AWSRequest('POST', f'{self.base}/events/_search', data=json.dumps(body),
                             headers={'content-type': 'application/json'})
        SigV4Auth(self.credentials, 'aoss', REGION).add_auth(request)
        answer = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all_ids(self):
        """Every document's number, page by page in the order of numbers."""
        found, after = [], None
        while True:
            body = {'size': 1000, 'sort': [{'number': 'asc'}]} | ({'search_after': after} if after else {})
            hits = self.search(body)['hits']['hits']
            if not hits:
                return found
            found += [hit['_source']['number'] for hit in hits]
            after = hits[-1]['sort']


def set_up(server):
    """Stream → delivery → collection, made by API calls."""
    iam, aoss = server.client('iam'), server.client('opensearchserverless')
    iam.create_user(UserName='reader')
    iam.put_user_policy(UserName='reader', PolicyName='p', PolicyDocument=json.dumps(EVERYTHING))
    keys = iam.create_access_key(UserName='reader')['AccessKey']
    user = iam.get_user(UserName='reader')['User']['Arn']
    role = iam.create_role(RoleName='delivery', AssumeRolePolicyDocument=json.dumps(TRUST))['Role']['Arn']
    iam.put_role_policy(RoleName='delivery', PolicyName='p', PolicyDocument=json.dumps(EVERYTHING))
    rule = {'ResourceType': 'collection', 'Resource': ['collection/events']}
    aoss.create_security_policy(name='encryption', type='encryption',
                                policy=json.dumps({'Rules': [rule], 'AWSOwnedKey': True}))
    aoss.create_security_policy(name='network', type='network', policy=json.dumps([{'Rules': [rule], 'AllowFromPublic': True}]))
    aoss.create_access_policy(name='data', type='data', policy=json.dumps([
        {'Rules': [{'ResourceType': 'index', 'Resource': ['index/events/*'], 'Permission': ['aoss:*']}],
         'Principal': [user, role]}]))
    collection = aoss.create_collection(name='events', type='TIMESERIES')['createCollectionDetail']['id']
    server.client('s3').create_bucket(Bucket='backup', CreateBucketConfiguration={'LocationConstraint': REGION})
    kinesis = server.client('kinesis')
    kinesis.create_stream(StreamName='events', ShardCount=SHARDS)
    kinesis.get_waiter('stream_exists').wait(StreamName='events', WaiterConfig={'Delay': 1})
    stream = kinesis.describe_stream(StreamName='events')['StreamDescription']['StreamARN']
    server.client('firehose').create_delivery_stream(
        DeliveryStreamName='events', DeliveryStreamType='KinesisStreamAsSource',
        KinesisStreamSourceConfiguration={'KinesisStreamARN': stream, 'RoleARN': role},
        AmazonOpenSearchServerlessDestinationConfiguration={
            'RoleARN': role, 'IndexName': 'events', 'BufferingHints': {'IntervalInSeconds': 0, 'SizeInMBs': 1},
            'CollectionEndpoint': f'https://{collection}.{REGION}.aoss.amazonaws.com',
            'S3Configuration': {'RoleARN': role, 'BucketARN': 'arn:aws:s3:::backup'}})
    return collection, keys


class Writer(threading.Thread):
    """Puts numbered records until the server is gone, and keeps what was acknowledged."""

    def __init__(self, client, numbers, partition):
        super().__init__()
        self.client, self.numbers, self.partition = client, numbers, partition
        self.acknowledged = []  # (shard, sequence number, number)

    def run(self):
        while True:
            batch = [next(self.numbers) for _ in range(5)]
            records = [{'Data': json.dumps({'number': number}).encode(), 'PartitionKey': f'{self.partition}-{number}'}
                       for number in batch]
            try:
                answer = self.client.put_records(StreamName='events', Records=records)
            except (BotoCoreError, ClientError, OSError):
                return
            for number, entry in zip(batch, answer['Records']):
                if 'SequenceNumber' in entry:
                    self.acknowledged.append((entry['ShardId'], int(entry['SequenceNumber']), number))


def counter():
    lock, value = threading.Lock(), 0

    def numbers():
        nonlocal value
        while True:
            with lock:
                value += 1
                current = value
            yield current
    shared = numbers()

    class Numbers:
        def __next__(self):
            with guard:
                return next(shared)
    guard = threading.Lock()
    return Numbers()


def stream_contents(server):
    """shard → [(sequence number, number)] in the order of reading."""
    kinesis = server.client('kinesis')
    contents = {}
    for shard in kinesis.list_shards(StreamName='events')['Shards']:
        iterator = kinesis.get_shard_iterator(StreamName='events', ShardId=shard['ShardId'],
                                              ShardIteratorType='TRIM_HORIZON')['ShardIterator']
        records = contents.setdefault(shard['ShardId'], [])
        while True:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=10000)
            records += [(int(record['SequenceNumber']), json.loads(record['Data'])['number']) for record in answer['Records']]
            iterator = answer['NextShardIterator']
            if not answer['Records'] and answer['MillisBehindLatest'] == 0:
                break
    return contents


def end(server, flags, chance):
    """Mostly without notice; sometimes in an orderly way, or once more while it is starting again."""
    if chance.random() < 0.15:
        server.stop()
        return
    server.kill()
    if chance.random() < 0.3:
        starting = subprocess.Popen([BINARY, 'serve', '--listen', '127.0.0.1:0', '--data', server.data, '--region', REGION, *flags],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, 0.1))  # the moment of the crash is the experiment
        starting.kill()
        starting.wait()


def test_nothing_acknowledged_is_lost_reordered_or_delivered_twice(tmp_path):
    print(f'SEED={SEED} ROUNDS={ROUNDS}')
    chance = random.Random(SEED)
    data = tmp_path / 'data'
    flags = ['--no-kinesis-limits']
    server = Server(data, *flags)
    collection, keys = set_up(server)
    numbers, acknowledged = counter(), []
    for _ in range(ROUNDS):
        client = server.client('kinesis', max_pool_connections=WRITERS)
        writers = [Writer(client, numbers, partition) for partition in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.02, 0.4))  # the moment of the crash is the experiment
        end(server, flags, chance)
        for writer in writers:
            writer.join()
            check_order(writer.acknowledged)
            acknowledged += writer.acknowledged
        server = Server(data, *flags)
    try:
        check_stream(stream_contents(server), acknowledged)
        check_collection(Reader(server, collection, keys), stream_contents(server), acknowledged)
    finally:
        server.stop()
    print(f'{len(acknowledged)} records acknowledged in {ROUNDS} rounds')
    assert len(acknowledged) > ROUNDS


def check_order(acknowledged):
    """Of one writer: what it put later stands later."""
    last = {}
    for shard, sequence, number in acknowledged:
        assert sequence > last.get(shard, 0), f'{shard} {sequence}: record {number} was reordered'
        last[shard] = sequence


def check_stream(contents, acknowledged):
    places = collections.Counter((shard, sequence) for shard, sequence, _ in acknowledged)
    twice = [place for place, times in places.items() if times > 1]
    assert not twice, f'given to two records: {twice[:10]}'
    found = {}
    for shard, records in contents.items():
        sequence = [number for number, _ in records]
        assert sequence == sorted(set(sequence)), f'{shard} is out of order or has duplicates'
        found |= {(shard, number): payload for number, payload in records}
    for shard, sequence, payload in acknowledged:
        assert found.get((shard, sequence)) == payload, f'{shard} {sequence} was acknowledged and is lost'


def check_collection(reader, contents, acknowledged):
    """Everything in the stream arrives, acknowledged or not, and once."""
    expected = sorted(payload for records in contents.values() for _, payload in records)
    end = time.monotonic() + 60
    while len(found := reader.all_ids()) < len(expected) and time.monotonic() < end:
        time.sleep(0.2)
    twice = [number for number, times in collections.Counter(found).items() if times > 1]
    assert not twice, f'delivered twice: {twice[:10]}'
    missing = set(expected) - set(found)
    assert not missing, f'not delivered: {sorted(missing)[:10]}'
    assert {payload for _, _, payload in acknowledged} <= set(found)
