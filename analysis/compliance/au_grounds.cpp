// AU07-AU13: who authorized, on which law, for which offence, on which grounds, against whom.
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

/// A provision as words and numbers: "§ 96 Abs. 2 AufenthG" and "AufenthG s. 96(2)" read alike.
struct Provision {
  std::set<std::string> words;
  std::vector<std::string> numbers;
};

Provision read_provision(std::string_view text) {
  static const std::set<std::string> kNoise{"s",    "ss",   "art",    "arts",     "section", "sections",
                                            "abs",  "nr",   "no",     "nos",      "para",    "sec",
                                            "absatz", "the", "of",    "sentence", "satz",    "sub"};
  Provision provision;
  std::string token;
  const auto flush = [&] {
    if (token.empty()) return;
    if (token[0] >= '0' && token[0] <= '9') {
      provision.numbers.push_back(token);
    } else if (!kNoise.contains(token)) {
      provision.words.insert(token);
    }
    token.clear();
  };
  for (const char c : lower(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      token += c;
    } else {
      flush();
    }
  }
  flush();
  return provision;
}

/// Whether `named` is `listed` or a part of it: s. 97(1) is a part of s. 97.
bool is_part_of(const Provision& named, const Provision& listed) {
  if (!std::includes(named.words.begin(), named.words.end(), listed.words.begin(),
                     listed.words.end()))
    return false;
  if (named.numbers.size() < listed.numbers.size()) return false;
  return std::equal(listed.numbers.begin(), listed.numbers.end(), named.numbers.begin());
}

std::string granted_day(const v1::Authorization& a) {
  const std::string& text = is_urgent(a) ? a.urgent().oral_at() : a.granted_at();
  return text.size() >= 10 ? text.substr(0, 10) : std::string{};
}

/// Word triples of a text, for a measure of how much two texts share.
std::set<std::string> triples_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(text) + " ") {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 127) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  std::set<std::string> triples;
  for (std::size_t i = 0; i + 3 <= words.size(); ++i)
    triples.insert(words[i] + ' ' + words[i + 1] + ' ' + words[i + 2]);
  return triples;
}

std::set<std::string> target_names(const v1::Authorization& a) {
  std::set<std::string> names;
  for (const auto& target : a.targets()) {
    if (!target.value().empty())
      names.insert(authorization::comparable(lower(target.kind()), target.value()));
    if (!target.person_id().empty()) names.insert(target.person_id());
  }
  return names;
}

bool share_any(const std::set<std::string>& x, const std::set<std::string>& y) {
  return std::any_of(x.begin(), x.end(), [&](const std::string& each) { return y.contains(each); });
}

/// Texts of one field that are nearly those of an authorization against other targets.
void judge_boilerplate(const Facts& facts, std::string_view field,
                       const std::string& (v1::Authorization::*text)() const,
                       std::map<std::string, std::vector<std::string>>& found) {
  // Four fifths of the word triples shared: at that measure two orders differ in a name or a date.
  constexpr std::size_t kShared = 4;
  constexpr std::size_t kOf = 5;
  constexpr std::size_t kShortest = 6;  // triples; a shorter text says too little to compare
  struct Text {
    const std::string* id;
    std::set<std::string> triples;
    std::set<std::string> targets;
  };
  std::vector<Text> texts;
  std::map<std::string, std::vector<std::size_t>> index;
  for (const auto& [id, authorization] : facts.authorizations) {
    Text own{&id, triples_of((authorization.data.*text)()), target_names(authorization.data)};
    if (own.triples.size() < kShortest) continue;
    std::vector<std::size_t> shared(texts.size(), 0);
    for (const std::string& triple : own.triples)
      if (const auto known = index.find(triple); known != index.end())
        for (const std::size_t other : known->second) ++shared[other];
    for (std::size_t other = 0; other < shared.size(); ++other) {
      const std::size_t count = shared[other];
      const std::size_t all = own.triples.size() + texts[other].triples.size() - count;
      if (count * kOf < all * kShared || share_any(own.targets, texts[other].targets)) continue;
      found[id].push_back(fmt::format("{} is nearly word for word that of {}", field,
                                      shown(*texts[other].id)));
      found[*texts[other].id].push_back(
          fmt::format("{} is nearly word for word that of {}", field, shown(id)));
      break;
    }
    for (const std::string& triple : own.triples) index[triple].push_back(texts.size());
    texts.push_back(std::move(own));
  }
}

}  // namespace

void judge_au07(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    const v1::Authorization::Officer& applicant = a.applicant();
    if (applicant.id().empty() || a.authorizer().id().empty()) {
      ruling.not_judged(id, "applicant or authorizer is not named");
      continue;
    }
    ruling.judged();
    const auto check = [&](const v1::Authorization::Officer& decider, std::string_view act) {
      if (decider.id().empty()) return false;
      const auto in = [](const auto& chain, const std::string& who) {
        return std::find(chain.begin(), chain.end(), who) != chain.end();
      };
      std::string why;
      if (decider.id() == applicant.id()) why = "is the applicant";
      if (in(applicant.chain(), decider.id())) why = "stands above the applicant in this case";
      if (in(decider.chain(), applicant.id())) why = "stands under the applicant in this case";
      if (why.empty()) return false;
      ruling.violation(id, id, fmt::format("Officer {}, who {}, {}. Nobody authorizes a measure of "
                                           "his or her own case.",
                                           shown(decider.id()), act, why));
      return true;
    };
    if (check(a.authorizer(), "authorized it")) continue;
    if (check(a.urgent().confirmed_by(), "confirmed the urgent grant")) continue;
    for (const auto& renewal : a.renewals())
      if (check(renewal.authorizer(), "renewed it")) break;
  }
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) continue;
    const std::string& decider = authorization->data.authorizer().id();
    const auto& operators = use.data.operators();
    if (decider.empty() || operators.empty()) continue;
    ruling.judged();
    if (std::find(operators.begin(), operators.end(), decider) != operators.end())
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("Officer {}, who authorized the measure, carried out the {}.",
                                   shown(decider), use_name(use)),
                       {use.record_id});
  }
}

void judge_au08(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    if (authorization.regime == nullptr) {
      ruling.not_judged(id, "no regime is named that this program knows the competences of");
      continue;
    }
    const v1::Regime& regime = *authorization.regime;
    ruling.judged();
    std::vector<std::string> found;
    bool unverified = false;
    if (!a.state().empty() && a.state() != regime.state())
      found.push_back(fmt::format("The authorization is one of {}, and regime {} is law of {}.",
                                  shown(a.state()), regime.id(), regime.state()));
    for (const auto& competence : regime.competences()) {
      if (!competence.kinds().empty() &&
          std::find(competence.kinds().begin(), competence.kinds().end(), a.kind()) ==
              competence.kinds().end())
        continue;
      const auto& roles = is_urgent(a) ? competence.urgent_roles() : competence.roles();
      if (a.authorizer().role().empty()) {
        ruling.not_judged(id, "the authorizer's role is not stated");
      } else if (!has_role(a.authorizer().role(), roles)) {
        found.push_back(fmt::format("It was authorized by {}. {} leaves that to {} ({}).",
                                    shown(a.authorizer().role()), regime.id(),
                                    fmt::join(roles, ", "), competence.authority().source()));
        unverified = unverified || competence.authority().confidence() != v1::Authority::VERIFIED;
      }
      const bool special = std::any_of(a.targets().begin(), a.targets().end(), [&](const auto& t) {
        return std::find(competence.target_kinds().begin(), competence.target_kinds().end(),
                         lower(t.kind())) != competence.target_kinds().end();
      });
      const auto decided = [&](const auto& officer) {
        return has_role(officer.role(), competence.target_roles());
      };
      if (special && !decided(a.authorizer()) && !decided(a.urgent().confirmed_by()) &&
          std::none_of(a.second_approvals().begin(), a.second_approvals().end(), decided))
        found.push_back(fmt::format("A target is of a kind ({}) for which {} must approve; no such "
                                    "approval is recorded.",
                                    fmt::join(competence.target_kinds(), ", "),
                                    fmt::join(competence.target_roles(), " or ")));
    }
    // Under an urgent grant the confirmation is the second lock (AU06).
    if (regime.has_second_lock() && !is_urgent(a) &&
        std::none_of(a.second_approvals().begin(), a.second_approvals().end(), [&](const auto& each) {
          return has_role(each.role(), regime.second_lock().roles()) && lower(each.kind()) != "refuse";
        })) {
      found.push_back(fmt::format("No approval by {} is recorded ({}).",
                                  fmt::join(regime.second_lock().roles(), " or "),
                                  regime.second_lock().authority().source()));
      unverified = unverified ||
                   regime.second_lock().authority().confidence() != v1::Authority::VERIFIED;
    }
    const auto& confirmer = a.urgent().confirmed_by().role();
    if (!confirmer.empty() && regime.confirmation().roles_size() > 0 &&
        !has_role(confirmer, regime.confirmation().roles()))
      found.push_back(fmt::format("The urgent grant was confirmed by {}; {} leaves that to {}.",
                                  shown(confirmer), regime.id(),
                                  fmt::join(regime.confirmation().roles(), ", ")));
    if (!found.empty())
      ruling.violation(id, id, fmt::format("{}", fmt::join(found, " ")), {}, unverified);
  }
}

void judge_au09(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    if (is_blank(a.legal_basis())) {
      ruling.judged();
      ruling.violation(id, id, "No legal basis is named.");
      continue;
    }
    const Provision named = read_provision(a.legal_basis());
    const v1::Regime::LegalBasis* basis = nullptr;
    if (authorization.regime != nullptr)
      for (const auto& each : authorization.regime->legal_bases())
        if (is_part_of(named, read_provision(each.provision()))) basis = &each;
    const std::string day = granted_day(a);
    if (basis == nullptr || day.empty()) {
      ruling.not_judged(id, day.empty() ? "the day of the grant is not stated"
                                        : "when the legal basis named came into force is not known "
                                          "to this program");
      continue;
    }
    ruling.judged();
    const bool unverified = basis->authority().confidence() != v1::Authority::VERIFIED;
    if (!basis->in_force_from().empty() && day < basis->in_force_from())
      ruling.violation(id, id,
                       fmt::format("{} came into force on {}; the grant is of {}.", basis->provision(),
                                   basis->in_force_from(), day),
                       {}, unverified);
    if (!basis->in_force_to().empty() && day > basis->in_force_to())
      ruling.violation(id, id,
                       fmt::format("{} was in force until {}; the grant is of {}.",
                                   basis->provision(), basis->in_force_to(), day),
                       {}, unverified);
  }
}

void judge_au10(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    if (authorization.regime == nullptr || authorization.regime->offences().empty()) {
      ruling.not_judged(id, "no catalogue of offences is known for its regime");
      continue;
    }
    const v1::Regime& regime = *authorization.regime;
    if (a.offence_refs().empty()) {
      ruling.judged();
      ruling.violation(id, id, fmt::format("No offence is named; {} permits the technique for "
                                           "listed offences alone.",
                                           regime.id()));
      continue;
    }
    const std::string day = granted_day(a);
    std::vector<std::string> outside;
    std::string source;
    bool permitted = false;
    bool open = false;
    for (const std::string& ref : a.offence_refs()) {
      const auto described = facts.provisions.find(ref);
      const std::string& text = described == facts.provisions.end() ? ref : described->second;
      const Provision named = read_provision(text);
      const v1::Regime::CatalogueOffence* row = nullptr;
      for (const auto& each : regime.offences()) {
        if (!each.from().empty() && day < each.from()) continue;
        if (!each.to().empty() && day > each.to()) continue;
        if (is_part_of(named, read_provision(each.provision()))) row = &each;
      }
      if (row == nullptr && !regime.offences_complete()) {
        open = true;
      } else if (row != nullptr && row->permitted()) {
        permitted = true;
      } else {
        outside.push_back(shown(text));
        if (row != nullptr) source = row->authority().source();
      }
    }
    // One listed offence carries the measure; the others do not make it unlawful.
    if (permitted) {
      ruling.judged();
    } else if (open || outside.empty()) {
      ruling.not_judged(id, fmt::format("an offence named is neither listed for {} nor excluded here",
                                        regime.id()));
    } else {
      ruling.judged();
      ruling.violation(id, id, fmt::format("{} is not in the catalogue of {} on {} ({}).",
                                           fmt::join(outside, ", "), regime.id(), day, source));
    }
  }
}

void judge_au11(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const auto& stated = authorization.data.suspicion_facts();
    ruling.judged();
    if (stated.empty()) {
      ruling.violation(id, id, "No facts are stated on which the suspicion rests.");
    } else if (std::all_of(stated.begin(), stated.end(), [](const auto& fact) {
                 return lower(fact.type()) == "network_position" || is_blank(fact.text());
               })) {
      ruling.violation(id, id,
                       fmt::format("The suspicion rests on a position in a network alone ({} fact{}). "
                                   "Contact is not concert.",
                                   stated.size(), stated.size() == 1 ? "" : "s"));
    }
  }
}

void judge_au12(const Facts& facts, Ruling& ruling) {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& [id, authorization] : facts.authorizations) {
    ruling.judged();
    const v1::Authorization& a = authorization.data;
    if (is_blank(a.necessity())) found[id].emplace_back("necessity is not stated");
    if (is_blank(a.subsidiarity()))
      found[id].emplace_back("why milder means would not do is not stated");
    if (is_blank(a.proportionality())) found[id].emplace_back("proportionality is not stated");
  }
  judge_boilerplate(facts, "the necessity", &v1::Authorization::necessity, found);
  judge_boilerplate(facts, "the subsidiarity", &v1::Authorization::subsidiarity, found);
  judge_boilerplate(facts, "the proportionality", &v1::Authorization::proportionality, found);
  for (auto& [id, reasons] : found) {
    if (reasons.size() > 4) reasons.resize(4);
    std::string text = fmt::format("{}.", fmt::join(reasons, "; "));
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    ruling.violation(id, id, text);
  }
}

void judge_au13(const Facts& facts, Ruling& ruling) {
  static const std::set<std::string> kNobody{"unknown", "unidentified", "not known", "n/a",
                                             "none",    "tbd",          "?",         "-"};
  for (const auto& [id, authorization] : facts.authorizations) {
    const auto& targets = authorization.data.targets();
    ruling.judged();
    if (targets.empty()) {
      ruling.violation(id, id, "No target is named: no person, number or premises.");
      continue;
    }
    std::vector<int> open;
    for (int i = 0; i < targets.size(); ++i) {
      const std::string value = lower(targets[i].value());
      if (targets[i].person_id().empty() && (is_blank(value) || kNobody.contains(value)))
        open.push_back(i + 1);
    }
    if (!open.empty())
      ruling.violation(id, id, fmt::format("Target {} of {} names no person, number or premises.",
                                           fmt::join(open, ", "), targets.size()));
  }
}

}  // namespace palermo::compliance
