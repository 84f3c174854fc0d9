#include "cli/number_query.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/store/read_back.hpp"

namespace palermo::cli {

core::Result<std::vector<std::uint32_t>> identifiers_asked(session::Session& session,
                                                           const Context& context,
                                                           const std::string& number,
                                                           v1::Access& access) {
  access.set_query_commit(session.query_commit(number));
  PALERMO_TRY(const auto meant, store::identifiers_meant(session.db(), number));
  std::vector<std::uint32_t> ids;
  for (const store::StoredIdentifier& identifier : meant) {
    ids.push_back(static_cast<std::uint32_t>(identifier.id));
    access.add_objects(fmt::format("identifier/{}", identifier.id));
    if (identifier.identifier.value != number)
      context.notice(fmt::format("{} is read as the {} {}", core::printable(number, 60),
                                 identifier.identifier.kind,
                                 core::printable(identifier.identifier.value, 60)));
  }
  if (ids.empty()) access.add_objects("identifier/unknown");
  return ids;
}

}  // namespace palermo::cli
