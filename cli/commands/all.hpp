// Every command of the program; one file each.
#pragma once

#include "cli/command.hpp"

namespace palermo::cli {

}  // namespace palermo::cli
