"""Builds the client programs, each from its lock file, into build/clients; what is unchanged is not built anew.

A language has one lock file and a program for each service. go, node and npm come with build/venv, javac and mvn with
the system.
"""
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / 'tests/clients'
BUILT = ROOT / 'build/clients'
BIN = ROOT / 'build/venv/bin'


def run(*command, folder):
    environment = {**os.environ, 'PATH': f'{BIN}{os.pathsep}{os.environ["PATH"]}', 'GOTOOLCHAIN': 'local'}
    done = subprocess.run([str(part) for part in command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f'{command[0]} failed:\n{done.stdout}'


def go(sources, into):
    run('go', 'build', '-mod=readonly', '-o', f'{into}/', './...', folder=sources)
    return {program: [into / program] for program in ('kinesis', 'opensearch')}


def java(sources, into):
    run('mvn', '-q', '-B', 'dependency:copy-dependencies', f'-DoutputDirectory={into}/jars', '-DincludeScope=runtime',
        folder=sources)
    run('sha256sum', '--check', '--quiet', sources / 'jars.sha256', folder=into / 'jars')
    run('javac', '-cp', f'{into}/jars/*', '-d', into / 'classes', *sources.glob('*.java'), folder=sources)
    # A short life on a shared machine: without the optimising compiler it starts sooner.
    start = ['java', '-XX:TieredStopAtLevel=1', '-cp', f'{into}/classes:{into}/jars/*']
    return {'kinesis': [*start, 'Kinesis'], 'opensearch': [*start, 'OpenSearch']}


def javascript(sources, into):
    shutil.copytree(sources, into, dirs_exist_ok=True)
    run('npm', 'ci', '--no-progress', folder=into)
    return {program: [BIN / 'node', into / f'{program}.mjs'] for program in ('kinesis', 'opensearch')}


def python(sources, _into):
    return {'opensearch': [BIN / 'python', sources / 'opensearch.py']}


LANGUAGES = {'go': go, 'java': java, 'javascript': javascript, 'python': python}


def digest(folder):
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob('*') if path.is_file()):
        total.update(str(path.relative_to(folder)).encode() + b'\0' + path.read_bytes())
    return total.hexdigest()


def programs(language):
    """The command that runs each program of this language."""
    sources, into = SOURCES / language, BUILT / language
    stamp, wanted = into / 'built.json', digest(sources)
    if stamp.exists():
        built = json.loads(stamp.read_text())
        if built['of'] == wanted:
            return built['commands']
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    commands = {program: [str(part) for part in command]
                for program, command in LANGUAGES[language](sources, into).items()}
    stamp.write_text(json.dumps({'of': wanted, 'commands': commands}))
    return commands


def client(language, program):
    """The command that runs this program; built once, also where several tests ask at the same time."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with open(BUILT / f'{language}.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return programs(language)[program]


if __name__ == '__main__':
    for name in LANGUAGES:
        for command in programs(name).values():
            print(*command)
