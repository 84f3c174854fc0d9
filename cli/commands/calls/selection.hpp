// What every `palermo calls` command shares: the records it looks at, whose contacts it may show,
// and what it leaves in the trail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/calls/events.hpp"
#include "analysis/network/hop_budget.hpp"
#include "cli/command.hpp"
#include "palermo/v1/ledger.pb.h"

namespace palermo::cli {

struct CallSelection {
  std::string from;
  std::string to;
  std::string zone;
  std::vector<std::string> with;
  std::vector<std::string> same;
  std::string authorization;
};

/// --from and --to.
void add_call_period(CLI::App* command, CallSelection& selection);
/// --zone.
void add_zone(CLI::App* command, CallSelection& selection);
/// --with intercepts, --with messages.
void add_with(CLI::App* command, CallSelection& selection);
/// --same A=B.
void add_same(CLI::App* command, CallSelection& selection);
/// --authorization.
void add_relied_on(CLI::App* command, CallSelection& selection);

/// The case, for a user who may read the network.
core::Result<session::Session> open_for_calls(const Context& context);

/// The calls of the selection, numbers still apart. @error Usage  a period or --with makes no sense
core::Result<calls::Log> load_calls(session::Session& session, const CallSelection& selection);

/// Reads numbers as one, as --same says. @error Usage  not A=B. NotFound  no such number
core::Result<std::vector<std::string>> apply_same(calls::Log& log, const CallSelection& selection);

/// The party that a user names: by its name, as "kind:value", or as `records --number` reads it.
/// @error NotFound  no record of the selection names it. Usage  several do
core::Result<std::uint32_t> find_party(session::Session& session, const calls::Log& log,
                                       const std::string& named);

/// Entry of the trail about one look at calls.
v1::Access calls_access(const char* command, const CallSelection& selection);
/// Identifiers stand in the trail by their number in the case, never by their value.
void add_object(v1::Access& entry, const calls::Log& log, std::uint32_t party);

/// How far the authorizations let one look from a number (rule SC02), as `network ego` counts it.
class CallHops {
 public:
  /// @error NotFound  no such authorization
  [[nodiscard]] static core::Result<CallHops> make(session::Session& session,
                                                   const CallSelection& selection);
  [[nodiscard]] network::HopDecision decide(const std::string& name) const;
  /// To show the contacts of a number is one hop from it: logs and returns the refusal where none
  /// is left.
  [[nodiscard]] core::Status require(session::Session& session, v1::Access& entry,
                                     const std::string& name) const;
  /// Leaves out contacts that may not be walked, and says so. @return how many
  std::uint32_t limit(calls::Log& log) const;

 private:
  network::HopBudget budget_;
  std::string relied_on_;
};

}  // namespace palermo::cli
