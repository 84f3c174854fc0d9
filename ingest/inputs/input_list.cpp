#include "ingest/inputs/input_list.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

#include "core/base/text.hpp"
#include "ingest/inputs/archive.hpp"

namespace palermo::ingest {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::string_view kLitter = "made by an operating system for itself";
constexpr std::string_view kSkipped = "left out by --skip";

Error refused(const std::string& path, std::string why, std::string next) {
  return Error{ErrorCode::BadInput, std::move(why), core::SourcePosition{path, 0}, std::move(next)};
}

bool is_system_litter(std::string_view path) {
  if (path.find("/__MACOSX/") != std::string_view::npos) return true;
  const std::string_view base = path.substr(path.rfind('/') + 1);
  return base == ".DS_Store" || base == "Thumbs.db" || base == "desktop.ini" ||
         base == "__MACOSX" || base.starts_with("._");
}

}  // namespace

Result<InputList> InputList::list(const std::vector<std::string>& paths, InputOptions options) {
  InputList list;
  list.options_ = std::move(options);
  for (const std::string& path : paths) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) {
      list.files_.push_back(path);
      continue;
    }
    list.folders_ = true;
    const std::size_t before = list.files_.size();
    PALERMO_CHECK_OK(list.walk(path));
    if (list.files_.size() == before)
      return refused(path, "holds no file to take",
                     list.left_out_.empty() ? "check the name of the folder"
                                            : "everything in it was left out");
  }
  return list;
}

Status InputList::walk(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed))
    names.push_back(at->path().filename().string());
  if (failed)
    return refused(folder, fmt::format("cannot be read: {}", failed.message()),
                   "check the permissions; nothing was stored");
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string path = folder.ends_with('/') ? folder + name : folder + "/" + name;
    const fs::file_status status = fs::symlink_status(path, failed);
    if (is_system_litter(name)) {
      left_out_.push_back({path, std::string{kLitter}});
    } else if (name.starts_with('.')) {
      left_out_.push_back({path, "hidden: its name begins with a dot"});
    } else if (fs::is_symlink(status)) {
      left_out_.push_back({path, "a link; name the file itself"});
    } else if (fs::is_directory(status)) {
      PALERMO_CHECK_OK(walk(path));
    } else if (!fs::is_regular_file(status)) {
      left_out_.push_back({path, "no regular file"});
    } else if (skipped(path)) {
      left_out_.push_back({path, std::string{kSkipped}});
    } else {
      files_.push_back(path);
    }
  }
  return core::ok();
}

bool InputList::skipped(const std::string& name) const {
  const std::string base = name.substr(name.rfind('/') + 1);
  return std::any_of(options_.skip.begin(), options_.skip.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0 ||
           fnmatch(pattern.c_str(), base.c_str(), 0) == 0;
  });
}

Result<bool> InputList::is_one_plain_file() const {
  if (folders_ || files_.size() != 1) return false;
  auto file = SourceFile::open(files_.front());
  // What cannot be opened is told by the one who reads it.
  return !file || !is_archive((*file)->bytes());
}

Status InputList::for_each(const Take& take,
                           const std::function<void(const LeftOut&)>& left_out) const {
  for (const LeftOut& left : left_out_) left_out(left);
  for (const std::string& path : files_) {
    auto file = SourceFile::open(path);
    if (!file) {
      PALERMO_CHECK_OK(take(path, std::move(file).error()));
      continue;
    }
    if (!is_archive((*file)->bytes())) {
      PALERMO_CHECK_OK(take(path, file->get()));
      continue;
    }
    PALERMO_CHECK_OK(for_each_member(
        (*file)->bytes(), path, ArchiveLimits{}, [&](ArchiveMember& member) -> Status {
          if (is_system_litter(member.name)) {
            left_out({member.name, std::string{kLitter}});
            return core::ok();
          }
          if (skipped(member.name)) {
            left_out({member.name, std::string{kSkipped}});
            return core::ok();
          }
          if (member.file == nullptr)
            return take(member.name, refused(member.name, "is empty", "ask for the file again"));
          return take(member.name, member.file.get());
        }));
  }
  return core::ok();
}

}  // namespace palermo::ingest
