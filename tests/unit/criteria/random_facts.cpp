#include "tests/unit/criteria/random_facts.hpp"

#include <vector>

namespace palermo::test {

using v1::Statement;

namespace {

template <typename T>
T pick(std::initializer_list<T> values) {
  return *rc::gen::elementOf(std::vector<T>(values));
}

bool one_in(int n) { return *rc::gen::inRange(0, n) == 0; }
bool coin() { return one_in(2); }

std::string person() { return pick<std::string>({"Alder", "Birch", "Cedar", "Damson", "Elder"}); }
std::string day() {
  return pick<std::string>({"2021-03-01", "2021-04-30", "2021-05-01", "2021-05-20"});
}
std::string state() { return pick<std::string>({"IT", "GR", "LY"}); }
std::string offence() { return pick<std::string>({"O1", "O2"}); }

template <typename Message>
void some_persons(Message& message) {
  const int n = *rc::gen::inRange(1, 4);
  for (int i = 0; i < n; ++i) message.add_persons(person());
}

v1::TriState::Value tri() {
  return pick({v1::TriState::yes, v1::TriState::no, v1::TriState::no, v1::TriState::unknown});
}

void act(Statement& s) {
  v1::Act& a = *s.mutable_act();
  a.set_type(pick({v1::Act::commission, v1::Act::attempt, v1::Act::preparation, v1::Act::planning,
                   v1::Act::direction, v1::Act::control, v1::Act::facilitation}));
  if (!one_in(6)) a.set_offence(offence());
  some_persons(a);
  a.set_state(state());
  if (!one_in(6)) a.set_at(day());
  if (!one_in(3)) a.set_joint(!one_in(4));
  if (!one_in(4)) a.set_knowing(!one_in(5));
}

void person_body(Statement& s) {
  v1::Person& p = *s.mutable_person();
  p.set_id(person());
  p.set_category(
      pick({v1::Person::suspect, v1::Person::suspect, v1::Person::smuggled_migrant,
            v1::Person::victim, v1::Person::witness, v1::Person::undercover_officer,
            v1::Person::informant, v1::Person::official, v1::Person::customer,
            v1::Person::service_provider, v1::Person::legal_person, v1::Person::unknown}));
  if (coin()) p.set_tasked_from("2021-04-01");
  if (coin()) p.set_nationality(pick<std::string>({"SY", "IT"}));
}

void money(Statement& s) {
  v1::CostSharing& c = *s.mutable_cost_sharing();
  if (!one_in(4)) c.set_amount_received(*rc::gen::inRange(0, 200));
  if (!one_in(4)) c.set_amount_spent(100);
}

void entry(Statement& s) {
  v1::Entry& e = *s.mutable_entry();
  e.set_person(pick<std::string>({"Rowan", "Elder"}));
  e.set_state(state());
  e.set_lawful(tri());
  if (!one_in(4)) e.set_nationality(pick<std::string>({"SY", "SY", "IT"}));
  if (!one_in(4)) e.set_permanent_resident(one_in(4));
}

void property(Statement& s) {
  v1::Property& p = *s.mutable_property();
  some_persons(p);
  p.set_act(pick({v1::Property::conversion, v1::Property::transfer, v1::Property::concealment,
                  v1::Property::acquisition, v1::Property::use}));
  if (!one_in(4)) p.set_proceeds_known(!one_in(4));
  p.set_purpose(pick<std::string>({"", "to disguise the origin", "to pay rent"}));
}

void fill(Statement& s, Statement::BodyCase body) {
  switch (body) {
    case Statement::kPerson:
      return person_body(s);
    case Statement::kIdentity:
      s.mutable_identity()->set_a(person());
      s.mutable_identity()->set_b(person());
      return s.mutable_identity()->set_relation(
          pick({v1::Identity::same, v1::Identity::distinct, v1::Identity::possibly_same}));
    case Statement::kMembership:
      s.mutable_membership()->set_person(person());
      s.mutable_membership()->set_group("Quay");
      s.mutable_membership()->set_role(pick<std::string>({"", "driver", "keeper"}));
      if (one_in(3)) s.mutable_membership()->set_from(day());
      if (one_in(4)) s.mutable_membership()->set_to("2021-05-20");
      return;
    case Statement::kAssociation:
      s.mutable_association()->set_person(person());
      s.mutable_association()->set_group("Quay");
      return s.mutable_association()->set_as(
          pick({v1::Association::customer, v1::Association::supplier}));
    case Statement::kAgreement:
      some_persons(*s.mutable_agreement());
      s.mutable_agreement()->set_offence(offence());
      return s.mutable_agreement()->set_at(day());
    case Statement::kFormation:
      if (!one_in(4)) s.mutable_formation()->set_random(coin());
      return s.mutable_formation()->set_immediate(coin());
    case Statement::kAct:
      return act(s);
    case Statement::kBenefit:
      some_persons(*s.mutable_benefit());
      s.mutable_benefit()->set_kind(pick({v1::Benefit::money, v1::Benefit::passage}));
      if (one_in(4)) s.mutable_benefit()->set_amount(pick({0.0, 500.0}));
      return s.mutable_benefit()->set_phase(
          pick({v1::Benefit::intended, v1::Benefit::promised, v1::Benefit::received}));
    case Statement::kNoBenefit:
      s.mutable_no_benefit()->set_reason(
          pick({v1::NoBenefit::family, v1::NoBenefit::humanitarian}));
      if (!one_in(3)) some_persons(*s.mutable_no_benefit());
      return;
    case Statement::kCostSharing:
      return money(s);
    case Statement::kEntry:
      return entry(s);
    case Statement::kStay:
      s.mutable_stay()->set_person(pick<std::string>({"Rowan", "Elder"}));
      s.mutable_stay()->set_state(state());
      return s.mutable_stay()->set_lawful(tri());
    case Statement::kDocument:
      some_persons(*s.mutable_document());
      s.mutable_document()->set_act(pick({v1::Document::producing, v1::Document::procuring,
                                          v1::Document::providing, v1::Document::possessing}));
      if (!one_in(4)) s.mutable_document()->set_purpose_smuggling(!one_in(4));
      return;
    case Statement::kDanger:
      s.mutable_danger()->add_persons("Rowan");
      return s.mutable_danger()->set_kind(pick({v1::Danger::endangers, v1::Danger::degrading}));
    case Statement::kEffect:
      s.mutable_effect()->set_state(state());
      s.mutable_effect()->set_text("the shelter closed");
      return s.mutable_effect()->set_substantial(
          pick({v1::Effect::yes, v1::Effect::no, v1::Effect::unset}));
    case Statement::kProperty:
      return property(s);
    case Statement::kBribe:
      s.mutable_bribe()->set_giver(person());
      s.mutable_bribe()->set_official("Officer");
      if (!one_in(3)) s.mutable_bribe()->set_undue_advantage(!one_in(3));
      return s.mutable_bribe()->set_duty(pick<std::string>({"", "border control"}));
    case Statement::kInterference:
      some_persons(*s.mutable_interference());
      s.mutable_interference()->set_means(
          pick({v1::Interference::force, v1::Interference::threat, v1::Interference::advantage}));
      return s.mutable_interference()->set_aim(
          pick({v1::Interference::testimony, v1::Interference::official_duty}));
    case Statement::kRelation:
      s.mutable_relation()->set_a(person());
      s.mutable_relation()->set_b(person());
      return s.mutable_relation()->set_kind("family");
    case Statement::kLocated:
      s.mutable_located()->set_what(
          pick({v1::Located::evidence, v1::Located::witness, v1::Located::suspect}));
      return s.mutable_located()->set_state(state());
    case Statement::kJudgement: {
      v1::Judgement& j = *s.mutable_judgement();
      j.set_element(pick<std::string>({"untoc.3.2.b", "untoc.3.2.d", "untoc.2a.time"}));
      j.set_outcome(pick<std::string>({"indicated", "not_indicated", "undetermined"}));
      j.set_by("A. Officer");
      j.set_reason("as the file shows");
      return j.set_at(day());
    }
    case Statement::kAttribution:
      s.mutable_attribution()->set_person(person());
      return s.mutable_attribution()->set_identifier(
          pick<std::string>({"+447700900001", "+447700900002"}));
    case Statement::BODY_NOT_SET:
      return;
  }
}

void add_law(v1::FactsFile& file, const std::string& id) {
  v1::Offence& o = *file.add_offences();
  o.set_id(id);
  o.set_state("IT");
  o.set_date("2021-05-01");
  o.mutable_law()->set_state("IT");
  o.mutable_law()->set_form(pick<std::string>({"basic", "basic", "aggravated", "organisation"}));
  if (!one_in(6)) o.mutable_law()->mutable_max_years()->set_number_value(pick({1.0, 4.0, 12.0}));
  if (!one_in(8)) o.mutable_law()->set_in_force_from("2000-01-01");
  if (one_in(3)) o.mutable_law()->add_implements("som.6.1.c");
  if (!one_in(3)) o.mutable_law()->add_implements("som.6.1.a");
}

v1::FactsFile headed() {
  v1::FactsFile out;
  out.mutable_case_()->set_state("IT");
  out.mutable_case_()->set_as_of("2021-06-01");
  if (!one_in(5))
    for (const char* party : {"IT", "GR"}) out.mutable_case_()->add_parties(party);
  return out;
}

/// One membership at least, so that what is added later cannot change which group is asked about.
void add_first_member(v1::FactsFile& file) {
  v1::Statement& first = *file.add_statements();
  first.set_id("S0");
  first.set_kind(Statement::fact);
  first.mutable_membership()->set_person("Alder");
  first.mutable_membership()->set_group("Quay");
}

void blur(Statement& s) {
  if (one_in(6)) s.set_kind(Statement::assessment);
  if (one_in(7)) s.set_polarity(Statement::contradicts);
  s.set_lawful(!one_in(5));
  s.set_undercover_act(one_in(6));
  s.set_restricted(one_in(6));
  s.set_source(pick<std::string>({"", "phone", "witness", "report"}));
  if (one_in(5)) s.set_origin(pick<std::string>({"S1", "S2", "witness"}));
  if (coin()) s.set_authorization_id(pick<std::string>({"AUTH-1", "AUTH-2", "AUTH-3"}));
  if (one_in(3)) s.set_grade(pick<std::string>({"A1", "B2", "C3"}));
}

constexpr int kFirstBody = Statement::kPerson, kBodies = Statement::kAttribution;

}  // namespace

Statement statement_of(Statement::BodyCase body, int number) {
  Statement s;
  s.set_id("S" + std::to_string(number));
  s.set_kind(Statement::fact);
  fill(s, body);
  return s;
}

Statement any_statement(int number) {
  Statement s = statement_of(
      static_cast<Statement::BodyCase>(*rc::gen::inRange(kFirstBody, kBodies + 1)), number);
  if (!s.has_judgement()) blur(s);
  return s;
}

Statement supporting_fact(int number) {
  Statement s = statement_of(pick({Statement::kAct, Statement::kAct, Statement::kAgreement,
                                   Statement::kBenefit, Statement::kMembership, Statement::kDanger,
                                   Statement::kEffect, Statement::kInterference}),
                             number);
  if (s.has_act()) {
    s.mutable_act()->set_joint(true);
    s.mutable_act()->set_knowing(true);
    s.mutable_act()->set_offence(offence());
    s.mutable_act()->set_at(day());
  }
  if (s.has_effect()) s.mutable_effect()->set_substantial(v1::Effect::yes);
  if (s.has_benefit()) s.mutable_benefit()->clear_amount();
  if (s.has_interference() && s.interference().means() == v1::Interference::advantage)
    s.mutable_interference()->set_means(v1::Interference::force);
  if (s.has_membership()) {
    v1::Membership& m = *s.mutable_membership();
    m.clear_role();
    m.clear_from();
    m.clear_to();
  }
  return s;
}

v1::FactsFile any_facts(int most) {
  v1::FactsFile out = headed();
  const int offences = *rc::gen::inRange(0, 3);
  for (int i = 1; i <= offences; ++i) add_law(out, "O" + std::to_string(i));
  add_first_member(out);
  const int n = *rc::gen::inRange(0, most + 1);
  for (int i = 1; i <= n; ++i) *out.add_statements() = any_statement(i);
  return out;
}

v1::FactsFile likely_facts() {
  v1::FactsFile out = headed();
  add_law(out, "O1");
  add_first_member(out);
  int number = 0;
  const auto add = [&](Statement s) {
    if (one_in(7)) return;
    if (one_in(5)) blur(s);
    *out.add_statements() = std::move(s);
  };
  for (const char* name : {"Birch", "Cedar"}) {
    Statement s = statement_of(Statement::kMembership, ++number);
    s.mutable_membership()->set_person(name);
    add(std::move(s));
  }
  const int acts = *rc::gen::inRange(1, 5);
  for (int i = 0; i < acts; ++i) {
    Statement s = statement_of(Statement::kAct, ++number);
    s.mutable_act()->set_offence("O1");
    s.mutable_act()->add_persons("Alder");
    s.mutable_act()->add_persons("Birch");
    add(std::move(s));
  }
  for (const auto body :
       {Statement::kAgreement, Statement::kBenefit, Statement::kEntry, Statement::kStay,
        Statement::kDocument, Statement::kDanger, Statement::kEffect, Statement::kProperty,
        Statement::kBribe, Statement::kInterference, Statement::kFormation, Statement::kNoBenefit,
        Statement::kPerson, Statement::kLocated})
    if (!one_in(3)) add(statement_of(body, ++number));
  if (one_in(3)) {
    Statement s = statement_of(Statement::kPerson, ++number);
    s.mutable_person()->set_category(v1::Person::legal_person);
    add(std::move(s));
  }
  return out;
}

v1::Finding assessed(const v1::FactsFile& facts, criteria::AssessOptions options) {
  options.explain = false;
  auto finding = criteria::assess(facts, options);
  RC_ASSERT(finding.ok());
  return *std::move(finding);
}

v1::Finding assessed(const v1::FactsFile& facts, criteria::Lens lens) {
  criteria::AssessOptions options;
  options.lens = lens;
  return assessed(facts, options);
}

namespace {
void collect(const v1::Element& element, std::map<std::string, v1::Element>& out) {
  const auto [known, fresh] = out.emplace(element.id(), element);
  if (!fresh && known->second.children_size() < element.children_size()) known->second = element;
  for (const v1::Element& child : element.children()) collect(child, out);
}
}  // namespace

std::map<std::string, v1::Element> elements_of(const v1::Finding& finding) {
  std::map<std::string, v1::Element> out;
  for (const v1::Element& element : finding.elements()) collect(element, out);
  return out;
}

bool settled_by_default(const std::string& id) {
  return id == "untoc.3.1.same" || id == "untoc.5.1.a.i.furtherance";
}

}  // namespace palermo::test
