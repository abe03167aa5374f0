// Blobs that no object and no part names: a crash between writing them and naming them left them.
#include <algorithm>

#include "base/logging.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kScanBatch = 1000;

// Blob ids that the documents under `prefix` name, as `blobs_of` reads them.
template <class BlobsOf>
void collect(Metadata& metadata, std::string_view prefix, std::stop_token stop, std::vector<std::string>& known,
             BlobsOf blobs_of) {
  std::string after;
  while (!stop.stop_requested()) {
    const std::vector<Document> batch = metadata.scan(prefix, after, kScanBatch);
    for (const Document& document : batch) {
      for (BlobPiece& blob : blobs_of(document.value)) known.push_back(std::move(blob.id));
    }
    if (batch.size() < kScanBatch) return;
    after = batch.back().key;
  }
}

}  // namespace

void S3::start() {
  // Listed before anything is written in this run, so what is not named later is not about to be.
  std::vector<std::string> found = blobs_->engine().list();
  if (found.empty()) return;
  sweeper_ = Background("s3-sweep", [this, found = std::move(found)](std::stop_token stop) {
    try {
      sweep(found, stop);
    } catch (const std::exception& error) {
      logging::warning("s3: blobs without an object stay until the next start: {}", error.what());
    }
  });
}

void S3::sweep(const std::vector<std::string>& found, std::stop_token stop) {
  std::vector<std::string> known;
  // Parts first: a blob may move from a part to an object meanwhile, never back.
  collect(metadata_, kParts, stop, known, [](std::string_view document) { return parse_part(document).blobs; });
  collect(metadata_, kObjects, stop, known, [](std::string_view document) { return parse_object(document).blobs; });
  std::sort(known.begin(), known.end());
  BlobList orphans;
  for (const std::string& id : found) {
    if (!std::binary_search(known.begin(), known.end(), id)) orphans.push_back({id});
  }
  if (stop.stop_requested() || orphans.empty()) return;
  blobs_->discard(orphans);
  logging::info("s3: removed {} blobs that an interrupted run left", orphans.size());
}

}  // namespace standpipe::s3
