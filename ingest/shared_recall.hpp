// What a recall does to calls that several files hold: the file that counted one as a duplicate
// keeps it where the file that came first loses it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "core/store/shared_calls.hpp"

namespace palermo::ingest {

class SharedRecall {
 public:
  [[nodiscard]] static core::Result<SharedRecall> load(store::Database& db);

  /// Takes rows out. @param lines  of the source
  /// @return how many of them their source counted as duplicates
  [[nodiscard]] std::uint32_t take_out(std::int64_t source, std::span<const std::uint32_t> lines);
  /// Pairs what is left anew and moves the counts of the sources that now hold a call first.
  [[nodiscard]] core::Status finish(session::Session& session, store::Transaction& transaction);

 private:
  std::vector<store::SharedPair> pairs_;  // by place
  std::vector<store::CallPlace> gone_;
};

}  // namespace palermo::ingest
