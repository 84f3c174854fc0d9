#include "cli/pictures.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>

#include "analysis/version.hpp"
#include "cli/commands/report_gather.hpp"
#include "cli/files.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/record_store.hpp"

namespace palermo::cli {
namespace {

constexpr double kPointsPerMm = 72 / 25.4;
constexpr double kLeastWidthMm = 190, kLeastHeightMm = 130, kMostMm = 1'200;

struct Millimetres {
  double width = 297;
  double height = 210;
};

core::Error bad_size(const std::string& size) {
  return core::Error{
      core::ErrorCode::Usage, fmt::format("--size: no page is \"{}\"", core::printable(size, 40)),
      std::nullopt,
      fmt::format("a4, a3, a2, a1 (landscape) or WIDTHxHEIGHT in millimetres, e.g. 297x210, from "
                  "{:.0f}x{:.0f} to {:.0f}x{:.0f}",
                  kLeastWidthMm, kLeastHeightMm, kMostMm, kMostMm)};
}

core::Result<Millimetres> size_of(const std::string& size) {
  if (size == "a4") return Millimetres{297, 210};
  if (size == "a3") return Millimetres{420, 297};
  if (size == "a2") return Millimetres{594, 420};
  if (size == "a1") return Millimetres{841, 594};
  unsigned width = 0, height = 0;
  const char* const end = size.data() + size.size();
  const auto first = std::from_chars(size.data(), end, width);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != 'x') return bad_size(size);
  const auto second = std::from_chars(first.ptr + 1, end, height);
  if (second.ec != std::errc{} || second.ptr != end) return bad_size(size);
  const Millimetres given{static_cast<double>(width), static_cast<double>(height)};
  if (given.width < kLeastWidthMm || given.height < kLeastHeightMm || given.width > kMostMm ||
      given.height > kMostMm)
    return bad_size(size);
  return given;
}

/// Entries up to the last that changed the case, and when that one was made.
core::Status read_ledger(session::Session& session, PictureCase& of) {
  PALERMO_TRY(
      store::Statement query,
      session.db().prepare(
          "SELECT idx, json_extract(CAST(bytes AS TEXT), '$.recorded_at') FROM leaf WHERE "
          "json_extract(CAST(bytes AS TEXT), '$.kind') NOT IN ('access', 'disclosure', 'review', "
          "'heartbeat') ORDER BY idx DESC LIMIT 1"));
  PALERMO_TRY(const bool row, query.step());
  if (!row)
    return core::Error{core::ErrorCode::Integrity, "the ledger does not begin with the case",
                       std::nullopt, "run `palermo audit verify`", "ALTERED"};
  of.ledger_size = static_cast<std::uint64_t>(query.integer(0)) + 1;
  PALERMO_TRY(const core::Instant at, core::parse_instant(query.text(1)));
  of.at_us = at.us;
  PALERMO_TRY(const core::Digest root, session.ledger().root(of.ledger_size));
  of.ledger_root = core::to_base64(root);
  return core::ok();
}

}  // namespace

void add_picture_options(CLI::App* command, PictureOptions& options) {
  command
      ->add_option("-o,--output", options.file,
                   "File to write; its ending decides: .svg, .png or .pdf")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--size", options.size,
                   "Page: a4, a3, a2, a1 (landscape) or WIDTHxHEIGHT in millimetres")
      ->capture_default_str();
  command
      ->add_option("--width", options.width_px, "Width of a PNG in pixels; default: as --dpi says")
      ->check(CLI::Range(200U, 30'000U));
  command->add_option("--dpi", options.dpi, "Pixels of a PNG per inch of the page")
      ->check(CLI::Range(36.0, 1'200.0))
      ->capture_default_str();
  command->add_flag("--force", options.force, "Overwrite the file where it exists");
}

core::Result<PictureTarget> target_of(const PictureOptions& options) {
  const auto format = draw::format_of(options.file);
  if (!format)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("-o {}: its ending names no picture format", core::printable(options.file)),
        std::nullopt, "end the name with .svg, .png or .pdf"};
  PALERMO_TRY(const Millimetres size, size_of(options.size));
  std::error_code ec;
  const auto status = std::filesystem::symlink_status(options.file, ec);
  if (std::filesystem::is_directory(status))
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("-o {} is a folder", core::printable(options.file)),
                       std::nullopt, "name the file to be written"};
  if (std::filesystem::exists(status) && !options.force)
    return core::Error{core::ErrorCode::BadInput, "exists already",
                       core::SourcePosition{options.file, 0},
                       "name another file, or overwrite it with --force"};
  return PictureTarget{*format, size.width * kPointsPerMm, size.height * kPointsPerMm};
}

core::Result<PictureCase> picture_case(session::Session& session) {
  PALERMO_TRY(const v1::FactsFile facts, store::facts_of_case(session.db()));
  // The key is this operator's: who does not hold it cannot try names against a pseudonym.
  PictureCase of{report::Names{known_persons(facts), session.query_commit("picture pseudonyms")},
                 {},
                 0,
                 {},
                 0,
                 {}};
  PALERMO_CHECK_OK(read_ledger(session, of));
  of.font = draw::font_instead();
  if (of.font.empty()) of.font = draw::kFontFamily;
  const std::string at = core::format_utc(of.at_us);
  of.what =
      fmt::format("Case {} “{}” ({}) as its ledger stood at entry {} of {}Z, root {}…; palermo {}.",
                  core::printable(session.info().case_id(), 60),
                  core::printable(of.scrubbed(session.info().title()), 80),
                  core::printable(session.info().state(), 4), of.ledger_size, at.substr(0, 16),
                  of.ledger_root.substr(0, 16), analysis::kSoftwareVersion);
  return of;
}

draw::Page page_of(const PictureTarget& target, std::string title) {
  draw::Page page;
  page.width = target.width;
  page.height = target.height;
  page.title = std::move(title);
  return page;
}

void end_caption(const PictureCase& of, const v1::Basis& basis, std::vector<std::string>& caption) {
  std::string records = "Records: " + core::printable(basis.text(), 300) + ".";
  if (basis.notices_size() > 0) {
    std::string notes;
    for (const std::string& notice : basis.notices()) notes += (notes.empty() ? "" : "; ") + notice;
    records += " Notes: " + core::printable(of.scrubbed(notes), 420) + ".";
  }
  caption.push_back(std::move(records));
  if (of.names.sealed() > 0)
    caption.push_back(
        fmt::format("Names and identifiers of {} protected persons are replaced by pseudonyms, the "
                    "same in all pictures of one operator.",
                    of.names.sealed()));
  caption.push_back(of.what +
                    " A lead, not proof: contact is not concert, and no place in a picture says "
                    "anything of guilt.");
}

core::Status write_picture(session::Session& session, const PictureOptions& options,
                           const PictureTarget& target, const PictureCase& of,
                           const draw::Picture& picture, const std::vector<std::string>& caption,
                           v1::Access entry, v1::PictureFile& answer) {
  draw::RenderOptions how;
  if (options.width_px > 0) how.width_px = options.width_px;
  how.dpi = options.dpi;
  how.at_us = of.at_us;
  PALERMO_TRY(const std::string bytes, draw::render(picture, target.format, how));
  answer.set_file(options.file);
  answer.set_format(std::string{draw::name_of(target.format)});
  answer.set_sha256(core::to_hex(core::sha256(bytes)));
  answer.set_bytes(static_cast<std::uint32_t>(bytes.size()));
  answer.set_width_mm(target.width / kPointsPerMm);
  answer.set_height_mm(target.height / kPointsPerMm);
  answer.set_case_id(session.info().case_id());
  answer.set_ledger_size(static_cast<std::uint32_t>(of.ledger_size));
  answer.set_ledger_root(of.ledger_root);
  answer.set_font(of.font);
  for (const std::string& paragraph : caption) answer.add_caption(paragraph);
  answer.set_pseudonyms(static_cast<std::uint32_t>(of.names.sealed()));
  entry.add_objects("picture/" + answer.sha256());
  PALERMO_CHECK_OK(write_file(options.file, bytes));
  core::Status logged = session.log_access(std::move(entry));
  if (!logged) {
    std::error_code ec;
    std::filesystem::remove(options.file, ec);
  }
  return logged;
}

std::string picture_text(const v1::PictureFile& picture) {
  std::string text = fmt::format(
      "{}\n  format        {}, {:.0f} x {:.0f} mm, {} bytes\n  SHA-256       {}\n  rests on      "
      "{} ledger entries, root {}\n",
      core::printable(picture.file()), picture.format(), picture.width_mm(), picture.height_mm(),
      picture.bytes(), picture.sha256(), picture.ledger_size(), picture.ledger_root());
  if (picture.pseudonyms() > 0)
    text += fmt::format("  pseudonyms    {} protected persons\n", picture.pseudonyms());
  if (picture.font() != draw::kFontFamily)
    text += fmt::format("  font          {} instead of {}: other machines draw it otherwise\n",
                        core::printable(picture.font(), 60), draw::kFontFamily);
  return text;
}

}  // namespace palermo::cli
