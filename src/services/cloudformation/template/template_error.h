// What is wrong with a template or with the parameters given to it, in CloudFormation's words. The service turns it
// into a ValidationError, or into the reason of a failed stack when it shows only while the stack is made.
#pragma once

#include <stdexcept>

namespace standpipe::cloudformation {

struct TemplateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace standpipe::cloudformation
