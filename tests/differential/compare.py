"""Where two answers to the same request differ.

Scores, cardinalities, percentiles and what else is an estimate may differ by 1 %, other numbers by what the order of a
sum makes. Not compared: times, shards, and ids that were made up.
"""
import math

ESTIMATES = {'cardinality', 'percentiles', 'percentile_ranks', 'median_absolute_deviation', 'significant_terms'}
# The last two tell of OpenSearch's own ways to an answer.
UNCOMPARED = {'took', 'timed_out', '_shards', '_index', 'doc_count_error_upper_bound', 'terminated_early', 'meta'}
ESTIMATED_KEYS = {'_score', 'max_score', 'score'}
EXACT, ESTIMATED = 1e-6, 0.01


def estimates(aggregations, kinds=frozenset(ESTIMATES)):
    """Names of the aggregations of a request that estimate, at any depth."""
    found = set()
    for name, body in (aggregations or {}).items():
        if kinds & body.keys():
            found.add(name)
        found |= estimates(body.get('aggs') or body.get('aggregations'), kinds)
    return found


def numbers(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Comparison:
    def __init__(self, request, identified):
        self.estimated = estimates(request.get('aggs') or request.get('aggregations'))
        self.identified, self.sorted = identified, 'sort' in request
        self.found = []

    def note(self, path, theirs, ours):
        self.found.append((path or '(answer)', theirs, ours))

    def values(self, path, theirs, ours, tolerance=EXACT):
        if numbers(theirs) and numbers(ours):
            if not math.isclose(theirs, ours, rel_tol=tolerance, abs_tol=EXACT):
                self.note(path, theirs, ours)
        elif isinstance(theirs, dict) and isinstance(ours, dict):
            for key in [*theirs, *(key for key in ours if key not in theirs)]:
                self.member(f'{path}.{key}' if path else key, key, theirs, ours, tolerance)
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours):
                self.note(f'{path}.length', len(theirs), len(ours))
            for number, (one, other) in enumerate(zip(theirs, ours)):
                self.values(f'{path}[{number}]', one, other, tolerance)
        elif theirs != ours or type(theirs) is not type(ours):
            self.note(path, theirs, ours)

    def member(self, path, key, theirs, ours, tolerance):
        if key in UNCOMPARED:
            return
        if key not in theirs or key not in ours:
            self.note(path, theirs.get(key, '(absent)'), ours.get(key, '(absent)'))
        elif key == 'hits' and isinstance(theirs[key], list):
            self.hits(path, theirs[key], ours[key])
        else:
            loose = key in self.estimated or key in ESTIMATED_KEYS
            self.values(path, theirs[key], ours[key], ESTIMATED if loose else tolerance)

    def hits(self, path, theirs, ours):
        """Equal scores have no order, and documents with made-up ids no name: those are known by what they show."""
        if not self.identified:
            theirs, ours = ([{key: hit[key] for key in ('_score', 'sort') if key in hit} for hit in hits]
                            for hits in (theirs, ours))
        elif not self.sorted:
            named = {hit['_id'] for hit in theirs} ^ {hit['_id'] for hit in ours}
            if named:
                self.note(f'{path}.ids', sorted(named & {hit['_id'] for hit in theirs}),
                          sorted(named & {hit['_id'] for hit in ours}))
                return
            theirs, ours = sorted(theirs, key=lambda hit: hit['_id']), sorted(ours, key=lambda hit: hit['_id'])
        self.values(path, theirs, ours)


def differences(request, theirs, ours, identified=True):
    """(path, theirs, ours) of every place where the answers differ; theirs and ours are (status, body)."""
    if theirs[0] != ours[0]:
        return [('status', f'{theirs[0]} {reason(theirs[1])}', f'{ours[0]} {reason(ours[1])}')]
    if theirs[0] != 200:
        kinds = kind(theirs[1]), kind(ours[1])
        return [] if kinds[0] == kinds[1] else [('error', reason(theirs[1]), reason(ours[1]))]
    comparison = Comparison(request, identified)
    comparison.values('', theirs[1], ours[1])
    return comparison.found


def cause(body):
    error = (body or {}).get('error')
    return (error.get('root_cause') or [error])[0] if isinstance(error, dict) else {}


def kind(body):
    return cause(body).get('type')


def reason(body):
    return f'{kind(body)}: {cause(body).get("reason")}'[:300] if kind(body) else ''
