// What a search engine refuses, in OpenSearch's own vocabulary: type, status and reason are what clients read.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace standpipe::search {

struct Error : std::runtime_error {
  Error(std::string error_type, int http_status, std::string reason)
      : std::runtime_error(std::move(reason)), type(std::move(error_type)), status(http_status) {}
  Error&& on(std::string name) && {
    index = std::move(name);
    return std::move(*this);
  }
  Error&& because(std::string error_type, std::string reason) && {
    cause_type = std::move(error_type);
    cause_reason = std::move(reason);
    return std::move(*this);
  }

  std::string type;  // "parsing_exception"
  int status;        // HTTP
  std::string index;
  std::string cause_type, cause_reason;  // empty if there is no further cause
  bool in_query_phase = false;           // of a well-formed search: OpenSearch says that "all shards failed"
};

inline Error parsing_exception(std::string reason) { return {"parsing_exception", 400, std::move(reason)}; }
inline Error illegal_argument(std::string reason) { return {"illegal_argument_exception", 400, std::move(reason)}; }
inline Error mapper_parsing_exception(std::string reason) {
  return {"mapper_parsing_exception", 400, std::move(reason)};
}
inline Error index_not_found(const std::string& index) {
  return Error("index_not_found_exception", 404, "no such index [" + index + "]").on(index);
}

}  // namespace standpipe::search
