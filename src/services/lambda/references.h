// Which functions and layers use which blob: a blob goes with its last user. All inside the user's own transaction.
#pragma once

#include <set>
#include <string>

#include "metadata/metadata.h"

namespace standpipe::lambda {

void add_reference(MetadataTransaction& transaction, const std::string& blob, const std::string& user_key);
// True if that was the last: the blob is to be removed after the transaction.
bool drop_reference(MetadataTransaction& transaction, const std::string& blob, const std::string& user_key);
std::set<std::string> referenced_blobs(Metadata& metadata);

}  // namespace standpipe::lambda
