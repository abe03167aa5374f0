"""The stories of OpenSearch's API specification, told to collections.

A story is a YAML file: prologues, chapters, epilogues, each a request with the answer's status and what its payload
must contain; the answer's form is given by the specification (openapi.py). Every story gets a collection of its own,
of type SEARCH. A collection refuses `refresh=true` and shows documents at once, so the parameter is left out.
OPENSEARCH_SPECIFICATION names another place to fetch from.
"""
import itertools
import json
import operator
import os
import re
import urllib.parse

import cbor2
import yaml
from collections_of_tests import EVERYTHING, Collection
from conftest import Aws
from openapi import Specification
from suites import checkout, fetched

SOURCE = os.environ.get(
    'OPENSEARCH_SPECIFICATION', 'https://github.com/opensearch-project/opensearch-api-specification')
COMMIT = 'fbe9edebac41d098c67e2d379667184368c4ab6c'
ROOT = 'tests/default'
STORIES = [f'{ROOT}/_core', *(f'{ROOT}/indices/{name}' for name in ('bulk.yaml', 'doc.yaml', 'index.yaml', 'mapping'))]
LEFT_OUT = f'{ROOT}/_core/search/aggregations'
VERSION, DISTRIBUTION = (3, 8), 'amazon-serverless'
SIGNS = {'<': operator.lt, '<=': operator.le, '>': operator.gt, '>=': operator.ge}
REFERENCE = re.compile(r'\$\{([^.}]+)\.([^}]+)\}')


class Loader(yaml.CSafeLoader):
    """YAML 1.2 has no timestamps: what looks like a date is a string."""


Loader.yaml_implicit_resolvers = {first: [(tag, form) for tag, form in resolvers if not tag.endswith(':timestamp')]
                                  for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()}


def applies(part):
    """Is this story or chapter meant for OpenSearch Serverless of our version?"""
    distributions = part.get('distributions', {})
    if DISTRIBUTION in distributions.get('excluded', []):
        return False
    if DISTRIBUTION not in distributions.get('included', [DISTRIBUTION]):
        return False
    for sign, number in re.findall(r'([<>]=?)\s*([\d.]+)', part.get('version', '')):
        if not SIGNS[sign](VERSION, tuple(int(digits) for digits in number.split('.'))):
            return False
    return 'pending' not in part


def parsed(answer):
    form = answer.headers.get('content-type', '').split(';')[0]
    if form == 'application/json':
        return form, answer.json() if answer.content else {}
    if form == 'application/yaml':
        return form, yaml.load(answer.text, Loader)
    if form == 'application/cbor':
        return form, cbor2.loads(answer.content)
    return form, answer.text


def differences(expected, actual, path='payload'):
    """Where the answer lacks something of what is expected, or has it otherwise; there may be more in it."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            if name not in actual:
                yield f'{path}.{name} is missing'
            else:
                yield from differences(value, actual[name], f'{path}.{name}')
    elif isinstance(expected, list) and isinstance(actual, list):
        for place, (value, found) in enumerate(itertools.zip_longest(expected, actual[:len(expected)])):
            yield from differences(value, found, f'{path}[{place}]')
    elif expected != actual:
        yield f'{path} is {json.dumps(actual)[:200]}, expected {json.dumps(expected)[:200]}'


def found_at(payload, path):
    for step in re.findall(r'[^.\[\]]+', path)[1:]:
        payload = payload[int(step) if isinstance(payload, list) else step]
    return payload


class Story:
    def __init__(self, collection, specification):
        self.collection, self.specification = collection, specification
        self.credentials = collection.user('suite', *EVERYTHING)
        self.outputs = {}  # (chapter, name) → what a later chapter refers to

    def resolved(self, value):
        if isinstance(value, dict):
            return {self.resolved(name): self.resolved(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.resolved(inner) for inner in value]
        if isinstance(value, str):
            if whole := REFERENCE.fullmatch(value):
                return self.outputs.get(whole.groups())
            return REFERENCE.sub(lambda match: str(self.outputs.get(match.groups())), value)
        return value

    def send(self, chapter, method):
        parameters = {name: ','.join(str(one) for one in value) if isinstance(value, list) else
                      json.dumps(value) if isinstance(value, bool) else str(value)
                      for name, value in self.resolved(chapter.get('parameters', {})).items() if name != 'refresh'}
        in_path = set(re.findall(r'{(\w+)}', chapter['path']))
        path = re.sub(r'{(\w+)}', lambda match: urllib.parse.quote(parameters[match[1]], safe=',*'), chapter['path'])
        query = urllib.parse.urlencode({name: value for name, value in parameters.items() if name not in in_path})
        request = chapter.get('request', {})
        payload, form = self.resolved(request.get('payload')), request.get('content_type', 'application/json')
        lines = payload if form == 'application/x-ndjson' else [] if payload is None else [payload]
        return self.collection.request(
            self.credentials, method, f'/{path.lstrip("/")}' + ('?' + query if query else ''),
            '\n'.join(json.dumps(line) for line in lines) + ('\n' if form == 'application/x-ndjson' else ''),
            headers={'content-type': form, **request.get('headers', {})}.items())

    def tell(self, chapter, method, wanted, stated):
        """None, or what is wrong with the answer; `stated`: does the specification's form count, too?"""
        answer = self.send(chapter, method)
        if answer.status_code not in (wanted if isinstance(wanted, list) else [wanted]):
            return f'{method} {chapter["path"]}: {answer.status_code}, expected {wanted}: {answer.text[:300]}'
        form, payload = parsed(answer)
        response = chapter.get('response', {})
        wrong = list(differences(self.resolved(response['payload']), payload)) if 'payload' in response else []
        if form != response.get('content_type', 'application/json') and stated and method != 'HEAD':
            wrong.append(f'the answer is {form or "of no type"}')
        elif stated and method != 'HEAD':
            wrong += self.specification.violations(chapter['path'], method, answer.status_code, form, payload)
        for name, path in chapter.get('output', {}).items():
            try:
                path = path if isinstance(path, str) else path['path']
                self.outputs[chapter['id'], name] = found_at(payload, path)
            except (KeyError, IndexError, TypeError):
                wrong.append(f'{path} is missing')
        return f'{method} {chapter["path"]}: {"; ".join(wrong)}' if wrong else None

    def told(self, story):
        """(part, None or why it failed), of the chapters and of what around them failed."""
        for number, part in enumerate(story.get('prologues', []), 1):
            for method in [part['method']] if isinstance(part['method'], str) else part['method']:
                if wrong := self.tell(part, method, part.get('status', [200, 201]), stated=False):
                    yield f'prologue {number}', wrong
                    return
        for number, chapter in enumerate(story['chapters'], 1):
            methods = [chapter['method']] if isinstance(chapter['method'], str) else chapter['method']
            for method in methods if applies(chapter) else []:
                name = f'{number} {method}: {chapter["synopsis"]}'
                yield name, self.tell(chapter, method, chapter.get('response', {}).get('status', 200), stated=True)
        for number, part in enumerate(story.get('epilogues', []), 1):
            if wrong := self.tell(part, part['method'], part.get('status', [200, 201]), stated=False):
                yield f'epilogue {number}', wrong


def opensearch(server):
    """test → None or why it failed."""
    folder = fetched('opensearch', COMMIT, checkout(SOURCE, COMMIT, 'spec', *STORIES))
    specification, results = Specification(folder / 'spec'), {}
    files = [path for name in STORIES for path in ([folder / name] if name.endswith('.yaml') else
                                                   sorted((folder / name).rglob('*.yaml')))]
    for number, path in enumerate(path for path in files if not path.is_relative_to(folder / LEFT_OUT)):
        story = yaml.load(path.read_text(), Loader)
        if applies(story):
            teller = Story(Collection(Aws(server, f'{number + 1:012}')), specification)
            for part, wrong in teller.told(story):
                results[f'{path.relative_to(folder / ROOT)} {" ".join(part.split())}'] = wrong
    return results
