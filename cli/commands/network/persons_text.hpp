// The answer of `palermo network persons` as tables and prose.
#pragma once

#include <string>

#include "palermo/v1/network_persons.pb.h"

namespace palermo::cli {

[[nodiscard]] std::string persons_text(const v1::NetworkPersons& answer);

}  // namespace palermo::cli
