// Packed columns, texts, identifier blocks and the index of segments: what goes in comes out, what
// was damaged is refused.
#include "core/store/packed.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <set>
#include <tuple>

#include "core/store/call_columns.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/local_numbers.hpp"
#include "core/store/row_bytes.hpp"
#include "core/store/segment_index.hpp"
#include "core/store/segment_rows.hpp"
#include "core/store/segment_store.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;

namespace {

std::vector<std::string> list_of(const store::TextList& texts) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < texts.size(); ++i) list.emplace_back(texts[i]);
  return list;
}

store::CallColumns some_calls(std::size_t records) {
  std::mt19937_64 random{7};
  store::CallColumns calls;
  calls.source_id = "SRC-1";
  calls.records = records;
  calls.texts = {"901-70-1-1", "901-70-1-2", "never used", "AUTH-1"};
  for (std::uint32_t i = 0; i < records; ++i) {
    calls.started_at_us.push_back(1'900'000'000'000'000 + i * 7'000'000LL);
    calls.a.push_back(static_cast<std::uint32_t>(1 + random() % 9'000));
    calls.b.push_back(static_cast<std::uint32_t>(random() % 9'000));
    calls.duration_s.push_back(static_cast<std::int32_t>(random() % 4'000) - 2);
    calls.kind.push_back(i % 3 == 0 ? v1::SMS : v1::CALL);
    calls.flags.push_back(static_cast<std::uint16_t>(random() % 4));
    calls.utc_offset_min.push_back(static_cast<std::int16_t>(i % 5 == 0 ? 120 : 60));
    calls.line.push_back(i * 2 + 3);
    calls.imei.push_back(static_cast<std::uint32_t>(random() % 2 * 70'000));
    calls.cell.push_back(i % 4 == 0 ? 2 : (i % 4 == 1 ? 1 : 0));
    calls.authorization.push_back(4);
  }
  return calls;
}

void check_equal(const store::CallColumns& got, const store::CallColumns& want) {
  CHECK(got.records == want.records);
  CHECK(got.started_at_us == want.started_at_us);
  CHECK(got.a == want.a);
  CHECK(got.b == want.b);
  CHECK(got.duration_s == want.duration_s);
  CHECK(got.kind == want.kind);
  CHECK(got.flags == want.flags);
  CHECK(got.utc_offset_min == want.utc_offset_min);
  CHECK(got.line == want.line);
  CHECK(got.imei == want.imei);
  for (std::size_t i = 0; i < want.records; ++i) {
    CHECK(got.text(got.cell, i) == want.text(want.cell, i));
    CHECK(got.text(got.authorization, i) == want.text(want.authorization, i));
  }
}

/// One frame for all planes of a column, as version 2 wrote it. Small columns only: stored raw.
void pack_v2(const std::vector<std::int64_t>& values, v1::PackedColumn& column) {
  v1::PackedColumn modern;
  store::pack_plain(values, modern);
  column = modern;
  column.clear_plane();
  if (modern.width() == 1) column.set_planes(modern.plane(0));  // one plane: the same frame
}

bool names(const store::CallRow& call, std::uint32_t id) {
  return call.a == id || call.b == id || call.imei == id || call.imsi == id ||
         call.forwarded_to == id;
}

bool same(const store::CallRow& x, const store::CallRow& y) {
  const auto all = [](const store::CallRow& c) {
    return std::tie(c.source_id, c.line, c.started_at_us, c.utc_offset_min, c.a, c.b, c.duration_s,
                    c.kind, c.flags, c.imei, c.imsi, c.forwarded_to, c.cell, c.last_cell, c.roaming,
                    c.authorization_id, c.latitude_e7, c.longitude_e7, c.azimuth_deg);
  };
  return all(x) == all(y);
}

/// Every row and every identifier, read one by one, against the segment decoded whole.
void check_rows(const v1::CallSegment& segment) {
  const auto whole = store::unpack_segment(segment);
  const auto reader = store::SegmentRows::open(segment);
  REQUIRE(whole.ok());
  REQUIRE(reader.ok());
  std::vector<std::uint32_t> backwards;
  for (std::size_t row = whole->records; row-- > 0;)
    backwards.push_back(static_cast<std::uint32_t>(row));
  const auto read = reader->at(backwards);
  REQUIRE(read.ok());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < backwards.size(); ++i)
    wrong += same((*read)[i], store::row_of(*whole, backwards[i])) ? 0 : 1;
  CHECK(wrong == 0);
  const auto ids = store::dictionary_of(segment);
  REQUIRE(ids.ok());
  for (std::size_t i = 0; i < ids->size(); i += 1 + ids->size() / 100) {
    const std::uint32_t last = ids->back();
    const std::vector<std::uint32_t> asked{0, (*ids)[i], std::max((*ids)[i], last), last + 1};
    std::vector<std::uint32_t> expected;
    for (std::size_t row = 0; row < whole->records; ++row) {
      const store::CallRow call = store::row_of(*whole, row);
      if (names(call, (*ids)[i]) || names(call, last))
        expected.push_back(static_cast<std::uint32_t>(row));
    }
    CHECK_FALSE(expected.empty());
    CHECK(*reader->mentioning(asked) == expected);
  }
  CHECK(reader->mentioning({})->empty());
}

store::ObservedIdentifier imei(std::uint64_t number) {
  const std::string value = std::to_string(35'000'000'000'000ULL + number);
  return {"imei", value, value + std::to_string(number % 10), true, ""};
}

std::vector<store::IdentifierView> views(const std::vector<store::ObservedIdentifier>& of) {
  return {of.begin(), of.end()};
}

}  // namespace

TEST_CASE("however the bytes of a column are written, they are read back") {
  std::mt19937_64 random{11};
  const std::size_t n = GENERATE(1U, 2U, 255U, 4'096U, 20'000U);
  std::vector<std::vector<std::int64_t>> columns(6, std::vector<std::int64_t>(n));
  for (std::size_t i = 0; i < n; ++i) {
    columns[0][i] = static_cast<std::int64_t>(random());         // nothing to save
    columns[1][i] = static_cast<std::int64_t>(random() % 16);    // few values
    columns[2][i] = static_cast<std::int64_t>(i / 300 * 1'001);  // runs
    columns[3][i] = random() % 50 == 0 ? 7 : 3;                  // nearly one value
    columns[4][i] = static_cast<std::int64_t>(i % 5) - 2;        // a pattern
    columns[5][i] = static_cast<std::int64_t>(1'900'000'000 + i + random() % 2);  // steps
  }
  for (const auto& values : columns) {
    v1::PackedColumn plain;
    store::pack_plain(values, plain);
    const auto read = store::unpack_column(plain, n);
    REQUIRE(read.ok());
    CHECK(*read == values);
    v1::PackedColumn steps;
    store::pack_steps(values, steps);
    const auto climbed = store::unpack_column(steps, n);
    REQUIRE(climbed.ok());
    CHECK(*climbed == values);
  }
}

TEST_CASE("a plane takes the room of what it says") {
  constexpr std::size_t kRows = 4'096;
  std::mt19937_64 random{12};
  const auto bytes_of = [&](const auto& value) {
    std::vector<std::int64_t> values(kRows);
    for (std::size_t i = 0; i < kRows; ++i) values[i] = value(i);
    v1::PackedColumn column;
    store::pack_plain(values, column);
    REQUIRE(column.plane_size() == 1);
    return column.plane(0).size();
  };
  // As they are, behind the head of a frame.
  const std::size_t noise = bytes_of([&](std::size_t) { return std::int64_t(random() % 256); });
  CHECK(noise >= kRows);
  CHECK(noise <= kRows + 16);
  // Four bits each, and a table.
  const std::size_t halves = bytes_of([&](std::size_t) { return std::int64_t(random() % 16); });
  CHECK(halves <= kRows / 2 + 64);
  // Only a search finds these.
  CHECK(bytes_of([](std::size_t i) { return std::int64_t(i / 16); }) < kRows / 3);
  CHECK(bytes_of([](std::size_t i) { return std::int64_t(i / 2'048); }) < 64);
}

TEST_CASE("a column comes back as it was packed", "[core][store]") {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::vector<std::int64_t>> columns = {{5},
                                                          {5, 5, 5},
                                                          {0, 255},
                                                          {-1, 255},
                                                          {0, 65'535, 7},
                                                          {0, 65'536},
                                                          {1 << 24, 3, -9},
                                                          {least, most},
                                                          {most, least},
                                                          {0, 1LL << 40, 2, 1LL << 41},
                                                          {10, 20, 31, 39}};
  for (const auto& values : columns) {
    for (const bool steps : {false, true}) {
      v1::PackedColumn packed;
      steps ? store::pack_steps(values, packed) : store::pack_plain(values, packed);
      const auto back = store::unpack_column(packed, values.size());
      REQUIRE(back.ok());
      CHECK(*back == values);
      store::InflatedPlanes inflated;
      for (std::uint32_t row = 0; row < values.size(); ++row) {
        CHECK(store::pick_values(packed, values.size(), std::array{row}, least, most, inflated)
                  ->at(0) == values[row]);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < values.size(); ++i)
          if (values[i] == values[row]) expected.push_back(i);
        std::vector<std::uint32_t> found;
        REQUIRE(store::find_value(packed, values.size(), values[row], found, inflated).ok());
        CHECK(found == expected);
      }
      std::vector<std::uint32_t> none;
      REQUIRE(store::find_value(packed, values.size(), 4'242, none, inflated).ok());
      CHECK(none.empty());
    }
  }
}

TEST_CASE("a damaged column is refused", "[core][store]") {
  std::vector<std::int64_t> values;
  for (int i = 0; i < 300; ++i) values.push_back(i * i);
  v1::PackedColumn good;
  store::pack_plain(values, good);
  REQUIRE(good.plane_size() == 3);
  const auto refused = [](const v1::PackedColumn& column, std::size_t n) {
    const auto got = store::unpack_column(column, n);
    return !got.ok() && got.error().reason == "ALTERED";
  };
  CHECK(refused(good, 299));
  v1::PackedColumn bad = good;
  bad.set_width(9);
  CHECK(refused(bad, 300));
  bad = good;
  bad.mutable_plane()->RemoveLast();
  CHECK(refused(bad, 300));
  bad = good;
  bad.mutable_plane(0)->resize(bad.plane(0).size() / 2);
  CHECK(refused(bad, 300));
  std::vector<std::uint32_t> rows;
  store::InflatedPlanes of_bad;
  store::InflatedPlanes of_good;
  CHECK(store::find_value(bad, 300, 40'000, rows, of_bad).error().reason == "ALTERED");
  CHECK(store::pick_values(bad, 300, std::array{7U}, 0, 90'000, of_bad).error().reason ==
        "ALTERED");
  CHECK(store::pick_values(good, 300, std::array{200U}, 0, 39'999, of_good).error().reason ==
        "ALTERED");
  CHECK(store::pick_values(good, 300, std::array{200U}, 0, 40'000, of_good).ok());
  std::vector<std::uint8_t> narrow;
  CHECK_FALSE(store::unpack_column(good, 300, narrow).ok());
}

TEST_CASE("texts come back as they were packed", "[core][store]") {
  const std::string longer(400, 'x');
  const std::vector<std::vector<std::string_view>> lists = {
      {},
      {""},
      {"a"},
      {"ab", "ab", "abc", "", "b"},
      {"z", "a"},
      {std::string_view{"\0\n", 2}, "\xC3\xA9"},
      {longer, longer}};
  for (const auto& list : lists) {
    v1::PackedTexts packed;
    store::pack_texts(list, packed);
    const auto back = store::unpack_texts(packed, 10);
    REQUIRE(back.ok());
    CHECK(list_of(*back) == std::vector<std::string>(list.begin(), list.end()));
    if (list.empty()) continue;
    const auto apart = store::SharedTexts::open(packed, 10);
    REQUIRE(apart.ok());
    for (std::size_t i = 0; i < list.size(); ++i) {
      CHECK(apart->at(i) == list[i]);
      CHECK(apart->size_of(i) == list[i].size());
    }
    CHECK_FALSE(store::unpack_texts(packed, list.size() - 1).ok());
    packed.mutable_shared()->set_base(300);
    CHECK_FALSE(store::unpack_texts(packed, 10).ok());
  }
}

TEST_CASE("a segment comes back as it was encoded, whatever its size", "[core][store]") {
  for (const std::size_t records : {std::size_t{1}, std::size_t{2}, std::size_t{5'000}}) {
    const store::CallColumns calls = some_calls(records);
    const store::EncodedSegment segment = store::encode_segment(calls, 0, records);
    const auto back = store::decode_segment(segment.blob);
    REQUIRE(back.ok());
    check_equal(*back, calls);
    check_rows(*store::parse_segment(segment.blob));
    CHECK(std::is_sorted(back->texts.begin(), back->texts.end()));
    CHECK(std::find(back->texts.begin(), back->texts.end(), "never used") == back->texts.end());
  }
}

TEST_CASE("a segment of version 2 is still read", "[core][store]") {
  v1::CallSegment old;
  old.set_version(2);
  old.set_records(3);
  old.set_source_id("SRC-9");
  for (const std::uint32_t id : {17U, 4'100U}) old.add_dictionary(id);
  old.add_texts("901-70-2-2");
  old.set_time_unit_us(1'000'000);
  pack_v2({1'900'000'000, 1'900'000'001, 1'900'000'099}, *old.mutable_started_at());
  pack_v2({1, 2, 1}, *old.mutable_a());
  pack_v2({2, 0, 2}, *old.mutable_b());
  pack_v2({60, 0, 61}, *old.mutable_duration_s());
  pack_v2({1, 2, 1}, *old.mutable_kind());
  pack_v2({2, 3, 4}, *old.mutable_line());
  pack_v2({60, 60, 60}, *old.mutable_utc_offset_min());
  pack_v2({0, 1, 0}, *old.mutable_flags());
  pack_v2({0, 0, 1}, *old.mutable_cell());
  const auto read = store::decode_segment(old.SerializeAsString());
  REQUIRE(read.ok());
  CHECK(read->a == std::vector<std::uint32_t>{17, 4'100, 17});
  CHECK(read->b == std::vector<std::uint32_t>{4'100, 0, 4'100});
  CHECK(read->started_at_us[2] == 1'900'000'099'000'000);
  CHECK(read->text(read->cell, 2) == "901-70-2-2");
  CHECK(*store::dictionary_of(old) == std::vector<std::uint32_t>{17, 4'100});
  check_rows(old);
  v1::CallSegment turned = old;
  turned.mutable_dictionary()->SwapElements(0, 1);
  CHECK(store::unpack_segment(turned).error().reason == "ALTERED");
  CHECK(store::SegmentRows::open(turned).error().reason == "ALTERED");
  for (const unsigned version : {1U, 4U}) {
    old.set_version(version);
    CHECK_FALSE(store::SegmentRows::open(old).ok());
    CHECK_FALSE(store::unpack_segment(old).ok());
  }
}

TEST_CASE("the index of a segment knows each identifier and no other", "[core][store]") {
  std::mt19937_64 random{3};
  for (const unsigned share : {1U, 10U, 300U, 4'000U}) {  // one in `share`
    std::vector<std::uint32_t> ids;
    for (std::uint32_t id = 1; id < 20'000; ++id)
      if (random() % share == 0) ids.push_back(id);
    if (ids.empty()) ids.push_back(4'095);
    std::vector<bool> mentioned(20'480, false);
    for (const std::uint32_t id : ids) mentioned[id] = true;
    for (const auto& blocks : {store::index_of(ids), store::index_as_maps(ids)}) {
      for (const store::IndexBlock& block : blocks) {
        CHECK(block.bits.size() <= 512);
        std::size_t wrong = 0;
        for (std::uint32_t within = 0; within < store::kIndexBlockIds; ++within) {
          const auto found = store::mentions_any(block.bits, std::array{within});
          if (found != mentioned[block.block * store::kIndexBlockIds + within]) ++wrong;
        }
        CHECK(wrong == 0);
      }
    }
    CHECK((share == 1 || store::index_of(ids)[0].bits.size() < 512));
  }
  CHECK_FALSE(store::mentions_any("", std::array{1U}).has_value());
  CHECK_FALSE(store::mentions_any(std::string("\xff\x0f\x00", 3), std::array{1U}).has_value());
  CHECK_FALSE(
      store::mentions_any(std::string("\xff\x0f\x00\x00", 4), std::array{4'000U}).has_value());
  CHECK_FALSE(store::mentions_any(std::string("\x00\x00\x20\x00", 4), std::array{1U}).has_value());
}

TEST_CASE("a few identifiers are rows, and their bytes are those read back", "[core][store]") {
  auto db = *store::Database::in_memory();
  std::vector<store::ObservedIdentifier> file;
  for (std::uint64_t i = 0; i < 20; ++i) file.push_back(imei(i * 31));
  file.push_back({"msisdn", "+447700900001", "07700 900001", true, "GB"});
  const auto listed = views(file);
  auto bulk = *store::BulkIdentifiers::look_up(db, listed);
  bulk.assign(std::vector<bool>(file.size(), true));
  const auto bytes = bulk.insert();
  REQUIRE(bytes.ok());
  CHECK(*bytes == *store::identifier_bytes(db, 1, 21));
  auto again = *store::BulkIdentifiers::look_up(db, listed);
  again.assign(std::vector<bool>(file.size(), true));
  CHECK(again.insert()->empty());
}

TEST_CASE("identifiers in blocks are found by number, value and spelling", "[core][store]") {
  auto db = *store::Database::in_memory();
  std::vector<store::ObservedIdentifier> file;
  for (std::uint64_t i = 0; i < 5'000; ++i) file.push_back(imei(i * 31));
  file.push_back({"imsi", "001010000000001", "001010000000001", true, ""});
  for (std::uint64_t i = 0; i < 1'500; ++i) {
    const std::string digits = std::to_string(10'000'000'000ULL + i * 3);
    file.push_back(
        {"msisdn", "+888" + digits, "00888" + digits, i % 7 != 0, i % 2 == 0 ? "IT" : ""});
  }
  const auto listed = views(file);
  auto bulk = *store::BulkIdentifiers::look_up(db, listed);
  bulk.assign(std::vector<bool>(file.size(), true));
  const auto bytes = bulk.insert();
  REQUIRE(bytes.ok());
  CHECK(*bytes == *store::identifier_bytes(db, 1, static_cast<std::int64_t>(file.size())));
  CHECK(*db.scalar("SELECT count(*) FROM identifier_block") == 7);  // of 1,024
  CHECK(*db.scalar("SELECT count(*) FROM identifier") == 1);        // a single IMSI is a row
  CHECK(*store::last_identifier(db) == static_cast<std::int64_t>(file.size()));

  const auto all = *store::all_identifiers(db);
  REQUIRE(all.size() == file.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    wrong += all[i].id != static_cast<std::int64_t>(i) + 1 || !(all[i].identifier == file[i]);
  CHECK(wrong == 0);
  for (const std::size_t i : {std::size_t{0}, std::size_t{4'095}, std::size_t{4'096},
                              std::size_t{5'000}, file.size() - 1}) {
    CHECK(store::find_identifier(db, static_cast<std::int64_t>(i) + 1)->identifier == file[i]);
    const auto by_value = *store::find_identifiers_by_value(db, file[i].value);
    REQUIRE(by_value.size() == 1);
    CHECK(by_value[0].id == static_cast<std::int64_t>(i) + 1);
    CHECK(store::find_identifiers(db, file[i].raw)->at(0).identifier == file[i]);
  }
  CHECK(store::find_identifiers_by_value(db, "+88810000000001")->empty());
  CHECK_FALSE(store::find_identifier(db, static_cast<std::int64_t>(file.size()) + 1).ok());

  SECTION("a later file gets the same numbers, and new ones go on behind them") {
    std::vector<store::ObservedIdentifier> second{file[4'999], imei(1), file[5'000]};
    const auto listed_again = views(second);
    auto again = *store::BulkIdentifiers::look_up(db, listed_again);
    CHECK(again.ids() == std::vector<std::uint32_t>{5'000, 0, 5'001});
    again.assign({true, true, true});
    REQUIRE(again.insert().ok());
    CHECK(store::find_identifier(db, 6'502)->identifier == imei(1));
    auto writer = *store::IdentifierWriter::open(db);
    CHECK(*writer.intern(file[3]) == 4);
    CHECK(*writer.intern({"account", "a@b", "a@b", true, ""}) == 6'503);
    CHECK(*writer.intern({"account", "a@b", "A@b", true, ""}) == 6'503);
    CHECK(*writer.intern(imei(1)) == 6'502);
  }
  SECTION("the bytes of the commitment cover rows and blocks, without gap") {
    const auto count = static_cast<std::int64_t>(file.size());
    const std::string honest = *store::identifier_bytes(db, 1, count);
    REQUIRE(db.exec("UPDATE identifier_block SET low = 'x' WHERE first = 1").ok());
    CHECK(*store::identifier_bytes(db, 1, count) != honest);
    REQUIRE(db.exec("UPDATE identifier_block SET count = count - 1 WHERE first = 1").ok());
    CHECK_FALSE(store::identifier_bytes(db, 1, count).ok());
  }
  SECTION("a block that is damaged is refused") {
    REQUIRE(
        db.exec("UPDATE identifier_block SET blob = substr(blob, 1, 100) WHERE first = 1").ok());
    CHECK(store::find_identifier(db, 2).error().reason == "ALTERED");
    CHECK(store::all_identifiers(db).error().reason == "ALTERED");
  }
}

TEST_CASE("numbers of columns become positions in the ascending list of those used",
          "[core][store]") {
  std::mt19937 random{5};
  store::LocalNumbers numbers;  // used again, as from one segment to the next
  for (const std::uint32_t highest : {1U, 100U, 2'047U, 2'048U, 1U << 22U, 4'294'967'295U}) {
    std::vector<std::vector<std::uint32_t>> columns(3, std::vector<std::uint32_t>(700));
    for (auto& column : columns)
      for (std::uint32_t& number : column)
        number = random() % 4 == 0
                     ? 0
                     : std::uniform_int_distribution<std::uint32_t>{1, highest}(random);
    columns[1].clear();  // an absent column
    columns[0][650] = highest;
    constexpr std::size_t kBegin = 100;
    constexpr std::size_t kRows = 580;
    numbers.start(kRows);
    for (const auto& column : columns) numbers.add(column, kBegin);
    numbers.finish();

    std::set<std::uint32_t> used;
    for (const auto& column : columns)
      for (std::size_t i = kBegin; i < kBegin + kRows && !column.empty(); ++i)
        if (column[i] != 0) used.insert(column[i]);
    CHECK(std::vector<std::uint32_t>(numbers.used().begin(), numbers.used().end()) ==
          std::vector<std::uint32_t>(used.begin(), used.end()));
    std::size_t wrong = 0;
    for (std::size_t column = 0; column < columns.size(); ++column)
      for (std::size_t i = 0; i < kRows; ++i) {
        const std::uint32_t number = columns[column].empty() ? 0 : columns[column][kBegin + i];
        const std::int64_t expected =
            number == 0 ? 0 : std::distance(used.begin(), used.find(number)) + 1;
        wrong += numbers.positions(column)[i] != expected;
      }
    CHECK(wrong == 0);
  }
}
