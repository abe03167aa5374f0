"""What the workloads' documents are made of. The same seed gives the same bytes on every machine: the only source
of chance is random.Random(seed), and every table is built from it.
"""
import itertools
import math

BLOCK = 8192
ANIMALS = '''ant badger bear bee bison cobra coyote crane crow deer dingo donkey eagle eel falcon ferret finch fly fox
gecko goose hare heron ibex jackal jaguar kestrel lemur lynx magpie mantis marlin mole monkey moose narwhal newt
ocelot osprey otter panther pelican possum quail rat raven rhino salmon seal shark stork tapir tiger toad urchin
viper vole vulture walrus weasel wolf wombat yak zebra'''.split()
ROLES = '''archer baker binder breaker caller captain carver catcher chaser crafter dagger dancer driver fighter finder
forger gazer giver guard healer herald hunter jester keeper knight leaper lord mage maker marker mender minder
mover painter queen raider reader rider runner sage sailor scout scribe seeker servant shaper shield singer
slayer smith spinner stalker stealer striker tamer thief thorn trader walker wanderer warden watcher weaver
whisper wing wrangler'''.split()
TRAITS = '''amber ash autumn azure birch black blaze bold bone brass bright bronze cedar chill cinder clay cloud cobalt
copper coral crimson crystal dawn deep desert diamond dusk dust ebony ember feather fern flame flint forest
frost gem ghost gold granite gray green harvest hazel hollow honey ice indigo iron ivory jade jungle keen lake
lava leaf light lilac lime lunar maple marble meadow mint mist moon moss night noble north oak obsidian ocean
olive onyx opal orchid pale pearl pine plain plum prairie quartz quick quiet rain razor red ridge river rose
royal ruby rust sable sand sapphire scarlet shadow sharp shell silent silver sky slate smoke snow solar spark
spring star steel stone storm sun swamp swift thunder timber topaz torch twilight velvet violet void water west
white wild wind winter wood zinc'''.split()
ONSETS = 'b br c ch cl cr d dr f fl g gl gr h j k l m n p pl pr qu r s sc sh sl sp st t th tr v w y z'.split()
VOWELS = 'a e i o u ai ea ee ie oa oo ou'.split()
CODAS = 'b ck d ft g k l ld ll lt m mp n nd ng nk nt p r rd rk rn rt s sk sp st t th x'.split()


def table(pairs, bits):
    """2^bits entries, each item of (item, weight) as often as it weighs: an even draw is a weighted one."""
    size, total, reached, out = 1 << bits, sum(weight for _, weight in pairs), 0.0, []
    for item, weight in pairs:
        reached += weight / total * size
        out.extend(itertools.repeat(item, round(reached) - len(out)))
    return out


def zipf(items, exponent, bits):
    """Those too rare for an entry of their own share the last eighth, so that each occurs."""
    weighted = [(item, (rank + 1) ** -exponent) for rank, item in enumerate(items)]
    out = table(weighted, bits)
    rare = items[len(items) // 2:]
    tail = min(len(rare), len(out) // 8)
    return out[:len(out) - tail] + rare[:tail]


def draws(random, entries, count):
    size, draw = len(entries), random.random
    return [entries[int(draw() * size)] for _ in range(count)]


def vocabulary(random, count, at=()):
    """Made-up words in a random order, but for those that are to be `at` a rank: ((word, rank), …)."""
    words = dict.fromkeys(ANIMALS + ROLES + TRAITS)
    while len(words) < count:
        word = random.choice(ONSETS) + random.choice(VOWELS) + random.choice(CODAS)
        if random.random() < 0.45:
            word += random.choice(VOWELS) + random.choice(CODAS)
        words[word] = None
    out = list(words)[:count]
    random.shuffle(out)
    for word, rank in at:
        now = out.index(word)
        out[now], out[rank] = out[rank], out[now]
    return out


def clock(start, days, count):
    """Blocks of ascending seconds over `days`, with more of them by day than by night."""
    turns, span = 2 * math.pi * days, days * 86400.0

    def time(part):
        return start + span * (part + 0.55 * (math.cos(turns * part + 0.6) - math.cos(0.6)) / turns)
    for begin in range(0, count, BLOCK):
        block = []
        for first in range(begin, min(begin + BLOCK, count), 256):  # evenly within so short a time
            size = min(256, count - first)
            low, high = time(first / count), time((first + size) / count)
            block.extend(low + (high - low) * i / size for i in range(size))
        yield block
