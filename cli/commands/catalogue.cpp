// `palermo catalogue`: offences of domestic law and Parties to the treaties, as data with their
// sources.
#include "analysis/criteria/catalogue.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>

#include "analysis/criteria/instrument.hpp"
#include "analysis/criteria/parties.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/catalogue_file.hpp"
#include "cli/commands/catalogue_text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr const char* kRowConvention =
    "max: statutory maximum of this form in years, whatever the sentence; serious: four years or "
    "more "
    "(UNTOC art. 2(b)), as to this form alone. A bound that is not known stays unknown, and an "
    "assessment then says LAW_UNKNOWN. No row is legal advice; none counts as reviewed before a "
    "national reviewer is named.";
constexpr const char* kPartyConvention =
    "in force: first day on which the treaty binds the State; a Party to the Protocol is a Party "
    "to the "
    "Convention (UNTOC art. 37(2)). A State that was not read in a source is unknown, never \"no "
    "Party\".";

struct CatalogueOptions {
  std::string file, id, state, implements, on, known_at, instrument;
};

core::Result<std::optional<core::Date>> day_option(const char* name, const std::string& text) {
  if (text.empty()) return std::optional<core::Date>{};
  const auto day = core::parse_day(text);
  if (!day)
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("{}: '{}' is no date", name, core::printable(text, 40)),
                       std::nullopt, "write it as 2024-02-27"};
  return std::optional<core::Date>{*day};
}

core::Status check_state(const std::string& state) {
  if (state.empty() || (state.size() == 2 && std::all_of(state.begin(), state.end(), [](char c) {
                          return c >= 'A' && c <= 'Z';
                        })))
    return core::ok();
  return core::Error{
      core::ErrorCode::Usage,
      fmt::format("--state: '{}' is no ISO 3166-1 alpha-2 code", core::printable(state, 20)),
      std::nullopt, "two capital letters, such as IT"};
}

core::Status check_element(const std::string& prefix) {
  if (prefix.empty()) return core::ok();
  PALERMO_TRY(const criteria::Instruments trees, criteria::Instruments::builtin());
  const auto ids = trees.ids();
  if (std::any_of(ids.begin(), ids.end(),
                  [&](const std::string& id) { return id.rfind(prefix, 0) == 0; }))
    return core::ok();
  const std::string near = core::nearest_word(prefix, ids);
  return core::Error{
      core::ErrorCode::Usage,
      fmt::format("--implements: there is no element '{}'", core::printable(prefix, 60)),
      std::nullopt,
      near.empty() ? "an element id, such as som.6.1.a" : fmt::format("did you mean {}?", near)};
}

v1::CatalogueItem item_of(const criteria::Catalogue& catalogue, const v1::CatalogueRow& row,
                          const std::optional<core::Date>& on) {
  v1::CatalogueItem item;
  *item.mutable_row() = row;
  if (on) item.set_in_force(catalogue.in_force(row, *on));
  item.set_serious(criteria::serious_by_maximum(row));
  item.set_usable(criteria::usable(row));
  return item;
}

v1::CatalogueAnswer answer_about(const criteria::Catalogue& catalogue,
                                 const CatalogueOptions& options, std::size_t rows) {
  v1::CatalogueAnswer answer;
  answer.set_version(catalogue.version());
  answer.set_file(options.file);
  answer.set_known_at(options.known_at);
  answer.set_on(options.on);
  answer.set_rows_in_catalogue(static_cast<std::uint32_t>(rows));
  answer.set_convention(kRowConvention);
  return answer;
}

bool implements(const v1::CatalogueRow& row, const std::string& prefix) {
  const auto& ids = row.law().implements();
  return prefix.empty() || std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
           return id.rfind(prefix, 0) == 0;
         });
}

core::Status run_list(const CatalogueOptions& options, const Context& context) {
  PALERMO_CHECK_OK(check_state(options.state));
  PALERMO_CHECK_OK(check_element(options.implements));
  PALERMO_TRY(const auto on, day_option("--on", options.on));
  PALERMO_TRY(const auto known_at, day_option("--known-at", options.known_at));
  PALERMO_TRY(const criteria::Catalogue catalogue, catalogue_of(options.file));
  const auto rows = catalogue.rows(known_at);
  v1::CatalogueAnswer answer = answer_about(catalogue, options, rows.size());
  for (const v1::CatalogueRow* row : rows) {
    if (!options.state.empty() && row->law().state() != options.state) continue;
    if (!implements(*row, options.implements)) continue;
    v1::CatalogueItem item = item_of(catalogue, *row, on);
    // What may have been in force is shown as unknown; only what was not is left out.
    if (item.in_force() != "no") *answer.add_items() = std::move(item);
  }
  context.answer(answer, [&] { return catalogue_list_text(answer); });
  return core::ok();
}

core::Status run_show(const CatalogueOptions& options, const Context& context) {
  PALERMO_TRY(const auto on, day_option("--on", options.on));
  PALERMO_TRY(const auto known_at, day_option("--known-at", options.known_at));
  PALERMO_TRY(const criteria::Catalogue catalogue, catalogue_of(options.file));
  const auto rows = catalogue.rows(known_at);
  const v1::CatalogueRow* row = catalogue.find(options.id, known_at);
  if (row == nullptr) {
    std::vector<std::string> ids;
    for (const v1::CatalogueRow* each : rows) ids.push_back(each->id());
    const std::string near = core::nearest_word(options.id, ids);
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("the catalogue has no row '{}'{}", core::printable(options.id, 60),
                    options.known_at.empty() ? "" : " that was known on " + options.known_at),
        std::nullopt,
        near.empty() ? "`palermo catalogue list` names the rows"
                     : fmt::format("did you mean {}?", core::printable(near, 80))};
  }
  v1::CatalogueAnswer answer = answer_about(catalogue, options, rows.size());
  *answer.add_items() = item_of(catalogue, *row, on);
  context.answer(answer, [&] { return catalogue_show_text(answer); });
  return core::ok();
}

core::Status run_check(const CatalogueOptions& options, const Context& context) {
  v1::CatalogueCheck answer;
  v1::OffenceCatalogue data;
  answer.set_file(options.file);
  PALERMO_TRY(const std::string text, catalogue_text(options.file));
  for (v1::DataProblem& problem : criteria::check_catalogue(text, &data))
    *answer.add_problems() = std::move(problem);
  answer.set_ok(answer.problems().empty());
  answer.set_rows(static_cast<std::uint32_t>(data.rows_size()));
  for (const v1::CatalogueRow& row : data.rows()) {
    if (row.reviewer().empty()) answer.set_without_reviewer(answer.without_reviewer() + 1);
    if (row.confidence() == "memory") answer.set_from_memory(answer.from_memory() + 1);
  }
  context.answer(answer, [&] { return catalogue_check_text(answer); });
  if (answer.ok()) return core::ok();
  return core::Error{core::ErrorCode::BadInput, ""};
}

core::Status run_parties(const CatalogueOptions& options, const Context& context) {
  PALERMO_CHECK_OK(check_state(options.state));
  PALERMO_TRY(const auto on, day_option("--on", options.on));
  if (!options.instrument.empty() && options.instrument != "untoc" && options.instrument != "som")
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("--treaty: there is no '{}'", core::printable(options.instrument, 40)),
        std::nullopt, "use untoc (the Convention) or som (the Protocol)"};
  const v1::PartyTable& table = criteria::party_table();
  v1::PartyAnswer answer;
  answer.set_version(table.version());
  answer.set_on(options.on);
  answer.set_convention(kPartyConvention);
  const auto add = [&](const v1::PartyRow& row) {
    v1::PartyItem& item = *answer.add_items();
    *item.mutable_row() = row;
    if (!on) return;
    const auto bound = criteria::treaty_status(row.state(), row.instrument(), *on);
    item.set_bound(!bound ? "unknown" : *bound ? "yes" : "no");
  };
  for (const char* instrument : {"untoc", "som"}) {
    if (!options.instrument.empty() && options.instrument != instrument) continue;
    bool found = false;
    for (const v1::PartyRow& row : table.rows()) {
      if (row.instrument() != instrument) continue;
      if (!options.state.empty() && row.state() != options.state) continue;
      add(row);
      found = true;
    }
    if (found || options.state.empty()) continue;
    v1::PartyRow unread;  // what was asked stays in the answer, as unknown
    unread.set_state(options.state);
    unread.set_instrument(instrument);
    add(unread);
  }
  context.answer(answer, [&] { return parties_text(answer); });
  return core::ok();
}

void file_option(CLI::App* parser, CatalogueOptions& options) {
  parser->add_option("--file", options.file, "Another catalogue (default: the program's own)")
      ->type_name("FILE");
}

}  // namespace

std::vector<Command> add_catalogue(CLI::App& app) {
  CLI::App* group =
      app.add_subcommand("catalogue", "Offences of domestic law and Parties, with their sources");
  group->require_subcommand(1);
  auto options = std::make_shared<CatalogueOptions>();
  CLI::App* list = group->add_subcommand("list", "Rows, by State, element and day");
  list->add_option("--state", options->state, "State, ISO 3166-1 alpha-2");
  list->add_option(
      "--implements", options->implements,
      "Element that the row implements, or the beginning of its id: som.6.1.a, som.6.3");
  list->add_option("--on", options->on, "Day: leave out what was not in force");
  list->add_option("--known-at", options->known_at, "The catalogue as it stood on a day");
  file_option(list, *options);
  CLI::App* show = group->add_subcommand("show", "One row, whole");
  show->add_option("id", options->id, "Id of the row")->required()->type_name("ID");
  show->add_option("--on", options->on, "Day on which it is asked");
  show->add_option("--known-at", options->known_at, "The row as it stood on a day");
  file_option(show, *options);
  CLI::App* check = group->add_subcommand("check", "Say what is wrong with a catalogue, by line");
  check->add_option("file", options->file, "Catalogue (default: the program's own)")
      ->type_name("FILE");
  CLI::App* parties = group->add_subcommand("parties", "Since when the treaties bind a State");
  parties->add_option("--state", options->state, "State, ISO 3166-1 alpha-2");
  parties->add_option("--treaty", options->instrument, "untoc or som");
  parties->add_option("--on", options->on, "Day: was the State bound then?");
  const auto with = [&](core::Status (*run)(const CatalogueOptions&, const Context&)) {
    return [options, run](const Context& context) { return run(*options, context); };
  };
  return {{list, with(run_list)},
          {show, with(run_show)},
          {check, with(run_check)},
          {parties, with(run_parties)}};
}

}  // namespace palermo::cli
