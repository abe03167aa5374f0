#include "services/firehose/object_name.h"

#include "base/random.h"

namespace standpipe::firehose {
namespace {

constexpr size_t kRandomStringLength = 11;

// The letters of Java's DateTimeFormatter that occur in prefixes, in UTC.
std::string format_pattern(const std::string& pattern, Timestamp time) {
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    const char letter = pattern[i];
    size_t run = 1;
    while (i + run < pattern.size() && pattern[i + run] == letter) ++run;
    if (letter == '\'') {
      const size_t end = pattern.find('\'', i + 1);
      if (end == std::string::npos) throw InvalidArgumentException("Invalid timestamp expression: " + pattern);
      out += pattern.substr(i + 1, end - i - 1);
      i = end + 1;
      continue;
    }
    const auto put = [&](const char* format) { out += format_time(time, format); };
    switch (letter) {
      case 'y':
      case 'u': put(run == 2 ? "%y" : "%Y"); break;
      case 'Y': put(run == 2 ? "%g" : "%G"); break;
      case 'M': put(run <= 2 ? "%m" : run == 3 ? "%b" : "%B"); break;
      case 'd': put("%d"); break;
      case 'D': put("%j"); break;
      case 'H': put("%H"); break;
      case 'h': put("%I"); break;
      case 'm': put("%M"); break;
      case 's': put("%S"); break;
      case 'w': put("%V"); break;
      case 'E': put(run <= 3 ? "%a" : "%A"); break;
      case 'a': put("%p"); break;
      default:
        if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
          throw InvalidArgumentException("Invalid timestamp expression: " + pattern);
        }
        out.append(run, letter);
    }
    i += run;
  }
  return out;
}

std::string evaluate_expression(const std::string& expression, Timestamp time, const std::string* error_output_type) {
  const size_t colon = expression.find(':');
  const std::string space = expression.substr(0, colon);
  const std::string value = colon == std::string::npos ? "" : expression.substr(colon + 1);
  if (space == "timestamp") return format_pattern(value, time);
  if (space == "firehose" && value == "random-string") return random_text(kRandomStringLength, kLowerAlphanumeric);
  if (space == "firehose" && value == "error-output-type" && error_output_type != nullptr) return *error_output_type;
  throw InvalidArgumentException("Invalid prefix expression !{" + expression + "}");
}

std::string file_name(const Configuration& stream, const S3Target& s3, Timestamp oldest) {
  const std::string extension = s3.file_extension.value_or(s3.compression == "GZIP" ? ".gz" : "");
  return stream.name + "-" + stream.version + "-" + format_time(oldest, "%Y-%m-%d-%H-%M-%S") + "-" + random_uuid() +
         extension;
}

bool has_expressions(const std::string& prefix) { return prefix.find("!{") != std::string::npos; }

}  // namespace

std::string evaluate_prefix(const std::string& prefix, Timestamp time, const std::string* error_output_type) {
  std::string out;
  size_t done = 0;
  for (size_t open; (open = prefix.find("!{", done)) != std::string::npos;) {
    const size_t close = prefix.find('}', open);
    if (close == std::string::npos) throw InvalidArgumentException("Invalid prefix expression: " + prefix);
    out += prefix.substr(done, open - done);
    out += evaluate_expression(prefix.substr(open + 2, close - open - 2), time, error_output_type);
    done = close + 1;
  }
  return out + prefix.substr(done);
}

std::string object_key(const Configuration& stream, const S3Target& s3, Timestamp oldest) {
  const std::string prefix = s3.prefix.value_or("");
  std::string folder = evaluate_prefix(prefix, oldest, nullptr);
  if (!has_expressions(prefix)) folder += format_time(oldest, "%Y/%m/%d/%H/");
  return folder + file_name(stream, s3, oldest);
}

std::string failed_object_key(const Configuration& stream, const S3Target& s3, Timestamp oldest,
                              const std::string& kind) {
  // Without an error prefix of its own, the failures' folder lies under the ordinary prefix.
  const std::string prefix = s3.error_prefix.value_or(s3.prefix.value_or(""));
  std::string folder = evaluate_prefix(prefix, oldest, &kind);
  if (!s3.error_prefix || !has_expressions(*s3.error_prefix))
    folder += kind + "/" + format_time(oldest, "%Y/%m/%d/%H/");
  return folder + file_name(stream, s3, oldest);
}

}  // namespace standpipe::firehose
