// DT01-DT03: origin, keeping and integrity of product.
#include <map>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

using Product = v1::TechniqueUseRecord::ProductItem;

std::string subject_of(const UseFact& use, const Product& product) {
  return use.data.use_id() + "/" + product.product_id();
}

/// What is wrong in the chain of custody; empty: nothing.
std::string custody_gap(const Product& product) {
  std::optional<std::int64_t> before;
  for (int i = 0; i < product.custody_size(); ++i) {
    const auto& step = product.custody(i);
    if (i > 0 && step.from() != product.custody(i - 1).to())
      return fmt::format("custody breaks before step {}: it passed to {} and comes from {}", i + 1,
                         shown(product.custody(i - 1).to()), shown(step.from()));
    const auto at = time_of(step.at());
    if (!at) return fmt::format("step {} of custody bears no time", i + 1);
    if (before && *at < *before)
      return fmt::format("step {} of custody is dated before step {}", i + 1, i);
    before = at;
  }
  return {};
}

}  // namespace

void judge_dt01(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses)
    for (const Product& product : use.data.products()) {
      ruling.judged();
      if (is_blank(product.origin_mark())) {
        ruling.violation(use.data.authorization_id(), subject_of(use, product),
                         fmt::format("Product {} bears no mark that says which technique and "
                                     "authorization it comes from.",
                                     shown(product.product_id())),
                         {use.record_id});
        continue;
      }
      for (int i = 0; i < product.custody_size(); ++i)
        if (product.custody(i).origin_mark() != product.origin_mark()) {
          ruling.violation(use.data.authorization_id(), subject_of(use, product),
                           fmt::format("The mark of origin of product {} was {} on transfer {}, to "
                                       "{}.",
                                       shown(product.product_id()),
                                       is_blank(product.custody(i).origin_mark()) ? "lost" : "changed",
                                       i + 1, shown(product.custody(i).to())),
                           {use.record_id});
          break;
        }
    }
}

void judge_dt02(const Facts& facts, Ruling& ruling) {
  std::map<std::string, std::size_t> kept;
  for (const StoredProduct& product : facts.products)
    kept[product.authorization_id] += product.records;
  for (const auto& [id, authorization] : facts.authorizations) {
    const v1::Authorization::RetentionPlan& plan = authorization.data.retention();
    const auto by = time_of(plan.destroy_by(), true);
    const auto destroyed = time_of(plan.destroyed_at());
    if (!by && !destroyed) {
      ruling.not_judged(id, "until when the product may be kept is not stated");
      continue;
    }
    ruling.judged();
    std::vector<std::string> found;
    const bool held = !is_blank(plan.hold());
    if (destroyed) {
      if (is_blank(plan.record()))
        found.push_back(fmt::format("Destruction at {} has no record.", utc(*destroyed)));
      if (by && *destroyed > *by && !held)
        found.push_back(fmt::format("It was destroyed at {}; it had to be by {}.", utc(*destroyed),
                                    utc(*by)));
      if (kept[id] > 0)
        found.push_back(fmt::format("It is recorded as destroyed at {}, and the case still holds {} "
                                    "record{} of it.",
                                    utc(*destroyed), kept[id], kept[id] == 1 ? "" : "s"));
    } else if (*by < facts.as_of_us && !held) {
      found.push_back(fmt::format("The product had to be destroyed by {}. No destruction and no "
                                  "reason to keep it is recorded.",
                                  utc(*by)));
    }
    if (!found.empty()) ruling.violation(id, id, fmt::format("{}", fmt::join(found, " ")));
  }
  for (const UseFact& use : facts.uses)
    for (const Product& product : use.data.products()) {
      if (product.destroyed_at().empty()) continue;
      ruling.judged();
      // Privileged product is PR01's.
      if (is_blank(product.destruction_record()) &&
          product.privileged() <= v1::InterceptSession::none)
        ruling.violation(use.data.authorization_id(), subject_of(use, product),
                         fmt::format("Product {} was destroyed at {}, and there is no record of it.",
                                     shown(product.product_id()), shown(product.destroyed_at())),
                         {use.record_id});
    }
}

void judge_dt03(const Facts& facts, Ruling& ruling) {
  for (const UseFact& use : facts.uses) {
    const AuthorizationFact* authorization = facts.find(use.data.authorization_id());
    const v1::Regime* regime = authorization == nullptr ? nullptr : authorization->regime;
    v1::LegalPeriod within;
    within.set_days(1);
    if (regime != nullptr && regime->has_seal_within()) within = regime->seal_within();
    for (const Product& product : use.data.products()) {
      ruling.judged();
      std::vector<std::string> found;
      bool unverified = false;
      const auto received = time_of(product.received_at());
      const auto sealed = time_of(product.sealed_at());
      if (!sealed) {
        found.emplace_back("it was not sealed");
      } else if (!received) {
        ruling.not_judged(subject_of(use, product), "when the product was received is not stated");
      } else if (*sealed > authorization::after(*received, within, {})) {
        found.push_back(fmt::format("it was received at {} and sealed at {}, later than {}",
                                    utc(*received), utc(*sealed), authorization::in_words(within)));
        unverified = regime == nullptr ||
                     regime->seal_authority().confidence() != v1::Authority::VERIFIED;
      }
      if (is_blank(product.sha256())) {
        found.emplace_back("no hash was taken");
      } else if (!product.checked_sha256().empty() &&
                 lower(product.checked_sha256()) != lower(product.sha256())) {
        found.emplace_back("its hash differs from the one taken when it was sealed");
      }
      if (std::string gap = custody_gap(product); !gap.empty()) found.push_back(std::move(gap));
      if (!found.empty())
        ruling.violation(use.data.authorization_id(), subject_of(use, product),
                         fmt::format("Product {}: {}.", shown(product.product_id()),
                                     fmt::join(found, "; ")),
                         {use.record_id}, unverified && found.size() == 1);
    }
  }
}

}  // namespace palermo::compliance
