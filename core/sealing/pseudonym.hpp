// Names for people whose identity is sealed: random, so that they count nobody, with a character
// that shows a slip of the pen.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::sealing {

/// Who is sealed, and how a pseudonym of that category begins.
struct Category {
  std::string_view name;
  std::string_view prefix;
};
/// undercover_officer, informant, witness, relative (UNTOC art. 24), victim (art. 25),
/// smuggled_migrant (Smuggling Protocol art. 16), trafficked_person (Trafficking Protocol art. 6),
/// minor.
[[nodiscard]] std::span<const Category> categories();
[[nodiscard]] const Category* category_of(std::string_view name);

/// `PREFIX-XXXX-XXX`: six random characters of 29 without look-alikes, and a check character.
[[nodiscard]] std::string new_pseudonym(std::string_view prefix);

/// A pseudonym that came from elsewhere: capital letters, digits and hyphens, 4 to 40 characters.
/// @error Usage  otherwise
[[nodiscard]] core::Status check_pseudonym(std::string_view pseudonym);
/// Whether it has the form above with the check character that belongs to it: one wrong character,
/// or two neighbours exchanged, and it has not.
[[nodiscard]] bool check_fits(std::string_view pseudonym);

}  // namespace palermo::sealing
