// Which identifiers of a case two offices may compare without showing them, and in what form.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/entity/model.hpp"
#include "core/sealing/keyed_hash.hpp"
#include "palermo/v1/deconflict.pb.h"

namespace palermo::cooperation {

/// Kind and value as every office writes them.
using Comparable = std::pair<std::string, std::string>;

/// The common form: a telephone number in E.164, an IMEI by its first 14 digits (the last one is
/// only a check), an IMSI, and other kinds as the case holds them.
/// @return nullopt: no form in which another office would write the same, such as a number whose
///         country is not known, or a word of this case
[[nodiscard]] std::optional<Comparable> comparable(std::string_view kind, std::string_view value);

struct Compared {
  std::set<std::string> persons;
  std::set<std::string> statements;
};

struct Deconfliction {
  std::map<Comparable, Compared> identifiers;
  std::set<std::string> protected_identifiers;  // left out
  std::set<std::string> not_comparable;         // texts; left out
};

/// Identifiers that facts attribute to persons. Numbers that were merely in contact are left out,
/// and so is what belongs to a protected person, whoever else used it.
/// @param disclosable  what may leave the case
/// @param model        of the whole case: what is contradicted or split there does not count
/// @param sealed       ids of protected persons
[[nodiscard]] Deconfliction to_compare(const v1::FactsFile& disclosable, const entity::Model& model,
                                       const std::set<std::string>& sealed);

/// Hashes in ascending order, filled up with random ones to a multiple of 64, so that a file does
/// not tell how many identifiers there are.
[[nodiscard]] v1::DeconflictionFile hashed(const Deconfliction& mine,
                                           const sealing::SecretBytes& key);

/// A file of hashes as another office sent it.
/// @error BadInput  no such file, damaged, or made under another key
[[nodiscard]] core::Result<v1::DeconflictionFile> read_deconfliction(
    const std::string& text, const std::string& path, const sealing::SecretBytes& key);

/// Identifiers that both have.
[[nodiscard]] std::vector<v1::DeconflictionHit> hits(const Deconfliction& mine,
                                                     const v1::DeconflictionFile& theirs,
                                                     const sealing::SecretBytes& key);

}  // namespace palermo::cooperation
