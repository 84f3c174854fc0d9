// A draft request for mutual legal assistance as a page or as text, and what `mla` prints.
#pragma once

#include <string>

#include "palermo/v1/mla.pb.h"
#include "report/names.hpp"

namespace palermo::cli {

/// Replaces names, ids and identifiers of protected persons in every text of the draft.
void seal(v1::MlaDraft& draft, const report::Names& names);

/// One self-contained page without scripts; imported text is escaped. @param draft  sealed
[[nodiscard]] std::string mla_html(const v1::MlaDraft& draft);
/// The same as text, at most 100 columns wide; control and bidi characters are made visible.
[[nodiscard]] std::string mla_plain(const v1::MlaDraft& draft);

/// What the command prints about the file it wrote.
[[nodiscard]] std::string mla_summary(const v1::MlaDraft& draft);
[[nodiscard]] std::string mla_list_text(const v1::MlaList& list);

}  // namespace palermo::cli
