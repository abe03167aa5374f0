// What a collection knows beside its indices: aliases, and templates for indices to come. Kept in the metadata store
// under <account>/<region>/opensearch/<collection id>/…; all values are JSON. Thread-safe: who changes aliases while
// others read them changes what is read next.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "metadata/metadata.h"
#include "search/search.h"
#include "services/opensearch/collection_directory.h"

namespace standpipe::opensearch {

// alias → index → {"filter": …, "is_write_index": …, "index_routing": …}
using Aliases = std::map<std::string, std::map<std::string, json::Value>>;

enum class TemplateKind { index, component };

class Catalog {
 public:
  explicit Catalog(Metadata& metadata) : metadata_(metadata) {}

  // Read from the store once, until they change.
  std::shared_ptr<const Aliases> aliases(const Collection& collection) const;
  struct AliasChange {
    enum class Kind { add, remove } kind;
    std::string alias, index;
    json::Value options;
  };
  // All or none; a removal of what is not there throws aliases_not_found_exception if `must_exist`.
  void change_aliases(const Collection& collection, const std::vector<AliasChange>& changes, bool must_exist);
  void forget_index(const Collection& collection, const std::string& index);

  std::map<std::string, json::Value> templates(const Collection& collection, TemplateKind kind) const;
  void put_template(const Collection& collection, TemplateKind kind, const std::string& name, const json::Value& body);
  bool remove_template(const Collection& collection, TemplateKind kind, const std::string& name);

  // What the template with the highest priority says of an index with this name, its component templates applied:
  // {"mappings", "settings", "aliases"}; nullopt if none matches.
  std::optional<json::Object> template_for(const Collection& collection, const std::string& index) const;

 private:
  static std::string prefix(const Collection& collection, const std::string& kind);
  Aliases read_aliases(const Collection& collection) const;
  Metadata& metadata_;
  mutable std::mutex aliases_mutex_;  // held while they are read, so that nothing older than a change is kept
  mutable std::map<std::string, std::shared_ptr<const Aliases>> aliases_;  // by collection id
};

// Members of `over` replace those of `into`, objects deeply.
void merge_over(json::Object& into, const json::Object& over);

}  // namespace standpipe::opensearch
