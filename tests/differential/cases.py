"""Random search requests, all from one seed. What DEVIATIONS.md names is left out."""
from aggregations import Aggregations
from documents import DATES, NUMBERS


class Cases(Aggregations):
    def request(self):
        if self.random() < 0.45:
            return {'size': 0, 'query': self.query(1), 'aggs': self.aggregations()}
        body = {'size': 100, 'query': self.query()}
        if self.random() < 0.35:
            body['sort'] = [*(self.sort_key() for _ in range(self.randint(1, 2))), {'id': 'asc'}]  # none are equal
            self.maybe(body, size=[5], **{'from': [3]})
            if self.random() < 0.2:
                body['collapse'] = {'field': 'k'}
        highlight = {'fields': {'t': {}}, 'type': self.choice(['plain', 'unified']),
                     'number_of_fragments': self.randint(0, 2)}
        return self.maybe(
            body, 0.15, track_total_hits=[True, 3], _source=[False, ['k', 'o.*'], {'excludes': ['n', 't*']}],
            docvalue_fields=[['k', 'at', 'sf', 'ip'], [{'field': 'at', 'format': 'epoch_millis'}]], highlight=highlight,
            fields=[['k', 'd', 'o.*'], [{'field': 'at', 'format': 'yyyy'}], ['*']], min_score=[0.5],
            post_filter=self.query(2))

    def sort_key(self):
        field = self.choice([*NUMBERS, *DATES, 'k', 'kn', 'b', 'ip', 'n.i', '_score', '_geo_distance', 'o.k'])
        how = {'order': self.choice(['asc', 'desc'])}
        if field == '_score':
            return {field: how}
        if field == '_geo_distance':
            return {field: {'g': {'lat': 1, 'lon': 2}, 'unit': 'km', **how}}
        if field == 'n.i':
            return {field: {'nested': {'path': 'n'}, **self.maybe(how, mode=['min', 'max', 'avg', 'sum'])}}
        self.maybe(how, missing=['_first', '_last'])
        return {field: self.maybe(how, mode=['min', 'max', 'avg', 'sum', 'median']) if field in NUMBERS else how}
