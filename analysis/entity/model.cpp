#include "analysis/entity/model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/criteria/case_finding.hpp"
#include "analysis/entity/event_log.hpp"
#include "core/base/text.hpp"
#include "core/store/record_store.hpp"

namespace palermo::entity {
namespace {

using core::Error;
using core::ErrorCode;

bool is_person_kind(const std::string& kind) {
  return kind == "person" || kind == "organisation" || kind == "organization";
}

/// Digits that identify a handset: the first 14 of 14 to 16.
std::string device_digits(const std::string& text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  const bool only = digits.size() >= 14 && digits.size() <= 16 &&
                    text.find_first_not_of("0123456789- /") == std::string::npos;
  return only ? digits.substr(0, 14) : std::string{};
}

/// Identifiers that texts name, as Model::load resolves them: by "kind:value", by value, by the
/// digits of a handset, or as received. In order of their numbers.
core::Result<std::vector<store::StoredIdentifier>> identifiers_named(
    store::Database& db, const std::set<std::string>& texts) {
  std::map<std::int64_t, store::StoredIdentifier> found;
  std::set<std::string, std::less<>> as_received;
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    std::vector<std::string> values{text};
    if (const auto colon = text.find(':'); colon != std::string::npos)
      values.push_back(text.substr(colon + 1));
    if (std::string digits = device_digits(text); !digits.empty())
      values.push_back(std::move(digits));
    bool known = false;
    for (const std::string& value : values) {
      PALERMO_TRY(std::vector<store::StoredIdentifier> same,
                  store::find_identifiers_by_value(db, value));
      for (store::StoredIdentifier& one : same) {
        known = true;
        const std::int64_t id = one.id;
        found.emplace(id, std::move(one));
      }
    }
    if (!known) as_received.insert(text);
  }
  if (!as_received.empty()) {
    PALERMO_TRY(std::vector<store::StoredIdentifier> all, store::all_identifiers(db));
    for (store::StoredIdentifier& one : all) {
      if (!as_received.contains(one.identifier.raw)) continue;
      const std::int64_t id = one.id;
      found.emplace(id, std::move(one));
    }
  }
  std::vector<store::StoredIdentifier> out;
  for (auto& [id, one] : found) out.push_back(std::move(one));
  return out;
}

v1::Link link_of(const v1::Statement& s) {
  v1::Link link;
  link.set_grade(s.grade());
  link.set_basis(s.has_decided()                   ? "decided"
                 : s.kind() == v1::Statement::fact ? "stated"
                                                   : "assessed");
  if (s.has_trace() && !s.trace().record_id().empty()) link.add_evidence(s.trace().record_id());
  if (s.has_decided()) link.add_evidence(s.decided().event_id());
  link.set_records(1);
  link.set_text(s.text());
  link.set_contradicted(s.polarity() == v1::Statement::contradicts);
  return link;
}

}  // namespace

std::string id_of(const store::ObservedIdentifier& identifier) {
  return identifier.kind + ":" + identifier.value;
}

bool is_name_kind(std::string_view kind) {
  return kind == "label" || kind == "account" || kind == "alphanumeric" || kind == "email";
}

PersonEntity& Model::person(const std::string& id) {
  const std::string canonical = facts_->identities().canonical(id);
  PersonEntity& entity = persons_[canonical];
  entity.id = canonical;
  person_of_[id] = canonical;
  person_of_[canonical] = canonical;
  if (std::find(entity.members.begin(), entity.members.end(), id) == entity.members.end())
    entity.members.push_back(id);
  return entity;
}

void Model::read_statements() {
  for (const v1::Statement* s : facts_->all()) {
    for (const std::string& id : criteria::persons_named(*s)) person(id);
    if (s->has_person() && !criteria::contradicts(*s)) {
      PersonEntity& entity = person(s->person().id());
      const std::string& name = s->person().name();
      if (!name.empty() &&
          std::find(entity.names.begin(), entity.names.end(), name) == entity.names.end())
        entity.names.push_back(name);
      if (!s->person().nationality().empty())
        entity.nationalities.insert(s->person().nationality());
    }
    if (s->has_attribution()) {
      Use use;
      use.person = s->attribution().person();
      use.identifier = s->attribution().identifier();
      use.link = link_of(*s);
      use.link.set_kind("uses");
      use.link.set_valid_from(s->attribution().from());
      use.link.set_valid_to(s->attribution().to());
      uses_.push_back(std::move(use));
    }
  }
}

core::Status Model::read_links(store::Database& db, std::optional<std::int64_t> before_leaf) {
  store::RecordQuery query;
  query.kind = "identifier_link";
  query.before_leaf = before_leaf;
  return store::for_each_record(db, query, [this](store::StoredRecord& stored) -> core::Status {
    if (!stored.record.has_identifier_link()) return core::ok();
    const v1::IdentifierLink& stated = stored.record.identifier_link();
    const bool a_person = is_person_kind(stated.a_kind());
    const bool b_person = is_person_kind(stated.b_kind());
    if (a_person) person(stated.a()).organisation |= stated.a_kind() != "person";
    if (b_person) person(stated.b()).organisation |= stated.b_kind() != "person";
    if (a_person == b_person) return core::ok();
    Use use;
    use.person = a_person ? stated.a() : stated.b();
    use.identifier = a_person ? stated.b() : stated.a();
    use.link.set_kind(stated.kind().empty() ? "uses" : stated.kind());
    use.link.set_valid_from(stated.from());
    use.link.set_valid_to(stated.to());
    use.link.set_grade(stored.record.grade());
    use.link.set_basis("stated");
    use.link.set_records(1);
    use.link.set_text(stated.text());
    use.link.add_evidence(stored.record.record_id());
    uses_.push_back(std::move(use));
    return core::ok();
  });
}

core::Result<Model> Model::load(store::Database& db, const View& view) {
  Model model;
  PALERMO_TRY(core::NameReader reader, core::NameReader::make());
  model.reader_ = std::make_unique<core::NameReader>(std::move(reader));
  PALERMO_TRY(std::vector<v1::EntityEvent> events, load_events(db, view.before_leaf));
  model.decisions_ = std::make_unique<Decisions>(Decisions::replay(std::move(events)));
  PALERMO_TRY(v1::FactsFile file, criteria::stated_by_case(db, view.before_leaf));
  model.file_ = std::make_unique<v1::FactsFile>(std::move(file));
  model.facts_ = std::make_unique<criteria::Facts>(*model.file_, criteria::Facts::Choice{});
  model.read_statements();
  PALERMO_CHECK_OK(model.read_links(db, view.before_leaf));
  if (view.named_only) {
    std::set<std::string> named;
    for (const Use& use : model.uses_) named.insert(use.identifier);
    for (const v1::EntityEvent& event : model.decisions_->events()) {
      named.insert({event.a(), event.b()});
      named.insert(event.apart_from().begin(), event.apart_from().end());
    }
    PALERMO_TRY(model.identifiers_, identifiers_named(db, named));
  } else {
    PALERMO_TRY(model.identifiers_, store::all_identifiers(db));
  }
  std::map<std::string, std::size_t> raw;
  for (std::size_t i = 0; i < model.identifiers_.size(); ++i) {
    const store::ObservedIdentifier& identifier = model.identifiers_[i].identifier;
    model.by_id_.emplace(id_of(identifier), i);
    model.by_value_[identifier.value].push_back(i);
    // As received, where that is no other identifier's value: "07700900001" of "+447700900001".
    raw.emplace(identifier.raw, i);
  }
  for (Use& use : model.uses_) {
    // Attributions name identifiers by value; a handset by any of its forms.
    const auto found = model.by_value_.find(use.identifier);
    if (model.by_id_.contains(use.identifier)) continue;
    if (found != model.by_value_.end()) {
      use.identifier = id_of(model.identifiers_[found->second.front()].identifier);
    } else if (const std::string digits = device_digits(use.identifier); !digits.empty()) {
      if (model.by_id_.contains("imei:" + digits)) use.identifier = "imei:" + digits;
    } else if (const auto received = raw.find(use.identifier); received != raw.end()) {
      use.identifier = id_of(model.identifiers_[received->second].identifier);
    }
  }
  for (auto& [id, entity] : model.persons_) {
    std::sort(entity.members.begin(), entity.members.end(), criteria::natural_less);
    const auto words = model.facts_->categories(model.facts_->person(id));
    for (const auto word : words) {
      if (word == v1::Person::category_unspecified) continue;
      entity.category += (entity.category.empty() ? "" : ", ") + v1::Person::Category_Name(word);
    }
    if (entity.category.empty()) entity.category = "unknown";
    entity.organisation |= model.facts_->is(model.facts_->person(id), v1::Person::legal_person);
    for (const std::string& member : entity.members)
      entity.category_decided |= model.decisions_->category_of(member) != nullptr;
  }
  return model;
}

std::string Model::canonical(const std::string& id) const {
  if (const auto person = person_of_.find(id); person != person_of_.end()) return person->second;
  if (!by_id_.contains(id)) return id;
  return decisions_->together_with(id).front();
}

const store::StoredIdentifier* Model::identifier(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &identifiers_[found->second];
}

std::string Model::kind_of(const std::string& id) const {
  if (const auto person = person_of_.find(id); person != person_of_.end())
    return persons_.at(person->second).organisation ? "organisation" : "person";
  return by_id_.contains(id) ? "identifier" : std::string{};
}

std::string Model::label_of(const std::string& id) const {
  if (const auto person = person_of_.find(id); person != person_of_.end()) {
    const PersonEntity& entity = persons_.at(person->second);
    return entity.names.empty() ? entity.id : entity.names.front();
  }
  const store::StoredIdentifier* found = identifier(id);
  return found == nullptr ? id : found->identifier.value;
}

bool Model::counts(const Use& use) const {
  if (use.link.contradicted() || use.link.basis() == "assessed") return false;
  const v1::EntityEvent* decided = decisions_->about(use.person, use.identifier);
  return decided == nullptr || decided->action() != kSplit;
}

std::map<std::int64_t, std::set<std::string>> Model::persons_by_identifier() const {
  std::map<std::int64_t, std::set<std::string>> out;
  for (const Use& use : uses_) {
    if (!counts(use)) continue;
    for (const std::string& member : decisions_->together_with(use.identifier))
      if (const store::StoredIdentifier* found = identifier(member))
        out[found->id].insert(canonical(use.person));
  }
  return out;
}

std::vector<const store::StoredIdentifier*> Model::identifiers_of(const std::string& id) const {
  std::set<std::string> ids;
  if (by_id_.contains(id) && !person_of_.contains(id)) {
    for (const std::string& member : decisions_->together_with(id)) ids.insert(member);
  } else {
    const std::string person = canonical(id);
    for (const Use& use : uses_) {
      if (canonical(use.person) != person || !counts(use)) continue;
      for (const std::string& member : decisions_->together_with(use.identifier))
        ids.insert(member);
    }
  }
  std::vector<const store::StoredIdentifier*> out;
  for (const std::string& each : ids)
    if (const store::StoredIdentifier* found = identifier(each)) out.push_back(found);
  return out;
}

core::Result<std::string> Model::meant(const std::string& text) const {
  const bool person = person_of_.contains(text);
  const bool observed = by_id_.contains(text);
  if (person || observed) return text;
  std::set<std::string> found;
  if (const auto value = by_value_.find(text); value != by_value_.end())
    for (const std::size_t i : value->second) found.insert(id_of(identifiers_[i].identifier));
  const auto colon = text.find(':');
  if (const std::string digits =
          device_digits(colon == std::string::npos ? text : text.substr(colon + 1));
      found.empty() && !digits.empty() && by_id_.contains("imei:" + digits))
    found.insert("imei:" + digits);
  if (found.empty()) {
    const std::string wanted = reader_->canonical(text);
    for (const auto& [id, entity] : persons_)
      for (const std::string& name : entity.names)
        if (reader_->canonical(name) == wanted) found.insert(id);
  }
  if (found.size() == 1) return *found.begin();
  if (found.empty()) {
    std::vector<std::string> known;
    for (const auto& [id, entity] : persons_) known.push_back(id);
    const std::string near = core::nearest_word(text, known);
    return Error{ErrorCode::NotFound,
                 fmt::format("this case knows no entity '{}'", core::printable(text, 60)),
                 std::nullopt,
                 near.empty() ? "`palermo entity list` prints the ids"
                              : fmt::format("did you mean {}?", core::printable(near, 60))};
  }
  std::string list;
  for (const std::string& id : found) list += (list.empty() ? "" : ", ") + core::printable(id, 60);
  return Error{ErrorCode::InvalidArgument,
               fmt::format("'{}' may be several entities", core::printable(text, 60)), std::nullopt,
               "give one of these ids: " + list};
}

std::vector<v1::Entity> Model::entities() const {
  std::vector<v1::Entity> out;
  std::map<std::string, std::set<std::string>> looks;  // skeleton → canonical names
  std::map<std::string, std::vector<std::size_t>> by_look;
  const auto note_name = [&](const std::string& name, v1::Entity& entity) {
    for (const core::NameFlag flag : reader_->flags(name)) {
      const std::string word{core::name_of(flag)};
      if (std::find(entity.flags().begin(), entity.flags().end(), word) == entity.flags().end())
        entity.add_flags(word);
    }
    const std::string skeleton = reader_->skeleton(name);
    if (skeleton.empty()) return;
    looks[skeleton].insert(reader_->canonical(name));
    if (auto& list = by_look[skeleton]; list.empty() || list.back() != out.size())
      list.push_back(out.size());
  };
  for (const auto& [id, person] : persons_) {
    v1::Entity entity;
    entity.set_id(id);
    entity.set_kind(person.organisation ? "organisation" : "person");
    entity.set_label(label_of(id));
    entity.set_category(person.category);
    entity.set_category_decided(person.category_decided);
    for (const std::string& member : person.members) entity.add_members(member);
    for (const std::string& name : person.names) entity.add_forms(name);
    for (const std::string& name : person.names) note_name(name, entity);
    if (person.names.empty()) note_name(id, entity);
    out.push_back(std::move(entity));
  }
  for (const store::StoredIdentifier& stored : identifiers_) {
    const std::string id = id_of(stored.identifier);
    const std::vector<std::string> members = decisions_->together_with(id);
    if (members.front() != id) continue;
    v1::Entity entity;
    entity.set_id(id);
    entity.set_kind("identifier");
    entity.set_identifier_kind(stored.identifier.kind);
    entity.set_label(stored.identifier.value);
    for (const std::string& member : members) {
      entity.add_members(member);
      const store::StoredIdentifier* each = identifier(member);
      if (each == nullptr) continue;
      if (each->identifier.raw != each->identifier.value) entity.add_forms(each->identifier.raw);
      if (is_name_kind(each->identifier.kind)) note_name(each->identifier.value, entity);
    }
    out.push_back(std::move(entity));
  }
  // Names that look alike and are not the same name: offered, never joined. The same name in two
  // places is no look-alike but a question for `candidates`.
  for (const auto& [skeleton, names] : looks) {
    if (names.size() < 2) continue;
    const std::vector<std::size_t>& list = by_look[skeleton];
    for (const std::size_t one : list)
      for (const std::size_t other : list)
        if (one != other && out[one].look_alikes_size() < 20)
          out[one].add_look_alikes(out[other].id());
  }
  return out;
}

std::vector<v1::Link> links_of(const Model& model, const std::string& id) {
  std::vector<v1::Link> out;
  const std::string self = model.canonical(id);
  for (const Use& use : model.uses()) {
    if (model.canonical(use.person) != self && model.canonical(use.identifier) != self) continue;
    v1::Link link = use.link;
    link.set_from(use.person);
    link.set_to(use.identifier);
    out.push_back(std::move(link));
  }
  for (const v1::Statement* s : model.facts().all()) {
    v1::Link link = link_of(*s);
    if (s->has_identity()) {
      std::string a = s->identity().a(), b = s->identity().b();
      if (s->decided().of_identifiers()) {  // named by value: the event has the ids
        const v1::EntityEvent* event = model.decisions().find(s->decided().event_id());
        if (event == nullptr) continue;
        const std::string first = a, second = b;
        const auto name = [&](const std::string& named) {
          if (named.ends_with(":" + first)) a = named;
          if (named.ends_with(":" + second)) b = named;
        };
        name(event->a());
        name(event->b());
        for (const std::string& other : event->apart_from()) name(other);
      }
      if (model.canonical(a) != self && model.canonical(b) != self) continue;
      link.set_from(a);
      link.set_to(b);
      link.set_kind(s->identity().relation() == v1::Identity::same       ? "same_as"
                    : s->identity().relation() == v1::Identity::distinct ? "distinct_from"
                                                                         : "possibly_same_as");
    } else if (s->has_relation()) {
      if (model.canonical(s->relation().a()) != self && model.canonical(s->relation().b()) != self)
        continue;
      link.set_from(s->relation().a());
      link.set_to(s->relation().b());
      link.set_kind(s->relation().kind());
    } else {
      continue;
    }
    out.push_back(std::move(link));
  }
  return out;
}

}  // namespace palermo::entity
