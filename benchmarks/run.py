"""The figures of the README's promise, measured on this machine and printed as a table. None is a test.

  run.py [--runs N] [--example]     --example also deploys the whole example stack (with a real pip install)
"""
import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tests/acceptance'))
import conftest  # noqa: E402  (the tests' server and clients)
from conftest import Server  # noqa: E402

sys.modules['acceptance_conftest'] = conftest  # as the crash tests call it
sys.path.insert(0, str(ROOT / 'tests/crash'))
from test_records import Reader, set_up  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def start_to_first_answer(folder):
    """ms from exec to the first answered request, asked without pause."""
    port = free_port()
    begin = time.perf_counter()
    process = subprocess.Popen([conftest.BINARY, 'serve', '--listen', f'127.0.0.1:{port}', '--data', folder],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with socket.create_connection(('127.0.0.1', port), timeout=1) as connection:
                    connection.sendall(b'GET /_standpipe/health HTTP/1.1\r\nHost: localhost\r\n\r\n')
                    if connection.recv(64).startswith(b'HTTP/1.1 200'):
                        return (time.perf_counter() - begin) * 1000
            except OSError:
                pass
    finally:
        process.terminate()
        process.wait()


def resident_mib(server):
    status = pathlib.Path(f'/proc/{server.process.pid}/status').read_text()
    return int(status.split('VmRSS:')[1].split()[0]) / 1024


def pipeline(server):
    """A stream that is delivered into a collection, buffering interval 0; answers the collection's reader."""
    collection, keys = set_up(server)
    return Reader(server, collection, keys)


def put_to_found(server, runs):
    """ms from PutRecord's request to the first search that finds it, buffering interval 0."""
    reader, kinesis, times = pipeline(server), server.client('kinesis'), []
    for number in range(runs):
        begin = time.perf_counter()
        kinesis.put_record(StreamName='events', PartitionKey='k', Data=json.dumps({'number': number}).encode())
        while True:
            try:
                if reader.search({'query': {'term': {'number': number}}})['hits']['total']['value']:
                    break
            except AssertionError:  # the index does not exist before its first document
                pass
        times.append((time.perf_counter() - begin) * 1000)
    return times


def put_record(server, runs):
    """ms of a durable PutRecord of 1 KiB by boto3."""
    kinesis, times = server.client('kinesis'), []
    kinesis.create_stream(StreamName='single', ShardCount=1)
    for _ in range(runs):
        begin = time.perf_counter()
        kinesis.put_record(StreamName='single', PartitionKey='k', Data=os.urandom(1024))
        times.append((time.perf_counter() - begin) * 1000)
    return times


def example_stack():
    """s from process start to ten documents found, as scripts/demo does it."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, ROOT / 'scripts/demo_steps.py'], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    elapsed = 0.0
    for line in done.stdout.splitlines():
        if line.startswith('✓'):
            elapsed += float(line.rsplit(None, 2)[1])
        if 'read the documents back' in line:
            return elapsed
    return time.perf_counter() - begin


def row(name, values, unit, goal=''):
    if not isinstance(values, list):
        values = [values]
    middle = statistics.median(values)
    spread = f'{min(values):.2f} … {max(values):.2f}' if len(values) > 1 else ''
    print(f'{name:<58} {middle:>9.2f} {unit:<4} {spread:<22} {goal}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--runs', type=int, default=20)
    parser.add_argument('--example', action='store_true')
    options = parser.parse_args()
    print(f'{"figure":<58} {"median":>9} {"":<4} {"min … max":<22} goal')
    with tempfile.TemporaryDirectory() as folder:
        row('start to first answered request, empty data folder',
            [start_to_first_answer(f'{folder}/start-{i}') for i in range(options.runs)], 'ms', '≤ 50 ms')
        row('start to first answered request, existing data folder',
            [start_to_first_answer(f'{folder}/start-0') for _ in range(options.runs)], 'ms', '≤ 50 ms')
        server = Server(f'{folder}/data', '--no-kinesis-limits')
        row('resident memory, idle, all services', resident_mib(server), 'MiB', '≤ 30 MiB')
        row('PutRecord of 1 KiB, synced to disk, by boto3', put_record(server, options.runs * 10), 'ms')
        row('PutRecord → found by _search, buffering interval 0', put_to_found(server, options.runs), 'ms')
        row('resident memory after that', resident_mib(server), 'MiB')
        server.stop()
    row('size of the binary', conftest.BINARY.stat().st_size / 2 ** 20, 'MiB')
    if options.example:
        row('whole example stack to ten documents found', example_stack() or float('nan'), 's', '≤ 30 s')


if __name__ == '__main__':
    main()
