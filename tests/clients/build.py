"""Builds the client programs, each from its lock file, into build/clients; what is unchanged is not built anew.

go, node and npm come with build/venv, javac and mvn with the system.
"""
import hashlib
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
    run('go', 'build', '-mod=readonly', '-o', into / 'client', '.', folder=sources)
    return [into / 'client']


def java(sources, into):
    run('mvn', '-q', '-B', 'dependency:copy-dependencies', f'-DoutputDirectory={into}/jars', '-DincludeScope=runtime',
        folder=sources)
    run('sha256sum', '--check', '--quiet', sources / 'jars.sha256', folder=into / 'jars')
    run('javac', '-cp', f'{into}/jars/*', '-d', into / 'classes', sources / 'Main.java', folder=sources)
    # A short life on a shared machine: without the optimising compiler it starts sooner.
    return ['java', '-XX:TieredStopAtLevel=1', '-cp', f'{into}/classes:{into}/jars/*', 'Main']


def javascript(sources, into):
    shutil.copytree(sources, into, dirs_exist_ok=True)
    run('npm', 'ci', '--no-progress', folder=into)
    return [BIN / 'node', into / 'main.mjs']


LANGUAGES = {'go': go, 'java': java, 'javascript': javascript}


def digest(folder):
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob('*') if path.is_file()):
        total.update(str(path.relative_to(folder)).encode() + b'\0' + path.read_bytes())
    return total.hexdigest()


def client(language):
    """The command that runs the client of this language."""
    sources, into = SOURCES / language, BUILT / language
    stamp, wanted = into / '.built', digest(sources)
    if stamp.exists() and stamp.read_text().startswith(wanted):
        return stamp.read_text().split('\n')[1:]
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    command = [str(part) for part in LANGUAGES[language](sources, into)]
    stamp.write_text('\n'.join([wanted, *command]))
    return command


if __name__ == '__main__':
    for name in LANGUAGES:
        print(*client(name))
