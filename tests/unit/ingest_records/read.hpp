// Reading text with one adapter, in a line.
#pragma once

#include <algorithm>
#include <string>

#include "core/base/time.hpp"
#include "ingest/detect.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace palermo::test {

inline ingest::AdapterOptions zone(const char* name) {
  ingest::AdapterOptions options;
  options.timezone = name;
  return options;
}
inline ingest::AdapterOptions country(const char* code) {
  ingest::AdapterOptions options;
  options.country = code;
  return options;
}
inline ingest::AdapterOptions layer(const char* name) {
  ingest::AdapterOptions options;
  options.layer = name;
  return options;
}
inline ingest::AdapterOptions keep_going() {
  ingest::AdapterOptions options;
  options.keep_going = true;
  return options;
}

inline core::Result<ingest::RecordBatch> try_read(const std::string& format,
                                                  const std::string& bytes,
                                                  ingest::AdapterOptions options = {},
                                                  const std::string& name = "folder/file.csv") {
  const ingest::Adapter* adapter = ingest::find_record_adapter(format);
  REQUIRE(adapter != nullptr);
  return adapter->read({bytes, name, std::move(options)});
}

/// Fails the test when the file is refused or a row disappears.
inline ingest::RecordBatch read(const std::string& format, const std::string& bytes,
                                ingest::AdapterOptions options = {},
                                const std::string& name = "folder/file.csv") {
  auto batch = try_read(format, bytes, std::move(options), name);
  INFO((batch ? std::string{} : batch.error().message));
  REQUIRE(batch.ok());
  CHECK(batch->rows_read == batch->rows.size() + batch->rejects.size());
  return *std::move(batch);
}

/// "line: message" of the refusal; fails when the file is accepted or the error is no BadInput.
inline std::string refusal(const std::string& format, const std::string& bytes,
                           ingest::AdapterOptions options = {}) {
  const auto batch = try_read(format, bytes, std::move(options));
  REQUIRE_FALSE(batch.ok());
  CHECK(batch.error().code == core::ErrorCode::BadInput);
  REQUIRE(batch.error().where.has_value());
  CHECK(batch.error().where->file == "folder/file.csv");
  return std::to_string(batch.error().where->line) + ": " + batch.error().message;
}

inline std::string detected(const std::string& bytes, const std::string& name = "file.csv") {
  const auto found = ingest::detect_format(bytes, name);
  return found ? found->best.format : "refused: " + found.error().message;
}

inline bool has_notice(const ingest::RecordBatch& batch, const std::string& part) {
  return std::any_of(batch.notices.begin(), batch.notices.end(), [&](const std::string& notice) {
    return notice.find(part) != std::string::npos;
  });
}

}  // namespace palermo::test
