#include "ingest/records/payment_columns.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace palermo::ingest {
namespace {

using Role = PaymentRole;

constexpr std::pair<Role, std::string_view> kRoleNames[] = {
    {Role::Id, "id"},
    {Role::Date, "date"},
    {Role::Time, "time"},
    {Role::ValueDate, "value_date"},
    {Role::Amount, "amount"},
    {Role::Debit, "debit"},
    {Role::Credit, "credit"},
    {Role::Direction, "direction"},
    {Role::Currency, "currency"},
    {Role::Account, "account"},
    {Role::Counterparty, "counterparty"},
    {Role::CounterpartyAccount, "counterparty_account"},
    {Role::From, "from"},
    {Role::FromName, "from_name"},
    {Role::To, "to"},
    {Role::ToName, "to_name"},
    {Role::Text, "text"},
    {Role::Reference, "reference"},
    {Role::Channel, "channel"},
    {Role::Status, "status"},
};

/// Names in small letters, letters and digits only. docs/formats/exchange.md shows this table.
constexpr std::pair<std::string_view, Role> kAliases[] = {
    // English
    {"paymentid", Role::Id},
    {"transactionid", Role::Id},
    {"txnid", Role::Id},
    {"trxid", Role::Id},
    {"receiptno", Role::Id},
    {"receiptnumber", Role::Id},
    {"date", Role::Date},
    {"at", Role::Date},
    {"bookingdate", Role::Date},
    {"transactiondate", Role::Date},
    {"txndate", Role::Date},
    {"completiontime", Role::Date},
    {"completeddate", Role::Date},
    {"datetime", Role::Date},
    {"timestamp", Role::Date},
    {"time", Role::Time},
    {"valuedate", Role::ValueDate},
    {"amount", Role::Amount},
    {"transactionamount", Role::Amount},
    {"debit", Role::Debit},
    {"debitamount", Role::Debit},
    {"paidout", Role::Debit},
    {"moneyout", Role::Debit},
    {"withdrawn", Role::Debit},
    {"withdrawal", Role::Debit},
    {"withdrawals", Role::Debit},
    {"credit", Role::Credit},
    {"creditamount", Role::Credit},
    {"paidin", Role::Credit},
    {"moneyin", Role::Credit},
    {"deposit", Role::Credit},
    {"deposits", Role::Credit},
    {"direction", Role::Direction},
    {"drcr", Role::Direction},
    {"crdr", Role::Direction},
    {"debitcredit", Role::Direction},
    {"creditdebit", Role::Direction},
    {"cdtdbtind", Role::Direction},
    {"currency", Role::Currency},
    {"ccy", Role::Currency},
    {"account", Role::Account},
    {"accountnumber", Role::Account},
    {"accountno", Role::Account},
    {"ownaccount", Role::Account},
    {"counterparty", Role::Counterparty},
    {"counterpartyname", Role::Counterparty},
    {"otherparty", Role::Counterparty},
    {"otherpartyinfo", Role::Counterparty},
    {"payee", Role::Counterparty},
    {"counterpartyaccount", Role::CounterpartyAccount},
    {"counterpartyiban", Role::CounterpartyAccount},
    {"otherpartyaccount", Role::CounterpartyAccount},
    {"from", Role::From},
    {"fromaccount", Role::From},
    {"sender", Role::From},
    {"payer", Role::From},
    {"debtor", Role::From},
    {"sendernumber", Role::From},
    {"fromname", Role::FromName},
    {"sendername", Role::FromName},
    {"payername", Role::FromName},
    {"to", Role::To},
    {"toaccount", Role::To},
    {"receiver", Role::To},
    {"recipient", Role::To},
    {"beneficiary", Role::To},
    {"creditor", Role::To},
    {"receivernumber", Role::To},
    {"toname", Role::ToName},
    {"receivername", Role::ToName},
    {"recipientname", Role::ToName},
    {"beneficiaryname", Role::ToName},
    {"text", Role::Text},
    {"description", Role::Text},
    {"details", Role::Text},
    {"narrative", Role::Text},
    {"particulars", Role::Text},
    {"memo", Role::Text},
    {"purpose", Role::Text},
    {"remarks", Role::Text},
    {"note", Role::Text},
    {"reference", Role::Reference},
    {"ref", Role::Reference},
    {"transactionreference", Role::Reference},
    {"customerreference", Role::Reference},
    {"channel", Role::Channel},
    {"transactiontype", Role::Channel},
    {"status", Role::Status},
    {"transactionstatus", Role::Status},
    // German
    {"buchungstag", Role::Date},
    {"buchungsdatum", Role::Date},
    {"datum", Role::Date},
    {"uhrzeit", Role::Time},
    {"wertstellung", Role::ValueDate},
    {"valutadatum", Role::ValueDate},
    {"valuta", Role::CurrencyOrValueDate},
    {"betrag", Role::Amount},
    {"umsatz", Role::Amount},
    {"soll", Role::Debit},
    {"belastung", Role::Debit},
    {"haben", Role::Credit},
    {"gutschrift", Role::Credit},
    {"sollhaben", Role::Direction},
    {"währung", Role::Currency},
    {"waehrung", Role::Currency},
    {"auftragskonto", Role::Account},
    {"konto", Role::Account},
    {"beguenstigterzahlungspflichtiger", Role::Counterparty},
    {"begünstigterzahlungspflichtiger", Role::Counterparty},
    {"auftraggeberempfänger", Role::Counterparty},
    {"kontonummeriban", Role::CounterpartyAccount},
    {"gegenkonto", Role::CounterpartyAccount},
    {"verwendungszweck", Role::Text},
    {"buchungstext", Role::Channel},
    {"kundenreferenz", Role::Reference},
    {"kundenreferenzendtoend", Role::Reference},
    // French
    {"dateopération", Role::Date},
    {"dateoperation", Role::Date},
    {"datecomptable", Role::Date},
    {"datedevaleur", Role::ValueDate},
    {"datevaleur", Role::ValueDate},
    {"montant", Role::Amount},
    {"débit", Role::Debit},
    {"crédit", Role::Credit},
    {"devise", Role::Currency},
    {"compte", Role::Account},
    {"contrepartie", Role::Counterparty},
    {"libellé", Role::Text},
    {"libelle", Role::Text},
    {"référence", Role::Reference},
    // Italian
    {"data", Role::Date},
    {"dataoperazione", Role::Date},
    {"datacontabile", Role::Date},
    {"datavaluta", Role::ValueDate},
    {"importo", Role::Amount},
    {"dare", Role::Debit},
    {"addebiti", Role::Debit},
    {"uscite", Role::Debit},
    {"avere", Role::Credit},
    {"accrediti", Role::Credit},
    {"entrate", Role::Credit},
    {"divisa", Role::Currency},
    {"conto", Role::Account},
    {"controparte", Role::Counterparty},
    {"ordinante", Role::From},
    {"beneficiario", Role::To},
    {"causale", Role::Channel},
    {"descrizione", Role::Text},
    {"riferimento", Role::Reference},
    // Spanish
    {"fecha", Role::Date},
    {"fechaoperación", Role::Date},
    {"fechavalor", Role::ValueDate},
    {"importe", Role::Amount},
    {"cargo", Role::Debit},
    {"cargos", Role::Debit},
    {"abono", Role::Credit},
    {"abonos", Role::Credit},
    {"moneda", Role::Currency},
    {"cuenta", Role::Account},
    {"concepto", Role::Text},
    // Dutch
    {"boekdatum", Role::Date},
    {"rentedatum", Role::ValueDate},
    {"bedrag", Role::Amount},
    {"af", Role::Debit},
    {"bij", Role::Credit},
    {"afbij", Role::Direction},
    {"munt", Role::Currency},
    {"rekening", Role::Account},
    {"tegenrekening", Role::CounterpartyAccount},
    {"naamtegenpartij", Role::Counterparty},
    {"omschrijving", Role::Text},
};

/// Small letters and digits; letters beyond ASCII stay, their capitals of Latin-1 made small.
std::string bare(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out += c;
    else if (c == '\xC3' && i + 1 < name.size()) {
      // U+00C0 … U+00DE are the capitals of U+00E0 … U+00FE.
      const auto next = static_cast<unsigned char>(name[++i]);
      out += c;
      out += static_cast<char>(next >= 0x80 && next <= 0x9E ? next + 0x20 : next);
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string_view role_name(PaymentRole role) {
  for (const auto& [known, name] : kRoleNames)
    if (known == role) return name;
  return "";
}

std::optional<PaymentRole> role_named(std::string_view name) {
  for (const auto& [role, known] : kRoleNames)
    if (known == name) return role;
  return std::nullopt;
}

std::optional<PaymentRole> role_of_column(std::string_view name) {
  const std::string wanted = bare(name);
  const auto found = std::find_if(std::begin(kAliases), std::end(kAliases),
                                  [&wanted](const auto& alias) { return alias.first == wanted; });
  if (found == std::end(kAliases)) return std::nullopt;
  return found->second;
}

bool PaymentColumns::enough() const {
  const bool amount = has(Role::Amount) || has(Role::Debit) || has(Role::Credit);
  const bool more = has(Role::Currency) || has(Role::CurrencyOrValueDate) || has(Role::Text) ||
                    has(Role::Counterparty) || has(Role::CounterpartyAccount) || has(Role::From) ||
                    has(Role::To) || has(Role::Account);
  return has(Role::Date) && amount && more;
}

PaymentColumns columns_of(const std::vector<std::string>& names,
                          std::vector<std::size_t>* repeated) {
  PaymentColumns columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto role = role_of_column(names[i]);
    if (!role) continue;
    if (!columns.has(*role))
      columns.set(*role, i);
    else if (repeated != nullptr)
      repeated->push_back(i);
  }
  return columns;
}

}  // namespace palermo::ingest
