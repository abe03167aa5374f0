"""Quickwit's scenarios of compatibility with Elasticsearch, as told to Elasticsearch itself, told to a collection.

A scenario is a YAML file of requests, each with what the answer must contain. They share the indices that the
directory's `_setup` makes. A collection refuses `refresh=true` and shows documents at once, so the parameter is left
out; its answers to what it does not offer are no JSON. QUICKWIT names another place to fetch from.
"""
import json
import os
import urllib.parse

import yaml
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from suites import checkout, fetched

SOURCE = os.environ.get('QUICKWIT', 'https://github.com/quickwit-oss/quickwit')
COMMIT = '9fd01432a734d5b0a52d8d9b4251023caa179f5b'
FOLDER = 'quickwit/rest-api-tests/scenarii/es_compatibility'
FIRST, LAST = '0001', '0016'
ENGINE = 'elasticsearch'


def contains(expected, actual, path='answer'):
    """Raises AssertionError where the answer is not as expected; objects may have more members."""
    if isinstance(expected, dict) and '$expect' in expected:
        wanted = expected['$expect']
        for expression in [wanted] if isinstance(wanted, str) else wanted:
            held = eval(expression, {'__builtins__': {}}, {'val': actual, 'len': len})  # of a fixed commit
            assert held, f'{path}: {expression} does not hold for {json.dumps(actual)[:200]}'
    elif isinstance(expected, dict):
        assert isinstance(actual, dict), f'{path} is {json.dumps(actual)[:200]}'
        for name, value in expected.items():
            assert name in actual, f'{path}.{name} is missing'
            contains(value, actual[name], f'{path}.{name}')
    elif isinstance(expected, list):
        assert isinstance(actual, list) and len(actual) == len(expected), (
            f'{path} is {json.dumps(actual)[:300]}, expected {len(expected)} of them')
        for place, (value, found) in enumerate(zip(expected, actual)):
            contains(value, found, f'{path}[{place}]')
    else:
        same = type(expected) is type(actual) and expected == actual
        assert same, f'{path} is {json.dumps(actual)[:200]}, expected {expected!r}'


def with_previous(value, previous):
    if isinstance(value, dict) and set(value) == {'$previous'}:
        return eval(value['$previous'], {'__builtins__': {}}, {'val': previous})
    if isinstance(value, dict):
        return {name: with_previous(inner, previous) for name, inner in value.items()}
    return [with_previous(inner, previous) for inner in value] if isinstance(value, list) else value


class Scenarios:
    def __init__(self, collection, folder):
        self.collection, self.folder = collection, folder
        self.credentials = collection.user('suite', *EVERYTHING)
        self.context = yaml.safe_load((folder / '_ctx.yaml').read_text())

    def steps(self, name):
        for step in yaml.load_all((self.folder / name).read_text(), yaml.CSafeLoader):
            if isinstance(step, dict) and ENGINE in step.get('engines', [ENGINE]):
                yield self.context | step

    def body(self, step, previous):
        if 'body_from_file' in step:
            return (self.folder / step['body_from_file']).read_bytes()
        if 'ndjson' in step:
            return ''.join(json.dumps(line) + '\n' for line in step['ndjson'])
        return json.dumps(with_previous(step['json'], previous)) if 'json' in step else ''

    def take(self, step, method, previous):
        """The answer's body as JSON; raises AssertionError where it is not as expected."""
        query = urllib.parse.urlencode(
            {name: value for name, value in step.get('params', {}).items() if name != 'refresh'})
        answer = self.collection.request(
            self.credentials, method, f'/{step["endpoint"].strip("/")}' + ('?' + query if query else ''),
            self.body(step, previous), [(name.lower(), value) for name, value in step.get('headers', {}).items()])
        wanted, status = step.get('status_code', 200), answer.status_code
        assert wanted in (None, status), f'{method}: {status}, expected {wanted}: {answer.text[:300]}'
        result = answer.json() if answer.content else {}
        contains(step.get('expected') or {}, result)
        return result

    def run(self, name):
        """(step, None or why it failed)."""
        previous = {}
        for number, step in enumerate(self.steps(name), 1):
            wrong = None
            try:
                for method in [step['method']] if isinstance(step['method'], str) else step['method']:
                    previous = self.take(step, method, previous)
            except (AssertionError, KeyError) as error:
                wrong = f'{error}, of {json.dumps(step.get("json", step.get("params")))}'
            yield f'{name} {number}', wrong


def quickwit(server):
    """test → None or why it failed."""
    folder = fetched('quickwit', COMMIT, checkout(SOURCE, COMMIT, FOLDER)) / FOLDER
    scenarios = Scenarios(Collection(Aws(server, '1' * 12)), folder)
    results = dict(scenarios.run(f'_setup.{ENGINE}.yaml'))
    for path in sorted(folder.glob('[0-9]*.yaml')):
        if FIRST <= path.name[:4] <= LAST:
            results |= dict(scenarios.run(path.name))
    return results
