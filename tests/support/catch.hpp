// One include for Catch2 v2 (Debian 12) and v3.
#pragma once

#ifdef PALERMO_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

// rapidcheck's own Catch header names a Catch2 v2 path; this is its `rc::prop` for both.
#include <rapidcheck.h>

namespace rc {
template <typename Testable>
void prop(const std::string& description, Testable&& testable) {
  SECTION(description) {
    const auto result = rc::detail::checkTestable(std::forward<Testable>(testable),
                                                  rc::detail::TestMetadata{{}, description});
    if (result.template is<rc::detail::SuccessResult>()) {
      SUCCEED();
    } else {
      std::ostringstream text;
      rc::detail::printResultMessage(result, text);
      INFO(text.str());
      FAIL();
    }
  }
}
}  // namespace rc
