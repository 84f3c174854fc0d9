#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/base/text.hpp"
#include "palermo/v1/operator.pb.h"

namespace palermo::cli {
namespace {

struct UserOptions {
  std::string name;
  std::string role;
};

core::Status run_user_add(const UserOptions& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::AddOperator));
  PALERMO_TRY(const v1::Operator added, session.add_operator(options.name, options.role));
  context.answer(added, [&] {
    return fmt::format("Operator {} ({}), key {}\nVerifier key: {}\n", added.name(), added.role(),
                       added.key_id(), added.vkey());
  });
  return core::ok();
}

}  // namespace

std::vector<Command> add_user(CLI::App& app) {
  CLI::App* user = app.add_subcommand("user", "Operators of the case");
  user->require_subcommand(1);
  auto options = std::make_shared<UserOptions>();
  CLI::App* add = user->add_subcommand("add", "Register an operator with a signing key");
  add->add_option("name", options->name, "Name: letters, digits, . - _ @")->required();
  add->add_option("--role", options->role,
                  "analyst, handler, legal, oversight or admin; several by comma")
      ->required();
  return {{add, [options](const Context& context) { return run_user_add(*options, context); }}};
}

}  // namespace palermo::cli
