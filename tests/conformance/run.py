#!/usr/bin/env python3
"""Runs public suites against build/release/standpipe, each on a server of its own.

    build/venv/bin/python tests/conformance/run.py [kinesalite] [moto] [localstack] [opensearch] [quickwit]
"""
import importlib
import pathlib
import sys
import tempfile

import suites  # first: the acceptance tests' modules are found through it
from conftest import Server

MODULES = {'kinesalite': 'kinesis', 'moto': 'kinesis', 'localstack': 'kinesis', 'opensearch': 'stories',
           'quickwit': 'scenarios'}


def main():
    suites.FETCHED.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for suite in sys.argv[1:] or MODULES:
        tests = getattr(importlib.import_module(MODULES[suite]), suite)  # what a suite needs is fetched when it is run
        with tempfile.TemporaryDirectory() as folder:
            server = Server(pathlib.Path(folder) / 'data', '--no-kinesis-limits')
            try:
                wrong += suites.judge(suite, tests(server))
            except suites.LeftOut as why:
                print(f'{suite}: left out: {why}')
            finally:
                server.stop()
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
