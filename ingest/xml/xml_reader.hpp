// XML from outside, element by element: bounded, without network, without entities of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace palermo::ingest {

/// An element with what stands in it. Names are local: formats carry their version in the namespace
/// and producers choose prefixes freely.
struct XmlElement {
  std::string name;                                             // local name
  std::string space;                                            // namespace URI; empty: none
  std::uint64_t line = 0;                                       // on which it begins, 1-based
  std::vector<std::pair<std::string, std::string>> attributes;  // local name, value
  std::string type;        // local name in xsi:type; empty: none
  std::string type_space;  // namespace URI its prefix stands for; empty where it is not declared
  std::string text;        // its own character data, outer white space off
  std::vector<XmlElement> children;

  /// First child of this local name, or an empty element.
  [[nodiscard]] const XmlElement& child(std::string_view local_name) const;
  /// First element along a path of local names: "header/requestID/countryCode"; else an empty one.
  [[nodiscard]] const XmlElement& at(std::string_view path) const;
  /// Text of at(path).
  [[nodiscard]] const std::string& text_at(std::string_view path) const { return at(path).text; }
  /// All children of this local name.
  [[nodiscard]] std::vector<const XmlElement*> all(std::string_view local_name) const;
  /// All descendants of this local name, in document order.
  [[nodiscard]] std::vector<const XmlElement*> descendants(std::string_view local_name) const;
  /// Value of the attribute of this local name; empty where it is absent.
  [[nodiscard]] std::string_view attribute(std::string_view local_name) const;
  [[nodiscard]] bool empty() const { return name.empty(); }
};

/// Root element of a document, read from its first bytes alone; empty where the text is no XML. For
/// detection: never fails, reads at most 64 KiB.
struct XmlHead {
  std::string root;                // local name
  std::string space;               // its namespace
  std::vector<std::string> names;  // local names of the elements in the first bytes, in order
};
[[nodiscard]] XmlHead xml_head(std::string_view bytes);

/// Reads a document and hands over, one after another, each element whose local name `wanted`
/// accepts (with everything in it; elements inside one are not handed over again). Memory is that
/// of the largest such element.
///
/// Refused: documents with a DOCTYPE (so entity expansion and external entities cannot occur),
/// deeper than 200 elements, single texts above 10 MB, more than 1,000,000 nodes in one handed
/// element. Encodings: what the XML declaration names, as far as libxml2 knows it.
/// @error BadInput  not well-formed, or one of the above; with the line
/// @source libxml2's reader API; hardening as in its XML_PARSE_NONET without NOENT, DTDLOAD and
/// HUGE
[[nodiscard]] core::Status for_each_element(
    std::string_view bytes, const std::function<bool(std::string_view local_name)>& wanted,
    const std::function<core::Status(const XmlElement&)>& visit);

/// The whole document as one element.
/// @error BadInput  as above
[[nodiscard]] core::Result<XmlElement> read_xml(std::string_view bytes);

}  // namespace palermo::ingest
