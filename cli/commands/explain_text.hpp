// `ingest --explain` and `profile test` for people.
#pragma once

#include <string>

#include "palermo/v1/explain.pb.h"

namespace palermo::cli {

/// Tables of at most 100 columns where the texts allow it.
[[nodiscard]] std::string explanation_text(const v1::Explanation& explanation);

}  // namespace palermo::cli
