// Who answers on the sockets that look into a sandbox.
#pragma once

#include <functional>
#include <memory>

#include "net/http.h"
#include "services/lambda/sandbox/descriptor.h"

namespace standpipe::sandbox {

struct SandboxSockets {  // all listening
  Descriptor runtime_api;
  Descriptor proxy;  // CONNECT to public addresses
  Descriptor aws_tls, aws_plain;
};

class Attachment {
 public:
  virtual ~Attachment() = default;  // ends all connections; handlers that still run are waited for
};

// Thread-safe.
class Front {
 public:
  virtual ~Front() = default;
  virtual std::unique_ptr<Attachment> attach(SandboxSockets sockets, net::Handler runtime_api) = 0;
};

}  // namespace standpipe::sandbox
