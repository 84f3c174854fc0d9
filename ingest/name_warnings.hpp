// Counts the names of a file that hide something, for one notice at the end of its ingestion.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/confusable.hpp"
#include "core/base/result.hpp"
#include "core/store/record_row.hpp"

namespace palermo::ingest {

class NameWarnings {
 public:
  [[nodiscard]] static core::Result<NameWarnings> make();
  /// Names of persons, senders and labels in one row that will be stored.
  void add(const store::RecordRow& row);
  /// One identifier; numbers and devices are no names and are passed over.
  void add(const store::IdentifierView& identifier);
  /// Whether identifiers of this kind are names that people read.
  [[nodiscard]] static bool is_name(std::string_view kind);
  /// "3 names hide something …", nullopt when none does. Names are counted once each.
  [[nodiscard]] std::optional<std::string> notice() const;

 private:
  explicit NameWarnings(core::NameReader reader) : reader_{std::move(reader)} {}
  void name(std::string_view text);
  core::NameReader reader_;
  std::set<std::string, std::less<>> seen_;
  std::size_t flagged_ = 0;
  std::array<std::size_t, 8> by_flag_{};  // in the order of core::NameFlag
};

}  // namespace palermo::ingest
