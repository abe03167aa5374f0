// What the listings have in common: keys in order, rolled up at a delimiter, in pages, perhaps URL-encoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metadata/metadata.h"
#include "services/s3/stored_object.h"

namespace standpipe::s3 {

inline constexpr size_t kPageMax = 1000;

struct ListingRequest {
  std::string prefix, delimiter;
  std::string after;  // a key, or a common prefix: then all that it stands for is behind
  size_t count_max = kPageMax;
};

struct Listing {
  std::vector<StoredObject> objects;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;  // key or common prefix: `after` of the next page
};

// Reads about as many documents as it answers: what a common prefix stands for is jumped over.
Listing list_keys(Metadata& metadata, const std::string& bucket, const ListingRequest& request);

// The part of `key` up to and including the first delimiter behind `prefix`, if it has one there.
std::optional<std::string> common_prefix(std::string_view key, std::string_view prefix, std::string_view delimiter);

// EncodingType=url. Throws InvalidArgument for another.
class Encoder {
 public:
  explicit Encoder(const std::optional<std::string>& encoding_type);
  std::string operator()(const std::string& text) const;
  std::optional<std::string> operator()(const std::optional<std::string>& text) const;

 private:
  bool url_;
};

// max-keys and the like: at most 1,000 are given. Throws InvalidArgument for a negative one.
size_t read_count(const std::optional<int32_t>& count, const char* argument);

}  // namespace standpipe::s3
