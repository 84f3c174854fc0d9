// ISO 20022 account statements: camt.052 (report), camt.053 (statement), camt.054 (notification),
// of every version: names are local, and what a version moved is looked for in both places.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "ingest/decimal.hpp"
#include "ingest/exchange/exchange.hpp"
#include "ingest/exchange/payment_amount.hpp"
#include "ingest/records/row_collector.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

using authorization::DataType;
using detail::ReadTime;
using detail::RowCollector;

constexpr std::array<std::string_view, 3> kMessages = {"BkToCstmrAcctRpt", "BkToCstmrStmt",
                                                       "BkToCstmrDbtCdtNtfctn"};

/// Text of the first of several places that holds any.
std::string first_text(const XmlElement& element, std::initializer_list<const char*> paths) {
  for (const char* path : paths)
    if (const std::string& text = element.text_at(path); !text.empty()) return text;
  return {};
}

std::uint32_t line_of(const XmlElement& element) {
  return static_cast<std::uint32_t>(element.line);
}

/// One side of a transaction. Since version 8 a party stands inside Pty.
struct Party {
  std::string account;
  std::string name;
};
Party party_of(const XmlElement& transaction, std::string_view role) {
  const XmlElement& parties = transaction.child("RltdPties");
  const XmlElement& party = parties.child(role);
  Party out;
  out.name = first_text(party, {"Nm", "Pty/Nm", "Agt/FinInstnId/Nm"});
  out.account = first_text(parties.child(std::string{role} + "Acct"), {"Id/IBAN", "Id/Othr/Id"});
  return out;
}

struct Balance {
  Decimal amount;  // negative: a debit
  std::string currency;
};

/// What the balances of one statement are compared with.
struct Statement {
  std::uint32_t line = 0;
  std::string account;
  std::optional<Balance> opening;
  std::optional<Balance> closing;
  std::optional<Decimal> sum = Decimal{};  // of booked entries; nullopt: it has too many digits
  std::size_t entries = 0;
  std::size_t booked = 0;
  bool other_currency = false;
  bool unreadable = false;  // an entry whose amount or direction is not known
  std::optional<std::size_t> stated_entries;
};

class CamtReader {
 public:
  explicit CamtReader(RowCollector rows) : rows_{std::move(rows)} {}

  core::Result<RecordBatch> read(std::string_view bytes) {
    bool known = false;
    PALERMO_CHECK_OK(for_each_element(
        bytes,
        [&known](std::string_view name) {
          for (const std::string_view message : kMessages) known = known || name == message;
          return name == "Acct" || name == "RltdAcct" || name == "Bal" || name == "TxsSummry" ||
                 name == "Ntry";
        },
        [this](const XmlElement& element) { return take(element); }));
    finish_statement();
    if (!known)
      return bad_input(0, "the document is no camt.052, camt.053 or camt.054 message",
                       "name the format of the file with --format");
    if (statements_ == 0)
      return bad_input(0, "the message names no account: it holds no statement",
                       "check that it was exported completely");
    describe();
    return rows_.finish();
  }

 private:
  core::Status take(const XmlElement& element) {
    // The account opens each statement; its entries follow.
    if (element.name == "Acct") {
      finish_statement();
      ++statements_;
      now_ = Statement{};
      now_.line = line_of(element);
      now_.account = first_text(element, {"Id/IBAN", "Id/Othr/Id"});
      owner_ = first_text(element, {"Ownr/Nm", "Ownr/Pty/Nm", "Nm"});
      return core::ok();
    }
    if (element.name == "Bal") return take_balance(element);
    if (element.name == "TxsSummry") {
      const auto stated = Decimal::parse(element.text_at("TtlNtries/NbOfNtries"));
      if (stated) now_.stated_entries = static_cast<std::size_t>(stated->nearest());
      return core::ok();
    }
    if (element.name == "Ntry") return take_entry(element);
    return core::ok();
  }

  core::Status take_balance(const XmlElement& element) {
    const std::string code = first_text(element, {"Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry"});
    const auto amount = Decimal::parse(element.text_at("Amt"));
    if (!amount) return core::ok();
    const bool debit = element.text_at("CdtDbtInd") == "DBIT";
    Balance balance{debit ? amount->negated() : *amount,
                    std::string{element.child("Amt").attribute("Ccy")}};
    if (code == "OPBD" || (code == "PRCD" && !now_.opening)) now_.opening = balance;
    if (code == "CLBD") now_.closing = balance;
    return core::ok();
  }

  core::Status take_entry(const XmlElement& entry) {
    ++now_.entries;
    const std::string status = first_text(entry, {"Sts/Cd", "Sts/Prtry", "Sts"});
    const auto amount = Decimal::parse(entry.text_at("Amt"));
    const std::string& indicator = entry.text_at("CdtDbtInd");
    const bool known = indicator == "CRDT" || indicator == "DBIT";
    const bool booked = status.empty() || status == "BOOK";
    const std::string currency{entry.child("Amt").attribute("Ccy")};
    if (booked) {
      ++now_.booked;
      if (!amount || !known)
        now_.unreadable = true;
      else if (now_.sum)
        now_.sum = now_.sum->plus(indicator == "DBIT" ? amount->negated() : *amount);
      if (now_.opening && currency != now_.opening->currency) now_.other_currency = true;
    } else {
      ++not_booked_;
    }
    std::vector<const XmlElement*> transactions;
    for (const XmlElement* details : entry.all("NtryDtls"))
      for (const XmlElement* transaction : details->all("TxDtls"))
        transactions.push_back(transaction);
    if (transactions.empty()) {
      static const XmlElement kNone;
      return add_payment(entry, kNone, status, amount, currency, 1);
    }
    if (transactions.size() > 1) {
      ++batches_;
      compare_batch(entry, transactions, amount, currency);
    }
    for (const XmlElement* transaction : transactions)
      PALERMO_CHECK_OK(
          add_payment(entry, *transaction, status, amount, currency, transactions.size()));
    return core::ok();
  }

  /// A transaction's own amount, with its currency.
  static std::optional<std::pair<Decimal, std::string>> amount_of(const XmlElement& transaction) {
    for (const char* path : {"Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"}) {
      const XmlElement& found = transaction.at(path);
      if (found.empty()) continue;
      const auto amount = Decimal::parse(found.text);
      if (amount) return std::pair{*amount, std::string{found.attribute("Ccy")}};
    }
    return std::nullopt;
  }

  void compare_batch(const XmlElement& entry, const std::vector<const XmlElement*>& transactions,
                     const std::optional<Decimal>& total, const std::string& currency) {
    std::optional<Decimal> sum = Decimal{};
    for (const XmlElement* transaction : transactions) {
      const auto own = amount_of(*transaction);
      if (!own || own->second != currency || !sum || !total) return;
      const std::string& indicator = transaction->text_at("CdtDbtInd");
      const bool against = !indicator.empty() && indicator != entry.text_at("CdtDbtInd");
      sum = sum->plus(against ? own->first.negated() : own->first);
    }
    if (!sum || *sum == *total) return;
    if (unequal_batches_++ < kShown)
      notices_.push_back(fmt::format(
          "line {}: the transactions of the entry add up to {} {}, the entry is {} {}; charges, or "
          "transactions that the file leaves out",
          line_of(entry), sum->text(), core::printable(currency, 3), total->text(),
          core::printable(currency, 3)));
  }

  /// A date or time of an entry. False: it was rejected.
  core::Result<bool> take_date(const XmlElement& entry, const char* name, std::string* kept,
                               ReadTime* out) {
    std::string text = first_text(entry.child(name), {"DtTm", "Dt"});
    // xs:date may carry a zone, which says nothing about a banking day.
    if (text.size() > 10 && text.find('T') == std::string::npos) text.resize(10);
    ReadTime time = rows_.times().read(text, true);
    if (time.state == ReadTime::State::NoZone) return detail::no_zone_error(line_of(entry), name);
    if (time.state == ReadTime::State::Bad)
      return rows_.reject(line_of(entry), "BAD_TIME", fmt::format("'{}': {}", name, time.why));
    *kept = time.text;
    if (time.state == ReadTime::State::Ok && out->state != ReadTime::State::Ok) *out = time;
    return true;
  }

  core::Status add_payment(const XmlElement& entry, const XmlElement& transaction,
                           const std::string& status, const std::optional<Decimal>& total,
                           const std::string& currency, std::size_t of) {
    const std::uint32_t line = transaction.empty() ? line_of(entry) : line_of(transaction);
    const auto reject = [&](std::string code, std::string message) {
      rows_.reject(line, std::move(code), std::move(message));
      return core::ok();
    };
    const std::string indicator = transaction.text_at("CdtDbtInd").empty()
                                      ? entry.text_at("CdtDbtInd")
                                      : transaction.text_at("CdtDbtInd");
    if (indicator != "CRDT" && indicator != "DBIT")
      return reject("UNKNOWN_DIRECTION", "'CdtDbtInd' is neither CRDT nor DBIT");
    v1::Payment payment;
    const auto own = amount_of(transaction);
    if (own) {
      detail::set_amount(own->first, payment);
      payment.set_currency(own->second);
      if (own->second != currency) ++other_currencies_;
    } else if (of == 1) {
      if (!total) return reject("BAD_AMOUNT", "'Amt' is no decimal number");
      detail::set_amount(*total, payment);
      payment.set_currency(currency);
    } else {
      ++without_amount_;
    }
    if (payment.has_amount() && payment.amount() < 0)
      return reject("BAD_AMOUNT", "'Amt' is negative; CdtDbtInd states the direction");
    ReadTime time;
    PALERMO_TRY(const bool booked, take_date(entry, "BookgDt", payment.mutable_booked_at(), &time));
    if (!booked) return core::ok();
    PALERMO_TRY(const bool valued, take_date(entry, "ValDt", payment.mutable_valued_at(), &time));
    if (!valued) return core::ok();
    payment.set_at(time.text);

    const bool in = indicator == "CRDT";
    const bool reversal = entry.text_at("RvslInd") == "true" || entry.text_at("RvslInd") == "1";
    Party debtor = party_of(transaction, "Dbtr");
    Party creditor = party_of(transaction, "Cdtr");
    // The debtor of an outgoing payment is the account's owner. A reversal runs the other way and
    // keeps the parties of what it takes back.
    bool owner_is_creditor = in != reversal;
    const std::string& own_side = owner_is_creditor ? creditor.account : debtor.account;
    const std::string& other_side = owner_is_creditor ? debtor.account : creditor.account;
    if (other_side == now_.account && own_side != now_.account && !now_.account.empty()) {
      owner_is_creditor = !owner_is_creditor;
      ++exchanged_;
    }
    Party other = owner_is_creditor ? debtor : creditor;
    if (other.account.empty()) std::swap(other.account, other.name);
    const Party self{now_.account, owner_};
    const Party& payer = in ? other : self;
    const Party& payee = in ? self : other;
    payment.set_from(payer.account);
    payment.set_from_name(payer.name);
    payment.set_to(payee.account);
    payment.set_to_name(payee.name);
    payment.set_account(now_.account);
    payment.set_direction(in ? v1::Payment::in : v1::Payment::out);
    if (reversal) payment.set_reversal(true);
    if (reversal) ++reversals_;
    payment.set_status(status);
    payment.set_channel(bank_code(transaction.child("BkTxCd").empty() ? entry : transaction));
    payment.set_reference(references(entry, transaction));
    payment.set_text(words(entry, transaction));
    if (payment.from().empty() && payment.to().empty())
      return reject("MISSING_PARTY", "neither the account nor the other party is named");
    ids_.give(payment);

    store::RecordRow row;
    row.kind = "payment";
    row.data_type = DataType::Financial;
    if (time.state == ReadTime::State::Ok) {
      row.from_us = time.instant.us;
      row.to_us = time.last_us;
    }
    for (const Party* side : {&payer, &payee}) {
      rows_.mention(row, side->account);
      if (!side->name.empty()) rows_.mention(row, {"label", side->name, side->name, true, {}});
    }
    *row.record.mutable_payment() = std::move(payment);
    rows_.push(std::move(row), line);
    return core::ok();
  }

  static std::string bank_code(const XmlElement& element) {
    const XmlElement& code = element.child("BkTxCd");
    std::string text = code.text_at("Domn/Cd");
    for (const char* path : {"Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd"})
      if (!code.text_at(path).empty()) text += "-" + code.text_at(path);
    return text.empty() ? code.text_at("Prtry/Cd") : text;
  }

  static std::string references(const XmlElement& entry, const XmlElement& transaction) {
    std::string out;
    const auto add = [&out](std::string_view name, const std::string& text) {
      if (!text.empty() && text != "NOTPROVIDED")
        out += fmt::format("{}{} {}", out.empty() ? "" : "; ", name, text);
    };
    const XmlElement& refs = transaction.child("Refs");
    for (const char* name : {"EndToEndId", "TxId", "InstrId", "MndtId"})
      add(name, refs.text_at(name));
    const std::string& own = refs.text_at("AcctSvcrRef");
    add("AcctSvcrRef", own.empty() ? entry.text_at("AcctSvcrRef") : own);
    add("NtryRef", entry.text_at("NtryRef"));
    return out;
  }

  static std::string words(const XmlElement& entry, const XmlElement& transaction) {
    std::string out;
    const auto add = [&out](std::string_view before, const std::string& text) {
      if (!text.empty()) out += fmt::format("{}{}{}", out.empty() ? "" : "\n", before, text);
    };
    const XmlElement& remittance = transaction.child("RmtInf");
    for (const XmlElement* text : remittance.all("Ustrd")) add("", text->text);
    for (const XmlElement* structured : remittance.all("Strd"))
      add("", structured->text_at("CdtrRefInf/Ref"));
    add("", transaction.text_at("AddtlTxInf"));
    add("ultimate debtor: ", party_of(transaction, "UltmtDbtr").name);
    add("ultimate creditor: ", party_of(transaction, "UltmtCdtr").name);
    add("returned: ", first_text(transaction.child("RtrInf"), {"Rsn/Cd", "Rsn/Prtry"}));
    if (transaction.empty()) {
      const std::string count = entry.text_at("NtryDtls/Btch/NbOfTxs");
      if (!count.empty()) add("", fmt::format("batch of {} transactions", count));
    }
    add("", entry.text_at("AddtlNtryInf"));
    return out;
  }

  /// Opening + entries = closing, to the last digit.
  void finish_statement() {
    if (statements_ == 0) return;
    const auto say = [this](std::string text) {
      if (checks_++ < kShown)
        notices_.push_back(
            fmt::format("statement {} (line {}): {}", statements_, now_.line, std::move(text)));
    };
    if (now_.stated_entries && *now_.stated_entries != now_.entries)
      say(fmt::format("it states {} entries and holds {}: entries are missing, or it was changed",
                      *now_.stated_entries, now_.entries));
    if (!now_.opening && !now_.closing) {
      ++without_balances_;
      return;
    }
    if (!now_.opening || !now_.closing)
      return say(fmt::format("no {} balance, so the entries cannot be checked against the balances",
                             now_.opening ? "closing" : "opening"));
    const std::string currency = core::printable(now_.opening->currency, 3);
    if (now_.other_currency || now_.opening->currency != now_.closing->currency)
      return say("balances and entries are in several currencies; nothing was added up");
    const auto sum = now_.sum ? now_.opening->amount.plus(*now_.sum) : std::nullopt;
    if (now_.unreadable || !sum)
      return say("an entry has no readable amount or direction; the balances were not checked");
    if (*sum == now_.closing->amount)
      return say(fmt::format("opening balance {} + {} booked entries {} = closing balance {} {}",
                             now_.opening->amount.text(), now_.booked, now_.sum->text(),
                             now_.closing->amount.text(), currency));
    const auto missing = now_.closing->amount.plus(sum->negated());
    say(
        fmt::format("WARNING: opening balance {} + {} booked entries {} = {}, but the closing "
                    "balance is {} {}: {} {} unexplained; entries are missing, or it was changed",
                    now_.opening->amount.text(), now_.booked, now_.sum->text(), sum->text(),
                    now_.closing->amount.text(), currency,
                    missing ? missing->text() : std::string{"an amount"}, currency));
  }

  void describe() {
    RecordBatch& batch = rows_.batch();
    batch.mapping = "ISO 20022 camt.052/053/054: one row a transaction, else an entry";
    for (std::string& notice : notices_) batch.notices.push_back(std::move(notice));
    if (checks_ > kShown)
      batch.notices.push_back(fmt::format(
          "{} more statements were checked; ingest them one by one to see each", checks_ - kShown));
    const auto say = [&batch](std::size_t count, std::string_view what) {
      if (count > 0) batch.notices.push_back(fmt::format("{} {}", count, what));
    };
    say(without_balances_, "statements hold no balances; their entries cannot be checked");
    say(batches_, "entries are batches; each of their transactions is a payment");
    say(unequal_batches_ > kShown ? unequal_batches_ - kShown : 0,
        "more batches do not add up to their entry");
    say(without_amount_, "transactions of batches state no amount of their own; none was made up");
    say(not_booked_,
        "entries are not booked (pending or for information); they are no part of the "
        "balances");
    say(reversals_, "payments take an earlier one back and are marked so");
    say(exchanged_,
        "transactions name the account on the other side than their direction says; "
        "the direction was kept");
    say(other_currencies_, "transactions are in another currency than their entry");
    batch.notices.emplace_back(
        "payments bear no id of their own; theirs is made from their content, so that an entry of "
        "two files is one");
  }

  static constexpr std::size_t kShown = 10;

  RowCollector rows_;
  detail::ContentIds ids_;
  Statement now_;
  std::string owner_;
  std::size_t statements_ = 0;
  std::size_t checks_ = 0;
  std::size_t without_balances_ = 0;
  std::size_t batches_ = 0;
  std::size_t unequal_batches_ = 0;
  std::size_t without_amount_ = 0;
  std::size_t not_booked_ = 0;
  std::size_t reversals_ = 0;
  std::size_t exchanged_ = 0;
  std::size_t other_currencies_ = 0;
  std::vector<std::string> notices_;
};

Detection detect_camt(std::string_view bytes, std::string_view) {
  const XmlHead head = xml_head(bytes);
  for (const char* number : {"camt.052", "camt.053", "camt.054"})
    if (head.root == "Document" && head.space.find(number) != std::string::npos)
      return {0.98, fmt::format("its root element is the Document of ISO 20022 {}", number)};
  for (const std::string& name : head.names)
    for (const std::string_view message : kMessages)
      if (name == message) return {0.9, fmt::format("it holds {} of ISO 20022", message)};
  return {};
}

core::Result<RecordBatch> read_camt(const AdapterInput& input) {
  PALERMO_TRY(RowCollector rows, RowCollector::make(input.options));
  return CamtReader{std::move(rows)}.read(input.bytes);
}

}  // namespace

Adapter camt_adapter() {
  return {"camt053", "1", "account statements: ISO 20022 camt.052, camt.053, camt.054 (XML)",
          detect_camt, read_camt};
}

}  // namespace palermo::ingest
