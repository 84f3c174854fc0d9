// palermo network draw
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/network/draw_gather.hpp"
#include "cli/commands/network/subcommands.hpp"
#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

std::string draw_text(const v1::NetworkPicture& answer) {
  std::string text = picture_text(answer.picture());
  text += "  shown         " + core::wrapped(answer.rule(), 82, 16) + "\n";
  for (const auto& layer : answer.layers())
    text += fmt::format("  layer         {}: {} lines\n", core::printable(layer.name(), 60),
                        layer.lines());
  if (answer.attributions() > 0)
    text += fmt::format("  who used what {} lines, {} of them assessments, in no figure above\n",
                        answer.attributions(), answer.assessments());
  for (const auto& group : answer.groups())
    text += fmt::format("  group         {}: {} of {} nodes shown\n", group.id(), group.shown(),
                        group.size());
  text += fmt::format("  labels        {} placed, {} left out for want of room\n",
                      answer.labels_shown(), answer.labels_left_out());
  return text + basis_text(answer.basis());
}

std::string selection_line(const DrawArguments& arguments, const v1::NetworkPicture& answer,
                           const PictureCase& of) {
  const v1::Basis& basis = answer.basis();
  std::string text = arguments.selection.persons()
                         ? "Nodes are persons where facts or decisions say who used an identifier; "
                         : "Nodes are identifiers, not persons; ";
  std::string layers;
  for (const auto& layer : answer.layers())
    layers += (layers.empty() ? "" : ", ") + core::printable(of.scrubbed(layer.name()), 40);
  text += fmt::format("layer{}: {}", answer.layers_size() == 1 ? "" : "s",
                      layers.empty() ? "none" : layers);
  text += basis.from().empty() && basis.to().empty()
              ? "; whole period"
              : fmt::format("; from {} to {}", basis.from().empty() ? "the begin" : basis.from(),
                            basis.to().empty() ? "the end" : basis.to());
  if (!arguments.selection.known_at.empty())
    text += "; as known at " + core::printable(arguments.selection.known_at, 40);
  if (!arguments.ego.empty())
    text += fmt::format("; {} hop{}, within the authorized ones (SC02)", arguments.hops,
                        arguments.hops == 1 ? "" : "s");
  return text + ".";
}

draw::Page network_page(const DrawArguments& arguments, const PictureTarget& target,
                        const v1::NetworkPicture& answer, const PictureCase& of) {
  draw::Page page =
      page_of(target, arguments.ego.empty()
                          ? std::string{"Network: who is tied to whom"}
                          : "Contacts of " + core::printable(of.scrubbed(answer.ego()), 60));
  page.lines.push_back(selection_line(arguments, answer, of));
  page.caption.push_back("Shown: " + answer.rule() +
                         ". Tied nodes are drawn near each other; position means nothing else.");
  if (answer.nodes() == 0)
    page.caption.emplace_back("Nothing to draw: no record of this selection ties two identifiers.");
  if (!answer.groups().empty())
    page.caption.emplace_back(
        "Groups are candidates (communities, as network groups numbers them), not tested here "
        "against chance: network groups does that.");
  end_caption(of, answer.basis(), page.caption);
  return page;
}

core::Status run_draw(const Context& context, const DrawArguments& arguments) {
  PALERMO_TRY(const PictureTarget target, target_of(arguments.picture));
  PALERMO_TRY(session::Session session, open_for_network(context));
  PALERMO_TRY(const PictureCase of, picture_case(session));
  PALERMO_TRY(GatheredNetwork gathered, gather_network(session, arguments, of));
  v1::NetworkPicture& answer = gathered.answer;
  gathered.drawing.page = network_page(arguments, target, answer, of);
  const draw::NetworkPicture drawn = draw::draw_network(gathered.drawing, draw::pango_ruler());
  answer.set_labels_shown(drawn.labels);
  answer.set_labels_left_out(drawn.labels_left_out);
  PALERMO_CHECK_OK(write_picture(session, arguments.picture, target, of, drawn.picture,
                                 drawn.caption, std::move(gathered.entry),
                                 *answer.mutable_picture()));
  context.answer(answer, [&] { return draw_text(answer); });
  return core::ok();
}

}  // namespace

Command add_network_draw(CLI::App* network) {
  CLI::App* parser = network->add_subcommand(
      "draw", "The network as a picture: SVG, PNG or PDF, with legend and caption");
  auto arguments = std::make_shared<DrawArguments>();
  add_picture_options(parser, arguments->picture);
  add_selection(parser, arguments->selection);
  parser->add_option("--top", arguments->top, "Nodes drawn at most, those with most contacts first")
      ->check(CLI::Range(1, 2'000))
      ->capture_default_str();
  parser
      ->add_option("--ties", arguments->most_ties,
                   "Ties drawn at most, the strongest between drawn nodes first")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  CLI::Option* ego = parser->add_option(
      "--ego", arguments->ego, "Only the contacts of this identifier, within the authorized hops");
  parser->add_option("--hops", arguments->hops, "Hops from the ego")
      ->check(CLI::Range(1, 1000))
      ->needs(ego)
      ->capture_default_str();
  parser->add_option("--authorization", arguments->authorization, "Authorization relied on")
      ->needs(ego);
  parser
      ->add_flag("--groups", arguments->groups,
                 "Colour and outline of candidate groups, as `network groups` numbers them")
      ->excludes(ego);
  parser->add_flag("--users", arguments->users,
                   "Who used an identifier: by fact solid, by assessment or decision dashed");
  parser->add_option("--label", arguments->label, "Nodes that get a name where there is room")
      ->check(CLI::IsMember({"all", "named", "none"}))
      ->capture_default_str();
  parser->add_option("--seed", arguments->seed, "Seed of places and groups")->capture_default_str();
  return {parser, [arguments](const Context& context) { return run_draw(context, *arguments); }};
}

}  // namespace palermo::cli
