// Facts about the FollowTheMoney model that reading its entities needs.
#pragma once

#include <string_view>

namespace palermo::ingest {

/// A kind of entity that stands for a tie of two others.
struct FtmEdge {
  std::string_view schema;
  std::string_view source;  // properties that name its ends
  std::string_view target;
};

/// The edge of this name; null: not one.
/// @source FollowTheMoney model, commit c70a89ffa59ea785956f6095643310da3735b7fb (2025-06-27), the
/// `edge` member of each schema. Payment, which is one too, becomes a payment.
[[nodiscard]] const FtmEdge* ftm_edge(std::string_view schema);

/// Whether the model of that day knows a kind of entity of this name.
[[nodiscard]] bool is_ftm_schema(std::string_view name);

/// Kind of identifier that the values of a property are, "phone" as "msisdn"; empty: none.
[[nodiscard]] std::string_view ftm_identifier_kind(std::string_view property);

}  // namespace palermo::ingest
