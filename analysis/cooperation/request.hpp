// The content of a request for mutual legal assistance, letter by letter of UNTOC art. 18(15), with
// the annex on reasonable grounds (art. 18(1)). A draft for a competent authority; never a request
// by itself.
#pragma once

#include <string>
#include <vector>

#include "analysis/cooperation/disclosable.hpp"
#include "core/base/result.hpp"
#include "palermo/v1/mla.pb.h"

namespace palermo::cooperation {

/// What only the requesting authority can say. Empty: not said, and the letter is incomplete.
struct RequestOptions {
  std::string to;            // requested State, ISO 3166-1 alpha-2
  std::string authority;     // (a)
  std::string conducted_by;  // (b) name of the authority that conducts the investigation
  std::string functions;     // (b)
  std::string assistance;    // (d) letters of art. 18(3), as "a,e"
  std::string details;       // (d)
  std::string procedure;     // (d)
  std::string use;           // (f)
  std::string group, as_of, standard;
};

/// Letters of art. 18(3) with the treaty's words.
/// @error Usage  a letter that art. 18(3) does not have, or one given twice
[[nodiscard]] core::Result<std::vector<v1::MlaAssistance>> assistance_of(
    const std::string& letters);

/// Fills everything but what names a file, an operator or the ledger. Texts are as imported;
/// whoever shows them replaces protected names and escapes.
/// @param from  State of the case
/// @error Usage  `to` is no State or the case's own  @error InvalidArgument  group or as_of
[[nodiscard]] core::Result<v1::MlaDraft> draft_request(const Disclosable& material,
                                                       const std::string& from,
                                                       const std::string& title,
                                                       const RequestOptions& options);

}  // namespace palermo::cooperation
