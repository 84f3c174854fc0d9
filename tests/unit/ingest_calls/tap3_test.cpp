#include <random>

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

std::string long_time(std::uint32_t tag, const std::string& digits) {
  return items(tag, {item(16, digits), item(231, "+0200")});
}

std::string batch(const std::string& events, std::uint64_t count, bool table = true) {
  const std::string offsets =
      table ? items(234, {items(233, {item(232, integer(0)), item(231, "+0100")}),
                          items(233, {item(232, integer(1)), item(231, "-0330")})})
            : std::string{};
  return items(
      1,
      {items(4, {item(196, "AAA01"), item(182, "BBB02"), item(109, "00017"),
                 long_time(108, "20310304120000"), long_time(227, "20310304110000"),
                 long_time(107, "20310304123000"), item(201, integer(3)), item(189, integer(12))}),
       items(5, {item(135, "EUR"), item(244, integer(3))}),
       items(6,
             {offsets, items(188, {items(183, {item(184, integer(1)), item(186, integer(1))})})}),
       items(3, {events}),
       items(15, {long_time(101, "20310304081553"), long_time(133, "20310304100000"),
                  item(43, integer(count))})});
}

std::string subscriber(const std::string& msisdn = "447700900001") {
  return items(427, {items(199, {item(129, straight(kImsi)),
                                 msisdn.empty() ? std::string{} : item(152, straight(msisdn))})});
}

std::string start(std::uint64_t code = 0) {
  return items(44, {item(16, "20310304081553"), item(232, integer(code))});
}

std::string place() {
  return items(138, {items(156, {item(184, integer(1)), item(45, "ref"), item(136, integer(3505)),
                                 item(59, integer(7182))})});
}

std::string originated(const std::string& more = {}, std::uint64_t code = 0) {
  return items(9, {items(147, {subscriber(), items(89, {item(407, straight("447700900002"))}),
                               start(code), item(223, integer(62))}),
                   place(), items(429, {item(128, straight("350000000000018"))}), more});
}

palermo::ingest::CallText read(const std::string& bytes) {
  auto made = adapted("tap3", bytes, "file.ber");
  REQUIRE(made);
  return *std::move(made);
}

}  // namespace

TEST_CASE("TAP3: calls of both directions", "[ingest][charging]") {
  const std::string terminated =
      items(10, {items(153, {subscriber(), items(41, {item(405, straight("447700900003"))}),
                             start(1), item(223, integer(5))}),
                 place()});
  const auto text = read(batch(originated() + terminated, 2));
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == Row{{"position", "1"},
                       {"a", "+447700900001"},
                       {"b", "+447700900002"},
                       {"start", "2031-03-04T08:15:53+01:00"},
                       {"duration_s", "62"},
                       {"kind", "call"},
                       {"direction", "out"},
                       {"cell", "3505-7182"},
                       {"roaming", "AAA01"},
                       {"imei", "350000000000018"},
                       {"imsi", kImsi}});
  CHECK(rows[1].at("a") == "+447700900003");
  CHECK(rows[1].at("b") == "+447700900001");
  CHECK(rows[1].at("direction") == "in");
  CHECK(rows[1].at("start") == "2031-03-04T08:15:53-03:30");
  CHECK(text.rejects.empty());
  CHECK(noted(text,
              "sender AAA01, recipient BBB02, file sequence 00017, specification version 3, "
              "release 12"));
  CHECK(noted(text, "code 0 = +0100, code 1 = -0330"));
  CHECK(noted(text, "earliest event 2031-03-04T08:15:53+02:00"));
  CHECK_FALSE(noted(text, "the audit part counts"));
  CHECK(surest(batch(originated(), 1)) == "tap3");
}

TEST_CASE("TAP3: messages, forwarded calls and data", "[ingest][charging]") {
  const std::string message =
      items(9, {items(147, {subscriber(), items(89, {item(419, "447700900004")}), start()}),
                items(38, {items(39, {items(36, {items(426, {item(218, "22")})})})})});
  const std::string forwarded =
      originated(item(209, "21") + items(219, {item(403, straight("447700900005"))}));
  const std::string data = items(
      14,
      {items(114, {items(115, {subscriber({})}), start(), item(223, integer(900)), item(166, "F")}),
       items(117, {items(118, {item(136, integer(9)), item(59, integer(70000))})})});
  const auto text = read(batch(message + forwarded + data, 3));
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].at("kind") == "sms");
  CHECK(rows[0].at("b") == "+447700900004");
  CHECK(rows[0].count("duration_s") == 0);
  CHECK(rows[1].at("a") == "+447700900005");
  CHECK(rows[1].at("b") == "+447700900001");
  CHECK(rows[1].at("forwarded_to") == "+447700900002");
  CHECK(rows[2].at("kind") == "data");
  CHECK(rows[2].at("a") == "unknown");
  CHECK(rows[2].at("imsi") == kImsi);
  CHECK(rows[2].at("cell") == "9-70000");
  CHECK(noted(text, "1 data events are parts of longer sessions"));
}

TEST_CASE("TAP3: what cannot be a row is a reject with its reason", "[ingest][charging]") {
  const std::string empty = items(10, {items(153, {}), place()});
  const std::string no_time = items(9, {items(147, {subscriber()})});
  const std::string nobody = items(9, {items(147, {start()})});
  const std::string service = items(11, {subscriber()});
  const std::string unknown = items(300, {subscriber()});
  const auto text =
      read(batch(empty + items(14, {}) + no_time + nobody + service + unknown + originated(), 9));
  CHECK(codes_of(text) == std::vector<std::string>{"1 EMPTY_EVENT", "2 EMPTY_EVENT",
                                                   "3 MISSING_TIME", "4 MISSING_A_NUMBER",
                                                   "5 OTHER_RECORD", "6 UNKNOWN_RECORD"});
  CHECK(text.rejects[0].message().find("it holds: recording entity, call reference, location area, "
                                       "cell") != std::string::npos);
  CHECK(rows_of(text)[0].at("position") == "7");
  CHECK(noted(text, "the audit part counts 9 call events, 7 are there"));
  CHECK(text.certain);
}

TEST_CASE("TAP3: an offset that the table lacks is not guessed", "[ingest][charging]") {
  const auto text = read(batch(originated({}, 7), 1));
  CHECK(rows_of(text)[0].at("start") == "2031-03-04T08:15:53");
  CHECK(noted(text, "1 times name an offset that the file's table does not have"));
  CHECK(noted(read(batch(originated(), 1, false)), "no table of time offsets"));
}

TEST_CASE("TAP3: numbers that cannot be international keep their digits", "[ingest][charging]") {
  const auto dialled = [](const std::string& digits) {
    return items(9,
                 {items(147, {subscriber(), items(89, {item(407, straight(digits))}), start()})});
  };
  const auto text =
      read(batch(dialled("112") + dialled("07700900002") + dialled("447700900002"), 3));
  const auto rows = rows_of(text);
  CHECK(rows[0].at("b") == "112");
  CHECK(rows[1].at("b") == "07700900002");
  CHECK(rows[2].at("b") == "+447700900002");
  CHECK(noted(text, "2 numbers are too short"));
}

TEST_CASE("TAP3: a notification holds no events", "[ingest][charging]") {
  const std::string notification =
      items(2, {item(196, "AAA01"), item(182, "BBB02"), item(109, "00018")});
  const auto text = read(notification);
  CHECK(text.rows == 0);
  CHECK(text.rejects.empty());
  CHECK(noted(text, "TAP3 notification"));
  CHECK(surest(notification) == "tap3");
}

TEST_CASE("TAP3: a file that is cut off or joined to another is refused", "[ingest][charging]") {
  const std::string whole = batch(originated(), 1);
  const auto cut = adapted("tap3", whole.substr(0, whole.size() - 1));
  REQUIRE_FALSE(cut);
  CHECK(cut.error().message.find("are there") != std::string::npos);
  const auto joined = adapted("tap3", whole + whole);
  REQUIRE_FALSE(joined);
  CHECK(joined.error().message.find("behind the batch") != std::string::npos);
  CHECK(rows_of(read(whole + std::string(9, '\0'))).size() == 1);
  CHECK(surest("a text that begins like a batch").empty());
}

TEST_CASE("TAP3: damage crashes nothing", "[ingest][charging]") {
  const std::string whole = batch(originated() + originated(), 2);
  std::mt19937 random{20310304};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = whole;
    for (unsigned i = 0; i < 1 + random() % 3; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    const auto made = adapted("tap3", {exact.data(), exact.size()});
    if (made) CHECK(made->rows + made->rejects.size() <= 200);
  }
}
