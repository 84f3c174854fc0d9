// The element trees (data/instruments/*.textproto), as carried by the binary.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/instrument.pb.h"

namespace palermo::criteria {

/// Convention and Protocol together: either refers to the other's elements.
class Instruments {
 public:
  /// Parses texts and checks them: ids unique, children known, no cycle, each LEAF with a known
  /// evaluator, each other element with children, every element with article, title and text.
  /// @error BadInput  names the element that is wrong
  [[nodiscard]] static core::Result<Instruments> parse(const std::vector<std::string_view>& texts);
  /// The trees that the binary carries. A mistake in them is our bug (Internal).
  [[nodiscard]] static core::Result<Instruments> builtin();

  [[nodiscard]] const v1::ElementDef* find(std::string_view id) const;
  [[nodiscard]] const v1::Instrument* instrument(std::string_view id) const;
  [[nodiscard]] const std::vector<v1::Instrument>& all() const { return instruments_; }
  /// The one place where an element's own children are printed: a root stands for itself, else the
  /// parent whose id its own id continues, else the first that names it.
  [[nodiscard]] std::string home_of(const std::string& id) const;
  /// "untoc 1, som 1".
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::vector<std::string> ids() const;

 private:
  std::vector<v1::Instrument> instruments_;
  std::map<std::string, const v1::ElementDef*, std::less<>> elements_;
  std::map<std::string, std::string> homes_;
};

}  // namespace palermo::criteria
