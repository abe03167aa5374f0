// Which operation a request asks for.
#include <algorithm>
#include <memory>
#include <mutex>
#include <set>

#include "aws/codec.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

bool is_rest(const ServiceModel& model) { return model.protocol.starts_with("rest-"); }

bool is_unsupported(const ServiceModel& model, std::string_view operation) {
  return std::ranges::binary_search(model.unsupported, operation);
}

std::string not_served(const ServiceModel& model, std::string_view operation) {
  return "The operation " + std::string(operation) + " of " + std::string(model.service_id) +
         " is not supported by Standpipe.";
}

Route by_name(const ServiceModel& model, const Wire& wire) {
  if (const OperationModel* operation = find_operation(model, wire.operation); operation && !wire.rest)
    return {operation, {}};
  if (protocol_of(model, wire) == Protocol::query) {
    if (wire.operation.empty()) throw Error("MissingAction", 400, "The request must contain the parameter Action.");
    throw Error("InvalidAction", 400,
                is_unsupported(model, wire.operation)
                    ? not_served(model, wire.operation)
                    : "The action " + wire.operation + " is not valid for this web service.");
  }
  if (wire.operation.empty()) throw Error("UnknownOperationException", 400, "The request names no operation.");
  throw Error("UnknownOperationException", 400,
              is_unsupported(model, wire.operation) ? not_served(model, wire.operation)
                                                    : "The operation " + wire.operation + " is unknown.");
}

// A URI template, taken apart: "/2015-03-31/functions/{FunctionName}?find=LayerVersion".
struct Template {
  explicit Template(std::string_view uri) {
    const size_t question = uri.find('?');
    for (const std::string& segment : split(uri.substr(1, question == uri.npos ? uri.npos : question - 1), '/')) {
      if (!segment.empty()) segments.push_back(segment);
    }
    if (question == uri.npos) return;
    for (const std::string& literal : split(uri.substr(question + 1), '&')) {
      const size_t equals = literal.find('=');
      if (literal.starts_with("x-id=")) continue;  // a hint of the SDKs to themselves
      literals.emplace_back(literal.substr(0, equals), equals == literal.npos ? "" : literal.substr(equals + 1));
    }
  }

  std::vector<std::string> segments;
  Parameters literals;
};

struct Match {
  std::map<std::string, std::string> labels;
  size_t fixed_segments = 0;
};

Error bad_escape(const ServiceModel& model) {
  return model.protocol == "rest-xml" ? Error("InvalidURI", 400, "Couldn't parse the specified URI.")
                                      : Error("MalformedQueryString", 400, "The path has a malformed escape.");
}

// nullopt: another path. `path` begins with '/'.
std::optional<Match> match(const ServiceModel& model, const Template& pattern, std::string_view path) {
  Match result;
  std::string_view rest = path.substr(std::min<size_t>(1, path.size()));
  bool ended = rest.empty();
  for (const std::string& segment : pattern.segments) {
    if (ended) return std::nullopt;
    const bool label = segment.starts_with('{'), greedy = segment.ends_with("+}");
    const size_t slash = greedy ? rest.npos : rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty()) return std::nullopt;
    if (label) {
      auto decoded = uri_decode(part);
      if (!decoded) throw bad_escape(model);
      result.labels.emplace(segment.substr(1, segment.size() - (greedy ? 3 : 2)), std::move(*decoded));
    } else if (part != segment) {
      return std::nullopt;
    } else {
      ++result.fixed_segments;
    }
    rest = slash == rest.npos ? std::string_view{} : rest.substr(slash + 1);
    ended = rest.empty();  // one slash at the end is no segment
  }
  if (!ended) return std::nullopt;
  return result;
}

const std::string* find(const Parameters& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
  return found == parameters.end() ? nullptr : &found->second;
}

bool has_literals(const Template& pattern, const Parameters& parameters) {
  return std::ranges::all_of(pattern.literals, [&](const auto& literal) {
    const std::string* value = find(parameters, literal.first);
    return value && (literal.second.empty() || *value == literal.second);
  });
}

// S3 tells operations with one path apart by what else they require: ?uploadId, x-amz-copy-source.
std::optional<size_t> required_parts(const OperationModel& operation, const Parameters& parameters,
                                     const net::Request& http) {
  size_t count = 0;
  for (const Member& member : operation.input->members) {
    if (!member.required || (member.location != Location::query && member.location != Location::header)) continue;
    if (member.location == Location::query ? !find(parameters, member.wire) : !http.headers.contains(member.wire)) {
      return std::nullopt;
    }
    ++count;
  }
  return count;
}

// A REST service's operations with their templates taken apart, made when the first request asks.
struct RouteTable {
  struct Entry {
    Template pattern;
    std::string_view method;
    const OperationModel* operation;  // nullptr: AWS has it, we do not
    std::string_view name;
  };

  explicit RouteTable(const ServiceModel& model) {
    for (const OperationModel& operation : model.operations) {
      entries.push_back({Template(operation.uri), operation.method, &operation, operation.name});
      for (const Member& member : operation.input->members) {
        if (member.required && member.location == Location::query) choosing.emplace(member.wire);
      }
    }
    for (const OtherRoute& other : model.other_routes) {
      entries.push_back({Template(other.uri), other.method, nullptr, other.name});
    }
    for (const Entry& entry : entries) {
      for (const auto& [name, value] : entry.pattern.literals) choosing.insert(name);
    }
  }

  std::vector<Entry> entries;  // what we serve comes first
  // Every query parameter that chooses an operation: one that the chosen operation does not know must not be ignored.
  std::set<std::string, std::less<>> choosing;
};

const RouteTable& route_table(const ServiceModel& model) {
  static std::mutex mutex;
  static std::map<const ServiceModel*, std::unique_ptr<const RouteTable>> tables;
  const std::scoped_lock lock(mutex);
  auto& table = tables[&model];
  if (!table) table = std::make_unique<const RouteTable>(model);
  return *table;
}

void refuse_ignored_parameters(const RouteTable& table, const RouteTable::Entry& chosen, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) {
    if (!table.choosing.contains(name) || find(chosen.pattern.literals, name)) continue;
    const bool member = std::ranges::any_of(chosen.operation->input->members, [&](const Member& known) {
      return known.location == Location::query && known.wire == name;
    });
    if (!member) {
      throw Error("NotImplemented", 501, "The sub-resource ?" + name + " is not supported here by Standpipe.");
    }
  }
}

Error no_route(const ServiceModel& model, const net::Request& http) {
  if (model.protocol == "rest-xml") {
    return Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        .with("Method", http.method);
  }
  return Error("UnknownOperationException", 404, "No operation of this service has this method and path.");
}

Error not_implemented(const RouteTable::Entry& entry) {
  const Parameters& literals = entry.pattern.literals;
  const std::string by = literals.empty() ? "" : " (?" + literals.front().first + ")";
  return Error("NotImplemented", 501,
               "The operation " + std::string(entry.name) + by + " is not supported by Standpipe.");
}

Route by_path(const ServiceModel& model, const net::Request& http, std::string_view path) {
  const auto parameters = net::parse_query(http.query());
  if (!parameters) throw bad_escape(model);
  const bool s3 = model.protocol == "rest-xml";
  const RouteTable& table = route_table(model);
  const RouteTable::Entry* best = nullptr;
  std::map<std::string, std::string> labels;
  size_t best_rank = 0;
  for (const RouteTable::Entry& entry : table.entries) {
    if (entry.method != http.method || !has_literals(entry.pattern, *parameters)) continue;
    auto matched = match(model, entry.pattern, path);
    if (!matched) continue;
    size_t rank = 1 + entry.pattern.literals.size() * 10000 + matched->fixed_segments * 100;
    if (s3 && entry.operation) {
      const auto parts = required_parts(*entry.operation, *parameters, http);
      if (!parts) continue;
      rank += *parts;
    }
    if (rank <= best_rank) continue;
    best_rank = rank;
    best = &entry;
    labels = std::move(matched->labels);
  }
  if (!best) throw no_route(model, http);
  if (!best->operation) throw not_implemented(*best);
  if (s3) refuse_ignored_parameters(table, *best, *parameters);
  return {best->operation, std::move(labels)};
}

// "/service/GraniteServiceVersion20100801/operation/PutMetricData"
bool detect_rpc(const net::Request& http, Wire& wire) {
  if (!http.headers.contains("smithy-protocol")) return false;
  const auto segments = split(http.path(), '/');
  const size_t count = segments.size();
  if (count < 5 || segments[count - 4] != "service" || segments[count - 2] != "operation") return false;
  wire.rest = false;
  wire.protocol = Protocol::rpc_cbor;
  wire.target = segments[count - 3];
  wire.operation = segments[count - 1];
  return true;
}

bool detect_target(const net::Request& http, const std::string& type, Wire& wire) {
  const std::string* target = http.headers.find("x-amz-target");
  if (!target) return false;
  wire.rest = false;
  wire.protocol = type.find("cbor") != std::string::npos ? Protocol::cbor : Protocol::json;
  wire.json_version = type.find("json-1.0") != std::string::npos ? "1.0" : "1.1";
  const size_t dot = target->rfind('.');
  wire.target = dot == std::string::npos ? "" : target->substr(0, dot);
  wire.operation = dot == std::string::npos ? *target : target->substr(dot + 1);
  return true;
}

void detect_query(const net::Request& http, const std::string& type, Wire& wire) {
  const bool form = http.method == "POST" && type.find("x-www-form-urlencoded") != std::string::npos;
  if (http.path() != "/" || (!form && http.query().find("Action=") == std::string_view::npos)) return;
  auto parameters = net::parse_query(http.query());
  if (!parameters) throw Error("MalformedQueryString", 400, "The query string is malformed.");
  if (form) {
    const auto text = inflated(http);
    auto fields = net::parse_query(text ? std::string_view(*text) : http.body.view());
    if (!fields) throw Error("MalformedQueryString", 400, "The body of the form is malformed.");
    std::ranges::move(*fields, std::back_inserter(*parameters));
  }
  const std::string* action = find(*parameters, "Action");
  if (!action) return;
  wire.rest = false;
  wire.protocol = Protocol::query;
  wire.operation = *action;
  if (const std::string* version = find(*parameters, "Version")) wire.api_version = *version;
  wire.form = std::move(*parameters);
}

}  // namespace

Wire detect(const net::Request& http) {
  Wire wire;
  const std::string type = to_lower(http.headers.get("content-type"));
  if (!detect_rpc(http, wire) && !detect_target(http, type, wire)) detect_query(http, type, wire);
  return wire;
}

Protocol protocol_of(const ServiceModel& model, const Wire& wire) {
  if (model.protocol == "rest-json") return Protocol::rest_json;
  if (model.protocol == "rest-xml") return Protocol::rest_xml;
  if (!wire.rest && (wire.protocol != Protocol::query || model.speaks_query)) return wire.protocol;
  return model.target_prefix.empty() ? Protocol::query : Protocol::json;
}

bool names(const ServiceModel& model, const Wire& wire) {
  if (wire.rest) return false;
  if (wire.protocol == Protocol::query) return model.speaks_query && wire.api_version == model.api_version;
  return !model.target_prefix.empty() && wire.target == model.target_prefix;
}

Route route(const ServiceModel& model, const Wire& wire, const net::Request& http, std::string_view path) {
  if (is_rest(model)) return by_path(model, http, path);
  if (wire.rest) return by_name(model, wire);
  const bool foreign = wire.protocol != Protocol::query && wire.target != model.target_prefix;
  const bool wrong_kind = (wire.protocol == Protocol::query && !model.speaks_query) ||
                          (wire.protocol != Protocol::query && model.target_prefix.empty());
  if (foreign || wrong_kind) {
    const std::string what = wire.target.empty() ? wire.operation : wire.target + "." + wire.operation;
    throw Error(protocol_of(model, wire) == Protocol::query ? "InvalidAction" : "UnknownOperationException", 400,
                "The operation " + what + " is unknown to " + std::string(model.service_id) + ".");
  }
  return by_name(model, wire);
}

}  // namespace standpipe::aws
