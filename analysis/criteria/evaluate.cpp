#include "analysis/criteria/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "analysis/criteria/about.hpp"
#include "analysis/criteria/evaluators.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {

using v1::Element;
using v1::Statement;

bool carries(const v1::Evidence& item) {
  return item.kind() == "fact" && !item.why().ends_with("(a lead)");
}

namespace {

Outcome outcome_named(const std::string& word) {
  if (word == "indicated") return kIndicated;
  return word == "not_indicated" ? kNotIndicated : kUndetermined;
}

/// Gathers evidence without repeating a statement; what it is gathered from must outlive it.
class Gathered {
 public:
  explicit Gathered(EvidenceList& into) : into_{&into} {}
  void add(const EvidenceList& from) {
    for (std::size_t i = 0; i < from.size(); ++i)
      if (seen_.insert({from[i].kind(), from[i].statement_id()}).second) into_->take(from, i);
  }

 private:
  using Key = std::pair<std::string_view, std::string_view>;  // kind, statement
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      const std::hash<std::string_view> hash;
      return hash(key.second) ^ (key.first.size() << 1U);
    }
  };
  EvidenceList* into_;
  std::unordered_set<Key, KeyHash> seen_;
};

void add(std::vector<std::string>& into, const std::vector<std::string>& from) {
  std::unordered_set<std::string> seen(into.begin(), into.end());
  for (const std::string& line : from)
    if (!line.empty() && seen.insert(line).second) into.push_back(line);
}

/// Strong Kleene over the children; what decides comes first.
Answer combine(v1::ElementDef::Operator op, const std::vector<const Answer*>& children,
               bool evidence) {
  Answer out;
  std::vector<Outcome> parts;
  for (const Answer* child : children) parts.push_back(child->outcome);
  if (op == v1::ElementDef::NOT) {
    const Answer& child = *children.front();
    out.outcome = kleene_not(child.outcome);
    if (!evidence) return out;
    out.supporting = child.contrary;
    out.contrary = child.supporting;
    out.missing = child.missing;
    out.reasons = child.reasons;
    return out;
  }
  const bool all = op == v1::ElementDef::AND;
  out.outcome = all ? kleene_and(parts) : kleene_or(parts);
  if (!evidence) return out;
  const Outcome deciding = out.outcome;
  Gathered supporting{out.supporting}, contrary{out.contrary};
  for (const Answer* child : children) {
    const bool decides = child->outcome == deciding;
    const bool others_too = (all && deciding == kIndicated) ||
                            (!all && deciding == kNotIndicated) || deciding == kUndetermined;
    if (decides || others_too) {
      supporting.add(child->supporting);
      contrary.add(child->contrary);
    } else if (all) {
      supporting.add(child->supporting);
    }
    if (deciding == kUndetermined && child->outcome == kUndetermined) {
      out.reasons.insert(child->reasons.begin(), child->reasons.end());
      add(out.missing, child->missing);
    }
  }
  return out;
}

/// A definite answer of one origin is open under the lens that asks for two.
void ask_for_corroboration(const Facts& facts, Answer& answer) {
  if (facts.lens() != Lens::Corroborated || answer.rests_on_law || answer.outcome == kUndetermined)
    return;
  const bool indicated = answer.outcome == kIndicated;
  auto origins = origins_of(facts, indicated ? answer.supporting : answer.contrary);
  const Weight& unseen = indicated ? answer.supported : answer.opposed;
  if (unseen.origin != nullptr) origins.insert(*unseen.origin);
  const bool unnamed = origins.erase("") > 0 || unseen.unnamed;
  if (origins.size() > 1 || unseen.several) return;
  answer.open(Element::PROVENANCE,
              unnamed ? "a second independent origin (the statements name no source)"
                      : "a second independent origin: all statements go back to one");
}

/// What named humans decided, one decision an element.
struct Judgements {
  std::map<std::string, std::vector<const Statement*>> by_element;
};

Judgements collect_judgements(const Instruments& instruments, const Facts& facts,
                              std::vector<std::string>& notices) {
  Judgements out;
  const auto blank = [](const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
  };
  for (const Statement* s : facts.statements().judgements()) {
    if (facts.is_left_out(*s)) continue;
    const v1::Judgement& j = s->judgement();
    if (is_about_no_element(*s)) {
      notices.push_back(fmt::format("{}: {}", s->id(), s->text()));
    } else if (contradicts(*s)) {
      notices.push_back(
          fmt::format("judgement {} is not used: it is marked as contradicting", s->id()));
    } else if (blank(j.by()) || blank(j.reason())) {
      notices.push_back(
          fmt::format("judgement {} is not used: it needs a name (by) and a reason", s->id()));
    } else if (instruments.find(j.element()) == nullptr) {
      notices.push_back(fmt::format("judgement {} is not used: there is no element '{}'", s->id(),
                                    core::printable(j.element(), 60)));
    } else {
      out.by_element[j.element()].push_back(s);
    }
  }
  return out;
}

/// Oldest first; what an operator signed stands after, and so before, what a file says.
void sort_by_force(std::vector<const Statement*>& decisions) {
  const auto force = [](const Statement* s) {
    const auto at = core::parse_date_or_instant(s->judgement().at(), false);
    return std::pair{s->has_decided(), at ? at->us : std::int64_t{0}};
  };
  std::stable_sort(decisions.begin(), decisions.end(),
                   [&](const Statement* a, const Statement* b) { return force(a) < force(b); });
}

/// Whether two decisions stand on one rank and on one moment.
bool equal_force(const Statement* a, const Statement* b) {
  const auto when = [](const Statement* s) {
    const auto at = core::parse_date_or_instant(s->judgement().at(), false);
    return at ? at->us : std::int64_t{0};
  };
  return a->has_decided() == b->has_decided() && when(a) == when(b);
}

v1::Evidence as_evidence(const Facts& facts, const Statement& s) {
  v1::Evidence item = facts.evidence(
      s, fmt::format("decided '{}' by {}", s.judgement().outcome(), s.judgement().by()));
  item.set_kind("judgement");
  item.set_text(s.judgement().reason());
  item.set_source(s.judgement().by());
  return item;
}

std::vector<v1::ElementDecision> listed_decisions(const std::vector<const Statement*>& decisions,
                                                  bool conflict) {
  std::vector<v1::ElementDecision> out;
  for (const Statement* s : decisions) {
    v1::ElementDecision& row = out.emplace_back();
    row.set_decision_id(s->id());
    row.set_outcome(outcome_named(s->judgement().outcome()));
    row.set_by(s->judgement().by());
    row.set_at(s->judgement().at());
    row.set_reason(s->judgement().reason());
    row.set_signed_(s->has_decided());
    row.set_in_effect(!conflict && s == decisions.back());
    row.set_version(static_cast<std::uint32_t>(out.size()));
  }
  return out;
}

void apply_judgement(const v1::ElementDef& element, std::vector<const Statement*> decisions,
                     const Facts& facts, const Answer* under_all, Answer& answer) {
  // The latest dated decision counts; decisions that differ on one date (or without one) conflict.
  sort_by_force(decisions);
  const Statement* last = decisions.back();
  bool conflict = false;
  for (const Statement* s : decisions) {
    if (s == last) continue;
    if (equal_force(s, last) && !s->has_decided())
      conflict = conflict || s->judgement().outcome() != last->judgement().outcome();
    answer.notes.push_back(fmt::format("{}: earlier decision '{}' by {}", s->id(),
                                       s->judgement().outcome(), s->judgement().by()));
  }
  const Outcome before = answer.outcome;
  const Outcome decided = outcome_named(last->judgement().outcome());
  answer.derived = before;
  answer.decisions = listed_decisions(decisions, conflict);
  if (conflict) {
    for (const Statement* s : decisions)
      if (equal_force(s, last))
        (outcome_named(s->judgement().outcome()) == kNotIndicated ? answer.contrary
                                                                  : answer.supporting)
            .push_back(as_evidence(facts, *s));
    answer.open(Element::CONFLICT, "one decision: named officers decided differently");
    return;
  }
  if (!element.judgement_term().empty() && decided == kIndicated && under_all != nullptr &&
      answer.supports() == 0 && under_all->outcome == kIndicated && under_all->supports() > 1) {
    answer.decisions.back().set_in_effect(false);
    answer.open(Element::PROVENANCE, "the acts the decision rests on lie outside the lens");
    return;
  }
  if (element.judgement_term().empty() || (before != kUndetermined && before != decided))
    answer.notes.push_back(fmt::format("decided by {}: overrides the derived outcome '{}'",
                                       last->judgement().by(), in_words(before)));
  else if (answer.supports() == 0 && decided == kIndicated)
    answer.notes.push_back(fmt::format(
        "decided by {} although no act or effect in the file supports it", last->judgement().by()));
  answer.outcome = decided;
  answer.reasons.clear();
  answer.missing.clear();
  (decided == kNotIndicated ? answer.contrary : answer.supporting)
      .push_back(as_evidence(facts, *last));
  if (decided == kUndetermined)
    answer.open(Element::JUDGEMENT_TERM, "decided to be left open by " + last->judgement().by());
}

class Evaluation {
 public:
  Evaluation(const Instruments& instruments, const Facts& facts, const EvaluateOptions& options,
             std::vector<std::string>& notices)
      : instruments_{instruments}, facts_{facts}, options_{options} {
    if (options.decisions) judgements_ = collect_judgements(instruments, facts, notices);
    for (const std::string& id : instruments.ids()) run(id);
  }
  [[nodiscard]] Answers take() && { return std::move(answers_); }

 private:
  const Answer& leaf(const std::string& evaluator) {
    const auto [known, fresh] = by_evaluator_.try_emplace(evaluator);
    Answer& answer = known->second;
    if (!fresh) return answer;
    answer = find_evaluator(evaluator)(facts_);
    if (answer.outcome != kUndetermined) {
      answer.reasons.clear();
      answer.missing.clear();
    }
    ask_for_corroboration(facts_, answer);
    return answer;
  }

  const Answer& run(const std::string& id) {
    if (const auto known = answers_.find(id); known != answers_.end()) return known->second;
    const v1::ElementDef& element = *instruments_.find(id);
    Answer answer;
    if (element.operator_() == v1::ElementDef::LEAF) {
      answer = leaf(element.evaluator());
    } else {
      std::vector<const Answer*> children;
      for (const std::string& child : element.children()) children.push_back(&run(child));
      answer = combine(element.operator_(), children, options_.evidence);
    }
    const Answer* before = options_.under_all == nullptr ? nullptr : &options_.under_all->at(id);
    if (const auto decided = judgements_.by_element.find(id);
        decided != judgements_.by_element.end())
      apply_judgement(element, decided->second, facts_, before, answer);
    if (before != nullptr && answer.outcome == kUndetermined && before->outcome != kUndetermined) {
      answer.reasons.insert(Element::PROVENANCE);
      add(answer.missing, {fmt::format("evidence {}: with it the element is {}",
                                       facts_.outside_in_words(), in_words(before->outcome))});
    }
    return answers_.emplace(id, std::move(answer)).first->second;
  }

  const Instruments& instruments_;
  const Facts& facts_;
  const EvaluateOptions options_;
  Judgements judgements_;
  Answers answers_;
  std::map<std::string, Answer> by_evaluator_;
};

}  // namespace

std::set<std::string> origins_of(const Facts& facts, const EvidenceList& evidence) {
  std::unordered_set<const std::string*> origins;  // of equal names one string
  for (const v1::Evidence& item : evidence) {
    if (!carries(item)) continue;
    if (const Statement* s = facts.statement(item.statement_id()))
      origins.insert(&facts.origin(*s));
  }
  std::set<std::string> out;
  for (const std::string* name : origins) out.insert(*name);
  return out;
}

Answers evaluate(const Instruments& instruments, const Facts& facts, const EvaluateOptions& options,
                 std::vector<std::string>& notices) {
  return Evaluation{instruments, facts, options, notices}.take();
}

Answers evaluate(const Instruments& instruments, const Facts& facts,
                 const EvaluateOptions& options) {
  std::vector<std::string> unheard;
  return evaluate(instruments, facts, options, unheard);
}

}  // namespace palermo::criteria
