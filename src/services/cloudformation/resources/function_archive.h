// The zip archive that stands for a function's inline code: index.py or index.js and, if the code imports it, the
// module that answers custom resources.
#pragma once

#include <string>
#include <string_view>

namespace standpipe::cloudformation {

// Throws ResourceError for runtimes without inline code and for code over AWS's limit.
std::string inline_code_archive(const std::string& runtime, const std::string& code,
                                const std::string& cfnresponse_source);

}  // namespace standpipe::cloudformation
