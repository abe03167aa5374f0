// Layers: numbered versions of archives that functions see under /opt.
#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "services/lambda/lambda.h"
#include "services/lambda/references.h"

namespace standpipe::lambda {
namespace {

LayerName require_name(const aws::Request& request, const std::string& text, int64_t version = 0) {
  auto name = parse_layer_name(request, text);
  if (!name) throw InvalidParameterValueException("Invalid layer name: " + text);
  if (version != 0) name->version = version;
  return *std::move(name);
}

aws::Error no_such_version(const LayerName& name) {
  return ResourceNotFoundException("The resource you requested does not exist. " + name.version_arn())
      .with("Type", "User");
}

LayerVersionContentOutput content_of(const StoredLayer& layer) {
  // No Location: blobs have no address that could be fetched.
  return {.code_sha256 = layer.code.sha256, .code_size = static_cast<int64_t>(layer.code.bytes)};
}

std::string timestamp(Timestamp time) {
  std::string text = format_iso8601(time);
  text.replace(text.size() - 1, 1, "+0000");
  return text;
}

// The members that the three descriptions of a version share.
template <class Output>
void fill(const StoredLayer& layer, Output& output) {
  output.layer_version_arn = layer.layer_name().version_arn();
  output.version = layer.version;
  output.created_date = timestamp(layer.created);
  if (!layer.description.empty()) output.description = layer.description;
  if (!layer.license.empty()) output.license_info = layer.license;
  if (!layer.architectures.empty()) output.compatible_architectures = layer.architectures;
  if (!layer.runtimes.empty()) output.compatible_runtimes = layer.runtimes;
}

GetLayerVersionResponse describe_whole(const StoredLayer& layer) {
  GetLayerVersionResponse output;
  fill(layer, output);
  output.description = layer.description;
  output.layer_arn = layer.layer_name().arn();
  output.content = content_of(layer);
  return output;
}

bool fits(const StoredLayer& layer, const std::optional<std::string>& architecture,
          const std::optional<std::string>& runtime) {
  const auto contains = [](const std::vector<std::string>& list, const std::optional<std::string>& wanted) {
    return !wanted || std::ranges::find(list, *wanted) != list.end();
  };
  return contains(layer.architectures, architecture) && contains(layer.runtimes, runtime);
}

}  // namespace

std::optional<StoredLayer> Lambda::find_layer(const LayerName& name) {
  const auto document = metadata_.get(layer_key(name));
  if (!document) return std::nullopt;
  return parse_layer(document->value);
}

StoredLayer Lambda::layer(const aws::Request& request, const LayerName& name) {
  auto found = name.account == request.account ? find_layer(name) : std::nullopt;
  if (!found) throw no_such_version(name);
  return *std::move(found);
}

std::vector<StoredArchive> Lambda::layer_archives(const aws::Request& request, const std::vector<std::string>& arns) {
  std::vector<StoredArchive> archives;
  std::map<std::string, std::string> seen;  // layer → version's ARN
  for (const std::string& arn : arns) {
    const auto name = parse_layer_name(request, arn);
    if (!name || name->version == 0) throw InvalidParameterValueException("Invalid layer version ARN: " + arn);
    if (name->region != request.region) {
      throw InvalidParameterValueException(
          "Layers are not in the same region as the function. Layers are expected to be "
          "in region " +
          request.region + ".")
          .with("Type", "User");
    }
    const auto [first, is_new] = seen.emplace(name->arn(), arn);
    if (!is_new) {
      throw InvalidParameterValueException(
          "Two different versions of the same layer are not allowed to be referenced in the same function. " +
          first->second + " and " + arn + " are versions of the same layer.");
    }
    const auto found = name->account == request.account ? find_layer(*name) : std::nullopt;
    if (!found) {
      throw InvalidParameterValueException("Layer version " + arn + " does not exist.").with("Type", "User");
    }
    archives.push_back(found->code);
  }
  return archives;
}

PublishLayerVersionOutput Lambda::publish_layer_version(const aws::Request& request,
                                                        const PublishLayerVersionInput& input) {
  if (input.content.s3_object_storage_mode) {
    throw InvalidParameterValueException("The parameter Content.S3ObjectStorageMode is not supported by this server.");
  }
  StoredLayer layer;
  LayerName name = require_name(request, input.layer_name);
  name.version = 0;
  layer.account = request.account;
  layer.region = request.region;
  layer.name = name.name;
  layer.description = input.description.value_or("");
  layer.license = input.license_info.value_or("");
  layer.architectures = input.compatible_architectures.value_or(std::vector<std::string>{});
  layer.runtimes = input.compatible_runtimes.value_or(std::vector<std::string>{});
  layer.created = clock_.now();
  layer.code = store_code(
      request, {input.content.zip_file, input.content.s3_bucket, input.content.s3_key, input.content.s3_object_version},
      "PublishLayerVersion");
  metadata_.transaction([&](MetadataTransaction& transaction) {
    // Numbers are never used again, even if the version is deleted.
    const auto counter = transaction.get(layer_counter_key(name));
    layer.version = (counter ? parse_int(counter->value).value_or(0) : 0) + 1;
    transaction.put(layer_counter_key(name), std::to_string(layer.version));
    const std::string key = layer_key(layer.layer_name());
    transaction.put(key, print_stored(layer), kAbsent);
    add_reference(transaction, layer.code.blob, key);
  });
  PublishLayerVersionOutput output;
  fill(layer, output);
  output.description = layer.description;
  output.layer_arn = layer.layer_name().arn();
  output.content = content_of(layer);
  return output;
}

GetLayerVersionOutput Lambda::get_layer_version(const aws::Request& request, const GetLayerVersionInput& input) {
  return describe_whole(layer(request, require_name(request, input.layer_name, input.version_number)));
}

GetLayerVersionByArnOutput Lambda::get_layer_version_by_arn(const aws::Request& request,
                                                            const GetLayerVersionByArnInput& input) {
  return describe_whole(layer(request, require_name(request, input.arn)));
}

ListLayerVersionsOutput Lambda::list_layer_versions(const aws::Request& request, const ListLayerVersionsInput& input) {
  const LayerName name = require_name(request, input.layer_name);
  const size_t count = static_cast<size_t>(input.max_items.value_or(50));
  auto documents = metadata_.scan(layer_prefix(name));
  std::ranges::reverse(documents);  // newest first
  ListLayerVersionsOutput output;
  output.layer_versions.emplace();
  for (const Document& document : documents) {
    const StoredLayer layer = parse_layer(document.value);
    if (input.marker && layer.version >= parse_int(*input.marker).value_or(0)) continue;
    if (!fits(layer, input.compatible_architecture, input.compatible_runtime)) continue;
    if (output.layer_versions->size() == count) {
      output.next_marker = std::to_string(*output.layer_versions->back().version);
      break;
    }
    fill(layer, output.layer_versions->emplace_back());
  }
  return output;
}

ListLayersOutput Lambda::list_layers(const aws::Request& request, const ListLayersInput& input) {
  const size_t count = static_cast<size_t>(input.max_items.value_or(50));
  std::map<std::string, StoredLayer> latest;  // by name
  for (const Document& document : metadata_.scan(layer_prefix(request))) {
    StoredLayer layer = parse_layer(document.value);
    if (input.marker && layer.name <= *input.marker) continue;
    if (fits(layer, input.compatible_architecture, input.compatible_runtime)) latest[layer.name] = std::move(layer);
  }
  ListLayersOutput output;
  output.layers.emplace();
  for (const auto& [name, layer] : latest) {
    if (output.layers->size() == count) {
      output.next_marker = output.layers->back().layer_name;
      break;
    }
    LayersListItem& item = output.layers->emplace_back();
    item.layer_name = name;
    item.layer_arn = layer.layer_name().arn();
    fill(layer, item.latest_matching_version.emplace());
  }
  return output;
}

DeleteLayerVersionOutput Lambda::delete_layer_version(const aws::Request& request,
                                                      const DeleteLayerVersionInput& input) {
  const LayerName name = require_name(request, input.layer_name, input.version_number);
  const auto found = name.account == request.account ? find_layer(name) : std::nullopt;
  if (!found) return {};  // as on AWS
  bool unused = false;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.remove(layer_key(name));
    unused = drop_reference(transaction, found->code.blob, layer_key(name));
  });
  if (unused) code_.remove(found->code);
  return {};
}

}  // namespace standpipe::lambda
