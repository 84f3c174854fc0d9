#include "cli/commands/network/chaining.hpp"

#include <fmt/format.h>

#include <map>

#include "core/authorization/authorization_store.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {

core::Result<Chaining> load_for_chaining(session::Session& session, const Selection& selection,
                                         const std::string& relied_on) {
  PALERMO_TRY(const network::LoadOptions options, options_of(selection));
  Chaining chaining;
  using Stored = std::map<std::string, authorization::StoredAuthorization>;
  PALERMO_TRY(const Stored stored, authorization::load_all(session.db()));
  for (const auto& [id, row] : stored) chaining.authorizations.push_back(row.authorization);
  if (!relied_on.empty() && !stored.contains(relied_on))
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("the case holds no authorization \"{}\"", core::printable(relied_on, 60)),
        std::nullopt, "`palermo authorize list` shows those it holds"};
  PALERMO_TRY(chaining.whole, network::load(session.db(), {}));
  if (options.layer.empty() && !options.from_us && !options.to_us) {
    chaining.selected = chaining.whole;
  } else {
    PALERMO_TRY(chaining.selected, network::load(session.db(), options));
  }
  return chaining;
}

core::Result<std::uint32_t> find_selected(const network::Graph& graph, const std::string& id) {
  if (const auto found = graph.find(id)) return *found;
  return core::Error{core::ErrorCode::NotFound,
                     fmt::format("\"{}\" occurs in the case, but not in this layer and period",
                                 core::printable(id, 60)),
                     std::nullopt, "leave out --layer, --from or --to"};
}

void add_left_out(v1::Basis& basis, std::uint64_t left_out) {
  if (left_out > 0)
    basis.add_notices(fmt::format(
        "{} records lie beyond the authorized hops from a target (SC02) and were not walked",
        network::with_commas(left_out)));
}

}  // namespace palermo::cli
