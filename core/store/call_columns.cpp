#include "core/store/call_columns.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <span>

namespace palermo::store {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::uint32_t kVersion = 2;
constexpr int kCompression = 1;

Error altered(std::string_view why) {
  return Error{ErrorCode::Integrity, fmt::format("a call segment cannot be read: {}", why),
               std::nullopt, "run `palermo audit verify`; restore the case from a copy", "ALTERED"};
}

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

std::string compress(std::string_view bytes) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
  if (context == nullptr) throw std::bad_alloc{};
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compressCCtx(context.get(), out.data(), out.size(), bytes.data(),
                                             bytes.size(), kCompression);
  if (ZSTD_isError(size) != 0) throw std::bad_alloc{};  // only memory can fail with enough room
  out.resize(size);
  return out;
}

/// Steps and offsets wrap around 2^64, so that any pair of times has one.
std::uint64_t difference(std::int64_t later, std::int64_t earlier) {
  return static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier);
}

unsigned width_for(std::uint64_t range) {
  if (range == 0) return 0;
  if (range <= 0xff) return 1;
  if (range <= 0xffff) return 2;
  if (range <= 0xffff'ffff) return 4;
  return 8;
}

std::string planes_of(std::span<const std::uint64_t> offsets, unsigned width) {
  const std::size_t n = offsets.size();
  std::string planes(n * width, '\0');
  for (unsigned byte = 0; byte < width; ++byte) {
    char* plane = planes.data() + byte * n;
    const unsigned shift = byte * 8;
    for (std::size_t i = 0; i < n; ++i) plane[i] = static_cast<char>(offsets[i] >> shift);
  }
  return compress(planes);
}

void pack_plain(std::span<const std::int64_t> values, v1::PackedColumn& column) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::int64_t base = *low;
  const unsigned width = width_for(difference(*high, base));
  column.set_width(width);
  column.set_base(base);
  if (width == 0) return;
  std::vector<std::uint64_t> offsets(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) offsets[i] = difference(values[i], base);
  column.set_planes(planes_of(offsets, width));
}

/// Steps where they are narrower than the values themselves, as in a file sorted by time.
void pack_steps(std::span<const std::int64_t> values, v1::PackedColumn& column) {
  if (values.size() < 2) return pack_plain(values, column);
  std::vector<std::int64_t> steps(values.size() - 1);
  for (std::size_t i = 1; i < values.size(); ++i)
    steps[i - 1] = static_cast<std::int64_t>(difference(values[i], values[i - 1]));
  const auto [low, high] = std::minmax_element(steps.begin(), steps.end());
  const auto [first, last] = std::minmax_element(values.begin(), values.end());
  if (width_for(difference(*high, *low)) >= width_for(difference(*last, *first)))
    return pack_plain(values, column);
  pack_plain(steps, column);
  column.set_delta(true);
  column.set_first(values[0]);
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

/// The distinct ids of a segment as a bit map, which gives their ascending order without sorting.
class IdSet {
 public:
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

IdSet ids_of(const CallColumns& c, std::size_t begin, std::size_t end) {
  IdSet ids;
  for (const auto* column : {&c.a, &c.b, &c.imei, &c.imsi, &c.forwarded_to})
    ids.add(*column, begin, end);
  ids.finish();
  return ids;
}

v1::CallSegment pack(const CallColumns& c, std::size_t begin, std::size_t end, const IdSet& ids) {
  v1::CallSegment segment;
  segment.set_version(kVersion);
  segment.set_records(static_cast<std::uint32_t>(end - begin));
  segment.set_source_id(c.source_id);
  segment.set_salt(core::random_bytes(32));
  segment.mutable_dictionary()->Reserve(static_cast<int>(ids.count()));
  ids.each([&](std::uint32_t id) { segment.add_dictionary(id); });

  std::vector<std::int64_t> scratch;
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

  // Texts of the whole file are narrowed to those this segment uses.
  std::vector<std::uint32_t> narrowed(c.texts.size() + 1, 0);
  const auto text = [&](const std::vector<std::uint32_t>& column,
                        v1::PackedColumn* (v1::CallSegment::*make)()) {
    if (all_zero(column, begin, end)) return;
    scratch.resize(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t index = column[i];
      if (index != 0 && narrowed[index] == 0) {
        segment.add_texts(c.texts[index - 1]);
        narrowed[index] = static_cast<std::uint32_t>(segment.texts_size());
      }
      scratch[i - begin] = narrowed[index];
    }
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

/// Decompressed numbers of one column, before base and steps are added.
Result<std::vector<std::uint64_t>> offsets_of(const v1::PackedColumn& column, std::size_t n) {
  const unsigned width = column.width();
  if (width != 1 && width != 2 && width != 4 && width != 8) return altered("a column width");
  const std::size_t size = n * width;
  const std::string& frame = column.planes();
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != size)
    return altered("a column length");
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
  if (context == nullptr) throw std::bad_alloc{};
  std::string planes(size, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), planes.data(), size, frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != size) return altered("a column's compression");
  std::vector<std::uint64_t> offsets(n, 0);
  for (unsigned byte = 0; byte < width; ++byte) {
    const char* plane = planes.data() + byte * n;
    const unsigned shift = byte * 8;
    for (std::size_t i = 0; i < n; ++i)
      offsets[i] |= static_cast<std::uint64_t>(static_cast<unsigned char>(plane[i])) << shift;
  }
  return offsets;
}

template <typename T>
Status unpack(const v1::PackedColumn& column, std::size_t n, std::int64_t low, std::int64_t high,
              std::vector<T>& out) {
  out.clear();
  out.resize(n);
  const auto base = static_cast<std::uint64_t>(column.base());
  const bool steps = column.delta();
  const std::size_t stored = steps ? n - 1 : n;
  std::vector<std::uint64_t> offsets;
  if (column.width() != 0 && stored > 0) {
    PALERMO_TRY(offsets, offsets_of(column, stored));
  }
  std::uint64_t value = static_cast<std::uint64_t>(column.first());
  bool good = true;
  for (std::size_t i = 0; i < n; ++i) {
    if (!steps) {
      value = base + (offsets.empty() ? 0 : offsets[i]);
    } else if (i > 0) {
      value += base + (offsets.empty() ? 0 : offsets[i - 1]);
    }
    const auto as_signed = static_cast<std::int64_t>(value);
    good = good && as_signed >= low && as_signed <= high;
    out[i] = static_cast<T>(as_signed);
  }
  if (!good) return altered("a value out of range");
  return core::ok();
}

template <typename T>
Status unpack_as(const v1::PackedColumn& column, std::size_t n, std::vector<T>& out) {
  return unpack(column, n, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                static_cast<std::int64_t>(std::numeric_limits<T>::max()), out);
}

}  // namespace

v1::CallSegment pack_segment(const CallColumns& columns, std::size_t begin, std::size_t end) {
  return pack(columns, begin, end, ids_of(columns, begin, end));
}

EncodedSegment encode_segment(const CallColumns& columns, std::size_t begin, std::size_t end) {
  const IdSet ids = ids_of(columns, begin, end);
  const v1::CallSegment segment = pack(columns, begin, end, ids);
  EncodedSegment encoded;
  encoded.blob = segment.SerializeAsString();
  encoded.sha256 = core::sha256(encoded.blob);
  encoded.records = segment.records();
  const auto first = columns.started_at_us.begin();
  const auto [from, to] = std::minmax_element(first + static_cast<std::ptrdiff_t>(begin),
                                              first + static_cast<std::ptrdiff_t>(end));
  encoded.from_us = *from;
  encoded.to_us = *to;
  ids.each([&](std::uint32_t id) {
    const std::uint32_t block = id / kIndexBlockIds;
    if (encoded.index.empty() || encoded.index.back().block != block)
      encoded.index.push_back({block, std::string(kIndexBlockIds / 8, '\0')});
    const std::uint32_t within = id % kIndexBlockIds;
    char& byte = encoded.index.back().bits[within / 8];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | (1U << (within % 8)));
  });
  return encoded;
}

Result<CallColumns> unpack_segment(const v1::CallSegment& segment, unsigned wanted) {
  if (segment.version() != kVersion)
    return altered(fmt::format("version {}, this program reads {}", segment.version(), kVersion));
  const std::size_t n = segment.records();
  if (n == 0 || n > kMaxSegmentRecords) return altered("the number of records");
  CallColumns c;
  c.source_id = segment.source_id();
  c.records = n;
  c.texts.assign(segment.texts().begin(), segment.texts().end());

  const auto identifiers = [&](const v1::PackedColumn& column,
                               std::vector<std::uint32_t>& out) -> Status {
    PALERMO_CHECK_OK(unpack(column, n, 0, segment.dictionary_size(), out));
    for (std::uint32_t& position : out)
      if (position != 0) position = segment.dictionary(static_cast<int>(position) - 1);
    return core::ok();
  };
  const auto texts = [&](const v1::PackedColumn& column, std::vector<std::uint32_t>& out) {
    return unpack(column, n, 0, segment.texts_size(), out);
  };
  if ((wanted & kColParties) != 0) {
    PALERMO_CHECK_OK(identifiers(segment.a(), c.a));
    PALERMO_CHECK_OK(identifiers(segment.b(), c.b));
  }
  if ((wanted & kColTime) != 0) {
    const auto unit = static_cast<std::int64_t>(segment.time_unit_us());
    if (unit < 1 || unit > 60'000'000) return altered("the unit of time");
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    PALERMO_CHECK_OK(unpack(segment.started_at(), n, -(kMax / unit), kMax / unit, c.started_at_us));
    for (std::int64_t& time : c.started_at_us) time *= unit;
    PALERMO_CHECK_OK(unpack_as(segment.utc_offset_min(), n, c.utc_offset_min));
  }
  if ((wanted & kColUse) != 0) {
    PALERMO_CHECK_OK(unpack_as(segment.duration_s(), n, c.duration_s));
    PALERMO_CHECK_OK(unpack_as(segment.kind(), n, c.kind));
    PALERMO_CHECK_OK(unpack_as(segment.flags(), n, c.flags));
  }
  if ((wanted & kColLine) != 0) PALERMO_CHECK_OK(unpack_as(segment.line(), n, c.line));
  if ((wanted & kColDevices) != 0) {
    if (segment.has_imei()) PALERMO_CHECK_OK(identifiers(segment.imei(), c.imei));
    if (segment.has_imsi()) PALERMO_CHECK_OK(identifiers(segment.imsi(), c.imsi));
    if (segment.has_forwarded_to())
      PALERMO_CHECK_OK(identifiers(segment.forwarded_to(), c.forwarded_to));
  }
  if ((wanted & kColPlaces) != 0) {
    if (segment.has_cell()) PALERMO_CHECK_OK(texts(segment.cell(), c.cell));
    if (segment.has_last_cell()) PALERMO_CHECK_OK(texts(segment.last_cell(), c.last_cell));
    if (segment.has_roaming()) PALERMO_CHECK_OK(texts(segment.roaming(), c.roaming));
    if (segment.has_latitude_e7())
      PALERMO_CHECK_OK(unpack_as(segment.latitude_e7(), n, c.latitude_e7));
    if (segment.has_longitude_e7())
      PALERMO_CHECK_OK(unpack_as(segment.longitude_e7(), n, c.longitude_e7));
    if (segment.has_azimuth_deg())
      PALERMO_CHECK_OK(unpack_as(segment.azimuth_deg(), n, c.azimuth_deg));
  }
  if ((wanted & kColAuthorization) != 0 && segment.has_authorization())
    PALERMO_CHECK_OK(texts(segment.authorization(), c.authorization));
  return c;
}

Result<CallColumns> decode_segment(std::string_view blob, unsigned wanted) {
  v1::CallSegment segment;
  if (blob.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !segment.ParseFromArray(blob.data(), static_cast<int>(blob.size())))
    return altered("it is no CallSegment message");
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
  call.kind = v1::CallKind_IsValid(c.kind[row]) ? static_cast<v1::CallKind>(c.kind[row])
                                                : v1::CALL_KIND_UNSPECIFIED;
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
