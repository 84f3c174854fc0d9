#include "ingest/calls/call_merge.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>
#include <type_traits>

#include "core/base/parallel.hpp"
#include "ingest/calls/call_identifiers.hpp"
#include "ingest/identifiers.hpp"

namespace palermo::ingest {
namespace {

using store::CallColumns;
using store::IdentifierView;
using store::ObservedIdentifier;

/// For each text of a part its number among those of all parts, in the order in which one reader
/// would have met them.
using Numbers = std::vector<std::uint32_t>;

Numbers merged(const TextTable& from, TextTable& to) {
  constexpr std::size_t kAhead = 16;  // the slots of a large table are cold
  const std::span<const std::string_view> texts = from.texts();
  Numbers numbers(texts.size());
  TextTable::Probe probes[kAhead];
  for (std::size_t i = 0; i < std::min(kAhead, texts.size()); ++i) probes[i] = to.probe(texts[i]);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    numbers[i] = to.intern(probes[i % kAhead]);
    if (i + kAhead < texts.size()) probes[i % kAhead] = to.probe(texts[i + kAhead]);
  }
  return numbers;
}

/// How the texts of one part are numbered in the whole table.
struct PartNumbers {
  Numbers parties, imeis, imsis, places;  // first among all texts, then in the table
};

void mark(const std::vector<std::uint32_t>& column, std::vector<bool>& used) {
  for (const std::uint32_t id : column)
    if (id != 0) used[id - 1] = true;
}

/// Cells and networks in the order of their bytes: neighbours share their beginnings, and a segment
/// stores each such beginning once.
std::vector<std::uint32_t> sort_places(const TextTable& places, std::vector<std::string>& texts) {
  std::vector<std::uint32_t> order(places.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t x, std::uint32_t y) { return places[x] < places[y]; });
  std::vector<std::uint32_t> position(order.size());
  texts.reserve(order.size());
  for (const std::uint32_t id : order) {
    texts.emplace_back(places[id]);
    position[id] = static_cast<std::uint32_t>(texts.size());
  }
  return position;
}

/// The columns of all parts behind one another, numbers of texts turned into places in the table.
class Columns {
 public:
  Columns(std::vector<std::unique_ptr<CallRows>>& parts, const std::vector<PartNumbers>& numbers,
          CallColumns& to)
      : parts_{parts}, numbers_{numbers}, to_{to} {
    for (const auto& part : parts_) to_.records += part->columns.records;
  }

  /// Columns that hold no numbers of texts.
  void join_plain() {
    plain(&CallColumns::started_at_us);
    plain(&CallColumns::utc_offset_min);
    plain(&CallColumns::duration_s);
    plain(&CallColumns::kind);
    plain(&CallColumns::flags);
    plain(&CallColumns::latitude_e7);
    plain(&CallColumns::longitude_e7);
    plain(&CallColumns::azimuth_deg);
    jobs_.emplace_back([this] {
      std::uint32_t lines = 0;
      each_part(
          &CallColumns::line,
          [&lines](std::size_t /*part*/, std::uint32_t line) { return line + lines; },
          [&](std::size_t part) { lines += static_cast<std::uint32_t>(parts_[part]->lines); });
    });
    run();
  }

  /// The others, once the numbers say the places in the table.
  void join_turned() {
    turned(&CallColumns::a, &PartNumbers::parties);
    turned(&CallColumns::b, &PartNumbers::parties);
    turned(&CallColumns::forwarded_to, &PartNumbers::parties);
    turned(&CallColumns::imei, &PartNumbers::imeis);
    turned(&CallColumns::imsi, &PartNumbers::imsis);
    turned(&CallColumns::cell, &PartNumbers::places);
    turned(&CallColumns::last_cell, &PartNumbers::places);
    turned(&CallColumns::roaming, &PartNumbers::places);
    run();
  }

 private:
  void run() {
    core::in_parallel(jobs_.size(), core::cores(), [this](std::size_t i) { jobs_[i](); });
    jobs_.clear();
  }

  /// @param value  of a part's value, the value in the table
  /// @param after  told each part when it is done
  template <typename T, typename Value, typename After>
  void each_part(std::vector<T> CallColumns::*column, const Value& value, const After& after) {
    std::vector<T>& to = to_.*column;
    // The first part mostly has room for the others, so that half of the values stay where they
    // are. The memory of a later part's column goes as soon as it was read.
    to = std::move(parts_[0]->columns.*column);
    for (T& each : to) each = value(0, each);
    to.resize(to_.records, 0);
    std::size_t row = parts_[0]->columns.records;
    after(0);
    for (std::size_t part = 1; part < parts_.size(); ++part) {
      std::vector<T>& from = parts_[part]->columns.*column;
      for (std::size_t i = 0; i < from.size(); ++i) to[row + i] = value(part, from[i]);
      row += parts_[part]->columns.records;
      std::vector<T>{}.swap(from);
      after(part);
    }
  }

  template <typename T>
  [[nodiscard]] bool any(std::vector<T> CallColumns::*column) const {
    return std::any_of(parts_.begin(), parts_.end(),
                       [column](const auto& part) { return !(part->columns.*column).empty(); });
  }

  template <typename T>
  void plain(std::vector<T> CallColumns::*column) {
    if (!any(column)) return;
    jobs_.emplace_back([this, column] {
      each_part(
          column, [](std::size_t /*part*/, T value) { return value; }, [](std::size_t /*part*/) {});
    });
  }

  void turned(std::vector<std::uint32_t> CallColumns::*column, Numbers PartNumbers::*numbers) {
    if (!any(column)) return;
    jobs_.emplace_back([this, column, numbers] {
      each_part(
          column,
          [this, numbers](std::size_t part, std::uint32_t id) {
            return id == 0 ? 0 : (numbers_[part].*numbers)[id - 1];
          },
          [](std::size_t /*part*/) {});
    });
  }

  std::vector<std::unique_ptr<CallRows>>& parts_;
  const std::vector<PartNumbers>& numbers_;
  CallColumns& to_;
  std::vector<std::function<void()>> jobs_;
};

/// Texts of later parts into the tables of the first.
std::vector<PartNumbers> merge_texts(std::vector<std::unique_ptr<CallRows>>& parts) {
  std::vector<PartNumbers> all(parts.size());
  constexpr struct {
    TextTable PartTexts::*texts;
    Numbers PartNumbers::*numbers;
  } kTables[] = {{&PartTexts::numbers, &PartNumbers::parties},
                 {&PartTexts::imeis, &PartNumbers::imeis},
                 {&PartTexts::imsis, &PartNumbers::imsis},
                 {&PartTexts::places, &PartNumbers::places}};
  core::in_parallel(std::size(kTables), core::cores(), [&](std::size_t i) {
    const auto [texts, to] = kTables[i];
    TextTable& first = parts[0]->texts.*texts;
    (all[0].*to).resize(first.size());
    std::iota((all[0].*to).begin(), (all[0].*to).end(), 0U);
    for (std::size_t part = 1; part < parts.size(); ++part) {
      all[part].*to = merged(parts[part]->texts.*texts, first);
      (parts[part]->texts.*texts).forget();
    }
    // What follows takes about as much memory, and memory in use is cheaper than new.
    first.end_look_ups();
  });
  return all;
}

/// Parties, then IMEI, then IMSI, each in the order of its table.
IdentifierViews read_texts(PartTexts& texts, NumberReader& numbers, bool one_part,
                           TextArena::Memory& memory) {
  const std::size_t parties = texts.numbers.size();
  const std::size_t imeis = texts.imeis.size();
  IdentifierViews read(parties + imeis + texts.imsis.size());
  const std::span<IdentifierView> all{read};
  std::vector<ObservedIdentifier> known;
  if (one_part) known = numbers.finish();  // they were read while the rows were
  const auto fill = [&memory](const TextTable& table, std::span<IdentifierView> to,
                              const auto& read_at) {
    const std::span<const std::string_view> raw = table.texts();
    read_identifiers(
        raw, [&](std::size_t i) { return read_at(i, raw[i]); }, to, memory);
  };
  fill(texts.numbers, all.first(parties), [&](std::size_t i, std::string_view raw) {
    return one_part ? std::move(known[i]) : numbers.read_one(raw);
  });
  fill(texts.imeis, all.subspan(parties, imeis),
       [](std::size_t, std::string_view raw) { return read_imei(raw); });
  fill(texts.imsis, all.subspan(parties + imeis),
       [](std::size_t, std::string_view raw) { return read_imsi(raw); });
  for (TextTable* table : {&texts.numbers, &texts.imeis, &texts.imsis}) table->give_copies(memory);
  return read;
}

}  // namespace

CallTable merge_parts(std::vector<std::unique_ptr<CallRows>>& parts, const CallLayout& layout,
                      NumberReader& numbers, std::uint32_t& lost_zeros) {
  CallTable table;
  std::vector<PartNumbers> places = merge_texts(parts);
  PartTexts& texts = parts[0]->texts;
  const std::size_t parties = texts.numbers.size();
  const std::size_t first_imsi = parties + texts.imeis.size();
  const IdentifierViews read =
      read_texts(texts, numbers, parts.size() == 1, table.identifier_texts);
  lost_zeros = layout.country.empty() ? 0 : count_lost_zeros(std::span{read}.first(parties));

  std::vector<std::vector<bool>> used_parties(parts.size());
  std::vector<std::vector<bool>> used_imeis(parts.size());
  std::vector<std::vector<bool>> used_imsis(parts.size());
  core::in_parallel(parts.size(), core::cores(), [&](std::size_t part) {
    const CallColumns& c = parts[part]->columns;
    used_parties[part].resize(places[part].parties.size());
    used_imeis[part].resize(places[part].imeis.size());
    used_imsis[part].resize(places[part].imsis.size());
    for (const auto* column : {&c.a, &c.b, &c.forwarded_to}) mark(*column, used_parties[part]);
    mark(c.imei, used_imeis[part]);
    mark(c.imsi, used_imsis[part]);
  });
  std::vector<bool> used(read.size(), false);
  const auto collect = [&used](const std::vector<bool>& of_part, const Numbers& numbers_of_part,
                               std::size_t offset) {
    for (std::size_t i = 0; i < of_part.size(); ++i)
      if (of_part[i]) used[offset + numbers_of_part[i]] = true;
  };
  for (std::size_t part = 0; part < parts.size(); ++part) {
    collect(used_parties[part], places[part].parties, 0);
    collect(used_imeis[part], places[part].imeis, parties);
    collect(used_imsis[part], places[part].imsis, first_imsi);
  }
  Columns columns{parts, places, table.columns};
  OrderedIdentifiers ordered;
  // Ordering keeps one core busy for much of its time.
  core::in_parallel(2, core::cores(), [&](std::size_t i) {
    if (i == 0) {
      ordered = in_order(read, used, core::cores());
    } else {
      columns.join_plain();
    }
  });
  table.identifiers = std::move(ordered.identifiers);
  for (const IdentifierView& identifier : table.identifiers)
    if (!identifier.valid && identifier.kind == "msisdn") ++table.invalid_numbers;

  const std::vector<std::uint32_t> place_order = sort_places(texts.places, table.columns.texts);
  const auto turn = [](Numbers& numbers_of_part, const std::vector<std::uint32_t>& order,
                       std::size_t offset) {
    for (std::uint32_t& number : numbers_of_part) number = order[offset + number];
  };
  for (PartNumbers& part : places) {
    turn(part.parties, ordered.position, 0);
    turn(part.imeis, ordered.position, parties);
    turn(part.imsis, ordered.position, first_imsi);
    turn(part.places, place_order, 0);
  }
  columns.join_turned();

  std::uint32_t lines = 0;
  for (const auto& part : parts) {
    for (v1::Reject& reject : part->rejects) {
      reject.set_line(reject.line() + lines);
      table.rejects.push_back(std::move(reject));
    }
    table.rows_read += part->rows_read;
    lines += static_cast<std::uint32_t>(part->lines);
  }
  return table;
}

}  // namespace palermo::ingest
