#include "analysis/compliance/reconcile.hpp"

#include <map>
#include <tuple>

#include "analysis/compliance/words.hpp"

namespace palermo::compliance {
namespace {

struct Stretch {
  std::int64_t from_us;
  std::int64_t to_us;
};

/// When the technique ran, by authorization.
std::map<std::string, std::vector<Stretch>> uses_of(const Facts& facts) {
  std::map<std::string, std::vector<Stretch>> uses;
  for (const UseFact& use : facts.uses) {
    if (!use.from_us) continue;
    // A use without end ran on as long as nobody says that it ended.
    const std::int64_t end =
        use.data.ended_at().empty() ? facts.as_of_us : use.to_us.value_or(*use.from_us);
    uses[use.data.authorization_id()].push_back({*use.from_us, end});
  }
  return uses;
}

struct Open {
  std::uint64_t records = 0;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
};

void note(Open& open, const StoredProduct& product) {
  open.records += product.records;
  if (product.from_us && (!open.first || *product.from_us < *open.first)) open.first = product.from_us;
  const auto end = product.to_us ? product.to_us : product.from_us;
  if (end && (!open.last || *end > *open.last)) open.last = end;
}

bool is_matched(const std::vector<Stretch>& uses, const StoredProduct& product) {
  if (!product.from_us && !product.to_us) return !uses.empty();
  const std::int64_t from = product.from_us ? *product.from_us : *product.to_us;
  const std::int64_t to = product.to_us.value_or(from);
  return std::any_of(uses.begin(), uses.end(), [&](const Stretch& use) {
    // A segment of calls spans more than one use; it is matched where it meets one.
    return product.ends_only ? use.from_us <= to && from <= use.to_us
                             : use.from_us <= from && to <= use.to_us;
  });
}

/// A reference as series and number: "GB-2024/17" is 17 of "GB-2024/".
struct Numbered {
  std::uint64_t number;
  std::string authorization;
};

std::map<std::string, std::vector<Numbered>> series_of(const Facts& facts) {
  std::map<std::string, std::vector<Numbered>> series;
  for (const auto& [id, authorization] : facts.authorizations) {
    const std::string& reference = authorization.data.reference();
    const std::size_t last = reference.find_last_not_of("0123456789");
    const std::size_t begin = last == std::string::npos ? 0 : last + 1;
    const std::string digits = reference.substr(begin);
    if (digits.empty() || digits.size() > 9) continue;
    series[reference.substr(0, begin)].push_back({std::stoull(digits), id});
  }
  return series;
}

}  // namespace

v1::ReconcileResult reconcile(const Facts& facts) {
  v1::ReconcileResult result;
  result.set_authorizations(static_cast<std::uint32_t>(facts.authorizations.size()));
  result.set_uses(static_cast<std::uint32_t>(facts.uses.size()));
  const auto uses = uses_of(facts);
  static const std::vector<Stretch> kNone;
  const auto of = [&uses](const std::string& id) -> const std::vector<Stretch>& {
    const auto found = uses.find(id);
    return found == uses.end() ? kNone : found->second;
  };
  std::map<std::string, Open> open;
  std::uint64_t products = 0;
  for (const StoredProduct& product : facts.products) {
    products += product.records;
    if (!is_matched(of(product.authorization_id), product)) note(open[product.authorization_id], product);
  }
  for (const HeldFact& held : facts.held) {
    products += held.count;
    if (of(held.authorization_id).empty()) open[held.authorization_id].records += held.count;
  }
  result.set_products(static_cast<std::uint32_t>(products));
  for (const auto& [id, missing] : open) {
    auto& out = *result.add_product_without_use();
    out.set_authorization_id(id);
    out.set_records(static_cast<std::uint32_t>(missing.records));
    if (missing.first) out.set_first_at(utc(*missing.first));
    if (missing.last) out.set_last_at(utc(*missing.last));
    out.set_text(fmt::format("{} record{} under {}; {}", missing.records,
                             missing.records == 1 ? "" : "s",
                             id.empty() ? "no authorization" : shown(id),
                             of(id).empty() ? "no use of the technique is logged"
                                            : "no logged use ran at that time"));
  }
  for (const UseFact& use : facts.uses) {
    if (facts.find(use.data.authorization_id()) != nullptr) continue;
    auto& out = *result.add_use_without_authorization();
    out.set_authorization_id(use.data.authorization_id());
    out.set_subject(use.data.use_id());
    out.set_first_at(use.data.started_at());
    out.set_last_at(use.data.ended_at());
    out.set_text(fmt::format("the {} names {}", use_name(use),
                             use.data.authorization_id().empty()
                                 ? "no authorization"
                                 : "an authorization that the case does not hold"));
  }
  for (auto& [series, numbers] : series_of(facts)) {
    std::vector<Numbered> sorted = numbers;
    std::sort(sorted.begin(), sorted.end(), [](const Numbered& x, const Numbered& y) {
      return std::tie(x.number, x.authorization) < std::tie(y.number, y.authorization);
    });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i].number == sorted[i - 1].number) {
        result.add_notices(fmt::format("{} and {} bear the same number {}{}",
                                       shown(sorted[i - 1].authorization),
                                       shown(sorted[i].authorization), shown(series),
                                       sorted[i].number));
        continue;
      }
      const std::uint64_t hole = sorted[i].number - sorted[i - 1].number - 1;
      if (hole == 0) continue;
      auto& out = *result.add_missing_numbers();
      out.set_series(series);
      out.set_from(sorted[i - 1].number + 1);
      out.set_to(sorted[i].number - 1);
      out.set_count(hole);
      out.set_before(sorted[i - 1].authorization);
      out.set_after(sorted[i].authorization);
    }
  }
  result.add_notices("what was never entered anywhere leaves no hole: compare with the authority's "
                     "own register and the providers' deliveries");
  return result;
}

}  // namespace palermo::compliance
