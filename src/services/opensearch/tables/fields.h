// The fields of the indices that a table query reads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace standpipe::opensearch {

class Fields {
 public:
  // `mappings` as GET _mapping shows them; call once per index. Of fields that differ the first one counts.
  void add(const json::Value& mappings);
  const std::vector<std::string>& columns() const { return columns_; }  // what "*" stands for
  // Of the mapping: "long", "keyword" …; throws SyntaxError for a field that is not there.
  const std::string& type(const std::string& path) const;
  bool is_date(const std::string& path) const;
  bool is_whole(const std::string& path) const;  // numbers without a fraction
  // The field that holds whole values: of a text its keyword. Throws SyntaxError if there is none.
  std::string exact(const std::string& path) const;

 private:
  void add_properties(const json::Value& properties, const std::string& path);
  struct Field {
    std::string type, exact;
  };
  std::map<std::string, Field, std::less<>> fields_;
  std::vector<std::string> columns_;
};

}  // namespace standpipe::opensearch
