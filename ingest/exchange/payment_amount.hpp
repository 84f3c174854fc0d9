// How payments of every format are written down.
#pragma once

#include <map>
#include <string>

#include "ingest/decimal.hpp"
#include "palermo/v1/record.pb.h"

namespace palermo::ingest::detail {

/// Sets the amount, and its text as well where a binary number does not hold it exactly.
void set_amount(const Decimal& amount, v1::Payment& payment);

/// Makes ids for payments that bear none: equal payments of two overlapping files get the same id
/// and are one, while equal payments of one file are numbered and stay two.
class ContentIds {
 public:
  /// Sets payment_id when it is empty. @return whether it was
  bool give(v1::Payment& payment);

 private:
  std::map<std::string, unsigned> seen_;
};

}  // namespace palermo::ingest::detail
