// What the words behind `palermo ingest` stand for: files, folders with everything under them, and
// archives with everything in them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/source_file.hpp"

namespace palermo::ingest {

/// A file that was seen and not taken, with the reason.
struct LeftOut {
  std::string name;
  std::string reason;
};

struct InputOptions {
  /// Shell patterns (fnmatch) of files to leave out: compared with the whole name and with its last
  /// part.
  std::vector<std::string> skip;
};

/// The inputs of one command, in a fixed order: as named; in a folder by name, byte by byte; in an
/// archive as it holds them.
class InputList {
 public:
  /// Walks folders. Links are not followed, so that a folder cannot lead out of itself; hidden
  /// files, and files that operating systems make for themselves, are left out and listed.
  /// @error BadInput  a folder cannot be read, or holds no file
  [[nodiscard]] static core::Result<InputList> list(const std::vector<std::string>& paths,
                                                    InputOptions options);

  using Take = std::function<core::Status(const std::string& name, core::Result<SourceFile*> file)>;
  /// Hands over every file, members of archives included, and names what is left out. An empty or
  /// unreadable file is handed over as the error that says so.
  /// @error BadInput  a broken archive; or what `take` returned
  [[nodiscard]] core::Status for_each(const Take& take,
                                      const std::function<void(const LeftOut&)>& left_out) const;

  /// Whether the command named just one plain file, neither folder nor archive.
  [[nodiscard]] core::Result<bool> is_one_plain_file() const;

 private:
  [[nodiscard]] bool skipped(const std::string& name) const;
  core::Status walk(const std::string& folder);

  std::vector<std::string> files_;
  std::vector<LeftOut> left_out_;
  InputOptions options_;
  bool folders_ = false;
};

}  // namespace palermo::ingest
