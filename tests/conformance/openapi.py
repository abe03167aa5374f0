"""What an OpenAPI specification, spread over many files, says about the form of an answer."""
import functools
import pathlib
import re
import sys
import urllib.parse

import yaml
from suites import BIN, fetch, fetched

JSONSCHEMA = 'jsonschema==4.25.1'
sys.path.append(str(fetched('jsonschema', JSONSCHEMA, lambda folder: fetch(
    BIN / 'pip', 'install', '--quiet', '--target', folder, JSONSCHEMA))))

import jsonschema  # noqa: E402
import referencing  # noqa: E402
from referencing.jsonschema import DRAFT202012  # noqa: E402


@functools.cache
def document(address):
    content = yaml.load(pathlib.Path(urllib.parse.urlsplit(address).path).read_text(), yaml.CSafeLoader)
    return referencing.Resource.from_contents(content, default_specification=DRAFT202012)


def pointer(*names):
    return '#/' + '/'.join(urllib.parse.quote(name.replace('~', '~0').replace('/', '~1'), safe='~') for name in names)


class Specification:
    """Of the folder `spec`: paths in namespaces/*.yaml, that refer to each other's and to schemas/*.yaml."""

    def __init__(self, folder):
        self.registry = referencing.Registry(retrieve=document)
        self.operations = {}  # ('/{}/_doc/{}', 'GET') → the operation's address
        for path in sorted((folder / 'namespaces').glob('*.yaml')):
            for template, methods in document(path.as_uri()).contents.get('paths', {}).items():
                for method in methods:
                    self.operations[re.sub(r'{\w+}', '{}', template), method.upper()] = (
                        path.as_uri() + pointer('paths', template, method))

    def followed(self, address):
        """(address, what is there) at the end of the chain of references that begins here."""
        while True:
            there = self.registry.resolver().lookup(address).contents
            if '$ref' not in there:
                return address, there
            address = urllib.parse.urljoin(address, there['$ref'])

    def violations(self, path, method, status, form, payload):
        """What in the answer is against the specification; a story's path names parameters as it likes."""
        operation = self.operations.get((re.sub(r'{\w+}', '{}', path), method))
        if operation is None or str(status) not in self.followed(operation)[1]['responses']:
            return []
        address, response = self.followed(f'{operation}/responses/{status}')
        if 'schema' not in response.get('content', {}).get(form, {}):
            return []
        schema = {'$ref': address + pointer('content', form, 'schema')[1:]}
        error = jsonschema.exceptions.best_match(
            jsonschema.Draft202012Validator(schema, registry=self.registry).iter_errors(payload))
        return [] if error is None else [f'{error.json_path}: {error.message[:300]}']
