// What `assess` prints about several instruments.
#pragma once

#include <string>

#include "palermo/v1/comparison.pb.h"

namespace palermo::cli {

[[nodiscard]] std::string comparison_text(const v1::AssessedInstruments& answer);

}  // namespace palermo::cli
