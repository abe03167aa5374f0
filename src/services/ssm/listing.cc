// GetParametersByPath and DescribeParameters: pages over the names in order. A page token is the last name seen.
#include <algorithm>

#include "base/bytes.h"
#include "services/ssm/ssm.h"

namespace standpipe::ssm {
namespace {

constexpr size_t kScanBatch = 100;
constexpr size_t kPathPage = 10;
constexpr size_t kDescribePage = 50;

std::string read_token(const std::optional<std::string>& token) {
  if (!token) return {};
  const std::optional<std::string> name = base64_decode(*token);
  if (!name || name->empty()) throw InvalidNextToken("The specified token is not valid.");
  return *name;
}

bool one_of(const std::string& value, const std::vector<std::string>& values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool below(const std::string& name, std::string path, bool recursive) {
  if (!path.ends_with('/')) path += '/';
  const std::string full = name.starts_with('/') ? name : "/" + name;
  return full.starts_with(path) && (recursive || full.find('/', path.size()) == std::string::npos);
}

// One member of ParameterFilters, checked once and asked for every parameter.
struct Filter {
  std::string key, option;
  std::vector<std::string> values;

  bool matches(const StoredParameter& parameter) const {
    if (key == "Path") {
      return std::any_of(values.begin(), values.end(),
                         [&](const std::string& path) { return below(parameter.name, path, option == "Recursive"); });
    }
    if (key == "Type") return one_of(parameter.type, values);
    if (key == "Tier") return one_of(parameter.tier, values);
    if (key == "DataType") return one_of(parameter.data_type, values);
    if (key.starts_with("tag:")) {
      const auto tag = parameter.tags.find(key.substr(4));
      return tag != parameter.tags.end() && (values.empty() || one_of(tag->second, values));
    }
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
      if (option == "BeginsWith") return parameter.name.starts_with(value);
      if (option == "Contains") return parameter.name.find(value) != std::string::npos;
      return parameter.name == value;
    });
  }
};

void check_filter(const Filter& filter, bool by_path) {
  const bool known = by_path ? filter.key == "Type"
                             : filter.key == "Name" || filter.key == "Type" || filter.key == "Path" ||
                                   filter.key == "Tier" || filter.key == "DataType" || filter.key.starts_with("tag:");
  if (!known) {
    throw InvalidFilterKey("The following filter key is not valid: " + filter.key + ". Valid filter keys include: " +
                           (by_path ? "[Type]." : "[Path, Name, Type, Tier, DataType, tag:key]."));
  }
  const bool option = filter.key == "Path" ? filter.option == "Recursive" || filter.option == "OneLevel"
                      : filter.key == "Name"
                          ? filter.option == "Equals" || filter.option == "BeginsWith" || filter.option == "Contains"
                          : filter.option == "Equals";
  if (!option) {
    throw InvalidFilterOption("The following filter option is not valid: " + filter.option +
                              ". Valid options include: " +
                              (filter.key == "Path"   ? "[Recursive, OneLevel]"
                               : filter.key == "Name" ? "[Equals, BeginsWith, Contains]"
                                                      : "[Equals]"));
  }
  if (filter.values.empty() && !filter.key.starts_with("tag:")) {
    throw InvalidFilterValue("The following filter values are missing : null for filter key " + filter.key);
  }
  if (filter.key == "Path") {
    for (const std::string& path : filter.values) check_path(path);
  }
}

std::vector<Filter> read_filters(const std::optional<std::vector<ParameterStringFilter>>& filters, bool by_path) {
  std::vector<Filter> read;
  for (const ParameterStringFilter& filter : filters.value_or(std::vector<ParameterStringFilter>{})) {
    Filter next{filter.key, filter.option.value_or(filter.key == "Path" ? "OneLevel" : "Equals"),
                filter.values.value_or(std::vector<std::string>{})};
    check_filter(next, by_path);
    read.push_back(std::move(next));
  }
  return read;
}

bool matches_all(const StoredParameter& parameter, const std::vector<Filter>& filters) {
  return std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) { return filter.matches(parameter); });
}

// Calls `visit` for names after `after` in order until it answers false.
template <class Visit>
void each_parameter(Metadata& metadata, const std::string& prefix, const std::string& begin, std::string after,
                    Visit visit) {
  std::string last = after.empty() ? std::string() : prefix + after;
  while (true) {
    const std::vector<Document> batch = metadata.scan(prefix + begin, last, kScanBatch);
    for (const Document& document : batch) {
      if (!visit(parse_parameter(document.value))) return;
    }
    if (batch.size() < kScanBatch) return;
    last = batch.back().key;
  }
}

ParameterMetadata metadata_of(const aws::Request& request, const StoredParameter& stored) {
  ParameterMetadata entry;
  entry.name = stored.name;
  entry.arn = parameter_arn(request.region, request.account, stored.name);
  entry.type = stored.type;
  entry.last_modified_date = stored.modified;
  entry.last_modified_user = stored.modified_by;
  if (!stored.description.empty()) entry.description = stored.description;
  if (!stored.allowed_pattern.empty()) entry.allowed_pattern = stored.allowed_pattern;
  entry.version = stored.version;
  entry.tier = stored.tier;
  entry.data_type = stored.data_type;
  return entry;
}

}  // namespace

GetParametersByPathOutput Ssm::get_parameters_by_path(const aws::Request& request,
                                                      const GetParametersByPathInput& input) {
  check_path(input.path);
  const std::vector<Filter> filters = read_filters(input.parameter_filters, true);
  const size_t page = static_cast<size_t>(input.max_results.value_or(kPathPage));
  const bool recursive = input.recursive.value_or(false);
  // Only the root also holds names without a slash.
  const std::string begin = input.path == "/" ? "" : input.path.ends_with('/') ? input.path : input.path + "/";
  GetParametersByPathOutput output{.parameters = {{}}};
  each_parameter(metadata_, parameters_prefix(request), begin, read_token(input.next_token),
                 [&](const StoredParameter& stored) {
                   if (!below(stored.name, input.path, recursive) || !matches_all(stored, filters)) return true;
                   if (output.parameters->size() == page) {
                     output.next_token = base64_encode(output.parameters->back().name.value());
                     return false;
                   }
                   output.parameters->push_back(describe(request, stored, {}));
                   return true;
                 });
  return output;
}

DescribeParametersOutput Ssm::describe_parameters(const aws::Request& request, const DescribeParametersInput& input) {
  std::vector<Filter> filters = read_filters(input.parameter_filters, false);
  for (const ParametersFilter& old : input.filters.value_or(std::vector<ParametersFilter>{})) {
    // The older member: names match by prefix.
    if (old.key == "KeyId")
      throw InvalidFilterKey("The following filter key is not valid: KeyId. No parameter has a key.");
    filters.push_back({old.key, old.key == "Name" ? "BeginsWith" : "Equals", old.values});
  }
  const size_t page = static_cast<size_t>(input.max_results.value_or(kDescribePage));
  DescribeParametersOutput output{.parameters = {{}}};
  if (input.shared.value_or(false)) return output;  // nothing is shared between accounts here
  each_parameter(metadata_, parameters_prefix(request), {}, read_token(input.next_token),
                 [&](const StoredParameter& stored) {
                   if (!matches_all(stored, filters)) return true;
                   if (output.parameters->size() == page) {
                     output.next_token = base64_encode(output.parameters->back().name.value());
                     return false;
                   }
                   output.parameters->push_back(metadata_of(request, stored));
                   return true;
                 });
  return output;
}

}  // namespace standpipe::ssm
