#include "services/cloudformation/resources/function_archive.h"

#include <zip.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "services/cloudformation/resources/resource_error.h"

namespace standpipe::cloudformation {
namespace {

constexpr size_t kCodeMax = 4 << 20;
constexpr time_t kFileTime = 315'532'800;  // 1980, the first that zip knows: same code, same archive

struct File {
  std::string name;
  std::string_view text;
};

void add(zip_t* archive, const File& file) {
  zip_source_t* source = zip_source_buffer(archive, file.text.data(), file.text.size(), 0);
  const zip_int64_t index = source == nullptr ? -1 : zip_file_add(archive, file.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    throw std::runtime_error("cannot add " + file.name + " to an archive");
  }
  const auto position = static_cast<zip_uint64_t>(index);
  zip_file_set_mtime(archive, position, kFileTime, 0);
  constexpr zip_uint32_t kRegularFileForAll = 0100644u << 16;
  zip_file_set_external_attributes(archive, position, 0, ZIP_OPSYS_UNIX, kRegularFileForAll);
}

std::string make_archive(const std::vector<File>& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) throw std::runtime_error("cannot make an archive");
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> keep(target, zip_source_free);
  zip_source_keep(target);  // `target` is read after the archive is closed
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(target);
    throw std::runtime_error("cannot make an archive");
  }
  try {
    for (const File& file : files) add(archive, file);
  } catch (...) {
    zip_discard(archive);
    throw;
  }
  if (zip_close(archive) != 0) {
    zip_discard(archive);
    throw std::runtime_error("cannot write an archive");
  }
  zip_stat_t stat;
  if (zip_source_stat(target, &stat) != 0 || zip_source_open(target) != 0)
    throw std::runtime_error("cannot read an archive");
  std::string bytes(stat.size, '\0');
  const zip_int64_t count = zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  if (count != static_cast<zip_int64_t>(bytes.size())) throw std::runtime_error("cannot read an archive");
  return bytes;
}

}  // namespace

std::string inline_code_archive(const std::string& runtime, const std::string& code,
                                const std::string& cfnresponse_source) {
  if (code.size() > kCodeMax) {
    throw ResourceError(handler_message("Inline code must not be larger than 4 MB", "InvalidRequest"));
  }
  if (runtime.starts_with("nodejs")) {
    if (code.find("require('cfn-response')") != std::string::npos) {
      throw ResourceError(handler_message("The module cfn-response is not available for " + runtime, "InvalidRequest"));
    }
    return make_archive({{"index.js", code}});
  }
  if (!runtime.starts_with("python")) {
    throw ResourceError(handler_message("ZipFile can only be used when Runtime is set to either of nodejs or python",
                                        "InvalidRequest"));
  }
  std::vector<File> files = {{"index.py", code}};
  if (code.find("import cfnresponse") != std::string::npos) files.push_back({"cfnresponse.py", cfnresponse_source});
  return make_archive(files);
}

}  // namespace standpipe::cloudformation
