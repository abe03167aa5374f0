"""Hosts' log lines as shipped, in the shape of OpenSearch Benchmark's workload of that name: values of our own.

2023-01-01 to 01-13 UTC whatever the count; one document in seven is up to two seconds late. 1,000 log streams and
20,000 agents by Zipf, messages of four to nine words of 6,000; keys with dots stand as they do in the real documents.
"""
import datetime
import random
import uuid

from random_data import ANIMALS, BLOCK, ROLES, TRAITS, clock, draws, table, vocabulary, zipf

START, DAYS, UTC = 1672531200, 12, datetime.timezone.utc
PROCESSES = [('systemd', 19), ('sshd', 17), ('cron', 13), ('journal', 11), ('dhclient', 9), ('kernel', 6),
             ('rsyslogd', 6), ('audispd', 5), ('chronyd', 5), ('ntpd', 4), ('sudo', 3), ('dockerd', 2)]
REGIONS = [('us-east-1', 30), ('eu-central-1', 20), ('ap-northeast-1', 15), ('us-west-2', 13), ('eu-west-1', 10),
           ('ap-southeast-2', 8), ('sa-east-1', 4)]
GROUPS = [('/var/log/messages', 80), ('/var/log/secure', 15), ('/var/log/cron', 5)]
TAGS = [('"preserve_original_event"', 9), ('"preserve_original_event","forwarded"', 1)]
SOUGHT_WORDS = (('donkey', 12), ('monkey', 90), ('jackal', 240), ('bear', 700))
SOUGHT_STREAMS = ((3, 'solarshark'), (40, 'indigodagger'), (120, 'birdknight'))


def agents(chance, names):
    out = []
    for number in range(20000):
        own = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        run = own if chance.random() < 0.8 else str(uuid.UUID(int=chance.getrandbits(128), version=4))
        version = chance.choice(('8.8.0', '8.8.0', '8.8.0', '8.7.1', '8.6.2'))
        name = names[number % 18000 % len(names)]
        out.append(f'{{"id":"{own}","name":"{name}","ephemeral_id":"{run}","type":"filebeat",'
                   f'"version":"{version}"}}')
    return out


class Minutes:
    """The prefixes of times, so that no date is formatted for each document."""

    def __init__(self):
        moments = [datetime.datetime.fromtimestamp(START + 60 * i, UTC) for i in range(-1, DAYS * 1440 + 1)]
        self.iso = [moment.strftime('%Y-%m-%dT%H:%M:') for moment in moments]
        self.syslog = [moment.strftime('%b %d %H:%M:') for moment in moments]

    def __call__(self, seconds):
        milliseconds = int(seconds * 1000) - (START - 60) * 1000
        minute, rest = divmod(milliseconds, 60000)
        second = f'{rest // 1000:02d}'
        return f'{self.iso[minute]}{second}.{rest % 1000:03d}Z', f'{self.syslog[minute]}{second}'


class Tables:
    def __init__(self, chance):
        vocabulary_ = vocabulary(chance, 6000, SOUGHT_WORDS)
        names = [trait + other for trait in TRAITS for other in ROLES + ANIMALS]
        chance.shuffle(names)
        streams = names[:1000]
        for rank, name in SOUGHT_STREAMS:
            streams[rank] = name
        self.words = zipf(vocabulary_, 1.0, 18)
        self.event_words = [word for word in vocabulary_ if len(word) > 3][:1000]
        self.streams = zipf(streams, 0.7, 16)
        self.agents = zipf(agents(chance, names[1000:]), 0.5, 18)
        self.hosts = zipf([f'ip-{chance.randrange(3, 224)}-{chance.randrange(256)}-{chance.randrange(256)}-'
                           f'{chance.randrange(256)}' for _ in range(10000)], 0.6, 16)
        self.processes, self.regions = table(PROCESSES, 14), table(REGIONS, 14)
        self.groups, self.tags = table(GROUPS, 12), table(TAGS, 10)


def documents(count, seed=1):
    """Blocks of NDJSON."""
    chance = random.Random(f'big5/{seed}')
    tables, stamps, draw = Tables(chance), Minutes(), chance.random
    ingested = datetime.datetime(2023, 7, 20, 3, 36, 30, tzinfo=UTC)
    for number, times in enumerate(clock(START, DAYS, count)):
        words, at, block = draws(chance, tables.words, len(times) * 9), 0, []
        seen = (ingested + datetime.timedelta(milliseconds=number * BLOCK * 2)).strftime('%Y-%m-%dT%H:%M:%S')
        columns = [draws(chance, entries, len(times)) for entries in (
            tables.hosts, tables.processes, tables.streams, tables.regions, tables.agents, tables.event_words,
            tables.event_words, tables.groups, tables.tags)]
        for row, drawn in enumerate(zip(times, *columns)):
            time, host, process, stream, region, agent, event, event2, group, tags = drawn
            stamp, syslog = stamps(time - 2 * draw() if draw() < 0.15 else time)
            message = ' '.join(words[at:at + 4 + int(6 * draw())])
            at += 9
            file = int((time - START) / 5400)
            block.append(
                f'{{"message":"{stamp} {syslog} {host} {process}: {message}","process":{{"name":"{process}"}},'
                f'"aws.cloudwatch":{{"ingestion_time":"{stamp}","log_group":"{group}","log_stream":"{stream}"}},'
                f'"tags":[{tags}],'
                f'"meta":{{"file":"2023-01-{1 + file // 16:02d}/{START + file * 5400}-gotext.ndjson.gz"}},'
                f'"cloud":{{"region":"{region}"}},"@timestamp":"{stamp}","input":{{"type":"aws-cloudwatch"}},'
                f'"metrics":{{"tmin":{int(1000 * draw())},"size":{int(4000 * draw() * draw() + 30 * draw())}}},'
                f'"log.file.path":"/var/log/messages/{stream}","event":{{"id":"{event}{event2}","dataset":"generic",'
                f'"ingested":"{seen}.{row:06d}Z"}},"agent":{agent}}}\n')
        yield ''.join(block).encode()
