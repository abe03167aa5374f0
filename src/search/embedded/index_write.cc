// How a batch gets into an index: parsed on the caller's thread, decided and applied in the order of the log.
#include <algorithm>

#include "base/random.h"
#include "search/embedded/index.h"
#include "search/embedded/log_entry.h"
#include "search/index_settings.h"

namespace standpipe::search {
namespace {

using Kind = WriteOperation::Kind;

void refuse(WriteOutcome& outcome, const Error& error) {
  outcome.status = error.status;
  outcome.result.clear();
  outcome.error_type = error.type;
  outcome.error_reason = error.what();
  outcome.cause_type = error.cause_type;
  outcome.cause_reason = error.cause_reason;
}

Error version_conflict(const std::string& id, const std::string& detail) {
  return {"version_conflict_engine_exception", 409, "[" + id + "]: version conflict, " + detail};
}

// Members of `change` replace those of `into`, objects deeply; true if anything differs afterwards.
bool merge_into(json::Value& into, const json::Value& change) {
  if (!into.is_object() || !change.is_object()) {
    if (into == change) return false;
    into = change;
    return true;
  }
  bool changed = false;
  for (const auto& [name, value] : change.object()) {
    if (json::Value* member = into.object().find(name)) {
      changed |= merge_into(*member, value);
    } else {
      into.object().append(name, value);
      changed = true;
    }
  }
  return changed;
}

// The body of an update, read.
struct Update {
  json::Value doc, upsert;
  bool doc_as_upsert = false, detect_noop = true;
};

Update parse_update(std::string_view body) {
  Update out;
  json::Value root;
  try {
    root = json::parse(body, 64);
  } catch (const json::ParseError& error) {
    throw Error("x_content_parse_exception", 400, error.what());
  }
  if (!root.is_object()) throw Error("x_content_parse_exception", 400, "[UpdateRequest] Expected START_OBJECT");
  for (const auto& [name, value] : root.object()) {
    if (name == "doc" && value.is_object())
      out.doc = value;
    else if (name == "upsert" && value.is_object())
      out.upsert = value;
    else if (name == "doc_as_upsert" && value.is_bool())
      out.doc_as_upsert = value.boolean();
    else if (name == "detect_noop" && value.is_bool())
      out.detect_noop = value.boolean();
    else
      throw Error("x_content_parse_exception", 400, "[UpdateRequest] unknown field [" + name + "]");
  }
  if (out.doc.is_null())
    throw Error("action_request_validation_exception", 400, "Validation Failed: 1: script or doc is missing;");
  return out;
}

}  // namespace

class BatchWriting final : public LogWriting {
 public:
  BatchWriting(Index& index, std::span<const WriteOperation> batch, const std::optional<Checkpoint>& checkpoint)
      : index_(index), batch_(batch), checkpoint_(checkpoint), outcomes_(batch.size()), documents_(batch.size()) {
    for (size_t i = 0; i < batch.size(); ++i) {
      outcomes_[i].id = batch[i].id.empty() ? random_text(20, kIdAlphabet) : batch[i].id;
    }
    {
      const std::shared_lock lock(index.mutex_);
      parsed_with_ = index.mapping_;
    }
    parse_documents(parsed_with_);
    for (WriteOutcome& outcome : outcomes_) {
      if (outcome.id.size() <= kIdBytesMax) continue;
      refuse(outcome,
             illegal_argument("id [" + outcome.id + "] is too long, must be no longer than " +
                              std::to_string(kIdBytesMax) + " bytes but was: " + std::to_string(outcome.id.size())));
    }
  }

  // On the log's leading thread.
  void encode(uint64_t sequence, std::string& into) override {
    const std::lock_guard lock(index_.mutex_);
    // Somebody else's documents changed the mapping meanwhile: ours must be read with the new one.
    if (index_.mapping_ != parsed_with_) parse_documents(index_.mapping_);
    index_.mapping_ = mapping_after_;
    logged_.operations.reserve(batch_.size());
    for (size_t i = 0; i < batch_.size(); ++i) {
      if (outcomes_[i].accepted()) apply(i);
    }
    if (checkpoint_) {
      position_ = checkpoint_->position + refused_operations();
      index_.checkpoints_[checkpoint_->source] = position_;
      logged_.checkpoints.emplace_back(checkpoint_->source, position_);
    }
    encode_batch(logged_, into);
    index_.applied_ = sequence + 1;
    index_.memory_bytes_ = index_.memory_->bytes();
  }
  void published(uint64_t, LogPlace) noexcept override {}
  void abandoned() noexcept override { index_.broken_ = true; }

  std::vector<WriteOutcome> take() { return std::move(outcomes_); }

 private:
  static constexpr size_t kIdBytesMax = 512;
  static constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  void parse_documents(const std::shared_ptr<const Mapping>& mapping) {
    parsed_with_ = mapping_after_ = mapping;
    for (size_t i = 0; i < batch_.size(); ++i) {
      if (batch_[i].kind != Kind::index && batch_[i].kind != Kind::create) continue;
      if (outcomes_[i].id.size() > kIdBytesMax) continue;
      outcomes_[i].error_type.clear();
      try {
        documents_[i] = parse_document(batch_[i].source, outcomes_[i].id, mapping_after_);
      } catch (const Error& error) {
        refuse(outcomes_[i], error);
      }
    }
  }

  void apply(size_t i) {
    try {
      switch (batch_[i].kind) {
        case Kind::index:
        case Kind::create: apply_index(i); return;
        case Kind::remove: apply_remove(i); return;
        case Kind::update: apply_update(i); return;
      }
    } catch (const Error& error) {
      refuse(outcomes_[i], error);
    } catch (const std::exception& error) {  // damage: of this document's former version, not of the others
      refuse(outcomes_[i], Error("exception", 500, error.what()));
    }
  }

  std::optional<Index::Place> existing(size_t i) const {
    return batch_[i].id_is_new || batch_[i].id.empty() ? std::nullopt : index_.find(outcomes_[i].id);
  }

  void check_seq_no(size_t i, const std::optional<Index::Place>& place, const Index::Versions& seen) const {
    if (!batch_[i].if_seq_no) return;
    const std::string wanted = "required seqNo [" + std::to_string(*batch_[i].if_seq_no) + "], primary term [1]. ";
    if (!place) throw version_conflict(outcomes_[i].id, wanted + "but no document was found");
    if (seen.seq_no != *batch_[i].if_seq_no) {
      throw version_conflict(outcomes_[i].id, wanted + "current document has seqNo [" + std::to_string(seen.seq_no) +
                                                  "] and primary term [1]");
    }
  }

  void apply_index(size_t i) {
    const auto place = existing(i);
    const Index::Versions seen = place ? index_.versions(*place) : Index::Versions{0, 0};
    if (place && batch_[i].kind == Kind::create) {
      throw version_conflict(outcomes_[i].id,
                             "document already exists (current version [" + std::to_string(seen.version) + "])");
    }
    check_seq_no(i, place, seen);
    store(i, documents_[i], batch_[i].source, place, seen);
  }

  void store(size_t i, const ParsedDocument& document, std::string_view source,
             const std::optional<Index::Place>& place, const Index::Versions& seen) {
    WriteOutcome& outcome = outcomes_[i];
    if (place) index_.mark_deleted(*place);
    outcome.version = place ? seen.version + 1 : 1;
    outcome.seq_no = index_.next_seq_no_++;
    outcome.status = place ? 200 : 201;
    outcome.result = place ? "updated" : "created";
    index_.store(document, outcome.id, source, {outcome.version, outcome.seq_no});
    logged_.operations.push_back(
        {LoggedOperation::Kind::document, outcome.id, outcome.version, outcome.seq_no, source});
  }

  void apply_remove(size_t i) {
    WriteOutcome& outcome = outcomes_[i];
    const auto place = existing(i);
    const Index::Versions seen = place ? index_.versions(*place) : Index::Versions{0, 0};
    check_seq_no(i, place, seen);
    outcome.seq_no = index_.next_seq_no_++;
    outcome.version = seen.version + 1;
    outcome.status = place ? 200 : 404;
    outcome.result = place ? "deleted" : "not_found";
    if (place) index_.mark_deleted(*place);
    logged_.operations.push_back({LoggedOperation::Kind::removal, outcome.id, outcome.version, outcome.seq_no, {}});
  }

  void apply_update(size_t i) {
    WriteOutcome& outcome = outcomes_[i];
    const Update update = parse_update(batch_[i].source);
    const auto place = existing(i);
    json::Value source;
    Index::Versions seen{0, 0};
    if (place) {
      seen = index_.versions(*place);
      check_seq_no(i, place, seen);
      source = json::parse(index_.stored(*place).source);
      if (!merge_into(source, update.doc) && update.detect_noop) {
        outcome.version = seen.version;
        outcome.seq_no = seen.seq_no;
        outcome.result = "noop";
        return;
      }
    } else if (update.doc_as_upsert) {
      source = update.doc;
    } else if (!update.upsert.is_null()) {
      source = update.upsert;
    } else {
      throw Error("document_missing_exception", 404, "[_doc][" + outcome.id + "]: document missing");
    }
    const std::string& text = *texts_.emplace_back(std::make_unique<std::string>(json::print(source)));
    store(i, parse_document(text, outcome.id, index_.mapping_), text, place, seen);
  }

  // " 0,4" for the first and fifth operation; empty if all were accepted.
  std::string refused_operations() const {
    std::string list;
    for (size_t i = 0; i < outcomes_.size(); ++i) {
      if (!outcomes_[i].accepted()) list += (list.empty() ? " " : ",") + std::to_string(i);
    }
    return list;
  }

  Index& index_;
  const std::span<const WriteOperation> batch_;
  const std::optional<Checkpoint>& checkpoint_;
  std::string position_;  // as stored; the logged batch refers to it
  std::vector<WriteOutcome> outcomes_;
  std::vector<ParsedDocument> documents_;
  std::shared_ptr<const Mapping> parsed_with_, mapping_after_;
  LoggedBatch logged_;
  std::vector<std::unique_ptr<std::string>> texts_;  // of updated documents, until they are logged
};

class MappingWriting final : public LogWriting {
 public:
  MappingWriting(Index& index, const json::Value& mappings) : index_(index), mappings_(mappings) {}
  void encode(uint64_t sequence, std::string& into) override {
    const std::lock_guard lock(index_.mutex_);
    LoggedBatch batch;
    std::string text;
    try {
      auto mapping = std::make_shared<Mapping>(*index_.mapping_);
      mapping->merge(mappings_);
      mapping->number_fields(index_.mapping_.get());
      text = json::print(mappings_);
      batch.operations.push_back({LoggedOperation::Kind::mapping, {}, 0, 0, text});
      index_.mapping_ = std::move(mapping);
    } catch (const Error& error) {
      refused = error;
    }
    encode_batch(batch, into);
    index_.applied_ = sequence + 1;
  }
  void published(uint64_t, LogPlace) noexcept override {}
  void abandoned() noexcept override { index_.broken_ = true; }
  std::optional<Error> refused;

 private:
  Index& index_;
  const json::Value& mappings_;
};

class SettingsWriting final : public LogWriting {
 public:
  SettingsWriting(Index& index, const json::Object& changes, bool preserve)
      : index_(index), changes_(changes), preserve_(preserve) {}
  void encode(uint64_t sequence, std::string& into) override {
    const std::lock_guard lock(index_.mutex_);
    index_.settings_ = nested_settings(changed_settings(flat_settings(index_.settings_), changes_, preserve_));
    const std::string text = json::print(index_.settings_);
    LoggedBatch batch;
    batch.operations.push_back({LoggedOperation::Kind::settings, {}, 0, 0, text});
    encode_batch(batch, into);
    index_.applied_ = sequence + 1;
  }
  void published(uint64_t, LogPlace) noexcept override {}
  void abandoned() noexcept override { index_.broken_ = true; }

 private:
  Index& index_;
  const json::Object& changes_;
  const bool preserve_;
};

std::vector<WriteOutcome> Index::write(std::span<const WriteOperation> batch,
                                       const std::optional<Checkpoint>& checkpoint) {
  check_usable();
  BatchWriting writing(*this, batch, checkpoint);
  log_->append(writing);
  return writing.take();
}

void Index::update_settings(const json::Object& changes, bool preserve) {
  check_usable();
  SettingsWriting writing(*this, changes, preserve);
  log_->append(writing);
}

void Index::update_mapping(const json::Value& mappings) {
  check_usable();
  MappingWriting writing(*this, mappings);
  log_->append(writing);
  if (writing.refused) throw *writing.refused;
}

}  // namespace standpipe::search
