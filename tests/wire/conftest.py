import json
import os
import pathlib
import random
import subprocess

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--echo",
        default=str(pathlib.Path(__file__).resolve().parents[2] / "build/release/wire_echo"),
        help="the wire_echo program",
    )


@pytest.fixture(scope="session")
def echo(request):
    """Sends one object to wire_echo and returns its answer."""
    process = subprocess.Popen(
        [request.config.getoption("--echo")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )

    def ask(question):
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, f"wire_echo ended: {question}"
        return json.loads(line)

    yield ask
    process.stdin.close()
    assert process.wait(timeout=30) == 0


@pytest.fixture(scope="session")
def seed():
    value = os.environ.get("STANDPIPE_WIRE_SEED") or str(random.randrange(2**32))
    print(f"STANDPIPE_WIRE_SEED={value}")
    return value
