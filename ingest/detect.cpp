#include "ingest/detect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/base/text.hpp"
#include "ingest/exchange/exchange.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/decode_text.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{256} << 10;

std::string shown_columns(const Row& row) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(row.cells.size(), 6); ++i) {
    if (i > 0) out += ", ";
    out += row.cells[i].empty() ? "(empty)" : "'" + core::printable(row.cells[i], 24) + "'";
  }
  return out + (row.cells.size() > 6 ? ", …" : "");
}

/// A table that describes nodes: a column that names each once, and numbers or words about it.
bool describes_nodes(std::string_view text, char separator) {
  static constexpr std::string_view kNames[] = {"name", "label", "id", "node", "actor", "player"};
  DelimitedReader reader{text, separator};
  Row header;
  if (const auto any = reader.next(header); !any || !*any || header.cells.size() < 2) return false;
  const std::string first = detail::folded(header.cells.front());
  if (std::find(std::begin(kNames), std::end(kNames), first) == std::end(kNames)) return false;
  std::unordered_set<std::string> labels;
  Row row;
  while (true) {
    const auto more = reader.next(row);
    if (!more) return false;
    if (!*more) break;
    if (row.cells.size() != header.cells.size() || !labels.insert(row.cells.front()).second)
      return false;
  }
  return labels.size() > 1;
}

constexpr std::string_view kWarrant = "a warrant message of ETSI TS 103 120 (HI-1)";

std::string describe_xml(std::string_view bytes) {
  const XmlHead head = xml_head(bytes);
  if (head.root == "HI1Message") return std::string{kWarrant};
  if (head.root == "schema") return "an XML schema: it says how documents look and holds no record";
  if (head.root.empty()) return "XML or HTML";
  return fmt::format("XML whose root element is {}", core::printable(head.root, 60));
}

}  // namespace

std::string describe_content(std::string_view bytes) {
  if (bytes.empty()) return "an empty file";
  if (const FileSignature signature = signature_of(bytes); !signature.what.empty())
    return std::string{signature.what};
  constexpr auto kJson = "JSON whose members belong to no known record";
  std::string_view sample = bytes.substr(0, kSampleBytes);
  if (sample.size() < bytes.size()) {
    const std::size_t end = sample.rfind('\n');
    if (end == std::string_view::npos)
      return sample.starts_with('{') || sample.starts_with('[') ? kJson
                                                                : "a file without line ends";
    sample = sample.substr(0, end + 1);
  }
  const auto text = check_text(sample);
  if (!text) return "text that cannot be read: " + text.error().message;
  const char first = (*text)[text->find_first_not_of(" \t\r\n")];
  if (const std::string model = what_ftm_file(sample); !model.empty()) return model;
  if (first == '{' || first == '[') return kJson;
  if (first == '<') return describe_xml(bytes);
  const char separator = guess_separator(*text);
  if (separator == 0 || separator == ' ') return "text without columns";
  DelimitedReader reader{*text, separator};
  Row row;
  if (const auto any = reader.next(row); !any || !*any) return "text without rows";
  if (row.cells.size() < 2) return "text without columns";
  if (sample.size() == bytes.size() && describes_nodes(*text, separator))
    return fmt::format(
        "a table of attributes, one row for each label, and states no tie; its "
        "columns are {}",
        shown_columns(row));
  return fmt::format("a table of {} {} separated columns whose first row is {}", row.cells.size(),
                     name_of_separator(separator), shown_columns(row));
}

std::string DetectedFormat::text() const {
  std::string out = fmt::format("{}: {}", best.format, best.detection.reason);
  if (!runner_up.format.empty())
    out += fmt::format("; next: {} ({})", runner_up.format, runner_up.detection.reason);
  return out;
}

core::Result<DetectedFormat> detect_format(std::string_view bytes, std::string_view file_name,
                                           const std::vector<FormatGuess>& others) {
  std::vector<FormatGuess> guesses = others;
  for (const Adapter& adapter : record_adapters())
    if (!adapter.binary) guesses.push_back({adapter.id, adapter.detect(bytes, file_name)});
  std::erase_if(guesses, [](const FormatGuess& guess) {
    return guess.detection.confidence < kOfferedConfidence;
  });
  std::stable_sort(guesses.begin(), guesses.end(), [](const FormatGuess& a, const FormatGuess& b) {
    return a.detection.confidence > b.detection.confidence;
  });
  const auto error = [&](std::string message, std::string next) {
    core::Error out = bad_input(0, std::move(message), std::move(next));
    out.where->file = file_name;
    return out;
  };
  if (guesses.empty()) {
    std::string next =
        "name the format with --format; a table of calls whose layout is not known needs a mapping "
        "of its columns: `palermo profile new FILE` drafts one for --map (docs/formats/profile.md)";
    if (const FileSignature signature = signature_of(bytes); !signature.what.empty())
      next = signature.next;
    const std::string content = describe_content(bytes);
    if (content.starts_with("a table of attributes"))
      next =
          "attributes of persons are not read from tables; state them in a facts file "
          "(docs/formats/facts.md), or name the format with --format";
    if (content == kWarrant) next = "`palermo authorize add FILE` takes warrants into the case";
    return error(fmt::format("no known format: this is {}", content), std::move(next));
  }
  if (guesses.size() > 1 && guesses[0].detection.confidence == guesses[1].detection.confidence)
    return error(
        fmt::format("two formats fit equally: {} ({}) and {} ({})", guesses[0].format,
                    guesses[0].detection.reason, guesses[1].format, guesses[1].detection.reason),
        "name the right one with --format");
  DetectedFormat found{guesses[0], {}};
  if (guesses.size() > 1) found.runner_up = guesses[1];
  return found;
}

const Adapter* find_record_adapter(std::string_view format) {
  std::string wanted{format};
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (const Adapter& adapter : record_adapters())
    if (adapter.id == wanted) return &adapter;
  return nullptr;
}

}  // namespace palermo::ingest
