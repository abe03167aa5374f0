"""The judge is judged: each anomaly is found in a history that was sound but for it."""
import copy
import hashlib

import pytest
from history import KEYS, History, Page, Put, Shard, anomalies

MIDDLE = KEYS // 2
KEY_OF_CHILD = {child: next(f'k{n}' for n in range(100)
                            if (int.from_bytes(hashlib.md5(f'k{n}'.encode()).digest()) >= MIDDLE) == (child == 'right'))
                for child in ('left', 'right')}


def sound():
    """A shard of three records is split; its children have one each; a reader saw nearly all, a subscriber all."""
    puts = [Put('a', 'k', 1, 2, 'acknowledged', 'parent', 11), Put('b', 'k', 3, 4, 'acknowledged', 'parent', 12, 11),
            Put('u', 'k', 3.5, None, 'unknown'), Put('r', 'k', 3.6, 3.7, 'refused'),
            Put('c', KEY_OF_CHILD['left'], 6, 7, 'acknowledged', 'left', 31, 12),
            Put('d', KEY_OF_CHILD['right'], 6, 7, 'acknowledged', 'right', 41)]
    pages = [Page('reader', 'parent', 2.1, 2.2, [(11, 'a')]), Page('reader', 'parent', 2.3, 2.4, []),
             Page('reader', 'parent', 5, 5.1, [(12, 'b'), (13, 'u')], ended=True),
             Page('reader', 'left', 8, 8.1, [(31, 'c')]), Page('reader', 'left', 8.2, 8.3, []),
             Page('subscriber', 'parent', 1.5, 2.5, [(11, 'a')]), Page('subscriber', 'parent', 1.5, 4.5, [(12, 'b')]),
             Page('subscriber', 'parent', 4.7, 4.8, [(13, 'u')]),
             Page('subscriber', 'parent', 4.7, 5.1, [], ended=True),
             Page('subscriber', 'left', 5.5, 8.1, [(31, 'c')]), Page('subscriber', 'right', 5.5, 5.6, []),
             Page('subscriber', 'right', 5.5, 8.1, [(41, 'd')])]
    contents = {'parent': [(11, 'a'), (12, 'b'), (13, 'u')], 'left': [(31, 'c')], 'right': [(41, 'd')]}
    shards = {'parent': Shard(10, 20), 'left': Shard(30, None, ('parent',), (0, MIDDLE - 1)),
              'right': Shard(40, None, ('parent',), (MIDDLE, KEYS - 1))}
    return copy.deepcopy(History(puts, pages, contents, shards, ('subscriber',)))


def pushed(history, number):
    return [page for page in history.pages if page.reader == 'subscriber'][number]


def put(history, payload):
    return next(one for one in history.puts if one.payload == payload)


def test_a_sound_history_has_no_anomaly():
    assert anomalies(sound()) == []


def test_what_nobody_knows_of_may_be_missing():
    history = sound()
    history.contents['parent'].pop()
    history.pages[2].records.pop()
    pushed(history, 2).records.pop()
    assert anomalies(history) == []


def lose_acknowledged(history):
    history.contents['right'].clear()


def lose_what_was_read(history):
    history.contents['parent'].pop()


def duplicate(history):
    history.contents['right'].append((42, 'd'))


def invent(history):
    history.contents['right'].append((42, 'nobody'))


def keep_refused(history):
    history.contents['right'].append((42, 'r'))


def read_the_future(history):
    history.pages[0].completed = 0.5


def reuse_a_number(history):
    history.contents['right'].append((31, 'u2'))
    history.puts.append(Put('u2', KEY_OF_CHILD['right'], 6))


def acknowledge_the_same_number(history):
    put(history, 'd').sequence = 31


def swap(history):
    history.contents['parent'].reverse()


def overtake(history):
    put(history, 'a').sequence, put(history, 'b').sequence, put(history, 'b').ordering = 12, 11, None
    history.contents['parent'][:2] = [(11, 'b'), (12, 'a')]


def ignore_the_ordering(history):
    put(history, 'c').ordering = 50


def skip(history):
    del history.pages[0]


def read_twice(history):
    history.pages.append(Page('reader', 'left', 9, 9.1, [(31, 'c')]))


def end_early(history):
    history.pages[2].records.pop()


def go_on_after_the_end(history):
    history.pages.append(Page('reader', 'parent', 9, 9.1, []))


def find_nothing(history):
    history.pages[3].records.clear()


def put_astray(history):
    put(history, 'd').key = KEY_OF_CHILD['left']


def leave_the_numbers(history):
    history.shards['right'].starting = 41


def child_before_parent_by_number(history):
    history.shards['parent'].ending = 35


def parent_takes_more(history):
    put(history, 'b').invoked, put(history, 'b').completed = 7.5, 7.6


def child_is_read_early(history):
    history.pages[3].begun = 4.5


def forget_the_subscriber(history):
    history.pages.remove(pushed(history, 6))


def push_nothing_after_a_crash(history):
    pushed(history, 6).begun = 7.5
    pushed(history, 5).begun = 7.5


def push_twice(history):
    pushed(history, 2).records.insert(0, (12, 'b'))


def push_with_a_gap(history):
    pushed(history, 1).records.clear()


def push_what_nobody_put(history):
    pushed(history, 6).records.append((42, 'nobody'))


def leave_a_gap(history):
    history.shards['right'].keys = (MIDDLE + 1, KEYS - 1)


@pytest.mark.parametrize('harm, word', [
    (lose_acknowledged, 'lost'), (lose_what_was_read, 'lost'), (duplicate, 'duplicated'), (invent, 'phantom'),
    (keep_refused, 'phantom'), (read_the_future, 'phantom'), (reuse_a_number, 'reused'),
    (acknowledge_the_same_number, 'reused'), (swap, 'reordered'), (overtake, 'reordered'),
    (ignore_the_ordering, 'reordered'), (skip, 'misread'), (read_twice, 'misread'), (end_early, 'misread'),
    (go_on_after_the_end, 'misread'), (find_nothing, 'stale'), (put_astray, 'misplaced'),
    (leave_the_numbers, 'misplaced'), (child_before_parent_by_number, 'lineage'), (parent_takes_more, 'lineage'),
    (forget_the_subscriber, 'unseen'), (push_nothing_after_a_crash, 'stale'), (push_twice, 'misread'),
    (push_with_a_gap, 'misread'), (push_what_nobody_put, 'lost'), (child_is_read_early, 'lineage'), (leave_a_gap, 'lineage')])
def test_each_anomaly_is_found(harm, word):
    history = sound()
    harm(history)
    assert any(text.startswith(word) for text in anomalies(history)), anomalies(history)
