// Who may be named in a report, and the pseudonyms of those who may not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace palermo::report {

/// A person as the case knows them.
struct KnownPerson {
  std::string id;
  std::string name;
  std::string category;  // as in palermo.v1.Person.Category
  bool minor = false;
  std::vector<std::string> identifiers;  // attributed numbers, handles
};

/// Whether the identity stays sealed: undercover officers, informants, witnesses, victims, smuggled
/// migrants, and minors of any category. UNTOC arts 24, 25; Smuggling Protocol art. 16.
[[nodiscard]] bool is_protected(const KnownPerson& person);

/// Names for one report. A pseudonym belongs to this report alone: another export key gives others,
/// so that two reports cannot be joined on them.
class Names {
 public:
  Names(std::vector<KnownPerson> persons, std::string_view export_key);

  /// "Migrant M-7QK4" for a protected person, else "Name (P02)", or the id when nothing is known.
  [[nodiscard]] std::string of(std::string_view person_id) const;
  [[nodiscard]] bool is_sealed(std::string_view person_id) const;
  /// Text in which names, name parts, ids and identifiers of protected persons are replaced by
  /// their pseudonyms, as whole words and without regard to ASCII case. Names written otherwise
  /// than the case knows them are not found; the report says so.
  [[nodiscard]] std::string scrub(std::string_view text) const;
  /// Person an identifier is attributed to, or null.
  [[nodiscard]] const KnownPerson* user_of(std::string_view identifier) const;
  [[nodiscard]] const KnownPerson* find(std::string_view person_id) const;
  [[nodiscard]] std::size_t sealed() const { return pseudonyms_.size(); }

 private:
  std::vector<KnownPerson> persons_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::map<std::string, std::size_t, std::less<>> by_identifier_;
  std::map<std::string, std::string, std::less<>> pseudonyms_;  // by person id
  std::map<std::string, std::string, std::less<>> words_;       // lower-case term -> pseudonym
  std::vector<std::size_t> lengths_;                            // of the terms, longest first
};

}  // namespace palermo::report
