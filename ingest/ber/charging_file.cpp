#include "ingest/ber/charging_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/ber/ber_values.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Status;

constexpr std::size_t kFixedHeader = 50;  // up to the length of the routeing filter
constexpr std::uint32_t kUnknownLength = 0xFFFFFFFF;
constexpr unsigned kNewerRelease = 7;  // the release stands in an octet of its own
constexpr unsigned kBer = 1;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t octets) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < octets; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

bool is_padding(char c) { return c == '\0' || c == '\xFF'; }

/// A record behind a header of TS 32.297 6.1.2.
struct HeadedRecord {
  std::size_t octets = 0;  // of header and record
  unsigned format = 0;
  std::optional<BerElement> element;  // with format BER alone
};

std::optional<HeadedRecord> headed_record(std::string_view bytes, std::size_t at) {
  constexpr std::size_t kShortest = 4;
  if (bytes.size() - at < kShortest) return std::nullopt;
  const std::size_t said = number_at(bytes, at, 2);
  const unsigned release = number_at(bytes, at + 2, 1) >> 5;
  HeadedRecord record;
  record.format = number_at(bytes, at + 3, 1) >> 5;
  const std::size_t header = release == kNewerRelease ? kShortest + 1 : kShortest;
  const std::size_t left = bytes.size() - at;
  if (said == 0 || record.format == 0 || record.format > 4 || header >= left) return std::nullopt;
  record.octets = header + said;
  if (record.format != kBer) return said <= left - header ? std::optional{record} : std::nullopt;
  BerReader reader{bytes.substr(at + header), at + header};
  const auto element = reader.next();
  if (!element || !*element || (*element)->tag_class != BerClass::Context ||
      !(*element)->constructed)
    return std::nullopt;
  // The length is that of the record; writers that count the header too are met.
  const std::size_t size = (*element)->size;
  if (said >= header && size == said - header) {
    record.octets = said;
  } else if (size > said || said > left - header) {
    return std::nullopt;
  } else {
    const std::string_view behind = bytes.substr(at + header + size, said - size);
    if (!std::all_of(behind.begin(), behind.end(), is_padding)) return std::nullopt;
  }
  record.element = **element;
  return record;
}

class Walk {
 public:
  Walk(std::string_view bytes, const ChargingVisitor& visitor) : bytes_{bytes}, visitor_{visitor} {}

  Status headed(const ChargingFileHeader& header) {
    note(
        fmt::format("file {} of 3GPP TS 32.297, which its header says holds {} records; closed "
                    "for reason {}",
                    header.sequence, header.records, header.closed_because));
    if (header.lost != 0)
      note(
          fmt::format("the file's header says that records were lost before it was written "
                      "(lost CDR indicator {}): ask the operator for them",
                      header.lost));
    if (header.file_octets != kUnknownLength && header.file_octets != bytes_.size()) {
      const core::Error error = bad_input(
          0,
          fmt::format("the file's header says {} octets, {} are there", header.file_octets,
                      bytes_.size()),
          "the file is cut off or joined to another; ask for it again, or use --keep-going to take "
          "what is there");
      if (!visitor_.broken) return error;
      note(error.message);
    }
    std::size_t at = header.header_octets;
    std::uint64_t padding = 0;
    std::uint64_t found = 0;
    while (at < bytes_.size() && found < visitor_.at_most) {
      const auto record = headed_record(bytes_, at);
      if (record) {
        ++found;
        if (record->element) {
          visitor_.record(*record->element);
        } else if (visitor_.other_encoding) {
          constexpr const char* kNames[] = {"", "", "unaligned PER", "aligned PER", "XER"};
          visitor_.other_encoding(at, kNames[record->format]);
        }
        at += record->octets;
      } else if (is_padding(bytes_[at])) {
        ++at;
        ++padding;
      } else {
        return stop(bad_input(0, fmt::format("octet {}: no record header of TS 32.297", at),
                              "the file is damaged or cut off; ask for it again"));
      }
    }
    if (padding > 0) note(fmt::format("{} octets of padding were passed over", padding));
    if (at >= bytes_.size() && found != header.records)
      note(fmt::format("the file's header says {} records, {} are there", header.records, found));
    return core::ok();
  }

  Status bare() {
    BerReader reader{bytes_};
    PALERMO_CHECK_OK(list(reader, true));
    return core::ok();
  }

  Status listed() {
    BerReader reader{bytes_};
    const auto whole = reader.next();
    if (!whole) return stop(whole.error());
    BerReader parts = BerReader::inside(**whole);
    std::optional<std::int64_t> said;
    while (true) {
      const auto part = parts.next();
      if (!part) return stop(part.error());
      if (!*part) break;
      if ((*part)->context(1)) {
        BerReader records = BerReader::inside(**part);
        PALERMO_CHECK_OK(list(records, false));
      } else if ((*part)->context(2)) {
        constexpr std::uint32_t kNumberOfRecords = 4;
        if (const auto count = find_inside(**part, BerClass::Context, kNumberOfRecords))
          said = ber_integer(count->content);
      }
    }
    const std::string_view rest = reader.rest();
    if (!std::all_of(rest.begin(), rest.end(), is_padding))
      return stop(bad_input(
          0, fmt::format("octet {}: something behind the list of records", reader.position()),
          "two files may have been joined; cut them apart"));
    if (said && *said >= 0 && static_cast<std::uint64_t>(*said) != found_ &&
        visitor_.at_most == SIZE_MAX)
      note(fmt::format("the file's trailer says {} records, {} are there", *said, found_));
    return core::ok();
  }

 private:
  Status list(BerReader& reader, bool padded) {
    std::uint64_t padding = 0;
    while (found_ < visitor_.at_most) {
      if (padded) {
        const std::string_view rest = reader.rest();
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_padding);
        const auto octets = static_cast<std::size_t>(end - rest.begin());
        padding += octets;
        reader.skip(octets);
      }
      const auto element = reader.next();
      if (!element) return stop(element.error());
      if (!*element) break;
      ++found_;
      visitor_.record(**element);
    }
    if (padding > 0) note(fmt::format("{} octets of padding were passed over", padding));
    return core::ok();
  }

  Status stop(const core::Error& error) {
    if (!visitor_.broken) return error;
    visitor_.broken(error);
    return core::ok();
  }

  void note(std::string text) {
    if (visitor_.notices != nullptr) visitor_.notices->push_back(std::move(text));
  }

  std::string_view bytes_;
  const ChargingVisitor& visitor_;
  std::uint64_t found_ = 0;
};

}  // namespace

std::optional<ChargingFileHeader> read_charging_file_header(std::string_view bytes) {
  if (bytes.size() < kFixedHeader + 2) return std::nullopt;
  ChargingFileHeader header;
  header.file_octets = number_at(bytes, 0, 4);
  header.header_octets = number_at(bytes, 4, 4);
  header.records = number_at(bytes, 18, 4);
  header.sequence = number_at(bytes, 22, 4);
  header.closed_because = static_cast<std::uint8_t>(bytes[26]);
  header.lost = static_cast<std::uint8_t>(bytes[47]);
  // Months of the two times it carries: the only fields that cannot be just anything.
  for (const std::size_t at : {std::size_t{10}, std::size_t{14}}) {
    const std::uint32_t month = number_at(bytes, at, 1) >> 4;
    if (month > 12) return std::nullopt;
  }
  const std::size_t filter = number_at(bytes, 48, 2);
  const std::size_t private_at = kFixedHeader + filter;
  if (private_at + 2 > bytes.size()) return std::nullopt;
  std::size_t size = private_at + 2 + number_at(bytes, private_at, 2);
  for (const std::size_t at : {std::size_t{8}, std::size_t{9}})
    if (number_at(bytes, at, 1) >> 5 == kNewerRelease) ++size;
  if (header.header_octets != size || size > bytes.size()) return std::nullopt;
  return header;
}

ChargingForm charging_form(std::string_view bytes) {
  if (read_charging_file_header(bytes)) return ChargingForm::Headed;
  BerReader reader{bytes};
  constexpr std::uint32_t kSequence = 16;
  const auto first = reader.next();
  if (first && *first && (*first)->is(BerClass::Universal, kSequence) && (*first)->constructed)
    return ChargingForm::Listed;
  return ChargingForm::Bare;
}

Status for_each_charging_record(std::string_view bytes, const ChargingVisitor& visitor) {
  Walk walk{bytes, visitor};
  if (const auto header = read_charging_file_header(bytes)) return walk.headed(*header);
  return charging_form(bytes) == ChargingForm::Listed ? walk.listed() : walk.bare();
}

}  // namespace palermo::ingest
