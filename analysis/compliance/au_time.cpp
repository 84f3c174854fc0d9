// AU01-AU06: whether an authorization stood behind the technique when it was used.
#include <map>
#include <set>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {

using authorization::DataType;

namespace {

/// Code of the rule that a stretch of time breaks, as Coverage gives it; product of a refused
/// emergency counts as AU02 from the refusal on.
std::string_view code_of(const AuthorizationFact& authorization,
                         const std::optional<std::int64_t>& from,
                         const std::optional<std::int64_t>& to) {
  if (!from && !to) return authorization::kCovered;
  const std::int64_t first = from ? *from : *to;
  const std::int64_t last = to ? *to : first;
  if (const auto refused = time_of(authorization.data.urgent().refused_at()))
    return last > *refused ? authorization::kOutsideTime : authorization::kCovered;
  return authorization.coverage.check(DataType::Statement, first, last, {});
}

std::string period_of(const AuthorizationFact& authorization) {
  const auto& periods = authorization.coverage.periods();
  if (periods.empty()) return "it was never in force";
  std::string text = "it was in force";
  for (std::size_t i = 0; i < periods.size(); ++i)
    text += fmt::format("{} from {} to {}", i == 0 ? "" : " and", utc(periods[i].from_us),
                        utc(periods[i].to_us));
  return text;
}

std::string span_text(const std::optional<std::int64_t>& from,
                      const std::optional<std::int64_t>& to) {
  if (from && to && *from != *to) return fmt::format("from {} to {}", utc(*from), utc(*to));
  return fmt::format("at {}", utc(from ? *from : to.value_or(0)));
}

std::string items_text(const HeldFact& held) {
  return fmt::format("{} record{} of {}", held.count, held.count == 1 ? "" : "s", held.id);
}

/// Uses and product whose time breaks the rule `code`.
void judge_spans(const Facts& facts, Ruling& ruling, std::string_view code,
                 std::string_view sentence) {
  const auto breaks = [&](const AuthorizationFact& authorization, const auto& from, const auto& to) {
    const std::string_view found = code_of(authorization, from, to);
    // What was captured after an urgent grant lapsed was captured after its end.
    return found == code || (code == authorization::kOutsideTime &&
                             found == authorization::kRefusedEmergency);
  };
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    if (authorization == nullptr) continue;
    if (use.data.ended_at().empty() && code == authorization::kOutsideTime) {
      ruling.not_judged(use.data.use_id(),
                        "no end of the use is recorded; its start alone was compared");
    }
    ruling.judged();
    if (breaks(*authorization, use.from_us, use.to_us)) {
      ruling.violation(use.data.authorization_id(), use.data.use_id(),
                       fmt::format("The {} ran {}. {}: {}.", use_name(use),
                                   span_text(use.from_us, use.to_us), sentence,
                                   period_of(*authorization)),
                       {use.record_id});
      continue;
    }
    for (const auto& product : use.data.products()) {
      const auto from = time_of(product.captured_from());
      const auto to = time_of(product.captured_to(), true);
      if ((from || to) && breaks(*authorization, from, to))
        ruling.violation(
            use.data.authorization_id(), use.data.use_id() + "/" + product.product_id(),
            fmt::format("Product {} was captured {}. {}: {}.", shown(product.product_id()),
                        span_text(from, to), sentence, period_of(*authorization)),
            {use.record_id});
    }
  }
  // One violation for each authorization: calls come by the million.
  std::map<std::string, std::vector<std::string>> outside;
  for (const StoredProduct& product : facts.products) {
    const AuthorizationFact* authorization = facts.find(product.authorization_id);
    if (authorization == nullptr) continue;
    ruling.judged();
    const bool found = product.ends_only
                           ? breaks(*authorization, product.from_us, product.from_us) ||
                                 breaks(*authorization, product.to_us, product.to_us)
                           : breaks(*authorization, product.from_us, product.to_us);
    if (found) outside[product.authorization_id].push_back(product.id);
  }
  for (auto& [id, records] : outside) {
    const std::string text = fmt::format(
        "The case holds {} record{} or segments outside quarantine that reach beyond the time of this "
        "authorization. {}: {}.",
        records.size(), records.size() == 1 ? "" : "s", sentence, period_of(*facts.find(id)));
    if (records.size() > 10) records.resize(10);
    ruling.violation(id, id, text, records);
  }
}

}  // namespace

void judge_au01(const Facts& facts, Ruling& ruling) {
  for (const HeldFact& held : facts.held) {
    if (held.reason != "AU01") continue;
    ruling.judged();
    if (held.status == "held")
      ruling.violation(held.authorization_id, held.id,
                       fmt::format("{}: {}. They are sealed and in no analysis.", items_text(held),
                                   held.authorization_id.empty()
                                       ? std::string{"no authorization is named for them"}
                                       : fmt::format("the case holds no authorization {}",
                                                     shown(held.authorization_id))));
  }
  for (const UseFact& use : facts.uses) {
    ruling.judged();
    if (facts.find(use.data.authorization_id()) != nullptr) continue;
    ruling.violation(
        use.data.authorization_id(), use.data.use_id(),
        fmt::format("The {} of {} {}.", use_name(use), shown(use.data.started_at()),
                    use.data.authorization_id().empty()
                        ? std::string{"names no authorization"}
                        : fmt::format("names authorization {}, which the case does not hold",
                                      shown(use.data.authorization_id()))),
        {use.record_id});
  }
}

void judge_au02(const Facts& facts, Ruling& ruling) {
  for (const HeldFact& held : facts.held) {
    const AuthorizationFact* authorization = facts.find(held.authorization_id);
    const bool lapsed = held.reason == "AU06" && authorization != nullptr &&
                        authorization->data.urgent().refused_at().empty();
    if (held.reason != "AU02" && !lapsed) continue;
    ruling.judged();
    if (held.status != "held") continue;
    ruling.violation(
        held.authorization_id, held.id,
        fmt::format("{}: captured {}{}. They are sealed and in no analysis.", items_text(held),
                    lapsed ? "after the urgent grant had lapsed for want of confirmation"
                           : "before effect, or after expiry or cancellation",
                    authorization == nullptr ? std::string{} : "; " + period_of(*authorization)));
  }
  judge_spans(facts, ruling, authorization::kOutsideTime,
              "The authorization does not reach that time");
}

void judge_au03(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    const auto start = start_of(a);
    const auto expiry = time_of(a.expires_at(), true);
    if (!expiry) {
      ruling.judged();
      ruling.violation(id, id, "The authorization names no end. A measure without limit in time "
                               "cannot be authorized.");
      continue;
    }
    if (authorization.regime == nullptr || !start) {
      ruling.not_judged(id, !start ? "no date of effect or grant"
                                   : "no regime is named that this program knows the durations of");
      continue;
    }
    const bool minor = std::any_of(a.targets().begin(), a.targets().end(),
                                   [](const auto& target) { return target.minor(); });
    const v1::Regime& regime = *authorization.regime;
    const auto* maximum = authorization::maximum_of(regime, a.kind(), minor);
    if (maximum == nullptr) {
      ruling.not_judged(id, fmt::format("{} sets no number; only that there is an end was judged",
                                        regime.id()));
      continue;
    }
    ruling.judged();
    const bool unverified = maximum->authority().confidence() != v1::Authority::VERIFIED;
    // The last day counts to its end.
    const auto limit = [&](std::int64_t from, const v1::LegalPeriod& period) {
      const std::int64_t end = authorization::after(from, period, regime.zone());
      return std::max(end, (end / core::kUsPerDay + 1) * core::kUsPerDay - 1);
    };
    const auto too_long = [&](std::int64_t from, std::int64_t to, const v1::LegalPeriod& period,
                              const std::string& subject, std::string_view what) {
      if (to <= limit(from, period)) return;
      if (maximum->has_longer() && to <= limit(from, maximum->longer())) {
        ruling.not_judged(subject, fmt::format("longer than {}, which {} allows only for {}",
                                               authorization::in_words(period), regime.id(),
                                               maximum->condition()));
        return;
      }
      ruling.violation(id, subject,
                       fmt::format("{} runs from {} to {}. {} allows {} ({}).", what, utc(from),
                                   utc(to), regime.id(), authorization::in_words(period),
                                   maximum->authority().source()),
                       {}, unverified);
    };
    too_long(*start, *expiry, maximum->first(), id, "The authorization");
    std::int64_t end = *expiry;
    int number = 0;
    for (const auto& renewal : a.renewals()) {
      ++number;
      const auto granted = time_of(renewal.granted_at());
      const auto until = time_of(renewal.expires_at(), true);
      if (!granted || !until) continue;
      const std::string subject = fmt::format("{}/renewal {}", id, number);
      too_long(std::max(end, *granted), *until, maximum->renewal(), subject,
               fmt::format("Renewal {}", number));
      end = std::max(end, *until);
      if (!maximum->has_total() || end <= limit(*start, maximum->total())) continue;
      if (renewal.authorizer().role().empty()) {
        ruling.not_judged(subject, "who decided the renewal beyond the total is not recorded");
      } else if (!has_role(renewal.authorizer().role(), maximum->total_roles())) {
        ruling.violation(id, subject,
                         fmt::format("Renewal {} takes the measure beyond {} in all, to {}. {} "
                                     "leaves that to {}; it was decided by {}.",
                                     number, authorization::in_words(maximum->total()), utc(end), regime.id(),
                                     fmt::join(maximum->total_roles(), " or "),
                                     shown(renewal.authorizer().role())),
                         {}, unverified);
      }
    }
  }
}

void judge_au04(const Facts& facts, Ruling& ruling) {
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    auto end = time_of(a.expires_at(), true);
    int number = 0;
    for (const auto& renewal : a.renewals()) {
      ++number;
      const auto granted = time_of(renewal.granted_at());
      const auto until = time_of(renewal.expires_at(), true);
      const std::string subject = fmt::format("{}/renewal {}", id, number);
      if (!granted || !until || !end) {
        ruling.not_judged(subject, "a date of the renewal, or the expiry before it, is missing");
        continue;
      }
      ruling.judged();
      if (*granted > *end)
        ruling.violation(id, subject,
                         fmt::format("Renewal {} was granted at {}, after the authorization had "
                                     "expired at {}. It opens a new period and cures nothing that "
                                     "lies between.",
                                     number, utc(*granted), utc(*end)));
      end = std::max(*end, *until);
    }
  }
  for (const HeldFact& held : facts.held) {
    if (held.reason != "AU04") continue;
    ruling.judged();
    if (held.status == "held")
      ruling.violation(held.authorization_id, held.id,
                       fmt::format("{}: captured between expiry and a late renewal. They are sealed "
                                   "and in no analysis.",
                                   items_text(held)));
  }
  judge_spans(facts, ruling, authorization::kRenewalGap,
              "That lies in the gap before a late renewal");
}

void judge_au05(const Facts& facts, Ruling& ruling) {
  const auto plain = [](const std::string& text) {
    std::string out;
    for (const char c : lower(text))
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) > 127))
        out += c;
    return out;
  };
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    std::map<std::string, std::string> earlier;
    for (const auto& fact : a.suspicion_facts())
      earlier.emplace(plain(fact.text()), "the facts of the first grant");
    earlier.emplace(plain(a.necessity()), "the necessity of the first grant");
    int number = 0;
    for (const auto& renewal : a.renewals()) {
      ++number;
      ruling.judged();
      const std::string subject = fmt::format("{}/renewal {}", id, number);
      const std::string facts_text = plain(renewal.fresh_facts());
      if (facts_text.empty()) {
        ruling.violation(id, subject,
                         fmt::format("Renewal {} of {} states no results gained since the grant "
                                     "before it.",
                                     number, shown(renewal.granted_at())));
        continue;
      }
      if (const auto found = earlier.find(facts_text); found != earlier.end())
        ruling.violation(id, subject,
                         fmt::format("Renewal {} of {} repeats {} word for word.", number,
                                     shown(renewal.granted_at()), found->second));
      earlier.emplace(facts_text, fmt::format("renewal {}", number));
    }
  }
}

void judge_au06(const Facts& facts, Ruling& ruling) {
  std::map<std::string, std::size_t> kept;
  for (const StoredProduct& product : facts.products)
    kept[product.authorization_id] += product.records;
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization& a = authorization.data;
    if (!is_urgent(a)) {
      if (a.has_urgent())
        ruling.not_judged(id, "it is marked urgent, and when it was granted orally is not stated");
      continue;
    }
    const auto oral = core::parse_date_or_instant(a.urgent().oral_at(), false);
    if (!oral) continue;
    ruling.judged();
    const authorization::Deadline deadline =
        authorization::confirm_by(a.regime(), a.state(), *oral);
    std::vector<std::string> found;
    bool late = false;
    if (is_blank(a.urgent().reason())) found.push_back("No reason for the urgency is recorded.");
    const auto refused = time_of(a.urgent().refused_at());
    const auto confirmed = time_of(a.urgent().confirmed_at());
    const auto cancelled = time_of(a.cancelled_at());
    if (refused) {
      if (const std::size_t records = kept[id]; records > 0)
        found.push_back(fmt::format("The grant was refused at {}, and {} record{} taken under it "
                                    "stand{} in the case outside quarantine.",
                                    utc(*refused), records, records == 1 ? "" : "s",
                                    records == 1 ? "s" : ""));
    } else if (confirmed && *confirmed > deadline.us) {
      late = true;
      found.push_back(fmt::format("The oral grant of {} was confirmed at {}; it had to be by {} ({}).",
                                  utc(oral->us), utc(*confirmed), utc(deadline.us), deadline.rule));
    } else if (!confirmed && facts.as_of_us > deadline.us && !(cancelled && *cancelled <= deadline.us)) {
      late = true;
      found.push_back(fmt::format("The oral grant of {} had to be confirmed by {} ({}). No "
                                  "confirmation is recorded.",
                                  utc(oral->us), utc(deadline.us), deadline.rule));
    }
    if (late && !deadline.caveat.empty()) found.push_back("Note: " + deadline.caveat + ".");
    if (!found.empty())
      ruling.violation(id, id, fmt::format("{}", fmt::join(found, " ")), {},
                       late && deadline.unverified);
  }
}

}  // namespace palermo::compliance
