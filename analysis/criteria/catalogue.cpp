#include "analysis/criteria/catalogue.hpp"

#include <google/protobuf/text_format.h>

#include <map>
#include <string_view>

#include "palermo/v1/instrument.pb.h"

namespace palermo::embedded {
extern const std::string_view offences_textproto;
}

namespace palermo::criteria {

const v1::Law* catalogue_law(const std::string& id) {
  static const v1::OffenceCatalogue catalogue = [] {
    v1::OffenceCatalogue out;
    if (!google::protobuf::TextFormat::ParseFromString(std::string{embedded::offences_textproto},
                                                       &out))
      out.Clear();
    return out;
  }();
  for (const v1::CatalogueRow& row : catalogue.rows())
    if (row.id() == id && row.confidence() != "memory") return &row.law();
  return nullptr;
}

}  // namespace palermo::criteria
