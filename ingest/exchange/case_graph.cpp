#include "ingest/exchange/case_graph.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/records/json_text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

/// The raw member of a node whose name means `name` of CASE or UCO.
const core::Json* raw_member(const core::Json& node, const LdContext& context,
                             std::string_view name, std::string& raw_name) {
  for (const auto& [key, value] : node.items()) {
    if (case_name(context.term(key)) != name) continue;
    raw_name = key;
    return &value;
  }
  return nullptr;
}

bool is_reference_only(const core::Json& value) {
  return value.is_object() && value.size() == 1 && value.contains("@id");
}

bool is_bundle(const core::Json& node, const LdContext& context) {
  const auto types = node.find("@type");
  if (types == node.end()) return false;
  const auto names_it = [&](const core::Json& type) {
    return type.is_string() &&
           case_name(context.term(type.get_ref<const std::string&>())) == "Bundle";
  };
  if (types->is_array()) return std::any_of(types->begin(), types->end(), names_it);
  return names_it(*types);
}

void add_identifier(CaseParty& party, store::ObservedIdentifier found) {
  if (!found.value.empty()) party.identifiers.push_back(std::move(found));
}

}  // namespace

void CaseGraph::add(const core::Json& value, std::uint32_t line) {
  CaseNode node;
  node.json = context_.expanded(value);
  node.iri = ld_reference(node.json);
  node.line = line;
  nodes_.push_back(std::move(node));
}

core::Result<CaseGraph> CaseGraph::read(std::string_view text, std::string country) {
  PALERMO_TRY(JsonFile file, read_json_file(text));
  if (file.items.empty())
    return bad_input(0, "the document holds no node", "check that it was exported completely");
  core::Json context = core::Json::array();
  for (const JsonItem& item : file.items)
    if (const auto own = item.value.find("@context"); own != item.value.end())
      context.push_back(*own);
  CaseGraph graph{LdContext{context}};
  graph.country_ = std::move(country);

  /// The nodes in a list at `path` of the item; what is no object is a stranger, and what is only a
  /// reference stays where it stands.
  const auto add_list = [&graph](const JsonItem& item, const core::Json& list,
                                 const std::string& path, bool references) {
    const std::vector<std::uint32_t> lines = lines_of_elements(item, path);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::uint32_t line = i < lines.size() ? lines[i] : item.line;
      if (!list[i].is_object())
        graph.strangers_.push_back(line);
      else if (references || !is_reference_only(list[i]))
        graph.add(list[i], line);
    }
  };
  /// A node, and those inside it when it is a bundle.
  const auto add_node = [&](const JsonItem& item, core::Json node, const std::string& path,
                            std::uint32_t line) {
    std::string name;
    const core::Json* inside = is_bundle(node, graph.context_)
                                   ? raw_member(node, graph.context_, "object", name)
                                   : nullptr;
    if (inside == nullptr || !(inside->is_array() || inside->is_object()))
      return graph.add(node, line);
    const core::Json held = inside->is_array() ? *inside : core::Json::array({*inside});
    // The bundle itself refers to what it holds.
    core::Json references = core::Json::array();
    for (const core::Json& element : held) {
      if (element.is_object() && element.contains("@id"))
        references.push_back(core::Json{{"@id", element["@id"]}});
      else if (!element.is_object())
        references.push_back(element);
    }
    const std::string here = path.empty() ? name : path + "." + name;
    const bool list = inside->is_array();
    node[name] = std::move(references);
    graph.add(node, line);
    if (list) return add_list(item, held, here, false);
    if (!is_reference_only(held[0])) graph.add(held[0], line_of(item, here));
  };

  for (JsonItem& item : file.items) {
    const auto nodes = item.value.find("@graph");
    if (nodes == item.value.end()) {
      core::Json node = item.value;
      node.erase("@context");
      if (!node.empty()) add_node(item, std::move(node), "", item.line);
      continue;
    }
    const core::Json list = nodes->is_array() ? *nodes : core::Json::array({*nodes});
    const std::vector<std::uint32_t> lines = nodes->is_array()
                                                 ? lines_of_elements(item, "@graph")
                                                 : std::vector{line_of(item, "@graph")};
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::uint32_t line = i < lines.size() ? lines[i] : item.line;
      if (!list[i].is_object())
        graph.strangers_.push_back(line);
      else
        add_node(item, list[i], nodes->is_array() ? fmt::format("@graph[{}]", i) : "@graph", line);
    }
  }
  if (graph.nodes_.empty() && graph.strangers_.empty())
    return bad_input(file.items.front().line, "the document holds no node",
                     "check that it was exported completely");
  graph.index();
  return graph;
}

void CaseGraph::index() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (!nodes_[i].iri.empty() && !by_iri_.emplace(nodes_[i].iri, i).second) ++repeated_;
  for (const CaseNode& node : nodes_)
    if (ld_is(node.json, "Person") || ld_is(node.json, "Organization"))
      if (const std::string name = case_own_name(*this, node.json); !name.empty()) ++names_[name];
}

const LdJson* CaseGraph::find(std::string_view iri) const {
  const auto found = by_iri_.find(std::string{iri});
  return found == by_iri_.end() ? nullptr : &nodes_[found->second].json;
}

std::vector<const LdJson*> CaseGraph::facets(const LdJson& node) const {
  std::vector<const LdJson*> out;
  for (const LdJson* value : ld_values(node, "hasFacet")) {
    // Facets usually stand inside their node; some producers list them as nodes of their own.
    if (value->is_object() && value->size() == 1)
      if (const LdJson* elsewhere = find(ld_reference(*value)); elsewhere != nullptr)
        value = elsewhere;
    if (value->is_object()) out.push_back(value);
  }
  return out;
}

const LdJson* CaseGraph::facet(const LdJson& node, std::string_view type) const {
  for (const LdJson* each : facets(node))
    if (ld_is(*each, type)) return each;
  return nullptr;
}

std::string case_own_name(const CaseGraph& graph, const LdJson& node) {
  if (const LdJson* facet = graph.facet(node, "SimpleNameFacet"); facet != nullptr) {
    const std::string given = ld_text(*facet, "givenName");
    const std::string family = ld_text(*facet, "familyName");
    if (!given.empty() || !family.empty())
      return given + (given.empty() || family.empty() ? "" : " ") + family;
  }
  return ld_text(node, "name");
}

std::string case_cell(const LdJson& facet) {
  std::string cell;
  for (const std::string_view part : {"cellSiteCountryCode", "cellSiteNetworkCode",
                                      "cellSiteLocationAreaCode", "cellSiteIdentifier"}) {
    const std::string text = ld_text(facet, part);
    if (text.empty()) return {};
    cell += (cell.empty() ? "" : "-") + text;
  }
  return cell;
}

CaseParty CaseGraph::party(const LdJson& node) const {
  CaseParty party;
  const auto take = [&](std::string_view facet_type, std::string_view member, auto&& read) {
    const LdJson* found = facet(node, facet_type);
    if (found == nullptr) return;
    for (const LdJson* value : ld_values(*found, member)) {
      std::string text = ld_literal(*value);
      // An e-mail account refers to its address, and some SIM cards to the account of their IMSI.
      if (const LdJson* other = text.empty() ? find(ld_reference(*value)) : nullptr;
          other != nullptr) {
        if (const LdJson* address = facet(*other, "EmailAddressFacet"); address != nullptr)
          text = ld_text(*address, "addressValue");
        else if (const LdJson* account = facet(*other, "MobileAccountFacet"); account != nullptr)
          text = ld_text(*account, member);
      }
      if (!text.empty()) add_identifier(party, read(text));
    }
  };
  const auto number = [this](const std::string& text) { return read_number(text, country_); };
  const auto as = [](std::string kind) {
    return [kind = std::move(kind)](const std::string& text) {
      return store::ObservedIdentifier{kind, text, text, true, {}};
    };
  };
  const auto imsi = [](const std::string& text) { return read_imsi(text); };
  take("PhoneAccountFacet", "phoneNumber", number);
  take("MobileAccountFacet", "MSISDN", number);
  take("MobileAccountFacet", "IMSI", imsi);
  take("SIMCardFacet", "ICCID", as("iccid"));
  take("SIMCardFacet", "IMSI", imsi);
  take("MobileDeviceFacet", "IMEI", [](const std::string& text) { return read_imei(text); });
  take("MobileDeviceFacet", "MSISDN", number);
  take("EmailAccountFacet", "emailAddress", as("email"));
  take("EmailAddressFacet", "addressValue", as("email"));
  take("AccountFacet", "accountIdentifier", as("account"));
  take("DigitalAccountFacet", "accountLogin", as("account"));
  for (const char* address : {"WifiAddressFacet", "BluetoothAddressFacet", "MACAddressFacet"})
    take(address, "addressValue", as("mac"));
  for (const char* address : {"IPAddressFacet", "IPv4AddressFacet", "IPv6AddressFacet"})
    take(address, "addressValue", as("ip"));
  take("DeviceFacet", "serialNumber", as("serial"));

  party.name = case_own_name(*this, node);
  if (const LdJson* account = facet(node, "DigitalAccountFacet"); account != nullptr)
    if (const std::string shown = ld_text(*account, "displayName"); !shown.empty())
      party.name = shown;
  const std::string iri = ld_reference(node);
  const bool person = ld_is(node, "Person");
  if (person || ld_is(node, "Organization")) {
    party.kind = person ? "person" : "organisation";
    // Two persons of one name are two until somebody says otherwise.
    const auto known = names_.find(party.name);
    party.text = party.name.empty() ? iri
                 : known != names_.end() && known->second > 1
                     ? fmt::format("{} ({})", party.name, iri)
                     : party.name;
    return party;
  }
  if (const LdJson* cell = facet(node, "CellSiteFacet"); cell != nullptr) {
    party.text = case_cell(*cell);
    party.kind = "cell";
    if (!party.text.empty()) return party;
  }
  if (!party.identifiers.empty()) {
    party.text = party.identifiers.front().raw;
    party.kind = party.identifiers.front().kind;
    return party;
  }
  const bool account = ld_type(node).ends_with("Account");
  party.text = iri;
  party.kind = account ? "account" : "object";
  if (!account && !party.name.empty()) party.text = party.name;
  return party;
}

CaseParty CaseGraph::party_of(const LdJson& value) const {
  if (std::string text = ld_literal(value); !text.empty()) {
    CaseParty party;
    party.text = text;
    party.identifiers.push_back(read_identifier(text, country_));
    party.kind = party.identifiers.front().kind;
    return party;
  }
  const std::string iri = ld_reference(value);
  if (const LdJson* node = find(iri); node != nullptr) return party(*node);
  if (value.is_object() && value.size() > 1) return party(value);
  CaseParty party;
  party.text = iri;
  party.kind = "object";
  return party;
}

std::string CaseGraph::label(const LdJson& value) const {
  const LdJson* node = find(ld_reference(value));
  if (node == nullptr) node = &value;
  if (const std::string number = ld_text(*node, "exhibitNumber"); !number.empty()) return number;
  if (const LdJson* file = facet(*node, "FileFacet"); file != nullptr)
    if (const std::string name = ld_text(*file, "fileName"); !name.empty()) return name;
  if (const LdJson* application = facet(*node, "ApplicationFacet"); application != nullptr)
    if (const std::string name = ld_text(*application, "name"); !name.empty()) return name;
  if (const LdJson* address = facet(*node, "SimpleAddressFacet"); address != nullptr) {
    std::string text;
    for (const char* part : {"street", "postalCode", "locality", "region", "country"})
      if (const std::string word = ld_text(*address, part); !word.empty())
        text += (text.empty() ? "" : ", ") + word;
    if (const std::string name = ld_text(*node, "name"); !name.empty())
      text = text.empty() ? name : fmt::format("{} ({})", name, text);
    if (!text.empty()) return text;
  }
  CaseParty party = node == &value ? party_of(value) : this->party(*node);
  return party.name.empty() || party.kind == "person" || party.kind == "organisation" ? party.text
                                                                                      : party.name;
}

}  // namespace palermo::ingest
