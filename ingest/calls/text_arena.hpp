// Texts kept in few pieces of memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace palermo::ingest {

/// Copies of texts that stay where they are until the memory is taken and dropped.
class TextArena {
 public:
  using Memory = std::vector<std::unique_ptr<char[]>>;

  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.size() > room_.size()) {
      const std::size_t size = std::max(kPieceBytes, text.size());
      room_ = {pieces_.emplace_back(std::make_unique<char[]>(size)).get(), size};
    }
    std::copy(text.begin(), text.end(), room_.begin());
    const std::string_view copy{room_.data(), text.size()};
    room_ = room_.subspan(text.size());
    return copy;
  }
  /// Moves the memory of all copies behind what is in `to`: the copies live as long as it does.
  void give(Memory& to) {
    to.insert(to.end(), std::make_move_iterator(pieces_.begin()),
              std::make_move_iterator(pieces_.end()));
    pieces_.clear();
    room_ = {};
  }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 16;
  Memory pieces_;
  std::span<char> room_;  // what is left of the newest
};

}  // namespace palermo::ingest
