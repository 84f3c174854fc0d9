// Version of the report layout, printed in its footer.
#pragma once

namespace palermo::report {
inline constexpr const char* kLayoutVersion = "1";
}  // namespace palermo::report
