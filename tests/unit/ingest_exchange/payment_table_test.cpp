#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::detected;
using test::has_notice;
using test::read;
using test::refusal;

namespace {
ingest::AdapterOptions mapped(const char* text) {
  ingest::AdapterOptions options;
  options.map = text;
  return options;
}
const v1::Payment& payment(const ingest::RecordBatch& batch, std::size_t i) {
  return batch.rows.at(i).record.payment();
}
}  // namespace

TEST_CASE("payment tables: a German statement with decimal commas", "[ingest][payments]") {
  const std::string text =
      "Kontoauszug\n\"IBAN: DE89 3704 0044 0532 0130 00\"\n\n"
      "Buchungstag;Valuta;Beguenstigter/Zahlungspflichtiger;Kontonummer/"
      "IBAN;Verwendungszweck;Betrag;Waehrung;Saldo\n"
      "04.03.2031;05.03.2031;Anna;DE88370400440532013000;Miete;-1.234,50;EUR;10,00\n"
      "05.03.2031;05.03.2031;Bert;;;20,00;EUR;30,00\n";
  CHECK(detected(text) == "payments");
  const auto batch = read("payments", text);
  REQUIRE(batch.rows.size() == 2);
  CHECK(payment(batch, 0).from() == "DE89 3704 0044 0532 0130 00");
  CHECK(payment(batch, 0).to() == "DE88370400440532013000");
  CHECK(payment(batch, 0).to_name() == "Anna");
  CHECK(payment(batch, 0).amount() == 1234.5);
  CHECK(payment(batch, 0).at() == "2031-03-04");
  CHECK(payment(batch, 0).valued_at() == "2031-03-05");
  CHECK(payment(batch, 0).direction() == v1::Payment::out);
  CHECK(payment(batch, 0).text() == "Miete\nSaldo: 10,00");
  CHECK(payment(batch, 1).from() == "Bert");
  CHECK(payment(batch, 1).to() == "DE89 3704 0044 0532 0130 00");
  CHECK(has_notice(batch, "kept in the payment's text: Saldo"));
  CHECK(has_notice(batch, "decimal comma"));
}

TEST_CASE("payment tables: debit and credit columns, tabs, times", "[ingest][payments]") {
  const auto batch =
      read("payments",
           "Receipt No.\tCompletion Time\tDetails\tPaid In\tWithdrawn\tOther Party Info\n"
           "R1\t2031-03-04 08:15:53\tin\t1,500.00\t0.00\t+447700900001\n"
           "R2\t2031-03-04 09:15:53\tout\t\t-20.50\t+447700900002\n"
           "R3\t2031-03-04 09:15:53\tboth\t1.00\t1.00\tx\n"
           "R4\t2031-03-04 09:15:53\tnone\t\t\tx\n",
           test::zone("+03:00"));
  REQUIRE(batch.rows.size() == 2);
  CHECK(payment(batch, 0).payment_id() == "R1");
  CHECK(payment(batch, 0).from() == "+447700900001");
  CHECK(payment(batch, 0).amount() == 1500);
  CHECK(payment(batch, 0).at() == "2031-03-04T08:15:53+03:00");
  CHECK(payment(batch, 1).to() == "+447700900002");
  CHECK(payment(batch, 1).amount() == 20.5);
  REQUIRE(batch.rejects.size() == 2);
  CHECK(batch.rejects[0].code() == "BAD_AMOUNT");
  CHECK(batch.rejects[1].message() == "neither a debit nor a credit");
}

TEST_CASE("payment tables: what fits two ways is an error that says what to name",
          "[ingest][payments]") {
  const std::string dates = "date,amount,currency,from,to\n01/02/2031,5.00,EUR,A,B\n";
  CHECK(refusal("payments", dates).find("day and month or as month and day") != std::string::npos);
  CHECK(payment(read("payments", dates, mapped("date_order = DMY\n")), 0).at() == "2031-02-01");
  CHECK(payment(read("payments", dates, mapped("date_order = MDY\n")), 0).at() == "2031-01-02");
  CHECK(payment(read("payments", dates + "13/02/2031,5.00,EUR,A,B\n"), 0).at() == "2031-02-01");

  const std::string marks = "date,amount,currency,from,to\n2031-01-01,\"1,234\",EUR,A,B\n";
  CHECK(refusal("payments", marks).find("thousands or decimals") != std::string::npos);
  CHECK(payment(read("payments", marks, mapped("decimal = comma\n")), 0).amount() == 1.234);
  CHECK(payment(read("payments", marks, mapped("decimal = point\n")), 0).amount() == 1234);
  CHECK(refusal("payments",
                "date;amount;currency;from;to\n2031-01-01;1,5;EUR;A;B\n2031-01-01;1.5;EUR;A;B\n")
            .find("a decimal point in line 3 and a decimal comma in line 2") != std::string::npos);
  CHECK(refusal("payments", "date,amount,currency,counterparty\n2031-01-01,5,EUR,B\n")
            .find("does not say who paid whom") != std::string::npos);
  CHECK(refusal("payments", "date,amount,montant,from,to\n2031-01-01,5,6,A,B\n")
            .find("columns 'amount' and 'montant' both say 'amount'") != std::string::npos);
  CHECK(refusal("payments", "x,y,z\n1,2,3\n").find("no row names a date") != std::string::npos);
}

TEST_CASE("payment tables: a mapping names columns of any language", "[ingest][payments]") {
  const auto batch =
      read("payments", "tarehe,kiasi,mtumaji,mpokeaji\n2031-01-01,5,A,B\n",
           mapped("# a ledger\ndate = tarehe\namount = kiasi\nfrom = mtumaji\nto = mpokeaji\n"));
  REQUIRE(batch.rows.size() == 1);
  CHECK(payment(batch, 0).from() == "A");
  CHECK(payment(batch, 0).to() == "B");
  CHECK_FALSE(test::try_read("payments", "date,amount,to\n", mapped("nonsense = x\n")).ok());
  CHECK_FALSE(
      test::try_read("payments", "date,amount,to\n2031-01-01,1,B\n", mapped("id = absent\n")).ok());
}

TEST_CASE("payment tables: equal rows stay several, amounts keep their digits",
          "[ingest][payments]") {
  const auto batch = read(
      "payments",
      "date,amount,currency,from,to\n2031-01-01,5.00,EUR,A,B\n2031-01-01,5.00,EUR,A,B\n"
      "2031-01-01,123456789012345678.91,EUR,A,B\n2031-01-01,x,EUR,A,B\n2031-31-01,1.00,EUR,A,B\n");
  REQUIRE(batch.rows.size() == 3);
  CHECK(payment(batch, 0).payment_id() != payment(batch, 1).payment_id());
  CHECK(payment(batch, 2).amount_text() == "123456789012345678.91");
  REQUIRE(batch.rejects.size() == 2);
  CHECK(batch.rejects[0].code() == "BAD_AMOUNT");
  CHECK(batch.rejects[1].code() == "BAD_TIME");
  const auto flat =
      read("payments", "payment_id,from,to,amount\nP1,A,B,123456789012345678.91\nP2,A,B,0.1\n");
  CHECK(payment(flat, 0).amount_text() == "123456789012345678.91");
  CHECK(payment(flat, 1).amount_text().empty());
}

TEST_CASE("payment tables: a total below the table is no payment", "[ingest][payments]") {
  const std::string text = "date;amount;currency;from;to\n2031-01-01;5,00;EUR;A;B\nTotal;5,00\n";
  CHECK(refusal("payments", text).find("line 3: 2 columns, expected 5") != std::string::npos);
  const auto batch = read("payments", text, test::keep_going());
  CHECK(batch.rows.size() == 1);
  CHECK(batch.rejects.at(0).code() == "COLUMN_COUNT");
}
