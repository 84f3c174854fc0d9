#include "ingest/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace palermo::ingest {
namespace {

constexpr std::size_t kMaxDigits = 30;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// An amount cut into sign, digits and marks; blanks of all kinds and apostrophes become ' '.
struct Parts {
  bool negative = false;
  std::string body;  // digits, '.', ',' and ' '
};

std::optional<Parts> parts_of(std::string_view text) {
  static constexpr std::string_view kBlanks[] = {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89",
                                                 "\xE2\x80\x99", "'"};
  Parts parts;
  for (std::size_t i = 0; i < text.size();) {
    bool blank = false;
    for (const std::string_view mark : kBlanks) {
      if (!text.substr(i).starts_with(mark)) continue;
      parts.body += ' ';
      i += mark.size();
      blank = true;
      break;
    }
    if (!blank) parts.body += text[i++];
  }
  std::string& body = parts.body;
  const auto trim = [&body] {
    while (!body.empty() && body.front() == ' ') body.erase(0, 1);
    while (!body.empty() && body.back() == ' ') body.pop_back();
  };
  trim();
  if (body.size() > 2 && body.front() == '(' && body.back() == ')') {
    parts.negative = true;
    body = body.substr(1, body.size() - 2);
  } else {
    // U+2212 is the minus sign that spreadsheets write.
    if (body.starts_with("\xE2\x88\x92")) body.replace(0, 3, "-");
    const bool before = !body.empty() && (body.front() == '-' || body.front() == '+');
    const bool behind = !body.empty() && (body.back() == '-' || body.back() == '+');
    if (before && behind) return std::nullopt;
    if (before || behind) parts.negative = (before ? body.front() : body.back()) == '-';
    if (before) body.erase(0, 1);
    if (behind) body.pop_back();
  }
  trim();
  if (body.empty() || !is_digit(body.back())) return std::nullopt;
  const bool known = std::all_of(body.begin(), body.end(), [](char c) {
    return is_digit(c) || c == '.' || c == ',' || c == ' ';
  });
  if (!known) return std::nullopt;
  return parts;
}

/// Whole digits in groups: the last of three, the first of one to three, all others of three or all
/// of two.
bool grouped(const std::vector<std::size_t>& groups) {
  if (groups.size() < 2) return true;
  if (groups.back() != 3 || groups.front() == 0 || groups.front() > 3) return false;
  const auto all = [&](std::size_t length) {
    return std::all_of(groups.begin() + 1, groups.end() - 1,
                       [length](std::size_t group) { return group == length; });
  };
  return all(3) || (all(2) && groups.front() <= 2);
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal out;
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::size_t digits = 0;
  bool point = false;
  bool any = false;
  for (const char c : text) {
    if (c == '.') {
      if (point) return std::nullopt;
      point = true;
      continue;
    }
    if (!is_digit(c)) return std::nullopt;
    any = true;
    if (digits > 0 || c != '0') ++digits;
    if (point) ++out.places_;
    if (digits > kMaxDigits || out.places_ > kMaxDigits) return std::nullopt;
    out.coefficient_ = out.coefficient_ * 10 + (c - '0');
  }
  if (!any) return std::nullopt;
  if (negative) out.coefficient_ = -out.coefficient_;
  return out;
}

std::optional<Decimal::Coefficient> Decimal::scaled(Coefficient value, unsigned places) {
  for (unsigned i = 0; i < places; ++i)
    if (__builtin_mul_overflow(value, Coefficient{10}, &value)) return std::nullopt;
  return value;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  Decimal sum;
  sum.places_ = std::max(places_, other.places_);
  const auto a = scaled(coefficient_, sum.places_ - places_);
  const auto b = scaled(other.coefficient_, sum.places_ - other.places_);
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum.coefficient_)) return std::nullopt;
  return sum;
}

Decimal Decimal::negated() const {
  Decimal out = *this;
  out.coefficient_ = -out.coefficient_;
  return out;
}

std::string Decimal::text() const {
  std::string digits;
  for (Coefficient rest = coefficient_ < 0 ? -coefficient_ : coefficient_;
       rest != 0 || digits.size() <= places_; rest /= 10)
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  if (places_ > 0) digits.insert(places_, ".");
  if (coefficient_ < 0) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

double Decimal::nearest() const {
  const std::string digits = text();
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

bool Decimal::held_by_double() const {
  char buffer[400];
  const auto end =
      std::to_chars(std::begin(buffer), std::end(buffer), nearest(), std::chars_format::fixed);
  if (end.ec != std::errc{}) return false;
  const auto back = parse(std::string_view{buffer, static_cast<std::size_t>(end.ptr - buffer)});
  return back && *back == *this;
}

bool operator==(const Decimal& a, const Decimal& b) {
  const unsigned places = std::max(a.places_, b.places_);
  const auto x = Decimal::scaled(a.coefficient_, places - a.places_);
  const auto y = Decimal::scaled(b.coefficient_, places - b.places_);
  if (x && y) return *x == *y;
  // Only one of two unequal numbers can be too large for the other's places.
  return false;
}

MarkEvidence decimal_mark_of(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return MarkEvidence::None;
  const std::string& body = parts->body;
  const std::size_t point = body.rfind('.');
  const std::size_t comma = body.rfind(',');
  if (point == std::string::npos && comma == std::string::npos) return MarkEvidence::None;
  if (point != std::string::npos && comma != std::string::npos)
    return point > comma ? MarkEvidence::Point : MarkEvidence::Comma;
  const char mark = point != std::string::npos ? '.' : ',';
  const std::size_t at = body.rfind(mark);
  const std::size_t behind = body.size() - at - 1;
  // A mark that stands twice divides thousands: the other one is the decimal mark.
  if (body.find(mark) != at) return mark == '.' ? MarkEvidence::Comma : MarkEvidence::Point;
  // Blanks divide the thousands already, so the mark is the decimal one; so is it behind 0.
  const bool settled =
      behind != 3 || at > 3 || at == 0 || body[0] == '0' || body.find(' ') != std::string::npos;
  if (!settled) return MarkEvidence::Ambiguous;
  return mark == '.' ? MarkEvidence::Point : MarkEvidence::Comma;
}

std::optional<Decimal> read_amount(std::string_view text, DecimalMark mark) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  const char decimal = mark == DecimalMark::Point ? '.' : ',';
  const char other = mark == DecimalMark::Point ? ',' : '.';
  std::string_view whole = parts->body;
  std::string_view fraction;
  if (const std::size_t at = whole.find(decimal); at != std::string_view::npos) {
    fraction = whole.substr(at + 1);
    whole = whole.substr(0, at);
    if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return std::nullopt;
  }
  std::string plain = parts->negative ? "-" : "";
  std::vector<std::size_t> groups{0};
  char divider = 0;
  for (const char c : whole) {
    if (is_digit(c)) {
      plain += c;
      ++groups.back();
      continue;
    }
    if ((c != other && c != ' ') || (divider != 0 && divider != c)) return std::nullopt;
    divider = c;
    groups.push_back(0);
  }
  if (!grouped(groups)) return std::nullopt;
  if (!fraction.empty()) plain += "." + std::string{fraction};
  return Decimal::parse(plain);
}

}  // namespace palermo::ingest
