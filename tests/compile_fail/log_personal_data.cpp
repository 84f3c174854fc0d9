// Must not compile: a value that concerns a person goes to the log as it is.
#include "core/base/log.hpp"

void leak(const palermo::core::Personal<std::string>& number) {
  palermo::core::log(palermo::core::Room::Ingest).info("looked up {}", number);
}
