// What the collections' data plane asks the control plane: which collection is this, may this caller's network reach
// it, may this principal do that with its documents. Implemented by services/opensearchserverless. Thread-safe, quick.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/request.h"

namespace standpipe::opensearch {

struct Collection {
  std::string id, name, account, region;
  std::string type;  // SEARCH, TIMESERIES or VECTORSEARCH
  std::string arn() const { return "arn:aws:aoss:" + region + ":" + account + ":collection/" + id; }
  // Of what the metadata store has on the collection beside the collection itself; goes with it.
  std::string metadata_prefix() const { return account + "/" + region + "/opensearch/" + id + "/"; }
};

class CollectionDirectory {
 public:
  virtual ~CollectionDirectory() = default;
  // By id; only collections that are ACTIVE.
  virtual std::optional<Collection> find(std::string_view id) const = 0;

  enum class Face { collection, dashboard };
  // Network policies. `service` is the principal name of one of our services that calls from inside
  // ("firehose.amazonaws.com"), empty for a request from the network. No matching policy means no access.
  virtual bool reachable(const Collection& collection, Face face, std::string_view service) const = 0;

  // Data access policies. `index` empty: the permission concerns the collection itself.
  virtual bool permits(const Collection& collection, const aws::Principal& principal, std::string_view permission,
                       std::string_view index) const = 0;
};

}  // namespace standpipe::opensearch
