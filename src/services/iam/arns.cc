#include "services/iam/arns.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"
#include "services/iam/policy/pattern.h"

namespace standpipe::iam {

std::string make_arn(std::string_view account, std::string_view type, std::string_view path, std::string_view name) {
  std::string arn = "arn:aws:iam::";
  return arn.append(account).append(":").append(type).append(path).append(name);
}

std::string session_arn(std::string_view account, std::string_view role, std::string_view session) {
  std::string arn = "arn:aws:sts::";
  return arn.append(account).append(":assumed-role/").append(role).append("/").append(session);
}

std::optional<IamArn> parse_iam_arn(std::string_view arn) {
  const auto parts = policy::split_arn(arn);
  if (!parts || ((*parts)[2] != "iam" && (*parts)[2] != "sts") || !(*parts)[3].empty()) return std::nullopt;
  const std::string_view rest = (*parts)[5];
  const size_t first = rest.find('/'), last = rest.rfind('/');
  IamArn out{.account = std::string((*parts)[4]), .type = std::string(rest.substr(0, first)), .path = {}, .name = {}};
  if (first == std::string_view::npos) return out;
  out.path = std::string(rest.substr(first, last - first + 1));
  out.name = std::string(rest.substr(last + 1));
  return out;
}

std::string new_id(std::string_view prefix) {
  const bool key = prefix == "AKIA" || prefix == "ASIA";
  return std::string(prefix) + random_text(key ? 16 : 17, kBase32Upper);
}

std::string new_secret() { return base64_encode(random_bytes(30)); }

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace standpipe::iam
