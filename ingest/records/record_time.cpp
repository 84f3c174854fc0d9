#include "ingest/records/record_time.hpp"

#include <fmt/format.h>

#include "ingest/records/text_input.hpp"

namespace palermo::ingest::detail {

core::Result<TimeReader> TimeReader::make(const AdapterOptions& options) {
  TimeReader reader;
  if (!options.timezone.empty()) {
    PALERMO_TRY(reader.zone_, core::TimeZone::find(options.timezone));
  }
  return reader;
}

ReadTime TimeReader::interval(std::int64_t first_local, std::int64_t end_local,
                              std::string_view text) {
  ReadTime out;
  out.state = ReadTime::State::Ok;
  out.text = text;
  if (zone_) {
    ++locals_;
    out.instant = zone_->to_utc(first_local).instant;
    out.last_us = zone_->to_utc(end_local).instant.us - 1;
  } else {
    ++utc_days_;
    out.instant = {first_local, 0};
    out.last_us = end_local - 1;
  }
  return out;
}

ReadTime TimeReader::read_partial(std::string_view text) {
  const bool month = text.size() == 7 && text[4] == '-';
  if (text.size() != 4 && !month) return read(text, true);
  const std::string first_day = fmt::format("{}{}", text, month ? "-01" : "-01-01");
  const auto date = core::parse_date(first_day);
  if (!date) {
    ReadTime out;
    out.state = ReadTime::State::Bad;
    out.why = "no year and no month";
    return out;
  }
  const int year = std::stoi(first_day.substr(0, 4));
  const int number = std::stoi(first_day.substr(5, 2));
  const bool last = !month || number == 12;
  ++partial_;
  return interval(std::int64_t{date->days} * core::kUsPerDay,
                  core::civil_to_us(last ? year + 1 : year,
                                    last ? 1U : static_cast<unsigned>(number) + 1, 1, 0, 0, 0),
                  text);
}

ReadTime TimeReader::read(std::string_view text, bool dates) {
  ReadTime out;
  if (text.empty()) return out;
  if (text.size() == 10) {
    const auto date = core::parse_date(text);
    if (!date || !dates) {
      out.state = ReadTime::State::Bad;
      out.why = date ? "a day without time of day" : date.error().message;
      return out;
    }
    const std::int64_t first = std::int64_t{date->days} * core::kUsPerDay;
    return interval(first, first + core::kUsPerDay, text);
  }
  if (const auto instant = core::parse_instant(text)) {
    ++offsets_;
    out.state = ReadTime::State::Ok;
    out.instant = *instant;
    out.last_us = instant->us;
    out.text = text;
    return out;
  }
  // A readable local time becomes a readable instant once a zone is put behind it.
  const auto local = core::parse_instant(std::string{text} + "Z");
  if (!local) {
    out.state = ReadTime::State::Bad;
    out.why = core::parse_instant(text).error().message;
    return out;
  }
  if (!zone_) {
    out.state = ReadTime::State::NoZone;
    return out;
  }
  const core::ZonedTime zoned = zone_->to_utc(local->us);
  ++locals_;
  if (zoned.kind == core::LocalTimeKind::Ambiguous) ++ambiguous_;
  if (zoned.kind == core::LocalTimeKind::Nonexistent) ++nonexistent_;
  out.state = ReadTime::State::Ok;
  out.instant = zoned.instant;
  out.last_us = zoned.instant.us;
  out.text = core::format_local(zoned.instant);
  return out;
}

void TimeReader::report(RecordBatch& batch) const {
  if (locals_ > 0) {
    batch.timezone = zone_->name();
    if (offsets_ > 0) {
      batch.timezone += " where the data state no offset";
      batch.notices.push_back(fmt::format("{} times carry their own offset, {} were read in {}",
                                          offsets_, locals_, zone_->name()));
    }
  } else if (offsets_ > 0) {
    batch.timezone = "offset in data";
  }
  if (utc_days_ > 0)
    batch.notices.push_back(
        fmt::format("{} days without time of day were read as days of UTC", utc_days_));
  if (partial_ > 0)
    batch.notices.push_back(fmt::format(
        "{} dates name a year or a month only and were read as the whole of it", partial_));
  if (ambiguous_ > 0)
    batch.notices.push_back(fmt::format(
        "{} local times exist twice at a clock change; the first (summer) reading was taken",
        ambiguous_));
  if (nonexistent_ > 0)
    batch.notices.push_back(fmt::format(
        "{} local times do not exist because of a clock change; the offset before it was taken",
        nonexistent_));
  batch.ambiguous_local_times += ambiguous_;
  batch.nonexistent_local_times += nonexistent_;
}

core::Error no_zone_error(std::uint32_t line, std::string_view field) {
  return bad_input(
      line, fmt::format("line {}: '{}' is a local time without offset", line, field),
      "write times as 2031-03-04T08:15:53+02:00, or name the zone, for example --timezone "
      "Europe/Rome");
}

}  // namespace palermo::ingest::detail
