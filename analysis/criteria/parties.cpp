#include "analysis/criteria/parties.hpp"

#include <google/protobuf/text_format.h>

#include "analysis/criteria/facts.hpp"

namespace palermo::embedded {
extern const std::string_view parties_textproto;
}

namespace palermo::criteria {
namespace {

const v1::PartyRow* row_of(std::string_view state, std::string_view instrument) {
  for (const v1::PartyRow& row : party_table().rows())
    if (row.state() == state && row.instrument() == instrument) return &row;
  return nullptr;
}

}  // namespace

const v1::PartyTable& party_table() {
  static const v1::PartyTable table = [] {
    v1::PartyTable out;
    if (!google::protobuf::TextFormat::ParseFromString(std::string{embedded::parties_textproto},
                                                       &out))
      out.Clear();
    return out;
  }();
  return table;
}

std::optional<bool> treaty_status(std::string_view state, std::string_view instrument,
                                  core::Date day) {
  if (const v1::PartyRow* row = row_of(state, instrument)) {
    const auto from = day_of(row->in_force_from()), to = day_of(row->in_force_to());
    if (!from || row->confidence() == "memory") return std::nullopt;
    return !(day < *from) && (!to || !(*to < day));
  }
  if (instrument == "untoc" && treaty_status(state, "som", day).value_or(false)) return true;
  if (instrument == "som")
    if (const v1::PartyRow* convention = row_of(state, "untoc"))
      if (const auto from = day_of(convention->in_force_from()); from && day < *from) return false;
  return std::nullopt;
}

std::optional<core::Date> bound_at_the_earliest(std::string_view state) {
  for (const char* instrument : {"som", "untoc"})
    if (const v1::PartyRow* row = row_of(state, instrument))
      if (const auto from = day_of(row->in_force_from())) return from;
  return std::nullopt;
}

}  // namespace palermo::criteria
