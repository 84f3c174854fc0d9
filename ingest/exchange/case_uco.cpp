#include <fmt/format.h>

#include "core/base/text.hpp"
#include "ingest/exchange/case_reader.hpp"
#include "ingest/exchange/exchange.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace detail {

core::Result<RecordBatch> CaseReader::run() {
  index_threads();
  index_places();
  for (const std::uint32_t line : graph_->strangers())
    rows_.reject(line, "NO_NODE", "what stands among the nodes is no JSON object");
  for (const CaseNode& node : graph_->nodes()) {
    PALERMO_TRY(const bool mapped, add(node));
    if (!mapped) add_object(node);
  }
  describe();
  return rows_.finish();
}

core::Result<bool> CaseReader::add(const CaseNode& node) {
  const LdJson& json = node.json;
  if (const LdJson* call = graph_->facet(json, "CallFacet"); call != nullptr)
    return add_call(node, *call);
  for (const char* type : {"SMSMessage", "EmailMessage", "Message"})
    if (ld_is(json, type)) return add_message(node, type);
  if (graph_->facet(json, "MessageFacet") != nullptr) return add_message(node, "Message");
  if (ld_is(json, "InvestigativeAction")) return add_action(node);
  if (ld_is(json, "ProvenanceRecord")) return add_provenance(node);
  if (const LdJson* cell = graph_->facet(json, "CellSiteFacet"); cell != nullptr)
    return add_cell(node, *cell);
  if (!ld_values(json, "source").empty() && !ld_values(json, "target").empty())
    return add_relationship(node);
  if (const LdJson* contact = graph_->facet(json, "ContactFacet"); contact != nullptr)
    return add_contact(node, *contact);
  if (ld_is(json, "Person") || ld_is(json, "Organization")) return false;
  return add_identifiers(node);
}

void CaseReader::add_object(const CaseNode& node) {
  store::RecordRow row;
  row.kind = "other";
  v1::OtherObject& object = *row.record.mutable_other();
  object.set_object_id(node.iri);
  object.set_type(ld_type(node.json));
  const CaseParty party = graph_->party(node.json);
  object.set_label(graph_->label(node.json));
  if (object.label() == node.iri) object.clear_label();
  object.set_content(text_of(node.json));
  if (!party.text.empty() && (party.kind == "person" || party.kind == "organisation"))
    rows_.mention(row, {"label", party.text, party.text, true, {}});
  for (const store::ObservedIdentifier& found : party.identifiers) rows_.mention(row, found);
  ++others_[object.type().empty() ? "without type" : object.type()];
  ++counts_["kept as objects"];
  rows_.push(std::move(row), node.line);
}

bool CaseReader::keep(store::RecordRow row, const CaseNode& node, const char* what) {
  ++counts_[what];
  rows_.push(std::move(row), node.line);
  return true;
}

bool CaseReader::unreadable() {
  ++unreadable_;
  return false;
}

std::string CaseReader::labels(const LdJson& node, std::string_view member) const {
  std::string text;
  for (const LdJson* value : ld_values(node, member))
    text += (text.empty() ? "" : ", ") + graph_->label(*value);
  return text;
}

void CaseReader::index_threads() {
  for (const CaseNode& node : graph_->nodes()) {
    const LdJson* facet = graph_->facet(node.json, "MessageThreadFacet");
    if (facet == nullptr) continue;
    const std::string name = ld_text(node.json, "name");
    for (const LdJson* thread : ld_values(*facet, "messageThread")) {
      if (const LdJson* elsewhere = graph_->find(ld_reference(*thread)); elsewhere != nullptr)
        thread = elsewhere;
      if (!thread->is_object()) continue;
      // The collections ontology lists the members of a thread, whatever prefix it has here.
      const auto members = thread->find("http://purl.org/co/element");
      if (members == thread->end()) continue;
      const LdJson list = members->is_array() ? *members : LdJson::array({*members});
      for (const LdJson& member : list)
        threads_.emplace(ld_reference(member), name.empty() ? node.iri : name);
    }
  }
  threads_.erase("");
}

void CaseReader::index_places() {
  for (const CaseNode& node : graph_->nodes())
    if (ld_text(node.json, "kindOfRelationship") == "Located_At")
      for (const LdJson* source : ld_values(node.json, "source"))
        places_.emplace(ld_reference(*source), &node.json);
}

void CaseReader::describe() {
  RecordBatch& batch = rows_.batch();
  batch.mapping = "CASE/UCO JSON-LD: one row a node, by the vocabularies of CASE and UCO";
  std::string list;
  for (const auto& [what, count] : counts_)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, what);
  batch.notices.push_back(fmt::format("{} nodes: {}", graph_->nodes().size(), list));
  if (!others_.empty()) {
    std::string kinds;
    std::size_t shown = 0;
    for (const auto& [type, count] : others_)
      if (shown++ < kShown)
        kinds +=
            fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, core::printable(type, 40));
    batch.notices.push_back(
        fmt::format("objects without a record of their own are kept whole: {}{}", kinds,
                    others_.size() > kShown ? ", …" : ""));
  }
  if (further_ > 0)
    batch.notices.push_back(
        fmt::format("{} further ties that the same nodes state are rows of their own", further_));
  if (unreadable_ > 0)
    batch.notices.push_back(
        fmt::format("{} nodes state a time, duration or cell that cannot be read; they are kept "
                    "as objects",
                    unreadable_));
  if (without_seconds_ > 0)
    batch.notices.push_back(
        fmt::format("{} times have no seconds, which xsd:dateTime requires; read as second 0",
                    without_seconds_));
  if (contradictions_ > 0)
    batch.notices.push_back(fmt::format(
        "{} calls state another duration than the time from their start to their end ({}{}); "
        "both are kept",
        contradictions_, contradicting_, contradictions_ > kShown ? "; …" : ""));
  if (without_caller_ > 0)
    batch.notices.push_back(
        fmt::format("{} calls name no caller; all their parties are kept as called, and the "
                    "network ties each pair of them",
                    without_caller_));
  if (several_called_ > 0)
    batch.notices.push_back(fmt::format("{} calls name several called parties", several_called_));
  if (graph_->repeated_ids() > 0)
    batch.notices.push_back(fmt::format(
        "{} nodes bear the id of an earlier node; each is kept, and references mean the first",
        graph_->repeated_ids()));
  for (std::string& sentence : check_custody_chain(chain_))
    batch.notices.push_back(std::move(sentence));
  for (const std::string& address : graph_->context().remote())
    batch.notices.push_back(
        fmt::format("the names of {} were not fetched; only those that the file itself declares "
                    "are known",
                    core::printable(address, 100)));
  if (!graph_->context().undeclared().empty())
    batch.notices.push_back(fmt::format(
        "prefixes that the file does not declare were read as CASE and UCO write them: {}",
        fmt::join(graph_->context().undeclared(), ", ")));
}

}  // namespace detail

namespace {

Detection detect_case(std::string_view bytes, std::string_view) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (bytes[first] != '{' && bytes[first] != '[')) return {};
  const std::string_view head = bytes.substr(0, std::size_t{1} << 20);
  const auto has = [head](std::string_view part) {
    return head.find(part) != std::string_view::npos;
  };
  if (!has("\"@context\"") && !has("\"@graph\"") && !has("\"@type\"")) return {};
  if (has("ontology.unifiedcyberontology.org/") || has("ontology.caseontology.org/"))
    return {0.97, "it is JSON-LD that declares the vocabularies of CASE and UCO"};
  if (has("\"uco-core:") || has("\"case-investigation:"))
    return {0.8, "it is JSON-LD with names of CASE and UCO"};
  return {};
}

core::Result<RecordBatch> read_case(const AdapterInput& input) {
  PALERMO_TRY(const std::string_view text, check_text(input.bytes, kMaxDocumentBytes));
  PALERMO_TRY(const CaseGraph graph, CaseGraph::read(text, input.options.country));
  PALERMO_TRY(detail::RowCollector rows, detail::RowCollector::make(input.options));
  return detail::CaseReader{input, graph, std::move(rows)}.run();
}

}  // namespace

Adapter case_uco_adapter() {
  return {"case_uco", "1",
          "CASE/UCO JSON-LD: calls, messages, accounts, cell sites, chain of custody", detect_case,
          read_case};
}

}  // namespace palermo::ingest
