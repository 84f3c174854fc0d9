#include "ingest/shared_recall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "ingest/source_writer.hpp"

namespace palermo::ingest {

using core::Result;
using core::Status;
using store::CallPlace;
using store::SharedPair;

Result<SharedRecall> SharedRecall::load(store::Database& db) {
  SharedRecall recall;
  PALERMO_TRY(recall.pairs_, store::read_shared(db));
  std::sort(recall.pairs_.begin(), recall.pairs_.end(),
            [](const SharedPair& x, const SharedPair& y) { return x.place < y.place; });
  return recall;
}

std::uint32_t SharedRecall::take_out(std::int64_t source, std::span<const std::uint32_t> lines) {
  if (pairs_.empty()) return 0;
  std::uint32_t duplicates = 0;
  for (const std::uint32_t line : lines) {
    const CallPlace place{source, line};
    const auto found = std::lower_bound(
        pairs_.begin(), pairs_.end(), place,
        [](const SharedPair& pair, const CallPlace& wanted) { return pair.place < wanted; });
    if (found != pairs_.end() && found->place == place) ++duplicates;
    gone_.push_back(place);
  }
  return duplicates;
}

Status SharedRecall::finish(session::Session& session, store::Transaction& transaction) {
  if (pairs_.empty() || gone_.empty()) return core::ok();
  std::sort(gone_.begin(), gone_.end());
  const auto is_gone = [this](const CallPlace& place) {
    return std::binary_search(gone_.begin(), gone_.end(), place);
  };
  std::erase_if(pairs_, [&](const SharedPair& pair) { return is_gone(pair.place); });
  // Where a first place went, the source that came in next follows.
  std::sort(pairs_.begin(), pairs_.end(), [](const SharedPair& x, const SharedPair& y) {
    return std::tie(x.first, x.place) < std::tie(y.first, y.place);
  });
  std::map<std::int64_t, std::int64_t> promoted;  // by source
  std::vector<SharedPair> left;
  left.reserve(pairs_.size());
  for (std::size_t i = 0; i < pairs_.size();) {
    const SharedPair next = pairs_[i];
    std::size_t end = i;
    while (end < pairs_.size() && pairs_[end].first == next.first) ++end;
    const bool lost = is_gone(next.first);
    if (lost) ++promoted[next.place.source];
    for (std::size_t at = lost ? i + 1 : i; at < end; ++at) {
      SharedPair pair = pairs_[at];
      if (lost) pair.first = next.place;
      left.push_back(pair);
    }
    i = end;
  }
  PALERMO_CHECK_OK(store::replace_shared(session.db(), std::move(left)));
  for (const auto& [seq, calls] : promoted) {
    PALERMO_TRY(store::Statement query,
                session.db().prepare("SELECT id FROM source WHERE seq = ?1"));
    PALERMO_CHECK_OK(query.bind(1, seq));
    PALERMO_TRY(const bool row, query.step());
    if (!row)
      return core::Error{core::ErrorCode::Integrity,
                         fmt::format("source {} is not in the case", seq), std::nullopt,
                         "nothing was changed; run `palermo audit verify`", "DANGLING_SOURCE"};
    PALERMO_CHECK_OK(revise_source(session, transaction, {seq, std::string{query.text(0)}},
                                   {calls, -calls, 0}, {}));
  }
  return core::ok();
}

}  // namespace palermo::ingest
