"""Every listed operation against botocore: it serialises, we decode; we encode, it parses.

pytest tests/wire [--echo build/release/wire_echo]        STANDPIPE_WIRE_SEED=… repeats a run
"""

import base64
import json
import os
import pathlib
import random
import urllib.parse
from xml.etree import ElementTree

import botocore.awsrequest
import botocore.parsers
import botocore.serialize
import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import ServiceModel

from shapes import Values, canonical

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTED = json.loads((ROOT / "models/operations.json").read_text())
PATCHES = json.loads((ROOT / "models/patches.json").read_text())
ROUNDS = int(os.environ.get("STANDPIPE_WIRE_ROUNDS", "25"))
PROTOCOLS = {"cloudwatch": ["smithy-rpc-v2-cbor", "json", "query"]}
# Our cut of the models, whatever version of botocore is installed.
MODELS = {name: ServiceModel(json.loads((ROOT / f"models/{name}.json").read_text()), name) for name in LISTED}


def cases():
    for service, operations in LISTED.items():
        model = MODELS[service]
        for protocol in PROTOCOLS.get(service, [model.metadata["protocol"]]):
            for operation in operations:
                yield pytest.param(service, protocol, operation, id=f"{service}-{protocol}-{operation}")


def required_by_patch(service):
    required = {
        patch["shape"]: set(patch["merge"].get("required", []))
        for patch in PATCHES["shapes"]
        if patch["service"] == service
    }
    return lambda shape: required.get(shape, set())


def values(service, protocol, operation, seed, round_):
    source = random.Random(f"{seed} {service} {protocol} {operation} {round_}")
    return Values(source, protocol in ("query", "rest-xml"), required_by_patch(service))


def serialized(protocol, operation, params):
    """The request as it would be sent: the fields that wire_echo takes."""
    request = botocore.serialize.create_serializer(protocol, include_validation=False).serialize_to_request(
        params, operation
    )
    botocore.awsrequest.prepare_request_dict(request, "http://localhost", context={})
    prepared = botocore.awsrequest.AWSRequest(
        method=request["method"], url=request["url"], headers=request["headers"], data=request["body"]
    ).prepare()
    url = urllib.parse.urlsplit(prepared.url)
    body = prepared.body or b""
    headers = [
        [name, value.decode() if isinstance(value, bytes) else str(value)] for name, value in prepared.headers.items()
    ]
    return {
        "method": prepared.method,
        "target": url.path + ("?" + url.query if url.query else ""),
        "headers": headers,
        "body": base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode(),
    }


def minimal(service, protocol, operation, seed):
    """Some request for the operation, so that an answer is encoded for its protocol."""
    made = values(service, protocol, operation.name, seed, "minimal")
    params = made.structure(operation.input_shape, True) if operation.input_shape else {}
    return serialized(protocol, operation, params)


@pytest.mark.parametrize("service,protocol,name", cases())
def test_requests(echo, seed, service, protocol, name):
    operation = MODELS[service].operation_model(name)
    for round_ in range(ROUNDS):
        params = values(service, protocol, name, seed, round_).structure(operation.input_shape, True)
        answer = echo({"do": "decode", "service": service, **serialized(protocol, operation, params)})
        assert answer.get("operation") == name, (params, answer)
        assert answer["missing"] == [], params
        expected = canonical(operation.input_shape, params)
        if operation.has_streaming_input and service == "s3":
            expected.setdefault("Body", "")  # no body is an empty one
            for side in (expected, answer["input"]):
                side.pop("ContentLength", None)  # clients count it, but only when they send
        assert answer["input"] == expected


@pytest.mark.parametrize("service,protocol,name", cases())
def test_answers(echo, seed, service, protocol, name):
    operation = MODELS[service].operation_model(name)
    if operation.has_event_stream_output:
        pytest.skip("streamed: see tests/acceptance")
    shape = operation.output_shape
    for round_ in range(ROUNDS):
        output = values(service, protocol, name, seed, round_).structure(shape, False) if shape else {}
        as_json = canonical(shape, output) if shape else {}
        answer = echo(
            {
                "do": "encode",
                "service": service,
                "operation": name,
                "output": as_json,
                **minimal(service, protocol, operation, seed),
            }
        )
        headers = HeadersDict(answer["headers"])
        parsed = botocore.parsers.create_parser(protocol).parse(
            {
                "status_code": answer["status"],
                "headers": headers,
                "body": base64.b64decode(answer["body"]),
                "context": {},
            },
            shape,
        )
        metadata = parsed.pop("ResponseMetadata")
        assert metadata["HTTPStatusCode"] < 300
        if not shape:
            continue
        assert metadata["RequestId"] == "request-1"
        expected = {key: item for key, item in as_json.items()}
        if "ContentLength" in shape.members:  # the server counts what it sends
            length = len(base64.b64decode(answer["body"]))
            expected["ContentLength"] = as_json.get("ContentLength", 0) if name == "HeadObject" else length
        if name == "GetObject" and "Body" in as_json:
            expected.setdefault("ContentType", "binary/octet-stream")
        for key, member in shape.members.items():
            if member.serialization.get("location") == "statusCode":
                expected.setdefault(key, answer["status"])
        parsed.pop("ExpiresString", None)
        if name == "GetBucketLocation":  # botocore leaves this document to a handler
            assert ElementTree.fromstring(base64.b64decode(answer["body"])).text == as_json.get("LocationConstraint")
            continue
        assert without_empty(canonical(shape, parsed)) == without_empty(expected), answer


def without_empty(value):
    """botocore invents empty lists for flattened ones that are absent, and drops some empty members."""
    if isinstance(value, dict):
        return {key: without_empty(item) for key, item in value.items() if item not in ([], {}, "", None)}
    if isinstance(value, list):
        return [without_empty(item) for item in value]
    return value


@pytest.mark.parametrize("service,protocol,name", cases())
def test_errors(echo, seed, service, protocol, name):
    operation = MODELS[service].operation_model(name)
    request = minimal(service, protocol, operation, seed)
    declared = [
        (
            shape.metadata.get("error", {}).get("code", shape.name),
            shape.metadata.get("error", {}).get("httpStatusCode", 400),
        )
        for shape in operation.error_shapes
    ]
    for code, status in declared + [("AccessDeniedException", 403)]:
        answer = echo(
            {
                "do": "error",
                "service": service,
                "code": code,
                "message": "Why <it> \"failed\" ä",
                "status": status,
                **request,
            }
        )
        headers = HeadersDict(answer["headers"])
        body = base64.b64decode(answer["body"])
        if request["method"] == "HEAD":
            assert body == b""
            continue
        parsed = botocore.parsers.create_parser(protocol).parse(
            {"status_code": answer["status"], "headers": headers, "body": body, "context": {}}, operation.output_shape
        )
        assert parsed["Error"]["Code"] == code, (answer, body)
        assert parsed["Error"]["Message"] == "Why <it> \"failed\" ä"
        assert parsed["ResponseMetadata"]["RequestId"] == "request-1"
