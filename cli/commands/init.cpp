#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/operator.pb.h"

namespace palermo::cli {
namespace {

struct InitOptions {
  std::string title;
  std::string state;
};

core::Status run_init(const InitOptions& options, const Context& context) {
  if (context.case_path.empty())
    return core::Error{core::ErrorCode::Usage, "no case named", std::nullopt,
                       "give --case FILE or set PALERMO_CASE: the file to make"};
  PALERMO_TRY(const session::Session session,
              session::Session::create(
                  {context.case_path, options.title, options.state, context.purpose, context.as}));
  const v1::CaseInfo& info = session.info();
  context.answer(info, [&] {
    return fmt::format(
        "Case {} \"{}\" ({}) in {}\n"
        "Operator: {} (analyst, admin); purpose: {}\n"
        "Log key:  {}\n"
        "Keep the log key with an outsider: it is what `palermo audit check-note --vkey` verifies "
        "against.\n",
        info.case_id(), core::printable(info.title()), info.state(),
        core::printable(context.case_path), core::printable(info.operator_()),
        core::printable(info.purpose()), info.vkey());
  });
  return core::ok();
}

}  // namespace

Command add_init(CLI::App& app) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* parser = app.add_subcommand("init", "Make a new case file");
  parser->add_option("--title", options->title, "Title of the case")->required();
  parser
      ->add_option("--state", options->state, "State whose authorities run it, ISO 3166-1 alpha-2")
      ->required()
      ->type_name("XX");
  return {parser, [options](const Context& context) { return run_init(*options, context); }};
}

}  // namespace palermo::cli
