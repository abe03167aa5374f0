// Makes zip files in memory, for tests.
#pragma once

#include <sys/stat.h>
#include <zip.h>

#include <string>
#include <vector>

#include "base/check.h"

namespace standpipe::lambda {

struct ZipFile {
  std::string name, text;
  uint32_t mode = S_IFREG | 0644;
};

inline std::string make_zip(const std::vector<ZipFile>& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const ZipFile& file : files) {
    zip_source_t* source = zip_source_buffer(archive, file.text.data(), file.text.size(), 0);
    const zip_int64_t index = zip_file_add(archive, file.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    check(index >= 0, "zip_file_add");
    zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX, file.mode << 16);
  }
  check(zip_close(archive) == 0, "zip_close");
  zip_source_open(target);
  zip_stat_t status;
  zip_source_stat(target, &status);
  std::string bytes(status.size, '\0');
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

}  // namespace standpipe::lambda
