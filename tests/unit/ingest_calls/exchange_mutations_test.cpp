// Files of exchanges with random damage: nothing crashes, and no record disappears.
#include <random>

#include "ingest/calls/call_adapter.hpp"
#include "ingest/calls/call_reader.hpp"
#include "ingest/profile/profile.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace palermo::ingest;

const std::string kXml =
    "<?xml version=\"1.0\"?>\n<cdr core-uuid=\"c\"><channel_data/><variables><uuid>u1</uuid>"
    "<nolocal:x>1</nolocal:x><start_stamp>2031-03-04%2008%3A15%3A53</start_stamp>"
    "<start_uepoch>1930374953250000</start_uepoch><billsec>12</billsec></variables><callflow>"
    "<caller_profile><caller_id_number>1001</caller_id_number><destination_number>1002"
    "</destination_number></caller_profile></callflow></cdr>\n";
const std::string kJson =
    R"({"core-uuid":"c","variables":{"uuid":"u","start_stamp":"2031-03-04 08:15:53",)"
    R"("start_epoch":"1930374953","billsec":"12","bridge_uuid":"ARRAY::a|:b"},"callflow":)"
    R"([{"caller_profile":{"caller_id_number":"1001","destination_number":"1002"},"times":{}}]})"
    "\n";
const std::string kRow =
    "\"The \"Cat\",\"1001\",\"1002\",\"default\",\"2031-03-04 08:15:53\",\"\",\"4/3/2031 8:16\","
    "\"17\",\"12\",\"NORMAL_CLEARING\",\"00000000-0000-4000-8000-000000000001\",\"\",\"\"";
const std::string kList =
    "447700900001, ann, 447700900002, 88, 78, 17, 00000000-0000-4000-8000-000000000001, "
    "1930374953\n";

std::vector<std::string> seeds() {
  return {kXml + kXml,
          "cdr=" + kXml + "cdr=PGNkcj4=\n",
          kJson + kJson,
          "[" + kJson + "," + kJson + "]",
          "cdr=" + kJson,
          kRow + "\n" + kRow + "\n" + kRow + "\n",
          "INSERT INTO cdr VALUES (" + kRow +
              ");\nINSERT INTO cdr (caller_id_number,destination_number,start_stamp,billsec) "
              "VALUES (1001,1002,'2031-03-04 08:15:53',3);\n",
          kList + kList + kList};
}

void damage(std::string& text, std::mt19937& random) {
  static const std::string kBytes = "\"'<>{}[],;:%\n\r\t\\&=()/.-+ 0AZe\xFF\xC3";
  const std::size_t at = random() % text.size();
  switch (random() % 4) {
    case 0:
      text[at] = kBytes[random() % kBytes.size()];
      break;
    case 1:
      text.erase(at, 1 + random() % 20);
      break;
    case 2:
      text.insert(at, 1, kBytes[random() % kBytes.size()]);
      break;
    default: {
      const std::string part = text.substr(at, 1 + random() % 60);
      text.insert(random() % text.size(), part);
    }
  }
  if (text.empty()) text = "x";
}

}  // namespace

TEST_CASE("Damaged files of exchanges crash nothing and lose no record", "[ingest][pbx]") {
  std::mt19937 random{20310304};  // the same damage in every run
  const std::vector<std::string> originals = seeds();
  int read = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = originals[random() % originals.size()];
    for (auto times = 1 + random() % 4; times > 0; --times) damage(text, random);
    const bool keep_going = random() % 2 == 0;
    for (const char* format :
         {"freeswitch_csv", "freeswitch_xml", "freeswitch_json", "cdr_stats_list"}) {
      const CallAdapter* adapter = find_call_adapter(format);
      REQUIRE(adapter != nullptr);
      const double confidence = adapter->detect(text, "file").confidence;
      CHECK((confidence >= 0 && confidence <= 1));
      AdapterInput input;
      input.bytes = text;
      input.file_name = "file";
      input.options.keep_going = keep_going;
      const auto made = adapter->read(input);
      if (!made || made->rows == 0) continue;
      CallReadOptions options;
      options.timezone = "+01:00";
      const auto table = read_calls(made->text, *find_profile(kAdapterRows), "file", options);
      INFO(text);
      if (!table) {
        CHECK_THAT(table.error().message, Catch::StartsWith("every one of the"));
        continue;
      }
      ++read;
      CHECK(table->rows_read == made->rows);
    }
  }
  CHECK(read > 200);
}
