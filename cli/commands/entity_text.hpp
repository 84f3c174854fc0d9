// What the entity commands print for people.
#pragma once

#include <string>

#include "palermo/v1/entity.pb.h"

namespace palermo::cli {

[[nodiscard]] std::string entity_list_text(const v1::EntityList& list);
[[nodiscard]] std::string entity_view_text(const v1::EntityView& view);
[[nodiscard]] std::string candidates_text(const v1::CandidateList& list);
[[nodiscard]] std::string entity_history_text(const v1::EntityHistory& history);
[[nodiscard]] std::string entity_change_text(const v1::EntityChange& change);
[[nodiscard]] std::string entity_preview_text(const v1::EntityPreview& preview);

}  // namespace palermo::cli
