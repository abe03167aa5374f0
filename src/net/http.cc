#include "net/http.h"

#include <algorithm>

#include "base/bytes.h"

namespace standpipe::net {

const std::string* Headers::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (equal_ignoring_case(entry.first, name)) return &entry.second;
  }
  return nullptr;
}

std::string Headers::get(std::string_view name, std::string_view otherwise) const {
  const std::string* value = find(name);
  return value ? *value : std::string(otherwise);
}

void Headers::add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }

void Headers::set(std::string name, std::string value) {
  const auto first = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return equal_ignoring_case(entry.first, name); });
  if (first == entries_.end()) return add(std::move(name), std::move(value));
  const auto others = std::remove_if(std::next(first), entries_.end(),
                                     [&](const Entry& entry) { return equal_ignoring_case(entry.first, name); });
  entries_.erase(others, entries_.end());
  *first = {std::move(name), std::move(value)};
}

void Headers::remove(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& entry) { return equal_ignoring_case(entry.first, name); });
}

Body::Body(std::string bytes) {
  auto keeper = std::make_shared<const std::string>(std::move(bytes));
  bytes_ = *keeper;
  keeper_ = std::move(keeper);
}

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view Request::query() const {
  const size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

std::string Request::host() const {
  const std::string* value = headers.find("host");
  if (!value) return {};
  std::string_view host = trim(*value);
  if (host.starts_with('[')) {  // an IPv6 address keeps its colons and loses the brackets
    const size_t end = host.find(']');
    return to_lower(end == std::string_view::npos ? host : host.substr(1, end - 1));
  }
  return to_lower(host.substr(0, host.find(':')));
}

Response Response::text(int status, std::string body, std::string type) {
  Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", std::move(type));
  return response;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query,
                                                                            bool plus_is_space) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    auto name = uri_decode(pair.substr(0, equals), plus_is_space);
    auto value = equals == std::string_view::npos ? std::string{} : uri_decode(pair.substr(equals + 1), plus_is_space);
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

}  // namespace standpipe::net
