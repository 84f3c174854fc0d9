#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/base/text.hpp"
#include "ingest/records/network_builder.hpp"
#include "ingest/records/networks.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

using detail::folded;
using detail::NetworkBuilder;

/// What a key of GraphML or an attribute of GEXF means to a relation.
enum class Meaning { Other, Weight, Label, Layer };

struct Key {
  std::string name;
  std::string fallback;  // its default
  Meaning of_edge = Meaning::Other;
  Meaning of_node = Meaning::Other;
};

struct Tie {
  std::string a, b;
  std::optional<double> weight;
  std::string layer;
  std::uint32_t line = 0;
  bool directed = false;
};

std::uint32_t line_of(const XmlElement& element) {
  return static_cast<std::uint32_t>(element.line);
}

/// The first value of an attribute in the text; these formats say there whether ties have a
/// direction, once, on an element too large to hold.
bool says_directed(std::string_view bytes, std::string_view attribute) {
  const std::size_t at = bytes.find(attribute);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = bytes.substr(at + attribute.size(), 40);
  const std::size_t quote = rest.find_first_of("\"'");
  return quote != std::string_view::npos && rest.substr(quote + 1).starts_with("directed");
}

/// Common to both formats: ties wait until all nodes are known, since a file may state them first.
class GraphReader {
 public:
  explicit GraphReader(const AdapterInput& input) : builder_{input}, bytes_{input.bytes} {}

 protected:
  core::Status add_node(const XmlElement& node, std::string label) {
    const std::string id{node.attribute("id")};
    if (id.empty())
      return bad_input(node.line, fmt::format("line {}: a node without id", node.line),
                       "the file is damaged; export it again");
    if (builder_.nodes() >= NetworkBuilder::kMaxNodes)
      return bad_input(node.line, fmt::format("more than {} nodes", NetworkBuilder::kMaxNodes),
                       "take the part of the network that is needed");
    if (!builder_.add_node(id, std::move(label), line_of(node)))
      return bad_input(node.line,
                       fmt::format("line {}: a node has the id of an earlier one", node.line),
                       "the file is damaged; export it again");
    return core::ok();
  }

  void add_tie(const XmlElement& edge, std::string_view weight, std::string layer, bool directed) {
    Tie tie{std::string{edge.attribute("source")},
            std::string{edge.attribute("target")},
            {},
            std::move(layer),
            line_of(edge),
            directed};
    if (!weight.empty()) {
      tie.weight = detail::read_weight(weight, false);
      if (!tie.weight)
        return builder_.reject(tie.line, "BAD_WEIGHT", "the weight of the tie is no number");
    }
    ties_.push_back(std::move(tie));
  }

  core::Result<RecordBatch> finish(std::string mapping) {
    for (const Tie& tie : ties_)
      builder_.add_tie(tie.a, tie.b, tie.weight, tie.line, tie.layer, tie.directed);
    if (builder_.nodes() == 0)
      return bad_input(0, "the file states no node", "check that it was exported completely");
    if (!left_out_.empty())
      builder_.notice(
          fmt::format("not read, having no place in a relation: {}", fmt::join(left_out_, ", ")));
    return builder_.finish(std::move(mapping));
  }

  NetworkBuilder builder_;
  std::string_view bytes_;
  std::vector<Tie> ties_;
  std::set<std::string> left_out_;  // attributes, by name
};

class GraphmlReader : GraphReader {
 public:
  using GraphReader::GraphReader;

  core::Result<RecordBatch> read() {
    directed_ = says_directed(bytes_, "edgedefault");
    PALERMO_CHECK_OK(for_each_element(
        bytes_,
        [](std::string_view name) {
          return name == "key" || name == "node" || name == "edge" || name == "hyperedge";
        },
        [this](const XmlElement& element) { return take(element); }));
    std::string mapping = "GraphML";
    if (!weight_name_.empty())
      mapping += fmt::format(", weight from '{}'", core::printable(weight_name_, 40));
    if (!label_name_.empty())
      mapping += fmt::format(", label from '{}'", core::printable(label_name_, 40));
    return finish(std::move(mapping));
  }

 private:
  core::Status take(const XmlElement& element) {
    if (element.name == "key") {
      take_key(element);
      return core::ok();
    }
    if (!element.child("graph").empty())
      return bad_input(element.line,
                       fmt::format("line {}: a graph inside a node or edge", element.line),
                       "flatten the graph in the program that wrote it");
    if (element.name == "node") return add_node(element, label_of(element));
    if (element.name == "hyperedge") {
      builder_.reject(line_of(element), "HYPEREDGE",
                      "a hyperedge ties more than two nodes; a relation has two ends");
      return core::ok();
    }
    const std::string_view own = element.attribute("directed");
    const bool directed = own.empty() ? directed_ : own == "true";
    std::string weight = fallback(&Key::of_edge, Meaning::Weight);
    std::string layer;
    for (const XmlElement* data : element.all("data")) {
      const auto key = keys_.find(std::string{data->attribute("key")});
      if (key == keys_.end()) continue;
      if (key->second.of_edge == Meaning::Weight)
        weight = data->text;
      else if (key->second.of_edge == Meaning::Layer)
        layer = data->text;
      else
        left_out_.insert(core::printable(key->second.name, 40));
    }
    add_tie(element, weight, std::move(layer), directed);
    return core::ok();
  }

  void take_key(const XmlElement& element) {
    Key key;
    key.name = element.attribute("attr.name");
    if (key.name.empty()) key.name = element.attribute("id");
    key.fallback = element.text_at("default");
    const std::string name = folded(key.name);
    const std::string_view domain = element.attribute("for");
    if (domain == "edge" || domain == "all" || domain.empty()) {
      // "weight" wins over its synonyms, wherever it stands.
      const bool synonym = name == "count" || name == "strength" || name == "value";
      if (name == "weight" || (synonym && weight_name_.empty())) {
        for (auto& [id, other] : keys_)
          if (other.of_edge == Meaning::Weight) other.of_edge = Meaning::Other;
        key.of_edge = Meaning::Weight;
        weight_name_ = key.name;
      } else if (name == "layer") {
        key.of_edge = Meaning::Layer;
      }
    }
    if ((domain == "node" || domain == "all" || domain.empty()) &&
        (name == "label" || (name == "name" && label_name_.empty()))) {
      for (auto& [id, other] : keys_)
        if (other.of_node == Meaning::Label) other.of_node = Meaning::Other;
      key.of_node = Meaning::Label;
      label_name_ = key.name;
    }
    keys_[std::string{element.attribute("id")}] = std::move(key);
  }

  std::string fallback(Meaning Key::*domain, Meaning meaning) const {
    for (const auto& [id, key] : keys_)
      if (key.*domain == meaning) return key.fallback;
    return {};
  }

  std::string label_of(const XmlElement& node) {
    std::string label;
    for (const XmlElement* data : node.all("data")) {
      const auto key = keys_.find(std::string{data->attribute("key")});
      if (key != keys_.end() && key->second.of_node == Meaning::Label)
        label = data->text;
      else if (key != keys_.end() && data->children.empty())
        left_out_.insert(core::printable(key->second.name, 40));
      // yEd draws the label: <data><y:ShapeNode><y:NodeLabel>…
      for (const XmlElement* drawn : data->descendants("NodeLabel"))
        if (label.empty()) label = drawn->text;
    }
    return label;
  }

  std::map<std::string, Key> keys_;
  std::string weight_name_;
  std::string label_name_;
  bool directed_ = false;
};

class GexfReader : GraphReader {
 public:
  using GraphReader::GraphReader;

  core::Result<RecordBatch> read() {
    directed_ = says_directed(bytes_, "defaultedgetype");
    PALERMO_CHECK_OK(for_each_element(
        bytes_, [](std::string_view name) { return name == "node" || name == "edge"; },
        [this](const XmlElement& element) { return take(element); }));
    if (timed_ > 0)
      builder_.notice(
          fmt::format("{} nodes or ties bear a start or an end; times are not read", timed_));
    return finish("GEXF");
  }

 private:
  core::Status take(const XmlElement& element) {
    if (!element.attribute("start").empty() || !element.attribute("end").empty() ||
        !element.child("spells").empty())
      ++timed_;
    if (!element.child("attvalues").empty()) left_out_.insert("attvalues");
    if (element.name == "node") {
      if (!element.child("nodes").empty())
        return bad_input(element.line, fmt::format("line {}: nodes inside a node", element.line),
                         "flatten the graph in the program that wrote it");
      return add_node(element, std::string{element.attribute("label")});
    }
    const std::string_view type = element.attribute("type");
    std::string_view kind = element.attribute("kind");
    add_tie(element, element.attribute("weight"), std::string{kind},
            type.empty() ? directed_ : type == "directed");
    return core::ok();
  }

  bool directed_ = false;
  std::size_t timed_ = 0;
};

Detection detect_root(std::string_view bytes, std::string_view root) {
  const XmlHead head = xml_head(bytes);
  if (head.root != root) return {};
  return {0.98, fmt::format("its root element is {}", root)};
}

}  // namespace

Adapter graphml_adapter() {
  return {"graphml", "1", "network as GraphML: weight, label and layer by the names of the keys",
          [](std::string_view bytes, std::string_view) { return detect_root(bytes, "graphml"); },
          [](const AdapterInput& input) { return GraphmlReader{input}.read(); }};
}

Adapter gexf_adapter() {
  return {"gexf", "1", "network as GEXF (Gephi)",
          [](std::string_view bytes, std::string_view) { return detect_root(bytes, "gexf"); },
          [](const AdapterInput& input) { return GexfReader{input}.read(); }};
}

}  // namespace palermo::ingest
