#!/usr/bin/env python3
"""Makes the typed structs and shape tables of one service from its model.

  generate.py MODELS_DIR SERVICE HEADER SOURCE

What the header holds is described in src/aws/shape.h, src/aws/service.h and CONTRIBUTING.md.
"""

import json
import pathlib
import sys

from naming import message_path, quoted, re2_pattern, snake_case

CPP = {
    "string": "std::string",
    "character": "std::string",
    "blob": "aws::Blob",
    "integer": "int32_t",
    "long": "int64_t",
    "float": "float",
    "double": "double",
    "boolean": "bool",
    "timestamp": "Timestamp",
}
KIND = {
    "structure": "structure",
    "list": "list",
    "map": "map",
    "string": "string",
    "character": "string",
    "blob": "blob",
    "integer": "integer",
    "long": "long_integer",
    "float": "float_number",
    "double": "double_number",
    "boolean": "boolean",
    "timestamp": "timestamp",
}
LOCATION = {
    "header": "header",
    "headers": "header_map",
    "querystring": "query",
    "uri": "uri",
    "statusCode": "status_code",
}
TIME_FORMAT = {"unixTimestamp": "epoch_seconds", "iso8601": "iso8601", "rfc822": "http_date"}
TAKEN = {"Operations", "Timestamp", "Adapter"}  # names that no struct may have


def merge(into, patch):
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


class Model:
    """One service's model with its patches, and the structs to emit in order of dependence."""

    def __init__(self, folder, service):
        raw = json.loads((folder / f"{service}.json").read_text())
        patches = json.loads((folder / "patches.json").read_text())
        self.service = service
        self.namespace = service
        self.metadata, self.shapes = raw["metadata"], raw["shapes"]
        self.operations = dict(sorted(raw["operations"].items()))
        self.others = raw["other_operations"]
        self.notes = []  # what the generator could not carry over
        for patch in self.mine(patches["shapes"]):
            merge(self.shapes[patch["shape"]], patch["merge"])
        for patch in self.mine(patches["metadata"]):
            merge(self.metadata, patch["merge"])
        signing = self.metadata.get("signingName", self.metadata["endpointPrefix"])
        self.names = {"signing_name": signing, "action_prefix": signing}
        self.validation_code = "ValidationError" if "query" in self.metadata["protocols"] else "ValidationException"
        for patch in self.mine(patches["services"]):
            self.validation_code = patch.get("validation_code", self.validation_code)
            merge(self.names, patch.get("merge", {}))
        self.patterns = {patch["pattern"]: patch["re2"] for patch in patches["patterns"]}
        self.errors = self.collect_errors(list(self.mine(patches["errors"])))
        self.structs = {}  # C++ name → shape, dependencies first
        self.inputs, self.outputs = {}, {}  # operation → C++ name
        self.aliases = {}  # C++ name of an output → struct
        self.order()

    def mine(self, patches):
        return (patch for patch in patches if patch["service"] == self.service)

    def collect_errors(self, patches):
        """Factory name → (code on the wire, status, sender's fault)."""
        declared = {error["shape"] for operation in self.operations.values() for error in operation.get("errors", [])}
        errors = {}
        for name in declared:
            shape = self.shapes[name]
            error = shape.get("error", {})
            status = error.get("httpStatusCode", 500 if shape.get("fault") else 400)
            errors[name] = (error.get("code", name), status, not shape.get("fault", False))
        for patch in patches:
            for name, status in patch.get("statuses", {}).items():
                errors[name] = (name, status, True)
            for name, status in patch.get("codes", {}).items():
                errors.setdefault(name, (name, status, status < 500))
        return dict(sorted(errors.items()))

    def references(self, shape):
        yield from (member["shape"] for member in shape.get("members", {}).values())
        yield from (shape[key]["shape"] for key in ("member", "key", "value") if key in shape)

    def order(self):
        nested = set()
        for shape in self.shapes.values():
            nested.update(self.references(shape))
        uses = [operation["output"]["shape"] for operation in self.operations.values() if "output" in operation]
        for name, operation in self.operations.items():
            self.inputs[name], self.outputs[name] = f"{name}Input", f"{name}Output"
            for side, names in (("input", self.inputs), ("output", self.outputs)):
                reference = operation.get(side)
                shape_name = reference["shape"] if reference else None
                shape = self.shapes[shape_name] if reference else {"type": "structure", "members": {}}
                self.visit(shape, (shape_name,))
                shared = side == "output" and reference and (shape_name in nested or uses.count(shape_name) > 1)
                if shared and shape_name != names[name]:
                    self.add(shape_name, shape)
                    self.aliases[names[name]] = shape_name
                else:
                    self.add(names[name], shape)

    def visit(self, shape, path):
        for name in self.references(shape):
            if name in path:
                raise SystemExit(f"{self.service}: recursive shape {name}: {path}")
            if self.shapes[name].get("eventstream"):
                name = self.event_of(name)[1]
            self.visit(self.shapes[name], path + (name,))
            if self.shapes[name]["type"] == "structure" and not self.is_document(name):
                self.add(name, self.shapes[name])

    def add(self, name, shape):
        if name in TAKEN or (name in self.structs and self.structs[name] is not shape):
            raise SystemExit(f"{self.service}: two structs would be called {name}")
        self.structs[name] = shape

    def message_member(self, error):
        members = self.shapes.get(error, {}).get("members", {})
        return "Message" if "Message" in members else "message"

    def event_of(self, stream):
        """The name and shape of the one event that the stream carries; its other members are errors."""
        members = self.shapes[stream]["members"].items()
        events = [(name, member["shape"]) for name, member in members if self.shapes[member["shape"]].get("event")]
        if len(events) != 1:
            raise SystemExit(f"{self.service}.{stream}: one kind of event is known, not {len(events)}")
        return events[0]

    def is_document(self, name):
        return self.shapes[name].get("document", False)

    def cpp_type(self, name):
        shape = self.shapes[name]
        if self.is_document(name):
            return "json::Value"
        if shape.get("eventstream"):
            return f"aws::Events<{self.event_of(name)[1]}>"
        if shape["type"] == "structure":
            return name
        if shape["type"] == "list":
            return f"std::vector<{self.cpp_type(shape['member']['shape'])}>"
        if shape["type"] == "map":
            return f"std::map<std::string, {self.cpp_type(shape['value']['shape'])}>"
        return CPP[shape["type"]]

    def member_type(self, member):
        return "aws::Stream" if member.get("streaming") else self.cpp_type(member["shape"])


def member_names(shape):
    names = {name: snake_case(name) for name in shape.get("members", {})}
    if len(set(names.values())) != len(names):
        raise SystemExit(f"two members with one name: {names}")
    return names


def write_struct(model, name, shape, out):
    out.append(f"struct {name} {{")
    for operation, struct in model.inputs.items():
        if struct == name:
            out.append(f'  static constexpr std::string_view kService = "{model.service}", kOperation = "{operation}";')
            out.append(f"  using Output = {model.outputs[operation]};")
    required = set(shape.get("required", []))
    names = member_names(shape)
    for member_name, member in shape.get("members", {}).items():
        cpp = model.member_type(member)
        if member_name not in required:
            cpp = f"std::optional<{cpp}>"
        out.append(f"  {cpp} {names[member_name]}{{}};")
    out.append("};")


def header(model):
    out = [
        "// Made by src/aws/generate.py from models/. Do not edit.",
        "#pragma once",
        "",
        "#include <map>",
        "#include <memory>",
        "#include <optional>",
        "#include <string>",
        "#include <string_view>",
        "#include <vector>",
        "",
        '#include "aws/error.h"',
        '#include "aws/request.h"',
        '#include "aws/service.h"',
        '#include "aws/types.h"',
        '#include "base/clock.h"',
        '#include "base/json.h"',
        "",
        f"namespace standpipe::{model.namespace} {{",
        "",
    ]
    inputs = set(model.inputs.values())
    for name, shape in model.structs.items():  # outputs before inputs, which name them
        if name not in inputs:
            write_struct(model, name, shape, out)
    out += [f"using {alias} = {struct};" for alias, struct in model.aliases.items()] + [""]
    for name in model.inputs.values():
        write_struct(model, name, model.structs[name], out)
    out += [
        "",
        "// What the service's class implements: per operation what it does, and what must be allowed for it.",
        "class Operations {",
        " public:",
        "  virtual ~Operations() = default;",
    ]
    for name in model.operations:
        struct = model.inputs[name]
        out.append(f"  virtual {model.outputs[name]} {snake_case(name)}(const aws::Request&, const {struct}&) = 0;")
    for name in model.operations:
        out.append(f"  virtual aws::Accesses access(const aws::Request&, const {model.inputs[name]}&) = 0;")
    out += ["};", ""]
    for name, (code, status, _) in model.errors.items():
        out.append(f"aws::Error {name}(std::string message);  // {code}, {status}")
    out += [
        "",
        "const aws::ServiceModel& model();",
        "// `operations` must outlive the service.",
        "std::unique_ptr<aws::Service> make_service(Operations& operations);",
        "",
        f"}}  // namespace standpipe::{model.namespace}",
        "",
    ]
    return "\n".join(out)


class Tables:
    """Writes the shape tables: every shape after the shapes that it uses."""

    def __init__(self, model):
        self.model = model
        self.out = []
        self.done = set()

    def limits(self, name, shape):
        fields = []
        if self.model.service == "s3":
            return ""  # S3 checks what it checks in words of its own
        if "min" in shape:
            fields.append(f".min = {int(shape['min'])}")
        if "max" in shape:
            fields.append(f".max = {int(shape['max'])}")
        if "pattern" in shape:
            pattern, why = re2_pattern(self.model.patterns.get(shape["pattern"], shape["pattern"]))
            if why:
                self.model.notes.append(f"{name}: pattern {shape['pattern']}: {why}")
            if pattern:
                fields.append(f".pattern = {quoted(pattern)}, .pattern_shown = {quoted(shape['pattern'])}")
        if "enum" in shape:
            self.out.append(
                f"constexpr std::string_view values_{name}[] = "
                f"{{{', '.join(quoted(value) for value in shape['enum'])}}};"
            )
            fields.append(f".values = values_{name}")
        return f", .limits = {{{', '.join(fields)}}}" if fields else ""

    def access(self, name, shape, struct):
        cpp = self.model.cpp_type
        if shape["type"] == "structure" and not shape.get("document"):
            return f"kStructureAccess<{struct}>"
        if shape["type"] == "list":
            return f"kListAccess<{cpp(shape['member']['shape'])}>"
        if shape["type"] == "map":
            return f"kMapAccess<{cpp(shape['value']['shape'])}>"
        return f"kValueAccess<{cpp(name)}>"

    def member(self, struct, shape, name, member):
        target = self.model.shapes[member["shape"]]
        fields = [
            f".name = {quoted(name)}",
            f".wire = {quoted(member.get('locationName', name))}",
            f".path = {quoted(message_path(name))}",
            f".shape = &shape_{'stream' if member.get('streaming') else member['shape']}",
            f".offset = offsetof({struct}, {snake_case(name)})",
        ]
        if name in shape.get("required", []):
            fields.append(".required = true")
        if "location" in member:
            location = LOCATION[member["location"]]
            if location == "query" and target["type"] == "map":
                location = "query_map"
            fields.append(f".location = Location::{location}")
        elif shape.get("payload") == name:
            fields.append(".location = Location::payload")
        if "timestampFormat" in member:
            fields.append(f".time_format = TimeFormat::{TIME_FORMAT[member['timestampFormat']]}")
        for trait in ("xmlAttribute", "event", "jsonvalue"):
            if member.get(trait) or target.get(trait):
                raise SystemExit(f"{struct}.{name}: no codec knows {trait}")
        for key, field in (("flattened", "flattened"), ("idempotencyToken", "idempotency_token")):
            if member.get(key):
                fields.append(f".{field} = true")
        if "xmlNamespace" in member:
            fields.append(f".xml_namespace = {quoted(member['xmlNamespace']['uri'])}")
        return "    {" + ", ".join(fields) + "},"

    def structure(self, name, struct, shape):
        """`name` is the table's, `struct` the C++ type's."""
        for member in shape.get("members", {}).values():
            self.shape(member["shape"])
        fields = ""
        members = list(shape.get("members", {}).items())
        if members:
            self.out.append(f"constexpr Member members_{name}[] = {{")
            self.out += [self.member(struct, shape, key, member) for key, member in members]
            self.out.append("};")
            fields += f", .members = members_{name}"
        if shape.get("xmlUnwrapped"):
            fields += ", .xml_unwrapped = true"
        if "xmlName" in shape:
            fields += f", .xml_name = {quoted(shape['xmlName'])}"
        if "payload" in shape:
            index = [key for key, _ in members].index(shape["payload"])
            fields += f", .payload = &members_{name}[{index}]"
        self.out.append(
            f"constexpr Shape shape_{name} = {{.name = {quoted(struct)}, .kind = Kind::structure, "
            f".access = &kStructureAccess<{struct}>{fields}}};"
        )

    def shape(self, name):
        if name in self.done:
            return
        self.done.add(name)
        shape = self.model.shapes[name]
        if shape.get("eventstream"):
            event, target = self.model.event_of(name)
            self.shape(target)
            self.out.append(
                f"constexpr Shape shape_{name} = {{.name = {quoted(name)}, .kind = Kind::events, "
                f".element = &shape_{target}, .element_name = {quoted(event)}}};"
            )
            return None
        if shape["type"] == "structure" and not shape.get("document"):
            return self.structure(name, name, shape)
        for reference in self.model.references(shape):
            self.shape(reference)
        limits = self.limits(name, shape)
        fields = ""
        if shape["type"] == "list":
            fields += f", .element = &shape_{shape['member']['shape']}"
            if "locationName" in shape["member"]:
                fields += f", .element_name = {quoted(shape['member']['locationName'])}"
        if shape["type"] == "map":
            fields += f", .element = &shape_{shape['value']['shape']}, .key = &shape_{shape['key']['shape']}"
            if "locationName" in shape["value"]:
                fields += f", .element_name = {quoted(shape['value']['locationName'])}"
            if "locationName" in shape["key"]:
                fields += f", .key_name = {quoted(shape['key']['locationName'])}"
        for key in ("flattened", "sensitive"):
            if shape.get(key):
                fields += f", .{key} = true"
        if "timestampFormat" in shape:
            fields += f", .time_format = TimeFormat::{TIME_FORMAT[shape['timestampFormat']]}"
        kind = "document" if shape.get("document") else KIND[shape["type"]]
        self.out.append(
            f"constexpr Shape shape_{name} = {{.name = {quoted(name)}, .kind = Kind::{kind}, "
            f".access = &{self.access(name, shape, name)}{limits}{fields}}};"
        )

    def operation(self, index, name, operation):
        tables = {}
        for side, names in (("input", self.model.inputs), ("output", self.model.outputs)):
            struct = self.model.aliases.get(names[name], names[name])
            if struct not in self.done:
                self.done.add(struct)
                self.structure(struct, struct, self.model.structs[struct])
            tables[side] = f"&shape_{struct}"
        http = operation["http"]
        wrapper = operation.get("output", {}).get("resultWrapper", "")
        return (
            f"    {{.name = {quoted(name)}, .input = {tables['input']}, .output = {tables['output']}, "
            f".method = {quoted(http['method'])}, .uri = {quoted(http['requestUri'])}, "
            f".status = {http.get('responseCode', 200)}, .result_wrapper = {quoted(wrapper)}, .index = {index}}},"
        )


def adapter(model):
    out = [
        "class Adapter final : public aws::Service {",
        " public:",
        "  explicit Adapter(Operations& operations) : operations_(operations) {}",
        f"  const aws::ServiceModel& model() const override {{ return {model.namespace}::model(); }}",
        "  aws::Accesses access(const aws::OperationModel& operation, const aws::Request& request, const void* input) "
        "override {",
        "    switch (operation.index) {",
    ]
    for index, name in enumerate(model.operations):
        out.append(
            f"      case {index}: return operations_.access(request, *static_cast<const {model.inputs[name]}*>(input));"
        )
    out += [
        "    }",
        "    std::abort();",
        "  }",
        "  void invoke(const aws::OperationModel& operation, const aws::Request& request, const void* input, "
        "void* output) override {",
        "    switch (operation.index) {",
    ]
    for index, name in enumerate(model.operations):
        out.append(
            f"      case {index}: *static_cast<{model.outputs[name]}*>(output) = operations_.{snake_case(name)}("
            f"request, *static_cast<const {model.inputs[name]}*>(input)); return;"
        )
    out += ["    }", "    std::abort();", "  }", "", " private:", "  Operations& operations_;", "};"]
    return out


def arrays(model):
    """The lists of ServiceModel other than its operations."""
    out = []
    if model.others:
        names = ", ".join(quoted(name) for name in sorted(model.others))
        out.append(f"constexpr std::string_view kUnsupported[] = {{{names}}};")
    routes = [
        f"    {{{quoted(name)}, {quoted(http[0])}, {quoted(http[1])}}}," for name, http in model.others.items() if http
    ]
    if routes:
        out += ["constexpr aws::OtherRoute kOtherRoutes[] = {"] + routes + ["};"]
    out.append("constexpr aws::ErrorModel kErrors[] = {")
    for name, (code, status, sender) in model.errors.items():
        out.append(
            f"    {{.code = {quoted(code)}, .status = {status}, .sender = {str(sender).lower()}, "
            f".shape = {quoted(name)}, .message_member = {quoted(model.message_member(name))}}},"
        )
    out.append("};")
    return out, bool(routes)


def service_model(model, has_routes):
    metadata = model.metadata
    fields = {
        "name": model.service,
        **model.names,
        "endpoint_prefix": metadata["endpointPrefix"],
        "protocol": metadata["protocol"],
        "json_version": metadata.get("jsonVersion", ""),
        "target_prefix": metadata.get("targetPrefix", ""),
        "api_version": metadata["apiVersion"],
        "xml_namespace": metadata.get("xmlNamespace", ""),
        "service_id": metadata["serviceId"],
    }
    out = ["constexpr aws::ServiceModel kModel = {"]
    out += [f"    .{key} = {quoted(value)}," for key, value in fields.items()]
    is_global = "globalEndpoint" in metadata and model.service != "s3"
    out += [f"    .global = {str(is_global).lower()},", "    .operations = kOperations,"]
    if model.others:
        out.append("    .unsupported = kUnsupported,")
    out.append("    .errors = kErrors,")
    out.append(
        f"    .query_compatible = {str('awsQueryCompatible' in metadata or metadata['protocol'] == 'query').lower()},"
    )
    out.append(f"    .speaks_query = {str('query' in metadata['protocols']).lower()},")
    out.append(f"    .validates = {str(model.service != 's3').lower()},")
    out.append(f"    .validation_code = {quoted(model.validation_code)},")
    if has_routes:
        out.append("    .other_routes = kOtherRoutes,")
    out.append("};")
    return out


def source(model, include):
    tables = Tables(model)
    operations = [
        tables.operation(index, name, operation) for index, (name, operation) in enumerate(model.operations.items())
    ]
    lists, has_routes = arrays(model)
    out = [
        "// Made by src/aws/generate.py from models/. Do not edit.",
        f'#include "{include}"',
        "",
        "#include <cstddef>",
        "#include <cstdlib>",
        "",
        '#include "aws/shape.h"',
        "",
    ]
    out += [f"// Not carried over: {note}".replace("\\", "\\ ") for note in model.notes]
    out += [
        "// Offsets in structs with std::optional are conditionally supported; gcc and clang do.",
        '#pragma GCC diagnostic ignored "-Winvalid-offsetof"',
        "",
        f"namespace standpipe::{model.namespace} {{",
        "namespace {",
        "",
        "using aws::Kind, aws::Location, aws::Member, aws::Shape, aws::TimeFormat;",
        "using aws::kListAccess, aws::kMapAccess, aws::kStructureAccess, aws::kValueAccess;",
        "",
        "[[maybe_unused]] constexpr Shape shape_stream = {.name = \"Stream\", .kind = Kind::stream, "
        ".access = &kValueAccess<aws::Stream>};",
    ]
    out += tables.out + ["constexpr aws::OperationModel kOperations[] = {"] + operations + ["};"]
    out += lists + service_model(model, has_routes) + [""] + adapter(model) + ["", "}  // namespace", ""]
    for name, (code, status, _) in model.errors.items():
        out.append(
            f"aws::Error {name}(std::string message) {{ return {{{quoted(code)}, {status}, std::move(message)}}; }}"
        )
    out += [
        "",
        "const aws::ServiceModel& model() { return kModel; }",
        "std::unique_ptr<aws::Service> make_service(Operations& operations) { "
        "return std::make_unique<Adapter>(operations); }",
        "",
        f"}}  // namespace standpipe::{model.namespace}",
        "",
    ]
    return "\n".join(out)


def write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    folder, service, header_path, source_path = sys.argv[1:5]
    model = Model(pathlib.Path(folder), service)
    header_path, source_path = pathlib.Path(header_path), pathlib.Path(source_path)
    header_path.parent.mkdir(parents=True, exist_ok=True)
    write_if_changed(header_path, header(model))
    write_if_changed(source_path, source(model, f"generated/{header_path.name}"))
    if "--notes" in sys.argv:  # limits that the models give and that are not checked
        for note in model.notes:
            print(f"{service}: {note}")


if __name__ == "__main__":
    main()
