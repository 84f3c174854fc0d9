#include "analysis/entity/change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "analysis/criteria/case_finding.hpp"
#include "analysis/entity/event_log.hpp"
#include "analysis/entity/proofs.hpp"
#include "core/base/text.hpp"

namespace palermo::entity {
namespace {

using core::Error;
using core::ErrorCode;

std::string shown(const std::string& id) { return core::printable(id, 60); }

Error nothing_to_do(const std::string& why, std::string next = {}) {
  return Error{ErrorCode::BadInput, why, std::nullopt, std::move(next), "NOTHING_TO_DO"};
}

std::string listed(const std::vector<const v1::EntityEvent*>& events) {
  std::string out;
  for (const v1::EntityEvent* event : events) out += (out.empty() ? "" : ", ") + event->id();
  return out;
}

/// Whether all decisions would still agree with `event` among them.
core::Status check_agrees(const Decisions& now, const v1::EntityEvent& event) {
  std::vector<v1::EntityEvent> events = now.events();
  events.push_back(event);
  events.back().set_id(fmt::format("E-{}", events.size()));
  const Decisions then = Decisions::replay(std::move(events));
  const v1::EntityEvent* torn = then.torn();
  if (torn == nullptr) return core::ok();
  std::vector<const v1::EntityEvent*> chain;
  for (const std::string& other : torn->apart_from())
    if (chain.empty()) chain = then.chain(torn->a(), other);
  if (chain.empty()) chain = then.chain(torn->a(), torn->b());
  return Error{
      ErrorCode::BadInput,
      fmt::format("it would contradict other decisions: {} takes {} apart from what {} join",
                  torn->id(), shown(torn->a()), listed(chain)),
      std::nullopt,
      "undo one of them first (`palermo entity undo E-n`), or split the whole: "
      "`palermo entity split ID`",
      "CONTRADICTORY_DECISIONS"};
}

core::Status check_evidence(const v1::EntityEvent& event, bool despite) {
  if (event.contrary().empty() || despite) return core::ok();
  std::string what;
  for (const v1::ContraryEvidence& each : event.contrary()) {
    if (!what.empty()) what += "; ";
    what += each.statement_id().empty() ? each.text()
                                        : fmt::format("{} states: {}", shown(each.statement_id()),
                                                      core::printable(each.text(), 120));
    if (!each.records().empty()) what += fmt::format(" ({})", fmt::join(each.records(), ", "));
  }
  return Error{
      ErrorCode::BadInput, fmt::format("evidence speaks against it: {}; nothing was stored", what),
      std::nullopt,
      "look at these records first; --despite records the decision all the same, and every "
      "finding then shows both and leaves the question open",
      "CONTRADICTED"};
}

core::Result<v1::EntityEvent> prepare_turn(const Model& model, const ChangeRequest& request) {
  const Decisions& decisions = model.decisions();
  const bool undo = request.action == kUndo;
  const v1::EntityEvent* target = nullptr;
  if (!request.a.empty()) {
    target = decisions.find(request.a);
    if (target == nullptr || target->action() == kUndo || target->action() == kRedo)
      return Error{ErrorCode::NotFound,
                   fmt::format("there is no change '{}' to {}", shown(request.a), request.action),
                   std::nullopt, "`palermo entity history` lists the changes"};
    if (decisions.stands(target->id()) != undo)
      return nothing_to_do(
          fmt::format("{} {}", target->id(), undo ? "is undone already" : "is not undone"));
  } else {
    target = undo ? decisions.newest_standing() : decisions.newest_undone();
    if (target == nullptr)
      return nothing_to_do(
          undo ? "there is no change to undo"
               : "there is nothing to redo: nothing was undone since the last change",
          undo ? "" : "name the event to bring an older one back: `palermo entity redo E-n`");
  }
  v1::EntityEvent event;
  event.set_action(request.action);
  event.set_target(target->id());
  event.set_reason(request.reason);
  PALERMO_CHECK_OK(check_agrees(decisions, event));
  return event;
}

}  // namespace

core::Result<v1::EntityEvent> prepare(store::Database& db, const Model& model,
                                      const ChangeRequest& request) {
  if (!core::is_valid_utf8(request.reason))
    return Error{ErrorCode::InvalidArgument, "--reason: the text is not valid UTF-8"};
  const bool turn = request.action == kUndo || request.action == kRedo;
  if (!turn && request.reason.find_first_not_of(" \t\r\n") == std::string::npos)
    return Error{ErrorCode::InvalidArgument, "--reason: a decision needs reasons", std::nullopt,
                 "say in words what it rests on"};
  if (turn) return prepare_turn(model, request);

  v1::EntityEvent event;
  event.set_action(request.action);
  event.set_reason(request.reason);
  event.set_despite(request.despite);
  PALERMO_TRY(const std::string a, model.meant(request.a));
  event.set_a(a);
  event.set_a_kind(model.kind_of(a));
  const Decisions& decisions = model.decisions();

  if (request.action == kSetCategory) {
    v1::Person::Category category = v1::Person::category_unspecified;
    if (!v1::Person::Category_Parse(request.category, &category) ||
        category == v1::Person::category_unspecified) {
      std::vector<std::string> words;
      for (int i = 1; v1::Person::Category_IsValid(i); ++i)
        words.push_back(v1::Person::Category_Name(static_cast<v1::Person::Category>(i)));
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("'{}' is no category", shown(request.category)), std::nullopt,
                   fmt::format("categories: {}", fmt::join(words, ", "))};
    }
    if (event.a_kind() == "identifier")
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("{} is an identifier; a category belongs to a person", shown(a)),
                   std::nullopt, "give the category to the person who used it"};
    const v1::EntityEvent* known = decisions.category_of(a);
    if (known != nullptr && known->category() == request.category)
      return nothing_to_do(
          fmt::format("{} has the category {} by {}", shown(a), request.category, known->id()));
    event.set_category(request.category);
    return event;
  }

  const bool merge = request.action == kMerge;
  if (request.b.empty()) {
    if (merge) return Error{ErrorCode::Usage, "a merge takes two entities"};
    for (const std::string& other : decisions.together_with(a))
      if (other != a) event.add_apart_from(other);
    if (event.apart_from().empty())
      return nothing_to_do(fmt::format("no decision merges {} with anything", shown(a)),
                           "name both to say that two entities are distinct: "
                           "`palermo entity split A B`");
    PALERMO_CHECK_OK(check_agrees(decisions, event));
    return event;
  }
  PALERMO_TRY(const std::string b, model.meant(request.b));
  if (a == b)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("both are {}: two different entities are needed", shown(a))};
  event.set_b(b);
  event.set_b_kind(model.kind_of(b));
  const v1::EntityEvent* known = decisions.about(a, b);
  if (known != nullptr && (known->action() == kMerge) == merge)
    return nothing_to_do(fmt::format("{} and {} are {} already, by {}", shown(a), shown(b),
                                     merge ? "one" : "two", known->id()));
  if (merge && known == nullptr && model.canonical(a) == model.canonical(b)) {
    const auto chain = decisions.chain(a, b);
    return nothing_to_do(fmt::format("{} and {} are one already, by {}", shown(a), shown(b),
                                     chain.empty() ? "what facts state" : listed(chain)));
  }
  PALERMO_CHECK_OK(check_agrees(decisions, event));
  if (merge) {
    PALERMO_TRY(const auto contrary, against_being_one(db, model, a, b));
    for (const v1::ContraryEvidence& each : contrary) *event.add_contrary() = each;
  } else {
    for (const v1::ContraryEvidence& each : against_being_two(model, a, b))
      *event.add_contrary() = each;
    if (event.contrary().empty() && model.canonical(a) == model.canonical(b) && known == nullptr) {
      v1::ContraryEvidence& chain = *event.add_contrary();
      chain.set_a(a);
      chain.set_b(b);
      chain.set_text("facts and decisions about others join the two");
    }
  }
  PALERMO_CHECK_OK(check_evidence(event, request.despite));
  if (event.contrary().empty()) event.set_despite(false);
  return event;
}

core::Result<v1::EntityChange> change(session::Session& session, const ChangeRequest& request) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::EditEntity));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const Model model, Model::load(session.db()));
  PALERMO_TRY(v1::EntityEvent event, prepare(session.db(), model, request));
  PALERMO_TRY(const std::uint64_t leaf, write_event(session, transaction, event));
  PALERMO_CHECK_OK(transaction.commit());
  v1::EntityChange out;
  *out.mutable_event() = std::move(event);
  out.set_leaf_index(static_cast<std::uint32_t>(leaf));
  const bool mixed =
      (out.event().a_kind() == "identifier") != (out.event().b_kind() == "identifier");
  if (request.action == kMerge && mixed)
    out.add_notices(
        "a person and an identifier stay two entities: what was decided is that the one "
        "uses the other");
  if (!out.event().contrary().empty())
    out.add_notices(
        "recorded against evidence: findings show both sides and leave open whether the "
        "two are one");
  return out;
}

v1::EntityPreview compare(const v1::Finding& before, const v1::Finding& after) {
  v1::EntityPreview out;
  *out.mutable_persons_before() = before.persons();
  *out.mutable_persons_after() = after.persons();
  out.set_lens(after.lens());
  out.set_group(after.group());
  const auto word = [](v1::Element::Outcome outcome) {
    std::string text = v1::Element::Outcome_Name(outcome);
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
  };
  const auto codes = [](const auto& reasons) {
    std::string text;
    for (const int code : reasons)
      text += (text.empty() ? "" : ", ") +
              v1::Element::ReasonCode_Name(static_cast<v1::Element::ReasonCode>(code));
    return text.empty() ? text : " (" + text + ")";
  };
  const auto interval = [](const v1::PersonInterval& persons) {
    return persons.lo() == persons.hi() ? std::to_string(persons.lo())
                                        : fmt::format("{}-{}", persons.lo(), persons.hi());
  };
  if (interval(before.persons()) != interval(after.persons()))
    out.add_sentences(fmt::format("persons {} becomes {}", interval(before.persons()),
                                  interval(after.persons())));
  const auto describe = [&](const char* what, const v1::ElementChange& change) {
    out.add_sentences(fmt::format("{}{} {}{} becomes {}{}", what, change.id(), word(change.from()),
                                  codes(change.reasons_before()), word(change.to()),
                                  codes(change.reasons_after())));
  };
  std::map<std::string, const v1::Element*> then;
  const std::function<void(const v1::Element&)> collect = [&](const v1::Element& element) {
    then[element.id()] = &element;
    for (const v1::Element& child : element.children()) collect(child);
  };
  for (const v1::Element& element : before.elements()) collect(element);
  const std::function<void(const v1::Element&)> differ = [&](const v1::Element& element) {
    const auto known = then.find(element.id());
    if (known != then.end() && known->second->outcome() != element.outcome()) {
      v1::ElementChange& change = *out.add_elements();
      change.set_id(element.id());
      change.set_article(element.article());
      change.set_title(element.title());
      change.set_from(known->second->outcome());
      change.set_to(element.outcome());
      *change.mutable_reasons_before() = known->second->reason_codes();
      *change.mutable_reasons_after() = element.reason_codes();
      describe("", change);
    }
    // An element may stand under several parents; it changes once.
    then.erase(element.id());
    for (const v1::Element& child : element.children()) differ(child);
  };
  for (const v1::Element& element : after.elements()) differ(element);
  const auto gate = [&](const char* name, const v1::Gate& from, const v1::Gate& to) {
    if (from.outcome() == to.outcome()) return;
    v1::ElementChange& change = *out.add_gates();
    change.set_id(name);
    change.set_from(from.outcome());
    change.set_to(to.outcome());
    *change.mutable_reasons_before() = from.reason_codes();
    *change.mutable_reasons_after() = to.reason_codes();
    describe("gate ", change);
  };
  gate("domestic", before.gates().domestic(), after.gates().domestic());
  gate("mla", before.gates().mla(), after.gates().mla());
  gate("extradition", before.gates().extradition(), after.gates().extradition());
  gate("full_scope", before.gates().full_scope(), after.gates().full_scope());
  if (out.sentences().empty())
    out.add_sentences(fmt::format("persons stay {}, and no element and no gate changes its outcome",
                                  interval(after.persons())));
  return out;
}

core::Result<v1::EntityPreview> preview(session::Session& session, const ChangeRequest& request,
                                        const criteria::AssessOptions& options) {
  PALERMO_CHECK_OK(session.permit(authorization::Operation::EditEntity));
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(const Model model, Model::load(session.db()));
  ChangeRequest asked = request;
  asked.despite = true;  // to see what it would do is no decision
  if (asked.reason.empty()) asked.reason = "(preview)";
  PALERMO_TRY(v1::EntityEvent event, prepare(session.db(), model, asked));
  event.set_reason(request.reason);
  std::vector<v1::EntityEvent> events = model.decisions().events();
  v1::EntityEvent proposed = event;
  proposed.set_id(fmt::format("E-{}", events.size() + 1));
  proposed.set_by(session.operator_name());
  events.push_back(std::move(proposed));
  PALERMO_TRY(
      const v1::FactsFile after,
      criteria::stated_by_case(session.db(), std::nullopt, Decisions::replay(std::move(events))));
  criteria::AssessOptions brief = options;
  brief.explain = false;  // only outcomes are compared
  PALERMO_TRY(const v1::Finding then, criteria::assess(model.facts_file(), brief));
  PALERMO_TRY(const v1::Finding now, criteria::assess(after, brief));
  v1::EntityPreview out = compare(then, now);
  *out.mutable_event() = std::move(event);
  if (!out.event().contrary().empty() && !request.despite)
    out.add_notices("evidence speaks against it: without --despite it would not be recorded");
  v1::Access access;
  access.set_operation("CONSULT");
  access.set_command("entity " + request.action + " --preview");
  access.set_result_count(static_cast<std::uint32_t>(out.sentences_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  return out;
}

}  // namespace palermo::entity
