#include "analysis/calls/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/calls/basis.hpp"
#include "core/base/time.hpp"

namespace palermo::calls {
namespace {

using v1::CallsDevices;

struct Use {
  const Event* event = nullptr;
  std::uint32_t held = 0;
};

struct Key {
  std::uint32_t carrier = 0;
  int relation = 0;  // index into kRelations
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Relation {
  const char* held_kind;
  const char* conflict;
  const char* text;
};
// By the carrier's side: a SIM in a handset, a number in a handset, a number on a SIM.
constexpr Relation kRelations[] = {
    {"imei", "sim_in_two_handsets",
     "a copied SIM, a wrong clock in one source, or an error in the records; not one SIM moved"},
    {"imei", "number_in_two_handsets",
     "two SIMs on one number, a copied SIM, a wrong clock in one source, or an error in the "
     "records"},
    {"imsi", "number_on_two_sims",
     "two SIMs on one number, a wrong clock in one source, or an error in the records"},
    {"imsi", "handset_with_two_sims",
     "a handset with two SIM slots and one IMEI, a copied IMEI, or a wrong clock in one source"},
};

/// Whether two uses can have been by one thing: seconds between the end of one and the next.
bool at_once(const Event& x, const Event& y, std::int64_t seconds) {
  return y.at_us < x.end_us() || y.at_us - x.end_us() < seconds * core::kUsPerSecond;
}

class Reader {
 public:
  Reader(const Log& log, std::optional<std::uint32_t> asked, const DeviceOptions& options)
      : log_{&log}, asked_{asked}, options_{&options} {}

  CallsDevices run() {
    if (asked_) out_.set_asked(log_->name_of(*asked_));
    gather();
    for (auto& [key, uses] : histories_) {
      if (key.relation < 3) strips(key, uses);
      conflicts(key, uses);
      if (key.relation == 3) shared(key, uses, "imei", "imsi");
    }
    for (auto& [sim, uses] : numbers_of_sim_) shared({sim, 0}, uses, "imsi", "msisdn");
    for (auto& [handset, uses] : numbers_of_handset_) shared({handset, 0}, uses, "imei", "msisdn");
    out_.set_imei_rule(
        "handsets are compared by the first 14 digits of the IMEI: the 15th is a check digit, the "
        "15th and 16th of an IMEISV a software version");
    out_.set_conflict_rule(fmt::format(
        "two records of one identifier with two different others, the later one starting before "
        "the end of the earlier one or less than {} s after it",
        options_->at_once_s));
    put_basis(*out_.mutable_basis(), *log_,
              "the handset and SIM of a record are those of its served party; a strip is a run of "
              "records, in order of time, that name the same other identifier; between its last "
              "record and the next strip nothing is known");
    return std::move(out_);
  }

 private:
  void gather() {
    for (const Event& event : log_->events) {
      if (event.imei == kNobody && event.imsi == kNobody) {
        if (!asked_ || event.has(*asked_)) out_.set_without_device(out_.without_device() + 1);
        continue;
      }
      std::uint32_t owner = event.owner();
      if (owner == event.imei || owner == event.imsi) owner = kNobody;
      if (asked_ && owner != *asked_ && event.imei != *asked_ && event.imsi != *asked_) continue;
      const auto note = [&](std::uint32_t carrier, std::uint32_t held, int relation) {
        if (carrier != kNobody && held != kNobody)
          histories_[{carrier, relation}].push_back({&event, held});
      };
      note(event.imsi, event.imei, 0);
      // With a SIM named, the number's handsets are those of its SIM.
      note(owner, event.imei, 1);
      note(owner, event.imsi, 2);
      note(event.imei, event.imsi, 3);
      if (owner != kNobody && event.imsi != kNobody)
        numbers_of_sim_[event.imsi].push_back({&event, owner});
      if (owner != kNobody && event.imei != kNobody)
        numbers_of_handset_[event.imei].push_back({&event, owner});
    }
  }

  [[nodiscard]] bool full(int listed) const {
    return options_->limit != 0 && static_cast<std::size_t>(listed) >= options_->limit;
  }

  void strips(const Key& key, const std::vector<Use>& uses) {
    std::set<std::uint32_t> held_before;
    for (std::size_t from = 0; from < uses.size();) {
      std::size_t to = from;
      while (to + 1 < uses.size() && uses[to + 1].held == uses[from].held) ++to;
      out_.set_total_strips(out_.total_strips() + 1);
      const bool back = !held_before.insert(uses[from].held).second;
      if (!full(out_.strips_size())) {
        CallsDevices::Strip& strip = *out_.add_strips();
        strip.set_carrier(log_->name_of(key.carrier));
        strip.set_carrier_kind(log_->parties[key.carrier].kind);
        strip.set_held(log_->name_of(uses[from].held));
        strip.set_held_kind(kRelations[key.relation].held_kind);
        strip.set_from(core::format_utc(uses[from].event->at_us));
        strip.set_to(core::format_utc(uses[to].event->at_us));
        strip.set_records(static_cast<std::uint32_t>(to - from + 1));
        strip.set_first_record(log_->record(*uses[from].event));
        strip.set_last_record(log_->record(*uses[to].event));
        strip.set_came_back(back);
      }
      if (to + 1 < uses.size()) {
        out_.set_total_changes(out_.total_changes() + 1);
        if (!full(out_.changes_size())) {
          CallsDevices::Change& change = *out_.add_changes();
          change.set_carrier(log_->name_of(key.carrier));
          change.set_held_kind(kRelations[key.relation].held_kind);
          change.set_before(log_->name_of(uses[to].held));
          change.set_after(log_->name_of(uses[to + 1].held));
          change.set_last_before(core::format_utc(uses[to].event->at_us));
          change.set_first_after(core::format_utc(uses[to + 1].event->at_us));
          change.set_record_before(log_->record(*uses[to].event));
          change.set_record_after(log_->record(*uses[to + 1].event));
        }
      }
      from = to + 1;
    }
  }

  void conflicts(const Key& key, const std::vector<Use>& uses) {
    // With a SIM in every record of a pair, a number's handsets are told by its SIMs already.
    struct Found {
      Use one, other;
      std::uint32_t times = 0;
      bool minute_only = false;
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, Found> found;
    // A long call can still run when several others begin, so look back as far as any one lasts.
    std::vector<Use> running;
    for (const Use& use : uses) {
      running.erase(std::remove_if(running.begin(), running.end(),
                                   [&](const Use& earlier) {
                                     return !at_once(*earlier.event, *use.event,
                                                     options_->at_once_s);
                                   }),
                    running.end());
      for (const Use& earlier : running) {
        if (earlier.held == use.held) continue;
        if (key.relation == 1 && earlier.event->imsi != kNobody && use.event->imsi != kNobody)
          continue;
        const auto pair = std::minmax(earlier.held, use.held);
        Found& at = found[pair];
        if (at.times++ == 0) {
          at.one = earlier;
          at.other = use;
        }
        at.minute_only = at.minute_only || earlier.event->minute_only || use.event->minute_only;
      }
      running.push_back(use);
    }
    for (const auto& [pair, at] : found) {
      out_.set_total_conflicts(out_.total_conflicts() + 1);
      if (full(out_.conflicts_size())) continue;
      CallsDevices::Conflict& conflict = *out_.add_conflicts();
      conflict.set_identifier(log_->name_of(key.carrier));
      conflict.set_kind(kRelations[key.relation].conflict);
      conflict.set_one(log_->name_of(at.one.held));
      conflict.set_other(log_->name_of(at.other.held));
      conflict.set_at(core::format_utc(at.other.event->at_us));
      conflict.set_record_one(log_->record(*at.one.event));
      conflict.set_record_other(log_->record(*at.other.event));
      conflict.set_times(at.times);
      conflict.set_text(kRelations[key.relation].text);
      conflict.set_minute_only(at.minute_only);
    }
  }

  /// Handsets and SIMs that served several.
  void shared(const Key& key, const std::vector<Use>& uses, const char* kind,
              const char* carrier_kind) {
    std::vector<std::uint32_t> order;
    std::uint32_t turns = 0;
    for (std::size_t i = 0; i < uses.size(); ++i) {
      if (std::find(order.begin(), order.end(), uses[i].held) == order.end())
        order.push_back(uses[i].held);
      turns += i > 0 && uses[i].held != uses[i - 1].held ? 1 : 0;
    }
    if (order.size() < 2 || full(out_.shared_size())) return;
    CallsDevices::Shared& row = *out_.add_shared();
    row.set_identifier(log_->name_of(key.carrier));
    row.set_kind(kind);
    row.set_carrier_kind(carrier_kind);
    for (const std::uint32_t held : order) row.add_carriers(log_->name_of(held));
    row.set_turns(turns);
    row.set_pattern(turns + 1 == order.size() ? "one_after_another" : "in_turn");
  }

  const Log* log_;
  std::optional<std::uint32_t> asked_;
  const DeviceOptions* options_;
  CallsDevices out_;
  std::map<Key, std::vector<Use>> histories_;
  std::map<std::uint32_t, std::vector<Use>> numbers_of_sim_, numbers_of_handset_;
};

}  // namespace

CallsDevices devices(const Log& log, std::optional<std::uint32_t> asked,
                     const DeviceOptions& options) {
  return Reader{log, asked, options}.run();
}

}  // namespace palermo::calls
