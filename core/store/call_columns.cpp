#include "core/store/call_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <span>

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

/// The distinct numbers of a segment as a bit map, which gives their ascending order without
/// sorting.
class IdSet {
 public:
  void clear() {
    std::fill(words_.begin(), words_.end(), 0);
    count_ = 0;
  }
  void add(const std::vector<std::uint32_t>& column, std::size_t begin, std::size_t end) {
    if (column.empty()) return;
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t id = column[i];
      const std::size_t word = id / 64;
      if (word >= words_.size()) words_.resize(word + 1 + words_.size() / 2);
      words_[word] |= std::uint64_t{1} << (id % 64);
    }
  }
  void finish() {
    if (!words_.empty()) words_[0] &= ~std::uint64_t{1};  // 0 is "none"
    ranks_.resize(words_.size());
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      ranks_[i] = rank;
      rank += static_cast<std::uint32_t>(std::popcount(words_[i]));
    }
    count_ = rank;
  }
  /// Position in the ascending order + 1; 0 for 0.
  [[nodiscard]] std::uint32_t position(std::uint32_t id) const {
    if (id == 0) return 0;
    const std::uint64_t below = (std::uint64_t{1} << (id % 64)) - 1;
    return ranks_[id / 64] + static_cast<std::uint32_t>(std::popcount(words_[id / 64] & below)) + 1;
  }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  template <typename Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        visit(static_cast<std::uint32_t>(i * 64 + static_cast<unsigned>(std::countr_zero(word))));
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> ranks_;
  std::uint32_t count_ = 0;
};

/// Maps as long as the case has identifiers: kept from one segment to the next.
struct Scratch {
  IdSet ids;
  IdSet texts;
  std::vector<std::int64_t> numbers;
  std::vector<std::string_view> strings;
};

Scratch& scratch_of_thread() {
  thread_local Scratch scratch;
  return scratch;
}

void find_ids(const CallColumns& c, std::size_t begin, std::size_t end, IdSet& ids) {
  ids.clear();
  for (const auto* column : {&c.a, &c.b, &c.imei, &c.imsi, &c.forwarded_to})
    ids.add(*column, begin, end);
  ids.finish();
}

v1::CallSegment pack(const CallColumns& c, std::span<const std::string> all_texts,
                     std::size_t begin, std::size_t end, Scratch& memory) {
  const IdSet& ids = memory.ids;
  v1::CallSegment segment;
  segment.set_version(kVersion);
  segment.set_records(static_cast<std::uint32_t>(end - begin));
  segment.set_source_id(c.source_id);
  segment.set_salt(core::random_bytes(32));
  std::vector<std::int64_t>& scratch = memory.numbers;
  scratch.clear();
  ids.each([&](std::uint32_t id) { scratch.push_back(id); });
  segment.set_identifiers(ids.count());
  if (ids.count() > 0) pack_steps(scratch, *segment.mutable_packed_dictionary());

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
  const auto local = [&](const std::vector<std::uint32_t>& column) {
    scratch.resize(end - begin);
    for (std::size_t i = begin; i < end; ++i) scratch[i - begin] = ids.position(column[i]);
    return std::span<const std::int64_t>{scratch};
  };
  pack_plain(local(c.a), *segment.mutable_a());
  pack_plain(local(c.b), *segment.mutable_b());
  pack_plain(widened(c.duration_s, begin, end, scratch), *segment.mutable_duration_s());
  pack_plain(widened(c.kind, begin, end, scratch), *segment.mutable_kind());
  pack_steps(widened(c.line, begin, end, scratch), *segment.mutable_line());
  pack_plain(widened(c.utc_offset_min, begin, end, scratch), *segment.mutable_utc_offset_min());
  pack_plain(widened(c.flags, begin, end, scratch), *segment.mutable_flags());
  if (!all_zero(c.imei, begin, end)) pack_plain(local(c.imei), *segment.mutable_imei());
  if (!all_zero(c.imsi, begin, end)) pack_plain(local(c.imsi), *segment.mutable_imsi());
  if (!all_zero(c.forwarded_to, begin, end))
    pack_plain(local(c.forwarded_to), *segment.mutable_forwarded_to());

  // Texts of the whole file are narrowed to those this segment uses, in the file's order.
  IdSet& used = memory.texts;
  used.clear();
  for (const auto* column : {&c.cell, &c.last_cell, &c.roaming, &c.authorization})
    used.add(*column, begin, end);
  used.finish();
  if (used.count() > 0) {
    std::vector<std::string_view>& texts = memory.strings;
    texts.clear();
    used.each([&](std::uint32_t index) { texts.emplace_back(all_texts[index - 1]); });
    pack_texts(texts, *segment.mutable_packed_texts());
  }
  const auto text = [&](const std::vector<std::uint32_t>& column,
                        v1::PackedColumn* (v1::CallSegment::*make)()) {
    if (all_zero(column, begin, end)) return;
    scratch.resize(end - begin);
    for (std::size_t i = begin; i < end; ++i) scratch[i - begin] = used.position(column[i]);
    pack_plain(scratch, *(segment.*make)());
  };
  text(c.cell, &v1::CallSegment::mutable_cell);
  text(c.last_cell, &v1::CallSegment::mutable_last_cell);
  text(c.roaming, &v1::CallSegment::mutable_roaming);
  text(c.authorization, &v1::CallSegment::mutable_authorization);
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
  Scratch& memory = scratch_of_thread();
  find_ids(columns, begin, end, memory.ids);
  return pack(columns, texts, begin, end, memory);
}

EncodedSegment encode_segment(const CallColumns& columns, std::span<const std::string> texts,
                              std::size_t begin, std::size_t end) {
  Scratch& memory = scratch_of_thread();
  const IdSet& ids = memory.ids;
  find_ids(columns, begin, end, memory.ids);
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
  encoded.identifiers.reserve(ids.count());
  ids.each([&](std::uint32_t id) { encoded.identifiers.push_back(id); });
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
