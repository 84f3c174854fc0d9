// Which days have records, and from which sources.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

namespace palermo::network {

/// Records by source (index into EvidenceNames::sources) and UTC day (days since 1970-01-01), in
/// the layers and period asked for, those that name one party alone included: they show that the
/// source covers the day.
class Coverage {
 public:
  void add(std::uint32_t source, std::int32_t day, std::uint64_t records = 1) {
    if (last_ == nullptr || key_ != std::pair{source, day}) {
      key_ = {source, day};
      last_ = &days_[key_];
    }
    *last_ += records;
  }
  void add(const Coverage& other) {
    for (const auto& [key, records] : other.days_) add(key.first, key.second, records);
  }
  [[nodiscard]] const std::map<std::pair<std::uint32_t, std::int32_t>, std::uint64_t>& days()
      const {
    return days_;
  }

  Coverage() = default;
  Coverage(const Coverage& other) : days_{other.days_} {}
  Coverage(Coverage&& other) noexcept : days_{std::move(other.days_)} { other.last_ = nullptr; }
  Coverage& operator=(Coverage other) noexcept {
    days_.swap(other.days_);
    last_ = nullptr;
    return *this;
  }
  ~Coverage() = default;

 private:
  std::map<std::pair<std::uint32_t, std::int32_t>, std::uint64_t> days_;
  std::pair<std::uint32_t, std::int32_t> key_;
  std::uint64_t* last_ = nullptr;  // of key_: records come by time
};

}  // namespace palermo::network
