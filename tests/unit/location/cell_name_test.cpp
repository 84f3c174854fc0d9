#include "analysis/location/cell_name.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using palermo::analysis::cell_keys;
using palermo::analysis::CellName;
using palermo::analysis::read_cell_name;
using Keys = std::vector<std::string>;

namespace {

bool share(const CellName& x, const char* radio_x, const CellName& y, const char* radio_y) {
  const Keys a = cell_keys(x, radio_x);
  const Keys b = cell_keys(y, radio_y);
  return std::any_of(a.begin(), a.end(), [&b](const std::string& key) {
    return std::find(b.begin(), b.end(), key) != b.end();
  });
}

}  // namespace

TEST_CASE("Cell names: country, network, area, cell", "[location]") {
  const auto cell = read_cell_name("262-01-4660-22136");
  REQUIRE(cell);
  CHECK(cell->mcc == "262");
  CHECK(cell->mnc == "01");
  CHECK(cell->area == 4660U);
  CHECK(cell->identity == 22136U);
  CHECK(read_cell_name("310:410:1:2")->mnc == "410");
  CHECK(read_cell_name("404 45 1 2")->mcc == "404");
  CHECK(read_cell_name("ECGI 262-01-12345678")->identity == 12345678U);
  CHECK_FALSE(read_cell_name("ECGI 262-01-12345678")->area);
  CHECK_FALSE(read_cell_name("TAI 262-01-12288")->identity);
  CHECK(read_cell_name("SAI 262-01-1-2")->area == 1U);
  CHECK_FALSE(read_cell_name("SAI 262-01-1-2")->identity);
  for (const char* text :
       {"", "13084", "4660-22136", "26-01-1-2", "262-1-1-2", "262-01-1", "262-01-1-x",
        "262-01-1-2-3", "Main Street 5", "LAC 5", "262-0001-1-2", "262-01-1-99999999999999999999"})
    CHECK_FALSE(read_cell_name(text));
}

TEST_CASE("Cell names: the same cell written in two ways shares a key", "[location]") {
  const CellName gsm = *read_cell_name("262-01-4660-22136");
  CHECK(share(gsm, "", gsm, "GSM"));
  CHECK_FALSE(share(gsm, "", *read_cell_name("262-02-4660-22136"), "GSM"));
  CHECK_FALSE(share(gsm, "", *read_cell_name("262-01-4661-22136"), "GSM"));
  // A table that dropped the network's zero.
  CellName bare = gsm;
  bare.mnc = "1";
  CHECK(share(gsm, "", bare, "GSM"));
  // A cell of LTE is one whatever its tracking area.
  CHECK(share(*read_cell_name("ECGI 262-01-12345678"), "", *read_cell_name("262-01-12288-12345678"),
              "LTE"));
  // Of UMTS a table has RNC * 65536 + CI.
  CellName umts = gsm;
  umts.identity = 7 * 65536 + 22136;
  CHECK(share(gsm, "", umts, "UMTS"));
  CHECK_FALSE(share(gsm, "", umts, "LTE"));
  CHECK(cell_keys(*read_cell_name("TAI 262-01-12288"), "").empty());
}
