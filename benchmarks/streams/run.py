"""Streams under load: our server and its peers, one after the other, on this machine, printed as one table.

  run.py [--peers kinesalite,moto,ferrokinesis,kafka] [--seconds N] [--curves]

The client (Go, aws-sdk-go-v2) and the server share the machine. What is written is read back and compared before a
figure counts; the signature of every request is checked by us, by no peer. Kafka does not speak Kinesis: its figures
are those of its own tools with records of the same sizes, one producer, synced before every acknowledgement
(kafka_load.py). A peer that does not install here is left out and named. --curves measures how throughput and the
server's peak of memory go with shards, consumers and connections instead.
"""
import argparse
import json
import os
import subprocess
import sys

import kafka_load
from servers import HERE, PATH, ROOT, raise_file_limit, serving

CLIENT = ROOT / 'build/benchmarks/streams'
HEADINGS = {'kafka': "kafka: its own producer, acks=all, every batch flushed"}


def build_client():
    subprocess.run(['go', 'build', '-mod=readonly', '-o', CLIENT, '.'], cwd=HERE, check=True,
                   env={**os.environ, 'PATH': PATH})


def load(server, what, **flags):
    """The client's figures by test and consumer; with `problem` if it found one."""
    arguments = [f'--{name}={value}' for name, value in flags.items()]
    before = server.cpu_seconds()
    done = subprocess.run([CLIENT, what, '--endpoint', f'http://127.0.0.1:{server.port}', *arguments], capture_output=True,
                          text=True, check=False)
    figures = {}
    for line in done.stdout.splitlines():
        figure = json.loads(line)
        figures[figure.get('consumer', figure['test'])] = figure
        if 'error' in figure:
            figures['problem'] = figure['error']
    figures['cpu_s'] = server.cpu_seconds() - before
    return figures


def put_text(figures):
    if 'put' not in figures:
        return figures.get('problem', 'no answer')[:40]
    told = figures['put']
    text = f'{told["records_per_s"]:,.0f}/s, {told["mb_per_s"]:.1f} MB/s, p99 {told["p99_ms"]:.1f} ms'
    return text + (' ✗' if 'problem' in figures or told['failed'] else '')


def push_text(figures):
    if 'fanout' not in figures:
        return figures.get('problem', 'no answer')[:40]
    told = figures['fanout']
    return f'{told["records_per_s"]:,.0f}/s, {told["mb_per_s"]:.1f} MB/s' + (' ✗' if 'problem' in figures else '')


def read_text(figures):
    return f'{figures["read"]["mb_per_s"]:.0f} MB/s' if 'read' in figures else '–'


def latency_text(figures, consumer, prefix=''):
    told = figures.get(consumer)
    return f'p50 {told[prefix + "p50_ms"]:.2f}, p99 {told[prefix + "p99_ms"]:.2f} ms' if told else '–'


def measure(name, seconds):
    """Rows of (figure, text) of one server, each test on a server of its own."""
    rows = []
    for size, label in ((100, '100 B'), (1024, '1 KiB'), (10240, '10 KiB')):
        with serving(name) as server:
            figures = load(server, 'throughput', size=size, seconds=seconds)
            rows.append((f'PutRecords × 500, {label}, 8 writers', put_text(figures)))
            if size == 1024:
                rows.append(('read from TRIM_HORIZON, 1 KiB', read_text(figures)))
                rows.append(('resident memory after that', f'{server.resident_mib():.0f} MiB'))
    with serving(name) as server:
        figures = load(server, 'throughput', batch=0, writers=16, seconds=seconds)
        rows.append(('PutRecord, 1 KiB, 16 writers', put_text(figures)))
    with serving(name) as server:
        figures = load(server, 'latency', seconds=seconds)
        rows.append(('200 records/s: acknowledged', latency_text(figures, 'GetRecords', 'ack_')))
        rows.append(('200 records/s: seen by GetRecords', latency_text(figures, 'GetRecords')))
        rows.append(('200 records/s: seen by SubscribeToShard', latency_text(figures, 'SubscribeToShard')))
    return rows


def curves(name, seconds):
    """A server of its own for each point."""
    rows = []

    def point(label, what, text, **flags):
        with serving(name) as server:
            figures = load(server, what, seconds=seconds, **flags)
            rows.append((label, f'{text(figures)}, {server.resident_mib(peak=True):.0f} MiB'))

    for shards in (1, 10, 100, 1000):
        point(f'PutRecords × 500, 1 KiB, {shards:,} shards', 'throughput', put_text, shards=shards)
    for consumers in (1, 10, 100, 1000):
        point(f'PutRecords × 50, 1 KiB, pushed to {consumers:,} consumers', 'fanout', push_text,
              batch=50, consumers=consumers)
    for writers in (10, 100, 1000, 10000):
        point(f'PutRecord, 1 KiB, {writers:,} connections', 'throughput', put_text, batch=0, writers=writers)
    return rows


def figures_of(name, options):
    if options.curves:
        return curves(name, options.seconds)
    return (kafka_load.measure if name == 'kafka' else measure)(name, options.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--peers', default='')
    parser.add_argument('--seconds', type=float, default=5)
    parser.add_argument('--curves', action='store_true')
    options = parser.parse_args()
    raise_file_limit()
    build_client()
    results = {}
    for name in ['standpipe', *filter(None, options.peers.split(','))]:
        if options.curves and name == 'kafka':
            print('kafka: left out: its tools have one connection', file=sys.stderr)
            continue
        try:
            results[name] = dict(figures_of(name, options))
        except (OSError, RuntimeError) as error:
            print(f'{name}: left out: {error}', file=sys.stderr)
    if 'standpipe' not in results:
        sys.exit(1)
    print('| | ' + ' | '.join(HEADINGS.get(name, name) for name in results) + ' |')
    print('|---' * (len(results) + 1) + '|')
    for figure in results['standpipe']:
        print(f'| {figure} | ' + ' | '.join(rows.get(figure, '–') for rows in results.values()) + ' |')


if __name__ == '__main__':
    main()
