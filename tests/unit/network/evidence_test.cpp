// The first few records behind a tie, in 19 bytes or in memory of their own.
#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/network/tie_table.hpp"
#include "tests/support/catch.hpp"

using palermo::network::EvidenceList;
using palermo::network::EvidenceRef;
using palermo::network::kEvidenceKept;
using palermo::network::kNamedRecord;
using Refs = std::vector<EvidenceRef>;

namespace {

Refs read(const EvidenceList& list) { return {list.begin(), list.end()}; }

EvidenceList list_of(const Refs& refs) {
  EvidenceList list;
  for (const EvidenceRef& ref : refs) list.push_back(ref);
  return list;
}

/// Sources that fit in 16 bits, that do not, and records with names of their own.
EvidenceRef any_ref() {
  const auto source =
      *rc::gen::element<std::uint32_t>(0, 0, 0, 1, 0xFFFE, 0xFFFF, 0x10000, kNamedRecord);
  return {source, *rc::gen::inRange<std::uint32_t>(1, 9)};
}

Refs first_of(Refs refs) {
  if (refs.size() > kEvidenceKept) refs.resize(kEvidenceKept);
  return refs;
}

}  // namespace

TEST_CASE("Evidence keeps the first five and takes no more", "[network][evidence]") {
  EvidenceList list;
  CHECK(list.empty());
  for (std::uint32_t line = 1; line <= 4; ++line) list.push_back({3, line});
  const EvidenceList four = list;  // inside
  list.push_back({3, 5});          // the fifth moves all of them outside
  list.push_back({3, 6});
  CHECK(list.size() == kEvidenceKept);
  CHECK(list == Refs{{3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 5}});
  CHECK(four == Refs{{3, 1}, {3, 2}, {3, 3}, {3, 4}});
  // A second source, or one that needs more than 16 bits, moves them outside before.
  CHECK(list_of({{0, 7}, {1, 2}}) == Refs{{0, 7}, {1, 2}});
  CHECK(list_of({{0xFFFF, 7}}) == Refs{{0xFFFF, 7}});
  CHECK(list_of({{kNamedRecord, 7}, {0xFFFF, 7}}) == Refs{{kNamedRecord, 7}, {0xFFFF, 7}});
}

TEST_CASE("Long lists of evidence are copied, moved and assigned", "[network][evidence]") {
  const Refs refs = {{0, 1}, {9, 2}, {70'000, 3}, {kNamedRecord, 4}, {0, 5}};
  EvidenceList long_one = list_of(refs);
  EvidenceList copy = long_one;
  EvidenceList moved = std::move(long_one);
  CHECK(long_one.empty());  // NOLINT: what is moved from is empty and may be filled again
  long_one.push_back({2, 2});
  CHECK(long_one == Refs{{2, 2}});
  CHECK(copy == refs);
  CHECK(moved == refs);
  EvidenceList& same = copy;
  copy = same;
  CHECK(copy == refs);
  copy = list_of({{1, 1}});
  CHECK(copy == Refs{{1, 1}});
  CHECK(moved == refs);
  moved = std::move(copy);
  CHECK(moved == Refs{{1, 1}});
  // Elements of a vector that grows are moved; none is lost or freed twice.
  std::vector<EvidenceList> many;
  for (std::uint32_t i = 0; i < 100; ++i)
    many.push_back(i % 2 == 0 ? list_of(refs) : list_of({{i, 1}}));
  std::reverse(many.begin(), many.end());
  many.erase(many.begin() + 10, many.begin() + 50);
  CHECK(std::count(many.begin(), many.end(), list_of(refs)) == 30);
}

TEST_CASE("Evidence behaves as a vector of the first five", "[network][evidence][property]") {
  rc::prop("pushed one by one, whatever the sources", [] {
    Refs refs;
    EvidenceList list;
    const auto count = *rc::gen::inRange(0, 9);
    for (int i = 0; i < count; ++i) {
      refs.push_back(any_ref());
      list.push_back(refs.back());
      RC_ASSERT(read(list) == first_of(refs));
      RC_ASSERT(read(EvidenceList{list}) == first_of(refs));
    }
  });
  rc::prop("merged: the first five of both in order, each once", [] {
    const auto some = [] {
      Refs refs;
      const auto count = *rc::gen::inRange(0, 6);
      for (int i = 0; i < count; ++i) refs.push_back(any_ref());
      std::sort(refs.begin(), refs.end());
      refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
      return refs;
    };
    const Refs a = some(), b = some();
    EvidenceList merged = list_of(a);
    merged.merge(list_of(b));
    Refs want = first_of(a);
    const Refs more = first_of(b);
    want.insert(want.end(), more.begin(), more.end());
    std::sort(want.begin(), want.end());
    want.erase(std::unique(want.begin(), want.end()), want.end());
    RC_ASSERT(read(merged) == first_of(want));
  });
}
