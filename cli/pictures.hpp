// What every command that draws shares: the file and its size, whose names may stand in it, what it
// says of the case, and what it leaves in the trail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "draw/page.hpp"
#include "draw/render.hpp"
#include "palermo/v1/ledger.pb.h"
#include "palermo/v1/network.pb.h"
#include "palermo/v1/picture.pb.h"
#include "report/names.hpp"

namespace palermo::cli {

struct PictureOptions {
  std::string file;
  std::string size = "a4";
  std::uint32_t width_px = 0;  // 0: what dpi gives
  double dpi = 200;
  bool force = false;
};

/// -o, --size, --width, --dpi and --force.
void add_picture_options(CLI::App* command, PictureOptions& options);

struct PictureTarget {
  draw::Format format = draw::Format::Svg;
  double width = 842;  // points
  double height = 595;
};

/// Everything about the file that can be refused before the case is read.
/// @error Usage     no format has this ending, no such size, a folder
///        BadInput  the file exists and --force was not given
[[nodiscard]] core::Result<PictureTarget> target_of(const PictureOptions& options);

/// What a picture may say of a case.
struct PictureCase {
  /// Pseudonyms of protected persons: the same in every picture of one operator, other ones for
  /// another.
  report::Names names;
  std::string what;               // the case, as its title, id and ledger say, in one sentence
  std::uint64_t ledger_size = 0;  // entries up to the last that changed the case
  std::string ledger_root;        // base64, over these
  std::int64_t at_us = 0;         // when that one was made
  std::string font;               // family the words are set in

  /// Words from the case, without the names of protected persons. Still hostile text.
  [[nodiscard]] std::string scrubbed(const std::string& words) const { return names.scrub(words); }
};

/// Looks and disclosures do not change a case: the same picture drawn twice has the same bytes,
/// though the first drawing left an entry.
[[nodiscard]] core::Result<PictureCase> picture_case(session::Session& session);

/// Page of the target with a title, and the caption's end: whose names are replaced, what the
/// picture is of, and that contact is not concert.
[[nodiscard]] draw::Page page_of(const PictureTarget& target, std::string title);
void end_caption(const PictureCase& of, const v1::Basis& basis, std::vector<std::string>& caption);

/// Renders, writes the whole file or nothing, and logs the look with the digest of the file among
/// its objects ("picture/<sha256>"); a file whose entry fails is taken away again.
/// @error InvalidArgument  too many pixels. Io  the file cannot be written
[[nodiscard]] core::Status write_picture(session::Session& session, const PictureOptions& options,
                                         const PictureTarget& target, const PictureCase& of,
                                         const draw::Picture& picture,
                                         const std::vector<std::string>& caption, v1::Access entry,
                                         v1::PictureFile& answer);

/// Lines of text output about the file.
[[nodiscard]] std::string picture_text(const v1::PictureFile& picture);

}  // namespace palermo::cli
