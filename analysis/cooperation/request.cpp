#include "analysis/cooperation/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "analysis/criteria/assess.hpp"
#include "analysis/criteria/parties.hpp"
#include "analysis/criteria/textproto.hpp"
#include "core/base/text.hpp"

namespace palermo::cooperation {
namespace {

using v1::Person;
using v1::Statement;

// UNTOC art. 18(3), English text (Dutch Treaty Database BWBV0001668).
constexpr std::array<std::string_view, 9> kAssistance = {
    "Taking evidence or statements from persons",
    "Effecting service of judicial documents",
    "Executing searches and seizures, and freezing",
    "Examining objects and sites",
    "Providing information, evidentiary items and expert evaluations",
    "Providing originals or certified copies of relevant documents and records, including "
    "government, "
    "bank, financial, corporate or business records",
    "Identifying or tracing proceeds of crime, property, instrumentalities or other things for "
    "evidentiary purposes",
    "Facilitating the voluntary appearance of persons in the requesting State Party",
    "Any other type of assistance that is not contrary to the domestic law of the requested State "
    "Party"};

// UNTOC art. 18(15), same text.
constexpr std::array<std::string_view, 6> kAsked = {
    "The identity of the authority making the request",
    "The subject matter and nature of the investigation, prosecution or judicial proceeding to "
    "which "
    "the request relates and the name and functions of the authority conducting the investigation, "
    "prosecution or judicial proceeding",
    "A summary of the relevant facts, except in relation to requests for the purpose of service of "
    "judicial documents",
    "A description of the assistance sought and details of any particular procedure that the "
    "requesting State Party wishes to be followed",
    "Where possible, the identity, location and nationality of any person concerned",
    "The purpose for which the evidence, information or action is sought"};

// What carries the group, the crossing of borders and the offence: the three things art. 18(1)
// asks.
constexpr const char* kGroundElements[] = {
    "untoc.3.1.offence", "untoc.2b",         "untoc.co",      "untoc.3.2",    "untoc.2a",
    "untoc.2a.number",   "untoc.2a.concert", "untoc.2a.time", "untoc.2a.aim", "untoc.2a.benefit"};

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

class Builder {
 public:
  Builder(const Disclosable& material, const RequestOptions& options, v1::MlaDraft& out)
      : facts_{material.facts}, options_{options}, out_{out} {}

  void fields() {
    authority();
    subject();
    summary();
    assistance();
    persons();
    purpose();
    out_.set_complete(std::all_of(out_.fields().begin(), out_.fields().end(),
                                  [](const auto& f) { return f.complete() || !f.required(); }));
  }

  void grounds(const v1::Finding& finding, const std::string& bound) {
    v1::MlaGrounds& grounds = *out_.mutable_grounds();
    *grounds.mutable_gate() = finding.gates().mla();
    *grounds.mutable_persons() = finding.persons();
    grounds.set_requested_state_bound(bound);
    std::map<std::string, const v1::Element*> by_id;
    for (const v1::Element& element : finding.elements()) collect(element, by_id);
    for (const char* id : kGroundElements)
      if (const auto found = by_id.find(id); found != by_id.end())
        ground(*found->second, *grounds.add_elements());
    for (const Statement& s : facts_.statements()) {
      if (!s.has_located() || s.located().state() != options_.to || s.kind() != Statement::fact ||
          s.polarity() == Statement::contradicts)
        continue;
      v1::MlaLocated& row = *grounds.add_located();
      row.set_what(v1::Located::What_Name(s.located().what()));
      row.set_statement_id(s.id());
      row.set_text(s.text());
    }
  }

 private:
  v1::MlaField& field(char letter, bool required = true) {
    v1::MlaField& field = *out_.add_fields();
    field.set_id(std::string(1, letter));
    field.set_article(fmt::format("UNTOC art. 18(15)({})", letter));
    field.set_asks(std::string{kAsked[static_cast<std::size_t>(letter - 'a')]});
    field.set_required(required);
    field.set_complete(true);
    return field;
  }
  static void lacks(v1::MlaField& field, std::string what) {
    field.set_complete(false);
    field.add_missing(std::move(what));
  }

  void authority() {
    v1::MlaField& a = field('a');
    a.set_text(options_.authority);
    if (blank(options_.authority)) lacks(a, "the authority that makes the request (--authority)");
  }

  void subject() {
    v1::MlaField& b = field('b');
    std::string text = fmt::format("Investigation \"{}\".", out_.case_title());
    for (const v1::Offence& offence : facts_.offences()) {
      const v1::Law& law = offence.law();
      text += fmt::format("\n{}: {}{}{}{}", offence.id(),
                          law.provision().empty() ? offence.catalogue_ref() : law.provision(),
                          law.state().empty() ? "" : " (" + law.state() + ")",
                          law.form().empty() ? "" : ", " + law.form() + " form",
                          offence.date().empty() ? "" : ", on " + offence.date());
    }
    if (!blank(options_.conducted_by)) text += "\nConducted by: " + options_.conducted_by;
    if (!blank(options_.functions)) text += "\nIts functions: " + options_.functions;
    b.set_text(std::move(text));
    if (facts_.offences().empty()) lacks(b, "the offence and the law that punishes it");
    if (blank(options_.conducted_by))
      lacks(b, "the name of the authority conducting the investigation (--conducted-by)");
    if (blank(options_.functions)) lacks(b, "its functions (--functions)");
  }

  void summary() {
    const bool service_only = options_.assistance == "b";
    v1::MlaField& c = field('c', !service_only);
    std::string text;
    int told = 0;
    for (const Statement& s : facts_.statements()) {
      // Who is whom stands under (e); what an officer decided is no fact of the case.
      if (s.kind() != Statement::fact || s.has_person() || s.has_identity() || s.has_judgement() ||
          s.has_attribution())
        continue;
      ++told;
      text += fmt::format("{}{}: {}{}{}", text.empty() ? "" : "\n", s.id(),
                          s.polarity() == Statement::contradicts ? "contradicting: " : "",
                          s.text().empty() ? what_of(s) : s.text(),
                          s.grade().empty() ? "" : " [" + s.grade() + "]");
    }
    c.set_text(std::move(text));
    if (told == 0) lacks(c, "facts that may leave the case");
  }

  static std::string what_of(const Statement& s) {
    std::string text = Statement::descriptor()->FindFieldByNumber(s.body_case()) == nullptr
                           ? "statement"
                           : Statement::descriptor()->FindFieldByNumber(s.body_case())->name();
    if (s.has_act())
      text = fmt::format("{}{}{}", v1::Act::Type_Name(s.act().type()),
                         s.act().state().empty() ? "" : " in " + s.act().state(),
                         s.act().at().empty() ? "" : " on " + s.act().at());
    return text;
  }

  void assistance() {
    v1::MlaField& d = field('d');
    std::string text;
    for (const v1::MlaAssistance& item : out_.assistance())
      text +=
          fmt::format("{}art. 18(3)({}): {}", text.empty() ? "" : "\n", item.letter(), item.text());
    if (!blank(options_.details)) text += (text.empty() ? "" : "\n") + options_.details;
    if (!blank(options_.procedure)) text += "\nProcedure to be followed: " + options_.procedure;
    d.set_text(std::move(text));
    if (out_.assistance().empty())
      lacks(d, "the kind of assistance, a letter of art. 18(3) (--assistance)");
    if (blank(options_.details)) lacks(d, "what is to be done, where and with whom (--details)");
  }

  void persons() {
    v1::MlaField& e = field('e', false);
    std::map<std::string, Person> known;
    std::set<std::string> located;
    for (const Statement& s : facts_.statements()) {
      if (s.has_person() && s.polarity() != Statement::contradicts) {
        Person& person = known[s.person().id()];
        const Person before = person;
        person.MergeFrom(s.person());
        if (s.person().name().empty()) person.set_name(before.name());
      }
      if (s.has_membership() && s.kind() == Statement::fact &&
          s.polarity() != Statement::contradicts)
        known.try_emplace(s.membership().person());
      if (s.has_located() && s.located().what() == v1::Located::suspect &&
          s.polarity() != Statement::contradicts)
        located.insert(s.located().state());
    }
    std::string text;
    for (const auto& [id, person] : known) {
      if (!concerned(person)) continue;
      text += fmt::format("{}{}: {}, nationality {}, residence {}", text.empty() ? "" : "\n", id,
                          person.name().empty() ? "name unknown" : person.name(),
                          person.nationality().empty() ? "unknown" : person.nationality(),
                          person.residence().empty() ? "unknown" : person.residence());
      if (person.name().empty()) lacks(e, "the name of " + id);
      if (person.nationality().empty()) lacks(e, "the nationality of " + id);
      if (person.residence().empty() && located.empty()) lacks(e, "where " + id + " is");
    }
    if (!located.empty())
      text += fmt::format("{}A person concerned is located in {}.", text.empty() ? "" : "\n",
                          fmt::join(located, ", "));
    if (text.empty()) lacks(e, "the persons concerned");
    e.set_text(std::move(text));
  }

  /// Those the request is about; who was smuggled, harmed or heard is not "concerned" by default
  /// and is never named (UNTOC arts. 24, 25; Protocol art. 16).
  static bool concerned(const Person& person) {
    switch (person.category()) {
      case Person::suspect:
      case Person::legal_person:
      case Person::unknown:
      case Person::official:
      case Person::category_unspecified:
        return !person.minor();
      default:
        return false;
    }
  }

  void purpose() {
    v1::MlaField& f = field('f');
    f.set_text(options_.use);
    if (blank(options_.use)) lacks(f, "what the evidence, information or action is for (--use)");
  }

  static void collect(const v1::Element& element,
                      std::map<std::string, const v1::Element*>& by_id) {
    // The fuller print of an element that stands under several parents comes first in its home
    // tree.
    const auto [at, fresh] = by_id.emplace(element.id(), &element);
    if (!fresh && at->second->children_size() < element.children_size()) at->second = &element;
    for (const v1::Element& child : element.children()) collect(child, by_id);
  }

  static void ground(const v1::Element& element, v1::MlaGround& out) {
    out.set_element(element.id());
    out.set_article(element.article());
    out.set_title(element.title());
    out.set_outcome(element.outcome());
    const auto copy = [](const v1::Evidence& item, v1::MlaFact& fact) {
      fact.set_statement_id(item.statement_id());
      fact.set_text(item.text());
      fact.set_grade(item.grade());
      fact.set_why(item.why());
    };
    for (const v1::Evidence& item : element.supporting()) copy(item, *out.add_supporting());
    for (const v1::Evidence& item : element.contrary()) copy(item, *out.add_contrary());
    for (const std::string& line : element.missing()) out.add_missing(line);
  }

  const v1::FactsFile& facts_;
  const RequestOptions& options_;
  v1::MlaDraft& out_;
};

/// "yes", "no" or "unknown", from what was read in a source; else from the case's own list.
std::string bound_on(const v1::FactsFile& facts, const std::string& state,
                     const std::string& as_of) {
  const auto day = core::parse_day(as_of);
  if (day)
    if (const auto known = criteria::treaty_status(state, "untoc", *day))
      return *known ? "yes" : "no";
  const auto& parties = facts.case_().parties();
  if (parties.empty()) return "unknown";
  return std::find(parties.begin(), parties.end(), state) != parties.end() ? "yes" : "no";
}

}  // namespace

core::Result<std::vector<v1::MlaAssistance>> assistance_of(const std::string& letters) {
  std::vector<v1::MlaAssistance> out;
  std::set<char> seen;
  for (const char c : letters) {
    if (c == ',' || c == ' ') continue;
    if (c < 'a' || c > 'i' || !seen.insert(c).second)
      return core::Error{core::ErrorCode::Usage,
                         fmt::format("--assistance: '{}' is no list of letters of art. 18(3)",
                                     core::printable(letters, 40)),
                         std::nullopt, "letters a to i, each once, by comma: a,e"};
    v1::MlaAssistance& item = out.emplace_back();
    item.set_letter(std::string(1, c));
    item.set_text(std::string{kAssistance[static_cast<std::size_t>(c - 'a')]});
  }
  return out;
}

core::Result<v1::MlaDraft> draft_request(const Disclosable& material, const std::string& from,
                                         const std::string& title, const RequestOptions& options) {
  if (!criteria::is_state_code(options.to) || options.to == from)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("--to: '{}' is {}", core::printable(options.to, 20),
                    options.to == from ? "the case's own State" : "no ISO 3166-1 alpha-2 code"),
        std::nullopt, "name the requested State with two capital letters, such as DE"};
  PALERMO_TRY(const auto assistance, assistance_of(options.assistance));
  v1::MlaDraft out;
  out.set_to(options.to);
  out.set_from(from);
  out.set_case_title(title);
  for (const v1::MlaAssistance& item : assistance) *out.add_assistance() = item;
  criteria::AssessOptions assess;
  assess.group = options.group;
  assess.as_of = options.as_of;
  assess.standard = options.standard;
  PALERMO_TRY(const v1::Finding finding, criteria::assess(material.facts, assess));
  out.set_as_of(finding.as_of());
  out.set_software_version(finding.software_version());
  out.set_instrument_version(finding.instrument_version());
  for (const v1::MlaWithheld& row : material.withheld) *out.add_withheld() = row;
  out.set_statements_used(static_cast<std::uint32_t>(material.facts.statements_size()));
  out.set_statements_in_case(material.before);
  const std::string bound = bound_on(material.facts, options.to, finding.as_of());
  Builder build{material, options, out};
  build.fields();
  build.grounds(finding, bound);
  if (bound != "yes")
    out.add_notices(fmt::format("{} {} to be bound by the Convention{}: name another legal basis",
                                options.to, bound == "no" ? "is known not" : "is not known",
                                finding.as_of().empty() ? "" : " on " + finding.as_of()));
  if (finding.gates().mla().outcome() != v1::Element::indicated)
    out.add_notices(
        "the facts that may leave do not yet give reasonable grounds on every point of art. 18(1); "
        "the "
        "annex says what is open");
  if (out.grounds().located().empty())
    out.add_notices(fmt::format("nothing is stated to be located in {}", options.to));
  return out;
}

}  // namespace palermo::cooperation
