#include "ingest/text/decode_text.hpp"

#include <fmt/format.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/windows_1252.hpp"

namespace palermo::ingest {
namespace {

// Content and signalling as delivered on the wire (ETSI TS 103 221-2 X2 and X3, TS 102 232).
constexpr FileSignature kPackets{"a capture of packets (pcap)",
                                 "packets are not read; ask for the sessions as an intercept log"};

struct Signature {
  std::string_view bytes;
  FileSignature means;
};
constexpr Signature kSignatures[] = {
    {"PK\x03\x04", {"a ZIP archive or an office document", "unpack it first"}},
    {"PK\x05\x06", {"an empty ZIP archive", "ask for the file again"}},
    {"\xD0\xCF\x11\xE0",
     {"an old office document (.xls, .doc)", "save the sheet as .xlsx, or as CSV in UTF-8"}},
    {"%PDF", {"a PDF document", "ask the sender for the data as a table, or export it as CSV"}},
    {"SQLite format 3", {"an SQLite database", "export the table as CSV"}},
    {"\x1F\x8B", {"a gzip archive", "unpack it first"}},
    {"7z\xBC\xAF", {"a 7z archive", "unpack it first"}},
    {"Rar!", {"a RAR archive", "unpack it first"}},
    {"\xD4\xC3\xB2\xA1", kPackets},
    {"\xA1\xB2\xC3\xD4", kPackets},
    {"\x4D\x3C\xB2\xA1", kPackets},
    {"\xA1\xB2\x3C\x4D", kPackets},
    {"\x0A\x0D\x0D\x0A", kPackets},
    {"\x89PNG", {"a picture", "only data files are read"}},
    {"\xFF\xD8\xFF", {"a picture", "only data files are read"}},
};

/// UTF-16 without a mark: Latin text has a NUL in every unit, always on the same side.
bool looks_like_utf16(std::string_view bytes, bool& little) {
  const std::string_view head = bytes.substr(0, 4096);
  if (bytes.size() % 2 != 0 || head.size() < 8) return false;
  std::size_t even = 0;
  std::size_t odd = 0;
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == '\0') ++(i % 2 == 0 ? even : odd);
  const std::size_t units = head.size() / 2;
  little = odd > even;
  const std::size_t most = std::max(even, odd);
  if (most * 10 < units * 7 || std::min(even, odd) > 0) return false;
  // A block of zeros or of small numbers is no text: there must be line ends and nothing odd.
  bool line_end = false;
  for (std::size_t i = 0; i < units; ++i) {
    const auto low = static_cast<unsigned char>(head[i * 2 + (little ? 0 : 1)]);
    const auto high = static_cast<unsigned char>(head[i * 2 + (little ? 1 : 0)]);
    if (high != 0) continue;
    if (low == '\n' || low == '\r') line_end = true;
    if (low < 0x20 && low != '\n' && low != '\r' && low != '\t') return false;
  }
  return line_end;
}

core::Status decode_utf16(std::string_view bytes, bool little, std::string& text) {
  std::uint64_t line = 1;
  const auto bad = [&](std::string why) {
    return bad_input(line, fmt::format("UTF-16, line {}: {}", line, why),
                     "the file is damaged; ask for it again");
  };
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<std::uint16_t>(little ? first | second << 8 : first << 8 | second);
  };
  text.clear();
  text.reserve(bytes.size() / 2 + bytes.size() / 16);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    UChar32 c = unit(i);
    if (U16_IS_SURROGATE(c)) {
      if (!U16_IS_SURROGATE_LEAD(c) || i + 3 >= bytes.size() || !U16_IS_TRAIL(unit(i + 2)))
        return bad(fmt::format("an unpaired surrogate at byte {}", i));
      c = U16_GET_SUPPLEMENTARY(c, unit(i + 2));
      i += 2;
    }
    // U+0000 stays: whoever refuses NUL bytes in a text refuses it here too.
    if (c < 0x80) {
      text += static_cast<char>(c);
      if (c == '\n' || (c == '\r' && !(i + 3 < bytes.size() && unit(i + 2) == '\n'))) ++line;
      continue;
    }
    char buffer[U8_MAX_LENGTH];
    int length = 0;
    U8_APPEND_UNSAFE(buffer, length, c);
    text.append(buffer, static_cast<std::size_t>(length));
  }
  if (bytes.size() % 2 != 0) return bad("the last byte is half a character; the file is cut off");
  return core::ok();
}

/// Takes "sep=;" off the first line and leaves its line end, so that lines keep their numbers.
void blank_separator_line(DecodedText& out) {
  const std::string_view text = out.text;
  if (text.size() < 6 || (text[0] | 0x20) != 's' || (text[1] | 0x20) != 'e' ||
      (text[2] | 0x20) != 'p' || text[3] != '=')
    return;
  if (text[5] != '\r' && text[5] != '\n') return;
  if (std::string_view{",;\t|"}.find(text[4]) == std::string_view::npos) return;
  out.separator = text[4];
  out.text.remove_prefix(5);
}

/// Without regard to the case of ASCII letters; `word` is in lower case.
bool begins_like(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char want, char c) {
           return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

/// What an XML declaration says beside what the bytes were. XML 1.0 section 4.3.3: a document whose
/// encoding is not the declared one is in error.
core::Status settle_xml_declaration(DecodedText& out, bool marked, bool automatic) {
  const std::string_view declared = xml_declared_encoding(out.text);
  if (declared.empty()) return core::ok();
  const bool utf16 = out.encoding.starts_with("UTF-16");
  if (automatic && (marked || utf16)) {
    if (utf16 ? !begins_like(declared, "utf-16") : !is_utf8_name(declared))
      return bad_input(
          1,
          fmt::format("the file is {}, and its XML declaration says '{}'", out.encoding,
                      core::printable(declared, 40)),
          fmt::format("--encoding {} says that the declaration is wrong",
                      utf16 ? (out.encoding == "UTF-16LE" ? "utf-16le" : "utf-16be") : "utf-8"));
  }
  if (automatic && !utf16) return core::ok();  // the parser decodes
  // Blanks in place, so that lines and columns stay: from the word to the closing quote.
  const std::size_t begin = out.text.find("encoding");
  const auto end =
      static_cast<std::size_t>(declared.data() - out.text.data()) + declared.size() + 1;
  std::string settled{out.text};
  settled.replace(begin, end - begin, end - begin, ' ');
  out.owned = std::move(settled);
  out.text = out.owned;
  return core::ok();
}

}  // namespace

bool is_utf8_name(std::string_view encoding) {
  return (encoding.size() == 5 && begins_like(encoding, "utf-8")) ||
         (encoding.size() == 4 && begins_like(encoding, "utf8"));
}

std::string_view xml_declared_encoding(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  if (!text.starts_with("<?xml") || text.size() < 6 ||
      kBlank.find(text[5]) == std::string_view::npos)
    return {};
  std::string_view rest = text.substr(0, std::min(text.find("?>"), std::size_t{1024}));
  const std::size_t word = rest.find("encoding");
  if (word == std::string_view::npos) return {};
  rest.remove_prefix(word + 8);
  for (const bool quote : {false, true}) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(kBlank)));
    if (rest.empty() || (quote ? rest[0] != '"' && rest[0] != '\'' : rest[0] != '=')) return {};
    if (!quote) rest.remove_prefix(1);
  }
  const std::size_t end = rest.find(rest[0], 1);
  return end == std::string_view::npos ? std::string_view{} : rest.substr(1, end - 1);
}

const std::vector<std::string>& known_encodings() {
  static const std::vector<std::string> kWords{"auto", "utf-8", "utf-16le", "utf-16be",
                                               "windows-1252"};
  return kWords;
}

core::Result<std::string> decode_windows_1252_lines(std::string_view bytes,
                                                    std::vector<std::string>& notices) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 16);
  std::uint64_t old = 0;
  std::uint64_t utf8 = 0;
  std::uint64_t line = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    ++line;
    std::size_t end = bytes.find_first_of("\r\n", begin);
    end = end == std::string_view::npos ? bytes.size() : end + 1;
    if (end < bytes.size() && bytes[end - 1] == '\r' && bytes[end] == '\n') ++end;
    const std::string_view piece = bytes.substr(begin, end - begin);
    begin = end;
    if (std::none_of(piece.begin(), piece.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
      text += piece;
      continue;
    }
    if (core::is_valid_utf8(piece)) {
      ++utf8;
      text += piece;
      continue;
    }
    const auto decoded = from_windows_1252(piece);
    if (!decoded)
      return bad_input(line, fmt::format("line {}: neither UTF-8 nor Windows-1252", line),
                       "find out the file's encoding and save it as UTF-8");
    ++old;
    text += *decoded;
  }
  if (old == 0) return text;
  notices.push_back(
      utf8 == 0 ? "the file is Windows-1252; texts were turned into UTF-8"
                : fmt::format("WARNING: mixed encodings: {} lines are UTF-8 and {} Windows-1252; "
                              "each line was read for itself",
                              utf8, old));
  return text;
}

FileSignature signature_of(std::string_view bytes) {
  for (const Signature& signature : kSignatures)
    if (bytes.starts_with(signature.bytes)) return signature.means;
  return {};
}

core::Status decode_text(std::string_view bytes, std::string_view encoding, DecodedText& out) {
  constexpr std::string_view kLittle32{"\xFF\xFE\0\0", 4};
  constexpr std::string_view kBig32{"\0\0\xFE\xFF", 4};
  if (bytes.starts_with(kLittle32) || bytes.starts_with(kBig32))
    return bad_input(0, "the file is UTF-32, which is not read",
                     "save it in UTF-8, for example with iconv");
  const bool automatic = encoding.empty() || encoding == "auto";
  bool little = true;
  bool utf16 = false;
  bool marked = false;
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    little = bytes.front() == '\xFF';
    utf16 = marked = automatic || encoding == (little ? "utf-16le" : "utf-16be");
    if (!utf16)
      return bad_input(
          0, fmt::format("the file begins with the mark of {}", little ? "UTF-16LE" : "UTF-16BE"),
          "leave --encoding out");
  } else if (automatic) {
    utf16 = looks_like_utf16(bytes, little);
  } else if (encoding.starts_with("utf-16")) {
    utf16 = true;
    little = encoding == "utf-16le";
  }
  if (utf16) {
    PALERMO_CHECK_OK(decode_utf16(marked ? bytes.substr(2) : bytes, little, out.owned));
    out.text = out.owned;
    out.encoding = little ? "UTF-16LE" : "UTF-16BE";
    out.notices.push_back(fmt::format("the file is {}{}; it was turned into UTF-8", out.encoding,
                                      marked ? "" : " without a byte order mark"));
  } else if (encoding == "windows-1252" && !core::is_valid_utf8(bytes)) {
    PALERMO_TRY(out.owned, decode_windows_1252_lines(bytes, out.notices));
    out.text = out.owned;
    out.encoding = "Windows-1252";
  } else {
    out.text = bytes;
  }
  if (out.text.starts_with("\xEF\xBB\xBF")) {
    out.text.remove_prefix(3);
    marked = true;
  }
  PALERMO_CHECK_OK(settle_xml_declaration(out, marked, automatic));
  blank_separator_line(out);
  return core::ok();
}

}  // namespace palermo::ingest
