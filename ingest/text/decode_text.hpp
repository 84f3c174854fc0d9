// The one place where bytes of a text file become UTF-8: every adapter behind it reads UTF-8 only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::ingest {

/// A file's text in UTF-8. Line ends and the number of lines are those of the file.
struct DecodedText {
  std::string_view text;  // a view into the bytes, or into `owned`
  std::string owned;
  std::string encoding = "UTF-8";    // UTF-16LE, UTF-16BE, Windows-1252
  std::vector<std::string> notices;  // what was decoded
  char separator = 0;                // that a first line "sep=;" names, which is blanked; else 0

  DecodedText() = default;
  DecodedText(const DecodedText&) = delete;
  DecodedText& operator=(const DecodedText&) = delete;
  DecodedText(DecodedText&&) = delete;
  DecodedText& operator=(DecodedText&&) = delete;
};

/// Words of --encoding: "auto" first.
[[nodiscard]] const std::vector<std::string>& known_encodings();

/// Turns the bytes into UTF-8: a byte order mark says UTF-8 or UTF-16; UTF-16 without a mark is
/// told where every other byte of the head is NUL and it holds line ends. Anything else is handed
/// over as it stands, a view without copy: whether it is UTF-8 is for the reader to check, which
/// looks at rows with bytes above 0x7f only.
/// @param encoding  a known_encodings() word; "windows-1252" reads each line that is no UTF-8 so
/// An XML declaration is settled too, so that no parser decodes a second time: its encoding is
/// blanked where the text was decoded, or where `encoding` names one.
/// @error BadInput  an XML declaration that contradicts the mark, unless `encoding` decides;
///                  UTF-32; UTF-16 with an unpaired surrogate or half a unit, with the line; a byte
///                  that Windows-1252 does not define; bytes that are not what `encoding` says
/// @cost O(1) for UTF-8, else O(n) time and memory
[[nodiscard]] core::Status decode_text(std::string_view bytes, std::string_view encoding,
                                       DecodedText& out);

/// Lines that are no UTF-8, read as Windows-1252, and the others as they are.
/// @param notices  gets how many lines were of which kind
/// @error BadInput  with the line: a byte that Windows-1252 does not define
[[nodiscard]] core::Result<std::string> decode_windows_1252_lines(
    std::string_view bytes, std::vector<std::string>& notices);

/// The word of encoding="…" in the XML declaration that the text begins with; empty where there is
/// none. A view into the text.
[[nodiscard]] std::string_view xml_declared_encoding(std::string_view text);

/// Whether a declared encoding is UTF-8, in whatever case.
[[nodiscard]] bool is_utf8_name(std::string_view encoding);

/// What a file that is no text is, by its first bytes; empty where they say nothing.
struct FileSignature {
  std::string_view what;  // "a PDF document"
  std::string_view next;  // what to do
};
[[nodiscard]] FileSignature signature_of(std::string_view bytes);

}  // namespace palermo::ingest
