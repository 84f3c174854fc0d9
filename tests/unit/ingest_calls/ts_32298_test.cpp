#include <random>

#include "ingest/calls/call_reader.hpp"
#include "ingest/profile/profile.hpp"
#include "tests/unit/ingest_calls/adapter_read.hpp"
#include "tests/unit/ingest_calls/ber_encoder.hpp"

namespace {

using namespace palermo::test::ber;
using palermo::test::adapted;
using palermo::test::codes_of;
using palermo::test::noted;
using palermo::test::rows_of;
using palermo::test::surest;
using Row = std::map<std::string, std::string>;

const std::string kImsi = "001010000000001";
const std::string kImei = "350000000000018";
const std::string kEntity = international("447700900990");
const std::string kNetwork = octets({0x00, 0xF1, 0x10});  // 001-01

/// LocationAreaAndCell at [tag].
std::string location(std::uint32_t tag, unsigned area, unsigned cell, bool network = true) {
  const std::string area_octets = octets({area >> 8, area & 0xFF});
  const std::string cell_octets = octets({cell >> 8, cell & 0xFF});
  if (!network) return group(tag, {field(0, area_octets), field(1, cell_octets)});
  return group(tag, {field(0, area_octets), field(1, cell_octets), field(2, kNetwork)});
}

struct Call {
  std::string served = international("447700900001");
  std::string called = international("447700900002");
  std::string calling;
  std::string answer = time_stamp("310304081553");
  std::string seizure;
  std::uint64_t seconds = 62;
  std::uint64_t cause = 0;
  std::uint64_t reference = 7;
  std::uint64_t sequence = 0;  // 0: none
  unsigned cell = 22136;
  std::string more;
};

std::string when_set(std::uint32_t tag, const std::string& content) {
  return content.empty() ? std::string{} : field(tag, content);
}

/// MOCallRecord
std::string mo(const Call& call) {
  return group(0,
               {field(0, integer(0)), field(1, swapped(kImsi)), field(2, swapped(kImei)),
                when_set(3, call.served), when_set(4, call.calling), when_set(5, call.called),
                field(9, kEntity), location(12, 4660, call.cell), when_set(22, call.seizure),
                when_set(23, call.answer), field(25, integer(call.seconds)),
                field(30, integer(call.cause)), field(32, integer(call.reference)),
                call.sequence == 0 ? std::string{} : field(33, integer(call.sequence)), call.more});
}

/// MTCallRecord
std::string mt(const std::string& more = {}) {
  return group(1,
               {field(0, integer(1)), field(1, swapped(kImsi)), field(2, swapped(kImei)),
                field(3, international("447700900002")), field(4, international("447700900001")),
                field(6, kEntity), location(9, 4660, 22137), field(20, time_stamp("310304081554")),
                field(22, integer(61)), field(27, integer(0)), field(29, integer(8)), more});
}

palermo::ingest::CallText read(const std::string& bytes) {
  auto made = adapted("ts_32298", bytes, "file.ber");
  REQUIRE(made);
  return *std::move(made);
}

std::string refusal(const std::string& bytes) {
  const auto made = adapted("ts_32298", bytes, "file.ber");
  REQUIRE_FALSE(made);
  return made.error().message;
}

}  // namespace

TEST_CASE("32.298: a call of the caller's exchange and one of the called party's",
          "[ingest][charging]") {
  const auto text = read(mo({}) + mt());
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == Row{{"position", "1"},
                       {"a", "+447700900001"},
                       {"b", "+447700900002"},
                       {"start", "2031-03-04T08:15:53+01:00"},
                       {"duration_s", "62"},
                       {"kind", "call"},
                       {"direction", "out"},
                       {"cell", "001-01-4660-22136"},
                       {"imei", kImei},
                       {"imsi", kImsi}});
  CHECK(rows[1] == Row{{"position", "2"},
                       {"a", "+447700900001"},
                       {"b", "+447700900002"},
                       {"start", "2031-03-04T08:15:54+01:00"},
                       {"duration_s", "61"},
                       {"kind", "call"},
                       {"direction", "in"},
                       {"cell", "001-01-4660-22137"},
                       {"imei", kImei},
                       {"imsi", kImsi}});
  CHECK(text.rejects.empty());
  CHECK(noted(text, "records: 1 moCallRecord, 1 mtCallRecord"));
  CHECK(surest(mo({}) + mt()) == "ts_32298");
}

TEST_CASE("32.298: numbers keep their type", "[ingest][charging]") {
  Call national;
  national.called = "\xA1" + swapped("7700900002");
  Call emergency;
  emergency.served.clear();
  emergency.called = "\x81" + swapped("112");
  Call service;
  service.called = "\x81" + octets({0x1A, 0xF2});
  const auto rows = rows_of(read(mo(national) + mo(emergency) + mo(service)));
  CHECK(rows[0].at("b") == "7700900002");
  CHECK(rows[1].at("a") == "unknown");
  CHECK(rows[1].at("b") == "112");
  CHECK(rows[1].at("imsi") == kImsi);
  CHECK(rows[2].at("b") == "*12");
}

TEST_CASE("32.298: an IMEI has 14, 15 or 16 digits", "[ingest][charging]") {
  for (const char* imei : {"35000000000001", "350000000000018", "3500000000000101"}) {
    const std::string record =
        group(0, {field(0, integer(0)), field(2, swapped(imei)), field(3, international("4477")),
                  field(23, time_stamp("310304081553")), field(25, integer(1))});
    CHECK(rows_of(read(record))[0].at("imei") == imei);
  }
}

TEST_CASE("32.298: a call attempt has no duration", "[ingest][charging]") {
  Call attempt;
  attempt.answer.clear();
  attempt.seizure = time_stamp("310304081500");
  attempt.cause = 3;
  attempt.seconds = 21;
  const auto text = read(mo(attempt));
  const auto rows = rows_of(text);
  CHECK(rows[0].at("answered") == "no");
  CHECK(rows[0].count("duration_s") == 0);
  CHECK(rows[0].at("start") == "2031-03-04T08:15:00+01:00");
  CHECK(noted(text, "1 calls were not answered"));
}

TEST_CASE("32.298: a forwarded call names three parties", "[ingest][charging]") {
  Call forwarded;
  forwarded.calling = international("447700900003");
  forwarded.more = group(17, {constructed(kUniversal, 16, {field(0, octets({0x21}))})});
  const auto rows = rows_of(read(mo(forwarded)));
  CHECK(rows[0].at("a") == "+447700900003");
  CHECK(rows[0].at("b") == "+447700900001");
  CHECK(rows[0].at("forwarded_to") == "+447700900002");
  CHECK(rows[0].at("direction") == "in");  // IMSI and cell are the forwarding party's
  Call waiting = forwarded;
  waiting.more = group(17, {constructed(kUniversal, 16, {field(0, octets({0x41}))})});
  CHECK(rows_of(read(mo(waiting)))[0].at("a") == "+447700900001");
}

TEST_CASE("32.298: gateways and rerouting have no device", "[ingest][charging]") {
  const auto gateway = [](std::uint32_t type) {
    return group(type, {field(0, integer(type)), field(1, international("447700900001")),
                        field(2, international("447700900002")), field(3, kEntity),
                        field(7, time_stamp("310304081553")), field(9, integer(62)),
                        field(11, integer(0)), field(13, integer(9))});
  };
  const std::string roaming = group(
      2, {field(0, integer(2)), field(1, swapped(kImsi)), field(2, international("447700900002")),
          field(3, international("447700900001")), field(13, time_stamp("310304081553")),
          field(15, integer(62)), field(17, integer(0)), field(19, integer(9))});
  const auto text = read(gateway(3) + gateway(4) + roaming);
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].count("direction") == 0);
  CHECK(rows[1].at("b") == "+447700900002");
  CHECK(rows[2].at("direction") == "in");
  CHECK(rows[2].at("imsi") == kImsi);
  CHECK(noted(text, "3 records are of gateways"));
}

TEST_CASE("32.298: short messages", "[ingest][charging]") {
  const std::string sent = group(
      6, {field(0, integer(6)), field(1, swapped(kImsi)), field(3, international("447700900001")),
          field(5, international("447700900980")), field(6, kEntity), location(7, 1, 2),
          field(8, "\1"), field(9, time_stamp("310304081553")),
          field(12, octets({12}) + international("447700900002"))});
  const std::string received = group(
      7, {field(0, integer(7)), field(1, international("447700900980")), field(2, swapped(kImsi)),
          field(4, international("447700900002")), field(6, kEntity),
          field(8, time_stamp("310304081555")), group(9, {field(0, integer(1))})});
  const auto text = read(sent + received);
  const auto rows = rows_of(text);
  CHECK(rows[0].at("kind") == "sms");
  CHECK(rows[0].at("b") == "+447700900002");
  CHECK(rows[0].at("cell") == "001-01-1-2");
  CHECK(rows[1].at("a") == "unknown");  // the service centre is no sender
  CHECK(rows[1].at("b") == "+447700900002");
  CHECK(rows[1].at("answered") == "no");
  CHECK(noted(text, "1 messages received name no sender"));
}

TEST_CASE("32.298: data sessions and location updates", "[ingest][charging]") {
  const auto gateway = [](std::uint32_t choice, std::uint32_t type, std::uint64_t cause) {
    return group(
        choice, {field(0, integer(type)), field(3, swapped(kImsi)), field(5, integer(99)),
                 field(13, time_stamp("310304080000")), field(14, integer(3600)),
                 field(15, integer(cause)), field(17, integer(1)),
                 field(22, international("447700900001")), field(29, swapped("3500000000000101")),
                 field(32, octets({0x18, 0x00, 0xF1, 0x10, 0x30, 0x00, 0x00, 0xF1, 0x10, 0x00, 0xBC,
                                   0x61, 0x4E}))});
  };
  const std::string sgsn = group(
      20, {field(0, integer(18)), field(3, swapped(kImsi)), field(8, octets({0x12, 0x34})),
           field(9, octets({0x56, 0x78})), field(16, time_stamp("310304080000")),
           field(17, integer(10)), field(27, international("447700900001")), field(38, kNetwork)});
  const std::string update = group(
      13, {field(0, integer(13)), field(1, swapped(kImsi)), field(3, kEntity),
           group(5, {field(2, octets({0x12, 0x34})), field(3, octets({0, 9})), field(4, kNetwork)}),
           field(7, time_stamp("310304081553"))});
  const auto text = read(gateway(78, 84, 16) + gateway(79, 85, 0) + sgsn + update);
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("kind") == "data");
  CHECK(rows[0].at("cell") == "001-01-12288-12345678");
  CHECK(rows[0].at("duration_s") == "3600");
  CHECK(rows[0].at("imei") == "3500000000000101");
  CHECK(rows[2].at("cell") == "001-01-4660-22136");
  CHECK(rows[3].at("kind") == "location");
  CHECK(rows[3].at("cell") == "001-01-4660-9");
  CHECK(rows[3].at("a") == "unknown");
  CHECK(noted(text, "1 records are parts of longer data sessions"));
  // Tag [20] is another record among those of circuit switching; its recordType tells.
  const std::string handover = group(20, {field(0, integer(87)), field(1, swapped(kImsi))});
  CHECK(codes_of(read(handover)) == std::vector<std::string>{"1 OTHER_RECORD"});
}

TEST_CASE("32.298: parts of one long call are one row, and none disappears", "[ingest][charging]") {
  Call first;
  first.seconds = 1800;
  first.cause = 1;
  first.sequence = 1;
  Call second = first;
  second.answer = time_stamp("310304084553");
  second.sequence = 2;
  second.cell = 2;
  Call third = second;
  third.answer = time_stamp("310304091553");
  third.sequence = 3;
  third.seconds = 100;
  third.cause = 0;
  third.cell = 3;
  Call other;
  other.reference = 8;
  other.answer = time_stamp("310304100000");

  SECTION("in the order of the call") {
    const auto text = read(mo(first) + mo(other) + mo(second) + mo(third));
    const auto rows = rows_of(text);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("duration_s") == "3700");
    CHECK(rows[0].at("last_cell") == "001-01-4660-3");
    CHECK(rows[1].at("position") == "2");
    CHECK(codes_of(text) == std::vector<std::string>{"3 PARTIAL_RECORD", "4 PARTIAL_RECORD"});
    CHECK(text.rejects[0].message().find("of the call of record 1") != std::string::npos);
    CHECK(noted(text, "3 partial records are parts of 1 long calls"));
  }
  SECTION("in any order: the row stands where the first part stands") {
    const auto text = read(mo(third) + mo(second) + mo(first));
    const auto rows = rows_of(text);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("position") == "3");
    CHECK(rows[0].at("start") == "2031-03-04T08:15:53+01:00");
    CHECK(rows[0].at("duration_s") == "3700");
  }
  SECTION("a part that is missing leaves the others apart") {
    const auto text = read(mo(first) + mo(third));
    CHECK(rows_of(text).size() == 2);
    CHECK(noted(text, "1 calls begin with a later part"));
    CHECK(noted(text, "1 calls end with a partial record"));
  }
  SECTION("a file delivered twice makes two equal rows, not one of twice the length") {
    const auto text = read(mo(first) + mo(second) + mo(third) + mo(first) + mo(second) + mo(third));
    const auto rows = rows_of(text);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("duration_s") == "3700");
    CHECK(rows[1].at("duration_s") == "3700");
  }
  SECTION("a reference used again later is another call") {
    Call later = second;
    later.answer = time_stamp("310305084553");
    CHECK(rows_of(read(mo(first) + mo(later))).size() == 2);
  }
  SECTION("without a sequence number nothing is joined, and that is said") {
    Call unnumbered = first;
    unnumbered.sequence = 0;
    const auto text = read(mo(unnumbered) + mo(other));
    CHECK(rows_of(text).size() == 2);
    CHECK(noted(text, "1 partial records of calls name no sequence number"));
  }
}

TEST_CASE("32.298: tags of a vendor are counted and left alone", "[ingest][charging]") {
  Call call;
  call.more = field(141, "\1") + field(200, "x") + group(35, {field(0, "y")});
  const auto text = read(mo(call) + mo(call));
  CHECK(rows_of(text).size() == 2);
  CHECK(noted(text, "2 moCallRecord [141], 2 moCallRecord [200]"));
  CHECK(noted(text, "2 records carry extensions of the vendor"));
  const std::string forward = group(100, {field(0, integer(100)), field(3, kEntity)});
  const auto mixed = read(mo({}) + forward);
  CHECK(codes_of(mixed) == std::vector<std::string>{"2 UNKNOWN_RECORD"});
  // A type that contradicts the CHOICE is not guessed at.
  CHECK(codes_of(read(mo({}) + group(0, {field(0, integer(1))}))) ==
        std::vector<std::string>{"2 UNKNOWN_RECORD"});
}

TEST_CASE("32.298: each reject says why", "[ingest][charging]") {
  const std::string no_party =
      group(0, {field(0, integer(0)), field(23, time_stamp("310304081553"))});
  const std::string no_time = group(0, {field(0, integer(0)), field(3, international("4477"))});
  const std::string supplementary = group(10, {field(0, integer(10)), field(1, swapped(kImsi))});
  const std::string broken = group(0, {field(0, integer(0)), octets({0x83, 9, 1})});
  const auto text = read(mo({}) + no_party + no_time + supplementary + broken);
  CHECK(codes_of(text) == std::vector<std::string>{"2 MISSING_A_NUMBER", "3 MISSING_TIME",
                                                   "4 OTHER_RECORD", "5 BROKEN_RECORD"});
  Call bad_field;
  bad_field.called = octets({0x91});
  CHECK(noted(read(mo(bad_field)), "1 moCallRecord [5]"));
}

TEST_CASE("32.298: files with the headers of TS 32.297", "[ingest][charging]") {
  const std::string records = record_297(mo({})) + record_297(mt(), true);
  const std::string file = file_297(records, 2);
  CHECK(surest(file) == "ts_32298");
  const auto text = read(file);
  CHECK(rows_of(text).size() == 2);
  CHECK(noted(text, "file 42 of 3GPP TS 32.297, which its header says holds 2 records"));
  CHECK_FALSE(noted(text, "are there"));

  SECTION("padding between and behind records") {
    const std::string padded =
        record_297(mo({})) + std::string(7, '\0') + record_297(mt()) + std::string(64, '\xFF');
    const auto read_padded = read(file_297(padded, 2));
    CHECK(rows_of(read_padded).size() == 2);
    CHECK(noted(read_padded, "71 octets of padding"));
  }
  SECTION("another number of records than it says, and lost ones") {
    const auto fewer = read(file_297(records, 3, 0, 5));
    CHECK(noted(fewer, "header says 3 records, 2 are there"));
    CHECK(noted(fewer, "records were lost before it was written"));
  }
  SECTION("cut off") {
    const std::string cut = file.substr(0, file.size() - 9);
    CHECK(refusal(cut).find("octets, ") != std::string::npos);
    const auto kept = adapted("ts_32298", cut, "f", true);
    REQUIRE(kept);
    CHECK(rows_of(*kept).size() == 1);
    CHECK(codes_of(*kept) == std::vector<std::string>{"2 BROKEN_RECORD"});
  }
  SECTION("a record in another encoding") {
    std::string packed = record_297(mo({}));
    packed[3] = 0x46;
    const auto other = read(file_297(packed + record_297(mt()), 2));
    CHECK(codes_of(other) == std::vector<std::string>{"1 OTHER_ENCODING"});
    CHECK(rows_of(other).size() == 1);
  }
  SECTION("no records at all") {
    const auto none = read(file_297("", 0));
    CHECK(none.rows == 0);
    CHECK(none.rejects.empty());
    CHECK(surest(file_297("", 0)) == "ts_32298");
  }
}

TEST_CASE("32.298: bare records may be padded, listed or of indefinite length",
          "[ingest][charging]") {
  const std::string padded = mo({}) + std::string(20, '\0') + mt() + std::string(100, '\xFF');
  CHECK(rows_of(read(padded)).size() == 2);
  CHECK(noted(read(padded), "120 octets of padding"));
  CHECK(surest(padded) == "ts_32298");

  const std::string list = constructed(
      kUniversal, 16,
      {group(0, {field(0, time_stamp("310304000000"))}), indefinite(kContext, 1, {mo({}), mt()}),
       group(2, {field(0, time_stamp("310304235959")), field(4, integer(3))})});
  CHECK(rows_of(read(list)).size() == 2);
  CHECK(noted(read(list), "trailer says 3 records, 2 are there"));
  CHECK(surest(list) == "ts_32298");

  const std::string open = indefinite(
      kContext, 0,
      {field(0, integer(0)),
       constructed(
           kContext, 1,
           {primitive(kUniversal, 4, swapped("00101")), primitive(kUniversal, 4, swapped("1"))}),
       field(3, international("447700900001")), field(23, time_stamp("310304081553"))});
  const auto rows = rows_of(read(open));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("start") == "2031-03-04T08:15:53+01:00");
  CHECK(rows[0].count("imsi") == 0);  // digits behind a filler: not read

  CHECK(refusal(mo({}) + octets({0xA0, 0x82, 1})).find("ends inside a length") !=
        std::string::npos);
  CHECK(surest("+447700900001;+447700900002\n").empty());
  CHECK(surest("0\x80 text that begins like a list").empty());
}

TEST_CASE("32.298: damage crashes nothing and hides no record", "[ingest][charging]") {
  Call part;
  part.sequence = 1;
  part.cause = 1;
  const std::string seeds[] = {mo({}) + mt() + mo(part),
                               file_297(record_297(mo({})) + record_297(mt()), 2)};
  const auto* layout = palermo::ingest::find_profile(palermo::ingest::kAdapterRows);
  REQUIRE(layout != nullptr);
  std::mt19937 random{20310304};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = seeds[random() % 2];
    for (unsigned i = 0; i < 1 + random() % 3; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(bytes.size() - random() % 20);
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    const auto made = adapted("ts_32298", {exact.data(), exact.size()}, "f", round % 2 == 0);
    if (!made) continue;
    const auto table = palermo::ingest::read_calls(made->text, *layout, "f", {});
    if (table) CHECK(table->rows_read == made->rows);
  }
}
