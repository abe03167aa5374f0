"""Writers, readers, a subscriber and a resharder at once, while the server is paused and killed: no anomaly.

SEEDS (5) runs from SEED on (at random); the seed is printed, so that a failure can be repeated.
"""
import contextlib
import os
import random

import pytest
from acceptance_conftest import eventually
from history import KEYS, History, anomalies
from stream_clients import STREAM, Cluster, Reader, Resharder, Subscriber, Writer, contents, shards

SEEDS = int(os.environ.get('SEEDS', '5'))
FIRST = int(os.environ.get('SEED', random.randrange(2 ** 32)))
WRITERS, READERS, FAULTS = 4, 2, 8


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


def subscriber(cluster, seed, roots):
    kinesis = cluster.client()
    arn = kinesis.describe_stream_summary(StreamName=STREAM)['StreamDescriptionSummary']['StreamARN']
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName='subscriber')['Consumer']['ConsumerARN']
    started = Subscriber(cluster, seed, 'subscriber', consumer)
    started.follow(*roots)
    return started


def record(data, seed):
    """A history of FAULTS faults at least, how many reshardings are in it, and how many subscriptions went on."""
    chance = random.Random(seed)
    cluster, pushed = Cluster(data), None
    try:
        kinesis = cluster.client()
        kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        roots = list(shards(kinesis))
        writers = [Writer(cluster, chance.random(), f'w{n}') for n in range(WRITERS)]
        readers = [Reader(cluster, chance.random(), f'r{n}', roots) for n in range(READERS)]
        resharder = Resharder(cluster, chance.random())
        pushed = subscriber(cluster, chance.random(), roots)
        everybody = [*writers, *readers, resharder]
        for client in everybody:
            client.start()
        try:
            trouble(cluster, chance, lambda: resharder.done > 2 and min(
                sum(put.outcome == 'acknowledged' for writer in writers for put in list(writer.puts)),
                sum(len(page.records) for reader in readers for page in list(reader.pages)),
                sum(len(page.records) for page in list(pushed.pages))) > 50)
        finally:
            cluster.over.set()
            for client in everybody:
                client.join()
        failures = [client.failure for client in everybody if client.failure]
        if failures:
            raise failures[0]
        kinesis = cluster.client()
        tree = shards(kinesis)
        kept = contents(kinesis, tree)
        with contextlib.suppress(AssertionError):  # the judge can say what is missing
            eventually(lambda: pushed.has_seen(kept))
        puts = [put for writer in writers for put in writer.puts]
        pages = [page for reader in [*readers, pushed] for page in list(reader.pages)]
        return History(puts, pages, kept, tree, (pushed.name,)), resharder.done, pushed.resumed()
    finally:
        if pushed:
            pushed.stop()
        cluster.server.kill()
        if pushed:
            pushed.join()


@pytest.mark.parametrize('seed', range(FIRST, FIRST + SEEDS))
def test_the_history_has_no_anomaly(tmp_path, seed):
    print(f'SEED={seed}', end=' ', flush=True)
    history, reshardings, resumed = record(tmp_path / 'data', seed)
    acknowledged = len(history.acknowledged())
    pushed = sum(len(page.records) for page in history.pages if page.reader == 'subscriber')
    read = sum(len(page.records) for page in history.pages) - pushed
    print(f'{len(history.puts)} puts, {acknowledged} acknowledged, {read} read, {pushed} pushed, '
          f'{reshardings} reshardings, {resumed} subscriptions resumed', flush=True)
    assert anomalies(history) == []
    assert min(acknowledged, read, pushed) > 50 and reshardings > 2 and resumed > 0, 'nothing was tested'
    assert max(keys[1] for keys in (shard.keys for shard in history.shards.values())) == KEYS - 1
