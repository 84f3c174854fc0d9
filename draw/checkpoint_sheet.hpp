// A checkpoint of the authorization trail on one A4 sheet, for whoever keeps it outside the office.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.hpp"
#include "draw/picture.hpp"

namespace palermo::draw {

struct CheckpointSheet {
  std::string note;    // the signed note, verbatim: what the square holds
  std::string origin;  // name of the log
  std::uint64_t size = 0;
  std::string root;     // sixteen groups of four hexadecimal digits
  std::string vkey;     // verifier key of the log
  std::string last_at;  // when the last entry was recorded, for people; empty: there is none
};

/// A4 upright. Nothing of the case but its id, sizes, hashes and keys.
/// @error InvalidArgument  the note fits no QR code
[[nodiscard]] core::Result<Picture> checkpoint_sheet(const CheckpointSheet& sheet,
                                                     const Ruler& ruler);

}  // namespace palermo::draw
