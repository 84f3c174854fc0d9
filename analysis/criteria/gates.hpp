// Four different gates, computed apart (LEGAL section 1): domestic, mutual legal assistance,
// extradition, full scope.
#pragma once

#include <map>
#include <string>

#include "analysis/criteria/facts.hpp"

namespace palermo::criteria {

/// @param answers  of every element under the lens of `facts`
[[nodiscard]] v1::Gates gates_of(const Facts& facts, const std::map<std::string, Answer>& answers);

}  // namespace palermo::criteria
