#include "services/kinesis/shard_iterator.h"

#include <vector>

#include "base/bytes.h"
#include "base/digest.h"

namespace standpipe::kinesis {
namespace {

// AWS's iterators begin with "AAAAAAAAAA": so do ours.
constexpr std::string_view kMark{"\0\0\0\0\0\0\0\1", 8};
constexpr std::string_view kIterator = "i", kPage = "p";

// The parts contain no slash.
std::string seal_parts(const std::string& key, const std::vector<std::string>& parts) {
  return base64_encode(std::string(kMark) + seal(key, join(parts, "/")));
}

std::vector<std::string> unseal_parts(const std::string& key, std::string_view text) {
  const auto bytes = base64_decode(text);
  std::string plain;
  if (!bytes || !bytes->starts_with(kMark)) return {};
  if (!unseal(key, std::string_view(*bytes).substr(kMark.size()), plain)) return {};
  return split(plain, '/');
}

uint64_t number(const std::string& text) { return static_cast<uint64_t>(parse_int(text).value_or(0)); }

}  // namespace

std::string seal_iterator(const std::string& key, const ShardIterator& iterator) {
  const StreamName& name = iterator.stream;
  return seal_parts(key, {std::string(kIterator), name.account, name.region, name.name, iterator.log,
                          std::to_string(iterator.shard), std::to_string(iterator.position),
                          std::to_string(epoch_ms(iterator.made))});
}

std::optional<ShardIterator> unseal_iterator(const std::string& key, std::string_view text) {
  // As printed by the command line; AWS takes it so.
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  const auto parts = unseal_parts(key, text);
  if (parts.size() != 8 || parts[0] != kIterator) return std::nullopt;
  return ShardIterator{{parts[1], parts[2], parts[3]}, parts[4], static_cast<ShardNumber>(number(parts[5])),
                       number(parts[6]), from_epoch_ms(static_cast<int64_t>(number(parts[7])))};
}

std::string seal_page(const std::string& key, const ShardPage& page) {
  const StreamName& name = page.stream;
  const ShardFilter filter = page.filter.value_or(ShardFilter{});
  return seal_parts(key, {std::string(kPage), name.account, name.region, name.name, page.after,
                          std::to_string(epoch_ms(page.made)), filter.type, filter.shard_id.value_or(""),
                          filter.timestamp ? std::to_string(epoch_ms(*filter.timestamp)) : ""});
}

std::optional<ShardPage> unseal_page(const std::string& key, std::string_view text) {
  const auto parts = unseal_parts(key, text);
  if (parts.size() != 9 || parts[0] != kPage) return std::nullopt;
  ShardPage page{{parts[1], parts[2], parts[3]}, parts[4], from_epoch_ms(static_cast<int64_t>(number(parts[5])))};
  if (parts[6].empty()) return page;
  page.filter.emplace().type = parts[6];
  if (!parts[7].empty()) page.filter->shard_id = parts[7];
  if (!parts[8].empty()) page.filter->timestamp = from_epoch_ms(parse_int(parts[8]).value_or(0));
  return page;
}

}  // namespace standpipe::kinesis
