// The bodies that a collection answers with: OpenSearch's errors, Serverless' own refusals, hits.
#pragma once

#include <string>

#include "base/json.h"
#include "net/http.h"
#include "search/search.h"

namespace standpipe::opensearch {

json::Value error_object(const search::Error& error);  // {"root_cause": …, "type": …, "reason": …}
net::Response answer(int status, const json::Value& body);
net::Response error_answer(const search::Error& error);  // {"error": …, "status": …}

// Signature or IAM: what the gateway says.
net::Response forbidden_by_gateway(const std::string& request_id);
// Data access policy.
search::Error forbidden_by_policy();
// A path that collections do not offer, or a collection that there is not.
net::Response not_offered(const std::string& request_id);

// "hits" and "aggregations" of a response, as text; sources are passed through as they were stored.
std::string search_body(const search::SearchResponse& response, int64_t took_ms, bool total_as_number);
// {"_index", "_id", "_version", "result", "_shards", "_seq_no", "_primary_term"} and for bulk items "status" or
// "error".
json::Object written(const std::string& index, const search::WriteOutcome& outcome);
search::Error refusal(const std::string& index, const search::WriteOutcome& outcome);
json::Object shards();

}  // namespace standpipe::opensearch
