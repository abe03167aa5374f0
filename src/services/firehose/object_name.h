// Where Firehose puts objects in a bucket: prefix, time and a name that no other object has.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
#pragma once

#include <string>

#include "services/firehose/configuration.h"

namespace standpipe::firehose {

// Key of an object of delivered or backed-up records; `oldest` is the arrival of its first record.
std::string object_key(const Configuration& stream, const S3Target& s3, Timestamp oldest);
// Key of an object of records that could not be delivered; `kind` is the error output type
// ("AmazonOpenSearchService-failed").
std::string failed_object_key(const Configuration& stream, const S3Target& s3, Timestamp oldest,
                              const std::string& kind);

// Throws InvalidArgumentException for an expression that does not exist there.
std::string evaluate_prefix(const std::string& prefix, Timestamp time, const std::string* error_output_type);

}  // namespace standpipe::firehose
