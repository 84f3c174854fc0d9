#include <set>

#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::read;
using test::refusal;

namespace {

struct Counted {
  std::size_t rows = 0;
  std::size_t labels = 0;
  std::size_t pairs = 0;
  double weights = 0;
};

Counted count(const ingest::RecordBatch& batch) {
  Counted counted{batch.rows.size(), 0, 0, 0};
  std::set<std::string> labels;
  std::set<std::pair<std::string, std::string>> pairs;
  for (const store::RecordRow& row : batch.rows) {
    const v1::Relation& relation = row.record.relation();
    labels.insert(relation.a());
    if (!relation.b().empty()) labels.insert(relation.b());
    if (!relation.b().empty() && relation.a() != relation.b())
      pairs.insert(std::minmax(relation.a(), relation.b()));
    counted.weights += relation.weight();
  }
  counted.labels = labels.size();
  counted.pairs = pairs.size();
  return counted;
}

}  // namespace

TEST_CASE("edge list: the Montagna files give the counts of their README", "[ingest][relations]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data/montagna_sicilian_mafia";
  const auto meetings =
      read("edge_list", test::read_file(folder / "Montagna_meetings_edgelist.csv"), {},
           "x/Montagna_meetings_edgelist.csv");
  const Counted met = count(meetings);
  CHECK(met.rows == 289);
  CHECK(meetings.rejects.empty());
  CHECK(met.labels == 101);
  CHECK(met.pairs == 256);
  CHECK(met.weights == 456);
  CHECK(meetings.rows.front().layer == "Montagna_meetings_edgelist");
  CHECK(meetings.rows.front().record.relation().a() == "0");
  CHECK(test::has_notice(meetings, "33 ties are stated a second time with the ends exchanged"));
  const auto calls =
      read("edge_list", test::read_file(folder / "Montagna_phonecalls_edgelist.csv"));
  const Counted called = count(calls);
  CHECK(called.rows == 150);
  CHECK(called.labels == 100);
  CHECK(called.pairs == 124);
  CHECK(called.weights == 276);
  CHECK(test::has_notice(calls, "26 ties"));
}

TEST_CASE("edge list: the covert networks give the counts of their README", "[ingest][relations]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data/covert_networks";
  const auto sept11 = count(read(
      "edge_list", test::read_file(folder / "sept11_hijackers_trusted_prior_contacts_edges.csv")));
  CHECK(sept11.labels == 19);
  CHECK(sept11.pairs == 27);
  const auto koschade =
      count(read("edge_list", test::read_file(folder / "jemaah_islamiyah_koschade_edges.csv")));
  CHECK(koschade.labels == 17);
  CHECK(koschade.pairs == 63);
  CHECK(koschade.weights == 166);
  const auto madoff = read("edge_list", test::read_file(folder / "madoff_money_flows_edges.csv"));
  CHECK(count(madoff).rows == 61);
  CHECK(count(madoff).labels == 61);
  CHECK(count(madoff).pairs == 60);
  CHECK(test::has_notice(madoff, "1 rows tie a label to itself"));
}

TEST_CASE("edge list: separators, header, quotes, BOM and line ends are told from the content",
          "[ingest][relations]") {
  for (const char* text :
       {"a,b,3\nc,d,1\n", "a;b;3\nc;d;1\n", "a\tb\t3\nc\td\t1", "a b 3\nc d 1\n", "a|b|3\nc|d|1\n",
        "\xEF\xBB\xBFsource,target,weight\r\na,b,3\r\nc,d,1\r\n", "\"a\",\"b\",3\r\"c\",\"d\",1\r",
        "weight,target,source\n3,b,a\n1,d,c\n", "\n\na,b,3\n\nc,d,1\n\n",
        "# nodes 4\na,b,3\nc,d,1\n"}) {
    INFO(text);
    const auto batch = read("edge_list", text);
    REQUIRE(batch.rows.size() == 2);
    CHECK(batch.rows[0].record.relation().a() == "a");
    CHECK(batch.rows[0].record.relation().b() == "b");
    CHECK(batch.rows[0].record.relation().weight() == 3);
    CHECK(batch.rows[1].record.relation().a() == "c");
  }
  const auto quoted = read("edge_list", "source,target\n\"O\"\"Neill, J\",\"line\nbreak\"\nx,y\n");
  CHECK(quoted.rows[0].record.relation().a() == "O\"Neill, J");
  CHECK(quoted.rows[0].record.relation().b() == "line\nbreak");
  CHECK(quoted.rows[1].record.line() == 4);
}

TEST_CASE("edge list: lines are those of the file, also below comments and blank lines",
          "[ingest][relations]") {
  const auto batch = read("edge_list", "# one\n# two\n\nx,y\n\n\nc,d\n");
  REQUIRE(batch.rows.size() == 2);
  CHECK(batch.rows[0].record.line() == 4);
  CHECK(batch.rows[1].record.line() == 7);
}

TEST_CASE("edge list: all columns of the contract are read", "[ingest][relations]") {
  const auto batch = read("edge_list",
                          "a,b,weight,layer,from,to\n"
                          "X,Y,2.5,family,2031-01-01,2031-02-01\n"
                          "X,Z,,,2031-01-01T10:00:00+02:00,\n",
                          test::layer("chart"));
  const v1::Relation& first = batch.rows[0].record.relation();
  CHECK(first.weight() == 2.5);
  CHECK(first.layer() == "family");
  CHECK(batch.rows[0].layer == "family");
  CHECK(batch.rows[0].from_us.has_value());
  CHECK(*batch.rows[0].to_us == core::parse_instant("2031-02-01T23:59:59.999999Z")->us);
  const v1::Relation& second = batch.rows[1].record.relation();
  CHECK_FALSE(second.has_weight());
  CHECK(second.layer() == "chart");
  CHECK(*batch.rows[1].from_us == core::parse_instant("2031-01-01T08:00:00Z")->us);
  const auto ends = read("edge_list", "from,to,weight\nX,Y,2\n");
  CHECK(ends.rows[0].record.relation().a() == "X");
  CHECK(ends.rows[0].record.relation().from().empty());
}

TEST_CASE("edge list: a row that states no usable tie is a reject with its line and code",
          "[ingest][relations]") {
  const auto batch = read("edge_list", "a,b,1\nc,,1\nd,e,many\nf,g,-2\nh,i,0\nj,k,nan\nl,m,9\n");
  CHECK(batch.rows_read == 7);
  CHECK(batch.rows.size() == 2);
  REQUIRE(batch.rejects.size() == 5);
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {
      {2, "MISSING_LABEL"}, {3, "BAD_WEIGHT"}, {4, "BAD_WEIGHT"}, {5, "NO_TIE"}, {6, "BAD_WEIGHT"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(batch.rejects[i].line() == expected[i].first);
    CHECK(batch.rejects[i].code() == expected[i].second);
  }
  const auto times =
      read("edge_list", "source,target,from,to\na,b,2031-02-30,\nc,d,2031-03-02,2031-03-01\n");
  REQUIRE(times.rejects.size() == 2);
  CHECK(times.rejects[0].code() == "BAD_TIME");
  CHECK(times.rejects[1].message() == "the tie ends before it begins");
}

TEST_CASE("edge list: a file of another shape is refused with its line", "[ingest][relations]") {
  CHECK(refusal("edge_list", "").find("empty") != std::string::npos);
  CHECK(refusal("edge_list", "\n \n").find("blank lines") != std::string::npos);
  CHECK(refusal("edge_list", "a,b,1\nc,d\n") == "2: line 2: 2 columns, expected 3");
  CHECK(refusal("edge_list", "a,b,1\nc,\"d,1\ne,f,1\n") ==
        "2: the quoted cell that begins in line 2 is never closed");
  CHECK(refusal("edge_list", "x,y\nc,\"d\"x\n") ==
        "2: line 2: text after the closing quotation mark of column 2");
  CHECK(
      refusal("edge_list", "source,target,colour\na,b,red\n").find("column 3 is called 'colour'") !=
      std::string::npos);
  CHECK(refusal("edge_list", "source,target,weight,weight\na,b,1,2\n").find("repeats") !=
        std::string::npos);
  CHECK(refusal("edge_list", "person,associate,n\na,b,1\n").find("looks like a header") !=
        std::string::npos);
  CHECK(refusal("edge_list", "source,target\n").find("no row below it") != std::string::npos);
  CHECK(refusal("edge_list", "a,b\nc,\xff\n") == "2: line 2 is not valid UTF-8");
  CHECK(refusal("edge_list", std::string("a,b\nc\0,d\n", 9)) ==
        "2: a NUL byte: this is no text file, or it is damaged");
  CHECK(refusal("edge_list",
                "\xFF\xFE"
                "a\0")
            .find("UTF-16") != std::string::npos);
  CHECK(refusal("edge_list", "source,target,from\na,b,2031-01-01T10:00:00\n") ==
        "2: line 2: 'from' is a local time without offset");
  CHECK(refusal("edge_list", "a,b\n" + std::string((std::size_t{16} << 20) + 2, 'x')) ==
        "2: line 2 is longer than 16 MiB");
}

TEST_CASE("edge list: with keep_going a broken row is a reject and the others stay",
          "[ingest][relations]") {
  const auto batch = read("edge_list", "a,b,1\nc,d\ne,\"f\"x,1\ng,h,2\n", test::keep_going());
  CHECK(batch.rows.size() == 2);
  REQUIRE(batch.rejects.size() == 2);
  CHECK(batch.rejects[0].code() == "COLUMN_COUNT");
  CHECK(batch.rejects[1].code() == "BAD_QUOTE");
}

TEST_CASE("edge list: a local time is read in the named zone, and clock changes are counted",
          "[ingest][relations]") {
  const auto batch = read("edge_list",
                          "source,target,from\na,b,2021-07-01T12:00:00\na,c,2021-10-31T02:30:00\na,"
                          "d,2021-03-28T02:30:00\n",
                          test::zone("Europe/Rome"));
  CHECK(*batch.rows[0].from_us == core::parse_instant("2021-07-01T10:00:00Z")->us);
  CHECK(batch.rows[0].record.relation().from() == "2021-07-01T12:00:00+02:00");
  CHECK(batch.ambiguous_local_times == 1);
  CHECK(batch.nonexistent_local_times == 1);
  CHECK(batch.timezone == "Europe/Rome");
  CHECK_FALSE(test::try_read("edge_list", "a,b\n", test::zone("Mars/Base")).ok());
}

TEST_CASE("edge list: every row becomes a record or a reject", "[ingest][relations]") {
  rc::prop("rows_read = rows + rejects = data lines", [] {
    const auto labels = *rc::gen::container<std::vector<std::pair<unsigned, int>>>(
        rc::gen::pair(rc::gen::inRange(0U, 9U), rc::gen::inRange(-2, 5)));
    RC_PRE(!labels.empty());
    std::string text = "source,target,weight\n";
    for (const auto& [label, weight] : labels)
      text += "P" + std::to_string(label) + ",Q," + std::to_string(weight) + "\n";
    const auto batch = test::try_read("edge_list", text);
    RC_ASSERT(batch.ok());
    RC_ASSERT(batch->rows_read == labels.size());
    RC_ASSERT(batch->rows_read == batch->rows.size() + batch->rejects.size());
  });
}
