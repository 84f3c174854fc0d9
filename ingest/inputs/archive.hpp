// Archives of evidence: ZIP, tar, 7z, and single compressed files. Nothing is ever written to a
// disk; a member is unpacked into memory that has no name in any folder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "ingest/source_file.hpp"

namespace palermo::ingest {

/// What an archive may become. A bomb is refused by its own table of contents where it has one,
/// else as soon as a limit is passed.
struct ArchiveLimits {
  std::uint64_t members = 100'000;          // of all levels together
  std::uint64_t member_bytes = 2ULL << 30;  // of one member, unpacked
  std::uint64_t total_bytes = 32ULL << 30;  // of all members, unpacked
  std::uint64_t free_bytes = 16ULL << 20;   // up to here no ratio is asked for
  std::uint64_t ratio = 250;                // unpacked to packed bytes, beyond free_bytes
  int depth = 3;                            // archives within archives
};

/// Whether the bytes begin like an archive that is read member by member. Office documents and
/// other files that are a ZIP inside are none.
[[nodiscard]] bool is_archive(std::string_view bytes);

/// One regular file of an archive.
struct ArchiveMember {
  std::string name;                  // "delivery.zip/calls/01.csv", levels joined by slashes
  std::unique_ptr<SourceFile> file;  // null where the member is empty
};

/// Unpacks the members in the archive's order and hands each to `take`; checksums are compared.
/// @param name  as shown in errors and in front of the members' names
/// @error BadInput  broken or cut off, encrypted, a link or device, a name that leads out of its
///                  folder, a limit passed; or what `take` returned
/// @cost unpacking, one copy in memory of the largest member
[[nodiscard]] core::Status for_each_member(std::string_view bytes, const std::string& name,
                                           const ArchiveLimits& limits,
                                           const std::function<core::Status(ArchiveMember&)>& take);

}  // namespace palermo::ingest
