// What machines need to know about the generated structs: constexpr tables that one hand-written walker per protocol
// and direction follows. Addresses are untyped here; `Shape::kind` says what stands behind them:
//   structure → the generated struct · list → std::vector<T> · map → std::map<std::string, T> · string → std::string
//   blob → aws::Blob · stream → aws::Stream · integer → int32_t · long_integer → int64_t · float_number → float
//   double_number → double · boolean → bool · timestamp → Timestamp · document → json::Value
//   events → aws::Events<T>, a required member of outputs; `element` is the shape of T, `element_name` its event type
// A required member is a plain T, every other one a std::optional<T>. Tables are immutable and live for ever.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace standpipe::aws {

enum class Kind : uint8_t {
  structure,
  list,
  map,
  string,
  blob,
  stream,
  integer,
  long_integer,
  float_number,
  double_number,
  boolean,
  timestamp,
  document,
  events
};

// Where a member travels. Anything but `body` occurs only at the top of inputs and outputs of REST services.
enum class Location : uint8_t { body, header, header_map, query, query_map, uri, status_code, payload };

enum class TimeFormat : uint8_t { unspecified, epoch_seconds, iso8601, http_date };

struct Limits {
  static constexpr int64_t kNoMin = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoMax = std::numeric_limits<int64_t>::max();
  int64_t min = kNoMin;  // of numbers their value, of the rest their length in characters, bytes or elements
  int64_t max = kNoMax;
  std::string_view pattern{};                  // for RE2, must match the whole; empty: any
  std::string_view pattern_shown{};            // as the model has it, for messages
  std::span<const std::string_view> values{};  // of enums
  constexpr bool any() const { return min != kNoMin || max != kNoMax || !pattern.empty() || !values.empty(); }
};

// How to reach into a T, a std::optional<T>, a list, a map without knowing the type.
struct Accessors {
  using Visitor = void (*)(void* context, const std::string& key, const void* value);
  void* (*emplace)(void* optional) = nullptr;          // makes an empty T in it
  const void* (*get)(const void* optional) = nullptr;  // nullptr if there is none
  void (*clear)(void* list_or_map) = nullptr;
  void* (*append)(void* list) = nullptr;  // the new element
  size_t (*size)(const void* list_or_map) = nullptr;
  const void* (*at)(const void* list, size_t index) = nullptr;
  void* (*insert)(void* map, std::string key) = nullptr;  // the value; of duplicate keys the last wins
  void (*visit)(const void* map, Visitor visitor, void* context) = nullptr;
  std::shared_ptr<void> (*make)() = nullptr;
};

struct Shape;

struct Member {
  std::string_view name;  // in the model: "StreamName"
  std::string_view wire;  // on the wire, nearly always the same
  std::string_view path;  // in messages: "streamName"
  const Shape* shape = nullptr;
  uint32_t offset = 0;
  bool required = false;
  Location location = Location::body;
  TimeFormat time_format = TimeFormat::unspecified;
  bool flattened = false;
  bool idempotency_token = false;
  std::string_view xml_namespace{};
};

struct Shape {
  std::string_view name;
  Kind kind = Kind::structure;
  const Accessors* access = nullptr;
  Limits limits{};
  std::span<const Member> members{};  // structures
  const Shape* element = nullptr;     // of lists; of maps the value
  const Shape* key = nullptr;         // of maps; a string
  std::string_view element_name{};    // of lists and map values in XML and query; empty: the protocol's default
  std::string_view key_name{};
  bool flattened = false;      // lists and maps: no element around the items
  bool sensitive = false;      // never logged or shown in messages
  bool xml_unwrapped = false;  // structures: the only member is the document itself
  TimeFormat time_format = TimeFormat::unspecified;
  std::string_view xml_name{};  // of the document's root, if the model names it
  std::string_view xml_namespace{};
  const Member* payload = nullptr;  // structures: the member that is the whole body

  std::shared_ptr<void> make() const { return access->make(); }  // value-initialised
};

// The member's value, or nullptr if it is optional and absent.
inline const void* get(const Member& member, const void* structure) {
  const void* slot = static_cast<const char*>(structure) + member.offset;
  return member.required ? slot : member.shape->access->get(slot);
}

// The member's value, present from now on.
inline void* emplace(const Member& member, void* structure) {
  void* slot = static_cast<char*>(structure) + member.offset;
  return member.required ? slot : member.shape->access->emplace(slot);
}

inline TimeFormat time_format(const Member& member) {
  return member.time_format != TimeFormat::unspecified ? member.time_format : member.shape->time_format;
}

// visit(key, value) for every entry in order of the keys.
template <class Visit>
void each_entry(const Shape& shape, const void* map, Visit&& visit) {
  shape.access->visit(
      map,
      [](void* context, const std::string& key, const void* value) { (*static_cast<Visit*>(context))(key, value); },
      const_cast<void*>(static_cast<const void*>(&visit)));
}

namespace accessors {

template <class T>
void* emplace(void* optional) {
  return &static_cast<std::optional<T>*>(optional)->emplace();
}
template <class T>
const void* get(const void* optional) {
  const auto& value = *static_cast<const std::optional<T>*>(optional);
  return value ? &*value : nullptr;
}
template <class T>
size_t size(const void* container) {
  return static_cast<const T*>(container)->size();
}
template <class T>
std::shared_ptr<void> make() {
  return std::make_shared<T>();
}

}  // namespace accessors

template <class T>
inline constexpr Accessors kValueAccess = {.emplace = accessors::emplace<T>, .get = accessors::get<T>};

template <class T>
inline constexpr Accessors kStructureAccess = {
    .emplace = accessors::emplace<T>, .get = accessors::get<T>, .make = accessors::make<T>};

template <class T, class List = std::vector<T>>
inline constexpr Accessors kListAccess = {
    .emplace = accessors::emplace<List>,
    .get = accessors::get<List>,
    .clear = [](void* list) { static_cast<List*>(list)->clear(); },
    .append = [](void* list) -> void* { return &static_cast<List*>(list)->emplace_back(); },
    .size = accessors::size<List>,
    .at = [](const void* list, size_t index) -> const void* { return &(*static_cast<const List*>(list))[index]; }};

template <class T, class Map = std::map<std::string, T>>
inline constexpr Accessors kMapAccess = {
    .emplace = accessors::emplace<Map>,
    .get = accessors::get<Map>,
    .clear = [](void* map) { static_cast<Map*>(map)->clear(); },
    .size = accessors::size<Map>,
    .insert = [](void* map, std::string key) -> void* { return &((*static_cast<Map*>(map))[std::move(key)] = T{}); },
    .visit =
        [](const void* map, Accessors::Visitor visitor, void* context) {
          for (const auto& [key, value] : *static_cast<const Map*>(map)) visitor(context, key, &value);
        }};

}  // namespace standpipe::aws
