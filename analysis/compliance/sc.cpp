// SC01-SC06: whether the technique stayed within the scope of its authorization.
#include <array>
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {

using authorization::DataType;

namespace {

constexpr std::array kDataTypes{DataType::Traffic,    DataType::Content,  DataType::Location,
                                DataType::Undercover, DataType::Delivery, DataType::Financial};

std::string_view name_of(DataType type) {
  switch (type) {
    case DataType::Traffic:
      return "traffic data";
    case DataType::Content:
      return "content";
    case DataType::Location:
      return "location";
    case DataType::Undercover:
      return "undercover reports";
    case DataType::Delivery:
      return "controlled delivery";
    case DataType::Financial:
      return "financial data";
    case DataType::Statement:
      break;
  }
  return "statements";
}

/// Data types that a word names beyond those the authorization covers; empty: none, or an unknown
/// word (`known` says which).
std::vector<DataType> types_beyond(const AuthorizationFact& authorization, const std::string& word,
                                   bool& known) {
  v1::Authorization asked;
  asked.set_id("asked");
  asked.set_kind(word);
  std::vector<DataType> beyond;
  known = false;
  const auto coverage = authorization::Coverage::compile(asked);
  if (!coverage) return beyond;
  for (const DataType type : kDataTypes) {
    if (!coverage->covers_type(type)) continue;
    known = true;
    if (!authorization.coverage.covers_type(type)) beyond.push_back(type);
  }
  return beyond;
}

bool is_target(const AuthorizationFact& authorization, const std::string& value,
               const std::optional<std::int64_t>& from, const std::optional<std::int64_t>& to) {
  for (const std::string_view kind : {std::string_view{}, std::string_view{"imei"}})
    for (const auto& period : authorization.coverage.target_periods(kind, value))
      if ((!from || period.contains(*from)) && (!to || period.contains(*to))) return true;
  return false;
}

std::string held_text(const HeldFact& held, std::string_view why) {
  return fmt::format("{} record{} of {}: {}. They are sealed and in no analysis.", held.count,
                     held.count == 1 ? "" : "s", held.id, why);
}

/// Persons that are one after merges: any id to the entity's.
std::map<std::string, std::string> canonical_persons(const Facts& facts) {
  std::map<std::string, std::string> canonical;
  for (const PersonFact& person : facts.persons)
    for (const std::string& member : person.members) canonical[member] = person.id;
  return canonical;
}

}  // namespace

void judge_sc01(const Facts& facts, Ruling& ruling) {
  for (const HeldFact& held : facts.held) {
    if (held.reason != "SC01") continue;
    ruling.judged();
    if (held.status == "held")
      ruling.violation(held.authorization_id, held.id,
                       held_text(held, "no party was a named target at that time"));
  }
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) continue;
    if (use.data.targets().empty()) {
      ruling.not_judged(use.data.use_id(), "the use names nobody it was directed against");
    } else {
      ruling.judged();
    }
    std::vector<int> strangers;
    for (int i = 0; i < use.data.targets_size(); ++i)
      if (!is_target(*authorization, use.data.targets(i), use.from_us, use.to_us))
        strangers.push_back(i + 1);
    if (!strangers.empty())
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("Target {} of the {} is no target of the authorization at that "
                                   "time.",
                                   fmt::join(strangers, ", "), use_name(use)),
                       {use.record_id});
    for (const auto& product : use.data.products()) {
      if (product.subject().empty()) continue;
      ruling.judged();
      if (is_target(*authorization, product.subject(), time_of(product.captured_from()),
                    time_of(product.captured_to(), true)) ||
          !product.use_order().empty())
        continue;
      ruling.violation(use.data.authorization_id(),
                       use.data.use_id() + "/" + product.product_id(),
                       fmt::format("Product {} concerns somebody who is no target of the "
                                   "authorization at that time, and no order allows its use.",
                                   shown(product.product_id())),
                       {use.record_id});
    }
  }
}

void judge_sc02(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr || !use.data.has_hops()) continue;
    ruling.judged();
    const auto& scope = authorization->data.scope();
    const std::uint32_t allowed = scope.has_max_hops() ? scope.max_hops() : 1;
    if (use.data.hops() > allowed)
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("The {} chained contacts over {} hops; the authorization allows "
                                   "{}{}.",
                                   use_name(use), use.data.hops(), allowed,
                                   scope.has_max_hops() ? "" : " (none is stated, which reads as 1)"),
                       {use.record_id});
  }
  for (const AccessFact& access : facts.accesses) {
    if (access.data.hops_requested() == 0 || access.data.decision() == "refused") continue;
    ruling.judged();
    if (access.data.hops_requested() > access.data.hops_allowed())
      ruling.violation(access.data.authorization_id(), fmt::format("entry {}", access.leaf),
                       fmt::format("Officer {} asked for {} hops at {} where {} were allowed, and "
                                   "was not refused.",
                                   shown(access.actor), access.data.hops_requested(),
                                   shown(access.recorded_at), access.data.hops_allowed()));
  }
}

void judge_sc03(const Facts& facts, Ruling& ruling) {
  const auto canonical = canonical_persons(facts);
  const auto same = [&](const std::string& x, const std::string& y) {
    const auto of = [&](const std::string& id) {
      const auto found = canonical.find(id);
      return found == canonical.end() ? id : found->second;
    };
    return of(x) == of(y);
  };
  struct Passing {
    const StatementFact* statement;
    std::int64_t at_us;
  };
  std::map<std::string, std::vector<Passing>> passings;  // by comparable identifier
  for (const StatementFact& statement : facts.statements) {
    if (!statement.data.has_attribution() ||
        statement.data.polarity() == v1::Statement::contradicts)
      continue;
    const auto at = time_of(statement.data.attribution().from());
    if (!at) {
      ruling.not_judged(statement.record_id, "from when a person used the identifier is not stated");
      continue;
    }
    passings[authorization::comparable("", statement.data.attribution().identifier())].push_back(
        {&statement, *at});
  }
  std::map<std::string, std::vector<const UseFact*>> uses;
  for (const UseFact& use : facts.uses) uses[use.data.authorization_id()].push_back(&use);
  for (const auto& [id, authorization] : facts.authorizations) {
    const auto& targets = authorization.data.targets();
    for (int i = 0; i < targets.size(); ++i) {
      const auto& target = targets[i];
      if (target.value().empty() || target.person_id().empty()) continue;
      const std::string value = authorization::comparable(lower(target.kind()), target.value());
      const auto passed = passings.find(value);
      if (passed == passings.end()) continue;
      ruling.judged();
      for (const Passing& passing : passed->second) {
        const std::string& person = passing.statement->data.attribution().person();
        if (same(person, target.person_id())) continue;
        const bool anew = std::any_of(targets.begin(), targets.end(), [&](const auto& other) {
          return authorization::comparable(lower(other.kind()), other.value()) == value &&
                 same(other.person_id(), person);
        });
        if (anew) continue;
        const auto after = std::find_if(
            uses[id].begin(), uses[id].end(), [&](const UseFact* use) {
              return use->to_us.value_or(use->from_us.value_or(0)) > passing.at_us &&
                     std::any_of(use->data.targets().begin(), use->data.targets().end(),
                                 [&](const std::string& each) {
                                   return authorization::comparable("", each) == value;
                                 });
            });
        if (after == uses[id].end()) continue;
        ruling.violation(id, fmt::format("{}/target {}", id, i + 1),
                         fmt::format("The identifier of target {} is stated to have passed to "
                                     "another person on {}, and the {} ran after that without a new "
                                     "authorization.",
                                     i + 1, utc(passing.at_us), use_name(**after)),
                         {passing.statement->record_id, (*after)->record_id});
        break;
      }
    }
  }
}

void judge_sc04(const Facts& facts, Ruling& ruling) {
  for (const HeldFact& held : facts.held) {
    if (held.reason != "SC04") continue;
    ruling.judged();
    if (held.status == "held")
      ruling.violation(held.authorization_id, held.id,
                       held_text(held, "their data type is beyond the scope"));
  }
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) continue;
    ruling.judged();
    std::vector<std::string> found;
    const auto check = [&](const std::string& word, const std::string& what) {
      if (word.empty()) return;
      bool known = false;
      const auto beyond = types_beyond(*authorization, word, known);
      if (!known)
        ruling.not_judged(use.data.use_id(), "the kind of data is named in words this program does "
                                             "not know");
      std::vector<std::string> names;
      for (const DataType type : beyond) names.emplace_back(name_of(type));
      if (!names.empty())
        found.push_back(fmt::format("{} took {}, which the authorization does not cover.", what,
                                    fmt::join(names, ", ")));
    };
    check(use.data.kind(), "The " + use_name(use));
    for (const auto& product : use.data.products())
      check(product.data_type(), "Product " + shown(product.product_id()));
    const auto& territory = authorization->data.scope().territory();
    const auto& consents = authorization->data.consent_states();
    if (!use.data.state().empty() && !territory.empty() &&
        std::find(territory.begin(), territory.end(), use.data.state()) == territory.end() &&
        std::find(consents.begin(), consents.end(), use.data.state()) == consents.end())
      found.push_back(fmt::format("It took place in {}; the authorization is for {}.",
                                  shown(use.data.state()), fmt::join(territory, ", ")));
    if (!found.empty())
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("{}", fmt::join(found, " ")), {use.record_id});
  }
}

void judge_sc05(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) continue;
    const auto& named = authorization->data.offence_refs();
    for (const auto& product : use.data.products()) {
      if (product.offence_refs().empty()) continue;
      ruling.judged();
      std::vector<std::string> other;
      for (const std::string& offence : product.offence_refs())
        if (std::find(named.begin(), named.end(), offence) == named.end())
          other.push_back(shown(offence));
      if (other.empty() || !is_blank(product.use_order())) continue;
      ruling.violation(use.data.authorization_id(), use.data.use_id() + "/" + product.product_id(),
                       fmt::format("Product {} is used for {}, for which the technique was not "
                                   "authorized. No rule or order that allows it is recorded.",
                                   shown(product.product_id()), fmt::join(other, ", ")),
                       {use.record_id});
    }
  }
}

void judge_sc06(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    ruling.judged();
    std::vector<std::string> found;
    if (is_blank(a.collateral_intrusion()))
      found.emplace_back("What the measure does to others than its targets is not assessed.");
    for (int i = 0; i < a.reviews_size(); ++i) {
      if (a.reviews(i).done_at().empty()) continue;
      if (!a.reviews(i).has_collateral_reassessed()) {
        ruling.not_judged(fmt::format("{}/review {}", id, i + 1),
                          "whether the review looked at collateral intrusion anew is not recorded");
      } else if (!a.reviews(i).collateral_reassessed()) {
        found.push_back(fmt::format("The review of {} did not look at collateral intrusion anew.",
                                    shown(a.reviews(i).done_at())));
      }
    }
    if (!found.empty()) ruling.violation(id, id, fmt::format("{}", fmt::join(found, " ")));
  }
}

}  // namespace palermo::compliance
