// Regular expressions as Lucene spells them: anchored at both ends, '^' and '$' plain, "quoted" text, '@' anything.
// Run by RE2, so matching takes linear time and bounded memory; complement, intersection and numeric intervals are
// refused by name. Immutable, thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace standpipe::search {

inline constexpr size_t kRegexpMax = 1000;  // index.max_regex_length

class Regexp {
 public:
  // Throws illegal_argument for what is malformed, too long, too large, or not supported.
  explicit Regexp(std::string_view pattern, bool ignore_case = false);
  ~Regexp();
  Regexp(Regexp&&) noexcept;
  bool matches(std::string_view text) const;
  // Every match begins with this.
  const std::string& literal_prefix() const { return prefix_; }

 private:
  std::unique_ptr<re2::RE2> compiled_;
  std::string prefix_;
};

}  // namespace standpipe::search
