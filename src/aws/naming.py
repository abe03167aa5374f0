"""How names of the AWS models become names in C++."""

import re

# Words that the rule "a capital begins a word, a run of capitals is one" would cut wrongly.
SPECIAL = [
    "aWS",
    "MiBps",
    "KiB",
    "MiB",
    "GiB",
    "MBs",
    "GBs",
    "ETag",
    "IPv4",
    "IPv6",
    "CRC64NVME",
    "CRC32C",
    "XXHASH64",
    "XXHASH3",
    "XXHASH128",
    "ARNs",
    "URIs",
    "URLs",
    "SSEKMS",
    "DBs",
]
SPLIT_SPECIAL = {"SSEKMS": "sse_kms"}
WORD = re.compile("|".join(SPECIAL) + r"|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+")

KEYWORDS = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
consteval constexpr constinit continue co_await co_return co_yield decltype default delete do double dynamic_cast else
enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq
nullptr operator or or_eq private protected public register reinterpret_cast requires return short signed sizeof static
static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename union unsigned
using virtual void volatile wchar_t while xor xor_eq""".split())


def snake_case(name):
    words = [SPLIT_SPECIAL.get(word, word.lower()) for word in WORD.findall(name)]
    result = "_".join(words)
    return result + "_" if result in KEYWORDS else result


def message_path(name):
    """As AWS prints a member in validation messages: only the first letter changes."""
    return name[:1].lower() + name[1:]


def quoted(text):
    """A C++ string literal."""
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif ord(char) < 32 or ord(char) == 127:
            out.append(f"\\{ord(char):03o}")
        elif char == "?":
            out.append("\\?")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def re2_pattern(pattern):
    """The pattern as RE2 reads it, and why it had to be weakened or dropped ('' and None if it was not)."""
    if re.search(r"\(\?[=!]|\(\?<[=!]", pattern):
        return "", "look-around"
    if "&&" in pattern:
        return "", "intersection of classes"
    if re.search(r"\\[1-9]", pattern):
        return "", "back reference"
    result = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\x{10000}-\x{10FFFF}")
    result = re.sub(r"\\u([0-9A-Fa-f]{4})", r"\\x{\1}", result)
    if re.search(r"\\x\{[dD][89a-fA-F]", result.replace(r"\x{D7FF}", "")):
        return "", "surrogates"
    result = re.sub(r"([*+?}])\+", r"\1", result) if re.search(r"[*+?}]\+", result) else result
    weakened = None

    def bounded(match):
        nonlocal weakened
        low, comma, high = match.groups()
        if int(low) > 1000 or (high and int(high) > 1000):
            weakened = f"repetition {match.group(0)} counts only to 1000"
            return "{" + str(min(int(low), 1000)) + ",}"
        return match.group(0)

    return re.sub(r"\{(\d+)(,?)(\d*)\}", bounded, result), weakened
