// The element trees (data/instruments/*.textproto), as carried by the binary.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/instrument.pb.h"

namespace palermo::criteria {

/// Convention and Protocol together, because either refers to the other's elements, and beside them
/// other notions of a criminal group, which may ask an element of the Convention as their own.
class Instruments {
 public:
  /// Parses texts and checks them: ids unique, children known, no cycle, each LEAF with a known
  /// evaluator, each other element with children, every element with article, title, verbatim text,
  /// source and in-force dates (its own or the instrument's), a foreign text with an English
  /// rendering.
  /// @error BadInput  names the element that is wrong
  [[nodiscard]] static core::Result<Instruments> parse(const std::vector<std::string_view>& texts);
  /// The trees that the binary carries. A mistake in them is our bug (Internal).
  /// @param asked  instrument a finding is about: ids() then names its elements and the treaties', so
  ///               that nothing else is evaluated; empty: all
  [[nodiscard]] static core::Result<Instruments> builtin(std::string_view asked = {});

  [[nodiscard]] const v1::ElementDef* find(std::string_view id) const;
  [[nodiscard]] const v1::Instrument* instrument(std::string_view id) const;
  [[nodiscard]] const std::vector<v1::Instrument>& all() const { return instruments_; }
  /// The one place where an element's own children are printed: a root stands for itself, else the
  /// parent whose id its own id continues, else the first that names it.
  [[nodiscard]] std::string home_of(const std::string& id) const;
  /// Whether a finding on an instrument speaks about an element: its own and those they rest on.
  /// "untoc" prints the Protocol's elements too.
  [[nodiscard]] bool concerns(std::string_view instrument, const std::string& element) const;
  /// Versions of the instruments that a finding on one of them rests on: "untoc 2, som 3".
  [[nodiscard]] std::string version(std::string_view instrument) const;
  /// Ids of the elements, in order; of those asked for only (builtin()).
  [[nodiscard]] std::vector<std::string> ids() const;
  /// Ids of the instruments: untoc, som, eu-841, …
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::vector<v1::Instrument> instruments_;
  std::map<std::string, const v1::ElementDef*, std::less<>> elements_;
  std::map<std::string, std::string> homes_;
  std::string asked_;
};

}  // namespace palermo::criteria
