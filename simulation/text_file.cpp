#include "simulation/text_file.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace palermo::simulation {

core::Result<TextFile> TextFile::create(const std::filesystem::path& path) {
  TextFile out;
  out.name_ = path.string();
  out.file_.open(path, std::ios::binary | std::ios::trunc);
  if (!out.file_)
    return core::Error{core::ErrorCode::Io,
                       fmt::format("{} cannot be created", core::printable(out.name_)),
                       std::nullopt, "check the folder's permissions and the free space"};
  return out;
}

void TextFile::write(std::string_view text) {
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  digest_.update(text);
  bytes_ += text.size();
}

core::Status TextFile::close() {
  file_.close();
  if (!file_)
    return core::Error{core::ErrorCode::Io,
                       fmt::format("{} could not be written completely", core::printable(name_)),
                       std::nullopt, "check the free space"};
  sha256_ = core::to_hex(digest_.finish());
  return core::ok();
}

}  // namespace palermo::simulation
