#include "cli/commands/entity_text.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

std::string safe(const std::string& text, std::size_t limit = 80) {
  return core::printable(text, limit);
}

template <typename List>
std::string joined(const List& list) {
  std::string out;
  for (const std::string& each : list) out += (out.empty() ? "" : ", ") + safe(each, 60);
  return out;
}

template <typename List>
std::string notices_of(const List& notices) {
  std::string out;
  for (const std::string& notice : notices)
    out += core::wrapped("Note: " + safe(notice, 400), 100, 2) + "\n";
  return out;
}

/// "merge P1 and P2", "P3 is a witness", "undo of E-4".
std::string what_of(const v1::EntityEvent& event) {
  if (event.action() == "merge")
    return fmt::format("{} and {} are one", safe(event.a()), safe(event.b()));
  if (event.action() == "split" && event.b().empty())
    return fmt::format("{} is none of {}", safe(event.a()), joined(event.apart_from()));
  if (event.action() == "split")
    return fmt::format("{} and {} are two", safe(event.a()), safe(event.b()));
  if (event.action() == "set_category")
    return fmt::format("{} has the category {}", safe(event.a()), event.category());
  return fmt::format("{} of {}", event.action(), event.target());
}

std::string contrary_text(const v1::EntityEvent& event) {
  std::string out;
  for (const v1::ContraryEvidence& each : event.contrary()) {
    out += fmt::format("  against it: {}{}",
                       each.statement_id().empty() ? "" : safe(each.statement_id()) + " ",
                       safe(each.text(), 200));
    if (!each.records().empty()) out += fmt::format(" ({})", joined(each.records()));
    out += "\n";
  }
  return out;
}

}  // namespace

std::string entity_list_text(const v1::EntityList& list) {
  if (list.entities().empty()) return "No entity matches.\n" + notices_of(list.notices());
  std::vector<std::vector<std::string>> rows{
      {"id", "kind", "label", "category", "known as", "marks"}};
  for (const v1::Entity& entity : list.entities()) {
    std::string marks = joined(entity.flags());
    if (!entity.look_alikes().empty())
      marks += (marks.empty() ? "" : "; ") + ("looks like " + joined(entity.look_alikes()));
    std::string aliases;
    for (const std::string& member : entity.members())
      if (member != entity.id()) aliases += (aliases.empty() ? "" : ", ") + member;
    rows.push_back(
        {entity.id(), entity.identifier_kind().empty() ? entity.kind() : entity.identifier_kind(),
         entity.label(), entity.category() + (entity.category_decided() ? " (decided)" : ""),
         std::move(aliases), std::move(marks)});
  }
  std::string text = core::table(rows);
  const auto shown = static_cast<std::uint32_t>(list.entities_size());
  text += shown == list.total() ? fmt::format("{} {}.", shown, shown == 1 ? "entity" : "entities")
                                : fmt::format("The first {} of {} entities; --limit 0 shows all.",
                                              shown, list.total());
  if (list.flagged() > 0)
    text += fmt::format(" {} {} something that a reader does not see.", list.flagged(),
                        list.flagged() == 1 ? "name hides" : "names hide");
  return text + "\n" + notices_of(list.notices());
}

std::string entity_view_text(const v1::EntityView& view) {
  const v1::Entity& entity = view.entity();
  std::string text =
      fmt::format("{}  {}  {}\n", safe(entity.id()),
                  entity.identifier_kind().empty() ? entity.kind() : entity.identifier_kind(),
                  safe(entity.label()));
  if (!entity.category().empty())
    text += fmt::format("category: {}{}\n", entity.category(),
                        entity.category_decided() ? " (decided)" : "");
  if (entity.members_size() > 1) text += fmt::format("known as: {}\n", joined(entity.members()));
  if (!entity.forms().empty()) text += fmt::format("forms: {}\n", joined(entity.forms()));
  if (!entity.flags().empty()) text += fmt::format("hides: {}\n", joined(entity.flags()));
  if (!entity.look_alikes().empty())
    text += fmt::format("looks like: {}\n", joined(entity.look_alikes()));
  if (entity.links().empty()) {
    text += "\nNo statement and no decision links it to another entity.\n";
  } else {
    std::vector<std::vector<std::string>> rows{
        {"from", "link", "to", "since", "until", "grade", "basis", "evidence"}};
    for (const v1::Link& link : entity.links())
      rows.push_back({link.from(), (link.contradicted() ? "not " : "") + link.kind(), link.to(),
                      link.valid_from(), link.valid_to(), link.grade(), link.basis(),
                      joined(link.evidence())});
    text += "\n" + core::table(rows);
  }
  if (!view.devices().empty()) {
    std::vector<std::vector<std::string>> rows{
        {"identifier", "with", "from (UTC)", "to (UTC)", "records", "first", "last"}};
    for (const v1::DeviceStrip& strip : view.devices())
      rows.push_back({strip.identifier(), strip.other(), strip.first_seen(), strip.last_seen(),
                      std::to_string(strip.records()), strip.first_record(), strip.last_record()});
    text += "\nHandsets and SIMs in order of time (handsets by their first 14 digits):\n" +
            core::table(rows);
  }
  if (!view.events().empty()) {
    text += "\nDecisions:\n";
    for (const v1::EntityEvent& event : view.events())
      text += fmt::format("  {} {} by {} at {}{}: {}\n{}", event.id(), what_of(event),
                          safe(event.by()), event.at(), event.in_effect() ? "" : ", not in effect",
                          safe(event.reason(), 200), contrary_text(event));
  }
  return text + notices_of(view.notices());
}

std::string candidates_text(const v1::CandidateList& list) {
  std::string text;
  for (const v1::Candidate& candidate : list.candidates()) {
    const auto named = [](const std::string& id, const std::string& label) {
      return label == id || id.ends_with(":" + label)
                 ? safe(id)
                 : fmt::format("{} ({})", safe(id), safe(label));
    };
    text += fmt::format("{} / {}: {}\n", named(candidate.a(), candidate.a_label()),
                        named(candidate.b(), candidate.b_label()), candidate.strength());
    for (const v1::CandidateProperty& property : candidate.properties()) {
      text += "  " + core::wrapped(
                         fmt::format("{} {}", property.sign(), safe(property.text(), 400)), 98, 4);
      if (!property.evidence().empty()) text += fmt::format(" [{}]", joined(property.evidence()));
      text += "\n";
    }
  }
  const auto shown = static_cast<std::uint32_t>(list.candidates_size());
  if (list.total() == 0) {
    text += "No two entities of the case are seen to be possibly one.\n";
  } else {
    text += shown == list.total() ? fmt::format("{} {}.\n", shown, shown == 1 ? "pair" : "pairs")
                                  : fmt::format("The first {} of {} pairs; --limit 0 shows all.\n",
                                                shown, list.total());
    text += core::wrapped("Order: " + list.rule() + ".", 100, 2) + "\n";
  }
  return text + notices_of(list.notices());
}

std::string entity_history_text(const v1::EntityHistory& history) {
  if (history.events().empty()) return "Nothing was merged, split or given a category.\n";
  std::vector<std::vector<std::string>> rows{{"event", "what", "by", "at", "in effect", "reason"}};
  for (const v1::EntityEvent& event : history.events()) {
    const bool turn = event.action() == "undo" || event.action() == "redo";
    rows.push_back({event.id(), what_of(event), event.by(), event.at(),
                    turn                ? ""
                    : event.in_effect() ? "yes"
                                        : "no",
                    event.reason() + (event.despite() ? " [against evidence]" : "")});
  }
  return core::table(rows);
}

std::string entity_change_text(const v1::EntityChange& change) {
  return fmt::format("{}: {}, decided by {}, ledger entry {}\n", change.event().id(),
                     what_of(change.event()), safe(change.event().by()), change.leaf_index()) +
         contrary_text(change.event()) + notices_of(change.notices());
}

std::string entity_preview_text(const v1::EntityPreview& preview) {
  std::string text = fmt::format("If {}:\n", what_of(preview.event()));
  for (const std::string& sentence : preview.sentences())
    text += "  " + core::wrapped(safe(sentence, 400), 98, 4) + "\n";
  text += contrary_text(preview.event()) + notices_of(preview.notices());
  return text + fmt::format("Nothing was stored. Lens {}{}.\n", preview.lens(),
                            preview.group().empty() ? "" : ", group " + safe(preview.group()));
}

}  // namespace palermo::cli
