// The numbers that a picture of calls is about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/commands/calls/selection.hpp"
#include "cli/pictures.hpp"

namespace palermo::cli {

struct PictureNumbers {
  std::vector<std::uint32_t> parties;  // indexes into log.parties, each once, as asked
  v1::Access entry;                    // about all of them
  std::uint32_t left_out = 0;          // records beyond the authorized hops
};

/// Options of the file, and of which calls it shows.
void add_picture_of_calls(CLI::App* parser, PictureOptions& picture, CallSelection& selection);

/// Finds the numbers, reads --same, asks whether their contacts may be looked at, and leaves out of
/// the log what may not.
/// @error NotFound, Usage  of find_party. Refused  SC02, logged
[[nodiscard]] core::Result<PictureNumbers> numbers_of(session::Session& session, calls::Log& log,
                                                      const CallSelection& selection,
                                                      const char* command,
                                                      const std::vector<std::string>& named);

/// "A, B and 3 more", fit to be shown.
[[nodiscard]] std::string names_line(const calls::Log& log,
                                     const std::vector<std::uint32_t>& parties,
                                     const PictureCase& of);

/// " From … to ….", or nothing for the whole period.
[[nodiscard]] std::string period_words(const v1::Basis& basis);

}  // namespace palermo::cli
