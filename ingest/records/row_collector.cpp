#include "ingest/records/row_collector.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/iban.hpp"
#include "ingest/identifiers.hpp"

namespace palermo::ingest::detail {

core::Result<RowCollector> RowCollector::make(const AdapterOptions& options) {
  PALERMO_TRY(TimeReader times, TimeReader::make(options));
  return RowCollector{options, std::move(times)};
}

bool RowCollector::reject(std::uint32_t line, std::string code, std::string message) {
  v1::Reject out;
  out.set_line(line);
  out.set_code(std::move(code));
  out.set_message(std::move(message));
  add_reject(std::move(out));
  return false;
}

void RowCollector::add_reject(v1::Reject reject) { batch_.rejects.push_back(std::move(reject)); }

store::ObservedIdentifier RowCollector::identifier(std::string_view raw) {
  if (const auto known = read_.find(raw); known != read_.end()) return known->second;
  store::ObservedIdentifier found =
      has_iban_shape(raw) ? read_iban(raw) : read_identifier(raw, options_->country);
  read_.emplace(std::string{raw}, found);
  return found;
}

void RowCollector::mention(store::RecordRow& row, std::string_view raw) {
  if (!raw.empty()) mention(row, identifier(raw));
}

void RowCollector::mention(store::RecordRow& row, store::ObservedIdentifier found) {
  if (found.value.empty()) return;
  if (!found.valid && invalid_.emplace(found.kind, found.value).second) {
    if (found.kind == "msisdn") ++batch_.invalid_numbers;
    if (found.kind == "iban") ++broken_ibans_;
  }
  const bool known =
      std::any_of(row.identifiers.begin(), row.identifiers.end(),
                  [&](const auto& x) { return x.kind == found.kind && x.value == found.value; });
  if (!known) row.identifiers.push_back(std::move(found));
}

void RowCollector::push(store::RecordRow row, std::uint32_t line) {
  const std::uint32_t nth = ++rows_on_line_[line];
  row.record.set_line(line);
  row.record.set_authorization_id(row.authorization_id);
  row.local_id = nth == 1 ? std::to_string(line) : fmt::format("{}.{}", line, nth);
  batch_.rows.push_back(std::move(row));
}

RecordBatch RowCollector::finish() {
  times_.report(batch_);
  batch_.rows_read = static_cast<std::uint32_t>(batch_.rows.size() + batch_.rejects.size());
  if (broken_ibans_ > 0)
    batch_.notices.push_back(
        fmt::format("{} account numbers have the shape of an IBAN and check digits that do not "
                    "hold (ISO 13616): mistyped, or invented; kept as received",
                    broken_ibans_));
  return std::move(batch_);
}

}  // namespace palermo::ingest::detail
