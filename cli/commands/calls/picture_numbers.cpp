#include "cli/commands/calls/picture_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace palermo::cli {

void add_picture_of_calls(CLI::App* parser, PictureOptions& picture, CallSelection& selection) {
  add_picture_options(parser, picture);
  add_call_period(parser, selection);
  add_zone(parser, selection);
  add_with(parser, selection);
  add_same(parser, selection);
  add_relied_on(parser, selection);
}

core::Result<PictureNumbers> numbers_of(session::Session& session, calls::Log& log,
                                        const CallSelection& selection, const char* command,
                                        const std::vector<std::string>& named) {
  PictureNumbers numbers;
  numbers.entry = calls_access(command, selection);
  for (const std::string& name : named) {
    PALERMO_TRY(const std::uint32_t party, find_party(session, log, name));
    if (std::find(numbers.parties.begin(), numbers.parties.end(), party) != numbers.parties.end())
      continue;
    numbers.parties.push_back(party);
    add_object(numbers.entry, log, party);
  }
  PALERMO_TRY(const CallHops hops, CallHops::make(session, selection));
  for (const std::uint32_t party : numbers.parties)
    PALERMO_CHECK_OK(hops.require(session, numbers.entry, log.name_of(party)));
  // Hops are counted before numbers are taken for one user.
  numbers.left_out = hops.limit(log);
  PALERMO_TRY([[maybe_unused]] const auto same, apply_same(log, selection));
  return numbers;
}

std::string names_line(const calls::Log& log, const std::vector<std::uint32_t>& parties,
                       const PictureCase& of) {
  constexpr std::size_t kShown = 4;
  std::string line;
  for (std::size_t i = 0; i < parties.size() && i < kShown; ++i)
    line += (i > 0 ? ", " : "") + core::printable(of.scrubbed(log.name_of(parties[i])), 40);
  if (parties.size() > kShown) line += fmt::format(" and {} more", parties.size() - kShown);
  return line;
}

std::string period_words(const v1::Basis& basis) {
  if (basis.from().empty() && basis.to().empty()) return " Whole period.";
  return fmt::format(" From {} to {}.", basis.from().empty() ? "the begin" : basis.from(),
                     basis.to().empty() ? "the end" : basis.to());
}

}  // namespace palermo::cli
