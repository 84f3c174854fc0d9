#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::detected;
using test::has_notice;
using test::read;
using test::refusal;

namespace {

std::string balance(const char* code, const char* amount, const char* indicator = "CRDT") {
  return std::string{"<Bal><Tp><CdOrPrtry><Cd>"} + code +
         "</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">" + amount + "</Amt><CdtDbtInd>" + indicator +
         "</CdtDbtInd></Bal>\n";
}
std::string statement(const std::string& inside, const char* version = "08") {
  return std::string{
             "<?xml version=\"1.0\"?>\n<Document "
             "xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001."} +
         version +
         "\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>"
         "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ownr><Nm>Owner</Nm></Ownr></Acct>\n" +
         inside + "</Stmt></BkToCstmrStmt></Document>";
}
std::string entry(const char* amount, const char* indicator, const std::string& details = "",
                  const char* more = "") {
  return std::string{"<Ntry><Amt Ccy=\"EUR\">"} + amount + "</Amt><CdtDbtInd>" + indicator +
         "</CdtDbtInd>" + more +
         "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2031-03-04</Dt></BookgDt>"
         "<ValDt><Dt>2031-03-05</Dt></ValDt><AcctSvcrRef>A1</AcctSvcrRef>" +
         (details.empty() ? "" : "<NtryDtls>" + details + "</NtryDtls>") + "</Ntry>\n";
}
const std::string kIncoming =
    "<TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Payer</Nm></Pty>"
    "</Dbtr><DbtrAcct><Id><IBAN>DE88370400440532013000</IBAN></Id></DbtrAcct></RltdPties>"
    "<RmtInf><Ustrd>for</Ustrd><Ustrd>rent</Ustrd></RmtInf></TxDtls>";

}  // namespace

TEST_CASE("camt: a transaction is a payment seen from the account", "[ingest][camt]") {
  const std::string text = statement(balance("OPBD", "100.00") + balance("CLBD", "130.10") +
                                     entry("50.30", "CRDT", kIncoming) + entry("20.20", "DBIT"));
  CHECK(detected(text, "x.xml") == "camt053");
  const auto batch = read("camt053", text);
  REQUIRE(batch.rows.size() == 2);
  const v1::Payment& in = batch.rows[0].record.payment();
  CHECK(in.from() == "DE88370400440532013000");
  CHECK(in.from_name() == "Payer");
  CHECK(in.to() == "DE89370400440532013000");
  CHECK(in.to_name() == "Owner");
  CHECK(in.amount() == 50.30);
  CHECK(in.amount_text().empty());
  CHECK(in.currency() == "EUR");
  CHECK(in.direction() == v1::Payment::in);
  CHECK(in.at() == "2031-03-04");
  CHECK(in.valued_at() == "2031-03-05");
  CHECK(in.text() == "for\nrent");
  CHECK(in.reference() == "EndToEndId E2E-1; AcctSvcrRef A1");
  CHECK(in.status() == "BOOK");
  CHECK(batch.rows[0].data_type == authorization::DataType::Financial);
  CHECK(batch.rows[1].record.payment().from() == "DE89370400440532013000");
  CHECK(batch.rows[1].record.payment().to().empty());
  CHECK(has_notice(batch,
                   "opening balance 100.00 + 2 booked entries 30.10 = closing balance 130.10"));
  CHECK(has_notice(batch, "1 account numbers have the shape of an IBAN"));
}

TEST_CASE("camt: a missing entry is seen to the cent", "[ingest][camt]") {
  const auto batch = read("camt053", statement(balance("OPBD", "0.10") + balance("CLBD", "0.31") +
                                               entry("0.20", "CRDT")));
  CHECK(has_notice(batch,
                   "WARNING: opening balance 0.10 + 1 booked entries 0.20 = 0.30, but the "
                   "closing balance is 0.31 EUR: 0.01 EUR unexplained"));
  const auto debit =
      read("camt053", statement(balance("OPBD", "5", "DBIT") + balance("CLBD", "4", "DBIT") +
                                entry("1.00", "CRDT")));
  CHECK(has_notice(debit, "opening balance -5 + 1 booked entries 1.00 = closing balance -4 EUR"));
  const auto half = read("camt053", statement(balance("OPBD", "5") + entry("1.00", "CRDT")));
  CHECK(has_notice(half, "no closing balance"));
}

TEST_CASE("camt: batches, reversals and pending entries", "[ingest][camt]") {
  const auto one = [](const char* amount, const char* name) {
    return std::string{"<TxDtls><Amt Ccy=\"EUR\">"} + amount + "</Amt><RltdPties><Cdtr><Nm>" +
           name + "</Nm></Cdtr></RltdPties></TxDtls>";
  };
  const auto batch = read(
      "camt053",
      statement(
          "<TxsSummry><TtlNtries><NbOfNtries>4</NbOfNtries></TtlNtries></TxsSummry>" +
              balance("OPBD", "100") + balance("CLBD", "75.00") +
              entry("30.00", "DBIT", one("10.00", "A") + one("19.00", "B")) +
              entry("5.00", "CRDT", one("5.00", "A"), "<RvslInd>true</RvslInd>") +
              "<Ntry><Amt Ccy=\"EUR\">9</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts></Ntry>",
          "02"));
  REQUIRE(batch.rows.size() == 4);
  CHECK(batch.rows[0].record.payment().to() == "A");
  CHECK(batch.rows[1].record.payment().amount() == 19);
  CHECK(has_notice(batch, "add up to 29.00 EUR, the entry is 30.00 EUR"));
  // The payment to A comes back from A.
  CHECK(batch.rows[2].record.payment().reversal());
  CHECK(batch.rows[2].record.payment().from() == "A");
  CHECK(batch.rows[2].record.payment().to() == "DE89370400440532013000");
  CHECK(batch.rows[3].record.payment().status() == "PDNG");
  CHECK(has_notice(batch, "= closing balance 75.00 EUR"));
  CHECK(has_notice(batch, "it states 4 entries and holds 3"));
  CHECK(has_notice(batch, "1 entries are not booked"));
}

TEST_CASE("camt: equal entries stay two, and the same entry of two files is one",
          "[ingest][camt]") {
  const std::string twice = statement(entry("7.00", "DBIT") + entry("7.00", "DBIT"));
  const auto a = read("camt053", twice);
  const auto b = read("camt053", twice);
  REQUIRE(a.rows.size() == 2);
  CHECK(a.rows[0].record.payment().payment_id() != a.rows[1].record.payment().payment_id());
  CHECK(a.rows[1].record.payment().payment_id() == b.rows[1].record.payment().payment_id());
}

TEST_CASE("camt: what is no statement is refused, what is no entry rejected", "[ingest][camt]") {
  const auto batch = read("camt053", statement(entry("x", "CRDT") + entry("1", "BOTH") +
                                               entry("-1", "CRDT") + entry("1", "CRDT")));
  REQUIRE(batch.rejects.size() == 3);
  CHECK(batch.rejects[0].code() == "BAD_AMOUNT");
  CHECK(batch.rejects[1].code() == "UNKNOWN_DIRECTION");
  CHECK(batch.rejects[2].code() == "BAD_AMOUNT");
  CHECK(refusal("camt053", "<Document><CstmrCdtTrfInitn/></Document>")
            .find("no camt.052, camt.053 or camt.054") != std::string::npos);
  CHECK(refusal("camt053", "<Document><BkToCstmrStmt/></Document>").find("holds no statement") !=
        std::string::npos);
  CHECK(refusal("camt053", "<!DOCTYPE x><Document/>").find("DOCTYPE") != std::string::npos);
  CHECK(
      detected(
          "<Document "
          "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\"><CstmrCdtTrfInitn/></Document>",
          "x.xml")
          .starts_with("refused"));
}
