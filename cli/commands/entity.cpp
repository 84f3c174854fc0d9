// palermo entity list, show, candidates, merge, split, set-category, undo, redo, history
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analysis/entity/candidates.hpp"
#include "analysis/entity/change.hpp"
#include "analysis/entity/devices.hpp"
#include "analysis/entity/event_log.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/entity_text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr int kShownToPeople = 40;

/// How many rows to show: as asked, else few for people and all for programs. 0 = all.
std::size_t rows_of(int limit, const Context& context) {
  if (limit >= 0) return static_cast<std::size_t>(limit);
  return context.json ? 0 : kShownToPeople;
}

v1::Access access(const char* command, const char* operation, std::size_t results) {
  v1::Access entry;
  entry.set_command(command);
  entry.set_operation(operation);
  entry.set_result_count(static_cast<std::uint32_t>(results));
  return entry;
}

// ---- list ------------------------------------------------------------------------------------

struct ListArguments {
  std::string kind;
  std::string category;
  std::string search;
  bool flagged = false;
  int limit = -1;
};

bool matches(const v1::Entity& entity, const ListArguments& arguments, const std::string& wanted,
             const std::string& looks, const core::NameReader& reader) {
  if (!arguments.kind.empty() && entity.kind() != arguments.kind &&
      entity.identifier_kind() != arguments.kind)
    return false;
  if (!arguments.category.empty() &&
      (", " + entity.category() + ",").find(" " + arguments.category + ",") == std::string::npos)
    return false;
  if (arguments.flagged && entity.flags().empty() && entity.look_alikes().empty()) return false;
  if (wanted.empty()) return true;
  const auto found = [&](const std::string& text) {
    return reader.canonical(text).find(wanted) != std::string::npos ||
           (!looks.empty() && reader.skeleton(text) == looks);
  };
  return found(entity.id()) || found(entity.label()) ||
         std::any_of(entity.members().begin(), entity.members().end(), found) ||
         std::any_of(entity.forms().begin(), entity.forms().end(), found);
}

core::Status run_list(const ListArguments& arguments, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db()));
  const std::string wanted = model.reader().canonical(arguments.search);
  const std::string looks = model.reader().skeleton(arguments.search);
  v1::EntityList list;
  const std::size_t limit = rows_of(arguments.limit, context);
  for (v1::Entity& each : model.entities()) {
    if (!matches(each, arguments, wanted, looks, model.reader())) continue;
    list.set_total(list.total() + 1);
    if (!each.flags().empty()) list.set_flagged(list.flagged() + 1);
    if (limit == 0 || static_cast<std::size_t>(list.entities_size()) < limit)
      *list.add_entities() = std::move(each);
  }
  v1::Access entry = access("entity list", arguments.search.empty() ? "CONSULT" : "SEARCH",
                            static_cast<std::size_t>(list.entities_size()));
  if (!arguments.search.empty()) entry.set_query_commit(session.query_commit(arguments.search));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(list, [&] { return entity_list_text(list); });
  return core::ok();
}

// ---- show ------------------------------------------------------------------------------------

core::Status run_show(const std::string& text, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db()));
  v1::Access entry = access("entity show", "SEARCH", 1);
  entry.set_query_commit(session.query_commit(text));
  const auto meant = model.meant(text);
  if (!meant) {
    entry.set_result_count(0);
    PALERMO_CHECK_OK(session.log_access(std::move(entry)));
    return meant.error();
  }
  const std::string id = model.canonical(*meant);
  v1::EntityView view;
  for (v1::Entity& each : model.entities())
    if (each.id() == id) *view.mutable_entity() = std::move(each);
  for (v1::Link& link : entity::links_of(model, id))
    *view.mutable_entity()->add_links() = std::move(link);
  const auto identifiers = model.identifiers_of(*meant);
  PALERMO_TRY(entity::DeviceHistory history,
              entity::device_history(session.db(), identifiers, model.identifiers()));
  for (v1::DeviceStrip& strip : history.strips) *view.add_devices() = std::move(strip);
  for (std::string& notice : history.notices) view.add_notices(std::move(notice));
  for (const v1::EntityEvent& event : model.decisions().events()) {
    const auto mine = [&](const std::string& other) {
      return !other.empty() && model.canonical(other) == id;
    };
    const bool among = std::any_of(event.apart_from().begin(), event.apart_from().end(), mine);
    if (mine(event.a()) || mine(event.b()) || among) *view.add_events() = event;
  }
  for (const store::StoredIdentifier* identifier : identifiers)
    entry.add_objects(fmt::format("identifier/{}", identifier->id));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(view, [&] { return entity_view_text(view); });
  return core::ok();
}

// ---- candidates ------------------------------------------------------------------------------

core::Status run_candidates(const std::string& about, int limit, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db()));
  std::string id;
  if (!about.empty()) {
    PALERMO_TRY(id, model.meant(about));
  }
  PALERMO_TRY(v1::CandidateList list, entity::find_candidates(session.db(), model, id));
  const std::size_t most = rows_of(limit, context);
  if (most > 0 && static_cast<std::size_t>(list.candidates_size()) > most)
    list.mutable_candidates()->DeleteSubrange(static_cast<int>(most),
                                              list.candidates_size() - static_cast<int>(most));
  v1::Access entry =
      access("entity candidates", "COMBINE", static_cast<std::size_t>(list.candidates_size()));
  if (!about.empty()) entry.set_query_commit(session.query_commit(about));
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(list, [&] { return candidates_text(list); });
  return core::ok();
}

// ---- changes ---------------------------------------------------------------------------------

struct ChangeArguments {
  entity::ChangeRequest request;
  bool preview = false;
  std::string lens = "all";
  criteria::AssessOptions options;
};

core::Status run_change(ChangeArguments arguments, const Context& context) {
  const auto lens = criteria::lens_named(arguments.lens);
  if (!lens)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("--lens: there is no lens '{}'", core::printable(arguments.lens, 40)),
        std::nullopt, "use all, lawful, corroborated, without_undercover or without_restricted"};
  arguments.options.lens = *lens;
  PALERMO_TRY(session::Session session, context.open());
  if (arguments.preview) {
    PALERMO_TRY(const v1::EntityPreview preview,
                entity::preview(session, arguments.request, arguments.options));
    context.answer(preview, [&] { return entity_preview_text(preview); });
    return core::ok();
  }
  PALERMO_TRY(const v1::EntityChange changed, entity::change(session, arguments.request));
  context.answer(changed, [&] { return entity_change_text(changed); });
  return core::ok();
}

Command change_command(CLI::App& group, const char* name, const char* action, const char* help,
                       const std::function<void(CLI::App&, ChangeArguments&)>& operands) {
  auto arguments = std::make_shared<ChangeArguments>();
  arguments->request.action = action;
  CLI::App* parser = group.add_subcommand(name, help);
  operands(*parser, *arguments);
  parser->add_flag("--preview", arguments->preview,
                   "Show what it would do to the assessment; store nothing");
  parser
      ->add_option("--lens", arguments->lens,
                   "Lens of the preview: all, lawful, corroborated, without_undercover or "
                   "without_restricted")
      ->capture_default_str();
  parser->add_option("--group", arguments->options.group, "Group that the preview assesses");
  return {parser, [arguments](const Context& context) { return run_change(*arguments, context); }};
}

core::Status run_history(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(std::vector<v1::EntityEvent> events, entity::load_events(session.db()));
  v1::EntityHistory history;
  const entity::Decisions decisions = entity::Decisions::replay(std::move(events));
  for (const v1::EntityEvent& event : decisions.events()) *history.add_events() = event;
  PALERMO_CHECK_OK(session.log_access(
      access("entity history", "CONSULT", static_cast<std::size_t>(history.events_size()))));
  context.answer(history, [&] { return entity_history_text(history); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_entity(CLI::App& app) {
  CLI::App* group =
      app.add_subcommand("entity", "Persons and identifiers: who may be whom, and who decided it");
  group->require_subcommand(1);
  std::vector<Command> commands;

  auto list = std::make_shared<ListArguments>();
  CLI::App* lister = group->add_subcommand("list", "Persons and identifiers of the case");
  lister->add_option("--kind", list->kind,
                     "person, organisation, identifier, or a kind of identifier such as msisdn");
  lister->add_option("--category", list->category, "Persons of one category, e.g. suspect");
  lister->add_option("--search", list->search,
                     "Part of an id or name, or a name that looks like this one");
  lister->add_flag("--flagged", list->flagged,
                   "Only names that hide something or look like another");
  lister->add_option("--limit", list->limit, "Entities shown; 0 = all (default: 40 for people)");
  commands.push_back({lister, [list](const Context& context) { return run_list(*list, context); }});

  auto shown = std::make_shared<std::string>();
  CLI::App* shower = group->add_subcommand(
      "show", "One entity: links with evidence, handsets and SIMs over time, decisions");
  shower->add_option("entity", *shown, "Id, identifier or name")->required();
  commands.push_back(
      {shower, [shown](const Context& context) { return run_show(*shown, context); }});

  auto about = std::make_shared<std::string>();
  auto limit = std::make_shared<int>(-1);
  CLI::App* finder = group->add_subcommand(
      "candidates", "Pairs that may be one, with what speaks for and against");
  finder->add_option("entity", *about, "Only pairs in which this one stands");
  finder->add_option("--limit", *limit, "Pairs shown; 0 = all (default: 40 for people)");
  commands.push_back({finder, [about, limit](const Context& context) {
                        return run_candidates(*about, *limit, context);
                      }});

  commands.push_back(change_command(
      *group, "merge", entity::kMerge,
      "Decide that two entities are one; with a person and an identifier, that the one uses the "
      "other",
      [](CLI::App& parser, ChangeArguments& arguments) {
        parser.add_option("a", arguments.request.a, "Id, identifier or name")->required();
        parser.add_option("b", arguments.request.b, "Id, identifier or name")->required();
        parser.add_option("--reason", arguments.request.reason, "What it rests on, in words");
        parser.add_flag("--despite", arguments.request.despite,
                        "Record it although evidence speaks against it");
      }));
  commands.push_back(change_command(
      *group, "split", entity::kSplit,
      "Decide that two entities are two; with one, take it out of all it was merged with",
      [](CLI::App& parser, ChangeArguments& arguments) {
        parser.add_option("a", arguments.request.a, "Id, identifier or name")->required();
        parser.add_option("b", arguments.request.b, "Id, identifier or name");
        parser.add_option("--reason", arguments.request.reason, "What it rests on, in words");
        parser.add_flag("--despite", arguments.request.despite,
                        "Record it although evidence speaks against it");
      }));
  commands.push_back(change_command(
      *group, "set-category", entity::kSetCategory,
      "Decide the category of a person, e.g. witness or smuggled_migrant",
      [](CLI::App& parser, ChangeArguments& arguments) {
        parser.add_option("person", arguments.request.a, "Id or name")->required();
        parser.add_option("category", arguments.request.category, "suspect, victim, witness, …")
            ->required();
        parser.add_option("--reason", arguments.request.reason, "What it rests on, in words");
      }));
  commands.push_back(change_command(
      *group, "undo", entity::kUndo, "Take back a change; it stays on record",
      [](CLI::App& parser, ChangeArguments& arguments) {
        parser.add_option("event", arguments.request.a, "E-n; default: the newest that stands");
        parser.add_option("--reason", arguments.request.reason, "Why, in words");
      }));
  commands.push_back(change_command(
      *group, "redo", entity::kRedo, "Bring back a change that was taken back",
      [](CLI::App& parser, ChangeArguments& arguments) {
        parser.add_option("event", arguments.request.a, "E-n; default: the one undone last");
        parser.add_option("--reason", arguments.request.reason, "Why, in words");
      }));

  CLI::App* history = group->add_subcommand("history", "Every change, in order, undone ones too");
  commands.push_back({history, [](const Context& context) { return run_history(context); }});
  return commands;
}

}  // namespace palermo::cli
