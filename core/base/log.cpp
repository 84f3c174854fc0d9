#include "core/base/log.hpp"

#include <sodium.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <memory>

#include "core/base/encoding.hpp"

namespace palermo::core {
namespace {

struct Loggers {
  std::array<std::shared_ptr<spdlog::logger>, 5> rooms;
  Loggers() {
    const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%fZ %l %n: %v", spdlog::pattern_time_type::utc));
    constexpr std::array<const char*, 5> kNames{"core", "ingest", "analysis", "report", "cli"};
    for (std::size_t i = 0; i < rooms.size(); ++i) {
      rooms[i] = std::make_shared<spdlog::logger>(kNames[i], sink);
      rooms[i]->set_level(spdlog::level::warn);
    }
  }
};

Loggers& loggers() {
  static Loggers all;
  return all;
}

}  // namespace

spdlog::logger& log(Room room) { return *loggers().rooms[static_cast<std::size_t>(room)]; }

Status set_log_level(std::string_view level) {
  constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 5> kLevels{
      {{"debug", spdlog::level::debug},
       {"info", spdlog::level::info},
       {"warn", spdlog::level::warn},
       {"error", spdlog::level::err},
       {"off", spdlog::level::off}}};
  for (const auto& [name, value] : kLevels) {
    if (name != level) continue;
    for (const auto& logger : loggers().rooms) logger->set_level(value);
    return ok();
  }
  return Error{ErrorCode::InvalidArgument,
               fmt::format("'{}' is no log level; write debug, info, warn, error or off", level)};
}

std::string mask(std::string_view value) {
  static const std::string key = random_bytes(crypto_generichash_KEYBYTES);
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(value.data()),
                     value.size(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return to_hex(std::string_view{reinterpret_cast<const char*>(hash.data()), 8});
}

}  // namespace palermo::core
