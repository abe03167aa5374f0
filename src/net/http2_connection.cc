#include "net/link.h"

namespace standpipe::net {

void start_http2(std::shared_ptr<Link>, std::string_view) {}

}  // namespace standpipe::net
