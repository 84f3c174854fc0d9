#include "cli/commands/network/draw_users.hpp"

#include <fmt/format.h>

#include "analysis/entity/model.hpp"
#include "analysis/network/load/known_at.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

bool is_person(const draw::NetworkNode& node) {
  return node.kind == draw::NodeKind::Person || node.kind == draw::NodeKind::Organisation;
}

/// Index of a person among the drawn nodes; a new one where it is none yet.
std::uint32_t person_node(const entity::Model& model, const std::string& id, const PictureCase& of,
                          DrawnNodes& drawn, draw::NetworkDrawing& drawing) {
  for (const std::string& known : {"person:" + id, id})
    if (const auto found = drawn.find(known);
        found != drawn.end() && is_person(drawing.nodes[found->second]))
      return found->second;
  network::Node node;
  node.id = id;
  node.label = model.label_of(id);
  node.kind = model.kind_of(id) == "organisation" ? "organisation" : "person";
  const auto index = static_cast<std::uint32_t>(drawing.nodes.size());
  drawn.emplace("person:" + id, index);
  draw::NetworkNode& shown = drawing.nodes.emplace_back();
  shown.kind = draw::node_kind_of(node.kind);
  shown.label = label_of(of, node);
  shown.named = true;
  shown.title = core::printable(shown.label, 80) + "; named by statements";
  return index;
}

/// Person and identifier, both drawn; true where nothing but assessments says it.
using Lines = std::map<std::pair<std::uint32_t, std::uint32_t>, bool>;

void add_lines(const Lines& lines, GatheredNetwork& out) {
  const std::size_t layer = out.drawing.layers.size();
  out.drawing.layers.emplace_back("who used an identifier (statements)");
  for (const auto& [pair, assessed] : lines) {
    draw::NetworkTie& tie = out.drawing.ties.emplace_back();
    tie.a = pair.first;
    tie.b = pair.second;
    tie.layer = layer;
    tie.assessment = assessed;
    tie.title =
        fmt::format("{} used {}; by {}", core::printable(out.drawing.nodes[tie.a].label, 80),
                    core::printable(out.drawing.nodes[tie.b].label, 80),
                    assessed ? "assessment or decision" : "fact or link record");
    out.answer.set_assessments(out.answer.assessments() + (assessed ? 1 : 0));
  }
  out.answer.set_attributions(static_cast<std::uint32_t>(lines.size()));
}

}  // namespace

std::string label_of(const PictureCase& of, const network::Node& node) {
  constexpr std::string_view kPrefix = "person:";
  const std::string id = node.id.starts_with(kPrefix) ? node.id.substr(kPrefix.size()) : node.id;
  if (node.kind == "person" && of.names.is_sealed(id)) return of.names.of(id);
  return of.scrubbed(node.label.empty() ? node.id : node.label);
}

core::Status add_users(session::Session& session, const network::LoadOptions& options,
                       const PictureCase& of, DrawnNodes& drawn, const DrawnNumbers& numbers,
                       GatheredNetwork& out) {
  entity::View view;
  if (options.known_at_us) {
    PALERMO_TRY(view.before_leaf,
                network::detail::entries_until(session.db(), *options.known_at_us));
  }
  view.named_only = true;
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db(), view));
  Lines lines;
  for (const entity::Use& use : model.uses()) {
    if (use.link.contradicted()) continue;
    const store::StoredIdentifier* identifier = model.identifier(use.identifier);
    if (identifier == nullptr) continue;
    const auto node = numbers.find(identifier->id);
    if (node == numbers.end()) continue;
    const std::uint32_t person =
        person_node(model, model.canonical(use.person), of, drawn, out.drawing);
    if (person == node->second) continue;  // one with its identifier already
    const bool assessed = use.link.basis() == "assessed" || use.link.basis() == "decided";
    const auto [at, fresh] = lines.emplace(std::pair{person, node->second}, assessed);
    if (!fresh) at->second = at->second && assessed;
  }
  if (!lines.empty()) add_lines(lines, out);
  return core::ok();
}

}  // namespace palermo::cli
