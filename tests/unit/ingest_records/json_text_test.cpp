#include "ingest/records/json_text.hpp"

#include "tests/support/catch.hpp"

using namespace palermo;

TEST_CASE("JSON files: an object, an array and lines give items with their lines",
          "[ingest][json]") {
  const auto object = ingest::read_json_file("\n{\"a\":1}\n");
  REQUIRE(object.ok());
  CHECK(object->shape == ingest::JsonFile::Shape::Object);
  CHECK(object->items[0].line == 2);
  const auto array =
      ingest::read_json_file("[\n {\"a\":\"]\\\"}\"},\n\n {\"a\":[1,{\"b\":2}]},{}]");
  REQUIRE(array.ok());
  REQUIRE(array->items.size() == 3);
  CHECK(array->items[0].line == 2);
  CHECK(array->items[1].line == 4);
  CHECK(array->items[2].line == 4);
  CHECK(array->items[2].path == "[2]");
  const auto lines = ingest::read_json_file("{\"a\":1}\r\n\n{\"a\":2}\n");
  REQUIRE(lines.ok());
  CHECK(lines->shape == ingest::JsonFile::Shape::Lines);
  REQUIRE(lines->items.size() == 2);
  CHECK(lines->items[1].line == 3);
  CHECK(ingest::read_json_file("{\n\"a\": 1\n}")->shape == ingest::JsonFile::Shape::Object);
}

TEST_CASE("JSON files: what is broken is refused with the line", "[ingest][json]") {
  const auto refusal = [](std::string_view text) {
    const auto file = ingest::read_json_file(text);
    REQUIRE_FALSE(file.ok());
    CHECK(file.error().code == core::ErrorCode::BadInput);
    return file.error().message;
  };
  CHECK(refusal("{\"a\":1}\n{\"a\":").starts_with("line 2, column 6: the text ends"));
  CHECK(refusal("{\"a\":1}\n{\"a\":2,}\n").starts_with("line 2, column"));
  CHECK(refusal("[{\"a\":1},\n{\"a\":").starts_with("line 2"));
  CHECK(refusal("[{},\n3]") == "line 2: element [1] is no JSON object");
  CHECK(refusal("{\"a\":1,\"a\":2}").find("stands twice") != std::string::npos);
  CHECK(refusal("{\"a\":1,\"a\":[1]}").find("stands twice") != std::string::npos);
  CHECK(refusal("{\"a\":1,\"a\":1.5}").find("stands twice") != std::string::npos);
  CHECK(ingest::read_json_file("{\"a\":\"b\",\"a\":\"b\",\"c\":[{\"a\":1}]}").ok());
  CHECK(refusal(std::string(100'000, '[')).find("nested deeper") != std::string::npos);
  CHECK(refusal("{\"a\":" + std::string(100'000, '[')).find("nested deeper") != std::string::npos);
  CHECK(refusal("{\"a\":1}{\"a\":2}").starts_with("line 1"));
}

TEST_CASE("JSON files: a path leads to its line", "[ingest][json]") {
  const auto file = ingest::read_json_file(
      "{\n \"case\": {\"title\": \"a\\\"{[\"},\n \"statements\": [\n  {\"id\": \"S1\"},\n  "
      "{\"id\": \"S2\",\n   \"act\": {\n"
      "    \"type\": \"x\"}}\n ]\n}");
  REQUIRE(file.ok());
  const ingest::JsonItem& item = file->items[0];
  CHECK(ingest::line_of(item, "") == 1);
  CHECK(ingest::line_of(item, "case.title") == 2);
  CHECK(ingest::line_of(item, "statements") == 3);
  CHECK(ingest::line_of(item, "statements[0]") == 4);
  CHECK(ingest::line_of(item, "statements[1].id") == 5);
  CHECK(ingest::line_of(item, "statements[1].act") == 6);
  CHECK(ingest::line_of(item, "statements[1].act.type") == 7);
  CHECK(ingest::line_of(item, "statements[7].act") == 3);
  CHECK(ingest::line_of(item, "absent") == 1);
}
