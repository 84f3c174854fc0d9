#include "core/store/call_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <span>

#include "core/store/local_numbers.hpp"
#include "core/store/packed.hpp"

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::uint32_t kVersion = 3;
/// Identifiers a row can name: two parties, two devices, a forwarding target.
constexpr std::size_t kIdsInRow = 5;

Error altered(std::string_view why) {
  return Error{ErrorCode::Integrity, fmt::format("a call segment cannot be read: {}", why),
               std::nullopt, "run `palermo audit verify`; restore the case from a copy", "ALTERED"};
}

template <typename T>
std::span<const std::int64_t> widened(const std::vector<T>& column, std::size_t begin,
                                      std::size_t end, std::vector<std::int64_t>& scratch) {
  scratch.assign(column.begin() + static_cast<std::ptrdiff_t>(begin),
                 column.begin() + static_cast<std::ptrdiff_t>(end));
  return scratch;
}

template <typename T>
bool all_zero(const std::vector<T>& column, std::size_t begin, std::size_t end) {
  if (column.empty()) return true;
  return std::all_of(column.begin() + static_cast<std::ptrdiff_t>(begin),
                     column.begin() + static_cast<std::ptrdiff_t>(end),
                     [](T value) { return value == 0; });
}

/// Memory kept from one segment to the next.
struct Scratch {
  LocalNumbers ids;
  LocalNumbers texts;
  std::vector<std::int64_t> numbers;
  std::vector<std::string_view> strings;
};

Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

enum IdColumn : std::size_t { kIdA, kIdB, kIdImei, kIdImsi, kIdForwardedTo };
enum TextColumn : std::size_t { kTextCell, kTextLastCell, kTextRoaming, kTextAuthorization };

void number(std::span<const std::vector<std::uint32_t>* const> columns, std::size_t begin,
            std::size_t end, LocalNumbers& numbers) {
  numbers.start(end - begin);
  for (const auto* column : columns) numbers.add(*column, begin);
  numbers.finish();
}

v1::CallSegment pack(const CallColumns& c, std::span<const std::string> all_texts,
                     std::size_t begin, std::size_t end, Scratch& memory) {
  LocalNumbers& ids = memory.ids;
  number(std::array{&c.a, &c.b, &c.imei, &c.imsi, &c.forwarded_to}, begin, end, ids);
  v1::CallSegment segment;
  segment.set_version(kVersion);
  segment.set_records(static_cast<std::uint32_t>(end - begin));
  segment.set_source_id(c.source_id);
  segment.set_salt(core::random_bytes(32));
  std::vector<std::int64_t>& scratch = memory.numbers;
  scratch.assign(ids.used().begin(), ids.used().end());
  segment.set_identifiers(static_cast<std::uint32_t>(scratch.size()));
  if (!scratch.empty()) pack_steps(scratch, *segment.mutable_packed_dictionary());

  {
    auto times = widened(c.started_at_us, begin, end, scratch);
    std::int64_t unit = 60'000'000;
    for (const std::int64_t smaller : {1'000'000, 1'000, 1}) {
      if (std::all_of(times.begin(), times.end(),
                      [unit](std::int64_t us) { return us % unit == 0; }))
        break;
      unit = smaller;
    }
    for (std::int64_t& us : scratch) us /= unit;
    segment.set_time_unit_us(static_cast<std::uint32_t>(unit));
    pack_steps(scratch, *segment.mutable_started_at());
  }
  pack_plain(ids.positions(kIdA), *segment.mutable_a());
  pack_plain(ids.positions(kIdB), *segment.mutable_b());
  pack_plain(widened(c.duration_s, begin, end, scratch), *segment.mutable_duration_s());
  pack_plain(widened(c.kind, begin, end, scratch), *segment.mutable_kind());
  pack_steps(widened(c.line, begin, end, scratch), *segment.mutable_line());
  pack_plain(widened(c.utc_offset_min, begin, end, scratch), *segment.mutable_utc_offset_min());
  pack_plain(widened(c.flags, begin, end, scratch), *segment.mutable_flags());
  if (!all_zero(c.imei, begin, end)) pack_plain(ids.positions(kIdImei), *segment.mutable_imei());
  if (!all_zero(c.imsi, begin, end)) pack_plain(ids.positions(kIdImsi), *segment.mutable_imsi());
  if (!all_zero(c.forwarded_to, begin, end))
    pack_plain(ids.positions(kIdForwardedTo), *segment.mutable_forwarded_to());

  // Texts of the whole file are narrowed to those this segment uses, in the file's order.
  LocalNumbers& used = memory.texts;
  number(std::array{&c.cell, &c.last_cell, &c.roaming, &c.authorization}, begin, end, used);
  if (!used.used().empty()) {
    std::vector<std::string_view>& texts = memory.strings;
    texts.clear();
    for (const std::uint32_t text : used.used()) texts.emplace_back(all_texts[text - 1]);
    pack_texts(texts, *segment.mutable_packed_texts());
  }
  const auto text = [&](const std::vector<std::uint32_t>& column, TextColumn which,
                        v1::PackedColumn* (v1::CallSegment::*make)()) {
    if (!all_zero(column, begin, end)) pack_plain(used.positions(which), *(segment.*make)());
  };
  text(c.cell, kTextCell, &v1::CallSegment::mutable_cell);
  text(c.last_cell, kTextLastCell, &v1::CallSegment::mutable_last_cell);
  text(c.roaming, kTextRoaming, &v1::CallSegment::mutable_roaming);
  text(c.authorization, kTextAuthorization, &v1::CallSegment::mutable_authorization);
  if (!all_zero(c.latitude_e7, begin, end))
    pack_plain(widened(c.latitude_e7, begin, end, scratch), *segment.mutable_latitude_e7());
  if (!all_zero(c.longitude_e7, begin, end))
    pack_plain(widened(c.longitude_e7, begin, end, scratch), *segment.mutable_longitude_e7());
  if (!all_zero(c.azimuth_deg, begin, end))
    pack_plain(widened(c.azimuth_deg, begin, end, scratch), *segment.mutable_azimuth_deg());
  return segment;
}

/// Position in the list each text column points into, for version 3 and 2.
Result<std::vector<std::string>> texts_of(const v1::CallSegment& segment) {
  if (segment.version() == kOldestSegmentVersion)
    return std::vector<std::string>{segment.texts().begin(), segment.texts().end()};
  PALERMO_TRY(const TextList list,
              unpack_texts(segment.packed_texts(), kTextsInRow * segment.records()));
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) texts.emplace_back(list[i]);
  return texts;
}

}  // namespace

v1::CallSegment pack_segment(const CallColumns& columns, std::span<const std::string> texts,
                             std::size_t begin, std::size_t end) {
  return pack(columns, texts, begin, end, scratch_of_thread());
}

EncodedSegment encode_segment(const CallColumns& columns, std::span<const std::string> texts,
                              std::size_t begin, std::size_t end) {
  Scratch& memory = scratch_of_thread();
  const v1::CallSegment segment = pack(columns, texts, begin, end, memory);
  EncodedSegment encoded;
  encoded.blob = segment.SerializeAsString();
  encoded.sha256 = core::sha256(encoded.blob);
  encoded.records = segment.records();
  const auto first = columns.started_at_us.begin();
  const auto [from, to] = std::minmax_element(first + static_cast<std::ptrdiff_t>(begin),
                                              first + static_cast<std::ptrdiff_t>(end));
  encoded.from_us = *from;
  encoded.to_us = *to;
  const auto used = memory.ids.used();
  encoded.identifiers.assign(used.begin(), used.end());
  return encoded;
}

Status check_head(const v1::CallSegment& segment) {
  if (segment.version() < kOldestSegmentVersion || segment.version() > kVersion)
    return altered(fmt::format("version {}, this program reads {} to {}", segment.version(),
                               kOldestSegmentVersion, kVersion));
  if (segment.records() == 0 || segment.records() > kMaxSegmentRecords)
    return altered("the number of records");
  return core::ok();
}

Result<std::int64_t> time_unit_of(const v1::CallSegment& segment) {
  const auto unit = static_cast<std::int64_t>(segment.time_unit_us());
  if (unit < 1 || unit > 60'000'000) return altered("the unit of time");
  return unit;
}

Result<std::vector<std::uint32_t>> dictionary_of(const v1::CallSegment& segment) {
  std::vector<std::uint32_t> ids;
  if (segment.version() == kOldestSegmentVersion) {
    ids.assign(segment.dictionary().begin(), segment.dictionary().end());
    // Whoever looks an identifier up relies on the order.
    if (std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>{}) != ids.end())
      return altered("the order of its identifiers");
    return ids;
  }
  const std::size_t size = segment.identifiers();
  if (size > kIdsInRow * segment.records()) return altered("the number of its identifiers");
  if (size > 0) PALERMO_CHECK_OK(unpack_ascending(segment.packed_dictionary(), size, ids));
  return ids;
}

Result<CallColumns> unpack_segment(const v1::CallSegment& segment, unsigned wanted) {
  PALERMO_CHECK_OK(check_head(segment));
  const std::size_t n = segment.records();
  CallColumns c;
  c.source_id = segment.source_id();
  c.records = n;
  if ((wanted & (kColPlaces | kColAuthorization)) != 0) {
    PALERMO_TRY(c.texts, texts_of(segment));
  }
  std::vector<std::uint32_t> dictionary;
  if ((wanted & (kColParties | kColDevices | kColForwarded)) != 0) {
    PALERMO_TRY(dictionary, dictionary_of(segment));
  }

  const auto identifiers = [&](const v1::PackedColumn& column,
                               std::vector<std::uint32_t>& out) -> Status {
    PALERMO_CHECK_OK(
        unpack_column(column, n, 0, static_cast<std::int64_t>(dictionary.size()), out));
    if ((wanted & kColPositions) != 0) return core::ok();
    for (std::uint32_t& position : out)
      if (position != 0) position = dictionary[position - 1];
    return core::ok();
  };
  const auto texts = [&](const v1::PackedColumn& column, std::vector<std::uint32_t>& out) {
    return unpack_column(column, n, 0, static_cast<std::int64_t>(c.texts.size()), out);
  };
  if ((wanted & kColParties) != 0) {
    PALERMO_CHECK_OK(identifiers(segment.a(), c.a));
    PALERMO_CHECK_OK(identifiers(segment.b(), c.b));
  }
  if ((wanted & kColTime) != 0) {
    PALERMO_TRY(const std::int64_t unit, time_unit_of(segment));
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    PALERMO_CHECK_OK(
        unpack_column(segment.started_at(), n, -(kMax / unit), kMax / unit, c.started_at_us));
    for (std::int64_t& time : c.started_at_us) time *= unit;
    PALERMO_CHECK_OK(unpack_column(segment.utc_offset_min(), n, c.utc_offset_min));
  }
  if ((wanted & kColUse) != 0) {
    PALERMO_CHECK_OK(unpack_column(segment.duration_s(), n, c.duration_s));
    PALERMO_CHECK_OK(unpack_column(segment.kind(), n, c.kind));
    PALERMO_CHECK_OK(unpack_column(segment.flags(), n, c.flags));
  }
  if ((wanted & kColLine) != 0) PALERMO_CHECK_OK(unpack_column(segment.line(), n, c.line));
  if ((wanted & kColDevices) != 0) {
    if (segment.has_imei()) PALERMO_CHECK_OK(identifiers(segment.imei(), c.imei));
    if (segment.has_imsi()) PALERMO_CHECK_OK(identifiers(segment.imsi(), c.imsi));
  }
  if ((wanted & (kColDevices | kColForwarded)) != 0 && segment.has_forwarded_to())
    PALERMO_CHECK_OK(identifiers(segment.forwarded_to(), c.forwarded_to));
  if ((wanted & kColPlaces) != 0) {
    if (segment.has_cell()) PALERMO_CHECK_OK(texts(segment.cell(), c.cell));
    if (segment.has_last_cell()) PALERMO_CHECK_OK(texts(segment.last_cell(), c.last_cell));
    if (segment.has_roaming()) PALERMO_CHECK_OK(texts(segment.roaming(), c.roaming));
    if (segment.has_latitude_e7())
      PALERMO_CHECK_OK(unpack_column(segment.latitude_e7(), n, c.latitude_e7));
    if (segment.has_longitude_e7())
      PALERMO_CHECK_OK(unpack_column(segment.longitude_e7(), n, c.longitude_e7));
    if (segment.has_azimuth_deg())
      PALERMO_CHECK_OK(unpack_column(segment.azimuth_deg(), n, c.azimuth_deg));
  }
  if ((wanted & kColAuthorization) != 0 && segment.has_authorization())
    PALERMO_CHECK_OK(texts(segment.authorization(), c.authorization));
  if ((wanted & kColPositions) != 0) c.dictionary = std::move(dictionary);
  return c;
}

Result<v1::CallSegment> parse_segment(std::string_view blob) {
  v1::CallSegment segment;
  if (blob.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !segment.ParseFromArray(blob.data(), static_cast<int>(blob.size())))
    return altered("it is no CallSegment message");
  return segment;
}

Result<CallColumns> decode_segment(std::string_view blob, unsigned wanted) {
  PALERMO_TRY(const v1::CallSegment segment, parse_segment(blob));
  return unpack_segment(segment, wanted);
}

void keep_rows(CallColumns& c, std::span<const std::uint32_t> rows) {
  if (rows.size() == c.records) return;
  const auto keep = [rows](auto& column) {
    if (column.empty()) return;
    for (std::size_t i = 0; i < rows.size(); ++i) column[i] = column[rows[i]];
    column.resize(rows.size());
  };
  keep(c.started_at_us);
  for (auto* column : {&c.a, &c.b, &c.line, &c.imei, &c.imsi, &c.forwarded_to, &c.cell,
                       &c.last_cell, &c.roaming, &c.authorization})
    keep(*column);
  keep(c.duration_s);
  keep(c.kind);
  keep(c.flags);
  keep(c.utc_offset_min);
  keep(c.latitude_e7);
  keep(c.longitude_e7);
  keep(c.azimuth_deg);
  c.records = rows.size();
}

CallRow row_of(const CallColumns& c, std::size_t row) {
  CallRow call;
  call.source_id = c.source_id;
  call.line = c.line[row];
  call.started_at_us = c.started_at_us[row];
  call.utc_offset_min = c.utc_offset_min[row];
  call.a = c.a[row];
  call.b = c.b[row];
  call.duration_s = c.duration_s[row];
  call.kind = call_kind(c.kind[row]);
  call.flags = c.flags[row];
  call.imei = CallColumns::at(c.imei, row);
  call.imsi = CallColumns::at(c.imsi, row);
  call.forwarded_to = CallColumns::at(c.forwarded_to, row);
  call.cell = c.text(c.cell, row);
  call.last_cell = c.text(c.last_cell, row);
  call.roaming = c.text(c.roaming, row);
  call.authorization_id = c.text(c.authorization, row);
  call.latitude_e7 = CallColumns::at(c.latitude_e7, row);
  call.longitude_e7 = CallColumns::at(c.longitude_e7, row);
  call.azimuth_deg = CallColumns::at(c.azimuth_deg, row);
  return call;
}

v1::CallKind call_kind(std::uint32_t stored) {
  const auto number = static_cast<int>(stored);
  return v1::CallKind_IsValid(number) ? static_cast<v1::CallKind>(number)
                                      : v1::CALL_KIND_UNSPECIFIED;
}

std::vector<std::string> flag_names(std::uint32_t flags) {
  std::vector<std::string> names;
  for (std::uint32_t bit = 1; bit <= 0x8000; bit <<= 1) {
    if ((flags & bit) == 0 || !v1::CallFlag_IsValid(static_cast<int>(bit))) continue;
    std::string name = v1::CallFlag_Name(static_cast<v1::CallFlag>(bit));
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    names.push_back(std::move(name));
  }
  return names;
}

std::string_view kind_name(std::uint32_t kind) {
  switch (kind) {
    case v1::CALL:
      return "call";
    case v1::SMS:
      return "sms";
    case v1::LOCATION:
      return "location";
    case v1::DATA:
      return "data";
    case v1::MMS:
      return "mms";
    default:
      return "other";
  }
}

std::string_view direction_name(std::uint32_t flags) {
  if ((flags & v1::TARGET_PERSPECTIVE) == 0) return {};
  return (flags & v1::OWNER_IS_B) != 0 ? "in" : "out";
}

}  // namespace palermo::store
