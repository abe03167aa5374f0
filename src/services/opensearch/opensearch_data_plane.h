// The collections' data plane: OpenSearch's REST API as OpenSearch Serverless offers it, on
// <id>.<region>.aoss.amazonaws.com and, on any name of this server, under /_aoss/<id>/.
//
// Checks, in this order: signature (the dispatcher's) → the collection exists → IAM aoss:APIAccessAll → network policy
// → the path is one that collections offer → data access policy → the request itself. Thread-safe.
// https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html
#pragma once

#include <string>

#include "aws/caller.h"
#include "aws/service.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "search/search.h"
#include "services/opensearch/catalog.h"
#include "services/opensearch/collection_directory.h"
#include "services/opensearch/data_plane.h"
#include "services/opensearch/points_in_time.h"

namespace standpipe::opensearch {

class OpenSearchDataPlane final : public DataPlane, public aws::RawService {
 public:
  OpenSearchDataPlane(search::SearchEngine& engine, const CollectionDirectory& directory, const aws::Caller& caller,
                      MetricSink& metrics, Metadata& metadata)
      : engine_(engine), directory_(directory), caller_(caller), metrics_(metrics), catalog_(metadata) {}

  // For callers inside the server.
  BulkResult write(const aws::Request& request, const Target& target,
                   std::span<const search::WriteOperation> operations,
                   const std::optional<search::Checkpoint>& checkpoint) override;
  std::optional<std::string> checkpoint(const aws::Request& request, const Target& target,
                                        const std::string& source) override;
  net::Response dashboard(const aws::Request& request, const std::string& collection, net::Request& http) override;
  SearchResult search(const aws::Request& request, const Target& target, const std::string& body) override;

  // For requests from outside.
  bool serves(const net::Request& http) const override;
  std::string_view signing_name() const override { return "aoss"; }
  net::Response refuse(const aws::Request& request, const aws::Error& error) override;
  net::Response serve(const aws::Request& request, net::Request& http) override;

 private:
  using Face = CollectionDirectory::Face;
  // Empty if the principal may reach the collection, else the answer.
  std::optional<net::Response> gate(const aws::Request& request, const Collection& collection, std::string_view service,
                                    Face face = Face::collection) const;
  net::Response serve_in(const aws::Request& request, net::Request& http, const Collection& collection,
                         std::string_view path);
  net::Response route(const aws::Request& request, net::Request& http, const Collection& collection,
                      std::string_view path);
  void count(const Collection& collection, const char* name, const char* unit, double value) const;

  search::SearchEngine& engine_;
  const CollectionDirectory& directory_;
  const aws::Caller& caller_;
  MetricSink& metrics_;
  Catalog catalog_;
  PointsInTime points_;
};

// The collection's id in a host name or endpoint ("https://id.region.aoss.amazonaws.com:443" → "id"); empty if none.
std::string collection_id_of(std::string_view endpoint);

}  // namespace standpipe::opensearch
