// Encryption of streams with keys of a KMS. There is none here, so nothing is ever encrypted, and nobody is told so.
#include "services/kinesis/naming.h"

namespace standpipe::kinesis {

StartStreamEncryptionOutput Kinesis::start_stream_encryption(const aws::Request& request,
                                                             const StartStreamEncryptionInput& input) {
  stream(request, input);
  throw InvalidArgumentException("StartStreamEncryption is not supported: there is no KMS with the key " +
                                 input.key_id + ".");
}

StopStreamEncryptionOutput Kinesis::stop_stream_encryption(const aws::Request& request,
                                                           const StopStreamEncryptionInput& input) {
  const StreamName name = stream(request, input)->state.name;
  throw InvalidArgumentException("Stream " + name.name + " under account " + name.account + " is not encrypted.");
}

}  // namespace standpipe::kinesis
