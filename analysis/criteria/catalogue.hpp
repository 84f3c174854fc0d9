// Offences of domestic law by reference (data/catalogue/offences.textproto, or a file of the same
// form).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/catalogue.pb.h"
#include "palermo/v1/statement.pb.h"

namespace palermo::criteria {

/// Rows with two times: when the law was in force, and when the row was known here. One id may
/// stand for several versions of a row, known at different times.
class Catalogue {
 public:
  /// @error BadInput  the first mistake check_catalogue() finds, with its line
  [[nodiscard]] static core::Result<Catalogue> parse(std::string_view text);
  /// The catalogue that the binary carries.
  [[nodiscard]] static const Catalogue& builtin();

  [[nodiscard]] const std::string& version() const { return data_.version(); }
  /// Rows known on a day, in the order of the file. @param known_at  absent: those not replaced
  [[nodiscard]] std::vector<const v1::CatalogueRow*> rows(
      std::optional<core::Date> known_at = std::nullopt) const;
  /// nullptr when no row of that id was known then.
  [[nodiscard]] const v1::CatalogueRow* find(
      std::string_view id, std::optional<core::Date> known_at = std::nullopt) const;

  /// in_force_on(), and "no" where a row that replaced it was certainly in force.
  [[nodiscard]] std::string in_force(const v1::CatalogueRow& row, core::Date day) const;

  /// Puts the law of its row, as usable_law() gives it, into each offence that names one and states
  /// no law of its own; and, where the catalogue holds rows that replaced it after the date of the
  /// offence, the mildest of them as later law (lex mitior, ICCPR art. 15(1)). A row from memory
  /// and an unknown id leave the offence without law, which yields LAW_UNKNOWN.
  void apply(v1::FactsFile& facts) const;

 private:
  v1::OffenceCatalogue data_;
};

/// Everything that is wrong with a catalogue in text form, by line.
/// @param out  the parsed catalogue, if the text is one; may be null
[[nodiscard]] std::vector<v1::DataProblem> check_catalogue(std::string_view text,
                                                           v1::OffenceCatalogue* out);

/// Text of the catalogue that the binary carries.
[[nodiscard]] std::string_view builtin_catalogue_text();

/// The law of a row with bounds an assessment may rest on: where a bound is not known, the first or
/// last day on which the text was read in force stands in its place. A bound known neither way
/// stays absent.
[[nodiscard]] v1::Law usable_law(const v1::CatalogueRow& row);

/// "yes", "no" (a known bound excludes the day) or "unknown".
[[nodiscard]] std::string in_force_on(const v1::CatalogueRow& row, core::Date day);
/// Whether the maximum makes the form a serious crime (UNTOC art. 2(b), four years inclusive):
/// "yes", "no", or "unknown" for a row from memory or without a maximum.
[[nodiscard]] std::string serious_by_maximum(const v1::CatalogueRow& row);
/// "yes", or why an assessment does not rest on the row.
[[nodiscard]] std::string usable(const v1::CatalogueRow& row);

}  // namespace palermo::criteria
