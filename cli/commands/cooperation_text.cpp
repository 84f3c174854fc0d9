#include <fmt/format.h>

#include "analysis/criteria/outcome.hpp"
#include "cli/commands/cooperation.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

std::string shown(const std::string& text, std::size_t limit) {
  return text.empty() ? "-" : core::printable(text, limit);
}

template <typename Strings>
std::string joined(const Strings& ids, int most) {
  std::string out;
  for (int i = 0; i < ids.size() && i < most; ++i)
    out += (out.empty() ? "" : " ") + core::printable(ids.Get(i), 14);
  if (ids.size() > most) out += fmt::format(" +{}", ids.size() - most);
  return out.empty() ? "-" : out;
}

std::string joined_words(const google::protobuf::RepeatedPtrField<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : "; ") + core::printable(word, 60);
  return out;
}

std::string short_standing(const v1::CorroborationRow& row) {
  if (row.with() != row.without()) return "rests on it";
  return row.of_others().empty() ? "no other support" : "others too";
}

template <typename Answer>
std::string foot(const Answer& answer) {
  std::string text;
  for (const std::string& notice : answer.notices())
    text += "note: " + core::wrapped(core::printable(notice, 200), 94, 0) + "\n";
  return text + core::wrapped(answer.convention(), 100, 0) + "\n";
}

void provisions(std::string& text, const std::string& state,
                const google::protobuf::RepeatedPtrField<v1::ProvisionAt>& items) {
  if (items.empty())
    text += fmt::format("    {}  no provision is stated or in the catalogue\n", state);
  for (const v1::ProvisionAt& item : items) {
    text += "    " +
            core::wrapped(fmt::format("{}  {}{}; maximum {}; in force {}; {}", state,
                                      shown(item.provision(), 40),
                                      item.form().empty() ? "" : ", " + shown(item.form(), 14),
                                      item.maximum().empty() ? "not known" : item.maximum(),
                                      item.in_force(), shown(item.basis(), 60)),
                          96, 8) +
            "\n";
    if (!item.asks_for().empty())
      text += "        asks for: " + core::wrapped(joined_words(item.asks_for()), 80, 8) + "\n";
  }
}

}  // namespace

std::string conduct_text(const v1::DualCriminality& table) {
  std::string text = fmt::format("Conduct that {} and {} punish\n", table.home(), table.other());
  for (const v1::ConductRow& row : table.rows()) {
    text += fmt::format("{}  {} in {} on {}, {}: in both {}\n", shown(row.statement_id(), 20),
                        row.type(), shown(row.state(), 4), shown(row.at(), 26),
                        shown(row.offence(), 20), criteria::in_words(row.both()));
    provisions(text, table.home(), row.here());
    provisions(text, table.other(), row.there());
    for (const std::string& line : row.missing())
      text += "    missing: " + core::printable(line, 84) + "\n";
  }
  return text + foot(table);
}

std::string jurisdiction_text(const v1::JurisdictionMatrix& matrix) {
  std::vector<std::vector<std::string>> rows{{"State", "bound", "what", "stated in"}};
  for (const v1::JurisdictionRow& row : matrix.rows()) {
    bool first = true;
    for (const v1::JurisdictionCell& cell : row.cells()) {
      if (cell.statement_ids().empty()) continue;
      rows.push_back({first ? shown(row.state(), 4) : "", first ? row.bound_by_convention() : "",
                      fmt::format("{} {}", cell.statement_ids_size(), cell.column()),
                      joined(cell.statement_ids(), 5)});
      first = false;
    }
  }
  return core::table(rows) + foot(matrix);
}

std::string routes_text(const v1::RouteSheet& sheet) {
  std::vector<std::vector<std::string>> rows{{"month", "State", "what", "kind", "statements"}};
  for (const v1::RouteRow& row : sheet.rows())
    rows.push_back({shown(row.month(), 8), shown(row.state(), 4), row.what(), row.kind(),
                    std::to_string(row.statements())});
  return core::table(rows) + foot(sheet);
}

std::string corroboration_text(const v1::CorroborationMap& map) {
  std::vector<std::vector<std::string>> rows{
      {"element", "with", "without", "standing", "its own", "of others"}};
  for (const v1::CorroborationRow& row : map.rows())
    rows.push_back({shown(row.element(), 26), criteria::in_words(row.with()),
                    criteria::in_words(row.without()), short_standing(row),
                    std::to_string(row.of_source_size()), std::to_string(row.of_others_size())});
  return fmt::format("{}: {} statements\n", core::printable(map.source(), 80),
                     map.statements_of_source()) +
         core::table(rows) + foot(map);
}

}  // namespace palermo::cli
