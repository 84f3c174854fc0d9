#include "ingest/cells/cell_table.hpp"

#include "tests/support/catch.hpp"

namespace {

using palermo::ingest::cell_table_adapter;
using palermo::ingest::RecordBatch;

palermo::core::Result<RecordBatch> read(const std::string& text, bool keep_going = false) {
  palermo::ingest::AdapterInput input;
  input.bytes = text;
  input.file_name = "cells.csv";
  input.options.keep_going = keep_going;
  return cell_table_adapter().read(input);
}

RecordBatch table(const std::string& text) {
  auto batch = read(text);
  REQUIRE(batch);
  CHECK(batch->rows_read == batch->rows.size() + batch->rejects.size());
  return *std::move(batch);
}

const palermo::v1::CellSite& site(const RecordBatch& batch, std::size_t row) {
  REQUIRE(row < batch.rows.size());
  return batch.rows[row].record.cell_site();
}

double sure(const std::string& text) { return cell_table_adapter().detect(text, "f").confidence; }

const std::string kOpen =
    "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n";

}  // namespace

TEST_CASE("Cell table: OpenCelliD with and without its header", "[ingest][cells]") {
  const std::string rows =
      "GSM,262,1,4660,22136,,13.405,52.52,1200,5,1,1451606400,1609459200,\n"
      "LTE,310,410,12288,12345678,,-80.5,25.7,900,5,1,1451606400,1609459200,-90\n";
  for (const std::string& text : {kOpen + rows, rows}) {
    CHECK(sure(text) > 0.9);
    const RecordBatch batch = table(text);
    REQUIRE(batch.rows.size() == 2);
    CHECK(site(batch, 0).cell() == "262-01-4660-22136");
    CHECK(site(batch, 0).latitude() == 52.52);
    CHECK(site(batch, 0).longitude() == 13.405);
    CHECK(site(batch, 0).range_m() == 1200);
    CHECK(site(batch, 1).cell() == "310-410-12288-12345678");
    CHECK(site(batch, 1).radio() == "LTE");
    CHECK(batch.rows[0].kind == "cell_site");
    CHECK_FALSE(batch.rows[0].data_type);
    CHECK(batch.rows[0].identifiers.empty());
  }
}

TEST_CASE("Cell table: validity, azimuth and names of columns", "[ingest][cells]") {
  const std::string text =
      "date_start;date_end;radio;mcc;mnc;lac;ci;eci;lon;lat;azimuth\n"
      "2031-01-01;2031-01-31;GSM;204;08;1;2;;5,1214;52,0907;120\n"
      "2031-02-01;;LTE;204;08;1;;12345678;6.1;51.3;360\n";
  CHECK(sure(text) > 0.9);
  const RecordBatch batch = table(text);
  REQUIRE(batch.rows.size() == 2);
  CHECK(site(batch, 0).cell() == "204-08-1-2");
  CHECK(site(batch, 0).latitude() == 52.0907);
  CHECK(site(batch, 0).azimuth() == 120);
  CHECK(site(batch, 0).valid_from() == "2031-01-01");
  CHECK(*batch.rows[0].to_us - *batch.rows[0].from_us == 31LL * 86'400 * 1'000'000 - 1);
  CHECK(site(batch, 1).identity() == 12345678);
  CHECK_FALSE(batch.rows[1].to_us);
}

TEST_CASE("Cell table: lists that come beside calls", "[ingest][cells]") {
  const RecordBatch antennas = table("antenna_id,latitude,longitude\n13084,51.5,-0.1\n");
  CHECK(site(antennas, 0).cell() == "13084");
  const RecordBatch cells = table("cell,longitude,latitude,accuracy_m\n0,7.6555,47.5351,689\n");
  CHECK(site(cells, 0).longitude() == 7.6555);
  CHECK(site(cells, 0).range_m() == 689);
  const RecordBatch own = table(
      "cell,latitude,longitude,azimuth,beam_width,range_m,valid_from,valid_to,address,state\n"
      "A-7,,,,,,,,\"Quay 3, Harbour\",IT\n");
  CHECK(site(own, 0).address() == "Quay 3, Harbour");
  CHECK(site(own, 0).state() == "IT");
  CHECK_FALSE(site(own, 0).has_latitude());
}

TEST_CASE("Cell table: each reject says why", "[ingest][cells]") {
  const RecordBatch batch = table(
      "cell,latitude,longitude,valid_from,valid_to\n"
      "a,91,0,,\nb,x,0,,\n,1,1,,\nc,1,1,2031-02-30,\nd,1,1,2031-02-02,2031-02-01\ne,0,0,,\n"
      "f,155000,463000,,\n");
  std::vector<std::string> codes;
  for (const auto& reject : batch.rejects)
    codes.push_back(std::to_string(reject.line()) + " " + reject.code());
  CHECK(codes == std::vector<std::string>{"2 BAD_POSITION", "3 BAD_POSITION", "4 MISSING_CELL",
                                          "5 BAD_TIME", "6 BAD_TIME", "8 BAD_POSITION"});
  REQUIRE(batch.rows.size() == 1);
  CHECK_FALSE(site(batch, 0).has_latitude());  // 0/0 is no place
}

TEST_CASE("Cell table: a broken row refuses the file", "[ingest][cells]") {
  const std::string text = "cell,latitude,longitude\na,1,1\nb,1\n";
  const auto refused = read(text);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where->line == 3);
  const auto kept = read(text, true);
  REQUIRE(kept);
  CHECK(kept->rejects.at(0).code() == "COLUMN_COUNT");
  CHECK_FALSE(read("cell,latitude,longitude\n"));
  CHECK_FALSE(read("a,b,c\n1,2,3\n"));
}

TEST_CASE("Cell table: a table of the world is refused in words", "[ingest][cells]") {
  std::string text = kOpen;
  for (std::uint32_t i = 0; i <= palermo::ingest::kMostCellSites; ++i)
    text += "GSM,262,1,1,1,,1,1,,,,,,\n";
  const auto refused = read(text);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("more than 250000 cells") != std::string::npos);
}

TEST_CASE("Cell table: tables of something else are not taken", "[ingest][cells]") {
  CHECK(sure("a,b,start,duration_s,cell,latitude,longitude\n1,2,3,4,5,6,7\n") == 0);
  CHECK(sure("device,timestamp,cell,latitude,longitude\n1,2,3,4,5\n") == 0);
  CHECK(sure("unix_time,cells\n1,2\n") == 0);
  CHECK(sure("id,label,organisation\n1,X,Y\n") == 0);
  CHECK(sure("{\"cell\":1}\n") == 0);
  CHECK(sure("") == 0);
}
