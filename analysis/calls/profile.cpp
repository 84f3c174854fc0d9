#include "analysis/calls/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/calls/basis.hpp"
#include "analysis/calls/hours.hpp"
#include "core/base/time.hpp"
#include "palermo/v1/segment.pb.h"

namespace palermo::calls {
namespace {

using v1::CallsProfile;
constexpr std::size_t kNightFrom = 22, kNightTo = 6;  // local hours

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

template <typename Evidence>
void cite(Evidence* evidence, const std::string& record, std::size_t most) {
  if (static_cast<std::size_t>(evidence->size()) < most) evidence->Add()->assign(record);
}

class Profiler {
 public:
  Profiler(const Log& log, std::uint32_t party, const ProfileOptions& options)
      : log_{&log}, party_{party}, options_{&options} {}

  CallsProfile run() {
    out_.set_number(log_->name_of(party_));
    out_.set_kind(log_->parties[party_].kind);
    out_.set_zone(log_->zone);
    gather();
    totals(*out_.mutable_out(), true);
    totals(*out_.mutable_in(), false);
    contacts();
    hours();
    delays();
    spans();
    silences();
    uses();
    put_basis(*out_.mutable_basis(), *log_,
              "numbers, not persons; a contact is a call, SMS or MMS with another number, answered "
              "or not; entropy in nats over records per contact; balance of contacts = mean over "
              "contacts of the outgoing share; days and weeks are UTC, hours local");
    return std::move(out_);
  }

 private:
  struct Contact {
    std::uint32_t id = 0;
    std::uint32_t out = 0, in = 0, missed = 0;
    double talk_s = 0;
    std::set<std::int64_t> days;
    std::vector<const Event*> events;
  };

  void gather() {
    const Event* first = nullptr;
    const Event* last = nullptr;
    for (const Event& event : log_->events) {
      // A record that the number's handset alone made names the handset as its party.
      if (!event.has(party_)) continue;
      if (first == nullptr) first = &event;
      last = &event;
      all_.push_back(&event);
      if (event.twin) {
        out_.set_recorded_twice(out_.recorded_twice() + 1);
      } else if (event.a == event.b) {
        out_.set_to_itself(out_.to_itself() + 1);
      } else if (!event.is_contact()) {
        out_.set_one_party(out_.one_party() + 1);
      } else {
        own_.push_back(&event);
      }
    }
    if (first == nullptr) return;
    out_.set_first_seen(core::format_utc(first->at_us));
    out_.set_first_record(log_->record(*first));
    out_.set_last_seen(core::format_utc(last->at_us));
    out_.set_last_record(log_->record(*last));
  }

  [[nodiscard]] bool goes_out(const Event& event) const { return event.a == party_; }
  [[nodiscard]] std::uint32_t other(const Event& event) const {
    return goes_out(event) ? event.b : event.a;
  }

  void totals(CallsProfile::Totals& totals, bool out) const {
    std::vector<double> talk;
    std::uint32_t calls = 0, missed = 0, messages = 0, others = 0, unknown = 0;
    for (const Event* event : own_) {
      if (goes_out(*event) != out) continue;
      if (!event->is_call()) {
        ++(event->kind == v1::SMS || event->kind == v1::MMS ? messages : others);
        continue;
      }
      if (event->missed) {
        ++missed;
        continue;
      }
      ++calls;
      if (event->duration_s == kNoDuration) ++unknown;
      if (event->duration_s > 0) talk.push_back(event->duration_s);
    }
    totals.set_calls(calls);
    totals.set_missed(missed);
    totals.set_messages(messages);
    totals.set_other(others);
    totals.set_duration_unknown(unknown);
    double sum = 0;
    for (const double seconds : talk) sum += seconds;
    totals.set_talk_s(sum);
    if (talk.empty()) return;
    totals.set_median_s(median(talk));
    totals.set_longest_s(*std::max_element(talk.begin(), talk.end()));
  }

  void contacts() {
    std::map<std::uint32_t, Contact> by_id;
    for (const Event* event : own_) {
      Contact& contact = by_id[other(*event)];
      contact.id = other(*event);
      ++(goes_out(*event) ? contact.out : contact.in);
      contact.missed += event->missed ? 1 : 0;
      if (event->is_call() && !event->missed && event->duration_s > 0)
        contact.talk_s += event->duration_s;
      contact.days.insert(day_of(event->at_us));
      contact.events.push_back(event);
    }
    std::uint32_t outs = 0, ins = 0, both = 0, sent = 0;
    double entropy = 0, balances = 0;
    const auto total = static_cast<double>(own_.size());
    std::vector<Contact> list;
    for (auto& [id, contact] : by_id) {
      outs += contact.out > 0 ? 1 : 0;
      ins += contact.in > 0 ? 1 : 0;
      both += contact.out > 0 && contact.in > 0 ? 1 : 0;
      sent += contact.out;
      const double share = (contact.out + contact.in) / total;
      entropy -= share * std::log(share);
      balances += contact.out / static_cast<double>(contact.out + contact.in);
      list.push_back(std::move(contact));
    }
    out_.set_contacts(static_cast<std::uint32_t>(list.size()));
    out_.set_contacts_out(outs);
    out_.set_contacts_in(ins);
    out_.set_contacts_both(both);
    if (!list.empty()) {
      const auto n = static_cast<double>(list.size());
      out_.set_reciprocity(both / n);
      out_.set_entropy(std::max(entropy, 0.0));
      if (list.size() > 1) out_.set_evenness(std::max(entropy, 0.0) / std::log(n));
      out_.set_balance(sent / total);
      out_.set_balance_of_contacts(balances / n);
    }
    std::sort(list.begin(), list.end(), [this](const Contact& x, const Contact& y) {
      const auto xs = x.out + x.in, ys = y.out + y.in;
      return xs != ys ? xs > ys : log_->name_of(x.id) < log_->name_of(y.id);
    });
    for (const Contact& contact : list) {
      if (options_->top != 0 && static_cast<std::size_t>(out_.top_size()) == options_->top) break;
      CallsProfile::Contact& row = *out_.add_top();
      row.set_id(log_->name_of(contact.id));
      row.set_out(contact.out);
      row.set_in(contact.in);
      row.set_missed(contact.missed);
      row.set_talk_s(contact.talk_s);
      row.set_first(core::format_utc(contact.events.front()->at_us));
      row.set_last(core::format_utc(contact.events.back()->at_us));
      row.set_days(static_cast<std::uint32_t>(contact.days.size()));
      for (const Event* event : contact.events)
        cite(row.mutable_evidence(), log_->record(*event), options_->evidence);
    }
  }

  void hours() {
    static constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    WeekHours hours;
    for (const Event* event : own_) hours.add(*event);
    std::uint32_t night = 0;
    for (std::size_t day = 0; day < 7; ++day) {
      CallsProfile::HourRow& row = *out_.add_hours();
      row.set_day(kDays[day]);
      for (std::size_t hour = 0; hour < 24; ++hour) {
        row.add_hours(hours.counts[day][hour]);
        if (hour >= kNightFrom || hour < kNightTo) night += hours.counts[day][hour];
      }
    }
    out_.set_hours_undetermined(hours.undetermined);
    CallsProfile::Night& rule = *out_.mutable_night();
    rule.set_rule(fmt::format("{}:00 to 0{}:00 local time", kNightFrom, kNightTo));
    rule.set_records(night);
    rule.set_of(hours.known);
    rule.set_undetermined(hours.undetermined);
    if (hours.known > 0) rule.set_share(night / static_cast<double>(hours.known));
  }

  /// An occasion is a record that `starts`; it is followed by the first later one in the other
  /// direction with the same contact, and ends when another occasion comes before that.
  void delay(CallsProfile::Delay& out, bool incoming, bool missed_only) const {
    std::map<std::uint32_t, std::int64_t> open;
    std::vector<double> delays;
    std::uint32_t occasions = 0;
    for (const Event* event : own_) {
      if (goes_out(*event) == incoming) {  // the answer
        const auto found = open.find(other(*event));
        if (found == open.end()) continue;
        const double seconds = static_cast<double>(event->at_us - found->second) / 1e6;
        if (seconds <= options_->delay_limit_h * 3600) delays.push_back(seconds);
        open.erase(found);
        continue;
      }
      if (missed_only && !(event->is_call() && event->missed)) {
        if (event->is_call()) open.erase(other(*event));  // they spoke: nothing is left to answer
        continue;
      }
      // Trying again does not start the clock anew.
      const auto [at, fresh] = open.emplace(other(*event), event->at_us);
      if (!fresh &&
          static_cast<double>(event->at_us - at->second) / 1e6 <= options_->delay_limit_h * 3600)
        continue;
      at->second = event->at_us;
      ++occasions;
    }
    out.set_occasions(occasions);
    out.set_followed(static_cast<std::uint32_t>(delays.size()));
    if (!delays.empty()) out.set_median_s(median(delays));
  }

  void delays() {
    const std::string limit = fmt::format("within {:g} h", options_->delay_limit_h);
    out_.mutable_answers()->set_rule(
        "from the first unanswered incoming record of a contact to the next outgoing one to it, " +
        limit);
    out_.mutable_calls_back()->set_rule("the same, from missed incoming calls alone");
    out_.mutable_is_answered()->set_rule(
        "from its first outgoing record to the contact's next incoming one, " + limit);
    delay(*out_.mutable_answers(), true, false);
    delay(*out_.mutable_calls_back(), true, true);
    delay(*out_.mutable_is_answered(), false, false);
  }

  [[nodiscard]] std::int64_t span_of(std::int64_t us) const {
    const std::int64_t day = day_of(us);
    if (!options_->months) return day - ((day + 3) % 7 + 7) % 7;  // its Monday
    const std::string date = core::format_date(core::Date{static_cast<std::int32_t>(day)});
    return core::parse_date(date.substr(0, 8) + "01").value().days;
  }

  void spans() {
    out_.set_span_unit(options_->months ? "month" : "week");
    if (own_.empty()) return;
    std::map<std::int64_t, std::map<std::uint32_t, std::uint32_t>> met;  // span, contact, records
    std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> first_last;
    for (const Event* event : own_) {
      const std::int64_t span = span_of(event->at_us);
      ++met[span][other(*event)];
      const auto [at, fresh] = first_last.try_emplace(other(*event), span, span);
      if (!fresh) at->second.second = span;
    }
    const std::int64_t last = met.rbegin()->first;
    const std::map<std::uint32_t, std::uint32_t>* previous = nullptr;
    for (std::int64_t span = met.begin()->first; span <= last;) {
      CallsProfile::Span& row = *out_.add_spans();
      row.set_from(core::format_date(core::Date{static_cast<std::int32_t>(span)}));
      const auto found = met.find(span);
      std::uint32_t records = 0, fresh = 0, gone = 0, shared = 0;
      if (found != met.end())
        for (const auto& [id, count] : found->second) {
          records += count;
          fresh += first_last.at(id).first == span ? 1 : 0;
          gone += first_last.at(id).second == span && span != last ? 1 : 0;
          if (previous != nullptr) shared += previous->contains(id) ? 1 : 0;
        }
      const auto contacts =
          static_cast<std::uint32_t>(found == met.end() ? 0 : found->second.size());
      row.set_records(records);
      row.set_contacts(contacts);
      row.set_fresh(fresh);
      row.set_gone(gone);
      if (previous != nullptr && contacts > 0)
        row.set_overlap(shared / static_cast<double>(previous->size() + contacts - shared));
      previous = found == met.end() ? nullptr : &found->second;
      span = next_span(span);
    }
  }

  [[nodiscard]] std::int64_t next_span(std::int64_t span) const {
    if (!options_->months) return span + 7;
    return span_of((span + 31) * core::kUsPerDay);
  }

  void silences() {
    out_.set_silence_rule(
        "a gap counts against the records of others in the sources that name this number; whole "
        "UTC days inside the gap");
    if (all_.empty()) return;
    std::set<std::uint32_t> sources;
    for (const Event* event : all_) sources.insert(event->source);
    std::vector<std::int64_t> others;  // times
    for (const Event& event : log_->events)
      if (sources.contains(event.source) && !event.has(party_)) others.push_back(event.at_us);
    struct Gap {
      std::int64_t from, to;
      const Event *before, *after;
    };
    std::vector<Gap> gaps;
    for (std::size_t i = 0; i + 1 < all_.size(); ++i)
      gaps.push_back({all_[i]->at_us, all_[i + 1]->at_us, all_[i], all_[i + 1]});
    if (!others.empty()) {
      if (others.front() < all_.front()->at_us)
        gaps.push_back({others.front(), all_.front()->at_us, nullptr, all_.front()});
      if (others.back() > all_.back()->at_us)
        gaps.push_back({all_.back()->at_us, others.back(), all_.back(), nullptr});
    }
    std::stable_sort(gaps.begin(), gaps.end(), [](const Gap& x, const Gap& y) {
      return x.to - x.from != y.to - y.from ? x.to - x.from > y.to - y.from : x.from < y.from;
    });
    for (const Gap& gap : gaps) {
      if (static_cast<std::size_t>(out_.silences_size()) == options_->silences) break;
      if (gap.to - gap.from < core::kUsPerDay) break;
      CallsProfile::Silence& row = *out_.add_silences();
      if (gap.before != nullptr) row.set_from(core::format_utc(gap.from));
      if (gap.after != nullptr) row.set_to(core::format_utc(gap.to));
      if (gap.before != nullptr) row.set_before(log_->record(*gap.before));
      if (gap.after != nullptr) row.set_after(log_->record(*gap.after));
      row.set_days(static_cast<double>(gap.to - gap.from) / core::kUsPerDay);
      std::set<std::int64_t> covered;
      std::uint32_t records = 0;
      const auto begin = std::upper_bound(others.begin(), others.end(), gap.from);
      const auto end = std::lower_bound(begin, others.end(), gap.to);
      // The records that bound an open gap are the sources' own first and last.
      for (auto it = begin; it != end; ++it) {
        ++records;
        covered.insert(day_of(*it));
      }
      const std::int64_t first_day = day_of(gap.from) + 1, end_day = day_of(gap.to);
      std::uint32_t inside = 0;
      for (const std::int64_t day : covered) inside += day >= first_day && day < end_day ? 1 : 0;
      const auto whole = static_cast<std::uint32_t>(std::max<std::int64_t>(end_day - first_day, 0));
      row.set_days_inside(whole);
      row.set_days_covered(inside);
      row.set_records_of_others(records);
      row.set_kind(others.empty()    ? CallsProfile::Silence::undetermined
                   : records == 0    ? CallsProfile::Silence::not_covered
                   : inside == whole ? CallsProfile::Silence::silent
                                     : CallsProfile::Silence::partly_covered);
    }
  }

  void uses() {
    std::map<std::pair<std::string, std::string>, std::vector<const Event*>> seen;
    for (const Event* event : all_) {
      if (event->owner() != party_) {
        if (event->cell != 0) out_.set_cells_of_others(out_.cells_of_others() + 1);
        continue;
      }
      if (event->imei != kNobody && event->imei != party_)
        seen[{"imei", log_->name_of(event->imei)}].push_back(event);
      if (event->imsi != kNobody && event->imsi != party_)
        seen[{"imsi", log_->name_of(event->imsi)}].push_back(event);
      if (event->cell != 0) seen[{"cell", log_->cells[event->cell - 1]}].push_back(event);
    }
    std::vector<std::pair<const std::pair<std::string, std::string>*, std::vector<const Event*>*>>
        list;
    for (auto& [key, events] : seen) list.emplace_back(&key, &events);
    std::stable_sort(list.begin(), list.end(), [](const auto& x, const auto& y) {
      return x.second->size() > y.second->size();
    });
    for (const auto& [key, events] : list) {
      CallsProfile::Use& use = key->first == "cell" ? *out_.add_cells() : *out_.add_devices();
      use.set_kind(key->first);
      use.set_value(key->second);
      use.set_records(static_cast<std::uint32_t>(events->size()));
      use.set_first(core::format_utc(events->front()->at_us));
      use.set_last(core::format_utc(events->back()->at_us));
      for (const Event* event : *events)
        cite(use.mutable_evidence(), log_->record(*event), options_->evidence);
    }
  }

  const Log* log_;
  std::uint32_t party_;
  const ProfileOptions* options_;
  CallsProfile out_;
  std::vector<const Event*> all_;  // that name it
  std::vector<const Event*> own_;  // contacts
};

}  // namespace

CallsProfile profile(const Log& log, std::uint32_t party, const ProfileOptions& options) {
  return Profiler{log, party, options}.run();
}

}  // namespace palermo::calls
