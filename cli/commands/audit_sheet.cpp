// palermo audit sheet
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/audit.hpp"
#include "cli/files.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/ledger/note.hpp"
#include "core/store/database.hpp"
#include "draw/checkpoint_sheet.hpp"
#include "draw/render.hpp"

namespace palermo::cli {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

struct SheetCommand {
  std::string file;
  bool force = false;
};

Status can_be_written(const SheetCommand& options, draw::Format& format) {
  const auto named = draw::format_of(options.file);
  if (!named)
    return Error{ErrorCode::Usage,
                 fmt::format("-o {}: its ending names no format", core::printable(options.file)),
                 std::nullopt, "end the name with .pdf, .svg or .png"};
  format = *named;
  std::error_code ec;
  if (std::filesystem::is_directory(options.file, ec))
    return Error{ErrorCode::Usage, fmt::format("-o {} is a folder", core::printable(options.file)),
                 std::nullopt, "name the file to be written"};
  if (std::filesystem::exists(std::filesystem::symlink_status(options.file, ec)) && !options.force)
    return Error{ErrorCode::BadInput, "exists already", core::SourcePosition{options.file, 0},
                 "name another file, or overwrite it with --force"};
  return core::ok();
}

/// When the last entry under the checkpoint was recorded.
Result<std::optional<std::int64_t>> last_entry_at(store::Database& db, std::uint64_t size) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT json_extract(CAST(bytes AS TEXT), '$.recorded_at') FROM leaf "
                         "WHERE idx = ?1"));
  PALERMO_CHECK_OK(query.bind(1, static_cast<std::int64_t>(size) - 1));
  PALERMO_TRY(const bool row, query.step());
  if (!row) return std::optional<std::int64_t>{};
  PALERMO_TRY(const core::Instant at, core::parse_instant(query.text(0)));
  return std::optional<std::int64_t>{at.us};
}

/// The key of the log, as its first entry states it.
Result<std::string> key_of(store::Database& db) {
  PALERMO_TRY(store::Statement query,
              db.prepare("SELECT json_extract(CAST(bytes AS TEXT), '$.case_opened.log_vkey') FROM "
                         "leaf WHERE idx = 0"));
  PALERMO_TRY(const bool row, query.step());
  if (!row || query.text(0).empty())
    return Error{ErrorCode::Integrity, "the ledger does not begin with the case", std::nullopt,
                 "run `palermo audit verify`", "ALTERED"};
  return std::string{query.text(0)};
}

Status run_sheet(const SheetCommand& options, const Context& context) {
  draw::Format format = draw::Format::Pdf;
  PALERMO_CHECK_OK(can_be_written(options, format));
  PALERMO_TRY(const std::string note, present_checkpoint(context));
  PALERMO_TRY(const ledger::SignedCheckpoint parsed, ledger::parse_signed_checkpoint(note));
  PALERMO_TRY(store::Database db,
              store::Database::open(context.case_path, store::Database::Mode::ReadOnly));
  draw::CheckpointSheet sheet;
  sheet.note = note;
  sheet.origin = parsed.checkpoint.origin;
  sheet.size = parsed.checkpoint.size;
  sheet.root = grouped_hex(core::bytes_of(parsed.checkpoint.root));
  PALERMO_TRY(sheet.vkey, key_of(db));
  PALERMO_TRY(const auto at, last_entry_at(db, sheet.size));
  draw::RenderOptions how;
  if (at) {
    how.at_us = *at;
    sheet.last_at = core::format_utc(*at).substr(0, 16) + "Z";
  }
  PALERMO_TRY(const draw::Picture picture, draw::checkpoint_sheet(sheet, draw::pango_ruler()));
  PALERMO_TRY(const std::string bytes, draw::render(picture, format, how));
  PALERMO_CHECK_OK(write_file(options.file, bytes));
  v1::CheckpointResult result;
  result.set_origin(sheet.origin);
  result.set_size(static_cast<std::uint32_t>(sheet.size));
  result.set_root(core::to_base64(parsed.checkpoint.root));
  result.set_vkey(sheet.vkey);
  result.set_note(note);
  result.set_file(options.file);
  context.answer(result, [&] {
    return fmt::format(
        "Checkpoint of {} entries on one sheet, {}\nRoot   {}\nKey    {}\n"
        "Print it twice; one stays with whoever watches this office.\n",
        sheet.size, core::printable(options.file), sheet.root, sheet.vkey);
  });
  return core::ok();
}

}  // namespace

Command add_audit_sheet(CLI::App& audit) {
  auto options = std::make_shared<SheetCommand>();
  CLI::App* parser = audit.add_subcommand(
      "sheet", "Put a checkpoint on an A4 sheet, with a QR code, to be kept outside");
  parser
      ->add_option("-o,--output", options->file,
                   "File to write; its ending decides: .pdf, .svg or .png")
      ->required()
      ->type_name("FILE");
  parser->add_flag("--force", options->force, "Overwrite the file where it exists");
  return {parser, [options](const Context& context) { return run_sheet(*options, context); }};
}

}  // namespace palermo::cli
