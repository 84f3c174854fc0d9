// What of a case may leave it in a request to another State.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/authorization/authorization_store.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/mla.pb.h"
#include "palermo/v1/statement.pb.h"

namespace palermo::cooperation {

struct Disclosable {
  v1::FactsFile facts;
  std::vector<v1::MlaWithheld> withheld;  // by rule
  std::uint32_t before = 0;               // statements, quarantine aside
};

/// Leaves out every statement on which a blocking rule is open: obtained unlawfully, under an
/// authorization that is not there (AU01), refused, unconfirmed or invalid (AU06), or that does not
/// cover the statement's day as the authorization stands now (AU02, AU04); and foreign material
/// whose use is restricted (EX01, UNTOC art. 18(5), (19)). Judgements stay: they are decisions, no
/// product.
///
/// @param facts  what the case states, quarantine aside
/// @param now_us  moment at which statuses are read, UTC microseconds
/// @error BadInput  a date of an authorization cannot be read
[[nodiscard]] core::Result<Disclosable> disclosable(
    const v1::FactsFile& facts,
    const std::map<std::string, authorization::StoredAuthorization>& authorizations,
    std::int64_t now_us);

}  // namespace palermo::cooperation
