// `palermo case export`, `case import`: a whole case as one file that proves itself.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "core/base/text.hpp"
#include "core/session/transfer.hpp"

namespace palermo::cli {
namespace {

struct ExportArguments {
  std::string file;
  std::string recipient;
};

struct ImportArguments {
  std::string file;
  std::string vkey;
};

core::Status run_export(const ExportArguments& arguments, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_TRY(const v1::CaseExported result,
              session::export_case(session, arguments.file, arguments.recipient));
  context.answer(result, [&] {
    return fmt::format(
        "Case {} written to {} ({} bytes), for {}; ledger entry {}\n"
        "SHA-256 {}\n"
        "Log     {} entries under the checkpoint in the file\n"
        "Key     {}\n"
        "Tell the receiver the SHA-256 and the key by another way than the file. Secret keys, "
        "sealed\nidentities and evidence files are not in it.\n",
        result.case_id(), core::printable(result.file()), result.size(),
        core::printable(result.recipient()), result.leaf_index(), result.sha256(),
        result.checkpoint_size(), result.vkey());
  });
  return core::ok();
}

core::Status run_import(const ImportArguments& arguments, const Context& context) {
  if (context.case_path.empty())
    return core::Error{core::ErrorCode::Usage, "no case named", std::nullopt,
                       "give --case FILE or set PALERMO_CASE: the file to make"};
  std::optional<ledger::VerifierKey> vkey;
  if (!arguments.vkey.empty()) {
    PALERMO_TRY(vkey, ledger::VerifierKey::parse(arguments.vkey));
  }
  PALERMO_TRY(const v1::CaseImported result,
              session::import_case(arguments.file, context.case_path, vkey));
  context.answer(result, [&] {
    std::string text = fmt::format(
        "Case {} \"{}\" ({}) in {}\n"
        "Verified: {} ledger entries, and every row under them; {} under the checkpoint that came "
        "with it\n"
        "Key       {}\n"
        "Holds     sources: {}, calls: {}, other records: {}, findings: {}\n",
        result.case_id(), core::printable(result.title()), result.state(),
        core::printable(result.file()), result.entries(), result.checkpoint_size(), result.vkey(),
        result.sources(), result.calls(), result.records(), result.findings());
    for (const std::string& notice : result.notices()) text += core::wrapped(notice, 100, 0) + "\n";
    return text;
  });
  return core::ok();
}

}  // namespace

std::vector<Command> add_case(CLI::App& app) {
  CLI::App* group = app.add_subcommand("case", "A whole case as one file that can be verified");
  group->require_subcommand(1);
  std::vector<Command> commands;

  auto out = std::make_shared<ExportArguments>();
  CLI::App* exporter =
      group->add_subcommand("export", "Write the whole case, without any secret key, into a file");
  exporter->add_option("-o,--output", out->file, "The file to make")->required();
  exporter->add_option("--to", out->recipient, "Body that receives it; the log keeps it")
      ->required();
  commands.push_back(
      {exporter, [out](const Context& context) { return run_export(*out, context); }});

  auto in = std::make_shared<ImportArguments>();
  CLI::App* importer = group->add_subcommand(
      "import", "Make the case of --case out of such a file, once all of it is verified");
  importer->add_option("file", in->file, "What `palermo case export` wrote")->required();
  importer->add_option("--vkey", in->vkey,
                       "The log's key as it was told by another way; another one is refused");
  commands.push_back({importer, [in](const Context& context) { return run_import(*in, context); }});
  return commands;
}

}  // namespace palermo::cli
