#include "analysis/criteria/proposals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/criteria/statement_decisions.hpp"
#include "analysis/location/locate.hpp"
#include "analysis/network/load.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::criteria {
namespace {

constexpr std::size_t kRecordsNamed = 5;
constexpr std::size_t kDigitsOfId = 16;
constexpr const char* kContact = "contact";
constexpr const char* kTransfer = "transfer";
constexpr const char* kPresence = "presence";

/// Records behind one proposal, as they are gathered.
struct Gathered {
  std::uint64_t records = 0;
  std::string first_at, last_at;  // UTC; equal lengths, so that they compare as texts
  std::vector<std::string> named;
  std::uint64_t near_border = 0;  // of presences: records of a mast near another State
  bool spoke = false;

  void span(const std::string& first, const std::string& last) {
    if (!first.empty() && (first_at.empty() || first < first_at)) first_at = first;
    if (!last.empty() && last_at < last) last_at = last;
  }
  void name(const std::string& record) {
    if (named.size() < kRecordsNamed &&
        std::find(named.begin(), named.end(), record) == named.end())
      named.push_back(record);
  }
};

/// Of two persons in natural order (contact), or payer and payee, and the authorization.
using Between = std::tuple<std::string, std::string, std::string>;

std::string instant(std::int64_t us) {
  return us == network::kNoTime ? std::string{} : core::format_utc_us(us);
}

std::string span_in_words(const Gathered& found) {
  if (found.first_at.empty()) return "undated";
  const std::string first = found.first_at.substr(0, 10), last = found.last_at.substr(0, 10);
  return first == last ? "on " + first : fmt::format("from {} to {}", first, last);
}

std::string records_in_words(std::uint64_t records) {
  return fmt::format("{} record{}", records, records == 1 ? "" : "s");
}

/// The id says nothing of whom it is about to somebody who sees it alone, and stays the same.
std::string id_of(const std::string& kind, const std::vector<std::string>& about) {
  std::string key = "palermo/proposal/v1 " + kind;
  for (const std::string& word : about) key += fmt::format(" {}:{}", word.size(), word);
  return "MP-" + core::to_hex(core::sha256(key)).substr(0, kDigitsOfId);
}

v1::ProposedStatement drafted(const std::string& kind, const std::vector<std::string>& about,
                              const std::string& authorization, const Gathered& found,
                              std::string text) {
  v1::ProposedStatement out;
  out.set_id(id_of(kind, about));
  out.set_kind(kind);
  out.set_status("proposed");
  out.set_still_found(true);
  out.set_records(static_cast<std::uint32_t>(found.records));
  for (const std::string& record : found.named) out.add_record_ids(record);
  out.set_first_at(found.first_at);
  out.set_last_at(found.last_at);
  v1::Statement& s = *out.mutable_statement();
  s.set_id(out.id());
  s.set_kind(v1::Statement::assessment);
  s.set_grade("F6");
  s.set_text(std::move(text));
  s.set_observed_at(found.last_at.substr(0, 10));
  // All that the machine reads out of one kind of record has one origin: nothing of it corroborates
  // anything else of it.
  s.set_source(kind == kTransfer ? "payment records" : "communication records");
  s.set_authorization_id(authorization);
  if (!found.named.empty()) {
    const std::string& record = found.named.front();
    s.mutable_trace()->set_record_id(record);
    s.mutable_trace()->set_source_id(record.substr(0, record.find(':')));
  }
  return out;
}

class Finder {
 public:
  Finder(store::Database& db, const entity::Model& model) : db_{db}, model_{model} {}

  core::Result<v1::ProposalList> run() {
    network::LoadOptions whole;
    PALERMO_TRY(const network::LoadedNetwork layers, network::load(db_, whole));
    std::vector<std::string> contact, payments;
    for (const network::Layer& layer : layers.layers) {
      if (layer.name == "calls" || layer.name == "intercepts" || layer.name == "messages")
        contact.push_back(layer.name);
      if (layer.name == "payments") payments.push_back(layer.name);
    }
    if (!contact.empty()) PALERMO_CHECK_OK(contacts(contact));
    if (!payments.empty()) PALERMO_CHECK_OK(transfers(payments));
    PALERMO_CHECK_OK(presences());
    note_what_is_left_out();
    PALERMO_CHECK_OK(decided());
    return std::move(list_);
  }

 private:
  void note_what_is_left_out() {
    const auto note = [this](std::uint64_t count, const char* what) {
      if (count > 0) list_.add_notes(fmt::format("{}: {}", what, count));
    };
    note(on_duty_,
         "ties left out because they are of officers or informants, and what those do on duty shows "
         "nothing of the group");
    note(nobodys_,
         "ties left out because nobody, or more than one person, is said to use an identifier");
    note(shared_, "identifiers that place nobody because several persons are said to use them");
    note(unsure_,
         "records left out of presences because what names their cell's State disagrees, or nothing "
         "does");
  }

  /// The person behind a node that is one.
  std::string person_of(const network::Node& node) const {
    return node.id.starts_with("person:") && model_.kind_of(node.id) != "person" ? node.id.substr(7)
                                                                                 : node.id;
  }

  [[nodiscard]] bool on_duty(const std::string& id) const {
    const PersonId person = model_.facts().person(id);
    return model_.facts().is(person, v1::Person::undercover_officer) ||
           model_.facts().is(person, v1::Person::informant);
  }

  core::Result<std::map<Between, Gathered>> ties(const std::vector<std::string>& layers,
                                                 bool directed) {
    network::LoadOptions options;
    options.layers = layers;
    options.persons = true;
    PALERMO_TRY(const network::LoadedNetwork loaded, network::load(db_, options));
    if (!directed) *list_.mutable_basis() = loaded.basis;
    std::map<Between, Gathered> out;
    for (const network::Tie& tie : loaded.table.ties) {
      const network::Node& from = loaded.table.nodes[tie.a];
      const network::Node& to = loaded.table.nodes[tie.b];
      if (from.kind != "person" || to.kind != "person") {
        ++nobodys_;
        continue;
      }
      std::string a = person_of(from), b = person_of(to);
      if (a == b) continue;
      if (on_duty(a) || on_duty(b)) {
        ++on_duty_;
        continue;
      }
      if (!directed && natural_less(b, a)) std::swap(a, b);
      Gathered& found = out[{a, b, loaded.table.authorizations[tie.authorization]}];
      found.records += tie.count;
      found.span(instant(tie.first_us), instant(tie.last_us));
      found.spoke = found.spoke || tie.spoke;
      for (const network::EvidenceRef ref : tie.evidence)
        found.name(loaded.table.names.name_of(ref));
    }
    return out;
  }

  core::Status contacts(const std::vector<std::string>& layers) {
    PALERMO_TRY(const auto found, ties(layers, false));
    for (const auto& [between, records] : found) {
      const auto& [a, b, authorization] = between;
      v1::ProposedStatement& draft = *list_.add_statements();
      draft = drafted(
          kContact, {a, b, authorization}, authorization, records,
          fmt::format("{} of contact between {} and {}, {}; {}.", records_in_words(records.records),
                      a, b, span_in_words(records),
                      records.spoke ? "in at least one they spoke" : "none shows that they spoke"));
      draft.set_basis("contact is a lead: it shows no concert, no membership and no content");
      v1::PersonRelation& relation = *draft.mutable_statement()->mutable_relation();
      relation.set_a(a);
      relation.set_b(b);
      relation.set_kind("contact");
    }
    return core::ok();
  }

  core::Status transfers(const std::vector<std::string>& layers) {
    PALERMO_TRY(const auto found, ties(layers, true));
    for (const auto& [between, records] : found) {
      const auto& [payer, payee, authorization] = between;
      v1::ProposedStatement& draft = *list_.add_statements();
      draft = drafted(
          kTransfer, {payer, payee, authorization}, authorization, records,
          fmt::format("{} of payment from {} to {}, {}; what for is not stated.",
                      records_in_words(records.records), payer, payee, span_in_words(records)));
      draft.set_basis(
          "a payment shows no purpose; accept it with --read-as benefit where other evidence shows "
          "that "
          "the payee was paid for the conduct");
      v1::PersonRelation& relation = *draft.mutable_statement()->mutable_relation();
      relation.set_a(payer);
      relation.set_b(payee);
      relation.set_kind("transfer of value");
    }
    return core::ok();
  }

  [[nodiscard]] v1::Located::What located_as(PersonId person) const {
    const Facts& facts = model_.facts();
    if (facts.is(person, v1::Person::victim)) return v1::Located::victim;
    if (facts.is(person, v1::Person::witness)) return v1::Located::witness;
    if (facts.is(person, v1::Person::suspect)) return v1::Located::suspect;
    return v1::Located::what_unspecified;
  }

  core::Status read_sources() {
    PALERMO_TRY(store::Statement query, db_.prepare("SELECT id, payload FROM source ORDER BY seq"));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return core::ok();
      v1::Source source;
      if (source.ParseFromString(std::string{query.blob(1)}))
        authorization_of_[std::string{query.text(0)}] = source.authorization_id();
    }
  }

  core::Status presences() {
    PALERMO_CHECK_OK(read_sources());
    const auto users = model_.persons_by_identifier();
    for (const auto& [identifier, persons] : users)
      if (persons.size() > 1) ++shared_;
    for (const auto& [id, entity] : model_.persons()) {
      const v1::Located::What what = located_as(model_.facts().person(id));
      if (what == v1::Located::what_unspecified || entity.organisation || on_duty(id)) continue;
      Places places;
      for (const store::StoredIdentifier* identifier : model_.identifiers_of(id)) {
        const auto used = users.find(identifier->id);
        if (used != users.end() && used->second.size() == 1)
          PALERMO_CHECK_OK(served(id, *identifier, places));
      }
      for (const auto& [place, records] : places.found) present(id, what, place, records);
    }
    return core::ok();
  }

  void present(const std::string& id, v1::Located::What what,
               const std::pair<std::string, std::string>& place, const Gathered& records) {
    const auto& [state, authorization] = place;
    v1::ProposedStatement& draft = *list_.add_statements();
    std::string text =
        fmt::format("{}: {} served by cells in {}, {}.", id, records_in_words(records.records),
                    state, span_in_words(records));
    if (records.near_border > 0)
      text.replace(
          text.size() - 1, 1,
          fmt::format("; {} of a mast within 50 km of another State.", records.near_border));
    draft = drafted(kPresence, {id, state, authorization}, authorization, records, text);
    draft.set_basis(
        "where the mast stands that served the device, by the cell alone; not who held it, and "
        "near "
        "a border not the State where it was");
    v1::Located& located = *draft.mutable_statement()->mutable_located();
    located.set_what(what);
    located.set_state(state);
  }

  /// Where one person's devices were served: by State and authorization.
  struct Places {
    std::map<std::pair<std::string, std::string>, Gathered> found;
    std::set<std::string>
        seen;  // records, where periods overlap or number and handset are both known
  };

  /// Cells in a State that served an identifier while the person is said to have used it.
  core::Status served(const std::string& person, const store::StoredIdentifier& identifier,
                      Places& places) {
    const std::string own = model_.canonical(entity::id_of(identifier.identifier));
    for (const entity::Use& use : model_.uses()) {
      if (use.link.contradicted() || use.link.basis() == "assessed" ||
          model_.canonical(use.person) != model_.canonical(person) ||
          model_.canonical(use.identifier) != own)
        continue;
      analysis::LocateQuery query;
      query.identifiers = {static_cast<std::uint32_t>(identifier.id)};
      bool readable = true;  // a period that cannot be read bounds nothing, so nothing is said
      const auto bound = [&readable](const std::string& text, bool end) {
        std::optional<std::int64_t> out;
        if (text.empty()) return out;
        const auto at = core::parse_date_or_instant(text, end);
        if (at) out = at->us;
        readable = readable && at;
        return out;
      };
      query.from_us = bound(use.link.valid_from(), false);
      query.to_us = bound(use.link.valid_to(), true);
      if (!readable) continue;
      PALERMO_TRY(const v1::LocateResult found, analysis::locate(db_, query));
      for (const v1::LocatedRecord& record : found.records())
        if (places.seen.insert(record.record_id()).second) place(record, places);
    }
    return core::ok();
  }

  void place(const v1::LocatedRecord& record, Places& places) {
    std::map<std::string, bool> states;  // and whether the mast stands near another
    for (const v1::LocatedCell& cell : record.cells()) {
      if (cell.outcome() != v1::LocatedCell::located) {
        ++unsure_;
        return;
      }
      bool& near = states[cell.state()];
      for (const v1::LocationEvidence& evidence : cell.evidence())
        near = near || evidence.has_border_km();
    }
    const std::string source = record.record_id().substr(0, record.record_id().find(':'));
    const std::string& authorization =
        record.authorization_id().empty() ? authorization_of_[source] : record.authorization_id();
    for (const auto& [state, near] : states) {
      Gathered& into = places.found[{state, authorization}];
      ++into.records;
      if (near) ++into.near_border;
      into.span(record.started_at(), record.started_at());
      into.name(record.record_id());
    }
  }

  /// What was decided stands as it was decided about, found again or not.
  core::Status decided() {
    PALERMO_TRY(auto all, statement_decisions(db_));
    std::map<std::string, std::string> subjects;  // of ids
    for (v1::ProposedStatement& one : *list_.mutable_statements()) {
      const auto known = all.find(one.id());
      if (!subjects.emplace(one.id(), one.statement().text()).second)
        return core::Error{core::ErrorCode::Internal,
                           fmt::format("two proposed statements are both called {}", one.id())};
      if (known == all.end()) continue;
      take(one, known->second);
      all.erase(known);
    }
    for (auto& [id, decisions] : all) {
      v1::ProposedStatement& gone = *list_.add_statements();
      gone.set_id(id);
      const v1::Statement& statement = decisions.back().statement();
      gone.set_kind(statement.has_located()                    ? kPresence
                    : statement.relation().kind() == "contact" ? kContact
                                                               : kTransfer);
      if (statement.has_trace()) gone.add_record_ids(statement.trace().record_id());
      *gone.mutable_statement() = statement;
      gone.set_records(decisions.back().records());
      take(gone, decisions);
    }
    std::stable_sort(list_.mutable_statements()->begin(), list_.mutable_statements()->end(),
                     [](const v1::ProposedStatement& a, const v1::ProposedStatement& b) {
                       return std::pair{a.kind(), a.id()} < std::pair{b.kind(), b.id()};
                     });
    for (const v1::ProposedStatement& one : list_.statements()) {
      list_.set_total(list_.total() + 1);
      if (one.status() == "proposed") list_.set_proposed(list_.proposed() + 1);
      if (one.status() == "accepted") list_.set_accepted(list_.accepted() + 1);
      if (one.status() == "rejected") list_.set_rejected(list_.rejected() + 1);
    }
    return core::ok();
  }

  static void take(v1::ProposedStatement& one, std::vector<v1::StatementDecision>& decisions) {
    one.set_status(status_of(decisions));
    if (one.status() != "proposed")
      for (const v1::StatementDecision& decision : decisions)
        if (decision.outcome() != "graded") {
          *one.mutable_statement() = decision.statement();
          one.set_records(decision.records());
          one.set_reading(decision.reading());
        }
    if (one.status() == "accepted") {
      one.mutable_statement()->set_kind(v1::Statement::fact);
      one.mutable_statement()->set_grade(decisions.back().grade());
    } else {
      one.clear_reading();
    }
    for (v1::StatementDecision& decision : decisions) *one.add_decisions() = std::move(decision);
  }

  store::Database& db_;
  const entity::Model& model_;
  v1::ProposalList list_;
  std::map<std::string, std::string> authorization_of_;                // by source
  std::uint64_t on_duty_ = 0, nobodys_ = 0, shared_ = 0, unsure_ = 0;  // left out
};

}  // namespace

core::Result<v1::ProposalList> proposals(store::Database& db, const entity::Model& model) {
  return Finder{db, model}.run();
}

}  // namespace palermo::criteria
