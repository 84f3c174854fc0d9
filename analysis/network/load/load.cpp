#include "analysis/network/load.hpp"

#include <fmt/format.h>
#include <spdlog/stopwatch.h>

#include <algorithm>

#include "analysis/network/load/basis.hpp"
#include "analysis/network/load/calls.hpp"
#include "analysis/network/load/categories.hpp"
#include "analysis/network/load/known_at.hpp"
#include "analysis/network/load/names.hpp"
#include "analysis/network/load/record_contacts.hpp"
#include "analysis/network/load/records.hpp"
#include "core/base/large_memory.hpp"
#include "core/base/log.hpp"
#include "core/base/parallel.hpp"
#include "core/base/text.hpp"
#include "core/store/source_id.hpp"
#include "palermo/v1/source.pb.h"

namespace palermo::network {
namespace detail {
namespace {

class Loader {
 public:
  Loader(store::Database& db, const LoadOptions& options) : db_{&db}, options_{&options} {}

  core::Result<LoadedNetwork> run() {
    PALERMO_TRY(const Names names, begin());
    const auto authorization = [this](std::string_view id) { return number_of(id); };
    RecordTies records{*db_,
                       *options_,
                       names,
                       sources_,
                       [this](std::string_view layer) { return wants(layer); },
                       authorization};
    PALERMO_CHECK_OK(read_records(records));
    CallTies calls;
    if (wants(kCalls)) {
      PALERMO_TRY(calls, read_calls(*db_, *options_, before_leaf_, names, sources_, authorization));
    }
    place(names, calls, records);
    out_.table.names.records = std::move(records.evidence_names);
    out_.coverage = std::move(calls.coverage);
    out_.coverage.add(records.coverage);
    records.counts.used += calls.records;
    records.counts.one_party += calls.one_party;
    PALERMO_CHECK_OK(fill_basis(records.counts));
    PALERMO_CHECK_OK(fill_categories(*db_, before_leaf_, out_));
    return std::move(out_);
  }

  core::Status visit_records(const std::function<void(const RecordContact&)>& visit) {
    PALERMO_TRY(const Names names, begin());
    RecordTies records{*db_,
                       *options_,
                       names,
                       sources_,
                       [this](std::string_view layer) { return wants(layer); },
                       [this](std::string_view id) { return number_of(id); }};
    records.each = [&](const Contact& contact) {
      RecordContact out;
      out.a = names.identifier(contact.a);
      out.b = names.identifier(contact.b);
      out.first_us = contact.first_us;
      out.last_us = contact.last_us;
      out.seconds = contact.seconds;
      out.spoke = contact.spoke;
      out.record_id = records.evidence_names[contact.evidence.line];
      const std::string_view kind = reading_;
      out.relation = kind == "relation";
      out.intercept = kind == "intercept";
      visit(out);
    };
    return read_records(records);
  }

 private:
  /// What stands before any record is read: the period known, sources, layers, identifiers.
  core::Result<Names> begin() {
    if (options_->known_at_us) {
      PALERMO_TRY(before_leaf_, entries_until(*db_, *options_->known_at_us));
    }
    PALERMO_CHECK_OK(read_sources());
    PALERMO_TRY(out_.layers, layers_of(*db_, sources_, before_leaf_));
    PALERMO_CHECK_OK(check_layers());
    return Names::read(*db_, options_->threads != 0 ? options_->threads : core::cores());
  }

  [[nodiscard]] bool wants(std::string_view layer) const {
    if (options_->layers.empty()) return layer != kConversations;
    return std::find(options_->layers.begin(), options_->layers.end(), layer) !=
           options_->layers.end();
  }

  std::uint32_t number_of(std::string_view authorization) {
    std::vector<std::string>& known = out_.table.authorizations;
    const auto found = std::find(known.begin(), known.end(), authorization);
    if (found != known.end()) return static_cast<std::uint32_t>(found - known.begin());
    known.emplace_back(authorization);
    return static_cast<std::uint32_t>(known.size() - 1);
  }

  core::Status read_sources() {
    PALERMO_TRY(store::Statement query,
                db_->prepare(fmt::format("SELECT id, payload, leaf FROM source ORDER BY {}",
                                         store::kSourceOrder)));
    while (true) {
      PALERMO_TRY(const bool row, query.step());
      if (!row) return core::ok();
      if (before_leaf_ && query.integer(2) >= *before_leaf_) {
        ++later_sources_;
        continue;
      }
      v1::Source source;
      const std::string_view payload = query.blob(1);
      if (!source.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
        return core::Error{core::ErrorCode::Integrity,
                           fmt::format("source {} cannot be read", query.text(0)), std::nullopt,
                           "run `palermo audit verify`", "ALTERED"};
      SourceInfo info;
      info.number = static_cast<std::uint32_t>(out_.table.names.sources.size());
      info.authorization = source.authorization_id();
      info.country = source.country();
      info.mapping = source.mapping();
      out_.table.names.sources.emplace_back(query.text(0));
      sources_.emplace(std::string{query.text(0)}, std::move(info));
    }
  }

  core::Status check_layers() const {
    std::vector<std::string> names;
    std::string list;
    for (const Layer& known : out_.layers) {
      names.push_back(known.name);
      list += (list.empty() ? "" : ", ") + core::printable(known.name, 60);
    }
    for (const std::string& layer : options_->layers) {
      if (std::find(names.begin(), names.end(), layer) != names.end()) continue;
      const std::string nearest = core::nearest_word(layer, names);
      return core::Error{
          core::ErrorCode::NotFound,
          fmt::format("the case has no layer \"{}\"", core::printable(layer, 60)), std::nullopt,
          (nearest.empty() ? std::string{}
                           : "did you mean " + core::printable(nearest, 60) + "? ") +
              (list.empty() ? std::string{"nothing that ties two identifiers was ingested yet"}
                            : "layers: " + list)};
    }
    return core::ok();
  }

  core::Status read_records(RecordTies& records) {
    for (const auto& [kind, layer] :
         {std::pair{"intercept", kIntercepts}, std::pair{"payment", kPayments}})
      if (wants(layer)) PALERMO_CHECK_OK(read_kind(records, kind, ""));
    if (wants(kCalls) || wants(kMessages) || wants(kConversations))
      PALERMO_CHECK_OK(read_kind(records, "message", ""));
    if (options_->layers.empty()) return read_kind(records, "relation", "");
    for (const std::string& layer : options_->layers)
      PALERMO_CHECK_OK(read_kind(records, "relation", layer));
    return core::ok();
  }
  core::Status read_kind(RecordTies& records, const char* kind, const std::string& layer) {
    reading_ = kind;
    return records.read(kind, layer, before_leaf_);
  }

  /// Ranks become nodes; the ties of calls and of records one list, sorted.
  void place(const Names& names, CallTies& calls, RecordTies& records) {
    std::vector<std::uint32_t> node_of(names.ranks(), kNone);
    std::vector<std::uint32_t> ranks;
    for (std::uint32_t rank = 0; rank < names.ranks(); ++rank) {
      if (!records.used[rank] && (calls.used.empty() || !calls.used[rank])) continue;
      node_of[rank] = static_cast<std::uint32_t>(ranks.size());
      ranks.push_back(rank);
    }
    const unsigned threads = options_->threads != 0 ? options_->threads : core::cores();
    TieTable& table = out_.table;
    core::reserve_large(table.nodes, ranks.size(), threads);
    table.nodes.resize(ranks.size());
    out_.identifiers.resize(ranks.size());
    constexpr std::size_t kAtOnce = 4'096;
    core::in_parallel((ranks.size() + kAtOnce - 1) / kAtOnce, threads, [&](std::size_t part) {
      const std::size_t end = std::min(ranks.size(), (part + 1) * kAtOnce);
      for (std::size_t v = part * kAtOnce; v < end; ++v) {
        table.nodes[v] = names.node(ranks[v]);
        out_.identifiers[v] = names.identifier(ranks[v]);
      }
    });
    core::reserve_large(table.ties, calls.sums.ties() + records.ties.size(), threads);
    table.ties.resize(calls.sums.ties());
    calls.sums.write(table.ties, node_of, threads);
    calls.sums = {};
    for (const Tie& tie : records.ties) {
      Tie& placed = table.ties.emplace_back(tie);
      placed.a = node_of[tie.a];
      placed.b = node_of[tie.b];
    }
    if (!records.ties.empty()) merge_ties(table.ties, options_->by_day);
    for (const SeenDevice& device : calls.devices)
      table.devices.push_back({node_of[device.node], device.authorization,
                               std::string{names.kind(device.identifier)},
                               std::string{names.value(device.identifier)}});
  }

  core::Status fill_basis(const RecordCounts& counts) {
    PALERMO_TRY(out_.basis, basis_of(*db_, *options_, before_leaf_, later_sources_, counts));
    add_layer_notices(
        *options_, out_.layers, [this](std::string_view layer) { return wants(layer); },
        out_.basis);
    for (const Layer& known : out_.layers)
      if (wants(known.name) && known.kind == LayerKind::Relations)
        out_.table.kind = LayerKind::Relations;
    return core::ok();
  }

  store::Database* db_;
  const LoadOptions* options_;
  LoadedNetwork out_;
  Sources sources_;
  std::optional<std::int64_t> before_leaf_;
  std::uint64_t later_sources_ = 0;
  const char* reading_ = "";  // kind of the records at hand
};

}  // namespace
}  // namespace detail

core::Result<LoadedNetwork> load(store::Database& db, const LoadOptions& options) {
  const spdlog::stopwatch watch;
  PALERMO_TRY(LoadedNetwork loaded, (detail::Loader{db, options}.run()));
  if (options.persons) PALERMO_CHECK_OK(over_persons(db, options, loaded));
  core::log(core::Room::Analysis)
      .info("{:.3f} s: network of {} nodes and {} ties read", watch.elapsed().count(),
            loaded.table.nodes.size(), loaded.table.ties.size());
  return loaded;
}

core::Status for_each_record_contact(store::Database& db, const LoadOptions& options,
                                     const std::function<void(const RecordContact&)>& visit) {
  return detail::Loader{db, options}.visit_records(visit);
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
