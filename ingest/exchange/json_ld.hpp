// JSON-LD as evidence files use it: prefixes of the file's own, nodes, typed literals.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_message.hpp"

namespace palermo::ingest {

/// JSON with sorted members: its text is the same whatever order the file had.
using LdJson = nlohmann::json;

/// The meaning of a file's short names. Contexts named by an address are never fetched.
class LdContext {
 public:
  /// Reads an "@context": an object, an address, or a list of both. What is none of these is left
  /// out.
  explicit LdContext(const core::Json& context);

  /// A member's name or a type as a full IRI; keywords such as @id stay.
  [[nodiscard]] std::string term(std::string_view name) const;
  /// An "@id" as a full IRI. Blank nodes (_:b0) and names without prefix stay.
  [[nodiscard]] std::string id(std::string_view name) const;
  /// A value with every name in it made full, members sorted. Two members that mean the same are
  /// merged into a list.
  [[nodiscard]] LdJson expanded(const core::Json& value) const;

  /// Addresses of contexts that were not fetched.
  [[nodiscard]] const std::vector<std::string>& remote() const { return remote_; }
  /// Prefixes of CASE and UCO that the file uses and does not declare; read as is customary.
  [[nodiscard]] const std::set<std::string>& undeclared() const { return undeclared_; }

 private:
  std::string resolve(std::string_view name, int depth) const;

  std::map<std::string, std::string, std::less<>> terms_;
  std::string vocabulary_;
  std::vector<std::string> remote_;
  mutable std::set<std::string> undeclared_;
};

/// Whether a full IRI belongs to CASE or UCO, and its last part: "CallFacet"; empty when it does
/// not.
[[nodiscard]] std::string_view case_name(std::string_view iri);

/// Values of the members of an expanded node that CASE or UCO call `name`: lists, @list and @set
/// are opened, null is no value. Views into the node.
[[nodiscard]] std::vector<const LdJson*> ld_values(const LdJson& node, std::string_view name);
/// The first of them as text: of a string, number, truth value or typed literal; else empty.
[[nodiscard]] std::string ld_text(const LdJson& node, std::string_view name);
/// A string, number, truth value or typed literal as text; empty for a node.
[[nodiscard]] std::string ld_literal(const LdJson& value);
/// IRI of a node or a reference to one; empty for a literal.
[[nodiscard]] std::string ld_reference(const LdJson& value);
/// Whether CASE or UCO type it so.
[[nodiscard]] bool ld_is(const LdJson& node, std::string_view type);
/// Its first type, without vocabulary; empty when it has none.
[[nodiscard]] std::string ld_type(const LdJson& node);

}  // namespace palermo::ingest
