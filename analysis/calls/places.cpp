#include "analysis/calls/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/chance.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {
namespace {

constexpr double kE7 = 1e7;
constexpr double kSamePointKm = 0.05;

using Point = std::pair<double, double>;

struct Use {
  const Event* event = nullptr;
  std::int64_t at_us = 0;  // local by the record's offset, so that days can be moved
  std::uint32_t cell = 0;
  std::optional<Point> point;
};

std::int64_t local(const Event& event) {
  return event.at_us + event.offset_min * core::kUsPerMinute;
}

bool is_weekend(std::int64_t day) { return ((day + 3) % 7 + 7) % 7 >= 5; }

std::string hours_text(int from, int to) { return fmt::format("{:02}:00 to {:02}:00", from, to); }

}  // namespace

double distance_km(Point x, Point y) {
  constexpr double kRadius = 6371.0088, kDegree = 3.14159265358979323846 / 180;
  const double phi1 = x.first * kDegree, phi2 = y.first * kDegree;
  const double a =
      std::pow(std::sin((phi2 - phi1) / 2), 2) +
      std::cos(phi1) * std::cos(phi2) * std::pow(std::sin((y.second - x.second) * kDegree / 2), 2);
  return 2 * kRadius * std::asin(std::min(1.0, std::sqrt(a)));
}

namespace {

class Colocator {
 public:
  Colocator(const Log& log, std::uint32_t a, std::uint32_t b, const ColocationOptions& options)
      : log_{&log}, a_{a}, b_{b}, options_{&options} {
    window_us_ = static_cast<std::int64_t>(options.within_min * 60e6);
  }

  v1::CallsColocation run() {
    out_.set_a(log_->name_of(a_));
    out_.set_b(log_->name_of(b_));
    of_a_ = uses(a_);
    of_b_ = uses(b_);
    out_.set_records_a(static_cast<std::uint32_t>(of_a_.size()));
    out_.set_records_b(static_cast<std::uint32_t>(of_b_.size()));
    list();
    draw();
    out_.set_rule(fmt::format(
        "a record of {} with {} one of {}, {}, whose times are at most {:g} min apart; a cell is "
        "that of one party only",
        core_name(a_), "at least", core_name(b_),
        options_->within_km > 0
            ? fmt::format("positions or sites at most {:g} km apart", options_->within_km)
            : std::string{"the same cell (and no two positions apart)"},
        options_->within_min));
    put_basis(*out_.mutable_basis(), *log_,
              "a cell says where the mast stands and serves kilometres around it: served by the "
              "same cell is not together");
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string core_name(std::uint32_t party) const { return log_->name_of(party); }

  std::vector<Use> uses(std::uint32_t party) {
    std::vector<Use> list;
    for (const Event& event : log_->events) {
      if (!event.has(party) && event.imei != party && event.imsi != party) continue;
      const bool placed = event.cell != 0 || event.has_position;
      const bool own = event.owner() == party || event.imei == party || event.imsi == party;
      if (!placed) {
        out_.set_without_cell(out_.without_cell() + 1);
        continue;
      }
      if (!own) {
        out_.set_of_other_party(out_.of_other_party() + 1);
        continue;
      }
      Use use{&event, local(event), event.cell, std::nullopt};
      if (event.has_position) {
        use.point = Point{event.latitude_e7 / kE7, event.longitude_e7 / kE7};
      } else if (options_->site && options_->within_km > 0) {
        use.point = options_->site(event);
      }
      list.push_back(use);
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Use& x, const Use& y) { return x.at_us < y.at_us; });
    return list;
  }

  [[nodiscard]] bool same_place(const Use& x, const Use& y) const {
    if (x.point && y.point)
      return distance_km(*x.point, *y.point) <= std::max(options_->within_km, kSamePointKm) &&
             (options_->within_km > 0 || x.cell == y.cell);
    return x.cell != 0 && x.cell == y.cell;
  }

  /// Calls visit(use of a, nearest use of b at the same place or null, whether b has any within).
  template <typename Visit>
  void match(const std::vector<Use>& of_b, const Visit& visit) const {
    std::size_t first = 0;
    for (const Use& use : of_a_) {
      while (first < of_b.size() && of_b[first].at_us < use.at_us - window_us_) ++first;
      const Use* nearest = nullptr;
      bool any = false;
      for (std::size_t i = first; i < of_b.size() && of_b[i].at_us <= use.at_us + window_us_; ++i) {
        any = true;
        if (!same_place(use, of_b[i])) continue;
        if (nearest == nullptr ||
            std::abs(of_b[i].at_us - use.at_us) < std::abs(nearest->at_us - use.at_us))
          nearest = &of_b[i];
      }
      visit(use, nearest, any);
    }
  }

  void list() {
    std::set<std::int64_t> days;
    match(of_b_, [&](const Use& use, const Use* nearest, bool any) {
      if (any) out_.set_comparable(out_.comparable() + 1);
      if (nearest == nullptr) return;
      out_.set_total(out_.total() + 1);
      days.insert(day_of(use.at_us));
      if (options_->limit != 0 && static_cast<std::size_t>(out_.meetings_size()) == options_->limit)
        return;
      auto& row = *out_.add_meetings();
      row.set_at(core::format_utc(use.event->at_us));
      row.set_place(use.cell != 0
                        ? log_->cells[use.cell - 1]
                        : fmt::format("{:.5f}, {:.5f}", use.point->first, use.point->second));
      row.set_minutes_apart(std::abs(static_cast<double>(nearest->at_us - use.at_us)) / 60e6);
      if (use.point && nearest->point) row.set_km_apart(distance_km(*use.point, *nearest->point));
      row.set_record_a(log_->record(*use.event));
      row.set_record_b(log_->record(*nearest->event));
    });
    out_.set_days(static_cast<std::uint32_t>(days.size()));
  }

  void draw() {
    auto& chance = *out_.mutable_chance();
    chance.set_null_model(
        "days of the second number shuffled, working days and weekends apart, every record keeping "
        "its cell and its time of day (by its own offset)");
    chance.set_statistic("records of the first number with one of the second at the same place");
    chance.set_draws(options_->draws);
    chance.set_seed(options_->seed);
    if (of_a_.empty() || of_b_.empty() || options_->draws == 0) return;
    std::int64_t first = day_of(std::min(of_a_.front().at_us, of_b_.front().at_us));
    const std::int64_t last = day_of(std::max(of_a_.back().at_us, of_b_.back().at_us));
    std::vector<std::int64_t> working, weekend;
    for (std::int64_t day = first; day <= last; ++day)
      (is_weekend(day) ? weekend : working).push_back(day);
    std::map<std::int64_t, std::vector<Use>> by_day;
    for (const Use& use : of_b_) by_day[day_of(use.at_us)].push_back(use);
    Random random{options_->seed};
    std::vector<double> drawn;
    std::map<std::int64_t, std::int64_t> moved;
    for (std::uint32_t n = 0; n < options_->draws; ++n) {
      for (const auto* days : {&working, &weekend}) {
        std::vector<std::int64_t> shuffled = *days;
        shuffle(std::span{shuffled}, random);
        for (std::size_t i = 0; i < days->size(); ++i) moved[(*days)[i]] = shuffled[i];
      }
      std::vector<Use> of_b;
      for (const auto& [day, list] : by_day)
        for (Use use : list) {
          use.at_us += (moved[day] - day) * core::kUsPerDay;
          of_b.push_back(use);
        }
      std::stable_sort(of_b.begin(), of_b.end(),
                       [](const Use& x, const Use& y) { return x.at_us < y.at_us; });
      std::uint32_t meetings = 0;
      match(of_b, [&](const Use&, const Use* nearest, bool) { meetings += nearest != nullptr; });
      drawn.push_back(meetings);
    }
    out_.set_expected(mean_of(drawn));
    // Where neither the records nor any draw meet, there is nothing to be tested.
    if (out_.total() > 0 || out_.expected() > 0) out_.set_p_value(p_of(out_.total(), drawn));
  }

  const Log* log_;
  std::uint32_t a_, b_;
  const ColocationOptions* options_;
  std::int64_t window_us_ = 0;
  v1::CallsColocation out_;
  std::vector<Use> of_a_, of_b_;
};

}  // namespace

v1::CallsColocation colocation(const Log& log, std::uint32_t a, std::uint32_t b,
                               const ColocationOptions& options) {
  return Colocator{log, a, b, options}.run();
}

v1::CallsPlaces places(const Log& log, std::uint32_t party, const PlacesOptions& options) {
  constexpr int kNightFrom = 22, kNightTo = 6, kWorkFrom = 9, kWorkTo = 17;
  v1::CallsPlaces out;
  out.set_number(log.name_of(party));
  out.set_zone(log.zone);
  struct Seen {
    std::vector<const Event*> events;
    std::set<std::int64_t> days;
  };
  struct Part {
    std::map<std::uint32_t, Seen> cells;
    std::set<std::int64_t> days;
    std::uint32_t records = 0;
  } night, work;
  for (const Event& event : log.events) {
    const bool own = event.owner() == party || event.imei == party || event.imsi == party;
    if (!own && !event.has(party)) continue;
    if (event.cell == 0) {
      out.set_without_cell(out.without_cell() + 1);
      continue;
    }
    if (!own) {
      out.set_of_other_party(out.of_other_party() + 1);
      continue;
    }
    const auto at = local_us(event);
    if (!at) {
      out.set_undetermined(out.undetermined() + 1);
      continue;
    }
    std::int64_t day = day_of(*at);
    const auto hour = static_cast<int>((*at - day * core::kUsPerDay) / (60 * core::kUsPerMinute));
    Part* part = nullptr;
    if (hour >= kNightFrom || hour < kNightTo) {
      part = &night;
      if (hour < kNightTo) --day;
    } else if (hour >= kWorkFrom && hour < kWorkTo && !is_weekend(day)) {
      part = &work;
    }
    if (part == nullptr) continue;
    ++part->records;
    part->days.insert(day);
    Seen& seen = part->cells[event.cell];
    seen.events.push_back(&event);
    seen.days.insert(day);
  }
  const auto fill = [&](v1::CallsPlaces::Place& place, const Part& part, const char* days) {
    place.set_records(part.records);
    place.set_days(static_cast<std::uint32_t>(part.days.size()));
    std::vector<std::pair<std::uint32_t, const Seen*>> order;
    for (const auto& [cell, seen] : part.cells) order.emplace_back(cell, &seen);
    std::sort(order.begin(), order.end(), [&](const auto& x, const auto& y) {
      if (x.second->days.size() != y.second->days.size())
        return x.second->days.size() > y.second->days.size();
      if (x.second->events.size() != y.second->events.size())
        return x.second->events.size() > y.second->events.size();
      return log.cells[x.first - 1] < log.cells[y.first - 1];
    });
    for (const auto& [cell, seen] : order) {
      if (options.cells != 0 && static_cast<std::size_t>(place.cells_size()) == options.cells)
        break;
      auto& row = *place.add_cells();
      row.set_cell(log.cells[cell - 1]);
      row.set_records(static_cast<std::uint32_t>(seen->events.size()));
      row.set_days(static_cast<std::uint32_t>(seen->days.size()));
      row.set_first(core::format_utc(seen->events.front()->at_us));
      row.set_last(core::format_utc(seen->events.back()->at_us));
      for (const Event* event : seen->events)
        if (static_cast<std::size_t>(row.evidence_size()) < options.evidence)
          row.add_evidence(log.record(*event));
    }
    const std::size_t all = part.days.size();
    const std::size_t first = order.empty() ? 0 : order[0].second->days.size();
    const bool tied = order.size() > 1 && order[1].second->days.size() == first;
    place.set_outcome(v1::CallsPlaces::Place::undetermined);
    if (all < options.least_days) {
      place.set_why(fmt::format("{} {} with a record, {} needed", all, days, options.least_days));
    } else if (tied) {
      place.set_why(fmt::format("two cells have {} of {} {} each", first, all, days));
    } else if (static_cast<double>(first) < options.least_share * static_cast<double>(all)) {
      place.set_why(fmt::format("no cell has {:g} % of the {} {}; the first has {}",
                                options.least_share * 100, all, days, first));
    } else {
      place.set_outcome(v1::CallsPlaces::Place::indicated);
      place.set_why(fmt::format("{} of {} {}", first, all, days));
    }
  };
  fill(*out.mutable_home(), night, "nights");
  fill(*out.mutable_work(), work, "working days");
  out.set_rule(
      fmt::format("home: the cell with most nights ({} local); work: the cell with most working "
                  "days (Monday to "
                  "Friday, {} local); undetermined with fewer than {} of them, where two cells "
                  "tie, or where no "
                  "cell has {:g} %",
                  hours_text(kNightFrom, kNightTo), hours_text(kWorkFrom, kWorkTo),
                  options.least_days, options.least_share * 100));
  put_basis(*out.mutable_basis(), log,
            "a phone at a cell, not a person in a house; who works by night has home and work the "
            "other way round");
  return out;
}

namespace {

struct Stay {
  std::uint32_t party = 0;
  std::uint32_t cell = 0;
  std::int64_t from_us = 0, to_us = 0;
  const Event* event = nullptr;
  std::size_t order = 0;  // among the stays of its number
};

struct Link {
  const Stay* a = nullptr;
  const Stay* b = nullptr;
  [[nodiscard]] std::int64_t apart() const {
    return std::max<std::int64_t>(0,
                                  std::max(a->from_us, b->from_us) - std::min(a->to_us, b->to_us));
  }
};

}  // namespace

v1::CallsConvoy convoys(const Log& log, const ConvoyOptions& options) {
  v1::CallsConvoy out;
  const auto window_us = static_cast<std::int64_t>(options.within_min * 60e6);
  const auto gap_us = static_cast<std::int64_t>(options.gap_h * 3600e6);
  std::map<std::uint32_t, std::vector<Stay>> by_party;
  for (const Event& event : log.events) {
    std::uint32_t party = event.owner();
    if (party == kNobody) party = event.imsi != kNobody ? event.imsi : event.imei;
    if (event.cell == 0 || party == kNobody) continue;
    std::vector<Stay>& stays = by_party[party];
    // A stay ends when the records are too far apart to be one.
    if (!stays.empty() && stays.back().cell == event.cell &&
        event.at_us - stays.back().to_us <= gap_us) {
      stays.back().to_us = event.at_us;
    } else {
      stays.push_back({party, event.cell, event.at_us, event.at_us, &event, stays.size()});
    }
  }
  out.set_numbers(static_cast<std::uint32_t>(by_party.size()));
  std::map<std::uint32_t, std::vector<const Stay*>> at_cell;
  for (const auto& [party, stays] : by_party)
    for (const Stay& stay : stays) at_cell[stay.cell].push_back(&stay);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Link>> links;
  for (auto& [cell, stays] : at_cell) {
    std::sort(stays.begin(), stays.end(), [](const Stay* x, const Stay* y) {
      return x->from_us != y->from_us ? x->from_us < y->from_us : x->party < y->party;
    });
    std::vector<const Stay*> open;
    for (const Stay* stay : stays) {
      open.erase(std::remove_if(
                     open.begin(), open.end(),
                     [&](const Stay* other) { return stay->from_us - other->to_us > window_us; }),
                 open.end());
      for (const Stay* other : open) {
        if (other->party == stay->party) continue;
        if (options.asked && other->party != *options.asked && stay->party != *options.asked)
          continue;
        const bool first = other->party < stay->party;
        links[std::minmax(other->party, stay->party)].push_back(first ? Link{other, stay}
                                                                      : Link{stay, other});
      }
      open.push_back(stay);
    }
  }
  out.set_pairs(static_cast<std::uint32_t>(links.size()));
  std::vector<v1::CallsConvoy::Convoy> rows;
  for (auto& [pair, list] : links) {
    if (list.size() < options.least_cells) continue;
    std::sort(list.begin(), list.end(), [](const Link& x, const Link& y) {
      return x.a->order != y.a->order ? x.a->order < y.a->order : x.b->order < y.b->order;
    });
    // Longest chain that goes forward on both ways; a cell met before adds nothing new.
    std::vector<std::vector<std::size_t>> best(list.size());
    std::vector<std::size_t> longest_end;
    std::vector<bool> used(list.size(), false);
    const auto distinct = [&](const std::vector<std::size_t>& chain) {
      std::set<std::uint32_t> cells;
      for (const std::size_t i : chain) cells.insert(list[i].a->cell);
      return cells.size();
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
      std::size_t most = 0;
      const std::vector<std::size_t>* before = nullptr;
      for (std::size_t j = 0; j < i; ++j) {
        const Link &x = list[j], &y = list[i];
        if (x.a->order >= y.a->order || x.b->order >= y.b->order || x.a->cell == y.a->cell)
          continue;
        if (y.a->from_us - x.a->to_us > gap_us || y.b->from_us - x.b->to_us > gap_us) continue;
        const std::size_t cells = distinct(best[j]);
        if (cells > most) {
          most = cells;
          before = &best[j];
        }
      }
      if (before != nullptr) best[i] = *before;
      best[i].push_back(i);
    }
    std::vector<std::size_t> order(list.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
      return distinct(best[x]) > distinct(best[y]);
    });
    std::uint32_t journeys = 0;
    const std::vector<std::size_t>* shown = nullptr;
    for (const std::size_t i : order) {
      if (distinct(best[i]) < options.least_cells) break;
      if (std::any_of(best[i].begin(), best[i].end(), [&](std::size_t k) { return used[k]; }))
        continue;
      for (const std::size_t k : best[i]) used[k] = true;
      if (journeys++ == 0) shown = &best[i];
    }
    if (shown == nullptr) continue;
    v1::CallsConvoy::Convoy row;
    row.set_a(log.name_of(pair.first));
    row.set_b(log.name_of(pair.second));
    row.set_journeys(journeys);
    std::int64_t widest = 0, from = 0, to = 0;
    for (const std::size_t i : *shown) {
      const Link& link = list[i];
      row.add_cells(log.cells[link.a->cell - 1]);
      row.add_evidence(log.record(*link.a->event));
      row.add_evidence(log.record(*link.b->event));
      widest = std::max(widest, link.apart());
      if (from == 0) from = std::min(link.a->from_us, link.b->from_us);
      to = std::max(link.a->to_us, link.b->to_us);
    }
    row.set_widest_min(static_cast<double>(widest) / 60e6);
    row.set_from(core::format_utc(from));
    row.set_to(core::format_utc(to));
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& x, const auto& y) {
    return std::make_tuple(-x.cells_size(), ~x.journeys(), x.a(), x.b()) <
           std::make_tuple(-y.cells_size(), ~y.journeys(), y.a(), y.b());
  });
  out.set_total(static_cast<std::uint32_t>(rows.size()));
  for (auto& row : rows) {
    if (options.limit != 0 && static_cast<std::size_t>(out.convoys_size()) == options.limit) break;
    *out.add_convoys() = std::move(row);
  }
  out.set_rule(fmt::format(
      "two numbers served by at least {} different cells in the same order, at each at most {:g} "
      "min apart, with at most {:g} h from one cell to the next; not compared with chance: a "
      "railway or a motorway makes convoys of strangers",
      options.least_cells, options.within_min, options.gap_h));
  put_basis(*out.mutable_basis(), log,
            "the cell of a record is that of one party only; served one after another by the same "
            "cells is not travelling together");
  return out;
}

}  // namespace palermo::calls
