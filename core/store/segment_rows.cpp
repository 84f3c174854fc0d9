#include "core/store/segment_rows.hpp"

#include <algorithm>
#include <limits>

namespace palermo::store {
namespace {

using core::Result;
using core::Status;

/// Cells and other texts of a segment, of which a few rows need a few.
class RowTexts {
 public:
  static Result<RowTexts> open(const v1::CallSegment& segment) {
    RowTexts texts{segment};
    if (segment.version() != kOldestSegmentVersion) {
      PALERMO_TRY(texts.packed_,
                  SharedTexts::open(segment.packed_texts(), kTextsInRow * segment.records()));
    }
    return texts;
  }
  [[nodiscard]] std::size_t size() const {
    return packed_ ? packed_->size() : static_cast<std::size_t>(segment_->texts_size());
  }
  [[nodiscard]] std::string at(std::size_t i) const {
    return packed_ ? packed_->at(i) : segment_->texts(static_cast<int>(i));
  }

 private:
  explicit RowTexts(const v1::CallSegment& segment) : segment_{&segment} {}
  const v1::CallSegment* segment_;
  std::optional<SharedTexts> packed_;
};

}  // namespace

Result<SegmentRows> SegmentRows::open(const v1::CallSegment& segment) {
  PALERMO_CHECK_OK(check_head(segment));
  SegmentRows rows{segment};
  PALERMO_TRY(rows.dictionary_, dictionary_of(segment));
  return rows;
}

Result<std::vector<std::uint32_t>> SegmentRows::mentioning(
    std::span<const std::uint32_t> ids) const {
  std::vector<std::uint32_t> rows;
  const std::size_t n = segment_->records();
  for (const std::uint32_t id : ids) {
    const auto found = std::lower_bound(dictionary_.begin(), dictionary_.end(), id);
    if (id == 0 || found == dictionary_.end() || *found != id) continue;
    const std::int64_t position = found - dictionary_.begin() + 1;
    PALERMO_CHECK_OK(find_value(segment_->a(), n, position, rows, inflated_));
    PALERMO_CHECK_OK(find_value(segment_->b(), n, position, rows, inflated_));
    if (segment_->has_imei())
      PALERMO_CHECK_OK(find_value(segment_->imei(), n, position, rows, inflated_));
    if (segment_->has_imsi())
      PALERMO_CHECK_OK(find_value(segment_->imsi(), n, position, rows, inflated_));
    if (segment_->has_forwarded_to())
      PALERMO_CHECK_OK(find_value(segment_->forwarded_to(), n, position, rows, inflated_));
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Result<std::vector<CallRow>> SegmentRows::at(std::span<const std::uint32_t> rows) const {
  const v1::CallSegment& segment = *segment_;
  const std::size_t n = segment.records();
  std::vector<CallRow> calls(rows.size());
  for (CallRow& call : calls) call.source_id = segment.source_id();

  const auto within = [&](const v1::PackedColumn& column, std::int64_t low, std::int64_t high,
                          const auto& put) -> Status {
    PALERMO_TRY(const std::vector<std::int64_t> values,
                pick_values(column, n, rows, low, high, inflated_));
    for (std::size_t i = 0; i < calls.size(); ++i) put(calls[i], values[i]);
    return core::ok();
  };
  const auto numbers = [&]<typename T>(const v1::PackedColumn& column, T CallRow::*member) {
    return within(
        column, std::int64_t{std::numeric_limits<T>::min()},
        std::int64_t{std::numeric_limits<T>::max()},
        [member](CallRow& call, std::int64_t value) { call.*member = static_cast<T>(value); });
  };
  const auto identifiers = [&](const v1::PackedColumn& column, std::uint32_t CallRow::*member) {
    return within(column, 0, static_cast<std::int64_t>(dictionary_.size()),
                  [this, member](CallRow& call, std::int64_t position) {
                    if (position != 0)
                      call.*member = dictionary_[static_cast<std::size_t>(position) - 1];
                  });
  };

  PALERMO_CHECK_OK(identifiers(segment.a(), &CallRow::a));
  PALERMO_CHECK_OK(identifiers(segment.b(), &CallRow::b));
  if (segment.has_imei()) PALERMO_CHECK_OK(identifiers(segment.imei(), &CallRow::imei));
  if (segment.has_imsi()) PALERMO_CHECK_OK(identifiers(segment.imsi(), &CallRow::imsi));
  if (segment.has_forwarded_to())
    PALERMO_CHECK_OK(identifiers(segment.forwarded_to(), &CallRow::forwarded_to));

  PALERMO_TRY(const std::int64_t unit, time_unit_of(segment));
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  PALERMO_CHECK_OK(
      within(segment.started_at(), -(kMax / unit), kMax / unit,
             [unit](CallRow& call, std::int64_t value) { call.started_at_us = value * unit; }));
  PALERMO_CHECK_OK(numbers(segment.utc_offset_min(), &CallRow::utc_offset_min));
  PALERMO_CHECK_OK(numbers(segment.duration_s(), &CallRow::duration_s));
  PALERMO_CHECK_OK(within(segment.kind(), 0, std::numeric_limits<std::uint8_t>::max(),
                          [](CallRow& call, std::int64_t value) {
                            call.kind = call_kind(static_cast<std::uint32_t>(value));
                          }));
  PALERMO_CHECK_OK(within(
      segment.flags(), 0, std::numeric_limits<std::uint16_t>::max(),
      [](CallRow& call, std::int64_t value) { call.flags = static_cast<std::uint32_t>(value); }));
  PALERMO_CHECK_OK(numbers(segment.line(), &CallRow::line));
  if (segment.has_latitude_e7())
    PALERMO_CHECK_OK(numbers(segment.latitude_e7(), &CallRow::latitude_e7));
  if (segment.has_longitude_e7())
    PALERMO_CHECK_OK(numbers(segment.longitude_e7(), &CallRow::longitude_e7));
  if (segment.has_azimuth_deg())
    PALERMO_CHECK_OK(numbers(segment.azimuth_deg(), &CallRow::azimuth_deg));

  PALERMO_TRY(const RowTexts texts, RowTexts::open(segment));
  const auto text = [&](const v1::PackedColumn& column, std::string CallRow::*member) {
    return within(column, 0, static_cast<std::int64_t>(texts.size()),
                  [&texts, member](CallRow& call, std::int64_t position) {
                    if (position != 0)
                      call.*member = texts.at(static_cast<std::size_t>(position) - 1);
                  });
  };
  if (segment.has_cell()) PALERMO_CHECK_OK(text(segment.cell(), &CallRow::cell));
  if (segment.has_last_cell()) PALERMO_CHECK_OK(text(segment.last_cell(), &CallRow::last_cell));
  if (segment.has_roaming()) PALERMO_CHECK_OK(text(segment.roaming(), &CallRow::roaming));
  if (segment.has_authorization())
    PALERMO_CHECK_OK(text(segment.authorization(), &CallRow::authorization_id));
  return calls;
}

}  // namespace palermo::store
