#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/commands/explain_text.hpp"
#include "cli/commands/watch_folder.hpp"
#include "cli/files.hpp"
#include "core/base/text.hpp"
#include "ingest/explain.hpp"
#include "ingest/pipeline.hpp"

namespace palermo::cli {
namespace {

struct IngestArguments {
  std::vector<std::string> files;
  ingest::IngestOptions options;
  std::string map_path;
  bool explain = false;
  std::string watch;
  int settle_s = 5;
};

constexpr std::size_t kMaxMapBytes = 1U << 20;
constexpr int kRejectsShown = 10;

std::string counted(std::uint32_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string file_text(const v1::IngestResult& result) {
  const std::string name = core::printable(result.file(), 120);
  std::string text;
  if (result.already_known()) {
    text = fmt::format("{} is in the case already; nothing was changed.\n", name);
  } else {
    text =
        fmt::format("{} {} {}\n", name, result.dry_run() ? "would be" : "is", result.source_id());
  }
  const auto line = [&text](std::string_view label, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<14}{}\n", label, value);
  };
  // A format that is told without doubt needs no word about it.
  const bool doubt = !result.confidence().empty() && result.confidence() != "certain";
  line("format", core::printable(result.format(), 80) +
                     (doubt ? " (" + result.confidence() + ")" : "") +
                     (result.detected_because().empty()
                          ? ""
                          : ", because " + core::printable(result.detected_because(), 300)));
  if (doubt && !result.runner_up().empty())
    line("next guess", fmt::format("{} ({})", core::printable(result.runner_up(), 80),
                                   result.runner_up_confidence()));
  line("time zone", core::printable(result.timezone(), 120));
  line("layer", core::printable(result.layer(), 80));
  line("SHA-256", result.sha256());
  line("rows read", fmt::format("{} = {} stored + {} {} + {} in quarantine + {} rejected",
                                result.rows_read(), result.stored(), result.duplicates(),
                                result.duplicates() == 1 ? "duplicate" : "duplicates",
                                result.quarantined(), result.rejected()));
  if (result.invalid_numbers() > 0)
    line("numbers",
         counted(result.invalid_numbers(), "distinct number is", "distinct numbers are") +
             " no valid telephone number; kept as received and marked");
  for (const v1::QuarantineItem& item : result.quarantine())
    line("quarantine", fmt::format("{}: {} {}, lines {} to {}: {}", item.reason(), item.count(),
                                   item.count() == 1 ? "row" : "rows", item.first_line(),
                                   item.last_line(), core::printable(item.text(), 200)));
  for (int i = 0; i < std::min(result.rejects_size(), kRejectsShown); ++i)
    line("rejected", fmt::format("line {}: {} ({})", result.rejects(i).line(),
                                 core::printable(result.rejects(i).message(), 300),
                                 core::printable(result.rejects(i).code(), 40)));
  if (result.rejects_size() > kRejectsShown)
    line("", fmt::format("and {} more; --json lists all", result.rejects_size() - kRejectsShown));
  for (const std::string& notice : result.notices()) line("note", core::printable(notice, 600));
  return text;
}

std::string answer_text(const v1::IngestResult& result) {
  std::string text;
  if (result.files().empty()) {
    text = file_text(result);
  } else {
    for (const v1::IngestResult& file : result.files()) text += file_text(file);
    text +=
        fmt::format("{}: {} rows = {} stored + {} duplicates + {} in quarantine + {} rejected\n",
                    counted(static_cast<std::uint32_t>(result.files_size()), "file", "files"),
                    result.rows_read(), result.stored(), result.duplicates(), result.quarantined(),
                    result.rejected());
  }
  constexpr int kLeftOutShown = 20;
  for (int i = 0; i < std::min(result.left_out_size(), kLeftOutShown); ++i)
    text += fmt::format("not taken: {}: {}\n", core::printable(result.left_out(i).file(), 160),
                        core::printable(result.left_out(i).reason(), 200));
  if (result.left_out_size() > kLeftOutShown)
    text += fmt::format("not taken: {} more; --json lists all\n",
                        result.left_out_size() - kLeftOutShown);
  if (result.dry_run()) text += "Dry run: nothing was stored.\n";
  return text;
}

/// One line that is drawn over and over, and wiped at the end.
class ProgressLine {
 public:
  explicit ProgressLine(bool shown) : shown_{shown} {}
  ~ProgressLine() {
    if (drawn_) std::fputs("\r\033[K", stderr);
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void draw(std::string_view step, double done) {
    if (!shown_) return;
    const std::string text = fmt::format("{} {:3.0f} %", step, done * 100);
    if (text == last_) return;
    fmt::print(stderr, "\r\033[K{}", text);
    std::fflush(stderr);
    last_ = text;
    drawn_ = true;
  }

 private:
  bool shown_;
  bool drawn_ = false;
  std::string last_;
};

core::Status take(const std::vector<std::string>& files, ingest::IngestOptions options,
                  const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Ingest));
  v1::IngestResult result;
  {
    ProgressLine progress{context.may_draw_progress()};
    options.progress = [&progress](std::string_view step, double done) {
      progress.draw(step, done);
    };
    PALERMO_TRY(result, ingest::ingest_files(session, files, options));
  }
  context.answer(result, [&] { return answer_text(result); });
  return core::ok();
}

/// How each file would be read. Nothing is stored.
core::Status explain(const std::vector<std::string>& files, const ingest::IngestOptions& options,
                     const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Ingest));
  PALERMO_TRY(const v1::ExplainResult explained, ingest::explain_files(session, files, options));
  context.answer(explained, [&] {
    std::string text;
    for (const v1::Explanation& file : explained.files()) text += explanation_text(file);
    return text + "Nothing was stored.\n";
  });
  const bool refused =
      std::any_of(explained.files().begin(), explained.files().end(),
                  [](const v1::Explanation& file) { return !file.problem().empty(); });
  if (refused) return core::Error{core::ErrorCode::BadInput, ""};
  return core::ok();
}

core::Status run_ingest(const IngestArguments& arguments, const Context& context) {
  ingest::IngestOptions options = arguments.options;
  if (!arguments.map_path.empty()) {
    PALERMO_TRY(options.map_text, read_text_file(arguments.map_path, kMaxMapBytes));
    options.map_name = arguments.map_path;
  }
  if (arguments.watch.empty()) {
    if (arguments.files.empty())
      return core::Error{core::ErrorCode::Usage, "no file named", std::nullopt,
                         "name files, folders or archives, or a drop folder with --watch FOLDER"};
    return arguments.explain ? explain(arguments.files, options, context)
                             : take(arguments.files, options, context);
  }
  if (!arguments.files.empty())
    return core::Error{core::ErrorCode::Usage, "--watch takes the files of its folder alone",
                       std::nullopt, "ingest the other files in a command of their own"};
  return watch_folder(arguments.watch, std::chrono::seconds{arguments.settle_s}, context,
                      [&](const std::string& path) { return take({path}, options, context); });
}

std::string footer() {
  std::string text = "Formats:\n";
  for (const ingest::FormatInfo& format : ingest::known_formats())
    text += fmt::format("  {:<32}{}\n", format.id, format.summary);
  text +=
      "\nrows read = stored + duplicates + in quarantine + rejected, always. The same bytes a "
      "second\n"
      "time change nothing. What no authorization covers is sealed and counted, and is in no "
      "analysis.";
  return text;
}

}  // namespace

Command add_ingest(CLI::App& app) {
  auto arguments = std::make_shared<IngestArguments>();
  ingest::IngestOptions& options = arguments->options;
  CLI::App* parser = app.add_subcommand("ingest", "Take evidence files into the case");
  parser
      ->add_option("files", arguments->files,
                   "Evidence files; folders, with all under them; ZIP, tar, 7z and gz archives")
      ->type_name("FILE");
  parser->add_option("--format", options.format, "What the files are; see below")
      ->capture_default_str()
      ->type_name("F");
  parser
      ->add_option("--authorization", options.authorization_id,
                   "Authorization the product rests on")
      ->type_name("ID");
  parser
      ->add_option("--technique", options.technique,
                   "NONE: open or published material, which needs no authorization")
      ->type_name("NONE");
  parser->add_option("--map", arguments->map_path, "Your own column mapping")->type_name("FILE");
  parser
      ->add_option("--timezone", options.timezone,
                   "Zone of local times, e.g. Europe/Rome or +02:00")
      ->type_name("Z");
  parser->add_option("--country", options.country, "Country that national numbers are read with")
      ->type_name("XX");
  parser->add_option("--grading", options.grading, "Source A-F and information 1-6, e.g. B2")
      ->type_name("B2");
  parser->add_option("--layer", options.layer, "Network layer of relations")->type_name("L");
  parser->add_option("--encoding", options.encoding,
                     "auto, utf-8, utf-16le, utf-16be or windows-1252");
  parser
      ->add_option("--sheet", options.sheet, "Sheet of a workbook; default: those of known layout")
      ->type_name("NAME");
  parser->add_flag("--explain", arguments->explain,
                   "Say what would be read as what and why, show the first rows, store nothing");
  parser->add_flag("--dry-run", options.dry_run, "Do everything but store");
  parser->add_flag("--keep-going", options.keep_going,
                   "Rows with another number of columns become rejects instead of an error");
  parser
      ->add_option("--skip", options.skip,
                   "Leave out files of folders and archives by name, e.g. '*.pdf'")
      ->type_name("PATTERN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  parser->add_flag("--leave-unknown", options.leave_unknown,
                   "Leave out files of no known format instead of refusing all, and list them");
  parser
      ->add_option("--watch", arguments->watch,
                   "Take every file that is dropped into the folder, until interrupted")
      ->type_name("FOLDER");
  parser
      ->add_option("--settle", arguments->settle_s,
                   "With --watch: seconds a file must have been at rest")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  parser->footer([] { return footer(); });
  return {parser, [arguments](const Context& context) { return run_ingest(*arguments, context); }};
}

}  // namespace palermo::cli
