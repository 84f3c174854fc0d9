// Turns the nodes of a CASE/UCO document into rows. Its parts: case_uco.cpp decides what a node is,
// case_records.cpp makes calls, messages, custody and cell sites, case_links.cpp ties.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/batch.hpp"
#include "ingest/exchange/case_graph.hpp"
#include "ingest/exchange/custody_chain.hpp"
#include "ingest/records/row_collector.hpp"

namespace palermo::ingest::detail {

/// "PhoneAccount" as "phone_account".
[[nodiscard]] std::string snake(std::string_view name);
/// A node's canonical JSON: full names, members sorted, no blanks.
[[nodiscard]] std::string text_of(const LdJson& node);

/// Reads one document. An `add_…` answers whether the node became a record of its kind; a node that
/// did not is kept as an object, so that none is lost.
class CaseReader {
 public:
  CaseReader(const AdapterInput& input, const CaseGraph& graph, RowCollector rows)
      : options_{&input.options}, graph_{&graph}, rows_{std::move(rows)} {}

  /// @error BadInput  a local time, and no --timezone
  [[nodiscard]] core::Result<RecordBatch> run();

 private:
  /// @return whether the node became a record of its own kind
  core::Result<bool> add(const CaseNode& node);
  /// Reads a time of the node. Absent and unreadable ones leave `us` empty.
  /// @error BadInput  a local time, and no --timezone
  core::Status take_time(const CaseNode& node, std::string text, std::string* kept,
                         std::optional<std::int64_t>* us, bool& good);
  /// Lists a party with the row. Its text first: the network finds a party by it.
  void mention_party(const CaseParty& party, store::RecordRow& row);
  /// Parties of a call or message, in the row and in the message.
  void take_parties(const LdJson& facet, v1::Message& message, store::RecordRow& row);
  void add_recipient(const LdJson& value, v1::Message& message, store::RecordRow& row);
  core::Result<bool> add_call(const CaseNode& node, const LdJson& facet);
  core::Result<bool> add_message(const CaseNode& node, std::string_view type);
  core::Result<bool> add_action(const CaseNode& node);
  core::Result<bool> add_provenance(const CaseNode& node);
  core::Result<bool> add_cell(const CaseNode& node, const LdJson& facet);
  static void take_position(const LdJson& facet, v1::CellSite& site);
  /// One row for each pair of source and target: between persons or organisations a relation, else
  /// a link, so that files and places are no nodes of a network of people.
  core::Result<bool> add_relationship(const CaseNode& node);
  store::RecordRow link_row(const CaseParty& a, const CaseParty& b, std::string kind,
                            const std::string& from, const std::string& to);
  /// An account, SIM or device: its identifiers belong to one thing.
  core::Result<bool> add_identifiers(const CaseNode& node);
  core::Result<bool> add_contact(const CaseNode& node, const LdJson& facet);
  void add_object(const CaseNode& node);
  bool keep(store::RecordRow row, const CaseNode& node, const char* what);
  bool unreadable();
  std::string labels(const LdJson& node, std::string_view member) const;
  /// Which message belongs to which thread.
  void index_threads();
  /// Relationships that say where a cell site stands.
  void index_places();
  void describe();

  static constexpr std::size_t kShown = 10;  // of what the answer lists

  const AdapterOptions* options_;
  const CaseGraph* graph_;
  RowCollector rows_;
  std::map<std::string, std::string> threads_;   // message → thread
  std::map<std::string, const LdJson*> places_;  // cell site → relationship
  std::map<std::string, std::size_t> counts_;    // what the nodes became
  std::map<std::string, std::size_t> others_;    // objects by type
  std::vector<CustodyStep> chain_;
  std::size_t further_ = 0;
  std::size_t unreadable_ = 0;
  std::size_t without_seconds_ = 0;
  std::size_t contradictions_ = 0;
  std::string contradicting_;
  std::size_t without_caller_ = 0;
  std::size_t several_called_ = 0;
};

}  // namespace palermo::ingest::detail
