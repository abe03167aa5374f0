#include "services/lambda/references.h"

namespace standpipe::lambda {
namespace {

const std::string kPrefix = "-/-/lambda/blob/";

}  // namespace

void add_reference(MetadataTransaction& transaction, const std::string& blob, const std::string& user_key) {
  transaction.put(kPrefix + blob + "/" + user_key, "{}");
}

bool drop_reference(MetadataTransaction& transaction, const std::string& blob, const std::string& user_key) {
  transaction.remove(kPrefix + blob + "/" + user_key);
  return transaction.scan(kPrefix + blob + "/", {}, 1).empty();
}

std::set<std::string> referenced_blobs(Metadata& metadata) {
  std::set<std::string> blobs;
  std::string after;
  for (;;) {
    const auto documents = metadata.scan(kPrefix, after, 1000);
    if (documents.empty()) return blobs;
    for (const Document& document : documents) {
      const size_t end = document.key.find('/', kPrefix.size());
      blobs.insert(document.key.substr(kPrefix.size(), end - kPrefix.size()));
    }
    after = documents.back().key;
  }
}

}  // namespace standpipe::lambda
