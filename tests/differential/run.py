"""Random requests to a collection and to a real OpenSearch, answers compared.

  run.py [--cases N] [--seed S] [--documents N]

A request whose answers differ is made as small as it can be while they still do, and printed once for its form.
Differences that are known stand in known.txt: a pattern of the reduced request and the reason. Exit code 1 if there is
another one.
"""
import argparse
import collections
import copy
import json
import pathlib
import re
import signal
import sys
import time

from cases import Cases
from compare import differences
from documents import SETTINGS
from engines import OpenSearch, Standpipe

CASES_AN_INDEX = 100
KEPT, ORDERS = ('size', 'id', 'sort'), ({'id': 'asc'}, {'id': 'desc'})
KNOWN = pathlib.Path(__file__).parent / 'known.txt'


def known_differences():
    """(pattern, reason)."""
    lines = [line for line in KNOWN.read_text().splitlines() if line and not line.startswith('#')]
    return [(re.compile(pattern), reason) for pattern, _, reason in (line.partition('  ') for line in lines)]


def fill(engine, index, mapping, documents):
    """{number of the document: why it was refused}."""
    status, answer = engine.create(index, {'settings': SETTINGS, 'mappings': mapping})
    assert status == 200, answer
    lines = []
    for document in documents:
        lines += [json.dumps({'index': {'_id': str(document['id'])}}), json.dumps(document)]
    status, answer = engine.request('POST', f'/{index}/_bulk', '\n'.join(lines) + '\n')
    assert status == 200, answer
    engine.refresh(index)
    results = [(int(item['index']['_id']), item['index'].get('error')) for item in answer['items']]
    return {number: f'{error["type"]}: {error["reason"]}' for number, error in results if error}


def fill_both(engines, index, mapping, documents):
    """Into both the same: what both take. Answers what only one takes, or each refuses in words of its own."""
    tried = [fill(engine, f'{index}-tried', mapping, documents) for engine in engines]
    taken = [document for document in documents if not any(document['id'] in refused for refused in tried)]
    for engine in engines:
        again = fill(engine, index, mapping, taken)
        assert not again, again
        engine.request('DELETE', f'/{index}-tried')
    return [(document, *(refused.get(document['id'], 'taken') for refused in tried)) for document in documents
            if tried[0].get(document['id']) != tried[1].get(document['id'])]


def parts(value, path=()):
    """Paths to everything in a JSON value, the largest first."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, _ in members:
        yield (*path, key)
    for key, member in list(members):
        yield from parts(member, (*path, key))


def smaller(request):
    """Requests without one of its parts, or with a query replaced by one within; always with an order and all hits."""
    for path in list(parts(request)):
        if path[-1] in KEPT:
            continue
        for lift in (False, True):
            out = copy.deepcopy(request)
            holder = out
            for key in path[:-1]:
                holder = holder[key]
            inner = holder[path[-1]]
            if inner in ORDERS:
                continue
            if not lift:
                del holder[path[-1]]
                yield out
            elif isinstance(inner, dict) and path[-1] == 'query':
                for body in inner.values():
                    for found in queries_in(body):
                        holder[path[-1]] = found
                        yield copy.deepcopy(out)


def queries_in(body):
    """The queries right within a compound one."""
    for name, value in body.items() if isinstance(body, dict) else ():
        if name in ('must', 'should', 'filter', 'must_not', 'queries', 'query', 'positive', 'negative'):
            yield from (value if isinstance(value, list) else [value])


class Judge:
    def __init__(self, theirs, ours, index):
        self.theirs, self.ours, self.path = theirs, ours, f'/{index}/_search'

    def __call__(self, request):
        """OpenSearch's status, and where the answers differ."""
        theirs = self.theirs.request('POST', self.path, request)
        return theirs[0], differences(request, theirs, self.ours.request('POST', self.path, request))

    def reduce(self, request, status, found):
        """Smaller, with still a difference of the same kind: in what is answered, or in that it is refused, and how."""
        for candidate in smaller(request):
            again, differ = self(candidate)
            if differ and again == status and nature(differ) == nature(found):
                return self.reduce(candidate, status, differ)
        return request, found


def nature(found):
    """What must stay when a request is made smaller."""
    path, theirs, ours = found[0]
    return (path, theirs.split(':')[0], ours.split(':')[0]) if path in ('status', 'error') else 'answer'


def form(value):
    """The request without its values: what makes two of them the same finding."""
    if isinstance(value, dict):
        return '{' + ','.join(f'{re.sub(r"^[abc][0-9]", "x", key)}:{form(value[key])}' for key in sorted(value)) + '}'
    if isinstance(value, list):
        return '[' + ','.join(sorted({form(item) for item in value})) + ']'
    return ''


def show(title, mapping, request, found):
    print(f'\n{title}\n  request  {json.dumps(request, ensure_ascii=False)}')
    for path, theirs, ours in found[:4]:
        print(f'  {path}\n    theirs {json.dumps(theirs, ensure_ascii=False)[:300]}\n    ours   '
              f'{json.dumps(ours, ensure_ascii=False)[:300]}')
    fields = {field for field in mapping['properties'] if re.search(rf'[":]{re.escape(field)}\b', json.dumps(request))}
    print(f'  mapping  {json.dumps({field: mapping["properties"][field] for field in sorted(fields)})}', flush=True)


class Run:
    def __init__(self, engines, options):
        self.engines, self.options, self.cases = engines, options, Cases(options.seed)
        self.known, self.counts, self.seen = known_differences(), collections.Counter(), set()

    def count(self, text, shape, shower):
        """Shows a difference if it is not known, and the first of its form."""
        reasons = [reason for pattern, reason in self.known if pattern.search(text)]
        self.counts[f'known: {reasons[0]}' if reasons else 'differ'] += 1
        if not reasons and shape not in self.seen:
            self.seen.add(shape)
            shower()

    def index(self, name):
        """A new index with the same documents on both sides."""
        self.mapping = self.cases.mapping()
        documents = [self.cases.document(number) for number in range(self.options.documents)]
        for document, theirs, ours in fill_both(self.engines, name, self.mapping, documents):
            field = re.search(r"field \[([^\]]+)|$", theirs + ours)[1]
            value = {field: document.get(field)} if field in document else document
            text = f'document {json.dumps(value)} theirs {theirs} ours {ours}'
            self.count(text, (field, re.sub("'[^']*'|\\[[^]]*\\]|[0-9]", '', theirs + ours)),
                       lambda: print(f'\n{json.dumps(value)}\n  theirs {theirs[:300]}\n  ours   {ours[:300]}'))
        self.judge = Judge(*self.engines, name)

    def request(self, number):
        request = self.cases.request()
        status, found = self.judge(request)
        if status >= 500:
            self.counts['fail in OpenSearch'] += 1
        elif not found:
            self.counts['agree'] += 1
        else:
            request, found = self.judge.reduce(request, status, found)
            self.count(json.dumps(request), form(request), lambda: show(f'case {number}', self.mapping, request, found))

    def all(self):
        for number in range(self.options.cases):
            if number % CASES_AN_INDEX == 0:
                self.index(f'case-{number}')
            self.request(number)
            if number % CASES_AN_INDEX == CASES_AN_INDEX - 1:
                for engine in self.engines:
                    engine.request('DELETE', f'/case-{number - CASES_AN_INDEX + 1}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cases', type=int, default=500)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    parser.add_argument('--documents', type=int, default=60)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end, too
    print(f'seed {options.seed}', flush=True)
    with OpenSearch() as theirs, Standpipe() as ours:
        run = Run((theirs, ours), options)
        run.all()
    print()
    for what, count in sorted(run.counts.items()):
        print(f'{count:>6} {what}')
    return 1 if run.counts['differ'] else 0


if __name__ == '__main__':
    sys.exit(main())
