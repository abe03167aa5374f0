"""Random values for botocore shapes, and the form in which wire_echo prints and reads them."""

import base64
import datetime
import string

PLAIN = string.ascii_letters + string.digits + "-_."
TEXT = PLAIN + " <>&'\"/\\%+=?#:;,{}[]\n\täöß€漢😀"
UTC = datetime.timezone.utc


class Values:
    """`sparse`: empty lists, maps and structures leave no trace on this wire, so none are made."""

    def __init__(self, random, sparse, required):
        self.random, self.sparse, self.required = random, sparse, required

    def text(self, shape, alphabet=TEXT, shortest=0):
        if getattr(shape, "enum", None):
            return self.random.choice(shape.enum)
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randint(shortest, 12)))

    def value(self, shape, seconds=False):
        kind = shape.type_name
        if getattr(shape, "is_document_type", False):
            return {"a": [1, "b", None]}
        if kind == "structure":
            return self.structure(shape, seconds)
        if kind == "list":
            return [self.value(shape.member, seconds) for _ in range(self.random.randint(1 if self.sparse else 0, 3))]
        if kind == "map":
            keys = {self.text(shape.key, shortest=1) for _ in range(self.random.randint(1 if self.sparse else 0, 3))}
            return {key: self.value(shape.value, seconds) for key in sorted(keys)}
        return self.scalar(shape, seconds)

    def scalar(self, shape, seconds):
        kind, random = shape.type_name, self.random
        if kind in ("string", "character"):
            return self.text(shape)
        if kind == "blob":
            return random.randbytes(random.randint(0, 20))
        if kind == "integer":
            return random.choice([0, 1, 200, -(2**31), 2**31 - 1, random.randint(0, 1000)])
        if kind == "long":
            return random.choice([0, 1, -(2**63), 2**63 - 1, random.randint(0, 2**40)])
        if kind in ("double", "float"):
            return random.choice([0.0, 1.5, -2.25, 1e21, 1e-7, random.random()])
        if kind == "boolean":
            return random.random() < 0.5
        assert kind == "timestamp", kind
        milliseconds = random.randint(0, 4_000_000_000_000)
        if seconds:
            milliseconds -= milliseconds % 1000
        return datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(milliseconds=milliseconds)

    def member(self, shape, name, member, seconds):
        location = member.serialization.get("location")
        if location == "statusCode":
            return self.random.randint(200, 205)
        if location in ("header", "uri") and member.type_name == "string":
            return self.text(member, PLAIN, 3)
        if location == "header" and member.type_name == "list":
            return [self.text(member.member, PLAIN, 1) for _ in range(2)]
        if name == "ContentLength":
            return self.random.randint(0, 2**40)
        if location == "header" and member.type_name == "timestamp":
            return self.value(member, True)
        if location == "headers":
            return {
                self.text(member.key, string.ascii_lowercase, 2): self.text(member.value, PLAIN, 1) for _ in range(2)
            }
        if location == "querystring" and member.type_name == "list":
            return [self.text(member.member) for _ in range(self.random.randint(1, 3))]
        if shape.serialization.get("payload") == name and member.type_name in ("blob", "string"):
            return self.text(member, shortest=1).encode()
        return self.value(member, seconds)

    def structure(self, shape, seconds):
        needed = set(shape.required_members) | self.required(shape.name)
        names = [name for name in shape.members if name in needed or self.random.random() < 0.6]
        if self.sparse and not names and shape.members:
            names = [self.random.choice(list(shape.members))]
        return {name: self.member(shape, name, shape.members[name], seconds) for name in names}


def canonical(shape, value):
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return value
    if kind == "structure":
        return {name: canonical(shape.members[name], item) for name, item in value.items() if name in shape.members}
    if kind == "list":
        return [canonical(shape.member, item) for item in value]
    if kind == "map":
        return {key: canonical(shape.value, item) for key, item in value.items()}
    if kind == "blob":
        return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
    if kind == "timestamp":
        if value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        return round(value.timestamp() * 1000)
    return value
