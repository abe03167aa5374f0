#include "search/embedded/aggregation/key_reader.h"

#include <algorithm>
#include <cstring>

#include "search/dsl/options.h"

namespace standpipe::search {

void KeyReader::open(const QueryContext& context) {
  reader_.open(context);
  ids_.assign(reader_.terms() == nullptr ? 0 : reader_.terms()->count(), kNoKey);
}

int64_t KeyReader::intern(const std::string& term) {
  const auto known = known_.find(term);
  if (known != known_.end()) return known->second;
  scope_.take(kInternedBytes + term.size());
  const auto id = static_cast<int64_t>(names_.size());
  known_.emplace(names_.emplace_back(term), id);
  return id;
}

void KeyReader::keys(uint32_t doc, std::vector<int64_t>& into) {
  into.clear();
  const bool numbers = reader_.numeric();
  for (const int64_t value : reader_.values(doc)) {
    if (!numbers) {
      int64_t& id = ids_[static_cast<size_t>(value)];
      if (id == kNoKey) {
        reader_.terms()->read(static_cast<uint32_t>(value), scratch_);
        id = intern(scratch_);
      }
      into.push_back(id);
    } else if (into.empty() || into.back() != value) {
      into.push_back(value);
    }
  }
  if (into.empty() && missing_ && !numbers) into.push_back(intern(Scalar::of(*missing_).text()));
}

json::Value KeyReader::print(int64_t key) const {
  if (key == kNoKey) return {};
  if (!reader_.numeric()) return spell(key);
  if (reader_.known()->type == &boolean_type()) return key != 0;
  if (reader_.known()->type->date()) return reader_.ms(key);
  return print_number(*reader_.known(), key);
}

std::optional<std::string> KeyReader::print_as_string(int64_t key) const {
  if (!reader_.numeric() || key == kNoKey) return std::nullopt;
  const FieldSpec& field = *reader_.known();
  if (field.type == &boolean_type()) return key != 0 ? "true" : "false";
  if (field.type->date()) return print_date(field, key, *field.format);
  return std::nullopt;
}

std::string KeyReader::spell(int64_t key) const {
  if (key == kNoKey) return "null";
  if (reader_.numeric()) return print_as_string(key).value_or(dsl::as_text(print(key)).value_or(""));
  const std::string& term = names_[static_cast<size_t>(key)];
  return reader_.known() != nullptr ? reader_.known()->type->spell(term) : term;
}

int KeyReader::compare(int64_t a, int64_t b) const {
  if (reader_.numeric() || a == kNoKey || b == kNoKey) return a < b ? -1 : a > b ? 1 : 0;
  const int order = names_[static_cast<size_t>(a)].compare(names_[static_cast<size_t>(b)]);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int KeyReader::compare_with(int64_t key, const json::Value& value) const {
  if (!reader_.numeric()) {
    const std::string wanted = Scalar::of(value).text();
    const std::string& name = names_[static_cast<size_t>(key)];
    const auto address =
        reader_.known() != nullptr && reader_.known()->type == &ip_type() ? parse_ip(wanted) : std::nullopt;
    const int order = name.compare(address.value_or(wanted));
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  const FieldSpec& field = *reader_.known();
  double wanted = 0;
  if (field.type->date() && value.is_string())
    wanted = static_cast<double>(read_date_math(value.string(), 0, *field.format, {}, false));
  else if (const auto flag = dsl::as_boolean(value))
    wanted = *flag ? 1 : 0;
  else
    wanted = dsl::as_number(value).value_or(0);
  const double number = reader_.number(key);
  return number < wanted ? -1 : number > wanted ? 1 : 0;
}

uint32_t TupleTable::bucket(uint32_t parent, const std::vector<int64_t>& keys) {
  std::string bytes(sizeof parent + keys.size() * sizeof(int64_t), '\0');
  std::memcpy(bytes.data(), &parent, sizeof parent);
  std::memcpy(bytes.data() + sizeof parent, keys.data(), keys.size() * sizeof(int64_t));
  const auto [at, inserted] = numbers_.try_emplace(std::move(bytes), static_cast<uint32_t>(entries_.size()));
  if (inserted) {
    scope_.take(kInternedBytes + 2 * keys.size() * sizeof keys[0]);
    entries_.push_back({parent, at->second, keys});
  }
  return at->second;
}

std::vector<const TupleTable::Entry*> TupleTable::of(uint32_t parent) const {
  std::vector<const Entry*> out;
  for (const Entry& entry : entries_) {
    if (entry.parent == parent) out.push_back(&entry);
  }
  return out;
}

}  // namespace standpipe::search
