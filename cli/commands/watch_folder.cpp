#include "cli/commands/watch_folder.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <vector>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// How often the folder is listed. Notices of the kernel are not to be had for network shares,
/// where drop folders often stand.
constexpr std::chrono::milliseconds kLook{500};

volatile std::sig_atomic_t g_stop = 0;
void stop(int) { g_stop = 1; }

/// Until interrupted, SIGINT and SIGTERM end the watch instead of the program.
class StopSignals {
 public:
  StopSignals() {
    g_stop = 0;
    struct sigaction action {};
    action.sa_handler = stop;
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
  }
  ~StopSignals() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

struct Seen {
  std::uintmax_t size = 0;
  fs::file_time_type modified;
  Clock::time_point since;
  bool done = false;
};

bool is_under_way(const std::string& name) {
  static constexpr std::string_view kSuffixes[] = {".part", ".partial", ".tmp", ".crdownload",
                                                   ".filepart"};
  return name.starts_with('.') ||
         std::any_of(std::begin(kSuffixes), std::end(kSuffixes),
                     [&](std::string_view suffix) { return name.ends_with(suffix); });
}

void tell(const std::string& path, const core::Error& error) {
  std::string where;
  if (error.where && error.where->file != path) where = core::printable(error.where->file) + ": ";
  if (error.where && error.where->line > 0) where += fmt::format("line {}: ", error.where->line);
  fmt::print(stderr, "palermo: {}: not taken: {}{}\n", core::printable(path, 200), where,
             error.message);
  if (!error.next.empty()) fmt::print(stderr, "  {}\n", error.next);
}

}  // namespace

core::Status watch_folder(const std::string& folder, std::chrono::seconds settle,
                          const Context& context,
                          const std::function<core::Status(const std::string& path)>& take) {
  const StopSignals signals;
  context.notice(fmt::format("watching {}; interrupt (Ctrl-C) to end", core::printable(folder)));
  std::map<std::string, Seen> files;
  std::uint64_t taken = 0;
  std::uint64_t refused = 0;
  while (g_stop == 0) {
    std::error_code failed;
    std::map<std::string, Seen> now;
    for (fs::directory_iterator at{folder, failed}, end; !failed && at != end;
         at.increment(failed)) {
      const std::string name = at->path().filename().string();
      std::error_code gone;  // a file may be renamed between listing and asking
      if (is_under_way(name) || fs::is_symlink(at->symlink_status(gone)) ||
          !at->is_regular_file(gone))
        continue;
      Seen seen{at->file_size(gone), at->last_write_time(gone), Clock::now()};
      if (gone || seen.size == 0) continue;
      const auto before = files.find(at->path().string());
      if (before != files.end() && before->second.size == seen.size &&
          before->second.modified == seen.modified) {
        seen.since = before->second.since;
        seen.done = before->second.done;
      }
      now.emplace(at->path().string(), seen);
    }
    if (failed)
      return core::Error{core::ErrorCode::BadInput,
                         fmt::format("cannot be watched: {}", failed.message()),
                         core::SourcePosition{folder, 0}, "check the name and the permissions"};
    files = std::move(now);
    for (auto& [path, seen] : files) {
      if (g_stop != 0) break;
      if (seen.done || Clock::now() - seen.since < settle) continue;
      seen.done = true;
      const core::Status status = take(path);
      if (status) {
        ++taken;
      } else if (status.error().code == core::ErrorCode::BadInput) {
        ++refused;
        tell(path, status.error());
      } else {
        // No role, no case, a full disk: the next file would fare no better.
        return status;
      }
      std::fflush(stdout);
    }
    if (g_stop == 0) ::poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
  context.notice(fmt::format("{} taken, {} refused", taken, refused));
  return core::ok();
}

}  // namespace palermo::cli
