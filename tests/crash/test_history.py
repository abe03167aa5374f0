"""Writers, readers and a resharder at once, while the server is paused and killed: their history has no anomaly.

SEEDS (5) runs from SEED on (at random); the seed is printed, so that a failure can be repeated.
"""
import os
import random
import signal
import threading
import time

import pytest
from acceptance_conftest import Server
from botocore.exceptions import BotoCoreError, ClientError
from history import KEYS, History, Page, Put, Shard, anomalies

SEEDS = int(os.environ.get('SEEDS', '5'))
FIRST = int(os.environ.get('SEED', random.randrange(2 ** 32)))
WRITERS, READERS, FAULTS = 4, 2, 8
STREAM = 'events'
BROKEN = (BotoCoreError, OSError)


class Cluster:
    """The server of the moment; a client asks for a new connection once its own broke."""

    def __init__(self, data):
        self.data, self.server, self.over = data, self.start(data), threading.Event()

    @staticmethod
    def start(data):
        return Server(data, '--no-kinesis-limits')

    def client(self):
        return self.server.client('kinesis')

    def pause(self, seconds):
        self.server.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)  # the pause is the experiment
        self.server.process.send_signal(signal.SIGCONT)

    def crash(self):
        self.server.kill()
        self.server = self.start(self.data)


class Client(threading.Thread):
    """Works until all is over, with a new connection whenever the old one broke."""

    def __init__(self, cluster, seed):
        super().__init__()
        self.cluster, self.chance, self.failure = cluster, random.Random(seed), None

    def run(self):
        kinesis = self.cluster.client()
        while not self.cluster.over.is_set():
            try:
                self.step(kinesis)
            except BROKEN:
                self.cluster.over.wait(0.02)
                kinesis = self.cluster.client()
                self.reconnected()
            except Exception as error:  # not to be lost with its thread
                self.failure = error
                return

    def reconnected(self):
        pass


class Writer(Client):
    """Puts records one by one, each after the last of its key, and in batches over all keys."""

    def __init__(self, cluster, seed, name):
        super().__init__(cluster, seed)
        self.name, self.number, self.puts, self.last = name, 0, [], {}

    def begin(self, key, ordering=None):
        self.number += 1
        put = Put(f'{self.name}-{self.number}', key, time.monotonic(), ordering=ordering)
        self.puts.append(put)
        return put

    def acknowledge(self, put, answer, completed):
        put.shard, put.sequence = answer['ShardId'], int(answer['SequenceNumber'])
        put.completed, put.outcome = completed, 'acknowledged'
        self.last[put.key] = max(put.sequence, self.last.get(put.key, 0))

    def step(self, kinesis):
        if self.chance.random() < 0.5:
            self.put_one(kinesis)
        else:
            self.put_batch(kinesis)

    def put_one(self, kinesis):
        key = f'{self.name}-{self.chance.randrange(5)}'
        put = self.begin(key, self.last.get(key))
        ordering = {'SequenceNumberForOrdering': str(put.ordering)} if put.ordering else {}
        answer = kinesis.put_record(StreamName=STREAM, PartitionKey=key, Data=put.payload.encode(), **ordering)
        self.acknowledge(put, answer, time.monotonic())

    def put_batch(self, kinesis):
        puts = [self.begin(f'{self.name}-{self.chance.randrange(50)}') for _ in range(self.chance.randint(1, 20))]
        answer = kinesis.put_records(StreamName=STREAM, Records=[
            {'Data': put.payload.encode(), 'PartitionKey': put.key} for put in puts])
        completed = time.monotonic()
        for put, entry in zip(puts, answer['Records'], strict=True):
            if 'SequenceNumber' in entry:
                self.acknowledge(put, entry, completed)
            else:
                put.outcome = 'refused'


class Reader(Client):
    """Follows the tree of shards, each from its beginning; iterators survive the server's death or are renewed."""

    def __init__(self, cluster, seed, name, roots):
        super().__init__(cluster, seed)
        self.name, self.pages = name, []
        self.places = {shard: None for shard in roots}  # shard → iterator, or None: from the last record
        self.reached, self.ended = {}, set()

    def reconnected(self):
        for shard in self.places:
            if self.chance.random() < 0.5:
                self.places[shard] = None

    def position(self, kinesis, shard):
        after = self.reached.get(shard)
        where = {'ShardIteratorType': 'AFTER_SEQUENCE_NUMBER', 'StartingSequenceNumber': str(after)} if after else {
            'ShardIteratorType': 'TRIM_HORIZON'}
        return kinesis.get_shard_iterator(StreamName=STREAM, ShardId=shard, **where)['ShardIterator']

    def step(self, kinesis):
        shard = self.chance.choice(list(self.places))
        at = self.places[shard] or self.position(kinesis, shard)
        begun = time.monotonic()
        answer = kinesis.get_records(ShardIterator=at, Limit=self.chance.choice([1, 10, 1000]))
        records = [(int(record['SequenceNumber']), record['Data'].decode()) for record in answer['Records']]
        following = answer.get('NextShardIterator')
        self.pages.append(Page(self.name, shard, begun, time.monotonic(), records, following is None))
        if records:
            self.reached[shard] = records[-1][0]
        if following:
            self.places[shard] = following
            return
        self.ended.add(shard)
        del self.places[shard]
        for child in answer['ChildShards']:
            if set(child['ParentShards']) <= self.ended:  # of two parents, the second to end brings the child
                self.places.setdefault(child['ShardId'], None)


class Resharder(Client):
    """Splits and merges open shards at random, between two and six of them."""
    done = 0

    def step(self, kinesis):
        self.cluster.over.wait(self.chance.uniform(0.02, 0.2))
        opened = sorted((shard.keys, name) for name, shard in shards(kinesis).items() if shard.ending is None)
        place = self.chance.randrange(len(opened))
        (first, last), name = opened[place]
        try:
            if len(opened) < 6 and (self.chance.random() < 0.5 or place + 1 == len(opened)):
                kinesis.split_shard(StreamName=STREAM, ShardToSplit=name,
                                    NewStartingHashKey=str(self.chance.randint(first + 2, last - 1)))
            elif len(opened) > 2 and place + 1 < len(opened):
                kinesis.merge_shards(StreamName=STREAM, ShardToMerge=name, AdjacentShardToMerge=opened[place + 1][1])
            else:
                return
            self.done += 1
        except ClientError as error:
            # After a death the resharding before may have been done, and the shards that were listed are closed.
            if error.response['Error']['Code'] != 'ResourceInUseException':
                raise


def shards(kinesis):
    """name → Shard of all that the stream has or had."""
    found = {}
    for shown in kinesis.list_shards(StreamName=STREAM)['Shards']:
        numbers, keys = shown['SequenceNumberRange'], shown['HashKeyRange']
        parents = (shown.get('ParentShardId'), shown.get('AdjacentParentShardId'))
        found[shown['ShardId']] = Shard(
            int(numbers['StartingSequenceNumber']),
            int(numbers['EndingSequenceNumber']) if 'EndingSequenceNumber' in numbers else None,
            tuple(parent for parent in parents if parent), (int(keys['StartingHashKey']), int(keys['EndingHashKey'])))
    return found


def contents(kinesis, names):
    found = {}
    for name in names:
        records = found[name] = []
        at = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=name,
                                        ShardIteratorType='TRIM_HORIZON')['ShardIterator']
        while at:
            answer = kinesis.get_records(ShardIterator=at)
            records += [(int(record['SequenceNumber']), record['Data'].decode()) for record in answer['Records']]
            at = answer.get('NextShardIterator') if answer['Records'] or answer['MillisBehindLatest'] else None
    return found


def trouble(cluster, chance, enough):
    """FAULTS faults, and on a machine that has other work as many more as it takes until there is something to judge."""
    for fault in range(10 * FAULTS):
        if fault >= FAULTS and enough():
            break
        cluster.over.wait(chance.uniform(0.05, 0.5))  # the moment of the fault is the experiment
        if chance.random() < 0.4:
            cluster.pause(chance.uniform(0.02, 0.4))
        else:
            cluster.crash()
    cluster.over.wait(0.3)


def record(data, seed):
    """A history of FAULTS faults at least, and how many reshardings are in it."""
    chance = random.Random(seed)
    cluster = Cluster(data)
    try:
        kinesis = cluster.client()
        kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        roots = list(shards(kinesis))
        writers = [Writer(cluster, chance.random(), f'w{n}') for n in range(WRITERS)]
        readers = [Reader(cluster, chance.random(), f'r{n}', roots) for n in range(READERS)]
        resharder = Resharder(cluster, chance.random())
        everybody = [*writers, *readers, resharder]
        for client in everybody:
            client.start()
        try:
            trouble(cluster, chance, lambda: resharder.done > 2 and min(
                sum(put.outcome == 'acknowledged' for writer in writers for put in list(writer.puts)),
                sum(len(page.records) for reader in readers for page in list(reader.pages))) > 50)
        finally:
            cluster.over.set()
            for client in everybody:
                client.join()
        failures = [client.failure for client in everybody if client.failure]
        if failures:
            raise failures[0]
        kinesis = cluster.client()
        tree = shards(kinesis)
        return History([put for writer in writers for put in writer.puts],
                       [page for reader in readers for page in reader.pages],
                       contents(kinesis, tree), tree), resharder.done
    finally:
        cluster.server.kill()


@pytest.mark.parametrize('seed', range(FIRST, FIRST + SEEDS))
def test_the_history_has_no_anomaly(tmp_path, seed):
    print(f'SEED={seed}', end=' ', flush=True)
    history, reshardings = record(tmp_path / 'data', seed)
    acknowledged, read = len(history.acknowledged()), sum(len(page.records) for page in history.pages)
    print(f'{len(history.puts)} puts, {acknowledged} acknowledged, {read} read, {reshardings} reshardings', flush=True)
    assert anomalies(history) == []
    assert acknowledged > 50 and read > 50 and reshardings > 2 and history.shards, 'nothing was tested'
    assert max(keys[1] for keys in (shard.keys for shard in history.shards.values())) == KEYS - 1
