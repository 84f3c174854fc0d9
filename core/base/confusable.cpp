#include "core/base/confusable.hpp"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "core/base/text.hpp"

namespace palermo::core {
namespace {

bool is_control(UChar32 c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

bool is_noncharacter(UChar32 c) { return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe; }

/// Letters that show nothing and count as Hangul: an ordinary restriction level lets them pass.
bool is_hangul_filler(UChar32 c) {
  return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

bool is_mark(UChar32 c) {
  const auto type = u_charType(c);
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

/// Joining type of the next character that has one, going by `step`; U_JT_NON_JOINING at the end.
int joining_type(const std::vector<UChar32>& text, std::size_t at, int step) {
  for (auto i = static_cast<std::ptrdiff_t>(at) + step;
       i >= 0 && i < static_cast<std::ptrdiff_t>(text.size()); i += step) {
    const int type = u_getIntPropertyValue(text[static_cast<std::size_t>(i)], UCHAR_JOINING_TYPE);
    if (type != U_JT_TRANSPARENT) return type;
  }
  return U_JT_NON_JOINING;
}

/// Whether an ignorable character does something to what is seen: joiners after a virama and
/// non-joiners between joining letters (RFC 5892 appendix A), variation selectors of ideographs.
bool is_needed(const std::vector<UChar32>& text, std::size_t at) {
  const UChar32 c = text[at];
  if (at == 0) return false;
  const UChar32 before = text[at - 1];
  if (c == 0x200c || c == 0x200d) {
    if (u_getCombiningClass(before) == 9) return true;
    if (c == 0x200d) return false;
    const int left = joining_type(text, at, -1);
    const int right = joining_type(text, at, 1);
    return (left == U_JT_LEFT_JOINING || left == U_JT_DUAL_JOINING) &&
           (right == U_JT_RIGHT_JOINING || right == U_JT_DUAL_JOINING);
  }
  const bool selector = (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
  return selector && u_hasBinaryProperty(before, UCHAR_IDEOGRAPHIC) != 0;
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece{text.data(), static_cast<std::int32_t>(text.size())});
}

/// White space of any kind becomes one blank; none at the ends.
icu::UnicodeString one_blank(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  bool blank = false;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isUWhiteSpace(c) != 0) {
      blank = !out.isEmpty();
      continue;
    }
    if (blank) out.append(static_cast<UChar32>(' '));
    blank = false;
    out.append(c);
  }
  return out;
}

}  // namespace

std::string_view name_of(NameFlag flag) {
  switch (flag) {
    case NameFlag::InvalidUtf8:
      return "invalid_utf8";
    case NameFlag::Control:
      return "control";
    case NameFlag::BidiControl:
      return "bidi_control";
    case NameFlag::Invisible:
      return "invisible";
    case NameFlag::Noncharacter:
      return "noncharacter";
    case NameFlag::MixedScript:
      return "mixed_script";
    case NameFlag::CombiningFlood:
      return "combining_flood";
    case NameFlag::Empty:
      return "empty";
  }
  return "unknown";
}

struct NameReader::Tables {
  struct CloseSpoof {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  std::unique_ptr<USpoofChecker, CloseSpoof> spoof;
  std::unique_ptr<icu::Transliterator> latin;
  const icu::Normalizer2* nfc = nullptr;
  const icu::Normalizer2* nfkc = nullptr;
};

NameReader::NameReader(std::unique_ptr<Tables> tables) : tables_{std::move(tables)} {}
NameReader::NameReader(NameReader&&) noexcept = default;
NameReader& NameReader::operator=(NameReader&&) noexcept = default;
NameReader::~NameReader() = default;

Result<NameReader> NameReader::make() {
  auto tables = std::make_unique<Tables>();
  UErrorCode status = U_ZERO_ERROR;
  tables->spoof.reset(uspoof_open(&status));
  if (U_SUCCESS(status)) {
    uspoof_setRestrictionLevel(tables->spoof.get(), USPOOF_HIGHLY_RESTRICTIVE);
    uspoof_setChecks(tables->spoof.get(), USPOOF_RESTRICTION_LEVEL, &status);
  }
  tables->nfc = icu::Normalizer2::getNFCInstance(status);
  tables->nfkc = icu::Normalizer2::getNFKCInstance(status);
  UParseError where{};
  tables->latin.reset(icu::Transliterator::createInstance(
      icu::UnicodeString::fromUTF8(
          "Any-Latin; NFKD; [:Mark:] Remove; [[:Modifier_Letter:][:Modifier_Symbol:]] Remove; "
          "Latin-ASCII; Lower"),
      UTRANS_FORWARD, where, status));
  if (U_FAILURE(status) || !tables->latin)
    return Error{ErrorCode::Internal,
                 fmt::format("ICU cannot compare names: {}", u_errorName(status)), std::nullopt,
                 "install the ICU libraries with their data"};
  return NameReader{std::move(tables)};
}

std::vector<NameFlag> NameReader::flags(std::string_view bytes) const {
  if (!is_valid_utf8(bytes)) return {NameFlag::InvalidUtf8};
  const icu::UnicodeString text = from_utf8(bytes);
  std::vector<UChar32> points;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    points.push_back(text.char32At(i));
  std::set<NameFlag> found;
  int marks = 0;
  bool filler = false;
  bool hangul = false;
  bool seen = false;  // anything but white space
  for (std::size_t i = 0; i < points.size(); ++i) {
    const UChar32 c = points[i];
    seen = seen || u_isUWhiteSpace(c) == 0;
    if (is_control(c)) found.insert(NameFlag::Control);
    if (is_noncharacter(c)) {
      found.insert(NameFlag::Noncharacter);
    } else if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0) {
      found.insert(NameFlag::BidiControl);
    } else if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 &&
               !is_needed(points, i)) {
      found.insert(NameFlag::Invisible);
    }
    marks = is_mark(c) ? marks + 1 : 0;
    if (marks > kMostMarks) found.insert(NameFlag::CombiningFlood);
    if (is_hangul_filler(c)) {
      filler = true;
    } else {
      UErrorCode status = U_ZERO_ERROR;
      hangul = hangul || uscript_getScript(c, &status) == USCRIPT_HANGUL;
    }
  }
  if (!seen) found.insert(NameFlag::Empty);
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t failed =
      uspoof_check2UTF8(tables_->spoof.get(), bytes.data(), static_cast<std::int32_t>(bytes.size()),
                        nullptr, &status);
  if (U_SUCCESS(status) && (failed & USPOOF_RESTRICTION_LEVEL) != 0)
    found.insert(NameFlag::MixedScript);
  if (filler && !hangul && points.size() > 1) found.insert(NameFlag::MixedScript);
  return {found.begin(), found.end()};
}

std::string NameReader::skeleton(std::string_view bytes) const {
  if (!is_valid_utf8(bytes)) return {};
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString composed = tables_->nfkc->normalize(from_utf8(bytes), status);
  icu::UnicodeString visible;
  for (std::int32_t i = 0; i < composed.length(); i = composed.moveIndex32(i, 1)) {
    const UChar32 c = composed.char32At(i);
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0) visible.append(c);
  }
  icu::UnicodeString out;
  uspoof_getSkeletonUnicodeString(tables_->spoof.get(), 0, one_blank(visible), out, &status);
  return U_SUCCESS(status) ? to_utf8(out) : std::string{};
}

std::string NameReader::canonical(std::string_view bytes) const {
  if (!is_valid_utf8(bytes)) return std::string{bytes};
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString text = one_blank(from_utf8(bytes));
  text.foldCase();
  const icu::UnicodeString composed = tables_->nfc->normalize(text, status);
  return U_SUCCESS(status) ? to_utf8(composed) : std::string{bytes};
}

std::string NameReader::transliterated(std::string_view bytes) const {
  if (!is_valid_utf8(bytes)) return {};
  icu::UnicodeString text = from_utf8(bytes);
  tables_->latin->transliterate(text);
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_utf8(text) + " ") {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += c;
    } else if (c == '\'') {
      continue;  // O'Connor, and the soft sign
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace palermo::core
