// Archives: nothing that is handed over exceeds the limits, and every member has a name that stays
// inside.
#include "ingest/inputs/archive.hpp"
#include "ingest/inputs/zip_directory.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_archives(std::string_view bytes) {
  palermo::ingest::ArchiveLimits limits;
  limits.members = 50;
  limits.member_bytes = 1U << 20;
  limits.total_bytes = 4U << 20;
  limits.free_bytes = 1U << 16;
  static_cast<void>(palermo::ingest::read_zip_directory(bytes));
  if (!palermo::ingest::is_archive(bytes)) return;
  std::size_t unpacked = 0;
  static_cast<void>(palermo::ingest::for_each_member(
      bytes, "a.zip", limits, [&](palermo::ingest::ArchiveMember& member) {
        require(member.name.starts_with("a.zip/"), "a member is inside");
        if (member.file != nullptr) unpacked += member.file->bytes().size();
        require(unpacked <= limits.total_bytes, "the limit holds");
        return palermo::core::ok();
      }));
}
