// What every command gets and gives.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"

namespace CLI {
class App;
}

namespace palermo::cli {

/// Options that stand before or after any command, and the two output streams.
struct Context {
  std::string case_path;  // --case or PALERMO_CASE
  std::string as;         // --as; empty: the calling OS user
  std::string purpose;    // --purpose; empty: the case's default
  bool json = false;      // --json: the protobuf JSON of the answer, alone on stdout
  bool quiet = false;     // --quiet: no progress, no notices
  std::string command;    // words of the command at work: its row of the policy table

  /// Opens the case of --case as the operator of --as.
  /// @error Usage  no case was named
  [[nodiscard]] core::Result<session::Session> open() const;
  /// Prints the answer: JSON when asked for, else the text `human` makes.
  void answer(const google::protobuf::Message& message,
              const std::function<std::string()>& human) const;
  /// A line for people on stderr; nothing with --quiet.
  void notice(std::string_view text) const;
  /// Whether progress may be drawn (stderr is a terminal, not --quiet).
  [[nodiscard]] bool may_draw_progress() const;
};

/// One command. Parsing touches no file; `run` does the work and returns Ok or an Error, whose code
/// becomes the exit code. A command that printed its own failing answer (audit verify) returns the
/// Error with an empty message.
struct Command {
  CLI::App* parser = nullptr;
  std::function<core::Status(const Context&)> run;
};

/// All commands, in the order of --help. Listed by hand in commands/all.cpp.
[[nodiscard]] std::vector<Command> add_commands(CLI::App& app);

/// Parses and runs; catches everything. Returns the exit code.
int run_main(int argc, char** argv);

}  // namespace palermo::cli
