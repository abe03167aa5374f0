#include "services/cloudformation/template/yaml_reader.h"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_set>

#include "base/bytes.h"
#include "services/cloudformation/template/read_template.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

using json::Value;

[[noreturn]] void malformed(const YAML::Mark& mark) {
  throw TemplateError(
      fmt::format("Template format error: YAML not well-formed. (line {}, column {})", mark.line + 1, mark.column + 1));
}

constexpr std::array<std::string_view, 17> kShortForms = {
    "And",          "Base64", "Cidr",      "Contains", "EachMemberEquals",
    "EachMemberIn", "Equals", "FindInMap", "GetAZs",   "If",
    "ImportValue",  "Join",   "Not",       "Or",       "Select",
    "Split",        "Sub"};
constexpr std::array<std::string_view, 5> kShortFormsOfTransforms = {"Transform", "Length", "ToJsonString", "RefAll",
                                                                     "ValueOf"};

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// An integer whose text is also how we would print it.
bool plain_integer(std::string_view text) {
  const auto number = parse_int(text);
  return number && text.size() <= 18 && std::to_string(*number) == text;
}

Value plain_scalar(const std::string& text) {
  if (one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) return false;
  if (plain_integer(text)) return *parse_int(text);
  return text;
}

Value single(std::string name, Value value) {
  json::Object object;
  object.append(std::move(name), std::move(value));
  return object;
}

// !GetAtt A.B.C names the attribute B.C of A.
Value attribute_of(Value value) {
  if (value.is_string()) {
    const std::string text = value.string();
    const size_t dot = text.find('.');
    if (dot != std::string::npos) value = json::Array{text.substr(0, dot), text.substr(dot + 1)};
  }
  return single("Fn::GetAtt", std::move(value));
}

Value with_tag(const YAML::Mark& mark, const std::string& tag, Value value) {
  if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) {
    if (tag.ends_with(":binary") || tag.ends_with(":omap") || tag.ends_with(":pairs") || tag.ends_with(":set")) {
      malformed(mark);
    }
    return value;
  }
  const std::string name = tag.substr(1);
  if (name == "Ref" || name == "Condition") return single(name, std::move(value));
  if (name == "GetAtt") return attribute_of(std::move(value));
  if (std::find(kShortForms.begin(), kShortForms.end(), name) == kShortForms.end() &&
      std::find(kShortFormsOfTransforms.begin(), kShortFormsOfTransforms.end(), name) ==
          kShortFormsOfTransforms.end()) {
    malformed(mark);
  }
  return single("Fn::" + name, std::move(value));
}

// Builds the value while the parser reads; nothing is kept of YAML's own tree.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (awaits_key()) malformed(mark);
    add(mark, "", nullptr);
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {
    throw TemplateError("Template error: YAML aliases are not allowed in CloudFormation templates");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& text) override {
    if (awaits_key()) {
      Frame& frame = frames_.back();
      if (!frame.names.insert(text).second) malformed(mark);
      frame.name = text;
      frame.has_name = true;
      return;
    }
    add(mark, tag, tag == "?" ? plain_scalar(text) : Value(text));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, json::Array{});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, tag, json::Object{});
  }
  void OnMapEnd() override { close(); }

  Value take() { return std::move(root_); }

 private:
  struct Frame {
    YAML::Mark mark;
    std::string tag;
    Value container;
    std::unordered_set<std::string> names;
    std::string name;
    bool has_name = false;
  };

  bool awaits_key() const {
    return !frames_.empty() && frames_.back().container.is_object() && !frames_.back().has_name;
  }

  void open(const YAML::Mark& mark, const std::string& tag, Value container) {
    if (awaits_key() || frames_.size() >= kTemplateDepthMax) malformed(mark);
    frames_.push_back({mark, tag, std::move(container), {}, {}, false});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(frame.mark, frame.tag, std::move(frame.container));
  }

  void add(const YAML::Mark& mark, const std::string& tag, Value plain) {
    if (++nodes_ > kTemplateNodesMax) malformed(mark);
    Value value = with_tag(mark, tag, std::move(plain));
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.container.is_array()) {
      frame.container.array().push_back(std::move(value));
    } else {
      frame.container.object().append(std::move(frame.name), std::move(value));
      frame.has_name = false;
    }
  }

  std::vector<Frame> frames_;
  Value root_;
  size_t nodes_ = 0;
};

}  // namespace

Value read_yaml(std::string_view text) {
  if (!valid_utf8(text)) malformed(YAML::Mark{});
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder;
    if (!parser.HandleNextDocument(builder)) throw TemplateError("Template format error: unsupported structure.");
    Builder second;
    if (parser.HandleNextDocument(second)) throw TemplateError("Template format error: unsupported structure.");
    return builder.take();
  } catch (const YAML::Exception& error) {
    malformed(error.mark);
  }
}

}  // namespace standpipe::cloudformation
