// What every fuzz target of the codecs does with a request.
#pragma once

#include <cstdint>
#include <string>

#include "aws/wire_testing.h"

namespace standpipe::aws {

// The request runs from routing to validation; only aws::Error may come out. Its answer is encoded, too.
inline void fuzz_decode(const ServiceModel& model, const net::Request& http) {
  Wire wire;
  try {
    wire = detect(http);
    const Route found = route(model, wire, http, http.path());
    const auto input = found.operation->input->make();
    const Missing missing = decode(model, wire, found, http, input.get());
    validate(model, *found.operation, input.get(), missing);
  } catch (const Error& error) {
    encode_error(&model, wire, http, error, "id");
  }
}

}  // namespace standpipe::aws
