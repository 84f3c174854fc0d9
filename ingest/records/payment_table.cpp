#include "ingest/records/payment_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/text.hpp"
#include "ingest/decimal.hpp"
#include "ingest/exchange/payment_amount.hpp"
#include "ingest/iban.hpp"
#include "ingest/records/delimited.hpp"
#include "ingest/records/payment_columns.hpp"
#include "ingest/records/payment_dates.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using Role = PaymentRole;

constexpr std::size_t kTitleRows = 30;  // lines that banks put before the header
constexpr std::string_view kMapHelp =
    "docs/formats/exchange.md shows how; give it with --format payments --map FILE";

/// What --map says.
struct Map {
  std::map<Role, std::string> columns;
  std::optional<DecimalMark> mark;
  std::string date_order;  // DMY, MDY
  std::string own_account;
};

core::Result<Map> read_map(std::string_view text) {
  Map map;
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t equals = line.find('=');
    const std::string key = detail::folded(line.substr(0, std::min(equals, line.size())));
    if (key.empty() || key.starts_with('#')) continue;
    std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : line.substr(equals + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    const auto wrong = [&](std::string why) {
      return bad_input(0, fmt::format("--map, line {}: {}", number, std::move(why)),
                       std::string{kMapHelp});
    };
    if (value.empty()) return wrong("a line is `word = value`");
    if (key == "decimal") {
      if (value != "comma" && value != "point") return wrong("decimal is comma or point");
      map.mark = value == "comma" ? DecimalMark::Comma : DecimalMark::Point;
    } else if (key == "date_order") {
      if (value != "DMY" && value != "MDY") return wrong("date_order is DMY or MDY");
      map.date_order = value;
    } else if (key == "own_account") {
      map.own_account = value;
    } else if (const auto role = role_named(key)) {
      map.columns[*role] = value;
    } else {
      return wrong(fmt::format("'{}' is no word of a mapping", core::printable(key, 40)));
    }
  }
  return map;
}

/// Header and rows of a table, with what stands before the header.
struct Table {
  char separator = ',';
  Row header;
  std::vector<Row> rows;
  std::string account;  // an IBAN of the title lines
};

/// Whether a row of names is the header: by its columns, or because --map names one of them.
bool is_header(const Row& row, const Map& map) {
  if (columns_of(row.cells).enough()) return true;
  return std::any_of(map.columns.begin(), map.columns.end(), [&](const auto& named) {
    return std::find(row.cells.begin(), row.cells.end(), named.second) != row.cells.end();
  });
}

std::optional<Table> find_header(std::string_view text, const Map& map) {
  for (const char separator : {';', ',', '\t', '|'}) {
    DelimitedReader reader{text, separator};
    Table table;
    table.separator = separator;
    for (std::size_t i = 0; i < kTitleRows; ++i) {
      Row row;
      const auto more = reader.next(row);
      if (!more || !*more) break;
      if (row.cells.size() >= 3 && is_header(row, map)) {
        table.header = std::move(row);
        return table;
      }
    }
  }
  return std::nullopt;
}

core::Result<Table> read_table(std::string_view text, const Map& map, const AdapterOptions& options,
                               std::vector<v1::Reject>& rejects) {
  auto found = find_header(text, map);
  if (!found)
    return bad_input(
        1, "line 1: no row names a date, an amount and what else a payment has",
        fmt::format("name the columns in a mapping: `date = …`, `amount = …`; {}", kMapHelp));
  Table table = *std::move(found);
  DelimitedReader reader{text, table.separator};
  while (true) {
    Row row;
    PALERMO_TRY(const bool more, reader.next(row));
    if (!more) break;
    if (row.line < table.header.line) {
      for (const std::string& cell : row.cells) {
        // "IBAN: …" in one cell, or the number in a cell of its own.
        const std::size_t colon = cell.find(':');
        std::string_view number =
            std::string_view{cell}.substr(colon == std::string::npos ? 0 : colon + 1);
        while (number.starts_with(' ')) number.remove_prefix(1);
        if (table.account.empty() && iban_check_holds(number)) table.account = number;
      }
      continue;
    }
    if (row.line == table.header.line) continue;
    if (std::all_of(row.cells.begin(), row.cells.end(),
                    [](const std::string& cell) { return cell.empty(); }))
      continue;
    // A page break repeats the header.
    if (row.cells == table.header.cells) continue;
    // A separator at the end of every row makes one empty cell more.
    while (row.cells.size() > table.header.cells.size() && row.cells.back().empty())
      row.cells.pop_back();
    std::string problem = row.problem;
    if (problem.empty() && row.cells.size() != table.header.cells.size())
      problem = fmt::format("{} columns, expected {}", row.cells.size(), table.header.cells.size());
    if (!problem.empty()) {
      if (!options.keep_going)
        return bad_input(row.line, fmt::format("line {}: {}", row.line, problem),
                         "a total below the table is taken out, or counted as rejected with "
                         "--keep-going");
      v1::Reject& reject = rejects.emplace_back();
      reject.set_line(row.line);
      reject.set_code(row.problem.empty() ? "COLUMN_COUNT" : "BAD_QUOTE");
      reject.set_message(problem);
      continue;
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty() && rejects.empty())
    return bad_input(table.header.line, "a header and no row below it",
                     "check that the file was exported completely");
  return table;
}

/// Whether a word says that money left (true) or reached (false) the account.
std::optional<bool> leaves(std::string_view word) {
  static constexpr std::string_view kOut[] = {"d",  "dr",  "debit", "dbit", "soll", "s",
                                              "af", "out", "-",     "dare", "débit"};
  static constexpr std::string_view kIn[] = {"c",   "cr", "credit", "crdt",  "haben", "h",
                                             "bij", "in", "+",      "avere", "crédit"};
  const std::string folded = detail::folded(word);
  if (std::find(std::begin(kOut), std::end(kOut), folded) != std::end(kOut)) return true;
  if (std::find(std::begin(kIn), std::end(kIn), folded) != std::end(kIn)) return false;
  return std::nullopt;
}

class TableReader {
 public:
  TableReader(Table table, Map map, std::vector<v1::Reject> rejects)
      : table_{std::move(table)}, map_{std::move(map)} {
    out_.rejects = std::move(rejects);
  }

  core::Result<PaymentTable> run() {
    PALERMO_CHECK_OK(choose_columns());
    PALERMO_CHECK_OK(choose_mark());
    PALERMO_CHECK_OK(choose_dates());
    PALERMO_CHECK_OK(choose_direction());
    for (const Row& row : table_.rows) add(row);
    describe();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string cell(const Row& row, Role role) const {
    return columns_.has(role) ? row.cells[columns_[role]] : std::string{};
  }
  [[nodiscard]] std::string column_name(Role role) const {
    return core::printable(table_.header.cells[columns_[role]], 60);
  }
  core::Error refuse(std::string why, std::string next) const {
    return bad_input(table_.header.line,
                     fmt::format("line {}: {}", table_.header.line, std::move(why)),
                     fmt::format("{}; {}", next, kMapHelp));
  }

  core::Status choose_columns() {
    std::vector<std::size_t> repeated;
    columns_ = columns_of(table_.header.cells, &repeated);
    for (const auto& [role, name] : map_.columns) {
      const auto& cells = table_.header.cells;
      const auto at = std::find(cells.begin(), cells.end(), name);
      if (at == cells.end())
        return refuse(fmt::format("the table has no column '{}'", core::printable(name, 60)),
                      "write its name in the mapping as the header writes it");
      const auto column = static_cast<std::size_t>(at - cells.begin());
      // A column says one thing: what --map names takes it from what its name suggests.
      for (std::size_t i = 0; i < static_cast<std::size_t>(Role::kCount); ++i)
        if (columns_[static_cast<Role>(i)] == column)
          columns_.set(static_cast<Role>(i), PaymentColumns::npos);
      columns_.set(role, column);
    }
    for (const std::size_t column : repeated) {
      const Role role = *role_of_column(table_.header.cells[column]);
      // Several columns of words are words all the same, and are kept with the others.
      if (role == Role::Text || role == Role::Reference || role == Role::Channel ||
          map_.columns.contains(role))
        continue;
      return refuse(fmt::format("columns '{}' and '{}' both say '{}'", column_name(role),
                                core::printable(table_.header.cells[column], 60), role_name(role)),
                    fmt::format("say which one counts: `{} = …` in a mapping", role_name(role)));
    }
    if (columns_.has(Role::CurrencyOrValueDate)) {
      const std::size_t column = columns_[Role::CurrencyOrValueDate];
      const bool currency =
          std::all_of(table_.rows.begin(), table_.rows.end(), [&](const Row& row) {
            return row.cells[column].size() == 3 || row.cells[column].empty();
          });
      const Role role = currency ? Role::Currency : Role::ValueDate;
      if (!columns_.has(role)) columns_.set(role, column);
    }
    if (!columns_.has(Role::Date))
      return refuse("no column says when", "name it: `date = …` in a mapping");
    if (!columns_.has(Role::Amount) && !columns_.has(Role::Debit) && !columns_.has(Role::Credit))
      return refuse("no column says how much", "name it: `amount = …` in a mapping");
    for (std::size_t i = 0; i < table_.header.cells.size(); ++i) {
      bool used = false;
      for (std::size_t role = 0; role < static_cast<std::size_t>(Role::kCount); ++role)
        used = used || columns_[static_cast<Role>(role)] == i;
      if (!used) left_.push_back(i);
    }
    return core::ok();
  }

  core::Status choose_mark() {
    if (map_.mark) {
      mark_ = *map_.mark;
      return core::ok();
    }
    const Row* point = nullptr;
    const Row* comma = nullptr;
    const Row* ambiguous = nullptr;
    for (const Row& row : table_.rows)
      for (const Role role : {Role::Amount, Role::Debit, Role::Credit}) {
        const MarkEvidence says = decimal_mark_of(cell(row, role));
        if (says == MarkEvidence::Point && point == nullptr) point = &row;
        if (says == MarkEvidence::Comma && comma == nullptr) comma = &row;
        if (says == MarkEvidence::Ambiguous && ambiguous == nullptr) ambiguous = &row;
      }
    const std::string next = "say which: `decimal = comma` or `decimal = point` in a mapping";
    if (point != nullptr && comma != nullptr)
      return refuse(fmt::format("amounts have a decimal point in line {} and a decimal comma in "
                                "line {}",
                                point->line, comma->line),
                    next);
    if (point == nullptr && comma == nullptr && ambiguous != nullptr)
      return refuse(fmt::format("the amount in line {} has three digits behind its only mark: "
                                "thousands or decimals, and no row settles it",
                                ambiguous->line),
                    next);
    mark_ = comma != nullptr ? DecimalMark::Comma : DecimalMark::Point;
    return core::ok();
  }

  core::Status choose_dates() {
    for (const Role role : {Role::Date, Role::ValueDate}) {
      if (!columns_.has(role)) continue;
      std::vector<std::pair<std::uint32_t, std::string>> cells;
      for (const Row& row : table_.rows)
        if (std::string text = cell(row, role); !text.empty())
          cells.emplace_back(row.line, std::move(text));
      DateColumn& dates = role == Role::Date ? dates_ : value_dates_;
      PALERMO_TRY(dates, DateColumn::find(cells, column_name(role), map_.date_order));
    }
    return core::ok();
  }

  core::Status choose_direction() {
    named_ends_ = columns_.has(Role::From) || columns_.has(Role::To);
    if (named_ends_) return core::ok();
    if (columns_.has(Role::Debit) || columns_.has(Role::Credit) || columns_.has(Role::Direction))
      return core::ok();
    const bool signs = std::any_of(table_.rows.begin(), table_.rows.end(), [&](const Row& row) {
      const auto amount = read_amount(cell(row, Role::Amount), mark_);
      return amount && amount->negative();
    });
    if (!signs)
      return refuse(
          "no amount is negative and no column says debit or credit, from or to: the "
          "table does not say who paid whom",
          "name such a column: `direction = …`, `debit = …`, `from = …` in a mapping");
    return core::ok();
  }

  void reject(const Row& row, std::string code, std::string message) {
    v1::Reject& reject = out_.rejects.emplace_back();
    reject.set_line(row.line);
    reject.set_code(std::move(code));
    reject.set_message(std::move(message));
  }

  /// The row's amount; negative: it left the account. nullopt: the row was rejected.
  std::optional<Decimal> amount_of(const Row& row) {
    const auto read = [&](Role role) -> std::optional<std::optional<Decimal>> {
      const std::string text = cell(row, role);
      if (text.empty()) return std::optional<Decimal>{};
      const auto amount = read_amount(text, mark_);
      if (!amount) return std::nullopt;
      return amount->zero() && role != Role::Amount ? std::optional<Decimal>{} : amount;
    };
    if (columns_.has(Role::Debit) || columns_.has(Role::Credit)) {
      const auto debit = read(Role::Debit);
      const auto credit = read(Role::Credit);
      if (debit && credit && debit->has_value() != credit->has_value()) {
        if (*credit) return **credit;
        // Some banks write what left the account with a sign in the column of debits.
        return (*debit)->negative() ? **debit : (*debit)->negated();
      }
      if (!columns_.has(Role::Amount) || !debit || !credit || *debit || *credit) {
        reject(row, "BAD_AMOUNT",
               !debit || !credit ? "the debit or credit is no amount"
               : *debit          ? "both a debit and a credit"
                                 : "neither a debit nor a credit");
        return std::nullopt;
      }
    }
    const auto amount = read(Role::Amount);
    if (!amount || !*amount) {
      reject(row, "BAD_AMOUNT", fmt::format("'{}' is no amount", column_name(Role::Amount)));
      return std::nullopt;
    }
    if (!columns_.has(Role::Direction)) return **amount;
    const auto out = leaves(cell(row, Role::Direction));
    if (!out) {
      reject(row, "UNKNOWN_DIRECTION",
             fmt::format("'{}' says neither debit nor credit", column_name(Role::Direction)));
      return std::nullopt;
    }
    // A sign beside the word repeats it, or takes an entry back: the two cannot be told apart.
    if ((*amount)->negative() && !*out) {
      reject(row, "BAD_AMOUNT", "a negative amount that the table calls a credit");
      return std::nullopt;
    }
    return *out && !(*amount)->negative() ? (*amount)->negated() : **amount;
  }

  void add(const Row& row) {
    const auto amount = amount_of(row);
    if (!amount) return;
    v1::Payment payment;
    payment.set_payment_id(cell(row, Role::Id));
    const bool out = amount->negative();
    const std::string own = columns_.has(Role::Account) ? cell(row, Role::Account)
                            : map_.own_account.empty()  ? table_.account
                                                        : map_.own_account;
    if (named_ends_) {
      if (out)
        return reject(row, "BAD_AMOUNT", "a negative amount between a named payer and payee");
      payment.set_from(cell(row, Role::From));
      payment.set_from_name(cell(row, Role::FromName));
      payment.set_to(cell(row, Role::To));
      payment.set_to_name(cell(row, Role::ToName));
      for (const bool payer : {true, false}) {
        std::string& account = payer ? *payment.mutable_from() : *payment.mutable_to();
        std::string& name = payer ? *payment.mutable_from_name() : *payment.mutable_to_name();
        if (account.empty()) std::swap(account, name);
      }
    } else {
      std::string other = cell(row, Role::CounterpartyAccount);
      std::string name = cell(row, Role::Counterparty);
      if (other.empty()) std::swap(other, name);
      (out ? payment.mutable_from() : payment.mutable_to())->assign(own);
      (out ? payment.mutable_to() : payment.mutable_from())->assign(other);
      (out ? payment.mutable_to_name() : payment.mutable_from_name())->assign(name);
      payment.set_direction(out ? v1::Payment::out : v1::Payment::in);
      payment.set_account(own);
    }
    detail::set_amount(out ? amount->negated() : *amount, payment);
    payment.set_currency(cell(row, Role::Currency));
    payment.set_at(dates_.iso(cell(row, Role::Date), cell(row, Role::Time)));
    payment.set_valued_at(value_dates_.iso(cell(row, Role::ValueDate), ""));
    payment.set_reference(cell(row, Role::Reference));
    payment.set_channel(cell(row, Role::Channel));
    payment.set_status(cell(row, Role::Status));
    std::string text = cell(row, Role::Text);
    for (const std::size_t column : left_)
      if (!row.cells[column].empty())
        text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", table_.header.cells[column],
                            row.cells[column]);
    payment.set_text(std::move(text));
    if (ids_.give(payment)) ++made_ids_;
    out_.payments.push_back({row.line, std::move(payment)});
  }

  void describe() {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Role::kCount); ++i) {
      const Role role = static_cast<Role>(i);
      if (!columns_.has(role) || role == Role::CurrencyOrValueDate) continue;
      out_.mapping += fmt::format("{}{} = {}", out_.mapping.empty() ? "" : ", ", role_name(role),
                                  column_name(role));
    }
    out_.notices.push_back(fmt::format("columns: {}; separator {}, decimal {}, dates {}",
                                       out_.mapping, name_of_separator(table_.separator),
                                       mark_ == DecimalMark::Comma ? "comma" : "point",
                                       dates_.pattern().empty() ? "unknown" : dates_.pattern()));
    if (!left_.empty()) {
      std::string names;
      for (const std::size_t column : left_)
        names += (names.empty() ? "" : ", ") + core::printable(table_.header.cells[column], 40);
      out_.notices.push_back(
          fmt::format("columns of no known meaning are kept in the payment's text: {}", names));
    }
    if (!table_.account.empty() && !columns_.has(Role::Account) && map_.own_account.empty() &&
        !named_ends_)
      out_.notices.emplace_back("the account is the one that the lines before the table name");
    if (made_ids_ > 0)
      out_.notices.push_back(fmt::format(
          "{} payments bear no id; theirs is made from their content, so that a row of two files "
          "is one payment and equal rows of one file stay several",
          made_ids_));
  }

  Table table_;
  Map map_;
  PaymentTable out_;
  PaymentColumns columns_;
  DecimalMark mark_ = DecimalMark::Point;
  DateColumn dates_;
  DateColumn value_dates_;
  bool named_ends_ = false;
  std::vector<std::size_t> left_;
  detail::ContentIds ids_;
  std::size_t made_ids_ = 0;
};

}  // namespace

std::string payment_columns(std::string_view text) {
  const std::string_view sample = text.substr(0, std::size_t{64} << 10);
  const auto table = find_header(sample, {});
  if (!table) return {};
  const auto& names = table->header.cells;
  if (std::any_of(names.begin(), names.end(),
                  [](const std::string& name) { return detail::folded(name) == "payment_id"; }))
    return {};
  // Calls have dates and charges too.
  static constexpr std::string_view kCalls[] = {"duration", "imei", "imsi",
                                                "cell",     "call", "msisdn"};
  for (const std::string& name : names)
    for (const std::string_view word : kCalls)
      if (detail::folded(name).find(word) != std::string::npos) return {};
  std::string out;
  const PaymentColumns columns = columns_of(names);
  for (const Role role : {Role::Date, Role::Amount, Role::Debit, Role::Credit, Role::Currency})
    if (columns.has(role))
      out += fmt::format("{}{} ({})", out.empty() ? "the columns " : ", ",
                         core::printable(names[columns[role]], 40), role_name(role));
  return out;
}

core::Result<PaymentTable> read_payment_table(std::string_view text,
                                              const AdapterOptions& options) {
  PALERMO_TRY(Map map, read_map(options.map));
  std::vector<v1::Reject> rejects;
  PALERMO_TRY(Table table, read_table(text, map, options, rejects));
  return TableReader{std::move(table), std::move(map), std::move(rejects)}.run();
}

}  // namespace palermo::ingest
