#include "cli/commands/catalogue_file.hpp"

#include "cli/files.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kLargest = std::size_t{8} << 20;

}  // namespace

core::Result<std::string> catalogue_text(const std::string& path) {
  if (path.empty()) return std::string{criteria::builtin_catalogue_text()};
  return read_text_file(path, kLargest);
}

core::Result<criteria::Catalogue> catalogue_of(const std::string& path) {
  if (path.empty()) return criteria::Catalogue::builtin();
  PALERMO_TRY(const std::string text, catalogue_text(path));
  auto parsed = criteria::Catalogue::parse(text);
  if (parsed) return parsed;
  core::Error error = std::move(parsed).error();
  error.where = core::SourcePosition{path};
  return error;
}

}  // namespace palermo::cli
