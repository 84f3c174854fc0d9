#include "cli/commands/compare_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "analysis/criteria/outcome.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

std::string cell(const v1::ComparedElement& element) {
  return element.asked() ? criteria::in_words(element.outcome()) : "not asked";
}

std::string table_of(const v1::Comparison& comparison,
                     const google::protobuf::RepeatedPtrField<std::string>& names, int from,
                     int to) {
  std::vector<std::vector<std::string>> rows{{"asked"}};
  for (int i = from; i < to; ++i) rows[0].push_back(names.Get(i));
  for (const v1::ComparedTopic& topic : comparison.topics()) {
    std::vector<std::string> row{topic.title()};
    for (int i = from; i < to; ++i) row.push_back(cell(topic.instruments(i)));
    rows.push_back(std::move(row));
  }
  return core::table(rows);
}

}  // namespace

std::string comparison_text(const v1::AssessedInstruments& answer) {
  const v1::Finding& first = answer.findings(0);
  std::string text = fmt::format(
      "{} (group {}), lens {}, as of {}: {} notions of a criminal group, {} to {} persons\n\n",
      core::printable(first.case_title(), 60), core::printable(first.group(), 40), first.lens(),
      first.as_of(), answer.instruments_size(), first.persons().lo(), first.persons().hi());
  constexpr int kColumns = 4;  // of 15 characters beside the topic: a page is 100 wide
  for (int from = 0; from < answer.instruments_size(); from += kColumns)
    text += table_of(answer.comparison(), answer.instruments(), from,
                     std::min(from + kColumns, answer.instruments_size())) +
            "\n";
  text +=
      core::wrapped(answer.comparison().convention(), 100, 0) + "\n\nWhere they differ, and why\n";
  for (const v1::ComparedTopic& topic : answer.comparison().topics()) {
    if (!topic.differs() || topic.why().empty()) continue;
    text += topic.title() + "\n";
    for (const std::string& line : topic.why())
      text += "  " + core::wrapped(core::printable(line, 900), 98, 2) + "\n";
  }
  text += "\n";
  for (const v1::Finding& finding : answer.findings())
    text += fmt::format("{}  {} ({})\n", finding.finding_id(), finding.instrument(),
                        finding.instrument_version());
  return text;
}

}  // namespace palermo::cli
