// Payments as banks, mobile money services and money changers deliver them: a table with columns of
// their own. docs/formats/exchange.md lists the columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "ingest/batch.hpp"
#include "palermo/v1/record.pb.h"

namespace palermo::ingest {

struct TablePayment {
  std::uint32_t line = 0;
  v1::Payment payment;
};

struct PaymentTable {
  std::vector<TablePayment> payments;
  std::vector<v1::Reject> rejects;
  std::vector<std::string> notices;
  std::string mapping;  // which column was read as what
};

/// What of a table says that it is one of payments, for detection: "the columns Buchungstag (date),
/// Betrag (amount)"; empty when it is none. A column of the project's own name `payment_id` says
/// that it is the flat form of a payment, which read_flat_csv() reads.
[[nodiscard]] std::string payment_columns(std::string_view text);

/// Reads such a table. Separator, decimal mark and order of dates are found in the whole file; what
/// fits two ways is an error that says what to name in --map.
/// @param options  map: lines `role = column`, `decimal = comma`, `date_order = DMY`,
///                 `own_account = …`
/// @error BadInput  no such columns, a column named twice, amounts or dates that can be read two
///                  ways, no column that says who paid whom
[[nodiscard]] core::Result<PaymentTable> read_payment_table(std::string_view text,
                                                            const AdapterOptions& options);

}  // namespace palermo::ingest
