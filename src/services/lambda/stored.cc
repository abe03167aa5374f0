#include "services/lambda/stored.h"

#include <fmt/format.h>

namespace standpipe::lambda {
namespace {

json::Value texts_value(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.push_back(text);
  return array;
}

json::Value map_value(const std::map<std::string, std::string>& map) {
  json::Object object;
  for (const auto& [name, text] : map) object.append(name, text);
  return object;
}

std::vector<std::string> texts_from(const json::Value* value) {
  std::vector<std::string> texts;
  if (value) {
    for (const json::Value& text : value->array()) texts.push_back(text.string());
  }
  return texts;
}

std::map<std::string, std::string> map_from(const json::Value* value) {
  std::map<std::string, std::string> map;
  if (value) {
    for (const auto& [name, text] : value->object()) map[name] = text.string();
  }
  return map;
}

int64_t number(const json::Value& value, std::string_view name) {
  const json::Value* found = value.find(name);
  return found ? found->integer() : 0;
}

json::Value archive_value(const StoredArchive& archive) {
  return json::Object{{"blob", archive.blob},
                      {"sha256", archive.sha256},
                      {"bytes", archive.bytes},
                      {"unzipped_bytes", archive.unzipped_bytes}};
}

StoredArchive archive_from(const json::Value& value) {
  return {value.text("blob"), value.text("sha256"), static_cast<uint64_t>(number(value, "bytes")),
          static_cast<uint64_t>(number(value, "unzipped_bytes"))};
}

std::string place(const std::string& account, const std::string& region) { return account + "/" + region + "/lambda/"; }

}  // namespace

std::string StoredFunction::policy() const {
  if (statements.empty()) return {};
  return json::print(json::Object{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", statements}});
}

std::set<std::string> StoredFunction::blobs() const {
  std::set<std::string> blobs = {code.blob};
  for (const StoredArchive& layer : layer_codes) blobs.insert(layer.blob);
  return blobs;
}

std::string print_stored(const StoredFunction& f) {
  json::Array layer_codes;
  for (const StoredArchive& layer : f.layer_codes) layer_codes.push_back(archive_value(layer));
  return json::print(json::Object{{"account", f.account},
                                  {"region", f.region},
                                  {"name", f.name},
                                  {"runtime", f.runtime},
                                  {"role", f.role},
                                  {"handler", f.handler},
                                  {"description", f.description},
                                  {"architecture", f.architecture},
                                  {"log_group", f.log_group},
                                  {"timeout_s", f.timeout_s},
                                  {"memory_mb", f.memory_mb},
                                  {"temporary_mb", f.temporary_mb},
                                  {"variables", map_value(f.variables)},
                                  {"has_environment", f.has_environment},
                                  {"layers", texts_value(f.layers)},
                                  {"layer_codes", layer_codes},
                                  {"tags", map_value(f.tags)},
                                  {"code", archive_value(f.code)},
                                  {"revision", f.revision},
                                  {"modified", epoch_ms(f.modified)},
                                  {"statements", f.statements}});
}

StoredFunction parse_function(const std::string& text) {
  const json::Value value = json::parse(text);
  StoredFunction f;
  f.account = value.text("account");
  f.region = value.text("region");
  f.name = value.text("name");
  f.runtime = value.text("runtime");
  f.role = value.text("role");
  f.handler = value.text("handler");
  f.description = value.text("description");
  f.architecture = value.text("architecture");
  f.log_group = value.text("log_group");
  f.timeout_s = static_cast<int>(number(value, "timeout_s"));
  f.memory_mb = static_cast<int>(number(value, "memory_mb"));
  f.temporary_mb = static_cast<int>(number(value, "temporary_mb"));
  f.variables = map_from(value.find("variables"));
  f.has_environment = value.find("has_environment") && value.find("has_environment")->boolean();
  f.layers = texts_from(value.find("layers"));
  if (const json::Value* codes = value.find("layer_codes")) {
    for (const json::Value& code : codes->array()) f.layer_codes.push_back(archive_from(code));
  }
  f.tags = map_from(value.find("tags"));
  if (const json::Value* code = value.find("code")) f.code = archive_from(*code);
  f.revision = value.text("revision");
  f.modified = from_epoch_ms(number(value, "modified"));
  if (const json::Value* statements = value.find("statements")) f.statements = statements->array();
  return f;
}

std::string print_stored(const StoredLayer& l) {
  return json::print(json::Object{{"account", l.account},
                                  {"region", l.region},
                                  {"name", l.name},
                                  {"version", l.version},
                                  {"description", l.description},
                                  {"license", l.license},
                                  {"architectures", texts_value(l.architectures)},
                                  {"runtimes", texts_value(l.runtimes)},
                                  {"code", archive_value(l.code)},
                                  {"created", epoch_ms(l.created)}});
}

StoredLayer parse_layer(const std::string& text) {
  const json::Value value = json::parse(text);
  StoredLayer l;
  l.account = value.text("account");
  l.region = value.text("region");
  l.name = value.text("name");
  l.version = number(value, "version");
  l.description = value.text("description");
  l.license = value.text("license");
  l.architectures = texts_from(value.find("architectures"));
  l.runtimes = texts_from(value.find("runtimes"));
  if (const json::Value* code = value.find("code")) l.code = archive_from(*code);
  l.created = from_epoch_ms(number(value, "created"));
  return l;
}

std::string function_prefix(const aws::Request& request) {
  return place(request.account, request.region) + "function/";
}

std::string function_key(const FunctionName& name) {
  return place(name.account, name.region) + "function/" + name.name;
}

std::string layer_prefix(const aws::Request& request) { return place(request.account, request.region) + "layer/"; }

std::string layer_prefix(const LayerName& name) {
  return place(name.account, name.region) + "layer/" + name.name + "/";
}

std::string layer_key(const LayerName& name) { return layer_prefix(name) + fmt::format("{:012}", name.version); }

std::string layer_counter_key(const LayerName& name) {
  return place(name.account, name.region) + "layer-counter/" + name.name;
}

}  // namespace standpipe::lambda
