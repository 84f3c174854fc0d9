// Workbooks (.xlsx): sheets as text tables, so that what reads CSV reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/xlsx/cell_format.hpp"
#include "ingest/xlsx/zip_members.hpp"

namespace palermo::ingest {

struct SheetInfo {
  std::string name;
  bool hidden = false;
  std::string part;  // member of the archive
};

/// One sheet as comma separated text in UTF-8: line n is row n of the sheet, every row has the same
/// number of cells, rows without a value are blank lines. Dates and times are written as
/// 2031-03-04, 2031-03-04 08:15:53, 08:15:53; durations as 0:01:12. A merged range has its value in
/// every cell. A number that the spreadsheet holds without all of its digits is written as a power
/// of ten, which the table reader refuses as SCIENTIFIC_NUMBER.
struct SheetText {
  std::string name;
  std::string text;
  std::uint32_t rows = 0;  // number of the last row
  std::vector<std::string> notices;
};

/// Formulas are never evaluated, links never followed, macros never looked at.
class Workbook {
 public:
  /// Whether the bytes are a ZIP archive with a workbook in it.
  [[nodiscard]] static bool is_workbook(std::string_view bytes);
  /// What else a ZIP archive is, as far as its members tell: "an OpenDocument spreadsheet (.ods)";
  /// empty where it is some archive.
  [[nodiscard]] static std::string other_document(std::string_view bytes);

  /// @param bytes  must outlive the workbook
  /// @error BadInput  damaged, encrypted, larger than a reader should take, or no workbook
  [[nodiscard]] static core::Result<Workbook> open(std::string_view bytes);

  [[nodiscard]] const std::vector<SheetInfo>& sheets() const { return sheets_; }
  /// Links to other files, which are named and never followed.
  [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }
  /// @error BadInput  XML that is damaged or has a DOCTYPE, a cell that stands beyond the last row
  ///                  or column of a sheet or before the cell before it, more than 20,000,000 cells
  /// @cost about 1 µs a cell; at most 256 MiB of XML
  [[nodiscard]] core::Result<SheetText> read(std::size_t sheet) const;

 private:
  explicit Workbook(ZipMembers members) : members_{std::move(members)} {}
  core::Status read_shared_strings();
  core::Status read_styles();

  ZipMembers members_;
  std::vector<SheetInfo> sheets_;
  std::vector<std::string> strings_;
  std::vector<CellFormat> formats_;  // by style number of a cell
  std::string strings_part_;
  std::string styles_part_;
  bool from_1904_ = false;
  std::vector<std::string> notices_;
};

}  // namespace palermo::ingest
