#include "ingest/ber/charging_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.hpp"
#include "ingest/ber/ber_values.hpp"
#include "ingest/calls/user_location.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using core::Result;

/// Calls `visit` with every child; false when the inside is broken.
template <typename Visit>
bool for_each_child(const BerElement& element, Visit&& visit) {
  BerReader reader = BerReader::inside(element);
  while (true) {
    const auto child = reader.next();
    if (!child) return false;
    if (!*child) return true;
    visit(**child);
  }
}

/// Two octets each; the network of three octets may be missing.
std::optional<std::string> cell_text(std::string_view network, std::string_view area,
                                     std::string_view cell) {
  if (area.size() != 2 || (cell.size() != 2 && !cell.empty())) return std::nullopt;
  const auto number = [](std::string_view octets) {
    return static_cast<unsigned>(static_cast<std::uint8_t>(octets[0])) << 8 |
           static_cast<std::uint8_t>(octets[1]);
  };
  if (!cell.empty() && network.size() == 3) {
    std::string all{network};
    all += area;
    all += cell;
    if (const auto global = read_global_cell(core::to_hex(all))) return global->text;
  }
  if (cell.empty()) return fmt::format("LAC {}", number(area));
  return fmt::format("{}-{}", number(area), number(cell));
}

/// LocationAreaAndCell: location area [0], cell [1], network [2]; Location-info counts from [2].
std::optional<std::string> cell_of(const BerElement& location, std::uint32_t first_tag) {
  std::string area;
  std::string cell;
  std::string network;
  const bool whole = for_each_child(location, [&](const BerElement& child) {
    if (child.context(first_tag)) area = child.content;
    if (child.context(first_tag + 1)) cell = child.content;
    if (child.context(first_tag + 2)) network = child.content;
  });
  if (!whole) return std::nullopt;
  return cell_text(network, area, cell);
}

/// Codes of call forwarding, unconditional and conditional.
bool is_forwarding(std::uint8_t code) {
  // 3GPP TS 29.002 17.7.5 (SS-Code)
  constexpr std::uint8_t kCodes[] = {0x20, 0x21, 0x28, 0x29, 0x2A, 0x2B};
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

class Fields {
 public:
  explicit Fields(ChargingRecord& record) : record_{record} {}

  void take(ChargingField field, const BerElement& element) {
    if (!read(field, element)) ++record_.unreadable_tags[element.tag];
  }

  void finish() {
    if (record_.cell.empty() && !area_.empty()) {
      if (auto text = cell_text(network_, area_, cell_)) {
        record_.cell = std::move(*text);
        record_.area_only = cell_.empty();
      }
    }
  }

 private:
  static bool text(std::string& target, std::optional<std::string> read) {
    if (!read || read->empty()) return false;
    if (target.empty()) target = std::move(*read);
    return true;
  }

  bool number(std::string& target, std::optional<AddressText> read) {
    return read && text(target, std::move(read->text));
  }

  bool read(ChargingField field, const BerElement& element) {
    const auto joined = ber_octets(element);
    // Constructed fields are read child by child.
    const std::string octets = joined.value_or(std::string{});
    switch (field) {
      case ChargingField::Imsi:
        return text(record_.imsi, swapped_digits(octets));
      case ChargingField::Imei:
        return text(record_.imei, swapped_digits(octets));
      case ChargingField::ServedNumber:
        return number(record_.served, read_address(octets));
      case ChargingField::Calling: {
        const auto address = read_address(octets);
        record_.calling_restricted = address && address->restricted;
        return number(record_.calling, address);
      }
      case ChargingField::Called:
        return number(record_.called, read_address(octets));
      case ChargingField::Connected:
        return number(record_.connected, read_address(octets));
      case ChargingField::SmsDestination:
        return number(record_.called, read_sms_address(octets));
      case ChargingField::RecordingEntity:
        return text(record_.entity, core::to_hex(octets));
      case ChargingField::CallReference:
        return text(record_.reference, core::to_hex(octets));
      case ChargingField::Location:
        return text(record_.cell, cell_of(element, 0));
      case ChargingField::LocationInfo:
        return text(record_.cell, cell_of(element, 2));
      case ChargingField::ChangeOfLocation:
        return changes(element);
      case ChargingField::UserLocation:
        return user_location(record_.cell, octets);
      case ChargingField::LastUserLocation:
        return user_location(record_.last_cell, octets);
      case ChargingField::LocationArea:
        area_ = octets;
        return octets.size() == 2;
      case ChargingField::Cell:
        cell_ = octets;
        return octets.size() == 2;
      case ChargingField::Network:
        network_ = octets;
        return octets.size() == 3;
      case ChargingField::SupplementaryUsed:
        return supplementary(element);
      case ChargingField::Seizure:
        return text(record_.seizure, read_time_stamp(octets));
      case ChargingField::Answer:
        return text(record_.answer, read_time_stamp(octets));
      case ChargingField::Release:
        return text(record_.release, read_time_stamp(octets));
      case ChargingField::EventTime:
        return text(record_.event, read_time_stamp(octets));
      case ChargingField::Duration:
        return whole(record_.duration_s, octets);
      case ChargingField::Cause:
        return whole(record_.cause, octets);
      case ChargingField::Sequence:
        return whole(record_.sequence, octets);
      case ChargingField::SmsResult:
        record_.not_delivered = true;
        return true;
      case ChargingField::Extensions:
        record_.has_extensions = true;
        return true;
    }
    return false;
  }

  static bool whole(std::optional<std::int64_t>& target, std::string_view octets) {
    const auto value = ber_integer(octets);
    if (!value || *value < 0 || *value > INT32_MAX) return false;
    target = value;
    return true;
  }

  bool user_location(std::string& target, const std::string& octets) {
    auto place = read_user_location(core::to_hex(octets));
    if (!place) return false;
    if (&target == &record_.cell) record_.area_only = !place->is_cell;
    return text(target, std::move(place->text));
  }

  bool changes(const BerElement& element) {
    std::size_t count = 0;
    std::string last;
    const bool good = for_each_child(element, [&](const BerElement& change) {
      const auto location = find_inside(change, BerClass::Context, 0);
      const auto cell = location ? cell_of(*location, 0) : std::nullopt;
      if (!cell) return;
      ++count;
      last = *cell;
    });
    if (!good || count == 0) return false;
    record_.last_cell = last;
    record_.cells_between = count - 1;
    return true;
  }

  bool supplementary(const BerElement& element) {
    return for_each_child(element, [&](const BerElement& used) {
      const auto code = find_inside(used, BerClass::Context, 0);
      if (code && code->content.size() == 1 &&
          is_forwarding(static_cast<std::uint8_t>(code->content[0])))
        record_.forwarded = true;
    });
  }

  ChargingRecord& record_;
  std::string area_, cell_, network_;
};

}  // namespace

Result<ChargingRecord> read_charging_record(const BerElement& element) {
  ChargingRecord record;
  record.choice = element.tag;
  const auto broken = [&element](const std::string& what) {
    return bad_input(0, fmt::format("octet {}: {}", element.at, what));
  };
  bool whole = for_each_child(element, [&](const BerElement& child) {
    if (child.context(0) && !record.record_type) record.record_type = ber_integer(child.content);
  });
  if (!whole) return broken("the record is broken inside");
  if (!record.record_type) return broken("no recordType");
  if (*record.record_type < 0 || *record.record_type > UINT16_MAX) return record;
  record.type =
      charging_record_type(record.choice, static_cast<std::uint32_t>(*record.record_type));
  if (element.tag_class != BerClass::Context) record.type = nullptr;
  if (record.type == nullptr || record.type->kind.empty()) return record;
  Fields fields{record};
  for_each_child(element, [&](const BerElement& child) {
    const auto tags = record.type->tags;
    const auto found = std::find_if(tags.begin(), tags.end(),
                                    [&](const ChargingTag& tag) { return child.context(tag.tag); });
    if (found != tags.end()) return fields.take(found->field, child);
    const auto known = record.type->known;
    const bool published = child.tag_class == BerClass::Context &&
                           std::any_of(known.begin(), known.end(), [&](const TagRange& range) {
                             return child.tag >= range.first && child.tag <= range.last;
                           });
    if (!published) ++record.unknown_tags[child.tag];
  });
  fields.finish();
  return record;
}

}  // namespace palermo::ingest
