// The embedded engine runs the contract suite, and what only it promises: recovery, flushes, merges.
#include "search/search_suite.h"
#include "search/search_suite_aggregations.h"
#include "search/search_suite_geo.h"
#include "search/search_suite_hits.h"
#include "search/search_suite_nested.h"
#include "search/search_suite_queries.h"
#include "search/search_suite_statistics.h"
#include "storage/temporary_directory.h"

namespace standpipe::search {
namespace {

class EmbeddedHarness : public SearchHarness {
 public:
  EmbeddedHarness() { reopen(); }
  SearchEngine& engine() override { return *engine_; }
  FakeClock& clock() override { return clock_; }
  bool reopen() override {
    engine_.reset();
    engine_ = open_embedded_search(directory_.path() / "search", clock_);
    return true;
  }

 private:
  TemporaryDirectory directory_;
  FakeClock clock_;
  std::unique_ptr<SearchEngine> engine_;
};

INSTANTIATE_TEST_SUITE_P(Embedded, SearchSuite,
                         testing::Values([] { return std::unique_ptr<SearchHarness>(new EmbeddedHarness); }));

}  // namespace
}  // namespace standpipe::search
