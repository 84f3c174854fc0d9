// Amounts of money as decimal numbers: read, added and compared exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace palermo::ingest {

/// A decimal number of at most 30 digits. Never rounded: what does not fit is refused.
class Decimal {
 public:
  /// Reads "1234.56", "-0.5", "+3", ".5": a point, no grouping, no exponent.
  /// @return nullopt: no such number, or more than 30 digits
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

  /// nullopt: the sum has more digits than fit.
  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;
  [[nodiscard]] Decimal negated() const;
  [[nodiscard]] bool negative() const { return coefficient_ < 0; }
  [[nodiscard]] bool zero() const { return coefficient_ == 0; }
  /// "1234.56": the digits after the point as they were read, -0 as 0.
  [[nodiscard]] std::string text() const;
  /// The nearest binary number.
  [[nodiscard]] double nearest() const;
  /// Whether the nearest binary number stands for this decimal and no other: its shortest decimal
  /// text is this number. False from about 16 digits on.
  [[nodiscard]] bool held_by_double() const;

  /// By value: 1.50 equals 1.5.
  friend bool operator==(const Decimal& a, const Decimal& b);

 private:
  __extension__ typedef __int128 Coefficient;
  static std::optional<Coefficient> scaled(Coefficient value, unsigned places);

  Coefficient coefficient_ = 0;
  unsigned places_ = 0;  // digits after the point
};

/// How a column writes amounts.
enum class DecimalMark { Point, Comma };

/// What one text says about its column's mark.
enum class MarkEvidence {
  None,       // no mark at all, or no number
  Point,      // "1,234.56", "12.5"
  Comma,      // "1.234,56", "12,5"
  Ambiguous,  // "1,234" or "1.234": thousands, or three decimals
};
[[nodiscard]] MarkEvidence decimal_mark_of(std::string_view text);

/// Reads an amount as banks write it: groups of thousands divided by the other mark, a blank, a
/// no-break blank or an apostrophe (also the Indian 1,00,000.00), a sign before or behind it, or
/// parentheses for a negative amount.
/// @return nullopt: no amount in this way of writing
[[nodiscard]] std::optional<Decimal> read_amount(std::string_view text, DecimalMark mark);

}  // namespace palermo::ingest
