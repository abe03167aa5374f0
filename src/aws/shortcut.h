// A shorter way for an operation whose bodies are large and nearly always of one plain form: it reads and writes JSON
// itself, so that each byte is touched as few times as possible. What it does not know goes the ordinary way, which it
// must not be told apart from but by its speed. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/request.h"

namespace standpipe::aws {

class Shortcut {
 public:
  // Throws AccessDenied unless the signer may do what `input`, the operation's generated struct, asks for.
  using Authorize = std::function<void(const void* input)>;

  virtual ~Shortcut() = default;
  virtual std::string_view service() const = 0;    // "kinesis"
  virtual std::string_view operation() const = 0;  // "PutRecords"
  // The body of a success; nothing, and without any effect, if `body` is not of the plain form. Throws what the
  // operation throws.
  virtual std::optional<std::string> serve(const Request& request, std::string_view body,
                                           const Authorize& authorize) = 0;
};

}  // namespace standpipe::aws
