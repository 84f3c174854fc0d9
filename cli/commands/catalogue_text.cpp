#include "cli/commands/catalogue_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using V = google::protobuf::Value;

/// Broken at 100 columns; what follows the first line hangs under it.
std::string hung(const std::string& text, std::size_t indent) {
  std::string out;
  for (const char c : core::wrapped(text, 100 - indent, 0)) {
    out += c;
    if (c == '\n') out.append(indent, ' ');
  }
  return out;
}

/// A cell of the file as it may be shown.
std::string shown(const std::string& text, std::size_t limit) {
  return core::printable(text, limit);
}

std::string or_unknown(const std::string& text) { return text.empty() ? "unknown" : text; }

std::string maximum(const v1::Law& law) {
  if (!law.has_max_years()) return "?";
  if (law.max_years().kind_case() == V::kStringValue) return "life";
  return fmt::format("{}", law.max_years().number_value());
}

/// "2015-07-01 to date", "unknown to 2023-03-10".
std::string legal_time(const v1::CatalogueRow& row) {
  const v1::Law& law = row.law();
  const bool open_end = law.in_force_to().empty() && row.certain_to().empty();
  const std::string to = !law.in_force_to().empty()    ? law.in_force_to()
                         : !open_end                   ? "unknown"
                         : law.in_force_from().empty() ? "unknown"
                                                       : "to date";
  return fmt::format("{} {}{}", or_unknown(law.in_force_from()), to == "to date" ? "" : "to ", to);
}

std::string certain_time(const v1::CatalogueRow& row) {
  if (row.certain_from().empty() && row.certain_to().empty()) return "";
  return fmt::format("{} to {}", or_unknown(row.certain_from()),
                     !row.certain_to().empty()         ? row.certain_to()
                     : row.law().in_force_to().empty() ? "date"
                                                       : row.law().in_force_to());
}

std::string elements(const v1::OffenceElements& e) {
  std::vector<std::string> out;
  if (e.has_benefit_required())
    out.push_back(e.benefit_required() ? "gain required" : "no gain required");
  if (e.has_benefit_aggravates() && e.benefit_aggravates()) out.emplace_back("gain aggravates");
  if (e.entry()) out.emplace_back("entry");
  if (e.transit()) out.emplace_back("transit");
  if (e.stay()) out.emplace_back("stay");
  if (e.has_migrant_offence_required())
    out.push_back(e.migrant_offence_required() ? "the migrant's own offence must be shown"
                                               : "no offence of the migrant needed");
  if (e.has_min_persons()) out.push_back(fmt::format("{} persons or more", e.min_persons()));
  for (const std::string& word : e.excluded()) out.push_back(shown(word, 30) + " help excluded");
  return fmt::format("{}", fmt::join(out, "; "));
}

void line(std::string& text, const char* name, const std::string& value) {
  if (value.empty()) return;
  text += fmt::format("  {:<14}{}\n", name, hung(value, 16));
}

std::string item_text(const v1::CatalogueItem& item) {
  const v1::CatalogueRow& row = item.row();
  const v1::Law& law = row.law();
  std::string text = fmt::format("{}  {}\n", shown(row.id(), 80), shown(row.label(), 200));
  line(text, "provision",
       fmt::format("{} ({}, {})", shown(law.provision(), 120), shown(law.state(), 10),
                   shown(law.form(), 20)));
  line(text, "maximum",
       maximum(law) + (maximum(law) == "life" || maximum(law) == "?" ? "" : " years") +
           (row.has_min_years() ? fmt::format(", minimum {} years", row.min_years()) : "") +
           (row.fine_alternative() ? ", or a fine" : "") +
           fmt::format("; a serious crime: {}", item.serious()));
  line(text, "in force", legal_time(row));
  line(text, "certain", certain_time(row));
  if (!item.in_force().empty()) line(text, "on that day", item.in_force());
  std::vector<std::string> ids(law.implements().begin(), law.implements().end());
  for (std::string& id : ids) id = shown(id, 40);
  line(text, "implements", fmt::format("{}", fmt::join(ids, ", ")));
  line(text, "asks for", elements(row.elements()));
  line(text, "basic form", shown(row.parent_id(), 80));
  std::vector<std::string> next(row.succeeded_by().begin(), row.succeeded_by().end());
  for (std::string& id : next) id = shown(id, 80);
  line(text, "replaced by", fmt::format("{}", fmt::join(next, ", ")));
  if (!row.text_quote().empty())
    line(text, "words",
         fmt::format("\"{}\" ({})", shown(row.text_quote(), 600), shown(row.language(), 4)));
  line(text, "source",
       shown(law.source(), 300) +
           (row.source_date().empty() ? "" : ", " + shown(row.source_date(), 20)));
  line(text, "confidence", shown(row.confidence(), 20));
  line(text, "reviewer", row.reviewer().empty() ? "none yet" : shown(row.reviewer(), 100));
  line(text, "known here",
       fmt::format("{} to {}", or_unknown(shown(row.known_from(), 20)),
                   row.known_to().empty() ? "date" : shown(row.known_to(), 20)));
  line(text, "used", item.usable());
  line(text, "note", shown(row.note(), 600));
  return text;
}

}  // namespace

std::string catalogue_list_text(const v1::CatalogueAnswer& answer) {
  if (answer.items().empty())
    return fmt::format("No row of the {} in the catalogue answers this.\n",
                       answer.rows_in_catalogue());
  const bool dated = !answer.on().empty();
  std::vector<std::vector<std::string>> rows{{"id", "max", "serious",
                                              dated ? "in force" : "in force (known bounds)",
                                              "basis", "provision"}};
  for (const v1::CatalogueItem& item : answer.items()) {
    const v1::CatalogueRow& row = item.row();
    rows.push_back({shown(row.id(), 24), maximum(row.law()), item.serious(),
                    dated ? item.in_force() : legal_time(row), shown(row.confidence(), 10),
                    shown(row.law().provision(), 26)});
  }
  return core::table(rows) +
         fmt::format("{} of {} rows, catalogue {}{}.\n", answer.items_size(),
                     answer.rows_in_catalogue(), shown(answer.version(), 20),
                     answer.known_at().empty() ? "" : " as known on " + answer.known_at()) +
         core::wrapped(answer.convention(), 100, 0) + "\n";
}

std::string catalogue_show_text(const v1::CatalogueAnswer& answer) {
  std::string text;
  for (const v1::CatalogueItem& item : answer.items())
    text += (text.empty() ? "" : "\n") + item_text(item);
  return text + core::wrapped(answer.convention(), 100, 0) + "\n";
}

std::string catalogue_check_text(const v1::CatalogueCheck& answer) {
  std::string text;
  for (const v1::DataProblem& problem : answer.problems()) {
    text += fmt::format("line {}{}: {}\n", problem.line(),
                        problem.row().empty() ? "" : ", " + problem.row(), problem.text());
    if (!problem.next().empty()) text += "  " + hung(problem.next(), 2) + "\n";
  }
  return text + fmt::format("{}: {} rows, {}; {} without a national reviewer, {} from memory\n",
                            answer.file().empty() ? "The catalogue of the program"
                                                  : shown(answer.file(), 200),
                            answer.rows(),
                            answer.ok() ? std::string{"nothing wrong"}
                                        : fmt::format("{} wrong", answer.problems_size()),
                            answer.without_reviewer(), answer.from_memory());
}

std::string parties_text(const v1::PartyAnswer& answer) {
  const bool dated = !answer.on().empty();
  std::vector<std::vector<std::string>> rows{
      {"State", "treaty", "in force", dated ? "bound" : "basis", "source"}};
  for (const v1::PartyItem& item : answer.items()) {
    const v1::PartyRow& row = item.row();
    rows.push_back({row.state(), row.instrument(), or_unknown(row.in_force_from()),
                    dated ? item.bound() : row.confidence(),
                    row.source().empty() ? "-" : shown(row.source(), 60)});
  }
  return core::table(rows) + core::wrapped(answer.convention(), 100, 0) + "\n";
}

}  // namespace palermo::cli
