#include "analysis/cooperation/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/parties.hpp"

namespace palermo::cooperation {
namespace {

using criteria::Facts;
using v1::Element;
using v1::Statement;
using V = google::protobuf::Value;

bool counts(const Statement& s) {
  return s.kind() == Statement::fact && s.polarity() != Statement::contradicts;
}

std::string maximum(const v1::Law& law) {
  if (!law.has_max_years()) return {};
  if (law.max_years().kind_case() == V::kStringValue) return "life";
  return law.max_years().kind_case() == V::kNumberValue
             ? fmt::format("{}", law.max_years().number_value())
             : std::string{};
}

const std::string& state_of(const v1::Offence& offence) {
  return offence.law().state().empty() ? offence.state() : offence.law().state();
}

/// Whether two provisions can punish one conduct: they implement a common element.
bool share(const google::protobuf::RepeatedPtrField<std::string>& a,
           const google::protobuf::RepeatedPtrField<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& element) {
    return std::find(b.begin(), b.end(), element) != b.end();
  });
}

v1::ProvisionAt provision_of(const v1::Law& law, const std::string& in_force) {
  v1::ProvisionAt out;
  out.set_provision(law.provision());
  out.set_state(law.state());
  out.set_form(law.form());
  out.set_maximum(maximum(law));
  out.set_in_force(in_force);
  out.set_source(law.source());
  *out.mutable_implements() = law.implements();
  return out;
}

std::vector<std::string> asks_for(const v1::OffenceElements& e) {
  std::vector<std::string> out;
  if (e.benefit_required()) out.emplace_back("gain");
  if (e.migrant_offence_required()) out.emplace_back("the migrant's own offence");
  if (e.has_min_persons()) out.push_back(fmt::format("{} persons or more", e.min_persons()));
  for (const std::string& word : e.excluded()) out.push_back("no " + word + " help");
  return out;
}

std::string stated_in_force(const v1::Law& law, std::optional<core::Date> day) {
  v1::CatalogueRow row;
  *row.mutable_law() = law;
  return day ? criteria::in_force_on(row, *day) : "unknown";
}

/// Provisions of one State that can punish the conduct of an offence.
class Provisions {
 public:
  Provisions(const v1::FactsFile& facts, const criteria::Catalogue& catalogue)
      : facts_{facts}, catalogue_{catalogue} {}

  std::vector<v1::ProvisionAt> of(const std::string& state, const v1::Offence& conduct,
                                  std::optional<core::Date> day) const {
    std::vector<v1::ProvisionAt> out;
    std::set<std::string> named;
    for (const v1::Offence& offence : facts_.offences()) {
      if (state_of(offence) != state || !offence.has_law()) continue;
      if (offence.id() != conduct.id() &&
          !share(offence.law().implements(), conduct.law().implements()))
        continue;
      out.push_back(provision_of(offence.law(), stated_in_force(offence.law(), day)));
      out.back().set_basis("case, " + offence.id());
      named.insert(offence.law().provision());
    }
    for (const v1::CatalogueRow* row : catalogue_.rows()) {
      if (row->law().state() != state || named.contains(row->law().provision()) ||
          !share(row->law().implements(), conduct.law().implements()))
        continue;
      const std::string in_force = day ? catalogue_.in_force(*row, *day) : "unknown";
      if (in_force == "no") continue;
      out.push_back(provision_of(row->law(), row->confidence() == "memory" ? "unknown" : in_force));
      out.back().set_basis(fmt::format("catalogue {} ({})", row->id(), row->confidence()));
      for (std::string& word : asks_for(row->elements())) out.back().add_asks_for(std::move(word));
    }
    return out;
  }

 private:
  const v1::FactsFile& facts_;
  const criteria::Catalogue& catalogue_;
};

bool any_in_force(const google::protobuf::RepeatedPtrField<v1::ProvisionAt>& provisions) {
  return std::any_of(provisions.begin(), provisions.end(),
                     [](const v1::ProvisionAt& p) { return p.in_force() == "yes"; });
}

void conduct_row(const Facts& facts, const Provisions& provisions, const std::string& home,
                 const std::string& other, const Statement& s, v1::ConductRow& row) {
  row.set_statement_id(s.id());
  row.set_type(v1::Act::Type_Name(s.act().type()));
  row.set_state(s.act().state());
  row.set_at(s.act().at());
  row.set_offence(facts.offence_of(s));
  row.set_both(Element::undetermined);
  const v1::Offence* offence = facts.offence(row.offence());
  if (offence == nullptr) {
    row.add_missing("the offence of the act and the law that punishes it");
    return;
  }
  auto day = criteria::day_of(s);
  if (!day) day = criteria::day_of(offence->date());
  if (!day) row.add_missing("the date of the act, on which both laws are read");
  for (v1::ProvisionAt& each : provisions.of(home, *offence, day))
    *row.add_here() = std::move(each);
  for (v1::ProvisionAt& each : provisions.of(other, *offence, day))
    *row.add_there() = std::move(each);
  const bool here = any_in_force(row.here()), there = any_in_force(row.there());
  if (here && there) row.set_both(Element::indicated);
  if (!here) row.add_missing(fmt::format("the provision of {} in force on that day", home));
  if (!there) row.add_missing(fmt::format("the provision of {} in force on that day", other));
}

constexpr const char* kDualNote =
    "Dual criminality is of the conduct, not of its name (UNTOC art. 16(1)). A provision counts "
    "when it "
    "was in force on the day; what it asks besides has to be shown under that law. No row says "
    "that "
    "conduct is lawful anywhere.";
constexpr const char* kMatrixNote =
    "What is stated as a fact and not denied, by State. Which State prosecutes is for the "
    "authorities to "
    "agree, in the interests of the proper administration of justice (UNTOC arts. 15(5), 21); "
    "nothing is "
    "ranked. Nationality and residence may found jurisdiction (art. 15) and make nothing "
    "transnational.";
constexpr const char* kRouteNote =
    "Numbers of statements by month and State. No person, no day and no words of a statement: "
    "meant for "
    "exchange under UNTOC art. 27 and Protocol art. 10. A row of one statement can still point to "
    "somebody who knows the case.";
constexpr const char* kCorroborationNote =
    "Each element is assessed again without everything that goes back to the source. An element "
    "that "
    "rests on a cooperator alone is not untrue; it lacks a second origin (UNTOC art. 26).";

constexpr const char* kColumns[] = {"acts",     "planning",    "effects",   "evidence",
                                    "proceeds", "witness",     "victim",    "instrumentality",
                                    "suspect",  "nationality", "residence", "law"};

/// Column and State of what a statement puts somewhere; empty State: nowhere.
void place(const Statement& s, const std::function<void(const char*, const std::string&)>& put) {
  if (s.has_act()) {
    const auto type = s.act().type();
    const bool done =
        type == v1::Act::commission || type == v1::Act::attempt || type == v1::Act::facilitation;
    put(done ? "acts" : "planning", s.act().state());
  }
  if (s.has_effect()) put("effects", s.effect().state());
  if (s.has_entry()) put("acts", s.entry().state());
  if (s.has_located() && s.located().what() != v1::Located::what_unspecified)
    put(v1::Located::What_Name(s.located().what()).c_str(), s.located().state());
  if (s.has_person()) {
    put("nationality", s.person().nationality());
    put("residence", s.person().residence());
  }
}

std::string month_of(const Statement& s) {
  auto day = criteria::day_of(s);
  if (!day) day = criteria::day_of(s.observed_at());
  return day ? core::format_date(*day).substr(0, 7) : std::string{};
}

/// What of a statement tells a route or a means, without anybody in it.
bool means(const Statement& s, v1::RouteRow& row) {
  if (s.has_entry()) {
    row.set_what("entry");
    row.set_state(s.entry().state());
    row.set_kind("lawful: " + v1::TriState::Value_Name(s.entry().lawful()));
  } else if (s.has_stay()) {
    row.set_what("stay");
    row.set_state(s.stay().state());
    row.set_kind("lawful: " + v1::TriState::Value_Name(s.stay().lawful()));
  } else if (s.has_act()) {
    row.set_what("act");
    row.set_state(s.act().state());
    row.set_kind(v1::Act::Type_Name(s.act().type()));
  } else if (s.has_document()) {
    row.set_what("document");
    row.set_kind(v1::Document::Act_Name(s.document().act()));
  } else if (s.has_danger()) {
    row.set_what("danger");
    row.set_kind(v1::Danger::Kind_Name(s.danger().kind()));
  } else if (s.has_benefit()) {
    row.set_what("benefit");
    row.set_kind(v1::Benefit::Kind_Name(s.benefit().kind()));
  } else {
    return false;
  }
  if (row.kind().ends_with("_unspecified")) row.set_kind("not stated");
  if (row.kind() == "lawful: value_unspecified") row.set_kind("lawful: not stated");
  row.set_month(month_of(s));
  return true;
}

void collect(const v1::Element& element, std::map<std::string, const v1::Element*>& by_id,
             std::vector<std::string>& order) {
  if (by_id.emplace(element.id(), &element).second) order.push_back(element.id());
  for (const v1::Element& child : element.children()) collect(child, by_id, order);
}

}  // namespace

v1::DualCriminality dual_criminality(const v1::FactsFile& original,
                                     const criteria::Catalogue& catalogue, const std::string& home,
                                     const std::string& other) {
  v1::FactsFile file = original;
  catalogue.apply(file);
  const Facts facts{file, {}};
  const Provisions provisions{file, catalogue};
  v1::DualCriminality out;
  out.set_home(home);
  out.set_other(other);
  out.set_convention(kDualNote);
  for (const Statement* s : facts.supporting(Statement::kAct))
    if (!facts.contested(*s)) conduct_row(facts, provisions, home, other, *s, *out.add_rows());
  if (out.rows().empty()) out.add_notices("no act is stated as a fact and undenied");
  return out;
}

v1::JurisdictionMatrix jurisdictions(const v1::FactsFile& file) {
  const Facts facts{file, {}};
  std::map<std::string, std::map<std::string, std::vector<std::string>>> by_state;
  for (const Statement* s : facts.used()) {
    if (!counts(*s) || facts.contested(*s)) continue;
    place(*s, [&](const char* column, const std::string& state) {
      if (!state.empty()) by_state[state][column].push_back(s->id());
    });
  }
  for (const v1::Offence& offence : file.offences())
    if (!state_of(offence).empty()) by_state[state_of(offence)]["law"].push_back(offence.id());
  v1::JurisdictionMatrix out;
  out.set_convention(kMatrixNote);
  for (const char* column : kColumns) out.add_columns(column);
  const auto day = core::parse_day(facts.as_of());
  for (const auto& [state, cells] : by_state) {
    v1::JurisdictionRow& row = *out.add_rows();
    row.set_state(state);
    const auto bound = day ? criteria::treaty_status(state, "untoc", *day) : std::nullopt;
    const auto& listed = file.case_().parties();
    const bool stated = std::find(listed.begin(), listed.end(), state) != listed.end();
    row.set_bound_by_convention(bound ? (*bound ? "yes" : "no") : stated ? "yes" : "unknown");
    for (const char* column : kColumns) {
      v1::JurisdictionCell& cell = *row.add_cells();
      cell.set_column(column);
      if (const auto found = cells.find(column); found != cells.end())
        for (const std::string& id : found->second) cell.add_statement_ids(id);
    }
  }
  if (by_state.empty()) out.add_notices("no statement names a State");
  return out;
}

v1::RouteSheet routes(const v1::FactsFile& file) {
  const Facts facts{file, {}};
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::uint32_t> rows;
  for (const Statement* s : facts.used()) {
    v1::RouteRow row;
    if (!counts(*s) || s->restricted() || facts.contested(*s) || !means(*s, row)) continue;
    ++rows[{row.month(), row.state(), row.what(), row.kind()}];
  }
  v1::RouteSheet out;
  out.set_convention(kRouteNote);
  for (const auto& [key, statements] : rows) {
    v1::RouteRow& row = *out.add_rows();
    row.set_month(std::get<0>(key));
    row.set_state(std::get<1>(key));
    row.set_what(std::get<2>(key));
    row.set_kind(std::get<3>(key));
    row.set_statements(statements);
  }
  return out;
}

core::Result<v1::CorroborationMap> corroboration(const v1::FactsFile& file,
                                                 const std::string& source,
                                                 const criteria::AssessOptions& options) {
  const Facts facts{file, {}};
  v1::FactsFile rest = file;
  rest.clear_statements();
  std::set<std::string> theirs;
  for (const Statement& s : file.statements()) {
    if (facts.origin(s) == source || s.source() == source)
      theirs.insert(s.id());
    else
      *rest.add_statements() = s;
  }
  v1::CorroborationMap out;
  out.set_source(source);
  out.set_source_known(!theirs.empty());
  out.set_statements_of_source(static_cast<std::uint32_t>(theirs.size()));
  out.set_convention(kCorroborationNote);
  PALERMO_TRY(const v1::Finding with, criteria::assess(file, options));
  criteria::AssessOptions same = options;
  same.group = with.group();
  auto left = criteria::assess(rest, same);
  if (!left) {
    // Without the source nobody is a member of the group any more.
    same.group.clear();
    left = criteria::assess(rest, same);
    if (!left) return std::move(left).error();
    out.add_notices("without the source no member of the group is stated");
  }
  std::map<std::string, const Element*> before, after;
  std::vector<std::string> order, ignored;
  for (const Element& element : with.elements()) collect(element, before, order);
  for (const Element& element : left->elements()) collect(element, after, ignored);
  for (const std::string& id : order) {
    const Element& element = *before.at(id);
    v1::CorroborationRow row;
    row.set_element(id);
    row.set_title(element.title());
    row.set_with(element.outcome());
    row.set_without(after.contains(id) ? after.at(id)->outcome() : Element::undetermined);
    for (const v1::Evidence& item : element.supporting())
      // An assessment is a lead and corroborates nothing.
      if (item.kind() != "assessment")
        (theirs.contains(item.statement_id()) ? row.add_of_source() : row.add_of_others())
            ->assign(item.statement_id());
    if (row.of_source().empty() && row.with() == row.without()) continue;
    row.set_standing(row.with() != row.without() ? "rests on the source"
                     : row.of_others().empty()   ? "supported by the source alone"
                                                 : "supported by others too");
    *out.add_rows() = std::move(row);
  }
  if (theirs.empty()) out.add_notices("no statement goes back to this source");
  return out;
}

}  // namespace palermo::cooperation
