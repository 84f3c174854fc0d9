#include "analysis/network/load.hpp"

#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "analysis/network/flat_map.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/record_store.hpp"
#include "core/store/segment_store.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/messages/party.hpp"
#include "ingest/records/relation_text.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::network {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::string_view kCalls = "calls";
constexpr std::string_view kIntercepts = "intercepts";
constexpr std::string_view kPayments = "payments";
constexpr std::string_view kMessages = "messages";
constexpr std::string_view kConversations = "conversations";

struct SourceInfo {
  v1::Source source;
  std::uint32_t number = 0;  // in EvidenceNames::sources
};

/// Collects ties of identifier ids and turns them into a table at the end.
class Builder {
 public:
  explicit Builder(LoadedNetwork& out) : out_{&out} { maps_.emplace_back(); }

  std::uint32_t node(std::int64_t identifier) {
    const auto id = static_cast<std::size_t>(identifier);
    if (id >= node_of_.size()) node_of_.resize(id + id / 2 + 16, kNone);
    if (node_of_[id] == kNone) {
      node_of_[id] = static_cast<std::uint32_t>(out_->identifiers.size());
      out_->identifiers.push_back(identifier);
    }
    return node_of_[id];
  }

  std::uint32_t authorization(std::string_view id) {
    std::vector<std::string>& known = out_->table.authorizations;
    const auto found = std::find(known.begin(), known.end(), id);
    if (found != known.end()) return static_cast<std::uint32_t>(found - known.begin());
    known.emplace_back(id);
    maps_.emplace_back();
    return static_cast<std::uint32_t>(known.size() - 1);
  }

  struct Contact {
    std::uint32_t a = 0, b = 0;  // nodes
    std::uint32_t authorization = 0;
    double weight = 1;
    std::int64_t first_us = kNoTime;
    std::int64_t last_us = kNoTime;
    std::int64_t seconds = 0;
    bool spoke = false;
    EvidenceRef evidence;
  };
  void add(const Contact& contact) {
    std::vector<Tie>& ties = out_->table.ties;
    std::uint32_t& place = maps_[contact.authorization].at(contact.a, contact.b,
                                                           static_cast<std::uint32_t>(ties.size()));
    if (place == ties.size()) {
      Tie fresh;
      fresh.a = contact.a;
      fresh.b = contact.b;
      fresh.authorization = contact.authorization;
      fresh.weight = 0;
      fresh.count = 0;
      ties.push_back(std::move(fresh));
    }
    Tie& tie = ties[place];
    tie.weight += contact.weight;
    ++tie.count;
    tie.seconds += contact.seconds;
    tie.spoke = tie.spoke || contact.spoke;
    if (contact.first_us != kNoTime && (tie.first_us == kNoTime || contact.first_us < tie.first_us))
      tie.first_us = contact.first_us;
    if (contact.last_us != kNoTime && (tie.last_us == kNoTime || contact.last_us > tie.last_us))
      tie.last_us = contact.last_us;
    if (tie.evidence.size() < kEvidenceKept) tie.evidence.push_back(contact.evidence);
  }

  /// Handsets and SIMs of nodes, for authorizations whose targets are devices.
  void device(std::uint32_t at, std::uint32_t authorization, std::uint32_t identifier) {
    if (authorization == 0 || identifier == 0) return;
    bool& seen = devices_[{authorization, (std::uint64_t{at} << 32) | identifier}];
    if (seen) return;
    seen = true;
    out_->table.devices.push_back({at, authorization, "", std::to_string(identifier)});
  }

 private:
  LoadedNetwork* out_;
  std::vector<std::uint32_t> node_of_;  // by identifier id
  std::vector<PairMap> maps_;           // by authorization
  std::map<std::pair<std::uint32_t, std::uint64_t>, bool> devices_;
};

class Loader {
 public:
  Loader(store::Database& db, const LoadOptions& options)
      : db_{&db}, options_{&options}, builder_{out_} {}

  core::Result<LoadedNetwork> run() {
    PALERMO_CHECK_OK(read_sources());
    PALERMO_CHECK_OK(read_identifiers());
    PALERMO_CHECK_OK(find_layers());
    PALERMO_CHECK_OK(check_layer());
    if (wants(kCalls)) PALERMO_CHECK_OK(read_calls());
    PALERMO_CHECK_OK(read_records());
    PALERMO_CHECK_OK(name_nodes());
    PALERMO_CHECK_OK(fill_basis());
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool wants(std::string_view layer) const {
    return options_->layer == layer || (options_->layer.empty() && layer != kConversations);
  }

  core::Status read_sources() {
    PALERMO_TRY(store::Statement query,
                db_->prepare("SELECT id, payload FROM source ORDER BY seq"));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return core::ok();
      SourceInfo info;
      const std::string_view payload = query.blob(1);
      if (!info.source.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
        return core::Error{core::ErrorCode::Integrity,
                           fmt::format("source {} cannot be read", query.text(0)), std::nullopt,
                           "run `palermo audit verify`", "ALTERED"};
      std::string id{query.text(0)};
      info.number = static_cast<std::uint32_t>(out_.table.names.sources.size());
      out_.table.names.sources.push_back(id);
      sources_.emplace(std::move(id), std::move(info));
    }
  }

  core::Status read_identifiers() {
    PALERMO_TRY(std::vector<store::StoredIdentifier> all, store::all_identifiers(*db_));
    for (store::StoredIdentifier& stored : all) {
      ++values_[stored.identifier.value];
      by_key_.emplace(std::pair{stored.identifier.kind, stored.identifier.value}, stored.id);
      identifiers_.emplace(stored.id, std::move(stored.identifier));
    }
    return core::ok();
  }

  Layer& layer(std::string_view name) {
    for (Layer& known : out_.layers)
      if (known.name == name) return known;
    out_.layers.push_back({std::string{name}, 0, LayerKind::PointEvents, false, false, false});
    return out_.layers.back();
  }

  core::Status find_layers() {
    PALERMO_TRY(std::int64_t calls, store::count_calls(*db_));
    PALERMO_TRY(const MessageCounts messages, count_messages());
    calls += messages.noted_calls;
    if (calls > 0) {
      Layer& known = layer(kCalls);
      known.records = static_cast<std::uint64_t>(calls);
      known.calls = true;
    }
    PALERMO_TRY(store::Statement query,
                db_->prepare("SELECT record.kind, record.layer, source.id, count(*) FROM record "
                             "JOIN source ON source.seq = record.source "
                             "WHERE record.kind IN ('intercept', 'payment', 'relation') "
                             "GROUP BY 1, 2, 3 ORDER BY 1, 2, source.seq"));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) break;
      const std::string_view kind = query.text(0);
      const auto count = static_cast<std::uint64_t>(query.integer(3));
      if (kind == "intercept") {
        Layer& known = layer(kIntercepts);
        known.records += count;
        known.calls = true;
      } else if (kind == "payment") {
        layer(kPayments).records += count;
      } else {
        Layer& known = layer(query.text(1));
        known.records += count;
        if (names_calls(known.name)) {
          known.calls = true;
        } else {
          known.kind = LayerKind::Relations;
        }
        const auto source = sources_.find(std::string{query.text(2)});
        if (source != sources_.end() && source->second.source.mapping().starts_with("two-mode"))
          known.two_mode = true;
      }
    }
    if (messages.to_parties > 0) layer(kMessages).records += messages.to_parties;
    if (messages.in_conversations > 0) {
      Layer& known = layer(kConversations);
      known.records += messages.in_conversations;
      known.two_mode = true;
      known.apart = true;
    }
    return core::ok();
  }

  struct MessageCounts {
    std::int64_t noted_calls = 0;
    std::uint64_t to_parties = 0;
    std::uint64_t in_conversations = 0;
  };

  /// A call that stands among messages, with any number of parties called.
  static bool is_noted_call(const v1::Message& message) {
    return message.kind() == v1::Message::call && !message.recipients().empty();
  }

  /// Which layer a message belongs to, only the message itself says.
  core::Result<MessageCounts> count_messages() {
    MessageCounts counts;
    store::RecordQuery query;
    query.kind = "message";
    PALERMO_CHECK_OK(store::for_each_record(*db_, query, [&counts](store::StoredRecord& stored) {
      const v1::Message& message = stored.record.message();
      if (is_noted_call(message)) {
        ++counts.noted_calls;
      } else if (ingest::ties_sender(message)) {
        if (!message.recipients().empty())
          ++counts.to_parties;
        else if (!message.conversation().empty())
          ++counts.in_conversations;
      }
      return core::ok();
    }));
    return counts;
  }

  core::Status check_layer() const {
    if (options_->layer.empty()) return core::ok();
    std::vector<std::string> names;
    std::string list;
    for (const Layer& known : out_.layers) {
      if (known.name == options_->layer) return core::ok();
      names.push_back(known.name);
      list += (list.empty() ? "" : ", ") + core::printable(known.name, 60);
    }
    const std::string nearest = core::nearest_word(options_->layer, names);
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("the case has no layer \"{}\"", core::printable(options_->layer, 60)),
        std::nullopt,
        (nearest.empty() ? std::string{} : "did you mean " + core::printable(nearest, 60) + "? ") +
            (list.empty() ? std::string{"nothing that ties two identifiers was ingested yet"}
                          : "layers: " + list)};
  }

  core::Status read_calls() {
    store::SegmentQuery query;
    query.columns = store::kColParties | store::kColTime | store::kColUse | store::kColLine |
                    store::kColDevices | store::kColAuthorization;
    query.from_us = options_->from_us;
    query.to_us = options_->to_us;
    return store::for_each_segment(
        *db_, query, [this](const store::CallColumns& columns) { return add_calls(columns); });
  }

  core::Status add_calls(const store::CallColumns& columns) {
    const auto source = sources_.find(columns.source_id);
    if (source == sources_.end())
      return core::Error{core::ErrorCode::Integrity,
                         fmt::format("a call segment names {}, which is not in the case",
                                     core::printable(columns.source_id, 40)),
                         std::nullopt, "run `palermo audit verify`", "DANGLING_SOURCE"};
    const std::uint32_t of_source = builder_.authorization(authorization_of("", source->second));
    std::vector<std::uint32_t> of_text(columns.texts.size() + 1, kNone);
    for (std::size_t row = 0; row < columns.records; ++row) {
      const std::int64_t at_us = columns.started_at_us[row];
      if (options_->from_us && at_us < *options_->from_us) continue;
      if (options_->to_us && at_us > *options_->to_us) continue;
      const auto kind = static_cast<v1::CallKind>(columns.kind[row]);
      if (columns.a[row] == 0 || columns.b[row] == 0 || kind == v1::LOCATION || kind == v1::DATA) {
        ++one_party_;
        continue;
      }
      const std::uint32_t text = store::CallColumns::at(columns.authorization, row);
      std::uint32_t authorization = of_source;
      if (text != 0 && text < of_text.size()) {
        if (of_text[text] == kNone) of_text[text] = builder_.authorization(columns.texts[text - 1]);
        authorization = of_text[text];
      }
      const unsigned flags = columns.flags[row];
      const auto has = [flags](v1::CallFlag flag) {
        return (flags & static_cast<unsigned>(flag)) != 0;
      };
      const std::int32_t duration_s = columns.duration_s[row];
      const bool talked = kind == v1::CALL && duration_s > 0 && !has(v1::NOT_ANSWERED) &&
                          !has(v1::DURATION_ABSENT) && !has(v1::NEGATIVE_DURATION);
      Builder::Contact contact;
      contact.a = builder_.node(columns.a[row]);
      contact.b = builder_.node(columns.b[row]);
      contact.authorization = authorization;
      contact.first_us = contact.last_us = at_us;
      contact.seconds = talked ? duration_s : 0;
      // Who answered a forwarded call is not the party that was called.
      contact.spoke =
          talked && !has(v1::FORWARDED) && store::CallColumns::at(columns.forwarded_to, row) == 0;
      contact.evidence = {source->second.number, columns.line[row]};
      builder_.add(contact);
      const std::uint32_t owner = has(v1::OWNER_IS_B) ? contact.b : contact.a;
      builder_.device(owner, authorization, store::CallColumns::at(columns.imei, row));
      builder_.device(owner, authorization, store::CallColumns::at(columns.imsi, row));
      ++used_;
    }
    return core::ok();
  }

  static std::string authorization_of(const std::string& own, const SourceInfo& info) {
    return own.empty() ? info.source.authorization_id() : own;
  }

  core::Status read_records() {
    for (const auto& [kind, layer_name] :
         {std::pair{"intercept", kIntercepts}, std::pair{"payment", kPayments}}) {
      if (!wants(layer_name)) continue;
      PALERMO_CHECK_OK(read_kind(kind, ""));
    }
    if (wants(kCalls) || wants(kMessages) || wants(kConversations))
      PALERMO_CHECK_OK(read_kind("message", ""));
    return read_kind("relation", options_->layer);
  }

  core::Status read_kind(const std::string& kind, const std::string& layer_name) {
    store::RecordQuery query;
    query.kind = kind;
    query.layer = layer_name;
    return store::for_each_record(
        *db_, query, [this](store::StoredRecord& stored) { return add_record(stored); });
  }

  core::Status add_record(store::StoredRecord& stored) {
    if (options_->from_us || options_->to_us) {
      if (!stored.from_us && !stored.to_us) {
        ++without_time_;
        return core::ok();
      }
      const std::int64_t first =
          stored.from_us.value_or(*(stored.from_us ? stored.from_us : stored.to_us));
      const std::int64_t last = stored.to_us.value_or(first);
      if ((options_->from_us && last < *options_->from_us) ||
          (options_->to_us && first > *options_->to_us))
        return core::ok();
    }
    if (stored.record.has_message() && !is_wanted(stored.record.message())) return core::ok();
    const auto source = sources_.find(stored.record.source_id());
    if (source == sources_.end())
      return core::Error{core::ErrorCode::Integrity,
                         fmt::format("record {} names a source that is not in the case",
                                     core::printable(stored.record.record_id(), 40)),
                         std::nullopt, "run `palermo audit verify`", "DANGLING_SOURCE"};
    country_ = source->second.source.country();
    Builder::Contact contact;
    contact.authorization =
        builder_.authorization(authorization_of(stored.record.authorization_id(), source->second));
    if (stored.from_us) contact.first_us = *stored.from_us;
    if (stored.to_us) contact.last_us = *stored.to_us;
    if (!stored.to_us) contact.last_us = contact.first_us;
    if (!stored.from_us) contact.first_us = contact.last_us;
    contact.evidence = {kNamedRecord, static_cast<std::uint32_t>(out_.table.names.records.size())};
    out_.table.names.records.push_back(stored.record.record_id());
    ++used_;
    if (stored.record.has_intercept()) return add_intercept(stored.record.intercept(), contact);
    if (stored.record.has_payment()) return add_payment(stored.record.payment(), contact);
    if (stored.record.has_message())
      return is_noted_call(stored.record.message())
                 ? add_noted_call(stored.record.message(), contact)
                 : add_message(stored.record.message(), contact);
    return add_relation(stored, contact);
  }

  /// Whether a message ties anybody in the layers asked for; counts why not.
  bool is_wanted(const v1::Message& message) {
    if (is_noted_call(message)) return wants(kCalls);
    if (!ingest::ties_sender(message)) {
      if (wants(kMessages)) ++nobodys_words_;
      return false;
    }
    if (!message.recipients().empty()) return wants(kMessages);
    if (wants(kConversations) && !message.conversation().empty()) return true;
    if (wants(kMessages)) ++unnamed_recipients_;
    return false;
  }

  core::Status add_message(const v1::Message& message, Builder::Contact contact) {
    PALERMO_TRY(contact.a, node_of_party(message, message.sender()));
    if (message.recipients().empty()) {
      const auto found = by_key_.find({"conversation", message.conversation()});
      if (found == by_key_.end()) return not_listed();
      contact.b = builder_.node(found->second);
      builder_.add(contact);
      return core::ok();
    }
    std::set<std::uint32_t> seen{contact.a};
    for (const std::string& recipient : message.recipients()) {
      if (recipient.empty()) continue;
      PALERMO_TRY(contact.b, node_of_party(message, recipient));
      if (seen.insert(contact.b).second) builder_.add(contact);
    }
    return core::ok();
  }

  static core::Error not_listed() {
    return core::Error{core::ErrorCode::Integrity,
                       "a record names an identifier that the case does not list", std::nullopt,
                       "run `palermo audit verify`", "DANGLING_IDENTIFIER"};
  }

  /// Node of a sender or recipient, read as ingestion read it.
  core::Result<std::uint32_t> node_of_party(const v1::Message& message, const std::string& text) {
    const store::ObservedIdentifier party = ingest::read_party(message, text, country_);
    const auto found = by_key_.find({party.kind, party.value});
    // Readers of other exports know accounts by their own rules.
    if (found == by_key_.end()) return node_of(text, false);
    return builder_.node(found->second);
  }

  core::Status add_intercept(const v1::InterceptSession& session, Builder::Contact contact) {
    using Session = v1::InterceptSession;
    std::vector<std::uint32_t> parties;
    PALERMO_TRY(const std::uint32_t line, node_of(session.line(), false));
    for (const std::string& text : session.parties()) {
      if (text.empty()) continue;
      PALERMO_TRY(const std::uint32_t party, node_of(text, false));
      if (party != line && std::find(parties.begin(), parties.end(), party) == parties.end())
        parties.push_back(party);
    }
    if (session.kind() == Session::room) {
      for (std::size_t i = 0; i < parties.size(); ++i)
        for (std::size_t j = i + 1; j < parties.size(); ++j) {
          contact.a = parties[i];
          contact.b = parties[j];
          builder_.add(contact);
        }
      return core::ok();
    }
    contact.spoke = session.kind() == Session::voice && contact.first_us != kNoTime &&
                    contact.last_us > contact.first_us;
    if (contact.spoke) contact.seconds = (contact.last_us - contact.first_us) / core::kUsPerSecond;
    for (const std::uint32_t party : parties) {
      const bool incoming = session.direction() == Session::in;
      contact.a = incoming ? party : line;
      contact.b = incoming ? line : party;
      builder_.add(contact);
    }
    return core::ok();
  }

  /// A call among messages: caller > each called; without a caller, each pair of its parties.
  core::Status add_noted_call(const v1::Message& call, Builder::Contact contact) {
    std::vector<std::uint32_t> called;
    for (const std::string& text : call.recipients()) {
      if (text.empty()) continue;
      PALERMO_TRY(const std::uint32_t party, node_of_party(call, text));
      if (std::find(called.begin(), called.end(), party) == called.end()) called.push_back(party);
    }
    contact.spoke = call.has_duration_s() && call.duration_s() > 0;
    contact.seconds = contact.spoke ? call.duration_s() : 0;
    std::size_t ties = 0;
    const auto tie = [&](std::uint32_t a, std::uint32_t b) {
      if (a == b) return;
      contact.a = a;
      contact.b = b;
      builder_.add(contact);
      ++ties;
    };
    if (!call.sender().empty()) {
      PALERMO_TRY(const std::uint32_t caller, node_of_party(call, call.sender()));
      for (const std::uint32_t party : called) tie(caller, party);
    } else {
      for (std::size_t i = 0; i < called.size(); ++i)
        for (std::size_t j = i + 1; j < called.size(); ++j) tie(called[i], called[j]);
    }
    if (ties == 0) {
      ++one_party_;
      --used_;
    }
    return core::ok();
  }

  core::Status add_payment(const v1::Payment& payment, Builder::Contact contact) {
    if (payment.from().empty() || payment.to().empty()) {
      ++one_party_;
      --used_;
      return core::ok();
    }
    PALERMO_TRY(contact.a, node_of(payment.from(), false));
    PALERMO_TRY(contact.b, node_of(payment.to(), false));
    builder_.add(contact);
    return core::ok();
  }

  core::Status add_relation(const store::StoredRecord& stored, Builder::Contact contact) {
    const v1::Relation& relation = stored.record.relation();
    PALERMO_TRY(contact.a, node_of(relation.a(), true));
    if (relation.b().empty()) return core::ok();  // stated to be there, tied to nobody
    if (relation.has_weight() && !(relation.weight() > 0)) {
      ++no_weight_;
      return core::ok();
    }
    PALERMO_TRY(contact.b, node_of(relation.b(), true));
    contact.weight = relation.has_weight() ? relation.weight() : 1;
    contact.spoke = names_calls(stored.layer);
    builder_.add(contact);
    return core::ok();
  }

  /// Node of an identifier as a record writes it, read as ingestion read it.
  core::Result<std::uint32_t> node_of(const std::string& text, bool relation) {
    const auto [at, fresh] = nodes_of_text_.try_emplace({relation, country_, text}, kNone);
    if (!fresh) return at->second;
    const store::ObservedIdentifier observed = relation ? ingest::detail::read_label(text, country_)
                                                        : ingest::read_identifier(text, country_);
    std::string value = observed.value;
    auto found = by_key_.find({observed.kind, value});
    if (found == by_key_.end()) {
      // Account numbers are recognized by shape and kept without blanks.
      value.erase(std::remove(value.begin(), value.end(), ' '), value.end());
      found = by_key_.find({"iban", value});
    }
    if (found == by_key_.end())
      found = std::find_if(by_key_.begin(), by_key_.end(), [&](const auto& entry) {
        return entry.first.second == observed.value || identifiers_.at(entry.second).raw == text;
      });
    if (found == by_key_.end()) return not_listed();
    at->second = builder_.node(found->second);
    return at->second;
  }

  core::Status name_nodes() {
    for (const std::int64_t id : out_.identifiers) {
      const auto found = identifiers_.find(id);
      if (found == identifiers_.end())
        return core::Error{core::ErrorCode::Integrity,
                           fmt::format("identifier {} is not in the case", id), std::nullopt,
                           "run `palermo audit verify`", "DANGLING_IDENTIFIER"};
      const store::ObservedIdentifier& identifier = found->second;
      Node node;
      node.label = identifier.value;
      node.kind = identifier.kind;
      node.id = values_[identifier.value] > 1 ? identifier.kind + ":" + identifier.value
                                              : identifier.value;
      out_.table.nodes.push_back(std::move(node));
    }
    for (Device& device : out_.table.devices) {
      const auto found = identifiers_.find(std::stoll(device.value));
      if (found == identifiers_.end()) continue;
      device.kind = found->second.kind;
      device.value = found->second.value;
    }
    return core::ok();
  }

  core::Status fill_basis() {
    v1::Basis& basis = out_.basis;
    PALERMO_TRY(store::Statement query,
                db_->prepare("SELECT reason, sum(count) FROM quarantine WHERE status = 'held' "
                             "GROUP BY reason ORDER BY sum(count) DESC, reason"));
    std::uint64_t held_back = 0;
    std::string reasons;
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) break;
      const auto count = static_cast<std::uint64_t>(query.integer(1));
      held_back += count;
      basis.add_quarantine_reasons(fmt::format("{}: {}", query.text(0), count));
      reasons +=
          fmt::format("{}{} {}", reasons.empty() ? "" : ", ", query.text(0), with_commas(count));
    }
    basis.set_records_used(static_cast<std::uint32_t>(used_));
    basis.set_quarantined(static_cast<std::uint32_t>(held_back));
    basis.set_records_held(static_cast<std::uint32_t>(used_ + held_back));
    basis.set_layer(options_->layer.empty() ? "all" : options_->layer);
    if (options_->from_us) basis.set_from(core::format_utc(*options_->from_us));
    if (options_->to_us) basis.set_to(core::format_utc(*options_->to_us));
    basis.set_text(held_back == 0 ? fmt::format("{} of {} records; none quarantined",
                                                with_commas(used_), with_commas(used_))
                                  : fmt::format("{} of {} records; {} quarantined: {}",
                                                with_commas(used_), with_commas(used_ + held_back),
                                                with_commas(held_back), reasons));
    const bool filtered = !options_->layer.empty() || options_->from_us || options_->to_us;
    if (filtered && held_back > 0)
      basis.add_notices(
          "the quarantined are those of the whole case: sealed records show no layer "
          "and no time");
    if (one_party_ > 0)
      basis.add_notices(
          fmt::format("{} records name one party only (locations, data use) and tie nobody",
                      with_commas(one_party_)));
    if (without_time_ > 0)
      basis.add_notices(fmt::format("{} records carry no time and are left out of the period",
                                    with_commas(without_time_)));
    if (no_weight_ > 0)
      basis.add_notices(fmt::format("{} relations have a weight of 0 or less and tie nobody",
                                    with_commas(no_weight_)));
    if (nobodys_words_ > 0)
      basis.add_notices(fmt::format(
          "{} messages are lines of the application, dispatches, drafts or without a sender and "
          "tie nobody",
          with_commas(nobodys_words_)));
    if (unnamed_recipients_ > 0)
      basis.add_notices(
          fmt::format("{} messages name no recipient and tie nobody: to write in one group is no "
                      "contact between two of its members",
                      with_commas(unnamed_recipients_)));
    std::vector<std::string_view> used_layers;
    for (const Layer& known : out_.layers) {
      if (known.apart && options_->layer.empty())
        basis.add_notices(
            fmt::format("layer \"{}\" (who wrote in which conversation, two-mode) is left out; "
                        "--layer {} reads it",
                        known.name, known.name));
      if (!wants(known.name)) continue;
      used_layers.push_back(known.name);
      if (known.kind == LayerKind::Relations) out_.table.kind = LayerKind::Relations;
      const bool own = known.name == kCalls || known.name == kIntercepts;
      if (known.calls && !own)
        basis.add_notices(
            fmt::format("layer \"{}\" is read as calls because its name says so: its ties count as "
                        "conversations",
                        core::printable(known.name, 60)));
      if (known.two_mode)
        basis.add_notices(
            fmt::format("layer \"{}\" is two-mode (rows and columns are of different kinds): both "
                        "kinds are nodes "
                        "here, and ties run between them only",
                        core::printable(known.name, 60)));
    }
    if (used_layers.size() > 1)
      basis.add_notices(
          fmt::format("layers merged by sum: {}",
                      core::printable(fmt::format("{}", fmt::join(used_layers, ", ")), 300)));
    return core::ok();
  }

  store::Database* db_;
  const LoadOptions* options_;
  LoadedNetwork out_;
  Builder builder_;
  std::map<std::string, SourceInfo> sources_;
  std::map<std::string, std::uint32_t> values_;  // identifiers with this value
  std::map<std::pair<std::string, std::string>, std::int64_t> by_key_;
  std::unordered_map<std::int64_t, store::ObservedIdentifier> identifiers_;
  std::map<std::tuple<bool, std::string, std::string>, std::uint32_t> nodes_of_text_;
  std::string country_;
  std::uint64_t used_ = 0;
  std::uint64_t one_party_ = 0;
  std::uint64_t without_time_ = 0;
  std::uint64_t no_weight_ = 0;
  std::uint64_t nobodys_words_ = 0;
  std::uint64_t unnamed_recipients_ = 0;
};

}  // namespace

core::Result<LoadedNetwork> load(store::Database& db, const LoadOptions& options) {
  const spdlog::stopwatch watch;
  PALERMO_TRY(LoadedNetwork loaded, (Loader{db, options}.run()));
  core::log(core::Room::Analysis)
      .info("{:.3f} s: network of {} nodes and {} ties read", watch.elapsed().count(),
            loaded.table.nodes.size(), loaded.table.ties.size());
  return loaded;
}

bool names_calls(std::string_view layer) {
  static constexpr std::string_view kWords[] = {"call",       "calls",   "phonecall",
                                                "phonecalls", "wiretap", "wiretaps"};
  std::string word;
  for (std::size_t i = 0; i <= layer.size(); ++i) {
    const char c = i < layer.size() ? layer[i] : ' ';
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      word += static_cast<char>(c >= 'a' ? c : c - 'A' + 'a');
      continue;
    }
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return true;
    word.clear();
  }
  return false;
}

std::optional<std::int64_t> middle_of(const TieTable& table) {
  std::int64_t first = kNoTime, last = kNoTime;
  for (const Tie& tie : table.ties) {
    if (tie.first_us != kNoTime && (first == kNoTime || tie.first_us < first)) first = tie.first_us;
    if (tie.last_us != kNoTime && (last == kNoTime || tie.last_us > last)) last = tie.last_us;
  }
  if (first == kNoTime || last <= first) return std::nullopt;
  return first + (last - first) / 2;
}

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (int place = static_cast<int>(text.size()) - 3; place > 0; place -= 3)
    text.insert(static_cast<std::size_t>(place), ",");
  return text;
}

}  // namespace palermo::network
