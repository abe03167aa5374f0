"""Random aggregations."""
from documents import DATES, KEYED, NUMBERS
from queries import Queries

OUTERMOST = {'composite', 'global', 'auto_date_histogram'}
NESTING = {'terms', 'histogram', 'date_histogram', 'range', 'filter', 'missing', 'filters', 'date_range', 'multi_terms',
           'rare_terms', 'composite', 'geohash_grid', 'geotile_grid', 'ip_range', 'adjacency_matrix', 'global'}
STATISTICS = ['avg', 'sum', 'min', 'max', 'stats', 'value_count']


class Aggregations(Queries):
    def aggregations(self, depth=0):
        out = {}
        for number in range(self.randint(1, 2)):
            name = f'{"abc"[depth]}{number}'
            made = self.metric() if depth == 2 else self.one_of(self.metric, *[self.buckets] * 2, self.rarer_buckets)
            kind = next(iter(made))
            if depth and kind in OUTERMOST:
                continue
            out[name] = made
            if kind in NESTING and self.random() < 0.5:
                made['aggs'] = self.aggregations(depth + 1)
            if kind in ('histogram', 'date_histogram') and self.random() < 0.3 and not made[kind].get('keyed'):
                self.add_pipelines(made.setdefault('aggs', {}), out, name)
        return out or {'m': self.metric()}

    def metric(self):
        field = {'field': self.choice(NUMBERS)}
        return self.one_of(
            lambda: {self.choice(STATISTICS): self.maybe(field, missing=[2])},
            lambda: {'extended_stats': self.maybe(field, sigma=[3])},
            lambda: {'cardinality': {'field': self.choice([*KEYED, *NUMBERS, 'ip', 'at'])}},
            lambda: {'percentiles': self.maybe(field, keyed=[False], percents=[[50], [1, 99.9]])},
            lambda: {'percentile_ranks': {**field, 'values': [0, 2.5]}}, lambda: {'median_absolute_deviation': field},
            lambda: {'weighted_avg': {'value': field, 'weight': self.maybe({'field': 'id'}, missing=[1])}},
            lambda: {'top_hits': {'size': self.randint(1, 3), '_source': ['k'],
                                  'sort': [self.sort_key(), {'id': 'desc'}]}},
            lambda: {self.choice(['geo_bounds', 'geo_centroid']): {'field': 'g'}},
            lambda: {self.choice(['min', 'max', 'value_count']): {'field': self.choice(DATES)}})

    def terms(self):
        order = [{'_key': 'desc'}, {'_count': 'asc'}, [{'_count': 'desc'}, {'_key': 'desc'}]]
        return self.one_of(
            lambda: {'terms': self.maybe({'field': self.choice([*KEYED, *NUMBERS, 'at', 'b', 'ip'])}, size=[2, 5],
                                         min_doc_count=[0, 2], order=order)},
            lambda: {'terms': self.maybe({'field': 'k'}, missing=['none'], include=['a.*', ['alpha', 'beta']],
                                         exclude=['al.*'])})

    def date_histogram(self):
        interval = self.choice([{'calendar_interval': 'month'}, {'calendar_interval': 'week'},
                                {'calendar_interval': '1d'}, {'fixed_interval': '36h'}])
        return {'date_histogram': self.maybe(
            {'field': self.choice(DATES), **interval}, min_doc_count=[0, 1, 2], offset=['+6h'], format=['yyyy-MM-dd'],
            time_zone=['+02:00', 'America/New_York'])}

    def buckets(self):
        number = {'field': self.choice(NUMBERS)}
        ranges = [{'to': 0}, {'from': 0, 'to': 2.5, 'key': 'x'}, {'from': 1}]
        return self.one_of(
            self.terms, self.terms, self.date_histogram,
            lambda: {'histogram': self.maybe(
                {**number, 'interval': self.choice([1, 2, 0.5])}, offset=[0.25], min_doc_count=[0, 1, 2], keyed=[True],
                missing=[1], extended_bounds=[{'min': -5, 'max': 5}], order=[{'_key': 'desc'}])},
            lambda: {'range': self.maybe({**number, 'ranges': ranges}, keyed=[True])},
            lambda: {'filter': self.query(2)},
            lambda: {'missing': {'field': self.choice([*KEYED, *NUMBERS, 'at', 'g'])}},
            lambda: {'filters': self.maybe({'filters': {'x': self.query(2), 'y': self.query(2)}}, other_bucket=[True],
                                           other_bucket_key=['z'])})

    def rarer_buckets(self):
        days = [{'to': '2024-02-01'}, {'from': '2024-01-20||/M'}]
        return self.one_of(
            lambda: {'date_range': self.maybe({'field': 'at', 'ranges': days}, format=['yyyy-MM'],
                                              time_zone=['+02:00'])},
            lambda: {'ip_range': {'field': 'ip', 'ranges': [{'to': '10.0.1.0'}, {'mask': '10.0.2.0/23'}]}},
            lambda: {'multi_terms': self.maybe(
                {'terms': [{'field': 'k'}, {'field': self.choice([*NUMBERS, 'b', 'at'])}]}, size=[3])},
            lambda: {'rare_terms': {'field': self.choice(['k', 'i', 'l']), 'max_doc_count': self.randint(1, 5)}},
            lambda: {'adjacency_matrix': {'filters': {'x': self.query(2), 'y': self.query(2)}}}, lambda: {'global': {}},
            lambda: {self.choice(['geohash_grid', 'geotile_grid']): {'field': 'g', 'precision': self.randint(1, 3)}},
            lambda: {'auto_date_histogram': {'field': 'at', 'buckets': self.randint(2, 20)}},
            lambda: {'significant_terms': {'field': 'k', 'min_doc_count': 1}}, self.nested_buckets, self.composite)

    def nested_buckets(self):
        back = {'reverse_nested': {}, 'aggs': {'m': self.metric()}}
        keys = {'terms': {'field': 'n.k'}, 'aggs': {'back': back, 's': {'sum': {'field': 'n.i'}}}}
        return {'nested': {'path': 'n'}, 'aggs': {'keys': keys}}

    def composite(self):
        sources = [{'k': {'terms': self.maybe({'field': 'k'}, order=['desc'], missing_bucket=[True])}},
                   {'i': {'histogram': self.maybe({'field': 'i', 'interval': 2}, missing_bucket=[True])}},
                   {'d': {'date_histogram': {'field': 'at', 'calendar_interval': 'month'}}}]
        return {'composite': {'size': self.randint(2, 9), 'sources': self.sample(sources, self.randint(1, 3))}}

    def add_pipelines(self, inside, beside, name):
        inside['s'] = {self.choice(STATISTICS[:4]): {'field': self.choice(NUMBERS)}}
        path = {'buckets_path': self.choice(['s', '_count'])}
        average = 'MovingFunctions.unweightedAvg(values)'
        inside['p'] = self.one_of(
            lambda: {'cumulative_sum': path}, lambda: {'derivative': self.maybe(path, gap_policy=['insert_zeros'])},
            lambda: {'serial_diff': {**path, 'lag': 2}},
            lambda: {'bucket_sort': self.maybe({'sort': [{'s': 'desc'}]}, size=[2])},
            lambda: {'moving_fn': self.maybe({**path, 'window': 3, 'script': average}, shift=[1])},
            lambda: {'bucket_script': {'buckets_path': {'a': '_count', 'b': 's'}, 'script': 'params.a * 2 - params.b'}},
            lambda: {'bucket_selector': {'buckets_path': {'a': '_count'}, 'script': 'params.a > 1'}})
        kind = self.choice(['avg', 'sum', 'min', 'max', 'stats', 'extended_stats', 'percentiles'])
        beside[f'{name}_all'] = {f'{kind}_bucket': {'buckets_path': f'{name}>s'}}
