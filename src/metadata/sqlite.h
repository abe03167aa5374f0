// Metadata in one SQLite file (WAL, synchronous=FULL). Transactions that arrive while another one commits are executed
// together, each behind its own savepoint, and share one disk sync; therefore a body may run on the thread of another
// caller, who waits for it. Readers use their own connections and never wait for writers.
#pragma once

#include <filesystem>
#include <memory>

#include "metadata/metadata.h"

namespace standpipe {

// Creates the file if it is absent. Throws std::runtime_error if it is no database or was written by a later version.
std::unique_ptr<Metadata> open_sqlite_metadata(const std::filesystem::path& file);

}  // namespace standpipe
