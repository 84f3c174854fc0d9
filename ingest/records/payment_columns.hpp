// Which column of a table of payments says what.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::ingest {

/// What a column can say. The words are those of --map.
enum class PaymentRole {
  Id,
  Date,
  Time,
  ValueDate,
  Amount,
  Debit,
  Credit,
  Direction,
  Currency,
  CurrencyOrValueDate,  // "Valuta": a currency here, a date there; the cells decide
  Account,
  Counterparty,
  CounterpartyAccount,
  From,
  FromName,
  To,
  ToName,
  Text,
  Reference,
  Channel,
  Status,
  kCount,
};

/// "counterparty_account".
[[nodiscard]] std::string_view role_name(PaymentRole role);
[[nodiscard]] std::optional<PaymentRole> role_named(std::string_view name);
/// The role of a column of this name, whatever its case, blanks and punctuation; nullopt: not
/// known.
[[nodiscard]] std::optional<PaymentRole> role_of_column(std::string_view name);

/// Columns of one table by role; npos: there is none.
class PaymentColumns {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  PaymentColumns() { at_.fill(npos); }

  [[nodiscard]] std::size_t operator[](PaymentRole role) const {
    return at_[static_cast<std::size_t>(role)];
  }
  [[nodiscard]] bool has(PaymentRole role) const { return (*this)[role] != npos; }
  void set(PaymentRole role, std::size_t column) { at_[static_cast<std::size_t>(role)] = column; }

  /// Whether a header with these columns is one of payments: a date, an amount, and a word about a
  /// party, a currency or a purpose.
  [[nodiscard]] bool enough() const;

 private:
  std::array<std::size_t, static_cast<std::size_t>(PaymentRole::kCount)> at_;
};

/// Roles of a row of names. Two columns of one role: the first, unless `repeated` wants to know.
[[nodiscard]] PaymentColumns columns_of(const std::vector<std::string>& names,
                                        std::vector<std::size_t>* repeated = nullptr);

}  // namespace palermo::ingest
