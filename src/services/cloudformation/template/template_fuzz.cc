#include <cstddef>
#include <cstdint>
#include <string_view>

#include "services/cloudformation/template/evaluator.h"
#include "services/cloudformation/template/read_template.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

struct FixedScope final : Scope {
  std::string pseudo_parameter(std::string_view name) const override { return std::string(name); }
  std::string physical_id(const std::string& resource) const override { return "id-of-" + resource; }
  json::Value attribute(const std::string& resource, const std::string& name) const override { return resource + name; }
  std::string imported(const std::string& name) const override { return name; }
  std::string ssm_parameter(const std::string& name, const std::string&) const override { return name; }
};

void evaluate_all(const Template& checked) {
  const ParameterValues values = resolve_parameters(checked, {}, [](const std::string& name) { return name; });
  const FixedScope scope;
  Evaluator evaluator(checked, values, scope);
  for (const auto& [name, body] : checked.conditions) evaluator.condition(name);
  dependencies(checked, [&](const std::string& name) { return evaluator.condition(name); });
  for (const auto& resource : checked.resources) evaluator.properties(resource);
  for (const auto& output : checked.outputs) evaluator.evaluate(output.value);
}

}  // namespace
}  // namespace standpipe::cloudformation

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe::cloudformation;
  try {
    const auto document = read_template({reinterpret_cast<const char*>(data), size});
    evaluate_all(check_template(document, [](std::string_view) { return true; }));
  } catch (const TemplateError&) {
  } catch (const StackError&) {
  }
  return 0;
}
