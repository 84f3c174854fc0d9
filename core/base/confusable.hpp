// What hides in a name: look-alike letters, invisible characters, controls that turn text round.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::core {

/// Something in a text that a reader would not see. A flag is for the reader, never a filter: the
/// bytes stay as received.
enum class NameFlag {
  InvalidUtf8,     // bytes that are no UTF-8; nothing else is looked at then
  Control,         // C0, DEL, C1, line and paragraph separator
  BidiControl,     // marks, embeddings, overrides, isolates
  Invisible,       // default ignorable, unless its script needs it there (RFC 5892 app. A.1, A.2)
  Noncharacter,    // U+FDD0..U+FDEF and the last two of each plane
  MixedScript,     // above HIGHLY_RESTRICTIVE of UTS #39, or a Hangul filler as the only Hangul
  CombiningFlood,  // more than kMostMarks combining marks in a row
  Empty,           // nothing but white space
};

/// Combining marks in a row that a name may have; UTS #39 section 5.4 draws the line at four.
inline constexpr int kMostMarks = 4;

/// "bidi_control", "mixed_script", …
[[nodiscard]] std::string_view name_of(NameFlag flag);

/// Compares names as people see and say them. Holds ICU tables; every member is const and may be
/// called from several threads.
class NameReader {
 public:
  /// @error Internal  ICU's tables are not to be had
  [[nodiscard]] static Result<NameReader> make();
  NameReader(NameReader&&) noexcept;
  NameReader& operator=(NameReader&&) noexcept;
  ~NameReader();

  /// In the order of the enumerators, each once. @cost about 2 µs for a name
  [[nodiscard]] std::vector<NameFlag> flags(std::string_view text) const;

  /// Equal for two texts that look alike: skeleton(strip Default_Ignorable(NFKC(s))) of UTS #39,
  /// white space made one blank. Case stays: folding it first would lose homoglyphs. Empty for
  /// invalid UTF-8.
  [[nodiscard]] std::string skeleton(std::string_view text) const;

  /// Equal for two texts that are the same text to Unicode (NFC), ends trimmed, without regard to
  /// case: what a search compares. Invalid UTF-8 is compared as it stands.
  [[nodiscard]] std::string canonical(std::string_view text) const;

  /// The text in lower-case ASCII letters, as ICU writes any script in Latin: "Владимир" and
  /// "Vladimir" are equal, and so are names that only share a spelling. Words sorted, so that the
  /// order of given and family name does not count. Empty when nothing can be so written.
  [[nodiscard]] std::string transliterated(std::string_view text) const;

 private:
  struct Tables;
  explicit NameReader(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace palermo::core
