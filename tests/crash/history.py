"""What clients saw of a stream, and the judge of it: anomalies(history) is empty when a stream kept its promises.

Times are of one monotonic clock, so that "before" means the same for every client. Payloads are unique and nobody puts
one twice; an outcome that a client does not know (the server died, the connection broke) may be either.
"""
import collections
import dataclasses
import hashlib

KEYS = 2 ** 128


@dataclasses.dataclass
class Put:
    """A record that a writer put, alone or in a batch."""
    payload: str
    key: str
    invoked: float
    completed: float | None = None
    outcome: str = 'unknown'      # or 'acknowledged', 'refused'
    shard: str | None = None
    sequence: int | None = None
    ordering: int | None = None   # SequenceNumberForOrdering: what this must come after


@dataclasses.dataclass
class Page:
    """One answer of GetRecords, or one event of a subscription, to a reader that reads a shard from its beginning."""
    reader: str
    shard: str
    begun: float                  # of an event: when its subscription was
    completed: float
    records: list                 # (sequence, payload)
    ended: bool = False           # no next iterator: the shard is closed and read


@dataclasses.dataclass
class Shard:
    starting: int
    ending: int | None = None     # None: open
    parents: tuple = ()
    keys: tuple = (0, KEYS - 1)   # first and last hash key


@dataclasses.dataclass
class History:
    puts: list
    pages: list
    contents: dict                # shard → [(sequence, payload)] when all was over
    shards: dict                  # name → Shard, when all was over
    patient: tuple = ()           # readers that were given the time to see everything

    def acknowledged(self):
        return [put for put in self.puts if put.outcome == 'acknowledged']


def lost(history):
    kept = {(shard, *record) for shard, records in history.contents.items() for record in records}
    for put in history.acknowledged():
        if (put.shard, put.sequence, put.payload) not in kept:
            yield f'lost: {put.payload}, acknowledged as {put.shard} {put.sequence}'
    for page in history.pages:
        for record in page.records:
            if (page.shard, *record) not in kept:
                yield f'lost: {record[1]} of {page.shard}, which {page.reader} had read'


def duplicated(history):
    times = collections.Counter(payload for records in history.contents.values() for _, payload in records)
    for payload, count in times.items():
        if count > 1:
            yield f'duplicated: {payload}, {count} times'


def phantom(history):
    possible = {put.payload for put in history.puts if put.outcome != 'refused'}
    for shard, records in history.contents.items():
        for _, payload in records:
            if payload not in possible:
                yield f'phantom: {payload} in {shard}, which nobody put or which was refused'
    invoked = {put.payload: put.invoked for put in history.puts}
    for page in history.pages:
        for _, payload in page.records:
            if invoked.get(payload, page.completed) >= page.completed:
                yield f'phantom: {payload} was read before it was put'


def reused(history):
    holders = collections.defaultdict(set)
    for shard, records in history.contents.items():
        for sequence, payload in records:
            holders[sequence].add((shard, payload))
    for put in history.acknowledged():
        holders[put.sequence].add((put.shard, put.payload))
    for page in history.pages:
        for sequence, payload in page.records:
            holders[sequence].add((page.shard, payload))
    for sequence, who in holders.items():
        if len(who) > 1:
            yield f'reused sequence number: {sequence} of {sorted(who)}'


def reordered(history):
    for shard, records in history.contents.items():
        for (one, _), (other, payload) in zip(records, records[1:]):
            if one >= other:
                yield f'reordered: {payload} of {shard} comes after a greater sequence number'
    yield from reordered_in_time(history)
    for put in history.acknowledged():
        if put.ordering is not None and put.sequence <= put.ordering:
            yield f'reordered: {put.payload} was to come after {put.ordering} and is {put.sequence}'


def reordered_in_time(history):
    """Of two records of a shard, the one acknowledged before the other was put has the lesser number."""
    by_shard = collections.defaultdict(list)
    for put in history.acknowledged():
        by_shard[put.shard].append(put)
    for shard, puts in by_shard.items():
        earliest = None  # among those with greater numbers, the one that was acknowledged first
        for put in sorted(puts, key=lambda put: put.sequence, reverse=True):
            if earliest and earliest.completed < put.invoked:
                yield f'reordered: {put.payload} of {shard} precedes {earliest.payload}, which was acknowledged before'
            if earliest is None or put.completed < earliest.completed:
                earliest = put


def readings(history):
    """(reader, shard) → its pages, in time."""
    found = collections.defaultdict(list)
    for page in sorted(history.pages, key=lambda page: page.begun):
        found[page.reader, page.shard].append(page)
    return found


def misread(history):
    """A reader sees every record of a shard once, in order, without a gap; and all of a shard that has ended."""
    for (reader, shard), pages in readings(history).items():
        seen = [record for page in pages for record in page.records]
        kept = history.contents.get(shard, [])
        if seen != kept[:len(seen)]:
            place = next(i for i, record in enumerate(seen) if kept[i:i + 1] != [record])
            yield f'misread: {reader} saw {seen[place]} of {shard} where {kept[place:place + 1]} stands'
        elif pages[-1].ended and len(seen) < len(kept):
            yield f'misread: {shard} ended for {reader} before {kept[len(seen)]}'
        if any(page.ended for page in pages[:-1]):
            yield f'misread: {shard} went on for {reader} after its end'


def unseen(history):
    """Who had the time has seen everything."""
    pages = readings(history)
    for reader in history.patient:
        for shard, kept in history.contents.items():
            seen = sum(len(page.records) for page in pages[reader, shard])
            if seen < len(kept):
                yield f'unseen: {reader} was never given {kept[seen]} of {shard}'


def stale(history):
    """Who finds nothing more in a shard has seen all that was acknowledged before he asked."""
    by_shard = collections.defaultdict(list)
    for put in history.acknowledged():
        by_shard[put.shard].append(put)
    for (reader, shard), pages in readings(history).items():
        seen = set()
        for page in pages:
            seen |= {payload for _, payload in page.records}
            if page.records:
                continue
            for put in by_shard[shard]:
                if put.completed < page.begun and put.payload not in seen:
                    yield f'stale: {reader} found nothing more in {shard} after {put.payload} was acknowledged'


def misplaced(history):
    """A record is in the shard of its key, and within the numbers that the shard says it has."""
    keys = {put.payload: put.key for put in history.puts}
    for name, records in history.contents.items():
        shard = history.shards[name]
        for sequence, payload in records:
            hashed = int.from_bytes(hashlib.md5(keys.get(payload, '').encode()).digest())
            if payload in keys and not shard.keys[0] <= hashed <= shard.keys[1]:
                yield f'misplaced: {payload} belongs to another shard than {name}'
            if sequence <= shard.starting or shard.ending is not None and sequence >= shard.ending:
                yield f'misplaced: {payload} is outside of the numbers of {name}'


def lineage(history):
    """Nothing enters a parent once its child exists, and a child is read after its parent."""
    first, last, ends = {}, {}, {}
    for put in history.acknowledged():
        first[put.shard] = min(first.get(put.shard, put.completed), put.completed)
        last[put.shard] = max(last.get(put.shard, put.invoked), put.invoked)
    for page in history.pages:
        if page.ended:
            ends[page.reader, page.shard] = page.completed
    for name, shard in history.shards.items():
        for parent in shard.parents:
            if parent not in history.shards:
                continue
            ending = history.shards[parent].ending
            if ending is None or ending >= shard.starting:
                yield f'lineage: {name} begins before its parent {parent} ends'
            if parent in last and name in first and first[name] < last[parent]:
                yield f'lineage: {parent} took a record after its child {name} had one'
            for page in history.pages:
                if page.shard == name and page.begun < ends.get((page.reader, parent), page.completed):
                    yield f'lineage: {page.reader} read {name} before the end of its parent {parent}'
                    break
    covered = sorted(shard.keys for shard in history.shards.values() if shard.ending is None)
    edges = [-1, *(key for keys in covered for key in keys), KEYS]
    if any(edges[i] + 1 != edges[i + 1] for i in range(0, len(edges), 2)):
        yield 'lineage: the open shards do not cover all keys once'


def anomalies(history):
    checks = (lost, duplicated, phantom, reused, reordered, misread, unseen, stale, misplaced, lineage)
    return [text for check in checks for text in check(history)]
