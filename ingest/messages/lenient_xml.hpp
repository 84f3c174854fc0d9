// XML of Android backups, which is not always legal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace palermo::ingest::detail {

struct LegalXml {
  std::string text;
  std::uint32_t pairs = 0;     // characters written as two references to surrogates, put together
  std::uint32_t replaced = 0;  // references or bytes XML forbids (&#0;, half a pair), now U+FFFD
};

/// Makes character references legal: `&#55357;&#56832;` becomes `&#128512;`, and what stands for no
/// character becomes U+FFFD. Nothing is dropped, and every line keeps its number.
[[nodiscard]] LegalXml make_legal(std::string_view bytes);

/// The attribute of the first element of this name, as written; empty where there is none. Looks at
/// the first 64 KiB.
[[nodiscard]] std::string first_attribute(std::string_view bytes, std::string_view element,
                                          std::string_view attribute);

}  // namespace palermo::ingest::detail
