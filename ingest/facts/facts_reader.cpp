#include "ingest/facts/facts_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/text/blank.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Json;
using core::Result;
using core::Status;

// Officially assigned alpha-2 codes, plus XK and XX; sorted, two letters each.
constexpr std::string_view kStates =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCM"
    "CN"
    "COCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHK"
    "HM"
    "HNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMH"
    "MK"
    "MLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRU"
    "R"
    "WSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEV"
    "GV"
    "IVNVUWFWSXKXXYEYTZAZMZW";

Error bad(const std::string& path, const std::string& why, std::string next = {}) {
  return Error{ErrorCode::BadInput, fmt::format("{}: {}", path, why), std::nullopt,
               std::move(next)};
}

/// Checks that give the path of the first wrong value.
class Check {
 public:
  void state(const std::string& code, const std::string& path) {
    if (error_ || code.empty() || is_state_code(code)) return;
    std::string hint = "ISO 3166-1 alpha-2 in capitals, e.g. DE";
    if (code == "UK") hint = "the United Kingdom is GB";
    if (code == "EL") hint = "Greece is GR";
    error_ = bad(path, fmt::format("'{}' is no State code; {}", core::printable(code, 20), hint));
  }
  std::optional<std::int64_t> time(const std::string& text, const std::string& path,
                                   bool end = false) {
    if (error_ || text.empty()) return std::nullopt;
    const auto instant = core::parse_date_or_instant(text, end);
    if (!instant) {
      error_ = bad(path, fmt::format("'{}' is neither a date (2031-03-04) nor an instant with its "
                                     "offset (2031-03-04T08:15:00+01:00)",
                                     core::printable(text, 40)));
      return std::nullopt;
    }
    return instant->us;
  }
  void period(const std::string& from, const std::string& from_path, const std::string& to,
              const std::string& to_path) {
    const auto begin = time(from, from_path);
    const auto end = time(to, to_path, true);
    if (!error_ && begin && end && *end < *begin)
      error_ = bad(to_path, fmt::format("{} lies before {}", to, from));
  }
  void grade(const std::string& text, const std::string& path) {
    if (error_ || text.empty()) return;
    const bool ok =
        text.size() == 2 && text[0] >= 'A' && text[0] <= 'F' && text[1] >= '1' && text[1] <= '6';
    if (!ok)
      error_ =
          bad(path, fmt::format("'{}' is no grade; reliability A-F, then credibility 1-6, e.g. B2",
                                core::printable(text, 20)));
  }
  void currency(const std::string& code, const std::string& path) {
    if (error_ || code.empty()) return;
    if (code.size() != 3 ||
        !std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
      error_ = bad(path, fmt::format("'{}' is no ISO 4217 currency code, e.g. EUR",
                                     core::printable(code, 20)));
  }
  void amount(bool present, double value, const std::string& path) {
    if (error_ || !present) return;
    if (!std::isfinite(value) || value < 0) error_ = bad(path, "an amount is zero or more");
  }
  void need(const std::string& text, const std::string& path, const std::string& what) {
    if (!error_ && text.empty()) error_ = bad(path, fmt::format("{} is missing", what));
  }
  void fail(const std::string& path, const std::string& why) {
    if (!error_) error_ = bad(path, why);
  }
  [[nodiscard]] Status status() const {
    if (error_) return *error_;
    return core::ok();
  }

 private:
  std::optional<Error> error_;
};

void check_body(const v1::Statement& s, const std::string& path, Check& check) {
  const auto at = [&](const char* name) { return path + "." + name; };
  const auto people = [&](const auto& persons, const char* name) {
    for (int i = 0; i < persons.size(); ++i)
      check.need(persons.Get(i), fmt::format("{}[{}]", at(name), i), "the person's id");
  };
  switch (s.body_case()) {
    case v1::Statement::kPerson:
      check.need(s.person().id(), at("person.id"), "the person's id");
      if (!s.person().name().empty() && is_blank(s.person().name()))
        check.fail(at("person.name"), "a blank is no name; leave it out where none is known");
      check.state(s.person().nationality(), at("person.nationality"));
      check.state(s.person().residence(), at("person.residence"));
      check.period(s.person().tasked_from(), at("person.tasked_from"), s.person().tasked_to(),
                   at("person.tasked_to"));
      break;
    case v1::Statement::kIdentity:
      check.need(s.identity().a(), at("identity.a"), "the first person");
      check.need(s.identity().b(), at("identity.b"), "the second person");
      if (s.identity().relation() == v1::Identity::relation_unspecified)
        check.fail(at("identity.relation"), "same, distinct or possibly_same is missing");
      if (s.identity().a() == s.identity().b() && s.identity().relation() == v1::Identity::distinct)
        check.fail(at("identity"), "a person is not distinct from itself");
      break;
    case v1::Statement::kMembership:
      check.need(s.membership().person(), at("membership.person"), "the person");
      check.need(s.membership().group(), at("membership.group"), "the group");
      check.period(s.membership().from(), at("membership.from"), s.membership().to(),
                   at("membership.to"));
      break;
    case v1::Statement::kAssociation:
      check.need(s.association().person(), at("association.person"), "the person");
      break;
    case v1::Statement::kAgreement:
      people(s.agreement().persons(), "agreement.persons");
      check.time(s.agreement().at(), at("agreement.at"));
      check.state(s.agreement().state(), at("agreement.state"));
      break;
    case v1::Statement::kAct:
      if (s.act().type() == v1::Act::type_unspecified)
        check.fail(at("act.type"),
                   "the type is missing: commission, attempt, preparation, planning, "
                   "direction, control or facilitation");
      people(s.act().persons(), "act.persons");
      check.time(s.act().at(), at("act.at"));
      check.state(s.act().state(), at("act.state"));
      break;
    case v1::Statement::kBenefit:
      people(s.benefit().persons(), "benefit.persons");
      check.amount(s.benefit().has_amount(), s.benefit().amount(), at("benefit.amount"));
      check.currency(s.benefit().currency(), at("benefit.currency"));
      break;
    case v1::Statement::kNoBenefit:
      people(s.no_benefit().persons(), "no_benefit.persons");
      break;
    case v1::Statement::kCostSharing:
      check.amount(s.cost_sharing().has_amount_received(), s.cost_sharing().amount_received(),
                   at("cost_sharing.amount_received"));
      check.amount(s.cost_sharing().has_amount_spent(), s.cost_sharing().amount_spent(),
                   at("cost_sharing.amount_spent"));
      check.currency(s.cost_sharing().currency(), at("cost_sharing.currency"));
      break;
    case v1::Statement::kEntry:
      check.state(s.entry().state(), at("entry.state"));
      check.state(s.entry().nationality(), at("entry.nationality"));
      break;
    case v1::Statement::kStay:
      check.state(s.stay().state(), at("stay.state"));
      break;
    case v1::Statement::kEffect:
      check.state(s.effect().state(), at("effect.state"));
      break;
    case v1::Statement::kLocated:
      if (s.located().what() == v1::Located::what_unspecified)
        check.fail(at("located.what"), "what is located is missing");
      check.need(s.located().state(), at("located.state"), "the State");
      check.state(s.located().state(), at("located.state"));
      break;
    case v1::Statement::kJudgement: {
      const std::string& word = s.judgement().outcome();
      check.need(s.judgement().element(), at("judgement.element"), "the element's id");
      if (word != "indicated" && word != "not_indicated" && word != "undetermined")
        check.fail(at("judgement.outcome"), "expected indicated, not_indicated or undetermined");
      check.time(s.judgement().at(), at("judgement.at"));
      break;
    }
    case v1::Statement::kAttribution:
      check.need(s.attribution().person(), at("attribution.person"), "the person");
      check.need(s.attribution().identifier(), at("attribution.identifier"), "the identifier");
      check.period(s.attribution().from(), at("attribution.from"), s.attribution().to(),
                   at("attribution.to"));
      break;
    default:
      break;
  }
}

void check_law(const v1::Law& law, const std::string& path, Check& check) {
  check.state(law.state(), path + ".state");
  check.period(law.in_force_from(), path + ".in_force_from", law.in_force_to(),
               path + ".in_force_to");
  if (!law.has_max_years()) return;
  const auto& years = law.max_years();
  using V = google::protobuf::Value;
  if (years.kind_case() == V::kNumberValue) {
    if (!std::isfinite(years.number_value()) || years.number_value() < 0)
      check.fail(path + ".max_years", "a maximum is a number of years, zero or more");
  } else if (years.kind_case() == V::kStringValue) {
    if (years.string_value() != "LIFE" && years.string_value() != "DEATH")
      check.fail(path + ".max_years", "expected a number of years, or \"LIFE\"");
  } else if (years.kind_case() != V::kNullValue) {
    check.fail(path + ".max_years", "expected a number of years, or \"LIFE\"");
  }
}

/// Takes a word out of `lawful`, which the proto knows as true or false. Returns the word for entry
/// or stay when it belongs there.
Result<Json> settle_lawful(const Json& json, const std::string& path) {
  Json out = json;
  const auto found = out.find("lawful");
  if (found == out.end() || !found->is_string()) return out;
  const std::string word = found->get<std::string>();
  if (word != "yes" && word != "no" && word != "unknown")
    return bad(path + ".lawful", fmt::format("'{}': expected true, false, yes, no or unknown",
                                             core::printable(word, 30)));
  for (const char* body : {"entry", "stay"}) {
    const auto inner = out.find(body);
    if (inner == out.end() || !inner->is_object() || inner->contains("lawful")) continue;
    (*inner)["lawful"] = word;
    out.erase("lawful");
    return out;
  }
  if (word == "unknown") {
    out.erase("lawful");
  } else {
    *found = word == "yes";
  }
  return out;
}

}  // namespace

bool is_state_code(std::string_view code) {
  if (code.size() != 2) return false;
  for (std::size_t i = 0; i + 1 < kStates.size(); i += 2)
    if (kStates.substr(i, 2) == code) return true;
  return false;
}

Result<v1::Statement> read_statement(const Json& json, const std::string& path) {
  if (!json.is_object()) return bad(path, "expected a statement, which is an object");
  if (json.contains("trace")) return bad(path + ".trace", "a file cannot set this; ingestion does");
  if (json.contains("decided"))
    return bad(path + ".decided", "a file cannot set this; only an operator's signed decision does",
               "use `palermo entity merge`, `split` or `set-category`");
  PALERMO_TRY(const Json settled, settle_lawful(json, path));
  v1::Statement statement;
  PALERMO_CHECK_OK(core::fill_message(settled, statement, path));
  Check check;
  check.need(statement.id(), path + ".id", "the statement's id");
  check.grade(statement.grade(), path + ".grade");
  check.time(statement.observed_at(), path + ".observed_at");
  if (statement.body_case() == v1::Statement::BODY_NOT_SET)
    check.fail(path,
               "states nothing: one of person, membership, act, benefit, entry, … is missing");
  check_body(statement, path, check);
  PALERMO_CHECK_OK(check.status());
  return statement;
}

Result<v1::Offence> read_offence(const Json& json, const std::string& path) {
  v1::Offence offence;
  PALERMO_CHECK_OK(core::fill_message(json, offence, path));
  Check check;
  check.need(offence.id(), path + ".id", "the offence's id");
  check.state(offence.state(), path + ".state");
  check.time(offence.date(), path + ".date");
  if (offence.has_law()) check_law(offence.law(), path + ".law", check);
  if (offence.has_later_law()) check_law(offence.later_law(), path + ".later_law", check);
  if (offence.has_law() && !offence.catalogue_ref().empty())
    check.fail(path, "'catalogue_ref' and 'law' exclude each other");
  PALERMO_CHECK_OK(check.status());
  return offence;
}

Result<v1::FactsFile> read_facts(const Json& json) {
  if (!json.is_object())
    return bad("top level", "expected an object with case, offences and statements");
  Json header = Json::object();
  for (const auto& [name, content] : json.items())
    if (name != "offences" && name != "statements") header[name] = content;
  v1::FactsFile facts;
  PALERMO_CHECK_OK(core::fill_message(header, facts));
  Check check;
  check.time(facts.case_().as_of(), "case.as_of");
  check.state(facts.case_().state(), "case.state");
  for (int i = 0; i < facts.case_().parties_size(); ++i) {
    const std::string path = fmt::format("case.parties[{}]", i);
    check.need(facts.case_().parties(i), path, "the State");
    check.state(facts.case_().parties(i), path);
  }
  PALERMO_CHECK_OK(check.status());

  const auto each = [&](const char* name, auto&& read) -> Status {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return core::ok();
    if (!found->is_array()) return bad(name, "expected an array");
    std::map<std::string, std::size_t> seen;
    std::size_t index = 0;
    for (const Json& item : *found) {
      const std::string path = fmt::format("{}[{}]", name, index);
      PALERMO_TRY(const std::string id, read(item, path));
      const auto [first, fresh] = seen.emplace(id, index);
      if (!fresh)
        return bad(path + ".id", fmt::format("'{}' is already the id of {}[{}]",
                                             core::printable(id, 60), name, first->second));
      ++index;
    }
    return core::ok();
  };
  PALERMO_CHECK_OK(
      each("offences", [&](const Json& item, const std::string& path) -> Result<std::string> {
        PALERMO_TRY(v1::Offence offence, read_offence(item, path));
        const std::string id = offence.id();
        *facts.add_offences() = std::move(offence);
        return id;
      }));
  PALERMO_CHECK_OK(
      each("statements", [&](const Json& item, const std::string& path) -> Result<std::string> {
        PALERMO_TRY(v1::Statement statement, read_statement(item, path));
        const std::string id = statement.id();
        *facts.add_statements() = std::move(statement);
        return id;
      }));
  return facts;
}

}  // namespace palermo::ingest
