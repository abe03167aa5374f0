#!/usr/bin/env python3
"""Cuts botocore's service models down to models/operations.json.

  trim_models.py [BOTOCORE_DATA_DIR]        without it the pinned version is fetched from PyPI

Writes models/<service>.json: the listed operations, the shapes that they reach without documentation, and of every
other operation the name (and, for REST services, method and URI, so that a request for it can be named in the refusal).
"""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

VERSION = "1.44.5"  # of botocore; models/NOTICE names it too
MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
DROPPED = {
    "documentation",
    "documentationUrl",
    "deprecated",
    "deprecatedMessage",
    "deprecatedSince",
    "examples",
    "endpoint",
    "endpointdiscovery",
    "staticContextParams",
    "operationContextParams",
    "contextParam",
    "auth",
    "unsignedPayload",
    "httpChecksumRequired",
    "alias",
    "synthetic",
}
METADATA = [
    "apiVersion",
    "awsQueryCompatible",
    "endpointPrefix",
    "globalEndpoint",
    "jsonVersion",
    "protocol",
    "protocols",
    "serviceId",
    "signingName",
    "targetPrefix",
    "xmlNamespace",
]


def stripped(node, keep_keys=False):
    """Without documentation. `keep_keys`: the keys of this object are names of members or shapes, not of traits."""
    if isinstance(node, dict):
        return {
            key: stripped(value, key in ("members", "shapes"))
            for key, value in node.items()
            if keep_keys or key not in DROPPED
        }
    if isinstance(node, list):
        return [stripped(item) for item in node]
    return node


def references(shape):
    for member in shape.get("members", {}).values():
        yield member["shape"]
    for key in ("member", "key", "value"):
        if key in shape:
            yield shape[key]["shape"]


def newest(folder):
    versions = sorted(path for path in folder.iterdir() if path.is_dir())
    return next(file for file in (versions[-1] / "service-2.json", versions[-1] / "service-2.json.gz") if file.exists())


def trimmed(model, listed, version):
    missing = [name for name in listed if name not in model["operations"]]
    if missing:
        raise SystemExit(f"not in the model: {missing}")
    operations = {name: stripped(model["operations"][name]) for name in listed}
    todo = [
        operation[side]["shape"]
        for operation in operations.values()
        for side in ("input", "output")
        if side in operation
    ]
    todo += [error["shape"] for operation in operations.values() for error in operation.get("errors", [])]
    kept = set()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            todo += references(model["shapes"][name])
    rest = model["metadata"]["protocol"].startswith("rest")
    others = {
        name: [operation["http"]["method"], operation["http"]["requestUri"]] if rest else []
        for name, operation in sorted(model["operations"].items())
        if name not in operations
    }
    return {
        "source": f"botocore {version}",
        "metadata": {key: model["metadata"][key] for key in METADATA if key in model["metadata"]},
        "operations": operations,
        "other_operations": others,
        "shapes": {name: stripped(model["shapes"][name]) for name in sorted(kept)},
    }


def downloaded(folder):
    """The pinned botocore's models, from PyPI."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"botocore=={VERSION}", "-d", folder]
    subprocess.run(command, check=True)
    wheel = next(pathlib.Path(folder).glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith("botocore/data/")])
    return pathlib.Path(folder) / "botocore/data"


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else downloaded(folder)
        for service, listed in json.loads((MODELS / "operations.json").read_text()).items():
            source = newest(data / service)
            text = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
            result = trimmed(json.loads(text), listed, VERSION)
            (MODELS / f"{service}.json").write_text(json.dumps(result, indent=1) + "\n")
            print(f"{service}: {len(listed)} operations, {len(result['shapes'])} shapes")


if __name__ == "__main__":
    main()
