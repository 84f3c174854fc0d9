#include "ingest/profile/profile.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/commands/explain_text.hpp"
#include "cli/files.hpp"
#include "core/base/text.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/explain.hpp"
#include "ingest/profile/draft.hpp"
#include "palermo/v1/explain.pb.h"

namespace palermo::cli {
namespace {

constexpr std::size_t kMaxMapBytes = 1U << 20;

struct ProfileArguments {
  std::string profile;
  std::string file;
  std::string output;
  ingest::IngestOptions options;
};

core::Status run_new(const ProfileArguments& arguments, const Context& context) {
  PALERMO_TRY(ingest::ProfileDraft draft, ingest::draft_profile(arguments.file, arguments.options));
  v1::ProfileText answer;
  answer.set_id(draft.id);
  answer.set_text(draft.text);
  for (const std::string& question : draft.unsure) answer.add_unsure(question);
  if (!arguments.output.empty()) {
    PALERMO_CHECK_OK(write_file(arguments.output, draft.text));
    answer.set_written_to(arguments.output);
  }
  context.answer(answer, [&] {
    if (arguments.output.empty()) return draft.text;
    std::string text = fmt::format("{} written.\n", core::printable(arguments.output, 200));
    if (!draft.unsure.empty()) text += "To be settled by you:\n";
    for (const std::string& question : draft.unsure)
      text += "  " + core::wrapped("- " + core::printable(question, 400), 98, 4) + "\n";
    text +=
        fmt::format("Then: palermo profile test {} {}\n", core::printable(arguments.output, 200),
                    core::printable(arguments.file, 200));
    return text;
  });
  return core::ok();
}

core::Status run_test(const ProfileArguments& arguments, const Context& context) {
  ingest::IngestOptions options = arguments.options;
  options.format = "call_csv";
  PALERMO_TRY(options.map_text, read_text_file(arguments.profile, kMaxMapBytes));
  options.map_name = arguments.profile;
  v1::ExplainResult result;
  PALERMO_TRY(v1::Explanation read, ingest::explain_file(arguments.file, options));
  *result.add_files() = std::move(read);
  const v1::Explanation& explanation = result.files(0);
  context.answer(result, [&] { return explanation_text(explanation) + "Nothing was stored.\n"; });
  if (explanation.problem().empty()) return core::ok();
  return core::Error{core::ErrorCode::BadInput, ""};
}

core::Status run_list(const Context& context) {
  v1::ProfileList list;
  for (const ingest::Profile& profile : ingest::shipped_profiles()) {
    if (profile.layout.id() == ingest::kAdapterRows) continue;
    v1::ProfileInfo& info = *list.add_profiles();
    info.set_id(profile.layout.id());
    info.set_title(profile.layout.title());
    info.set_source(profile.layout.source());
    info.set_columns(static_cast<std::uint32_t>(profile.layout.columns_size()));
  }
  context.answer(list, [&] {
    std::vector<std::vector<std::string>> rows{{"id", "title", "columns"}};
    for (const v1::ProfileInfo& info : list.profiles())
      rows.push_back({info.id(), info.title(), std::to_string(info.columns())});
    return core::table(rows);
  });
  return core::ok();
}

core::Status run_show(const ProfileArguments& arguments, const Context& context) {
  const ingest::Profile* profile = ingest::find_profile(arguments.profile);
  if (profile == nullptr) {
    std::vector<std::string> ids;
    for (const ingest::Profile& each : ingest::shipped_profiles()) ids.push_back(each.layout.id());
    const std::string near = core::nearest_word(arguments.profile, ids);
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("'{}' is no shipped profile{}", core::printable(arguments.profile, 60),
                    near.empty() ? "" : fmt::format("; did you mean {}?", near)),
        std::nullopt, "`palermo profile list` names them"};
  }
  v1::ProfileText answer;
  answer.set_id(profile->layout.id());
  answer.set_text(profile->text);
  context.answer(answer, [&] { return profile->text; });
  return core::ok();
}

}  // namespace

std::vector<Command> add_profile(CLI::App& app) {
  CLI::App* group = app.add_subcommand("profile", "Mapping profiles of call tables");
  group->require_subcommand(1);
  auto arguments = std::make_shared<ProfileArguments>();
  const auto text_options = [&](CLI::App* parser) {
    parser->add_option("--sheet", arguments->options.sheet, "Sheet of a workbook")
        ->type_name("NAME");
    parser->add_option("--encoding", arguments->options.encoding,
                       "auto, utf-8, utf-16le, utf-16be or windows-1252");
  };
  CLI::App* draft = group->add_subcommand("new", "Draft a profile by looking at a table");
  draft->add_option("file", arguments->file, "Table, workbook or JSON lines")
      ->required()
      ->type_name("FILE");
  draft
      ->add_option("-o,--output", arguments->output,
                   "Write the profile here instead of printing it")
      ->type_name("OUT");
  text_options(draft);
  CLI::App* test = group->add_subcommand(
      "test", "Read a file with a profile, store nothing, show what would be stored");
  test->add_option("profile", arguments->profile, "Mapping profile")
      ->required()
      ->type_name("PROFILE");
  test->add_option("file", arguments->file, "Table, workbook or JSON lines")
      ->required()
      ->type_name("FILE");
  test->add_option("--timezone", arguments->options.timezone, "Zone of local times");
  test->add_option("--country", arguments->options.country,
                   "Country that national numbers are read with");
  test->add_flag("--keep-going", arguments->options.keep_going,
                 "Rows with another number of columns become rejects instead of an error");
  text_options(test);
  CLI::App* list = group->add_subcommand("list", "Shipped profiles");
  CLI::App* show = group->add_subcommand("show", "Text of a shipped profile, to copy from");
  show->add_option("id", arguments->profile, "Id of the profile")->required()->type_name("ID");
  return {{draft, [arguments](const Context& context) { return run_new(*arguments, context); }},
          {test, [arguments](const Context& context) { return run_test(*arguments, context); }},
          {list, [](const Context& context) { return run_list(context); }},
          {show, [arguments](const Context& context) { return run_show(*arguments, context); }}};
}

}  // namespace palermo::cli
