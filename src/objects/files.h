// Objects as files of one directory: <dir>/<first two characters of the id>/<id>. A blob is written beside its place,
// synced, renamed and its folder synced; so a name in place is a whole blob.
#pragma once

#include <filesystem>
#include <memory>

#include "objects/objects.h"

namespace standpipe {

// Creates the directory if it is absent and removes what unfinished puts of an earlier run left.
std::unique_ptr<Objects> open_file_objects(const std::filesystem::path& directory);

}  // namespace standpipe
