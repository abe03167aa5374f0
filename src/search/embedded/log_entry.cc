#include "search/embedded/log_entry.h"

#include "search/embedded/bytes_io.h"

namespace standpipe::search {

void encode_batch(const LoggedBatch& batch, std::string& into) {
  const int64_t first = batch.operations.empty() ? 0 : batch.operations.front().seq_no;
  put_varint(into, static_cast<uint64_t>(first));
  put_varint(into, batch.checkpoints.size());
  for (const auto& [source, position] : batch.checkpoints) {
    put_text(into, source);
    put_text(into, position);
  }
  put_varint(into, batch.operations.size());
  for (const LoggedOperation& operation : batch.operations) {
    into += static_cast<char>(operation.kind);
    put_text(into, operation.id);
    put_varint(into, static_cast<uint64_t>(operation.version));
    put_varint(into, static_cast<uint64_t>(operation.seq_no - first));
    if (operation.kind != LoggedOperation::Kind::removal) put_text(into, operation.source);
  }
}

LoggedBatch decode_batch(std::string_view bytes) {
  LoggedBatch batch;
  ByteReader reader(bytes);
  const uint64_t first = reader.varint();
  for (uint64_t left = reader.varint(); left > 0; --left) {
    const std::string_view source = reader.text();
    batch.checkpoints.emplace_back(source, reader.text());
  }
  for (uint64_t left = reader.varint(); left > 0; --left) {
    LoggedOperation operation;
    const auto kind = reader.number<uint8_t>();
    if (kind < 1 || kind > 4) throw CorruptData("log entry of an unknown kind");
    operation.kind = static_cast<LoggedOperation::Kind>(kind);
    operation.id = reader.text();
    operation.version = static_cast<int64_t>(reader.varint());
    operation.seq_no = static_cast<int64_t>(first + reader.varint());
    if (operation.kind != LoggedOperation::Kind::removal) operation.source = reader.text();
    batch.operations.push_back(operation);
  }
  return batch;
}

}  // namespace standpipe::search
