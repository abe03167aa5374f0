"""The parts of scripts/test, one after the other; a failing part does not hide the next."""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / 'build/test'
PYTHON = str(ROOT / 'build/venv/bin/python')
FUZZ_SECONDS = os.environ.get('FUZZ_SECONDS', '30')
ROUNDS = os.environ.get('ROUNDS', '60')


def pytest(folder, *arguments):
    return [PYTHON, '-m', 'pytest', '-q', '-rfE', '--color=no', folder, *arguments]


PARTS = [
    ('rules', [sys.executable, 'scripts/tidy.py']),
    ('build release', ['scripts/dev', 'build', 'release']),
    ('console: types, lint, unit tests', ['scripts/dev', 'console', 'check']),
    ('build unit tests', ['scripts/dev', 'build', 'release', 'all']),
    ('runtimes', [PYTHON, 'scripts/runtimes']),
    ('unit tests', ['ctest', '--test-dir', 'build/release', '-j2', '--output-on-failure', '--no-tests=error']),
    ('codecs against botocore', pytest('tests/wire', '--echo', 'build/release/wire_echo')),
    ('acceptance', pytest('tests/acceptance', '-n', '2', '--dist', 'loadfile')),
    ('console in a browser', pytest('tests/console', '-n', '2', '--dist', 'loadfile')),
    ('sandbox', pytest('tests/sandbox')),
    ('kill -9', pytest('tests/crash', '-s')),
    ('build fuzz targets with sanitizers', ['scripts/dev', 'build', 'asan', 'fuzzers']),
    (f'fuzz targets, {FUZZ_SECONDS} s each', ['scripts/dev', 'fuzz', FUZZ_SECONDS]),
]


def counts(text):
    """Passed, failed, skipped of pytest's, ctest's and our own closing lines."""
    passed = failed = skipped = 0
    if match := re.search(r'(\d+)% tests passed, (\d+) tests failed out of (\d+)', text):
        failed, total = int(match[2]), int(match[3])
        skipped = len(re.findall(r'\*\*\*Skipped', text))
        passed = total - failed - skipped
    elif match := re.search(r'^\s*Tests  (.*)\(\d+\)$', text, re.MULTILINE):  # vitest
        found = dict((word, int(number)) for number, word in re.findall(r'(\d+) (passed|failed|skipped)', match[1]))
        passed, failed, skipped = (found.get(word, 0) for word in ('passed', 'failed', 'skipped'))
    else:
        for number, word in re.findall(r'(\d+) (passed|failed|skipped|error)', text.split('\n\n')[-1][-2000:]):
            if word == 'passed':
                passed += int(number)
            elif word == 'skipped':
                skipped += int(number)
            else:
                failed += int(number)
    return passed, failed, skipped


def main():
    LOGS.mkdir(parents=True, exist_ok=True)
    total = [0, 0, 0]
    broken = False
    for name, command in PARTS:
        start = time.monotonic()
        log = LOGS / (re.sub(r'\W+', '-', name).strip('-') + '.log')
        with open(log, 'w') as file:
            code = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT,
                                  env={**os.environ, 'ROUNDS': ROUNDS}).returncode
        text = log.read_text(errors='replace')
        found = counts(text)
        if code != 0 and found[1] == 0:
            found = (found[0], 1, found[2])
        total = [a + b for a, b in zip(total, found)]
        note = f'{found[0]} passed, {found[1]} failed, {found[2]} skipped' if sum(found) else ''
        print(f'{"✓" if code == 0 else "✗"} {name:<32} {time.monotonic() - start:7.1f} s  {note}', flush=True)
        if code != 0:
            broken = True
            print('\n'.join('    ' + line for line in text.splitlines()[-40:]), flush=True)
            if name.startswith('build'):
                break
    print(f'{total[0]} passed, {total[1]} failed, {total[2]} skipped')
    return 1 if broken or total[1] else 0


if __name__ == '__main__':
    sys.exit(main())
