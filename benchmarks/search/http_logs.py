"""A web server's log, in the shape of OpenSearch Benchmark's workload of that name: values of our own making.

1998-06-10 to 06-18 UTC whatever the count, ascending; 60,000 addresses and 12,000 request lines by Zipf; 85 % are 200.
"""
import math
import random

from random_data import clock, draws, table, vocabulary, zipf

START, DAYS = 897436800, 8
SECTIONS = 'images history teams news venues tickets competition playing nav individuals'.split()
FREQUENT = ['GET /images/hm_bg.jpg HTTP/1.0', 'GET /images/home_intro.anim.gif HTTP/1.0', 'GET / HTTP/1.0',
            'GET /english/index.html HTTP/1.0', 'GET /french/index.html HTTP/1.0', 'GET /images/space.gif HTTP/1.0',
            'GET /english/nav_top_inet.html HTTP/1.0', 'GET / HTTP/1.1']


def addresses(chance, count):
    networks = [f'{chance.randrange(1, 224)}.{chance.randrange(256)}.{chance.randrange(256)}' for _ in range(9000)]
    out = {}
    while len(out) < count:
        out[f'{networks[int(chance.random() ** 2 * len(networks))]}.{chance.randrange(256)}'] = None
    return list(out)


def path(chance, words, extensions):
    word, extension = words[int(chance.random() ** 2 * len(words))], chance.choice(extensions)
    language, section, kind = chance.choice(('english', 'french')), chance.choice(SECTIONS), chance.random()
    if kind < 0.35:
        return f'/images/{word}_{chance.choice(("on", "off", "bg", "hm", "nav"))}.{extension}'
    if kind < 0.75:
        return f'/{language}/{section}/{word}.{extension}'
    if kind < 0.95:
        return f'/{language}/{section}/{word}/{chance.randrange(1, 400)}.{extension}'
    return f'/cgi-bin/{word}.cgi?id={chance.randrange(1, 9999)}&lang={language}'


def requests(chance, count):
    """(request line, bytes of its answer)."""
    words = vocabulary(chance, 3000)
    extensions = table([('gif', 58), ('html', 22), ('jpg', 12), ('class', 3), ('ram', 2), ('cgi', 3)], 10)
    lines = dict.fromkeys(FREQUENT)
    while len(lines) < count:
        verb = 'GET' if chance.random() < 0.985 else chance.choice(('HEAD', 'POST'))
        lines[f'{verb} {path(chance, words, extensions)} HTTP/1.{0 if chance.random() < 0.8 else 1}'] = None
    return [(line, int(math.exp(chance.gauss(7.6, 1.5))) + 40) for line in lines]


def documents(count, seed=1):
    """Blocks of NDJSON."""
    chance = random.Random(f'http_logs/{seed}')
    clients = zipf(addresses(chance, 60000), 1.0, 20)
    lines = zipf(requests(chance, 12000), 1.05, 18)
    states = table([(200, 8500), (304, 1190), (404, 210), (206, 60), (302, 30), (500, 6), (400, 2), (403, 2)], 16)
    for times in clock(START, DAYS, count):
        block, size = [], len(times)
        for time, client, (line, length), status in zip(
                times, draws(chance, clients, size), draws(chance, lines, size), draws(chance, states, size)):
            if status == 304:
                length = 0
            elif status == 206 or status == 200 and chance.random() > 0.8:
                length = int(length * chance.random())
            elif status != 200:
                length = 180 + int(40 * chance.random())
            block.append(f'{{"@timestamp":{int(time)},"clientip":"{client}","request":"{line}","status":{status},'
                         f'"size":{length}}}\n')
        yield ''.join(block).encode()
