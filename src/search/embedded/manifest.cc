#include "search/embedded/manifest.h"

#include "storage/corrupt_data.h"

namespace standpipe::search {

constexpr const char* kManifestFile = "manifest.json";

std::optional<Manifest> read_manifest(Disk& disk, const std::filesystem::path& directory) {
  const auto text = read_file(disk, directory / kManifestFile);
  if (!text) return std::nullopt;
  try {
    const json::Value root = json::parse(*text);
    const auto number = [](const json::Value& object, const char* name) {
      const json::Value* value = object.find(name);
      if (value == nullptr) throw json::WrongKind(std::string(name) + " is missing");
      return value->integer();
    };
    Manifest out;
    out.name = root.text("name");
    out.uuid = root.text("uuid");
    out.created = from_epoch_ms(number(root, "created"));
    if (const json::Value* mapping = root.find("mapping")) out.mapping = *mapping;
    if (const json::Value* settings = root.find("settings")) out.settings = *settings;
    if (const json::Value* checkpoints = root.find("checkpoints")) {
      for (const auto& [source, position] : checkpoints->object()) out.checkpoints[source] = position.string();
    }
    out.next_segment = static_cast<uint64_t>(number(root, "next_segment"));
    out.next_seq_no = number(root, "next_seq_no");
    out.replay_from = static_cast<uint64_t>(number(root, "replay_from"));
    if (const json::Value* segments = root.find("segments")) {
      for (const json::Value& segment : segments->array()) {
        out.segments.push_back(
            {static_cast<uint64_t>(number(segment, "number")), static_cast<uint64_t>(number(segment, "deleted"))});
      }
    }
    return out;
  } catch (const json::ParseError& error) {
    throw CorruptData((directory / kManifestFile).string() + ": " + error.what());
  } catch (const json::WrongKind& error) {
    throw CorruptData((directory / kManifestFile).string() + ": " + error.what());
  }
}

void write_manifest(Disk& disk, const std::filesystem::path& directory, const Manifest& manifest) {
  json::Object root;
  root.append("name", manifest.name);
  root.append("uuid", manifest.uuid);
  root.append("created", epoch_ms(manifest.created));
  root.append("mapping", manifest.mapping);
  root.append("settings", manifest.settings);
  json::Object checkpoints;
  for (const auto& [source, position] : manifest.checkpoints) checkpoints.append(source, position);
  root.append("checkpoints", std::move(checkpoints));
  root.append("next_segment", manifest.next_segment);
  root.append("next_seq_no", manifest.next_seq_no);
  root.append("replay_from", manifest.replay_from);
  json::Array segments;
  for (const Manifest::SegmentEntry& segment : manifest.segments) {
    segments.push_back(
        json::Object{{"number", json::Value(segment.number)}, {"deleted", json::Value(segment.deleted_generation)}});
  }
  root.append("segments", std::move(segments));
  replace_file(disk, directory / kManifestFile, json::print_pretty(root));
}

}  // namespace standpipe::search
