// Writing HTML in which imported text cannot do anything.
#pragma once

#include <string>
#include <string_view>

#include "palermo/v1/finding.pb.h"
#include "report/names.hpp"

namespace palermo::report {

/// Imported text: protected names replaced, control characters made visible, escaped, and isolated
/// with <bdi> so that right-to-left text cannot reorder what stands beside it.
[[nodiscard]] std::string shown(std::string_view text, const Names& names);
/// The same for text of our own or already scrubbed.
[[nodiscard]] std::string plain(std::string_view text);
/// Value of an HTML id: letters, digits, '.', '-', '_'; anything else becomes its hex code.
[[nodiscard]] std::string anchor(std::string_view text);
/// Text for a CSS string: everything but ASCII letters, digits and blanks as a CSS escape.
[[nodiscard]] std::string css_string(std::string_view text);

/// Symbol, word and colour of an outcome; readable in black and white.
[[nodiscard]] std::string outcome_badge(v1::Element::Outcome outcome);
[[nodiscard]] std::string_view outcome_word(v1::Element::Outcome outcome);
[[nodiscard]] std::string_view reason_words(v1::Element::ReasonCode code);
/// "4,812": thousands with a comma.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1 record", "2 records".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view one,
                                  std::string_view many);
/// "2023-06-15 21:40 UTC" of an ISO text; the text itself when it is not one.
[[nodiscard]] std::string short_time(std::string_view iso);

}  // namespace palermo::report
