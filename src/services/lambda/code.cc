// Where the code of functions and layers comes from.
#include "generated/s3.h"
#include "services/lambda/archive.h"
#include "services/lambda/lambda.h"

namespace standpipe::lambda {
namespace {

std::string read_whole(const aws::Stream& stream) {
  if (!stream.source) return std::string(stream.body.view());
  const uint64_t size = stream.source->size();
  if (size > kUnzippedBytesMax) throw ArchiveTooLarge("Unzipped size must be smaller than 262144000 bytes");
  std::string bytes(size, '\0');
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t n = stream.source->read(bytes.data() + at, bytes.size() - at);
    if (n == 0) break;
    at += n;
  }
  bytes.resize(at);
  return bytes;
}

}  // namespace

std::string Lambda::read_s3(const aws::Request& request, const CodeSource& source) {
  try {
    const s3::GetObjectOutput output =
        caller_.as(request.principal, request.region)
            .via("lambda.amazonaws.com")
            .until(request.deadline)
            .call(s3::GetObjectInput{
                .bucket = *source.s3_bucket, .key = *source.s3_key, .version_id = source.s3_object_version});
    return output.body ? read_whole(*output.body) : std::string();
  } catch (const aws::Error& error) {
    const std::string reason = "S3 Error Code: " + error.code + ". S3 Error Message: " + error.what();
    if (error.status == 403) {
      throw AccessDeniedException(
          "Your access has been denied by S3, please make sure your request credentials have "
          "permission to GetObject for " +
          *source.s3_bucket + "/" + *source.s3_key + ". " + reason);
    }
    throw InvalidParameterValueException("Error occurred while GetObject. " + reason).with("Type", "User");
  }
}

StoredArchive Lambda::store_code(const aws::Request& request, const CodeSource& source, const char* operation) {
  const bool from_s3 = source.s3_bucket && source.s3_key;
  if (!source.zip_file && !from_s3) throw InvalidParameterValueException("Please provide a source for function code.");
  if (source.zip_file && (source.s3_bucket || source.s3_key)) {
    throw InvalidParameterValueException(
        "Please do not provide other FunctionCode parameters when providing a ZipFile.");
  }
  try {
    if (from_s3) return code_.store(read_s3(request, source));
    const std::string& bytes = source.zip_file->bytes;
    if (bytes.empty()) throw InvalidParameterValueException("Uploaded file must be a non-empty zip");
    if (bytes.size() >= kZippedBytesMax) {
      throw RequestTooLargeException("Zipped size must be smaller than 52428800 bytes for the " +
                                     std::string(operation) + " operation");
    }
    return code_.store(bytes);
  } catch (const BadArchive& bad) {
    throw InvalidParameterValueException(bad.what()).with("Type", "User");
  } catch (const ArchiveTooLarge& large) {
    throw InvalidParameterValueException(large.what()).with("Type", "User");
  }
}

}  // namespace standpipe::lambda
