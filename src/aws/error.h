// What ends a request with an answer that the client can read. Made by the generated factories of each service
// (`throw kinesis::ResourceNotFoundException("…")`) and by the few common ones below; caught in the dispatcher only.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace standpipe::aws {

struct Error : std::runtime_error {
  Error(std::string error_code, int http_status, std::string message)
      : std::runtime_error(std::move(message)), code(std::move(error_code)), status(http_status) {}

  // A further member of the error's shape (S3's BucketName, Lambda's Reason …).
  Error&& with(std::string name, std::string value) && {
    fields.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
  Error&& header(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }

  std::string code;  // as on the wire: "ResourceNotFoundException"
  int status;        // HTTP
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace standpipe::aws
