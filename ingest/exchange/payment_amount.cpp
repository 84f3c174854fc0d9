#include "ingest/exchange/payment_amount.hpp"

#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"

namespace palermo::ingest::detail {

void set_amount(const Decimal& amount, v1::Payment& payment) {
  payment.set_amount(amount.nearest());
  if (!amount.held_by_double()) payment.set_amount_text(amount.text());
}

bool ContentIds::give(v1::Payment& payment) {
  if (!payment.payment_id().empty()) return false;
  // JSON in field order is the same for equal payments, whatever version of protobuf writes bytes.
  const std::string content =
      core::to_json_sparse(payment).dump(-1, ' ', false, core::Json::error_handler_t::replace);
  const std::string digest = core::to_hex(core::sha256(content)).substr(0, 20);
  payment.set_payment_id(fmt::format("content:{}/{}", digest, ++seen_[digest]));
  return true;
}

}  // namespace palermo::ingest::detail
