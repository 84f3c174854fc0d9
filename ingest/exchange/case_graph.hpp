// The nodes of a CASE/UCO document, and what a node is called by others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/record_row.hpp"
#include "ingest/exchange/json_ld.hpp"

namespace palermo::ingest {

struct CaseNode {
  LdJson json;      // expanded
  std::string iri;  // empty: the node has none
  std::uint32_t line = 0;
};

/// What a node is called by, and everything that identifies it.
struct CaseParty {
  std::string text;  // a person's name, a number, an account; the IRI where the file says no more
  std::string
      kind;  // person, organisation, msisdn, imsi, imei, iccid, account, email, cell, object
  std::string name;                                    // displayed name beside `text`
  std::vector<store::ObservedIdentifier> identifiers;  // `text` first, where it is one
};

/// One document: @graph, an array of nodes, or one node. Nodes inside a uco-core:Bundle are nodes
/// of their own, and the bundle is one too.
class CaseGraph {
 public:
  /// @param country  that national telephone numbers are read with
  /// @error BadInput  no JSON, or no node in it
  [[nodiscard]] static core::Result<CaseGraph> read(std::string_view text, std::string country);

  [[nodiscard]] const std::vector<CaseNode>& nodes() const { return nodes_; }
  /// Lines of what stands among the nodes and is none (a text, a number, null).
  [[nodiscard]] const std::vector<std::uint32_t>& strangers() const { return strangers_; }
  [[nodiscard]] const LdContext& context() const { return context_; }
  /// Ids that more than one node bears; the first is the one meant by references.
  [[nodiscard]] std::size_t repeated_ids() const { return repeated_; }

  /// The node a reference means; null when the file holds no such node.
  [[nodiscard]] const LdJson* find(std::string_view iri) const;
  /// The node's facet of this type, whether it stands inside or is referred to; null: none.
  [[nodiscard]] const LdJson* facet(const LdJson& node, std::string_view type) const;
  /// All facets of a node.
  [[nodiscard]] std::vector<const LdJson*> facets(const LdJson& node) const;

  /// What a node is called; identifiers of telephone numbers, SIMs, devices and accounts included.
  [[nodiscard]] CaseParty party(const LdJson& node) const;
  /// The same for a reference, a nested node or a literal.
  [[nodiscard]] CaseParty party_of(const LdJson& value) const;
  /// A name for people: of a person, file, place, exhibit; else what party() says.
  [[nodiscard]] std::string label(const LdJson& value) const;

 private:
  explicit CaseGraph(LdContext context) : context_{std::move(context)} {}
  void add(const core::Json& value, std::uint32_t line);
  void index();

  LdContext context_;
  std::string country_;
  std::vector<CaseNode> nodes_;
  std::vector<std::uint32_t> strangers_;
  std::unordered_map<std::string, std::size_t> by_iri_;
  std::unordered_map<std::string, std::size_t> names_;  // of persons and organisations: how many
  std::size_t repeated_ = 0;
};

/// Name of a person or organisation node as it stands there; empty when it has none.
[[nodiscard]] std::string case_own_name(const CaseGraph& graph, const LdJson& node);
/// "001-01-513-24861" of a CellSiteFacet; empty when a part is missing.
[[nodiscard]] std::string case_cell(const LdJson& facet);

}  // namespace palermo::ingest
