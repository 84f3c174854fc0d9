// Time from a third party: RFC 3161 time stamps over a checkpoint, by OpenSSL's implementation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"

namespace palermo::ledger {

/// A TimeStampReq (DER): SHA-256 imprint of `data`, a random nonce, and the authority's certificate
/// wanted in the reply, so that the reply can be checked offline for good.
[[nodiscard]] core::Result<std::string> timestamp_request(std::string_view data);

/// What an authority's reply says.
struct Timestamp {
  core::Digest imprint{};        // SHA-256 of what was stamped
  std::int64_t at_us = 0;        // genTime
  std::int64_t accuracy_us = 0;  // 0: not stated
  std::string serial;            // hexadecimal
  std::string policy;            // object identifier
  std::string authority;         // name in the token, or subject of the signer; hostile text
};

/// Reads a TimeStampResp (DER) without checking who signed it.
/// @error BadInput  no such reply, one that grants nothing, or an imprint by another hash
[[nodiscard]] core::Result<Timestamp> read_timestamp(std::string_view der);

/// Checks that the reply stamps `data` and is signed by an authority that one of `roots` vouches
/// for. Certificates are held against the stamped time, not today: a stamp outlives them.
/// @param roots  PEM certificates
/// @error BadInput   as read_timestamp, or `roots` holds no certificate
/// @error Integrity  it stamps something else (ALTERED), or signature or certificates do not hold
/// (BAD_SIGNATURE)
[[nodiscard]] core::Result<Timestamp> verify_timestamp(std::string_view der, std::string_view data,
                                                       std::string_view roots);

}  // namespace palermo::ledger
