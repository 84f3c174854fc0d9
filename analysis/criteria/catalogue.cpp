#include "analysis/criteria/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/textproto.hpp"
#include "core/base/text.hpp"

namespace palermo::embedded {
extern const std::string_view offences_textproto;
}

namespace palermo::criteria {
namespace {

using V = google::protobuf::Value;

bool known_on(const v1::CatalogueRow& row, std::optional<core::Date> day) {
  if (!day) return row.known_to().empty();
  const auto from = day_of(row.known_from()), to = day_of(row.known_to());
  return (!from || !(*day < *from)) && (!to || !(*to < *day));
}

/// The maximum as a number for comparing: life is above every number; absent when not stated.
std::optional<double> years_of(const v1::Law& law) {
  if (!law.has_max_years()) return std::nullopt;
  if (law.max_years().kind_case() == V::kNumberValue) return law.max_years().number_value();
  if (law.max_years().kind_case() == V::kStringValue) return 1e9;
  return std::nullopt;
}

/// Rows that replaced one, and those that replaced them, whose start is known and, if a day is
/// given, lies after it.
void followers(const Catalogue& catalogue, const v1::CatalogueRow& row,
               std::optional<core::Date> day, std::set<std::string>& seen,
               std::vector<const v1::CatalogueRow*>& out) {
  for (const std::string& id : row.succeeded_by()) {
    const v1::CatalogueRow* next = catalogue.find(id);
    if (next == nullptr || !seen.insert(id).second) continue;
    const auto from = day_of(usable_law(*next).in_force_from());
    if (next->confidence() != "memory" && from && (!day || *day < *from)) out.push_back(next);
    followers(catalogue, *next, day, seen, out);
  }
}

/// The one that would help the offender most; one whose maximum is not known could, so it is taken.
const v1::CatalogueRow* mildest(const std::vector<const v1::CatalogueRow*>& rows) {
  const v1::CatalogueRow* best = nullptr;
  for (const v1::CatalogueRow* row : rows) {
    const auto years = years_of(row->law());
    if (!years) return row;
    if (best == nullptr || *years < *years_of(best->law())) best = row;
  }
  return best;
}

}  // namespace

core::Result<Catalogue> Catalogue::parse(std::string_view text) {
  Catalogue out;
  const auto problems = check_catalogue(text, &out.data_);
  if (problems.empty()) return out;
  const v1::DataProblem& first = problems.front();
  std::string why = fmt::format("line {}: {}{}", first.line(),
                                first.row().empty() ? "" : first.row() + ": ", first.text());
  if (problems.size() > 1) why += fmt::format(" (and {} more)", problems.size() - 1);
  return core::Error{
      core::ErrorCode::BadInput, std::move(why), std::nullopt,
      first.next().empty() ? "`palermo catalogue check FILE` lists them all" : first.next()};
}

const Catalogue& Catalogue::builtin() {
  static const Catalogue catalogue = [] {
    auto parsed = parse(embedded::offences_textproto);
    return parsed ? std::move(parsed).value() : Catalogue{};
  }();
  return catalogue;
}

std::vector<const v1::CatalogueRow*> Catalogue::rows(std::optional<core::Date> known_at) const {
  std::vector<const v1::CatalogueRow*> out;
  for (const v1::CatalogueRow& row : data_.rows())
    if (known_on(row, known_at)) out.push_back(&row);
  return out;
}

const v1::CatalogueRow* Catalogue::find(std::string_view id,
                                        std::optional<core::Date> known_at) const {
  for (const v1::CatalogueRow& row : data_.rows())
    if (row.id() == id && known_on(row, known_at)) return &row;
  return nullptr;
}

std::string Catalogue::in_force(const v1::CatalogueRow& row, core::Date day) const {
  std::string own = in_force_on(row, day);
  if (own != "unknown") return own;
  std::vector<const v1::CatalogueRow*> next;
  std::set<std::string> seen{row.id()};
  followers(*this, row, std::nullopt, seen, next);
  const bool replaced = std::any_of(next.begin(), next.end(), [&](const v1::CatalogueRow* each) {
    return in_force_on(*each, day) == "yes";
  });
  return replaced ? "no" : own;
}

void Catalogue::apply(v1::FactsFile& facts) const {
  for (v1::Offence& offence : *facts.mutable_offences()) {
    if (offence.has_law() || offence.catalogue_ref().empty()) continue;
    const v1::CatalogueRow* row = find(offence.catalogue_ref());
    if (row == nullptr || row->confidence() == "memory") continue;
    *offence.mutable_law() = usable_law(*row);
    const auto day = day_of(offence.date());
    if (!day || offence.has_later_law()) continue;
    std::vector<const v1::CatalogueRow*> later;
    std::set<std::string> seen{row->id()};
    followers(*this, *row, *day, seen, later);
    if (const v1::CatalogueRow* best = mildest(later))
      *offence.mutable_later_law() = usable_law(*best);
  }
}

std::string_view builtin_catalogue_text() { return embedded::offences_textproto; }

v1::Law usable_law(const v1::CatalogueRow& row) {
  v1::Law law = row.law();
  if (law.in_force_from().empty()) law.set_in_force_from(row.certain_from());
  if (law.in_force_to().empty()) law.set_in_force_to(row.certain_to());
  return law;
}

std::string in_force_on(const v1::CatalogueRow& row, core::Date day) {
  const auto from = day_of(row.law().in_force_from()), to = day_of(row.law().in_force_to());
  if ((from && day < *from) || (to && *to < day)) return "no";
  const v1::Law law = usable_law(row);
  const auto first = day_of(law.in_force_from()), last = day_of(law.in_force_to());
  return first && !(day < *first) && (!last || !(*last < day)) ? "yes" : "unknown";
}

std::string serious_by_maximum(const v1::CatalogueRow& row) {
  const auto years = years_of(row.law());
  if (!years || row.confidence() == "memory") return "unknown";
  return *years >= 4.0 ? "yes" : "no";
}

std::string usable(const v1::CatalogueRow& row) {
  if (row.confidence() == "memory") return "no: known from memory only";
  if (!row.law().has_max_years()) return "no: the maximum is not known";
  if (usable_law(row).in_force_from().empty()) return "no: since when it is in force is not known";
  return "yes";
}

}  // namespace palermo::criteria
