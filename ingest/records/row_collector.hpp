// What every reader of records does with a finished one: number it, list its identifiers, count.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/batch.hpp"
#include "ingest/records/record_time.hpp"

namespace palermo::ingest::detail {

/// Collects the rows and rejects of one file.
class RowCollector {
 public:
  /// @error BadInput  --timezone names no zone
  [[nodiscard]] static core::Result<RowCollector> make(const AdapterOptions& options);

  /// A row of the file that yields no record. @return false, so that a check can end with it
  bool reject(std::uint32_t line, std::string code, std::string message);
  void add_reject(v1::Reject reject);
  /// The identifier a text stands for; each distinct text is read once. An account number in the
  /// shape of an IBAN is one, with its check digits as a flag.
  [[nodiscard]] store::ObservedIdentifier identifier(std::string_view raw);
  /// Lists an identifier with the row, once. An empty text names nobody.
  void mention(store::RecordRow& row, std::string_view raw);
  void mention(store::RecordRow& row, store::ObservedIdentifier found);
  /// Takes the row over. A line that yields several numbers them: "17", "17.2".
  void push(store::RecordRow row, std::uint32_t line);

  [[nodiscard]] TimeReader& times() { return times_; }
  [[nodiscard]] RecordBatch& batch() { return batch_; }
  /// The batch with counts, time rule and what the identifiers are.
  [[nodiscard]] RecordBatch finish();

 protected:
  RowCollector(const AdapterOptions& options, TimeReader times)
      : options_{&options}, times_{std::move(times)} {}

  const AdapterOptions* options_;
  TimeReader times_;
  RecordBatch batch_;

 private:
  std::map<std::uint32_t, std::uint32_t> rows_on_line_;
  std::map<std::string, store::ObservedIdentifier, std::less<>> read_;
  std::set<std::pair<std::string, std::string>> invalid_;  // kind, value
  std::uint32_t broken_ibans_ = 0;
};

}  // namespace palermo::ingest::detail
