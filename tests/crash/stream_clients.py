"""Clients of one stream that write down what they saw, through the pauses and deaths of its server."""
import random
import signal
import threading
import time

from acceptance_conftest import Server
from botocore.exceptions import BotoCoreError, ClientError
from history import Page, Put, Shard
from urllib3.exceptions import HTTPError

STREAM = 'events'
BROKEN = (BotoCoreError, OSError, HTTPError)


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
        self.cluster, self.chance, self.failure, self.over = cluster, random.Random(seed), None, cluster.over

    def run(self):
        kinesis = self.cluster.client()
        while not self.over.is_set():
            try:
                self.step(kinesis)
            except BROKEN:
                self.over.wait(0.02)
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


class Subscription(Client):
    """One shard, pushed to a consumer; begun anew after the last event whenever it breaks."""

    def __init__(self, subscriber, shard, seed):
        super().__init__(subscriber.cluster, seed)
        self.subscriber, self.shard, self.over = subscriber, shard, threading.Event()
        self.following, self.last, self.seen, self.begins = None, None, 0, 0

    def position(self):
        """Two ways to go on that are equally good."""
        after = self.chance.choice([self.following, self.last]) or self.following
        return {'Type': 'AFTER_SEQUENCE_NUMBER', 'SequenceNumber': after} if after else {'Type': 'TRIM_HORIZON'}

    def step(self, kinesis):
        begun = time.monotonic()
        answer = kinesis.subscribe_to_shard(ConsumerARN=self.subscriber.arn, ShardId=self.shard,
                                            StartingPosition=self.position())
        self.begins += 1
        for event in answer['EventStream']:
            event = event['SubscribeToShardEvent']
            records = [(int(record['SequenceNumber']), record['Data'].decode()) for record in event['Records']]
            # When an event was made nobody knows, but not before its subscription.
            page = Page(self.subscriber.name, self.shard, begun, time.monotonic(), records, 'ChildShards' in event)
            self.subscriber.add(page)
            self.seen += len(records)
            if page.ended:
                self.over.set()
                self.subscriber.end(self.shard, event['ChildShards'])
            self.following = event.get('ContinuationSequenceNumber')
            self.last = event['Records'][-1]['SequenceNumber'] if records else self.last


class Subscriber:
    """A registered consumer that follows the tree of shards, with a subscription to each that is not at its end."""

    def __init__(self, cluster, seed, name, arn):
        self.cluster, self.chance, self.name, self.arn = cluster, random.Random(seed), name, arn
        self.lock, self.stopped = threading.Lock(), False
        self.pages, self.ended, self.subscriptions = [], set(), {}

    def follow(self, *shards):
        with self.lock:
            for shard in shards:
                if shard not in self.subscriptions and not self.stopped:
                    self.subscriptions[shard] = Subscription(self, shard, self.chance.random())
                    self.subscriptions[shard].start()

    def add(self, page):
        with self.lock:
            self.pages.append(page)

    def end(self, shard, children):
        with self.lock:
            self.ended.add(shard)
            ready = [child['ShardId'] for child in children if set(child['ParentShards']) <= self.ended]
        self.follow(*ready)

    def has_seen(self, contents):
        """Whether all of these records came; raises what a subscription failed with."""
        with self.lock:
            for subscription in self.subscriptions.values():
                if subscription.failure:
                    raise subscription.failure
            return all(shard in self.subscriptions and self.subscriptions[shard].seen >= len(records)
                       for shard, records in contents.items())

    def resumed(self):
        """How often a subscription was begun anew."""
        with self.lock:
            return sum(max(subscription.begins - 1, 0) for subscription in self.subscriptions.values())

    def stop(self):
        with self.lock:
            self.stopped = True
            for subscription in self.subscriptions.values():
                subscription.over.set()

    def join(self):
        """Once the server is gone, which ends the waiting for an event."""
        for subscription in self.subscriptions.values():
            subscription.join()


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
