"""Public suites of tests: fetched once into build/conformance, run, and held against what they are expected to fail.

Nothing of them is kept here. <suite>.txt lists which tests are expected to fail, each group under its reason; one that
passes must be taken out, so that the list only becomes shorter.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FETCHED = ROOT / 'build/conformance'
BIN = ROOT / 'build/venv/bin'

sys.path[:0] = [str(ROOT / 'tests/acceptance'), str(ROOT / 'tests/acceptance/opensearch')]


class LeftOut(Exception):
    """This machine does not have what a suite needs."""


def run(*command, folder=FETCHED, **environment):
    path = f'{BIN}{os.pathsep}{os.environ["PATH"]}'
    done = subprocess.run([str(part) for part in command], cwd=folder, env={**os.environ, 'PATH': path, **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=900)
    return done.returncode, done.stdout


def fetch(*command, **options):
    code, output = run(*command, **options)
    if code != 0:
        sys.exit(f'{" ".join(str(part) for part in command)} failed:\n{output}')


def fetched(name, version, get):
    """The folder of a suite, fetched once."""
    folder = FETCHED / name
    stamp = folder / '.fetched'
    if not stamp.exists() or stamp.read_text() != version:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        get(folder)
        stamp.write_text(version)
    return folder


def checkout(source, commit, *paths):
    """What to give to `fetched`: these paths of a repository at this commit, without the rest and its history."""
    def get(folder):
        fetch('git', 'init', '--quiet', folder)
        fetch('git', 'fetch', '--quiet', '--depth', '1', source, commit, folder=folder)
        fetch('git', 'checkout', '--quiet', commit, '--', *paths, folder=folder)
    return get


def exceptions(suite):
    """Names of the tests that are expected to fail; a line with # is the reason of those below it."""
    lines = (HERE / f'{suite}.txt').read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith('#')}


def judge(suite, found):
    """How many tests did otherwise than expected; `found` tells of each test why it failed, or None."""
    expected = exceptions(suite)
    failed = {name for name, why in found.items() if why is not None}
    for name in sorted(failed - expected):
        print(f'✗ {suite}: {name}: {" ".join(found[name].split())[:400]}')
    for name in sorted(expected - failed):
        print(f'✗ {suite}: {name}: passes or is gone: take it out of {suite}.txt')
    wrong = len(failed - expected) + len(expected - failed)
    print(f'{suite}: {len(found) - len(failed)} passed, {wrong} failed, {len(failed & expected)} skipped')
    return wrong
