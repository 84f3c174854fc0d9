// A finished finding with everything a report can show; invented, small enough to read.
#pragma once

#include "report/legal_report.hpp"

namespace palermo::test {

[[nodiscard]] report::ReportInput sample_report();

}  // namespace palermo::test
