#include "ingest/text/blank.hpp"
#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::detected;

TEST_CASE("detection: the public relation files are told by their content", "[ingest][detect]") {
  PALERMO_NEED_SHARED(shared);
  const auto file = [&](const char* path) { return test::read_file(shared / "data" / path); };
  CHECK(detected(file("montagna_sicilian_mafia/Montagna_meetings_edgelist.csv")) == "edge_list");
  CHECK(detected(file("montagna_sicilian_mafia/Montagna_phonecalls_edgelist.csv")) == "edge_list");
  CHECK(detected(file("covert_networks/sept11_hijackers_trusted_prior_contacts_edges.csv")) ==
        "edge_list");
  CHECK(detected(file("covert_networks/jemaah_islamiyah_koschade_edges.csv")) == "edge_list");
  CHECK(detected(file("covert_networks/madoff_money_flows_edges.csv")) == "edge_list");
  const auto guess =
      ingest::detect_format(file("caviar_montreal/CAVIAR_FULL.csv"), "CAVIAR_FULL.csv");
  REQUIRE(guess.ok());
  CHECK(guess->best.detection.reason == "110 row labels equal the 110 column labels");
}

TEST_CASE("detection: result tables, attribute tables and other worlds are refused, never misread",
          "[ingest][detect]") {
  PALERMO_NEED_SHARED(shared);
  std::size_t seen = 0;
  const auto expect_refused = [&](const std::filesystem::path& path) {
    INFO(path.filename().string());
    const auto guess = ingest::detect_format(test::read_file(path), path.filename().string());
    REQUIRE_FALSE(guess.ok());
    CHECK(guess.error().code == core::ErrorCode::BadInput);
    CHECK(guess.error().message.starts_with("no known format: this is "));
    CHECK_FALSE(guess.error().next.empty());
    ++seen;
  };
  for (const auto& entry : std::filesystem::directory_iterator(
           shared / "data/montagna_sicilian_mafia/published_disruption"))
    expect_refused(entry.path());
  for (const char* name : {"london_gang", "italian_gangs", "montreal_street_gangs"})
    expect_refused(shared / "data/covert_networks" / (std::string{name} + "_attributes.csv"));
  for (const char* path :
       {"data/montagna_sicilian_mafia/README.md", "data/hostile-input/archives/truncated.zip",
        "data/hostile-input/csv/csv-spectrum/csvs/simple.csv"})
    expect_refused(shared / path);
  CHECK(seen == 14);
}

TEST_CASE("detection: JSON and CSV records are told by their members", "[ingest][detect]") {
  CHECK(detected(R"({"case":{"title":"x"},"statements":[]})") == "statements");
  CHECK(detected(R"([{"id":"S1","kind":"fact","text":"x","person":{"id":"A"}}])") == "statements");
  CHECK(
      detected(
          "{\"id\":\"S1\",\"kind\":\"fact\",\"grade\":\"B2\",\"lawful\":true}\n{\"id\":\"S2\"}") ==
      "statements");
  CHECK(detected(R"({"report_id":"R1","officer":"O","statements":[]})") == "undercover_report");
  CHECK(detected("{\"session_id\":\"I1\",\"line\":\"+447700900001\"}\n") == "intercept_log");
  CHECK(detected("session_id,authorization_id,line,start,end,direction,parties\n") ==
        "intercept_log");
  CHECK(detected(R"({"use_id":"U1","started_at":"2031-01-01T00:00:00Z"})") == "technique_use");
  CHECK(detected("payment_id,from,to,amount,currency,at\nP1,A,B,5,EUR,2031-01-01\n") == "payments");
  CHECK(detected(R"([{"a":"X","b":"Y","weight":2}])") == "relations");
  CHECK(detected("source,target\nA,B\n") == "edge_list");
  CHECK(detected("[{\"sender_name\":\"x\",\"content\":\"y\"}]").starts_with("refused"));
}

TEST_CASE("detection: the reason and the second guess are stated", "[ingest][detect]") {
  const auto guess = ingest::detect_format("a,b,3\nb,c,1\nc,a,2\n", "ties.csv",
                                           {{"call_csv", {0.6, "three columns"}}});
  REQUIRE(guess.ok());
  CHECK(guess->best.format == "edge_list");
  CHECK(guess->text() ==
        "edge_list: 3 comma separated columns without header, the first two share 3 labels, the "
        "third is a number; "
        "next: call_csv (three columns)");
  const auto tie =
      ingest::detect_format("a,b,3\nb,c,1\nc,a,2\n", "ties.csv", {{"call_csv", {0.8, "x"}}});
  CHECK(tie.error().message.starts_with("two formats fit equally"));
}

TEST_CASE("detection: what is no evidence is called what it is", "[ingest][detect]") {
  using namespace std::string_literals;
  CHECK(ingest::describe_content("\xD4\xC3\xB2\xA1\x02\x00"s) == "a capture of packets (pcap)");
  CHECK(ingest::describe_content("One\tword\n"s) != "text without columns");
  CHECK(ingest::describe_content("-- a module\nA DEFINITIONS\n\tIMPLICIT TAGS\n") ==
        "text without columns");
  const std::string wide(std::size_t{300} << 10, 'x');
  CHECK(ingest::describe_content("{\"arcs\":\"" + wide + "\"}") ==
        "JSON whose members belong to no known record");
  CHECK(ingest::describe_content(wide) == "a file without line ends");
}

TEST_CASE("blank text is white space of every script, and nothing else", "[ingest][text]") {
  CHECK(ingest::is_blank(""));
  CHECK(ingest::is_blank(" \t\r\n"));
  CHECK(ingest::is_blank("\u2003\u00a0\u3000\u2028"));
  CHECK_FALSE(ingest::is_blank("\u2003a"));
  CHECK_FALSE(ingest::is_blank("\u200b"));  // invisible, but no white space: it is flagged instead
  CHECK_FALSE(ingest::is_blank("\xff"));
  CHECK_FALSE(ingest::is_blank(std::string_view{"\0", 1}));
}

TEST_CASE("detection never fails on hostile bytes", "[ingest][detect]") {
  rc::prop("any bytes give a format or a refusal", [](const std::string& bytes) {
    const auto guess = ingest::detect_format(bytes, "x");
    RC_ASSERT((guess.ok() || guess.error().code == core::ErrorCode::BadInput));
    for (const ingest::Adapter& adapter : ingest::record_adapters()) {
      const auto batch = adapter.read({bytes, "x", {}});
      RC_ASSERT((batch.ok() || batch.error().code == core::ErrorCode::BadInput));
    }
  });
  PALERMO_NEED_SHARED(shared);
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(shared / "data/hostile-input")) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = test::read_file(entry.path());
    INFO(entry.path().string());
    for (const ingest::Adapter& adapter : ingest::record_adapters()) {
      adapter.detect(bytes, "x");
      const auto batch = adapter.read({bytes, "x", {}});
      CHECK((batch.ok() || batch.error().code == core::ErrorCode::BadInput));
    }
  }
}
