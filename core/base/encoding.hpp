// Hex, base64 and SHA-256 over bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::core {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(const Digest& digest);
/// Lower or upper case; nullopt on any other character or an odd length.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
/// RFC 4648 section 4 with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::string to_base64(const Digest& digest);
/// Strict: padding required, non-zero padding bits refused, no white space.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

[[nodiscard]] Digest sha256(std::string_view bytes);
[[nodiscard]] std::string_view bytes_of(const Digest& digest);
[[nodiscard]] std::optional<Digest> digest_from(std::string_view bytes);

/// SHA-256 of bytes that arrive in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `count` bytes of the system's random source.
[[nodiscard]] std::string random_bytes(std::size_t count);

/// Commitment to personal data: SHA-256("palermo/commit/v1\n" ‖ salt ‖ bytes). OVERSIGHT section 1.4.
[[nodiscard]] Digest commitment(std::string_view salt32, std::string_view bytes);

}  // namespace palermo::core
