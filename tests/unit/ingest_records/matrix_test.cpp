#include <map>
#include <set>

#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::read;
using test::refusal;

namespace {

struct Counted {
  std::size_t labels = 0;
  std::size_t arcs = 0;
  std::size_t pairs = 0;
  double sum = 0;
  std::size_t alone = 0;
};

Counted count(const ingest::RecordBatch& batch) {
  Counted out;
  std::set<std::string> labels;
  std::set<std::pair<std::string, std::string>> pairs;
  std::set<std::string> places;
  for (const store::RecordRow& row : batch.rows) {
    const v1::Relation& relation = row.record.relation();
    CHECK(places.insert(row.local_id).second);
    labels.insert(relation.a());
    if (relation.b().empty()) {
      ++out.alone;
      continue;
    }
    labels.insert(relation.b());
    ++out.arcs;
    pairs.insert(std::minmax(relation.a(), relation.b()));
    out.sum += relation.weight();
  }
  out.labels = labels.size();
  out.pairs = pairs.size();
  return out;
}

struct Published {
  const char* file;
  std::size_t actors, arcs, pairs;
  double sum;
  std::size_t alone = 0;
};

}  // namespace

TEST_CASE("matrix: the CAVIAR files give the counts of their README", "[ingest][relations]") {
  PALERMO_NEED_SHARED(shared);
  for (const Published& published :
       std::initializer_list<Published>{{"phase1", 15, 26, 18, 59},
                                        {"phase2", 24, 35, 28, 120},
                                        {"phase3", 33, 68, 56, 282},
                                        {"phase4", 33, 65, 48, 456},
                                        {"phase5", 32, 50, 39, 162},
                                        {"phase6", 27, 68, 47, 668},
                                        {"phase7", 36, 63, 49, 379},
                                        {"phase8", 42, 75, 58, 335},
                                        {"phase9", 34, 60, 44, 317},
                                        {"phase10", 42, 68, 50, 478},
                                        {"phase11", 41, 72, 50, 355},
                                        {"CAVIAR_FULL", 110, 295, 205, 3546}}) {
    INFO(published.file);
    const std::string text =
        test::read_file(shared / "data/caviar_montreal" / (std::string{published.file} + ".csv"));
    CHECK(test::detected(text) == "matrix");
    const auto batch = read("matrix", text, {}, std::string{published.file} + ".csv");
    const Counted seen = count(batch);
    CHECK(seen.labels == published.actors);
    CHECK(seen.arcs == published.arcs);
    CHECK(seen.pairs == published.pairs);
    CHECK(seen.sum == published.sum);
    CHECK(batch.rows.front().layer == published.file);
    CHECK(batch.rejects.empty());
  }
}

TEST_CASE("matrix: the covert networks give the counts of their README", "[ingest][relations]") {
  PALERMO_NEED_SHARED(shared);
  for (const Published& published :
       std::initializer_list<Published>{{"siren", 44, 206, 103, 206},
                                        {"togo", 33, 94, 47, 94},
                                        {"cielnet", 25, 45, 35, 198},
                                        {"natarajan_cocaine", 28, 40, 40, 151},
                                        {"natarajan_heroin", 38, 168, 87, 168},
                                        {"london_gang", 54, 630, 315, 1010},
                                        {"italian_gangs", 67, 228, 114, 228},
                                        {"montreal_street_gangs", 35, 153, 78, 153, 2},
                                        {"french_connection", 112, 722, 361, 890}}) {
    INFO(published.file);
    const std::string text =
        test::read_file(shared / "data/covert_networks" / (std::string{published.file} + ".csv"));
    CHECK(test::detected(text) == "matrix");
    const auto batch = read("matrix", text);
    const Counted seen = count(batch);
    CHECK(seen.labels == published.actors);
    CHECK(seen.arcs == published.arcs);
    CHECK(seen.pairs == published.pairs);
    CHECK(seen.sum == published.sum);
    CHECK(seen.alone == published.alone);
    CHECK(test::has_notice(batch, "the matrix is symmetric") ==
          (published.arcs == 2 * published.pairs));
  }
}

TEST_CASE("matrix: a cell is walked back to its line and column", "[ingest][relations]") {
  const auto batch =
      read("matrix", "\"players\",\"1\",\"4\",\"89\"\n\"1\",0,2,0\n\"4\",0,0,0\n\"89\",5,0,0\n");
  REQUIRE(batch.rows.size() == 2);
  CHECK(batch.rows[0].local_id == "2.3");
  CHECK(batch.rows[0].record.relation().a() == "1");
  CHECK(batch.rows[0].record.relation().b() == "4");
  CHECK(batch.rows[1].local_id == "4.2");
  CHECK(batch.rows[1].record.line() == 4);
  CHECK(test::has_notice(batch, "not symmetric"));
}

TEST_CASE("matrix: a label without a tie stays a node", "[ingest][relations]") {
  const auto batch = read("matrix", ",A,B,C\nA,0,1,0\nB,1,0,0\nC,0,0,0\n");
  REQUIRE(batch.rows.size() == 3);
  CHECK(batch.rows[2].record.relation().a() == "C");
  CHECK(batch.rows[2].record.relation().b().empty());
  CHECK(batch.rows[2].local_id == "4.1");
  CHECK(batch.rows_read == 3);
  CHECK(test::has_notice(batch, "1 labels have no tie"));
}

TEST_CASE("matrix: persons by events are told from actors by actors", "[ingest][relations]") {
  const std::string text = ",E1,E2,E3\nAnna,1,0,1\nBert,0,1,0\nCarl,0,0,0\n";
  CHECK(test::detected(text) == "matrix");
  const auto batch = read("matrix", text);
  CHECK(batch.mapping.starts_with("two-mode matrix"));
  CHECK(batch.rows.size() == 4);
  CHECK(batch.rows[3].record.relation().a() == "Carl");
  const auto empty_event = read("matrix", ",E1,E2\nAnna,1,0\nBert,1,0\n");
  CHECK(empty_event.rows[2].record.relation().a() == "E2");
  CHECK(empty_event.rows[2].local_id == "1.3");
}

TEST_CASE("matrix: missing cells state nothing, other words are rejects, 99 is pointed out",
          "[ingest][relations]") {
  const auto batch = read("matrix", ",A,B,C\nA,0,NA,99\nB,x,0,-1\nC,,0.5,0\n");
  CHECK(batch.rows.size() == 2);
  REQUIRE(batch.rejects.size() == 2);
  CHECK(batch.rejects[0].line() == 3);
  CHECK(batch.rejects[0].message() == "column 2 is no number");
  CHECK(batch.rejects[1].message() == "column 4 is negative");
  CHECK(test::has_notice(batch, "2 cells are empty or NA"));
  CHECK(test::has_notice(batch, "99"));
}

TEST_CASE("matrix: what is cut off or mislabelled is refused", "[ingest][relations]") {
  CHECK(refusal("matrix", ",A,B,C\nA,0,1,0\nB,1,0,0\n").find("cut off") != std::string::npos);
  CHECK(refusal("matrix", ",A,B,C\nA,0,1,0\nB,1,0\n") == "3: line 3: 3 columns, expected 4");
  CHECK(refusal("matrix", ",A,A\nA,0,1\nB,1,0\n").find("labels of column 1 and 2 are equal") !=
        std::string::npos);
  CHECK(refusal("matrix", ",A,\nA,0,1\nB,1,0\n").find("empty") != std::string::npos);
  CHECK(refusal("matrix", ",A,B\nA,0,1\nC,1,0\n").find("1 of 2 labels") != std::string::npos);
  CHECK(refusal("matrix", "only one line\n").find("column labels") != std::string::npos);
}

TEST_CASE("matrix: rows in another order than the columns are placed by label",
          "[ingest][relations]") {
  const auto batch = read("matrix", ",A,B\nB,7,0\nA,0,3\n");
  CHECK(batch.rows[0].record.relation().a() == "B");
  CHECK(batch.rows[0].record.relation().b() == "A");
  CHECK(test::has_notice(batch, "different order"));
}
