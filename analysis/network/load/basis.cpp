#include "analysis/network/load/basis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/base/text.hpp"
#include "core/store/record_store.hpp"
#include "core/store/shared_calls.hpp"

namespace palermo::network::detail {
namespace {

Layer& layer_named(std::vector<Layer>& layers, std::string_view name) {
  for (Layer& known : layers)
    if (known.name == name) return known;
  layers.push_back({std::string{name}, 0, LayerKind::PointEvents, false, false, false});
  return layers.back();
}

struct MessageCounts {
  std::uint64_t calls = 0;
  std::uint64_t to_parties = 0;
  std::uint64_t in_conversations = 0;
};

/// Which layer a message belongs to, only the message itself says.
core::Result<MessageCounts> count_messages(store::Database& db,
                                           std::optional<std::int64_t> before_leaf) {
  MessageCounts counts;
  store::RecordQuery query;
  query.kind = "message";
  query.before_leaf = before_leaf;
  PALERMO_CHECK_OK(store::for_each_record(db, query, [&counts](store::StoredRecord& stored) {
    const MessageLayer layer = layer_of(stored.record.message());
    if (layer == MessageLayer::Call) ++counts.calls;
    if (layer == MessageLayer::Message) ++counts.to_parties;
    if (layer == MessageLayer::Conversation) ++counts.in_conversations;
    return core::ok();
  }));
  return counts;
}

}  // namespace

core::Result<std::vector<Layer>> layers_of(store::Database& db, const Sources& sources,
                                           std::optional<std::int64_t> before_leaf) {
  std::vector<Layer> layers;
  PALERMO_TRY(store::Statement count,
              db.prepare("SELECT coalesce(sum(records), 0) FROM segment WHERE ?1 IS NULL OR "
                         "leaf < ?1"));
  if (before_leaf) PALERMO_CHECK_OK(count.bind(1, *before_leaf));
  PALERMO_TRY(const bool counted, count.step());
  PALERMO_TRY(const store::SharedCalls shared, store::SharedCalls::load(db, before_leaf));
  const auto stored_calls =
      static_cast<std::uint64_t>(counted ? count.integer(0) - shared.repeats() : 0);
  PALERMO_TRY(const MessageCounts messages, count_messages(db, before_leaf));
  if (stored_calls + messages.calls > 0) {
    Layer& known = layer_named(layers, kCalls);
    known.records = stored_calls + messages.calls;
    known.calls = true;
  }
  PALERMO_TRY(
      store::Statement query,
      db.prepare("SELECT record.kind, record.layer, source.id, count(*) FROM record "
                 "JOIN source ON source.seq = record.source "
                 "WHERE record.kind IN ('intercept', 'payment', 'relation') AND (?1 IS NULL OR "
                 "(source.leaf < ?1 AND record.seq < coalesce((SELECT min(first_record) FROM "
                 "quarantine_decision WHERE leaf >= ?1), record.seq + 1))) AND " +
                 store::no_repeat("record", "?1") + "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"));
  if (before_leaf) PALERMO_CHECK_OK(query.bind(1, *before_leaf));
  while (true) {
    PALERMO_TRY(const bool row, query.step());
    if (!row) break;
    const std::string_view kind = query.text(0);
    const auto records = static_cast<std::uint64_t>(query.integer(3));
    if (kind == "intercept") {
      Layer& known = layer_named(layers, kIntercepts);
      known.records += records;
      known.calls = true;
    } else if (kind == "payment") {
      layer_named(layers, kPayments).records += records;
    } else {
      Layer& known = layer_named(layers, query.text(1));
      known.records += records;
      if (names_calls(known.name)) {
        known.calls = true;
      } else {
        known.kind = LayerKind::Relations;
      }
      const auto source = sources.find(query.text(2));
      if (source != sources.end() && source->second.mapping.starts_with("two-mode"))
        known.two_mode = true;
    }
  }
  if (messages.to_parties > 0) layer_named(layers, kMessages).records += messages.to_parties;
  if (messages.in_conversations > 0) {
    Layer& known = layer_named(layers, kConversations);
    known.records += messages.in_conversations;
    known.two_mode = true;
    known.apart = true;
  }
  return layers;
}

core::Result<v1::Basis> basis_of(store::Database& db, const LoadOptions& options,
                                 std::optional<std::int64_t> before_leaf,
                                 std::uint64_t later_sources, const RecordCounts& counts) {
  v1::Basis basis;
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT reason, sum(count) FROM quarantine q WHERE "
                         "CASE WHEN ?1 IS NULL THEN status = 'held' ELSE leaf < ?1 AND NOT EXISTS "
                         "(SELECT 1 FROM quarantine_decision d WHERE d.quarantine = q.seq AND "
                         "d.leaf < ?1) END GROUP BY reason ORDER BY sum(count) DESC, reason"));
  if (before_leaf) PALERMO_CHECK_OK(query.bind(1, *before_leaf));
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
  basis.set_records_used(static_cast<std::uint32_t>(counts.used));
  basis.set_quarantined(static_cast<std::uint32_t>(held_back));
  basis.set_records_held(static_cast<std::uint32_t>(counts.used + held_back));
  basis.set_layer(options.layers.empty() ? "all"
                                         : fmt::format("{}", fmt::join(options.layers, ", ")));
  if (options.from_us) basis.set_from(core::format_utc(*options.from_us));
  if (options.to_us) basis.set_to(core::format_utc(*options.to_us));
  basis.set_text(held_back == 0
                     ? fmt::format("{} of {} records; none quarantined", with_commas(counts.used),
                                   with_commas(counts.used))
                     : fmt::format("{} of {} records; {} quarantined: {}", with_commas(counts.used),
                                   with_commas(counts.used + held_back), with_commas(held_back),
                                   reasons));
  if (options.known_at_us)
    basis.add_notices(fmt::format(
        "the case as it stood at {}, when its ledger had {} entries: {} sources ingested later, "
        "and "
        "every release and decision made later, are left out",
        core::format_utc(*options.known_at_us),
        with_commas(static_cast<std::uint64_t>(*before_leaf)), with_commas(later_sources)));
  const bool filtered = !options.layers.empty() || options.from_us || options.to_us;
  if (filtered && held_back > 0)
    basis.add_notices(
        "the quarantined are those of the whole case: sealed records show no layer "
        "and no time");
  if (counts.one_party > 0)
    basis.add_notices(
        fmt::format("{} records name one party only (locations, data use) and tie nobody",
                    with_commas(counts.one_party)));
  if (counts.without_time > 0)
    basis.add_notices(fmt::format("{} records carry no time and are left out of the period",
                                  with_commas(counts.without_time)));
  if (counts.no_weight > 0)
    basis.add_notices(fmt::format("{} relations have a weight of 0 or less and tie nobody",
                                  with_commas(counts.no_weight)));
  if (counts.nobodys_words > 0)
    basis.add_notices(fmt::format(
        "{} messages are lines of the application, dispatches, drafts or without a sender and "
        "tie nobody",
        with_commas(counts.nobodys_words)));
  if (counts.unnamed_recipients > 0)
    basis.add_notices(
        fmt::format("{} messages name no recipient and tie nobody: to write in one group is no "
                    "contact between two of its members",
                    with_commas(counts.unnamed_recipients)));
  return basis;
}

void add_layer_notices(const LoadOptions& options, const std::vector<Layer>& layers,
                       const Wants& wants, v1::Basis& basis) {
  std::vector<std::string_view> used;
  for (const Layer& known : layers) {
    if (known.apart && options.layers.empty())
      basis.add_notices(
          fmt::format("layer \"{}\" (who wrote in which conversation, two-mode) is left out; "
                      "--layer {} reads it",
                      known.name, known.name));
    if (!wants(known.name)) continue;
    used.push_back(known.name);
    const bool own = known.name == kCalls || known.name == kIntercepts;
    if (known.calls && !own)
      basis.add_notices(
          fmt::format("layer \"{}\" is read as calls because its name says so: its ties count as "
                      "conversations",
                      core::printable(known.name, 60)));
    if (known.two_mode)
      basis.add_notices(
          fmt::format("layer \"{}\" is two-mode (rows and columns are of different kinds): both "
                      "kinds are nodes here, and ties run between them only",
                      core::printable(known.name, 60)));
  }
  if (used.size() > 1)
    basis.add_notices(fmt::format("layers merged by sum: {}",
                                  core::printable(fmt::format("{}", fmt::join(used, ", ")), 300)));
}

void merge_ties(std::vector<Tie>& ties, bool by_day) {
  std::vector<std::uint32_t> order(ties.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](std::uint32_t t) {
    const Tie& tie = ties[t];
    return std::tuple{tie.a, tie.b, tie.authorization, by_day ? day_of(tie.first_us) : 0};
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
    return std::pair{key(x), x} < std::pair{key(y), y};
  });
  std::vector<Tie> merged;
  merged.reserve(ties.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && key(order[i - 1]) == key(order[i])) {
      add_to(merged.back(), ties[order[i]]);
    } else {
      merged.push_back(ties[order[i]]);
    }
  }
  ties.swap(merged);
}

}  // namespace palermo::network::detail
