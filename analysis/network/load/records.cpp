#include "analysis/network/load/records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/identifier_store.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/messages/party.hpp"
#include "ingest/records/relation_text.hpp"

namespace palermo::network::detail {
namespace {

core::Error not_listed() {
  return core::Error{core::ErrorCode::Integrity,
                     "a record names an identifier that the case does not list", std::nullopt,
                     "run `palermo audit verify`", "DANGLING_IDENTIFIER"};
}

}  // namespace

core::Status RecordTies::read(const std::string& kind, const std::string& layer,
                              std::optional<std::int64_t> before_leaf) {
  store::RecordQuery query;
  query.kind = kind;
  query.layer = layer;
  query.before_leaf = before_leaf;
  return store::for_each_record(*db_, query,
                                [this](store::StoredRecord& stored) { return add_record(stored); });
}

std::uint32_t RecordTies::use(std::uint32_t identifier) {
  const std::uint32_t rank = names_->rank(identifier);
  used[rank] = true;
  return rank;
}

void RecordTies::add(const Contact& contact) {
  if (each) each(contact);
  const std::int32_t day = options_->by_day ? day_of(contact.first_us) : 0;
  std::uint32_t& place = places_[{contact.authorization, day}].at(
      contact.a, contact.b, static_cast<std::uint32_t>(ties.size()));
  if (place == ties.size()) {
    ties.push_back(tie_of(contact));
  } else {
    add_to(ties[place], tie_of(contact));
  }
}

bool RecordTies::in_period(const store::StoredRecord& stored) {
  if (!options_->from_us && !options_->to_us) return true;
  if (!stored.from_us && !stored.to_us) {
    ++counts.without_time;
    return false;
  }
  const std::int64_t first = stored.from_us ? *stored.from_us : *stored.to_us;
  const std::int64_t last = stored.to_us.value_or(first);
  return (!options_->from_us || last >= *options_->from_us) &&
         (!options_->to_us || first <= *options_->to_us);
}

core::Status RecordTies::add_record(store::StoredRecord& stored) {
  if (stored.record.has_relation() && !wants_(stored.layer)) return core::ok();
  if (!in_period(stored)) return core::ok();
  if (stored.record.has_message() && !is_wanted(stored.record.message())) return core::ok();
  const auto source = sources_->find(stored.record.source_id());
  if (source == sources_->end())
    return core::Error{core::ErrorCode::Integrity,
                       fmt::format("record {} names a source that is not in the case",
                                   core::printable(stored.record.record_id(), 40)),
                       std::nullopt, "run `palermo audit verify`", "DANGLING_SOURCE"};
  country_ = source->second.country;
  Contact contact;
  contact.authorization =
      authorization_(stored.record.authorization_id().empty() ? source->second.authorization
                                                              : stored.record.authorization_id());
  if (stored.from_us) contact.first_us = *stored.from_us;
  if (stored.to_us) contact.last_us = *stored.to_us;
  if (!stored.to_us) contact.last_us = contact.first_us;
  if (!stored.from_us) contact.first_us = contact.last_us;
  if (contact.first_us != kNoTime) coverage.add(source->second.number, day_of(contact.first_us));
  contact.evidence = {kNamedRecord, static_cast<std::uint32_t>(evidence_names.size())};
  evidence_names.push_back(stored.record.record_id());
  ++counts.used;
  if (stored.record.has_intercept()) return add_intercept(stored.record.intercept(), contact);
  if (stored.record.has_payment()) return add_payment(stored.record.payment(), contact);
  if (stored.record.has_message())
    return layer_of(stored.record.message()) == MessageLayer::Call
               ? add_noted_call(stored.record.message(), contact)
               : add_message(stored.record.message(), contact);
  return add_relation(stored, contact);
}

core::Status RecordTies::add_intercept(const v1::InterceptSession& session, Contact contact) {
  using Session = v1::InterceptSession;
  std::vector<std::uint32_t> parties;
  PALERMO_TRY(const std::uint32_t line, node_of(session.line(), false));
  for (const std::string& text : session.parties()) {
    if (text.empty()) continue;
    PALERMO_TRY(const std::uint32_t party, node_of(text, false));
    if (party != line && std::find(parties.begin(), parties.end(), party) == parties.end())
      parties.push_back(party);
  }
  if (session.kind() == Session::room) {
    for (std::size_t i = 0; i < parties.size(); ++i)
      for (std::size_t j = i + 1; j < parties.size(); ++j) {
        contact.a = parties[i];
        contact.b = parties[j];
        add(contact);
      }
    return core::ok();
  }
  contact.spoke = session.kind() == Session::voice && contact.first_us != kNoTime &&
                  contact.last_us > contact.first_us;
  if (contact.spoke) contact.seconds = (contact.last_us - contact.first_us) / core::kUsPerSecond;
  for (const std::uint32_t party : parties) {
    const bool incoming = session.direction() == Session::in;
    contact.a = incoming ? party : line;
    contact.b = incoming ? line : party;
    add(contact);
  }
  return core::ok();
}

core::Status RecordTies::add_payment(const v1::Payment& payment, Contact contact) {
  if (payment.from().empty() || payment.to().empty()) {
    ++counts.one_party;
    --counts.used;
    return core::ok();
  }
  PALERMO_TRY(contact.a, node_of(payment.from(), false));
  PALERMO_TRY(contact.b, node_of(payment.to(), false));
  add(contact);
  return core::ok();
}

core::Status RecordTies::add_relation(const store::StoredRecord& stored, Contact contact) {
  const v1::Relation& relation = stored.record.relation();
  PALERMO_TRY(contact.a, node_of(relation.a(), true));
  if (relation.b().empty()) return core::ok();  // stated to be there, tied to nobody
  if (relation.has_weight() && !(relation.weight() > 0)) {
    ++counts.no_weight;
    return core::ok();
  }
  PALERMO_TRY(contact.b, node_of(relation.b(), true));
  contact.weight = relation.has_weight() ? relation.weight() : 1;
  contact.spoke = names_calls(stored.layer);
  add(contact);
  return core::ok();
}

/// Node of an identifier as a record writes it, read as ingestion read it.
core::Result<std::uint32_t> RecordTies::node_of(const std::string& text, bool relation) {
  const auto [at, fresh] = nodes_of_text_.try_emplace({relation, country_, text}, kNone);
  if (!fresh) return at->second;
  const store::ObservedIdentifier observed = relation ? ingest::detail::read_label(text, country_)
                                                      : ingest::read_identifier(text, country_);
  std::optional<std::uint32_t> found = names_->find(observed.kind, observed.value);
  if (!found) {
    // Account numbers are recognized by shape and kept without blanks.
    std::string value = observed.value;
    value.erase(std::remove(value.begin(), value.end(), ' '), value.end());
    found = names_->find("iban", value);
  }
  if (!found) {
    std::vector<store::StoredIdentifier> all;
    PALERMO_TRY(all, store::find_identifiers(*db_, text));
    PALERMO_TRY(const std::vector<store::StoredIdentifier> same,
                store::find_identifiers_by_value(*db_, observed.value));
    all.insert(all.end(), same.begin(), same.end());
    const store::StoredIdentifier* first = nullptr;
    for (const store::StoredIdentifier& one : all) {
      if (one.identifier.value != observed.value && one.identifier.raw != text) continue;
      if (first == nullptr || std::tie(one.identifier.kind, one.identifier.value) <
                                  std::tie(first->identifier.kind, first->identifier.value))
        first = &one;
    }
    if (first == nullptr) return not_listed();
    found = static_cast<std::uint32_t>(first->id);
  }
  at->second = use(*found);
  return at->second;
}

}  // namespace palermo::network::detail
