"""Collections under load: ours and OpenSearch, one after the other on this machine, from the same files, as one table.

  run.py [--docs N] [--workloads http_logs,big5] [--peer opensearch] [--quick] [--seconds N] [--keep FILE]

The client (Go) and the server share the machine. Requests to us are signed and checked, to OpenSearch not; both have
the documents on disk before a _bulk is answered. Before a time counts the two answers are compared; an operation whose
answers differ is marked ✗ and listed. Bytes on disk are those after a clean end. --quick: few documents, few runs.
"""
import argparse
import importlib
import json
import math
import pathlib
import signal
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
CLIENT = ROOT / 'build/benchmarks/search'
sys.path.insert(0, str(ROOT / 'tests/differential'))
from compare import differences  # noqa: E402  (what may differ is one question, there and here)
from engines import OpenSearch, Standpipe, build_environment, size_of  # noqa: E402

PEERS = {'opensearch': lambda: OpenSearch(heap='4g')}
DOCUMENTS = {'http_logs': 1_000_000, 'big5': 200_000}
DISTURBED = 0.1  # of the processors, used by others


def data_file(workload, count):
    path = ROOT / f'build/benchmarks/{workload}-{count}.ndjson'
    if not path.exists():
        part = path.with_suffix('.part')
        with open(part, 'wb') as out:
            out.writelines(importlib.import_module(workload).documents(count))
        part.rename(path)
    return path


def run_client(engine, what, index, **flags):
    """The client's figures."""
    flags = {'url': engine.url, 'index': index, 'process': engine.process.pid, **engine.keys, **flags}
    done = subprocess.run([CLIENT, what, *(f'--{name}={value}' for name, value in flags.items())], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'{index}: {what}: {done.stderr[-2000:]}')
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(engine, workload, options):
    """Every figure of a workload, with the server's end."""
    file, count = HERE / f'{workload}.json', options.docs or DOCUMENTS[workload]
    settings = {name: value for name, value in json.loads(file.read_text()).items() if name != 'operations'}
    status, answer = engine.create(workload, settings)
    assert status == 200, answer
    ingested = run_client(engine, 'ingest', workload, documents=data_file(workload, count))[0]
    engine.refresh(workload)
    out = {'ingest': ingested['documents_per_s'], 'ingest_cpu': ingested['server_cpu_ms'] * 1000,
           'raw': ingested['bytes'] / count, 'documents': count}
    run_client(engine, 'mixed', workload, workload=file, seconds=options.seconds)  # a virtual machine needs to be warm
    found = run_client(engine, 'operations', workload, workload=file, runs=options.runs, seconds=options.seconds)
    out['operations'] = {one['operation']: one for one in found}
    out['others'] = statistics.median(one['others'] for one in [ingested, *found] if 'others' in one)
    mixed = run_client(engine, 'mixed', workload, workload=file, seconds=options.seconds * 2)[0]
    out['mixed'] = mixed['operations_per_s']
    out['resident'] = engine.resident_mib()
    engine.stop()
    out['disk'] = size_of(engine.store) / count
    return out


def differing(workload, ours, theirs):
    """{operation: where its answers differ}."""
    bodies, out = json.loads((HERE / f'{workload}.json').read_text())['operations'], {}
    for name, body in bodies.items():
        sides = (theirs['operations'][name], ours['operations'][name])
        answers = [(200, one['answer']) if 'answer' in one else (400, {'error': {'type': one['error']}})
                   for one in sides]
        if found := differences(body, *answers, identified=False):
            out[name] = found
    return out


def geometric_means(pairs):
    """Of both sides, over what both answered."""
    columns = zip(*[pair for pair in pairs if pair[0] is not None])
    return [None if None in column else math.exp(statistics.fmean(math.log(max(value, 0.01)) for value in column))
            for column in columns]


def row(name, ours, theirs, shown='{:,.2f}', higher=False, mark=''):
    """With how many times better ours is."""
    cells = [shown.format(value) if value is not None else '–' for value in (ours, theirs)]
    if theirs is None:
        return f'| {name} | {cells[0]} |'
    ratio = '–' if ours is None else f'{(ours / theirs if higher else theirs / ours):,.1f}×'
    return f'| {name} | {cells[0]} | {cells[1]} | {ratio}{mark} |'


def table(workload, ours, theirs):
    def both(*path):
        values = []
        for side in (ours, theirs):
            for key in path:
                side = side and side.get(key)
            values.append(side)
        return values
    differ = differing(workload, ours, theirs) if theirs else {}
    print(f'\n### {workload}: {ours["documents"]:,} documents of {ours["raw"]:.0f} bytes\n')
    others = [side['others'] for side in (ours, theirs) if side]
    print('Used by others meanwhile: ' + ', '.join(f'{part:.0%}' for part in others) + ' of the processors.', end='')
    print(' These times say little.\n' if max(others) > DISTURBED else '\n')
    print('| | standpipe | OpenSearch | |\n|---|--:|--:|--:|' if theirs else '| | standpipe |\n|---|--:|')
    print(row('_bulk × 1,000, 4 connections, documents/s', *both('ingest'), '{:,.0f}', higher=True))
    print(row('_bulk, server\'s CPU µs per document', *both('ingest_cpu'), '{:,.1f}'))
    print(row('bytes on disk per document', *both('disk'), '{:,.1f}'))
    medians = {name: both('operations', name, 'p50_ms') for name in ours['operations']}
    for name, values in medians.items():
        print(row(f'{name}, p50 ms', *values, mark=' ✗' if name in differ else ''))
    for key, what in (('p50_ms', 'p50 ms'), ('server_cpu_ms', 'server\'s CPU ms')):
        means = geometric_means([both('operations', name, key) for name in medians])
        print(row(f'geometric mean of the operations, {what}', *means))
    print(row('4 clients, all operations, operations/s', *both('mixed'), '{:,.0f}', higher=True))
    print(row('resident memory after that, MiB', *both('resident'), '{:,.0f}'))
    for name, found in differ.items():
        print(f'\n✗ {name}: {len(found)} differences')
        for path, one, other in found[:3]:
            print(f'  {path}: OpenSearch {json.dumps(one)[:200]}, standpipe {json.dumps(other)[:200]}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--docs', type=int, help='of each workload')
    parser.add_argument('--workloads', default='http_logs,big5')
    parser.add_argument('--peer', choices=PEERS)
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--seconds', type=float, default=8)
    parser.add_argument('--keep', type=pathlib.Path, help='file for all figures and answers')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end, too
    options.runs = 20 if options.quick else 200
    if options.quick:
        options.docs, options.seconds = options.docs or 20_000, min(options.seconds, 2)
    subprocess.run(['go', 'build', '-mod=readonly', '-o', CLIENT, '.'], cwd=HERE, check=True, env=build_environment())
    sides = [lambda: Standpipe('TIMESERIES'), *([PEERS[options.peer]] if options.peer else [])]
    kept = {}
    for workload in options.workloads.split(','):
        figures = []
        for start in sides:
            with start() as engine:
                figures.append(measure(engine, workload, options))
        kept[workload] = figures
        table(workload, figures[0], figures[1] if options.peer else None)
        sys.stdout.flush()
    if options.keep:
        options.keep.write_text(json.dumps(kept))


if __name__ == '__main__':
    main()
