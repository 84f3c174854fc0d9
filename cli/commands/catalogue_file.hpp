// The catalogue a command was given, or the program's own.
#pragma once

#include <string>

#include "analysis/criteria/catalogue.hpp"
#include "core/base/result.hpp"

namespace palermo::cli {

/// Text of a catalogue file. @param path  empty: the catalogue that the program carries
/// @error BadInput  absent, a folder, unreadable, above 8 MiB
[[nodiscard]] core::Result<std::string> catalogue_text(const std::string& path);

/// @param path  empty: the catalogue that the program carries
/// @error BadInput  cannot be read, or the first mistake with its line
[[nodiscard]] core::Result<criteria::Catalogue> catalogue_of(const std::string& path);

}  // namespace palermo::cli
