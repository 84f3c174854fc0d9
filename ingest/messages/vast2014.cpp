// Microblogs and dispatch messages of the VAST Challenge 2014, mini-challenge 3.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/messages/message_builder.hpp"
#include "ingest/messages/messages.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/flat_csv.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/windows_1252.hpp"

namespace palermo::ingest {
namespace {

constexpr std::string_view kColumns[] = {"type",      "date",     "author", "latitude",
                                         "longitude", "location", "message"};

/// Where each of kColumns stands; empty where one is missing.
std::vector<std::size_t> places_of(const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string_view column : kColumns) {
    const auto found = std::find(names.begin(), names.end(), column);
    if (found == names.end()) return {};
    places.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return places;
}

/// "20140123170000" as "2014-01-23T17:00:00"; as it was where it is no such text.
std::string spread(const std::string& date) {
  if (date.size() != 14 || date.find_first_not_of("0123456789") != std::string::npos) return date;
  return fmt::format("{}-{}-{}T{}:{}:{}", date.substr(0, 4), date.substr(4, 2), date.substr(6, 2),
                     date.substr(8, 2), date.substr(10, 2), date.substr(12, 2));
}

class StreamReader {
 public:
  explicit StreamReader(detail::MessageBuilder builder) : builder_{std::move(builder)} {}

  core::Result<RecordBatch> read(const AdapterInput& input) {
    std::string_view bytes = input.bytes;
    std::string decoded;
    if (!core::is_valid_utf8(bytes)) {
      auto text = from_windows_1252(bytes);
      if (!text)
        return bad_input(0, "neither UTF-8 nor Windows-1252",
                         "convert the file to UTF-8, for example with iconv");
      decoded = *std::move(text);
      bytes = decoded;
      builder_.note("the file is no UTF-8 and was read as Windows-1252");
    }
    PALERMO_TRY(const std::string_view text, check_text(bytes));
    DelimitedReader rows{text, ','};
    Row row;
    PALERMO_TRY(const bool any, rows.next(row));
    if (!any) return bad_input(0, "no header line");
    for (std::string& name : row.cells) name = detail::folded(name);
    places_ = places_of(row.cells);
    if (places_.empty())
      return bad_input(row.line,
                       "the header does not name type, date, author, latitude, longitude, location "
                       "and message",
                       "name the format of the file with --format");
    std::string left;
    for (const std::string& name : row.cells)
      if (std::find(std::begin(kColumns), std::end(kColumns), name) == std::end(kColumns))
        left += (left.empty() ? "" : ", ") + name;
    const std::size_t columns = row.cells.size();
    while (true) {
      PALERMO_TRY(const bool more, rows.next(row));
      if (!more) break;
      if (row.problem.empty() && row.cells.size() == columns) {
        PALERMO_CHECK_OK(take(row));
        continue;
      }
      const std::string problem =
          row.problem.empty() ? fmt::format("{} columns, expected {}", row.cells.size(), columns)
                              : row.problem;
      if (!input.options.keep_going)
        return bad_input(row.line, fmt::format("line {}: {}", row.line, problem),
                         "a separator inside a cell needs quotation marks around the cell");
      builder_.reject(row.line, row.problem.empty() ? "COLUMN_COUNT" : "BAD_QUOTE", problem);
    }
    if (!left.empty()) builder_.note("columns left alone: " + core::printable(left, 200));
    if (lost_ > 0)
      builder_.note(fmt::format(
          "{} messages hold U+FFFD: characters were lost before the file came here", lost_));
    if (mentions_ > 0)
      builder_.note(
          fmt::format("{} texts mention an account with @; a mention is no recipient and "
                      "ties nobody",
                      mentions_));
    return builder_.finish(
        fmt::format("{} microblogs, {} dispatch messages", microblogs_, dispatches_));
  }

 private:
  [[nodiscard]] const std::string& cell(const Row& row, std::size_t column) const {
    return row.cells[places_[column]];
  }

  core::Status take(const Row& row) {
    const std::string type = detail::folded(cell(row, 0));
    const bool dispatch = type == "ccdata";
    if (!dispatch && type != "mbdata") {
      builder_.reject(row.line, "UNKNOWN_KIND", "'type' is neither mbdata nor ccdata");
      return core::ok();
    }
    v1::Message message;
    std::optional<std::int64_t> at_us;
    PALERMO_TRY(const bool good, builder_.take_time(row.line, "date", spread(cell(row, 1)),
                                                    message.mutable_sent_at(), &at_us));
    if (!good) return core::ok();
    message.set_application(dispatch ? "call centre" : std::string{kMicroblog});
    message.set_kind(dispatch ? v1::Message::dispatch : v1::Message::message);
    message.set_sender(cell(row, 2));
    message.set_text(cell(row, 6));
    message.set_place(cell(row, 5));
    const auto latitude = detail::read_weight(cell(row, 3), false);
    const auto longitude = detail::read_weight(cell(row, 4), false);
    if (latitude && longitude) {
      message.set_latitude(*latitude);
      message.set_longitude(*longitude);
    }
    ++(dispatch ? dispatches_ : microblogs_);
    if (message.text().find("\xEF\xBF\xBD") != std::string::npos) ++lost_;
    if (!dispatch && message.text().find('@') != std::string::npos) ++mentions_;
    builder_.add(std::move(message), row.line, at_us);
    return core::ok();
  }

  detail::MessageBuilder builder_;
  std::vector<std::size_t> places_;
  std::uint32_t microblogs_ = 0;
  std::uint32_t dispatches_ = 0;
  std::uint32_t lost_ = 0;
  std::uint32_t mentions_ = 0;
};

Detection detect_stream(std::string_view bytes, std::string_view) {
  if (places_of(csv_column_names(bytes)).empty()) return {};
  return {0.95,
          "the header names type, date, author, location and message, as the message stream "
          "of the VAST Challenge 2014"};
}

}  // namespace

Adapter vast2014_adapter() {
  return {"vast2014", "1", "microblogs and dispatch messages of the VAST Challenge 2014 (CSV)",
          detect_stream, [](const AdapterInput& input) -> core::Result<RecordBatch> {
            PALERMO_TRY(detail::MessageBuilder builder,
                        detail::MessageBuilder::make(input, "lines"));
            return StreamReader{std::move(builder)}.read(input);
          }};
}

}  // namespace palermo::ingest
