// The entrance: whatever a text file is encoded in, and whatever sheet of a workbook is meant,
// behind it stands one text in UTF-8.
#pragma once

#include <optional>

#include "core/base/result.hpp"
#include "ingest/pipeline.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/source_file.hpp"

namespace palermo::ingest {

/// Decodes the file, or turns the sheets of a workbook that have a known layout into one text, and
/// refuses what no text is. Afterwards file.text() is what adapters read.
///
/// Of a workbook with several sheets those are read whose layout is known: one, or several of the
/// same layout and header, whose rows then stand one sheet behind the other. `options.sheet` names
/// one.
/// @error BadInput  the encoding, a damaged workbook, no sheet of a known layout, several of
///                  different ones, no sheet of that name, a file that is no text: says what it is
[[nodiscard]] core::Status prepare_text(SourceFile& file, const IngestOptions& options,
                                        const std::optional<Profile>& own);

/// Row of a sheet that a line of the text stands for: "sheet 'Outgoing', row 12". Empty where the
/// file is no workbook.
[[nodiscard]] std::string place_in_sheet(
    const google::protobuf::RepeatedPtrField<v1::SourceSheet>& sheets, std::uint32_t line);

}  // namespace palermo::ingest
