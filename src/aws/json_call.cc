#include "aws/json_call.h"

#include "aws/codec.h"
#include "aws/event_stream.h"

namespace standpipe::aws {

std::string call_json(const Caller& caller, const Request& request, std::string_view service_name,
                      std::string_view operation_name, std::string_view text) {
  Service* service = caller.find(service_name);
  if (service == nullptr) {
    throw Error("UnknownOperationException", 404, "There is no service " + std::string(service_name) + ".");
  }
  const OperationModel* operation = find_operation(service->model(), operation_name);
  if (operation == nullptr) {
    throw Error("UnknownOperationException", 404,
                "The operation " + std::string(operation_name) + " of " + std::string(service->model().service_id) +
                    " is not supported by Standpipe.");
  }
  Decoding decoding("SerializationException");
  const std::shared_ptr<void> input = operation->input->make();
  decode_json(decoding, *operation->input, text, input.get(), JsonForm::whole);
  if (events_of(*operation) != nullptr) {
    caller.authorize(*service, *operation, request, input.get());
    throw Error("UnknownOperationException", 404,
                "The operation " + std::string(operation_name) + " answers with a stream of events, which is no JSON.");
  }
  const std::shared_ptr<void> output = operation->output->make();
  caller.invoke(*service, *operation, request, input.get(), output.get(), decoding.take_missing());
  return encode_json(*operation->output, output.get(), JsonForm::whole);
}

}  // namespace standpipe::aws
