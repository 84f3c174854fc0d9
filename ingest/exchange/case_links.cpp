#include "ingest/exchange/case_reader.hpp"
#include "ingest/records/relation_text.hpp"

namespace palermo::ingest::detail {

std::string snake(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && i > 0 && !(name[i - 1] >= 'A' && name[i - 1] <= 'Z') && out.back() != '_')
      out += '_';
    out += c == ' ' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string text_of(const LdJson& node) {
  return node.dump(-1, ' ', false, LdJson::error_handler_t::replace);
}

core::Result<bool> CaseReader::add_relationship(const CaseNode& node) {
  std::string kind = ld_text(node.json, "kindOfRelationship");
  const auto is_actor = [](const CaseParty& party) {
    return party.kind == "person" || party.kind == "organisation";
  };
  bool good = true;
  std::string from;
  std::string to;
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  PALERMO_CHECK_OK(take_time(node, ld_text(node.json, "startTime"), &from, &from_us, good));
  PALERMO_CHECK_OK(take_time(node, ld_text(node.json, "endTime"), &to, &to_us, good));
  if (!good) return unreadable();
  bool first = true;
  for (const LdJson* source : ld_values(node.json, "source"))
    for (const LdJson* target : ld_values(node.json, "target")) {
      const CaseParty a = graph_->party_of(*source);
      const CaseParty b = graph_->party_of(*target);
      if (a.text.empty() || b.text.empty()) continue;
      store::RecordRow row;
      row.from_us = from_us;
      row.to_us = to_us;
      if (is_actor(a) && is_actor(b)) {
        v1::Relation relation;
        relation.set_a(a.text);
        relation.set_b(b.text);
        relation.set_layer(!options_->layer.empty() ? options_->layer
                           : kind.empty()           ? "Relationship"
                                                    : kind);
        relation.set_from(from);
        relation.set_to(to);
        row.kind = "relation";
        row.layer = relation.layer();
        for (const CaseParty* party : {&a, &b})
          rows_.mention(row, read_label(party->text, options_->country));
        *row.record.mutable_relation() = std::move(relation);
      } else {
        row = link_row(a, b, kind.empty() ? "relationship" : snake(kind), from, to);
        row.from_us = from_us;
        row.to_us = to_us;
        row.record.mutable_identifier_link()->set_text(text_of(node.json));
      }
      if (!first) ++further_;
      const char* what = row.kind == "relation" ? "relations" : "links";
      if (first) ++counts_[what];
      rows_.push(std::move(row), node.line);
      first = false;
    }
  return !first;
}

store::RecordRow CaseReader::link_row(const CaseParty& a, const CaseParty& b, std::string kind,
                                      const std::string& from, const std::string& to) {
  store::RecordRow row;
  row.kind = "identifier_link";
  v1::IdentifierLink& link = *row.record.mutable_identifier_link();
  link.set_a(a.text);
  link.set_b(b.text);
  link.set_a_kind(a.kind);
  link.set_b_kind(b.kind);
  link.set_kind(std::move(kind));
  link.set_from(from);
  link.set_to(to);
  for (const CaseParty* party : {&a, &b}) {
    if (party->kind == "person" || party->kind == "organisation")
      rows_.mention(row, {"label", party->text, party->text, true, {}});
    for (const store::ObservedIdentifier& found : party->identifiers) rows_.mention(row, found);
  }
  return row;
}

core::Result<bool> CaseReader::add_identifiers(const CaseNode& node) {
  const CaseParty party = graph_->party(node.json);
  if (party.identifiers.empty()) return false;
  const std::string kind = "same_" + snake(ld_type(node.json));
  const auto end_of = [](const store::ObservedIdentifier& found) {
    return CaseParty{found.raw, found.kind, {}, {found}};
  };
  CaseParty first = end_of(party.identifiers.front());
  std::size_t begin = 1;
  if (party.identifiers.size() == 1) {
    // One identifier alone is linked to the object that the file describes.
    first = {node.iri, "object", {}, {}};
    begin = 0;
  }
  if (first.text.empty()) return false;
  for (std::size_t i = begin; i < party.identifiers.size(); ++i) {
    store::RecordRow row = link_row(first, end_of(party.identifiers[i]), kind, "", "");
    if (i == begin) {
      row.record.mutable_identifier_link()->set_text(text_of(node.json));
      ++counts_["accounts, cards and devices"];
    } else {
      ++further_;
    }
    rows_.push(std::move(row), node.line);
  }
  return true;
}

core::Result<bool> CaseReader::add_contact(const CaseNode& node, const LdJson& facet) {
  CaseParty person;
  person.kind = "person";
  person.text = ld_text(facet, "displayName");
  if (person.text.empty()) {
    const std::string first = ld_text(facet, "firstName");
    const std::string last = ld_text(facet, "lastName");
    person.text = first + (first.empty() || last.empty() ? "" : " ") + last;
  }
  if (person.text.empty()) person.text = node.iri;
  bool any = false;
  for (const char* member :
       {"phoneNumber", "contactPhone", "emailAddress", "contactEmail", "screenName"})
    for (const LdJson* value : ld_values(facet, member)) {
      const CaseParty other = graph_->party_of(*value);
      if (other.text.empty()) continue;
      store::RecordRow row = link_row(person, other, "contact", "", "");
      if (!any)
        row.record.mutable_identifier_link()->set_text(text_of(node.json));
      else
        ++further_;
      rows_.push(std::move(row), node.line);
      if (!any) ++counts_["contacts"];
      any = true;
    }
  return any;
}

}  // namespace palermo::ingest::detail
