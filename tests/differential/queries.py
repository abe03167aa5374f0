"""Random queries."""
from documents import DATES, KEYED, KEYWORDS, NUMBERS, WORDS, Documents

ASKED = ['fox dog', '+fox -dog', 't:fox AND i:>2', 'k:al* OR "quick fox"', 'i:[1 TO 3]', '_exists_:k', 't:(fox dog)^2',
         'qick~ fox', 'NOT t:fox', 'at:[2024-01-10 TO 2024-02-10}', '"fox dog"~3', 'd:<=1.5', 'k:b?ta', 'l:2 || t:x']
ASKED_SIMPLY = ['fox dog', '+fox -dog', '"quick fox" | dog', 'fo* + dog', '(fox dog) + quick', 'qick~1', '"fox dog"~2']
PATTERNS = {'prefix': ['a', 'be', 'B', 'fo', 'qu', 'Ü'], 'wildcard': ['*', '?eta', 'f?x', '*a*', 'al*et', '*x'],
            'regexp': ['.*', 'f.x', '[Bb]eta', '(fox|dog)(es)?', 'al.*', '.{4}']}
MISSPELT = ['fox', 'alpah', 'beta', 'qickly', 'gmma']


class Queries(Documents):
    def query(self, depth=0):
        if depth < 2 and self.random() < 0.35:
            return self.one_of(self.boolean, self.compound)
        return self.one_of(*[self.term, self.range, self.text] * 2, self.pattern, self.string, self.rarer)

    def boolean(self):
        body = {part: [self.query(2) for _ in range(self.randint(1, 3))]
                for part in ('must', 'should', 'filter', 'must_not') if self.random() < 0.4}
        if 'should' in body:
            self.maybe(body, minimum_should_match=['1', '2', '-1', '50%'], boost=[2])
        return {'bool': body}

    def compound(self):
        return self.one_of(
            lambda: {'constant_score': self.maybe({'filter': self.query(2)}, boost=[0.5, 3])},
            lambda: {'dis_max': self.maybe({'queries': [self.query(2), self.query(2)]}, tie_breaker=[0.3])},
            lambda: {'boosting': {'positive': self.query(2), 'negative': self.query(2), 'negative_boost': 0.5}},
            self.nested, self.function_score)

    def nested(self):
        inner = [{'term': {'n.k': self.choice(KEYWORDS)}}, {'range': {'n.i': {'gte': self.randint(-3, 6)}}}]
        body = {'path': 'n', 'query': {'bool': {'must': inner[:self.randint(1, 2)]}}}
        return {'nested': self.maybe(body, score_mode=['avg', 'sum', 'min', 'max', 'none'])}

    def function_score(self):
        def factor():
            return {'field_value_factor': self.maybe({'field': 'id', 'factor': 1.2},
                                                     modifier=['sqrt', 'log1p', 'ln2p', 'square'])}

        def decay():
            shape = self.maybe({'origin': 20, 'scale': 10}, offset=[3], decay=[0.3])
            return {self.choice(['gauss', 'linear', 'exp']): {'id': shape}}

        def weight():
            return {'weight': self.choice([2, 0.5]), 'filter': self.query(2)}
        body = {'query': self.query(2), 'functions': [self.one_of(factor, decay, weight) for _ in range(2)]}
        return {'function_score': self.maybe(
            body, score_mode=['sum', 'avg', 'first', 'max', 'min', 'multiply'], max_boost=[3],
            boost_mode=['sum', 'replace', 'multiply', 'avg', 'max', 'min'])}

    def term(self):
        field = self.choice([*KEYED, *NUMBERS, *DATES, 't', 'b', 'ip', 'al', 'r'])
        value = self.randint(-3, 6) if field == 'r' else self.choice(WORDS) if field == 't' else self.value(field)
        several = [value, value if field in ('r', 't') else self.value(field)]
        return self.one_of(
            lambda: {'term': {field: self.maybe({'value': value}, 0.3 * (field in KEYED), case_insensitive=True)}},
            lambda: {'term': {field: {'value': value, 'boost': 2}}}, lambda: {'terms': {field: several}},
            lambda: {'exists': {'field': self.choice([field, 'n', 'o', 'g', 'w'])}},
            lambda: {'ids': {'values': [str(self.randint(0, 60)) for _ in range(5)]}})

    def range(self):
        field = self.choice([*NUMBERS, *DATES, 'k', 'ip', 'r', 'al'])

        def bound():
            if field == 'at':
                return self.choice([self.time(), '2024-02-10||/M', '2024-02-10||+1d/d', '2024-02'])
            return self.randint(-3, 9) if field == 'r' else self.value(field)
        body = {self.choice(['gt', 'gte']): bound(), self.choice(['lt', 'lte']): bound()}
        if self.random() < 0.4:
            body.popitem()
        if field == 'at':
            self.maybe(body, time_zone=['+02:00', 'Europe/Berlin'])
        if field == 'r':
            self.maybe(body, relation=['within', 'contains', 'intersects'])
        return {'range': {field: body}}

    def text(self):
        field, words = self.choice(['t', 't', 'tm', 'k']), {'query': self.words(3)}
        return self.one_of(
            lambda: {'match': {field: self.maybe(
                words, operator=['and', 'or'], minimum_should_match=['2', '-1', '60%'], fuzziness=['AUTO', '1'],
                zero_terms_query=['all'], prefix_length=[1])}},
            lambda: {'match_phrase': {'t': self.maybe(words, slop=[1, 3])}},
            lambda: {'match_phrase_prefix': {'t': self.maybe(words, slop=[1])}},
            lambda: {'match_bool_prefix': {'t': self.maybe(words, operator=['and'])}},
            lambda: {'multi_match': self.maybe(
                {**words, 'fields': ['t^2', 'tm', 'k']}, operator=['and'], tie_breaker=[0.3],
                type=['best_fields', 'most_fields', 'cross_fields', 'bool_prefix'])})

    def pattern(self):
        field, kind = self.choice(['k', 'kn', 't', 'w', 't.raw']), self.choice([*PATTERNS, 'fuzzy'])
        if kind == 'fuzzy':
            return {kind: {field: self.maybe({'value': self.choice(MISSPELT)}, fuzziness=['AUTO', 1, 2],
                                             prefix_length=[1], transpositions=[False])}}
        return {kind: {field: self.maybe({'value': self.choice(PATTERNS[kind])}, case_insensitive=True)}}

    def string(self):
        asked = {'query': self.choice(ASKED)}
        return self.one_of(
            lambda: {'query_string': self.maybe({**asked, 'default_field': 't'}, default_operator=['AND'],
                                                lenient=True)},
            lambda: {'query_string': self.maybe({**asked, 'fields': ['t', 'k^2']}, tie_breaker=[0.2], lenient=True)},
            lambda: {'simple_query_string': self.maybe({'query': self.choice(ASKED_SIMPLY), 'fields': ['t', 'tm^2']},
                                                       default_operator=['and'])})

    def rarer(self):
        corners = {'top_left': {'lat': 6, 'lon': self.choice([-90, 150])},
                   'bottom_right': {'lat': -6, 'lon': self.choice([60, -120])}}
        return self.one_of(
            lambda: {'match_all': self.maybe({}, boost=[2])}, lambda: {'match_none': {}}, self.nested,
            lambda: {'geo_distance': {'distance': self.choice(['900km', '5000km']), 'g': self.value('g')}},
            lambda: {'geo_bounding_box': {'g': corners}},
            lambda: {'terms_set': {'k': {'terms': self.sample(KEYWORDS, 3), 'minimum_should_match_field': 'i'}}},
            lambda: {'more_like_this': {'fields': ['t'], 'like': self.words(6), 'min_term_freq': 1, 'min_doc_freq': 2}})
