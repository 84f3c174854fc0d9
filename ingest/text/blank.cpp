#include "ingest/text/blank.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace palermo::ingest {

bool is_blank(std::string_view utf8) {
  const auto length = static_cast<std::int64_t>(utf8.size());
  for (std::int64_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(utf8.data(), at, length, c);
    if (c < 0 || u_isUWhiteSpace(c) == 0) return false;
  }
  return true;
}

}  // namespace palermo::ingest
