#include "cli/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>

#include "analysis/version.hpp"
#include "core/base/json_message.hpp"
#include "core/base/json_text.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

void print_error(const Context& context, const core::Error& error) {
  if (error.message.empty()) return;
  std::string where;
  if (error.where) {
    where = core::printable(error.where->file);
    if (error.where->line > 0) where += fmt::format(":{}", error.where->line);
    where += ": ";
  }
  const std::string code =
      error.reason.empty() ? std::string{} : fmt::format(" [{}]", error.reason);
  std::string text = fmt::format("palermo: {}{}{}\n", where, error.message, code);
  if (!error.next.empty()) text += fmt::format("  {}\n", error.next);
  if (context.json) {
    core::Json json = core::Json::object();
    json["error"] = {{"code", core::name_of(error.code)},
                     {"reason", error.reason},
                     {"message", where + error.message},
                     {"next", error.next},
                     {"exit_code", core::exit_code(error.code)}};
    std::fputs((json.dump(2, ' ', false, core::Json::error_handler_t::replace) + "\n").c_str(),
               stdout);
  }
  std::fputs(text.c_str(), stderr);
}

/// "network ego": names from below the program's own on.
std::string words_of(const CLI::App* parser) {
  std::string words;
  for (; parser->get_parent() != nullptr; parser = parser->get_parent())
    words = parser->get_name() + (words.empty() ? "" : " " + words);
  return words;
}

}  // namespace

core::Result<session::Session> Context::open() const {
  if (case_path.empty())
    return core::Error{core::ErrorCode::Usage, "no case named", std::nullopt,
                       "give --case FILE or set PALERMO_CASE; `palermo init` makes a case"};
  return session::Session::open({case_path, as, purpose, command});
}

void Context::answer(const google::protobuf::Message& message,
                     const std::function<std::string()>& human) const {
  const std::string text = json ? core::to_json_text(message) + "\n" : human();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Context::notice(std::string_view text) const {
  if (!quiet) fmt::print(stderr, "{}\n", text);
}

bool Context::may_draw_progress() const { return !quiet && isatty(STDERR_FILENO) != 0; }

int run_main(int argc, char** argv) {
  // A file-size limit is then an error like a full disk, told and rolled back, instead of a kill.
  std::signal(SIGXFSZ, SIG_IGN);
  Context context;
  try {
    CLI::App app{
        "Evidence-linked networks from call records, intercepts and reports; element-by-element "
        "tests\n"
        "against the UN Convention against Transnational Organized Crime; an authorization trail "
        "that\n"
        "an outsider can verify. Says indicated, not indicated or undetermined: never guilt.",
        "palermo"};
    app.set_version_flag("--version", std::string{"palermo "} + analysis::kSoftwareVersion);
    app.fallthrough();
    app.require_subcommand(1);
    app.add_option("--case", context.case_path, "Case file (or PALERMO_CASE)")
        ->envname("PALERMO_CASE")
        ->type_name("FILE");
    app.add_option("--as", context.as, "Operator; default: the calling OS user")->type_name("USER");
    app.add_option("--purpose", context.purpose, "Purpose of this use; default: the case's")
        ->type_name("TEXT");
    app.add_flag("--json", context.json, "Answer as JSON");
    app.add_flag("--quiet", context.quiet, "No progress and no notices");
    std::string log_level = "warn";
    app.add_option("--log", log_level, "What the program did, on stderr: debug, info, warn, off")
        ->capture_default_str()
        ->type_name("LEVEL");
    const std::vector<Command> commands = add_commands(app);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const int code = app.exit(error);
      return code == 0 ? 0 : 2;
    }
    if (const core::Status level = core::set_log_level(log_level); !level) {
      print_error(context, level.error());
      return 2;
    }
    for (const Command& command : commands) {
      if (!command.parser->parsed()) continue;
      context.command = words_of(command.parser);
      const core::Status status = command.run(context);
      if (std::fflush(stdout) != 0) {
        fmt::print(stderr, "palermo: the answer could not be written completely\n");
        return 1;
      }
      if (status) return 0;
      print_error(context, status.error());
      return core::exit_code(status.error().code);
    }
    return 2;
  } catch (const std::bad_alloc&) {
    std::fputs("palermo: out of memory; nothing was stored\n", stderr);
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "palermo: internal error: {}\n", core::printable(error.what()));
    return 1;
  }
}

}  // namespace palermo::cli
