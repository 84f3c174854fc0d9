#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::detected;
using test::has_notice;
using test::read;
using test::refusal;
using test::zone;

namespace {

const v1::Message& at(const ingest::RecordBatch& batch, std::size_t row) {
  REQUIRE(row < batch.rows.size());
  return batch.rows[row].record.message();
}

}  // namespace

TEST_CASE("Telegram: a chat of two names sender and recipient", "[ingest][messages]") {
  const std::string text = R"({"name": "Bob", "type": "personal_chat", "id": 42, "messages": [
    {"id": 1, "type": "message", "date": "2031-03-04T10:00:00", "date_unixtime": "1930381200",
     "from": "Ann", "from_id": "user7", "text": "hi"},
    {"id": 2, "type": "message", "date": "2031-03-04T10:00:00", "date_unixtime": 1930381260,
     "from": "Bob", "from_id": "user42", "reply_to_message_id": 1, "forwarded_from": "Cid",
     "media_type": "voice_message", "file": "voice/1.ogg", "duration_seconds": 9,
     "text": ["see ", {"type": "bold", "text": "here:"}, {"type": "link", "text": "https://x.test"}]},
    {"id": 3, "type": "service", "date_unixtime": "1930381320", "actor": "Ann", "actor_id": "user7",
     "action": "phone_call", "duration_seconds": 65, "text": ""},
    {"id": 4, "type": "service", "date_unixtime": "1930381380", "actor": "Ann", "actor_id": "user7",
     "action": "pin_message", "text": ""},
    "no object",
    {"id": 5, "type": "message", "date_unixtime": "soon", "from": "Bob", "text": "x"}]})";
  CHECK(detected(text, "result.json") == "telegram");
  const auto batch = read("telegram", text);
  REQUIRE(batch.rows.size() == 4);
  CHECK(at(batch, 0).sent_at() == "2031-03-04T09:00:00Z");
  CHECK(at(batch, 0).sender() == "user7");
  CHECK(at(batch, 0).sender_name() == "Ann");
  CHECK(at(batch, 0).recipients(0) == "user42");
  CHECK(at(batch, 0).direction() == v1::Message::out);
  CHECK(at(batch, 0).conversation() == "Bob (telegram-42)");
  CHECK(at(batch, 1).recipients(0) == "user7");
  CHECK(at(batch, 1).direction() == v1::Message::in);
  CHECK(at(batch, 1).text() == "see here: https://x.test");
  CHECK(at(batch, 1).reply_to() == "1");
  CHECK(at(batch, 1).forwarded_from() == "Cid");
  CHECK(at(batch, 1).duration_s() == 9);
  CHECK(at(batch, 1).attachments(0) == "voice/1.ogg");
  CHECK(at(batch, 2).kind() == v1::Message::call);
  CHECK(at(batch, 3).kind() == v1::Message::service);
  CHECK(at(batch, 3).recipients().empty());
  CHECK(batch.rows[0].identifiers[0].value == "telegram:user7");
  CHECK(batch.rows[0].identifiers[0].kind == "account");
  REQUIRE(batch.rejects.size() == 2);
  CHECK((batch.rejects[0].line() == 5 && batch.rejects[0].code() == "BAD_MESSAGE"));
  CHECK((batch.rejects[1].line() == 6 && batch.rejects[1].code() == "BAD_TIME"));
  CHECK(batch.positions == "records");
}

TEST_CASE("Telegram: a whole account names its owner; groups name no recipient",
          "[ingest][messages]") {
  const std::string text =
      R"({"personal_information": {"user_id": 7, "phone_number": "+447700900001"},
    "contacts": {"list": []}, "chats": {"list": [
    {"name": "Boat", "type": "private_group", "id": 9, "messages": [
      {"id": 1, "type": "message", "date": "2031-07-01T10:00:00", "from": "Bob", "from_id": "user42",
       "text": "now"}]},
    {"type": "saved_messages", "id": 7, "messages": []}]}})";
  CHECK(refusal("telegram", text).starts_with("0: record 1: 'date' is a local time"));
  const auto batch = read("telegram", text, zone("Europe/Rome"));
  REQUIRE(batch.rows.size() == 1);
  CHECK(at(batch, 0).sent_at() == "2031-07-01T10:00:00+02:00");
  CHECK(at(batch, 0).recipients().empty());
  CHECK(at(batch, 0).direction() == v1::Message::in);
  REQUIRE(batch.rows[0].targets.size() == 2);
  CHECK(batch.rows[0].targets[0].value == "telegram:user7");
  CHECK(batch.rows[0].targets[1].value == "+447700900001");
  CHECK(has_notice(batch, "left alone: contacts"));
  CHECK(refusal("telegram", R"({"chats": 5})") ==
        "1: neither messages nor chats.list stands in the file");
}

TEST_CASE("Telegram: displayed names without an id stay inside their chat", "[ingest][messages]") {
  const auto chat = [](const char* first) {
    return read("telegram", std::string{R"({"messages": [{"type": "message", "text": ")"} + first +
                                R"(", "date_unixtime": "1930381200", "from": "Ann"}]})");
  };
  const auto one = chat("a");
  const auto two = chat("b");
  CHECK(one.rows[0].identifiers[0].value.starts_with("Ann@telegram-"));
  CHECK(one.rows[0].identifiers[0].value != two.rows[0].identifiers[0].value);
}

TEST_CASE("Instagram: newest first, texts put right only where all of them decode",
          "[ingest][messages]") {
  const std::string text = R"({"participants": [{"name": "Ann\u00c3\u00a9"}, {"name": "Bob"}],
    "title": "Bob", "thread_path": "inbox/bob_1", "messages": [
    {"sender_name": "Bob", "timestamp_ms": 1930381260000, "content": "caf\u00e9 \u00c3"},
    {"sender_name": "Ann\u00c3\u00a9", "timestamp_ms": 1930381200123, "content": "\u00f0\u009f\u0098\u0080",
     "photos": [{"uri": "p/1.jpg"}], "reactions": [{"reaction": "x", "actor": "Bob"}]},
    {"sender_name": "Bob", "timestamp_ms": 1930381100000, "call_duration": 30},
    {"sender_name": "Bob", "timestamp_ms": "never"}]})";
  CHECK(detected(text, "message_1.json") == "instagram");
  const auto batch = read("instagram", text);
  REQUIRE(batch.rows.size() == 3);
  CHECK(at(batch, 0).text() == "caf\xC3\xA9 \xC3\x83");
  CHECK(at(batch, 0).recipients(0) == "Ann\xC3\xA9");
  CHECK(at(batch, 1).text() == "\xF0\x9F\x98\x80");
  CHECK(at(batch, 1).sent_at() == "2031-03-04T09:00:00.123000Z");
  CHECK(at(batch, 1).attachments(0) == "p/1.jpg");
  CHECK(at(batch, 2).kind() == v1::Message::call);
  CHECK(at(batch, 0).conversation() == "Bob (inbox/bob_1)");
  CHECK(has_notice(batch, "UTF-8 read as Latin-1"));
  CHECK(has_notice(batch, "2 participants"));
  CHECK(batch.rejects[0].code() == "BAD_TIME");
  CHECK(refusal("instagram", R"({"messages": []})") == "1: no messages stand in the file");
}

TEST_CASE("VAST 2014: microblogs and dispatch messages", "[ingest][messages]") {
  const std::string text =
      "type,date,author,latitude,longitude, location,major_event,sentiment,message\n"
      "mbdata,20310123170000,Ann,,,,spam,neutral,\"hello, @Bob\"\n"
      "mbdata,20310123170000,Ann,,,,spam,neutral,\"hello, @Bob\"\n"
      "ccdata,20310123170210,,36.05,24.87,N. Els St / N. Polvo St,x,neutral,TRAFFIC STOP\n"
      "other,20310123170210,,,,,,,x\n"
      "mbdata,20311323170210,Ann,,,,,,caf\xE9\n";
  CHECK(detected(text) == "vast2014");
  const auto batch = read("vast2014", text, zone("UTC"));
  REQUIRE(batch.rows.size() == 3);
  CHECK(at(batch, 0).sender() == "Ann");
  CHECK(at(batch, 0).text() == "hello, @Bob");
  CHECK(at(batch, 0).recipients().empty());
  CHECK(at(batch, 0).sent_at() == "2031-01-23T17:00:00Z");
  CHECK(at(batch, 1).message_id() == "repeat-2");
  CHECK(at(batch, 2).kind() == v1::Message::dispatch);
  CHECK(at(batch, 2).place() == "N. Els St / N. Polvo St");
  CHECK(at(batch, 2).latitude() == 36.05);
  CHECK(batch.rows[0].identifiers[0].value == "microblog:Ann");
  CHECK(batch.rejects[0].code() == "UNKNOWN_KIND");
  CHECK((batch.rejects[1].code() == "BAD_TIME" && batch.rejects[1].line() == 6));
  CHECK(has_notice(batch, "Windows-1252"));
  CHECK(has_notice(batch, "major_event, sentiment"));
  CHECK(has_notice(batch, "a mention is no recipient"));
  CHECK(refusal("vast2014", text).starts_with("2: line 2: 'date' is a local time"));
}
