// What a function may be configured with: AWS's limits and texts, and which of AWS's settings this server refuses.
#pragma once

#include "generated/lambda.h"
#include "services/lambda/stored.h"

namespace standpipe::lambda {

// Each throws InvalidParameterValueException, ValidationException's text included.
void refuse_unsupported(const CreateFunctionInput& input);
void refuse_unsupported(const UpdateFunctionConfigurationInput& input);
void refuse_unsupported(const UpdateFunctionCodeInput& input);

void configure(const CreateFunctionInput& input, StoredFunction& function);
void configure(const UpdateFunctionConfigurationInput& input, StoredFunction& function);

}  // namespace standpipe::lambda
