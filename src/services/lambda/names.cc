#include "services/lambda/names.h"

#include "base/bytes.h"
#include "generated/lambda.h"

namespace standpipe::lambda {

std::string FunctionName::arn() const { return "arn:aws:lambda:" + region + ":" + account + ":function:" + name; }

std::string FunctionName::qualified_arn() const { return qualifier.empty() ? arn() : arn() + ":" + qualifier; }

FunctionName parse_function_name(const aws::Request& request, const std::string& text,
                                 const std::optional<std::string>& qualifier) {
  FunctionName name{request.account, request.region, {}, {}};
  std::vector<std::string> parts = split(text, ':');
  const auto malformed = [&] { return InvalidParameterValueException("Invalid function name: " + text); };
  if (parts[0] == "arn") {
    if (parts.size() < 7 || parts.size() > 8 || parts[2] != "lambda" || parts[5] != "function") throw malformed();
    name.region = parts[3];
    name.account = parts[4];
    parts.erase(parts.begin(), parts.begin() + 6);
  } else if (parts.size() >= 3 && parts[1] == "function") {
    name.account = parts[0];
    parts.erase(parts.begin(), parts.begin() + 2);
  } else if (parts.size() >= 2 && parts[0] == "function") {
    parts.erase(parts.begin());
  }
  if (parts.empty() || parts.size() > 2 || parts[0].empty() || parts[0].find('/') != std::string::npos)
    throw malformed();
  name.name = parts[0];
  if (parts.size() == 2) name.qualifier = parts[1];
  if (qualifier) {
    if (!name.qualifier.empty() && name.qualifier != *qualifier) {
      throw InvalidParameterValueException(
          "The derived qualifier from the function name does not match the specified "
          "qualifier.");
    }
    name.qualifier = *qualifier;
  }
  if (name.account != request.account) throw ResourceNotFoundException("Function not found: " + name.qualified_arn());
  if (name.region != request.region) {
    throw ResourceNotFoundException("Functions from '" + name.region + "' are not reachable in this region ('" +
                                    request.region + "')")
        .with("Type", "User");
  }
  return name;
}

std::string LayerName::arn() const { return "arn:aws:lambda:" + region + ":" + account + ":layer:" + name; }

std::string LayerName::version_arn() const { return arn() + ":" + std::to_string(version); }

std::optional<LayerName> parse_layer_name(const aws::Request& request, const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  if (parts.size() == 1 && !text.empty() && text.find('/') == std::string::npos) {
    return LayerName{request.account, request.region, text};
  }
  if (parts.size() < 7 || parts.size() > 8 || parts[0] != "arn" || parts[2] != "lambda" || parts[5] != "layer" ||
      parts[6].empty() || parts[6].find('/') != std::string::npos) {
    return std::nullopt;
  }
  LayerName name{parts[4], parts[3], parts[6]};
  if (parts.size() == 8) {
    const auto version = parse_int(parts[7]);
    if (!version || *version < 1) return std::nullopt;
    name.version = *version;
  }
  return name;
}

}  // namespace standpipe::lambda
