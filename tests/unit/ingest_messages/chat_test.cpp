#include <fmt/format.h>

#include "ingest/messages/chat_text.hpp"
#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::has_notice;
using test::read;
using test::refusal;
using test::zone;

namespace {

const v1::Message& at(const ingest::RecordBatch& batch, std::size_t row) {
  REQUIRE(row < batch.rows.size());
  return batch.rows[row].record.message();
}

/// A header in one of the 96 layouts met in the wild.
struct Layout {
  const char* order;  // ymd, ydm, dmy, mdy
  char separator;
  bool twelve, seconds, bracket;
};

std::string header(const Layout& layout, int year, int month, int day, int hour, int minute,
                   int second) {
  std::string date;
  for (const char* part = layout.order; *part != 0; ++part) {
    if (!date.empty()) date += layout.separator;
    date += fmt::format("{:02}", *part == 'y' ? year : *part == 'm' ? month : day);
  }
  std::string time =
      fmt::format("{:02}:{:02}", layout.twelve ? (hour + 11) % 12 + 1 : hour, minute);
  if (layout.seconds) time += fmt::format(":{:02}", second);
  if (layout.twelve) time += hour < 12 ? " AM" : " PM";
  return layout.bracket ? fmt::format("[{} {}] ", date, time)
                        : fmt::format("{}, {} - ", date, time);
}

}  // namespace

TEST_CASE("WhatsApp: every known layout gives the same instants", "[ingest][messages]") {
  for (const char* order : {"ymd", "ydm", "dmy", "mdy"})
    for (const char separator : {'-', '/', '.'})
      for (const bool twelve : {false, true})
        for (const bool seconds : {false, true})
          for (const bool bracket : {false, true}) {
            const Layout layout{order, separator, twelve, seconds, bracket};
            const std::string text = header(layout, 29, 12, 13, 0, 5, 7) + "Ann: late\n" +
                                     header(layout, 29, 12, 31, 23, 59, 0) + "Bob: later\n" +
                                     header(layout, 30, 1, 2, 12, 30, 59) + "Ann: noon\n";
            INFO(text);
            CHECK(test::detected(text, "chat.txt") == "whatsapp");
            const auto batch = read("whatsapp", text, zone("+02:00"));
            REQUIRE(batch.rows.size() == 3);
            const char* first = seconds ? "2029-12-13T00:05:07+02:00" : "2029-12-13T00:05:00+02:00";
            CHECK(at(batch, 0).sent_at() == first);
            CHECK(at(batch, 1).sent_at() == "2029-12-31T23:59:00+02:00");
            CHECK(at(batch, 2).sent_at() ==
                  (seconds ? "2030-01-02T12:30:59+02:00" : "2030-01-02T12:30:00+02:00"));
            CHECK(at(batch, 2).sender() == "Ann");
            CHECK(at(batch, 2).text() == "noon");
          }
}

TEST_CASE("WhatsApp: the order of day and month is decided over the whole file or not at all",
          "[ingest][messages]") {
  SECTION("a first field above 12, late in the file") {
    const auto batch = read("whatsapp",
                            "01/02/2031, 10:00 - A: x\n02/02/2031, 10:00 - A: y\n"
                            "13/02/2031, 10:00 - A: z\n",
                            zone("UTC"));
    CHECK(at(batch, 0).sent_at() == "2031-02-01T10:00:00Z");
    CHECK(batch.mapping ==
          "dates are day-month-year: any other order gives the same days, or days that cannot be");
  }
  SECTION("dates run forward in one order only") {
    const auto batch =
        read("whatsapp", "03/04/2031, 10:00 - A: x\n04/03/2031, 10:00 - A: y\n", zone("UTC"));
    CHECK(at(batch, 0).sent_at() == "2031-03-04T10:00:00Z");
    CHECK(batch.mapping == "dates are month-day-year: with any other order the dates run back");
  }
  SECTION("both orders fit: the user is asked, and may say it") {
    const std::string text = "01/02/2031, 10:00 - A: x\n02/03/2031, 10:00 - A: y\n";
    CHECK(refusal("whatsapp", text, zone("UTC")) ==
          "1: the order of day, month and year is not to be told from the 2 dates: day-month-year "
          "and month-day-year are possible");
    const auto asked = test::try_read("whatsapp", text, zone("UTC"));
    CHECK(asked.error().next == "say which, with --format whatsapp_dmy or --format whatsapp_mdy");
    CHECK(at(read("whatsapp_dmy", text, zone("UTC")), 0).sent_at() == "2031-02-01T10:00:00Z");
    CHECK(at(read("whatsapp_mdy", text, zone("UTC")), 0).sent_at() == "2031-01-02T10:00:00Z");
  }
  SECTION("equal numbers need no decision") {
    const auto batch =
        read("whatsapp", "02/02/31, 10:00 - A: x\n03/03/31, 10:00 - A: y\n", zone("UTC"));
    CHECK(at(batch, 1).sent_at() == "2031-03-03T10:00:00Z");
  }
  SECTION("two orders in one file") {
    CHECK(refusal("whatsapp", "13/02/2031, 10:00 - A: x\n02/13/2031, 10:00 - A: y\n",
                  zone("UTC")) == "1: no one order of day, month and year fits all the dates");
  }
}

TEST_CASE("WhatsApp: senders, lines of the application and continuations", "[ingest][messages]") {
  const auto batch = read("whatsapp",
                          "31.01.2031, 09:00 - Ann created group \"Boat: June\"\n"
                          "31.01.2031, 09:01 - Ann: first\n"
                          "second line\n"
                          "\n"
                          "fourth line\n"
                          "31.01.2031, 09:02 - Ann:.\n"
                          "31.01.2031, 09:03 - Ann set the clock to 12:30\n"
                          "31.01.2031, 09:04 - +447700900001: a : b\n"
                          "31.01.2031, 09:05 - Jo & Ed \xF0\x9F\x98\x80: \n",
                          zone("UTC"));
  REQUIRE(batch.rows.size() == 6);
  CHECK(at(batch, 0).kind() == v1::Message::service);
  CHECK(at(batch, 0).sender().empty());
  CHECK(at(batch, 0).text() == "Ann created group \"Boat: June\"");
  CHECK(at(batch, 1).text() == "first\nsecond line\n\nfourth line");
  CHECK(batch.rows[1].record.line() == 2);
  CHECK(at(batch, 2).sender() == "Ann");
  CHECK(at(batch, 2).text() == ".");
  CHECK(batch.rows[2].record.line() == 6);
  CHECK(at(batch, 3).kind() == v1::Message::service);
  CHECK(at(batch, 4).text() == "a : b");
  CHECK(at(batch, 5).sender() == "Jo & Ed \xF0\x9F\x98\x80");
  const auto& number = batch.rows[4].identifiers.front();
  CHECK((number.kind == "msisdn" && number.value == "+447700900001"));
  const auto& name = batch.rows[1].identifiers.front();
  CHECK(name.kind == "account");
  CHECK(name.value == "Ann@" + at(batch, 1).conversation());
  CHECK(name.raw == "Ann");
  CHECK(batch.positions == "lines");
}

TEST_CASE("WhatsApp: invisible marks, 12-hour clocks, files and deleted messages",
          "[ingest][messages]") {
  const auto batch = read(
      "whatsapp",
      "\xEF\xBB\xBF\xE2\x80\x8E[31/01/31, 9:00:01\xE2\x80\xAF"
      "a.\xC2\xA0m.] Boat: "
      "\xE2\x80\x8EMessages and calls are end-to-end encrypted. No one can read them.\r\n"
      "[31/01/31, 9:01:00\xE2\x80\xAFp. m.] Ann: \xE2\x80\x8E<attached: 12-PHOTO.jpg>\r\n"
      "[31/01/31, 9:02:00\xE2\x80\xAFp. m.] Ann: \xE2\x80\x8Eimage omitted\r\n"
      "[31/01/31, 9:03:00\xE2\x80\xAFp. m.] Ann: \xE2\x80\x8EThis message was deleted.\r\n"
      "[31/01/31, 9:04:00\xE2\x80\xAFp. m.] Ann: seven \xE2\x80\x8E<This message was edited>\r\n"
      "[31/01/31, 12:05:00\xE2\x80\xAF"
      "a. m.] Ann: IMG-1.jpg (Datei angeh\xC3\xA4ngt)\r\n",
      zone("UTC"));
  REQUIRE(batch.rows.size() == 6);
  CHECK(at(batch, 0).kind() == v1::Message::service);
  CHECK(at(batch, 0).sender() == "Boat");
  CHECK(at(batch, 0).sent_at() == "2031-01-31T09:00:01Z");
  CHECK(at(batch, 1).sent_at() == "2031-01-31T21:01:00Z");
  CHECK(at(batch, 1).attachments(0) == "12-PHOTO.jpg");
  CHECK(at(batch, 2).attachments(0) == "not in the export");
  CHECK(at(batch, 3).deleted());
  CHECK(at(batch, 4).edited());
  CHECK(at(batch, 5).sent_at() == "2031-01-31T00:05:00Z");
  CHECK(at(batch, 5).attachments(0) == "IMG-1.jpg");
}

TEST_CASE("WhatsApp: what is no message is rejected with its line, and counted",
          "[ingest][messages]") {
  const auto batch = read("whatsapp",
                          "a title\nof two lines\n"
                          "13/01/2031, 10:00 - A: x\n"
                          "99/99/2031, 10:00 - A: no day\n"
                          "13/01/2031, 25:00 - A: no hour\n"
                          "[13.01.31 11:00] B: quoted in another layout\n",
                          zone("UTC"));
  CHECK(batch.rows_read == 4);
  REQUIRE(batch.rejects.size() == 3);
  CHECK(batch.rejects[0].code() == "NO_HEADER");
  CHECK(batch.rejects[0].line() == 1);
  CHECK(batch.rejects[1].code() == "BAD_TIME");
  CHECK(batch.rejects[1].line() == 4);
  CHECK(batch.rejects[2].line() == 5);
  CHECK(has_notice(batch, "1 lines begin with date and time in another layout"));
}

TEST_CASE("WhatsApp: a text without a time zone asks for it; clock changes are counted",
          "[ingest][messages]") {
  CHECK(refusal("whatsapp", "13/01/2031, 10:00 - A: x\n")
            .starts_with("1: line 1: 'time' is a local"));
  const auto batch =
      read("whatsapp", "26/10/2031, 01:30 - A: x\n26/10/2031, 02:30 - A: x\n", zone("Europe/Rome"));
  CHECK(batch.ambiguous_local_times == 1);
  CHECK(batch.timezone == "Europe/Rome");
}

TEST_CASE("WhatsApp: alike messages of one file are all kept; a later export repeats them",
          "[ingest][messages]") {
  const std::string begin = "13/01/2031, 10:00 - A: yes\n13/01/2031, 10:00 - A: yes\n";
  const auto first = read("whatsapp", begin, zone("UTC"), "one.txt");
  const auto second =
      read("whatsapp", begin + "14/01/2031, 10:00 - B: no\n", zone("UTC"), "two.txt");
  REQUIRE(first.rows.size() == 2);
  CHECK(at(first, 0).message_id().empty());
  CHECK(at(first, 1).message_id() == "repeat-2");
  CHECK(has_notice(first, "1 messages are alike in everything"));
  for (std::size_t i = 0; i < 2; ++i)
    CHECK(at(first, i).SerializeAsString() == at(second, i).SerializeAsString());
  const auto other = read("whatsapp", "13/01/2031, 10:01 - A: yes\n", zone("UTC"));
  CHECK(at(other, 0).conversation() != at(first, 0).conversation());
}

TEST_CASE("Signal: texts with their own layout", "[ingest][messages]") {
  const std::string text = "[2031-12-24, 12:23] Ann: one\n[2032-01-17, 21:49] Bob: two\nlines\n";
  CHECK(test::detected(text) == "signal");
  const auto batch = read("signal", text, zone("UTC"));
  REQUIRE(batch.rows.size() == 2);
  CHECK(at(batch, 1).text() == "two\nlines");
  CHECK(at(batch, 1).application() == "Signal");
  CHECK(refusal("signal", "13/01/2031, 10:00 - A: x\n", zone("UTC")) ==
        "1: the first message does not begin with [YYYY-MM-DD, HH:MM]");
}

TEST_CASE("chat texts: any bytes give messages or a refusal", "[ingest][messages]") {
  rc::prop("rows_read = records + rejects", [](const std::string& tail) {
    std::string text =
        "13/01/2031, 10:00 - A: x\n" + tail + "\n[1/2/3 4:5] x\n14/01/2031, 10:00 - ";
    std::erase(text, '\0');
    const auto batch = test::try_read("whatsapp", text, zone("UTC"));
    if (!batch) {
      RC_ASSERT(batch.error().code == core::ErrorCode::BadInput);
      return;
    }
    RC_ASSERT(batch->rows_read == batch->rows.size() + batch->rejects.size());
  });
}
