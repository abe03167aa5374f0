// The documents' side of OpenSearch Serverless for callers inside the server: Firehose writes as its role. The same
// checks in the same order as over HTTP: collection, IAM aoss:APIAccessAll, network policy, data access policy. Network
// policies that admit the public, or name the calling service in SourceServices, admit callers in this process.
//
// Thread-safe. Nothing that a policy, a mapping or a limit refuses is thrown; disk failures of the engine are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/request.h"
#include "search/search.h"

namespace standpipe::opensearch {

struct Target {
  std::string collection;  // an id, or the endpoint "https://<id>.<region>.aoss.amazonaws.com[:443]"
  std::string index;
};

struct BulkResult {
  int status = 200;  // of the whole request: 401, 403, 404, 429 …; below 300 the documents tell
  std::string body;  // what HTTP would have answered, if status is not 200
  std::vector<search::WriteOutcome> documents;  // one per operation
};

struct SearchResult {
  int status = 200;
  std::string body;  // JSON as over HTTP, success or error
};

class DataPlane {
 public:
  virtual ~DataPlane() = default;
  // Creates the index if it is missing and the principal may. The checkpoint commits with the documents; it is stored
  // only when status is 200 and the principal may write to the index.
  virtual BulkResult write(const aws::Request& request, const Target& target,
                           std::span<const search::WriteOperation> operations,
                           const std::optional<search::Checkpoint>& checkpoint = {}) = 0;
  // The last one stored; nullopt if there is none, or no such collection or index. Not subject to policies: it tells a
  // writer only what it wrote itself.
  virtual std::optional<std::string> checkpoint(const aws::Request& request, const Target& target,
                                                const std::string& source) = 0;
  // Any request of OpenSearch's REST API from a person at the dashboards: `http` has the method, the target within the
  // collection and the body. Checked by aoss:DashboardsAccessAll, the network policy for dashboards and the data access
  // policy.
  virtual net::Response dashboard(const aws::Request& request, const std::string& collection, net::Request& http) = 0;
  virtual SearchResult search(const aws::Request& request, const Target& target, const std::string& body) = 0;
};

}  // namespace standpipe::opensearch
