#include "simulation/calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "core/base/time.hpp"

namespace palermo::simulation {
namespace {

constexpr int kDayS = 86'400;
// Share of the calls in each local hour, and on each weekday from Monday.
constexpr std::array<std::uint32_t, 24> kHours = {3,  2,  1,  1,  1,  2,  5,  10, 16, 20, 22, 22,
                                                  20, 18, 19, 21, 24, 27, 28, 26, 22, 16, 10, 6};
constexpr std::array<std::uint32_t, 7> kWeekdays = {10, 10, 11, 14, 15, 9, 8};
constexpr int kThursday = 3;  // 2023-05-01 was a Monday

struct DurationClass {
  int low_s;
  int high_s;
  std::uint32_t weight;
};
constexpr std::array<DurationClass, 5> kDurations = {
    DurationClass{4, 30, 30}, {31, 90, 34}, {91, 240, 22}, {241, 900, 12}, {901, 2700, 2}};

/// Two persons who call each other; the first is a target of the file.
struct Pair {
  std::size_t x;
  std::size_t y;
  std::uint32_t weight;
  bool convoy;  // calls of the night of transport
};

template <std::size_t N>
std::size_t draw(Random& random, const std::array<std::uint32_t, N>& weights) {
  std::uint64_t total = 0;
  for (const std::uint32_t weight : weights) total += weight;
  std::uint64_t at = random.below(total);
  for (std::size_t i = 0; i < N; ++i) {
    if (at < weights[i]) return i;
    at -= weights[i];
  }
  return N - 1;
}

/// Pairs with their running sums, for one draw in O(log n).
class PairTable {
 public:
  void add(const Pair& pair) {
    if (pair.weight == 0) return;
    pairs_.push_back(pair);
    total_ += pair.weight;
    sums_.push_back(total_);
  }
  [[nodiscard]] const Pair& draw(Random& random) const {
    const std::uint64_t at = random.below(total_);
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return pairs_[static_cast<std::size_t>(found - sums_.begin())];
  }
  [[nodiscard]] bool empty() const { return pairs_.empty(); }

 private:
  std::vector<Pair> pairs_;
  std::vector<std::uint64_t> sums_;
  std::uint64_t total_ = 0;
};

struct Tables {
  PairTable everyday;
  PairTable convoy;
  PairTable strangers;  // neither party is a target of this file
};

Tables tables_of(const Cast& cast, Cell cell, std::uint64_t seed) {
  Random random{seed, 20 + static_cast<std::uint64_t>(cell)};
  Tables tables;
  const std::string state{state_of(cell)};
  const auto at = [&](std::string_view role) { return cast.index_of(role); };
  const auto own = [&](std::string_view role) { return at(fmt::format("{} {}", state, role)); };
  const auto tie = [&](std::size_t x, std::size_t y, std::uint32_t weight, bool convoy = false) {
    const Pair pair{x, y, weight, convoy};
    tables.everyday.add(pair);
    if (convoy) tables.convoy.add(pair);
  };
  const std::size_t coordinator = own("coordinator");
  const std::array<std::size_t, 2> drivers = {own("driver 1"), own("driver 2")};
  const std::size_t recruiter = own("recruiter");
  const std::size_t keeper = own("safe-house keeper");
  for (const std::size_t driver : drivers) {
    tie(coordinator, driver, 60, true);
    tie(driver, keeper, 26, true);
  }
  tie(drivers[0], drivers[1], 22, true);
  tie(coordinator, recruiter, 48);
  tie(coordinator, keeper, 44, true);
  tie(recruiter, keeper, 14);

  // The chain between the cells: each cell's file holds the calls with the next one.
  if (cell == Cell::It) {
    tie(coordinator, at("CH coordinator"), 20, true);
    tie(drivers[0], at("CH driver 1"), 9, true);
    tie(at("document forger"), recruiter, 16);
    tie(at("document forger"), at("DE recruiter"), 5);
    tie(at("man on the blue van"), drivers[0], 8, true);
    tie(coordinator, at("border official"), 4);
    tie(drivers[1], at("informant"), 10);
  } else if (cell == Cell::Ch) {
    // Few calls, all between others: who matters is not who calls most.
    tie(at("organiser"), at("IT coordinator"), 7);
    tie(at("organiser"), coordinator, 9);
    tie(at("organiser"), at("DE coordinator"), 7);
    tie(at("organiser"), at("money mover"), 6);
    tie(coordinator, at("DE coordinator"), 18, true);
    tie(drivers[0], at("DE driver 1"), 8, true);
    tie(drivers[1], at("taxi driver"), 9);
    tie(coordinator, at("taxi firm"), 7);
  } else {
    tie(at("money mover"), coordinator, 14);
    tie(at("money mover"), at("IT coordinator"), 6);
    tie(recruiter, at("undercover officer"), 7);
    tie(keeper, at("landlord"), 8);
    tie(keeper, at("victim 1"), 6);
    tie(keeper, at("victim 2"), 5);
  }
  const std::string index = fmt::format("witness {}", static_cast<int>(cell) + 1);
  tie(keeper, at(index), 3);
  for (const std::size_t i : cast.of_category("smuggled_migrant")) {
    if (cast.persons[i].home != cell) continue;
    tie(recruiter, i, static_cast<std::uint32_t>(random.between(1, 4)));
    tie(keeper, i, static_cast<std::uint32_t>(random.between(1, 5)));
  }
  for (const std::size_t i : cast.of_category("customer"))
    if (cast.persons[i].home == cell)
      tie(recruiter, i, static_cast<std::uint32_t>(random.between(2, 6)));
  // Family and everyday contacts: many calls that mean nothing for the case.
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < cast.persons.size(); ++i)
    if (cast.persons[i].cell == cell) members.push_back(i);
  for (const std::size_t i : cast.of_category("unknown")) {
    if (cast.persons[i].home != cell) continue;
    const std::size_t ties = 1 + static_cast<std::size_t>(random.below(2));
    for (std::size_t t = 0; t < ties; ++t)
      tie(members[static_cast<std::size_t>(random.below(members.size()))], i,
          static_cast<std::uint32_t>(random.between(8, 30)));
  }
  const std::size_t stranger = at("witness 3");
  for (std::size_t i = 0; i < cast.persons.size(); ++i) {
    const Person& person = cast.persons[i];
    if (person.cell == Cell::None && i != stranger && person.category == "smuggled_migrant")
      tables.strangers.add({stranger, i, 1, false});
  }
  return tables;
}

struct Call {
  int start_s;  // of the local day
  int a;        // indexes into Cast::phones
  int b;
  int duration_s;
  bool sms;
  bool out;  // the record is the caller's
  std::size_t owner;
  bool convoy;
};

class Writer {
 public:
  Writer(const Cast& cast, Cell cell, std::uint64_t seed, TextFile& out)
      : cast_{cast},
        cell_{cell},
        random_{seed, 10 + static_cast<std::uint64_t>(cell)},
        tables_{tables_of(cast, cell, seed)},
        out_{out},
        busy_until_(cast.phones.size(), 0) {}

  /// @param last  the order ends with this day: no call may run past midnight
  void day(int day, std::uint64_t covered, std::uint64_t strangers, bool last) {
    calls_.clear();
    seen_.clear();
    for (std::uint64_t i = 0; i < covered; ++i) add(day, false, last);
    for (std::uint64_t i = 0; i < strangers; ++i) add(day, true, last);
    std::sort(calls_.begin(), calls_.end(), [](const Call& x, const Call& y) {
      return std::tie(x.start_s, x.a, x.b) < std::tie(y.start_s, y.a, y.b);
    });
    std::fill(busy_until_.begin(), busy_until_.end(), 0);
    buffer_.clear();
    for (Call& call : calls_) {
      settle(call);
      print(day, call);
    }
    out_.write({buffer_.data(), buffer_.size()});
    rows_ += calls_.size();
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  int phone_of(std::size_t person, int day) {
    std::array<int, 2> active{};
    std::size_t count = 0;
    for (const int phone : cast_.persons[person].phones) {
      const Phone& held = cast_.phones[static_cast<std::size_t>(phone)];
      if (held.from_day <= day && day <= held.to_day && count < active.size())
        active[count++] = phone;
    }
    if (count == 2 && random_.chance(1, 4)) return active[1];
    return active[0];
  }

  void add(int day, bool stranger, bool last) {
    Call call{};
    int hour = static_cast<int>(draw(random_, kHours));
    // Transports leave on Thursday night and arrive on Friday morning.
    const int weekday = day % 7;
    const bool night =
        (weekday == kThursday && hour >= 19) || (weekday == kThursday + 1 && hour < 8);
    if (!stranger && weekday == kThursday && random_.chance(1, 5))
      hour = 20 + static_cast<int>(random_.below(4));
    if (!stranger && weekday == kThursday + 1 && random_.chance(1, 6))
      hour = static_cast<int>(random_.below(6));
    const bool convoy = !stranger && night && random_.chance(2, 3);
    const Pair& pair = (stranger ? tables_.strangers
                        : convoy ? tables_.convoy
                                 : tables_.everyday)
                           .draw(random_);
    const bool outgoing = random_.chance(11, 20);
    const int x = phone_of(pair.x, day);
    const int y = phone_of(pair.y, day);
    call.a = outgoing ? x : y;
    call.b = outgoing ? y : x;
    call.out = outgoing;
    call.owner = pair.x;
    call.convoy = convoy;
    call.start_s = hour * 3600 + static_cast<int>(random_.below(3600));
    call.sms = random_.chance(22, 100);
    if (!call.sms && !random_.chance(14, 100)) {
      std::array<std::uint32_t, kDurations.size()> weights{};
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = kDurations[i].weight;
      const DurationClass& length = kDurations[draw(random_, weights)];
      call.duration_s = static_cast<int>(random_.between(length.low_s, length.high_s));
    }
    // No two rows of a file are alike, so that every row is its own record.
    const auto key = [&call] {
      return (static_cast<std::uint64_t>(call.start_s) << 20) |
             (static_cast<std::uint64_t>(call.a) << 10) | static_cast<std::uint64_t>(call.b);
    };
    while (!seen_.insert(key()).second) call.start_s = (call.start_s + 1) % kDayS;
    if (last) call.duration_s = std::min(call.duration_s, kDayS - 1 - call.start_s);
    calls_.push_back(call);
  }

  /// Nobody speaks twice at once: a busy caller sends a text, a busy called party misses the call.
  void settle(Call& call) {
    if (call.sms) return;
    int& a = busy_until_[static_cast<std::size_t>(call.a)];
    int& b = busy_until_[static_cast<std::size_t>(call.b)];
    if (a > call.start_s) {
      call.sms = true;
      call.duration_s = 0;
      return;
    }
    if (b > call.start_s) call.duration_s = 0;
    if (call.duration_s > 0) a = b = call.start_s + call.duration_s;
  }

  void print(int day, const Call& call) {
    const Phone& a = cast_.phones[static_cast<std::size_t>(call.a)];
    const Phone& b = cast_.phones[static_cast<std::size_t>(call.b)];
    const Phone& own = call.out ? a : b;
    const std::int64_t utc_s =
        kFirstMidnightS + static_cast<std::int64_t>(day) * kDayS + call.start_s;
    // The Swiss operator delivers UTC, the others local time with its offset.
    const bool utc = cell_ == Cell::Ch;
    const std::int64_t shown_s = utc ? utc_s : utc_s + kLocalOffsetS;
    const int of_day = static_cast<int>(shown_s % kDayS);
    const std::string date =
        core::format_date(core::Date{static_cast<std::int32_t>(shown_s / kDayS)});
    fmt::format_to(std::back_inserter(buffer_), "{},{},{}T{:02}:{:02}:{:02}{},{},{},{},{},{},{}\n",
                   a.number, b.number, date, of_day / 3600, of_day / 60 % 60, of_day % 60,
                   utc ? "Z" : "+02:00", call.duration_s, call.sms ? "sms" : "call",
                   call.out ? "out" : "in", radio_cell(call), own.imei_on(day), own.imsi);
  }

  const std::string& radio_cell(const Call& call) {
    const std::vector<RadioCell>& cells = radio_cells();
    constexpr std::size_t kPerState = 6;
    Cell where = cast_.persons[call.owner].home;
    if (where == Cell::None) where = cell_;
    std::size_t local =
        (call.owner * 5 + static_cast<std::size_t>(call.start_s / 7200)) % kPerState;
    // On the road the last cells of each State's list are those along the route.
    if (call.convoy) local = 4 + (static_cast<std::size_t>(call.start_s / 1800) % 2);
    return cells[static_cast<std::size_t>(where) * kPerState + local].id;
  }

  const Cast& cast_;
  Cell cell_;
  Random random_;
  Tables tables_;
  TextFile& out_;
  std::vector<int> busy_until_;
  std::vector<Call> calls_;
  std::unordered_set<std::uint64_t> seen_;
  fmt::memory_buffer buffer_;
  std::uint64_t rows_ = 0;
};

/// Shares `total` over the days of a window by weekday; the parts add up exactly.
class DayShare {
 public:
  DayShare(Window window, std::uint64_t total) : window_{window}, total_{total} {
    for (int day = window.first_day; day <= window.last_day; ++day) weights_ += weight(day);
  }
  [[nodiscard]] std::uint64_t of(int day) {
    if (day < window_.first_day || day > window_.last_day) return 0;
    const std::uint64_t before = total_ * passed_ / weights_;
    passed_ += weight(day);
    return total_ * passed_ / weights_ - before;
  }

 private:
  static std::uint64_t weight(int day) { return kWeekdays[static_cast<std::size_t>(day % 7)]; }
  Window window_;
  std::uint64_t total_;
  std::uint64_t weights_ = 0;
  std::uint64_t passed_ = 0;
};

}  // namespace

std::array<CallPlan, 3> plan_calls(std::uint64_t calls) {
  std::array<CallPlan, 3> plans{};
  plans[0].covered = calls * 2 / 5;
  plans[1].covered = calls / 4;
  plans[2].covered = calls - plans[0].covered - plans[1].covered;
  plans[0].after_expiry = plans[0].covered / 10;
  plans[0].covered -= plans[0].after_expiry;
  plans[2].not_a_target = std::min<std::uint64_t>(16 + calls / 10'000, plans[2].covered / 10);
  plans[2].covered -= plans[2].not_a_target;
  return plans;
}

const std::vector<RadioCell>& radio_cells() {
  static const std::vector<RadioCell> kCells = [] {
    constexpr std::array<std::array<std::string_view, 6>, 3> kPlaces = {{
        {"Milano Lambrate", "Milano Rogoredo", "Monza", "Como nord", "Como autostrada",
         "Ponte Chiasso"},
        {"Chiasso", "Lugano", "Bellinzona", "Altstetten", "Gotthard nord", "St. Margrethen"},
        {"Lindau", "Memmingen", "Augsburg", "München Ost", "A96 Buchloe", "A96 Germering"},
    }};
    std::vector<RadioCell> cells;
    for (std::size_t s = 0; s < kPlaces.size(); ++s)
      for (std::size_t i = 0; i < kPlaces[s].size(); ++i)
        cells.push_back({fmt::format("001-01-{}-{}", 4100 + s * 100, 30'011 + s * 1000 + i * 13),
                         std::string{state_of(static_cast<Cell>(s))}, std::string{kPlaces[s][i]}});
    return cells;
  }();
  return kCells;
}

void write_calls(const Cast& cast, Cell cell, const CallPlan& plan, std::uint64_t seed,
                 TextFile& out, const std::function<void(std::uint64_t)>& on_day) {
  out.write(kCallHeader);
  Writer writer{cast, cell, seed, out};
  const Window window = kTrafficWindows[static_cast<std::size_t>(cell)];
  DayShare covered{window, plan.covered};
  DayShare after{kAfterExpiry, plan.after_expiry};
  DayShare strangers{window, plan.not_a_target};
  for (int day = 0; day < kDays; ++day) {
    const std::uint64_t normal = covered.of(day) + after.of(day);
    const std::uint64_t foreign = strangers.of(day);
    if (normal + foreign == 0) continue;
    writer.day(day, normal, foreign, day == window.last_day);
    if (on_day) on_day(writer.rows());
  }
}

}  // namespace palermo::simulation
