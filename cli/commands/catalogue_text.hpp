// What `catalogue` prints for people.
#pragma once

#include <string>

#include "palermo/v1/catalogue.pb.h"

namespace palermo::cli {

[[nodiscard]] std::string catalogue_list_text(const v1::CatalogueAnswer& answer);
[[nodiscard]] std::string catalogue_show_text(const v1::CatalogueAnswer& answer);
[[nodiscard]] std::string catalogue_check_text(const v1::CatalogueCheck& answer);
[[nodiscard]] std::string parties_text(const v1::PartyAnswer& answer);

}  // namespace palermo::cli
