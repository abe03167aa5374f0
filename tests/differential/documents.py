"""Random mappings and documents. Small vocabularies and ranges: much is equal, missing, or just beside a bound."""
import random

WORDS = 'fox fax box foxes dog dogs quick quickly The a x run running Über 42'.split()
KEYWORDS = ['alpha', 'beta', 'Beta', 'alphabet', 'gamma', 'be ta', '']
INTEGERS, NUMBERS = ['i', 'l', 'al', 'o.i', 'n.i'], ['i', 'l', 'd', 'f', 'sf']
MALFORMED = ['x', '', {}, {'a': 1}, [[1]], 1e40, -1.5, '7', ' 7', True, 'true', '2024-13-01', '10.0.0.256', '1,2',
             2 ** 63]
DATES, KEYED, TEXTS = ['at', 'day'], ['k', 'kn', 't.raw', 'o.k'], ['t', 'tm', 'w']
SETTINGS = {'index': {'number_of_shards': 1, 'number_of_replicas': 0},
            'analysis': {'normalizer': {'low': {'type': 'custom', 'filter': ['lowercase']}}}}


class Documents(random.Random):
    def maybe(self, body, chance=0.3, **options):
        """With each option, or not; an option that is a list is a choice."""
        for name, choices in options.items():
            if self.random() < chance:
                body[name] = self.choice(choices) if isinstance(choices, list) else choices
        return body

    def one_of(self, *makers):
        return self.choice(makers)()

    def mapping(self):
        keyword, number = {'type': 'keyword'}, {'type': 'integer'}
        inner = {'k': keyword, 'i': number}
        return {'properties': {
            'id': number,
            'k': self.maybe({'type': 'keyword'}, ignore_above=[4, 100], null_value=['none']),
            'kn': {'type': 'keyword', 'normalizer': 'low'},
            't': self.maybe({'type': 'text', 'fields': {'raw': keyword}},
                            analyzer=['standard', 'simple', 'english', 'whitespace']),
            'tm': {'type': 'match_only_text'}, 'w': {'type': 'wildcard'},
            'i': self.maybe({'type': 'integer'}, null_value=[7], coerce=[True]),
            'l': {'type': self.choice(['long', 'short', 'byte'])}, 'd': {'type': 'double'},
            'f': {'type': self.choice(['float', 'half_float'])}, 'sf': {'type': 'scaled_float', 'scaling_factor': 10},
            'at': self.maybe({'type': 'date'}, null_value=['2024-01-01']),
            'day': {'type': 'date', 'format': 'yyyy/MM/dd||epoch_millis'},
            'b': {'type': 'boolean'}, 'ip': {'type': 'ip'}, 'g': {'type': 'geo_point'}, 'r': {'type': 'integer_range'},
            'al': {'type': 'alias', 'path': 'i'}, 'o': {'properties': inner},
            'n': {'type': 'nested', 'properties': inner}}}

    def words(self, most):
        return ' '.join(self.choices(WORDS, k=self.randint(1, most)))

    def time(self):
        day, quarter = f'2024-0{self.randint(1, 3)}-{self.randint(1, 28):02d}', self.randint(0, 3) * 15
        return f'{day}T{self.randint(0, 23):02d}:{quarter:02d}:00Z'

    def address(self):
        return self.choice([f'10.0.{self.randint(0, 3)}.{self.randint(0, 255)}', '2001:db8::1'])

    def value(self, field):
        if field in TEXTS:
            return self.words(8)
        if field in INTEGERS:
            return self.randint(-3, 6)
        if field in ('d', 'f'):
            return self.randint(-4, 9) / 4
        makers = {'sf': lambda: self.randint(-12, 27) / 3, 'at': self.time, 'ip': self.address,
                  'day': lambda: self.time()[:10].replace('-', '/'), 'b': lambda: self.random() < 0.5,
                  'g': lambda: {'lat': self.randint(-16, 16) / 2, 'lon': self.randint(-360, 360) / 2},
                  'r': lambda: {'gte': self.randint(-3, 3), 'lt': self.randint(4, 9)}}
        return makers.get(field, lambda: self.choice(KEYWORDS))()

    def inner(self, name):
        return {key: self.value(f'{name}.{key}') for key in ('k', 'i') if self.random() < 0.8}

    def document(self, number):
        out = {'id': number, 'n': [self.inner('n') for _ in range(self.randint(0, 3))]}
        for field in ('k', 'kn', *TEXTS, *NUMBERS, *DATES, 'b', 'ip', 'g', 'r'):
            chance = self.random()
            if chance < 0.7:
                out[field] = self.value(field)
            elif chance < 0.8:
                out[field] = None
            elif chance < 0.9 and field != 'b':
                out[field] = [self.value(field) for _ in range(self.randint(0, 3))]
        if self.random() < 0.7:
            out['o'] = self.inner('o')
        if self.random() < 0.2:  # may be of the wrong type, or the first of a field that is not mapped
            out[self.choice([*out, *NUMBERS, *DATES, 'b', 'ip', 'g', 'r', 'y', 'z', 'z.a'])] = self.choice(MALFORMED)
        return {**out, 'id': number}
