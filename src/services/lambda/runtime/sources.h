// Python that we bring along: built into the server from the files beside this one.
#pragma once

#include <string_view>

namespace standpipe::lambda {

std::string_view bootstrap_source();    // what runs in a sandbox of a Python runtime
std::string_view cfnresponse_source();  // the module `cfnresponse` that inline code finds beside it

}  // namespace standpipe::lambda
