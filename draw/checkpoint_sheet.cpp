#include "draw/checkpoint_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "draw/qr_code.hpp"
#include "draw/render.hpp"

namespace palermo::draw {
namespace {

constexpr double kWidth = 595, kHeight = 842;  // A4 upright
constexpr double kMargin = 56;
constexpr double kRoom = kWidth - 2 * kMargin;
constexpr double kWords = 9.5;

/// Sets one thing below another.
class Sheet {
 public:
  Sheet(Picture& picture, const Ruler& ruler) : picture_{&picture}, ruler_{&ruler} {}

  void heading(const std::string& words, double size) {
    Text text;
    text.bold = true;
    below(size * 1.9);
    put(std::move(text), words, size, kMargin);
  }
  void paragraph(const std::string& words, double indent = 0) {
    below(3);
    for (const std::string& line : lines_of(words, kWords, kRoom - indent, *ruler_)) {
      below(kWords * 1.42);
      put({}, line, kWords, kMargin + indent);
    }
  }
  /// As it is, in letters of one width, at the size at which the longest line fits.
  void verbatim(const std::string& lines, double most_size) {
    std::size_t longest = 1;
    for (const std::string_view line : split(lines))
      longest = std::max(longest, core::display_width(line));
    const double size = std::min(most_size, kRoom / (kMonoAdvance * static_cast<double>(longest)));
    for (const std::string_view line : split(lines)) {
      below(size * 1.55);
      Text text;
      text.mono = true;
      put(std::move(text), std::string{line}, size, kMargin);
    }
  }
  /// A line to write on, with words under it.
  void blank(const std::string& words, double x0, double x1) {
    Mark mark;
    mark.kind = "blank";
    Style pen;
    pen.line = kInk;
    mark.paths.push_back({{{x0, y_}, {x1, y_}}, false, pen});
    Text text;
    text.at = {x0, y_ + 10};
    text.words = words;
    text.size = 7.5;
    text.colour = kGrey;
    mark.texts.push_back(std::move(text));
    picture_->marks.push_back(std::move(mark));
  }
  void below(double points) { y_ += points; }
  [[nodiscard]] double y() const { return y_; }
  void go_to(double y) { y_ = y; }

 private:
  static std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      lines.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
  }
  void put(Text text, const std::string& words, double size, double x) {
    text.words = words;
    text.size = size;
    text.at = {x, y_};
    Mark mark;
    mark.kind = text.mono ? "verbatim" : "words";
    mark.texts.push_back(std::move(text));
    picture_->marks.push_back(std::move(mark));
  }

  Picture* picture_;
  const Ruler* ruler_;
  double y_ = kMargin - 12;
};

}  // namespace

core::Result<Picture> checkpoint_sheet(const CheckpointSheet& sheet, const Ruler& ruler) {
  PALERMO_TRY(const QrCode code, qr_code(sheet.note));
  Picture picture;
  picture.width = kWidth;
  picture.height = kHeight;
  picture.title = fmt::format("Checkpoint of {}, {} entries", sheet.origin, sheet.size);
  picture.summary = "A signed checkpoint of an authorization trail, to be kept outside the office";
  Sheet page{picture, ruler};
  page.heading("Checkpoint of an authorization trail", 17);
  page.paragraph(
      fmt::format("Log {}: {} entries{}. Whoever keeps this sheet outside the office can prove "
                  "later that none of "
                  "them was altered, removed or put in, without trusting the office or its "
                  "program. The sheet says "
                  "nothing about anybody.",
                  core::printable(sheet.origin, 100), sheet.size,
                  sheet.last_at.empty() ? "" : ", the last recorded " + sheet.last_at));

  page.below(14);
  constexpr double kSquare = 188;
  const double top = page.y();
  picture.marks.push_back(mark_of(code, {kMargin - 8, top, kMargin - 8 + kSquare, top + kSquare}));
  // Beside the square, the root to be compared by eye: four rows of four groups.
  Mark root;
  root.kind = "root";
  const double x = kMargin + kSquare + 12;
  Text label;
  label.words = "Root of the first " + std::to_string(sheet.size) + " entries (SHA-256)";
  label.size = kWords;
  label.bold = true;
  label.at = {x, top + 26};
  root.texts.push_back(label);
  std::string_view groups = sheet.root;
  constexpr std::size_t kRow = 20;  // four groups of four and their blanks
  for (double y = top + 56; !groups.empty(); y += 30) {
    Text row;
    row.mono = true;
    row.size = 19;
    row.words = groups.substr(0, std::min(kRow, groups.size()));
    while (!row.words.empty() && row.words.back() == ' ') row.words.pop_back();
    row.at = {x, y};
    root.texts.push_back(row);
    groups.remove_prefix(std::min(kRow, groups.size()));
  }
  picture.marks.push_back(std::move(root));
  page.go_to(top + kSquare);

  page.heading("What the square holds, byte for byte", 11);
  page.below(2);
  page.verbatim(sheet.note, 8.5);
  page.below(4);
  page.paragraph("Its SHA-256, for a time stamp by somebody else (RFC 3161):");
  page.verbatim(core::to_hex(core::sha256(sheet.note)), 8.5);
  page.heading("The log's key", 11);
  page.below(2);
  page.verbatim(sheet.vkey, 8.5);

  page.heading("At the next visit", 11);
  page.paragraph(
      "1. Put the text of the square into a file kept.txt: scan it, or type it; the second line "
      "from the end is empty.");
  page.paragraph("2. Let the office's program answer, with the key from this sheet:");
  page.verbatim("palermo --case FILE audit verify --checkpoint kept.txt --vkey KEY", 8.5);
  page.paragraph(
      "3. Or trust no program of the office: take the folder that it writes, and check it "
      "elsewhere with Python or Go:");
  page.verbatim(
      "palermo --case FILE audit export log\nVKEY=KEY python3 verify_ledger.py log kept.txt", 8.5);
  page.paragraph(
      "An answer of ROLLBACK, SPLIT_VIEW or NOT_EXTENSION means that this log is not the one that "
      "was sealed here.");

  page.go_to(kHeight - kMargin - 44);
  page.blank("handed over by", kMargin, kMargin + 150);
  page.blank("received by", kMargin + 166, kMargin + 316);
  page.blank("date and time, by the receiver's clock", kMargin + 332, kWidth - kMargin);
  return picture;
}

}  // namespace palermo::draw
