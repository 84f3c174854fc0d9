#include "cli/commands/calls/text.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace palermo::cli {

std::string prose(const std::string& text, std::size_t indent) {
  return core::wrapped(text, 98, indent) + "\n";
}

std::string calls_basis_text(const v1::Basis& basis) {
  std::string selection = "calls";
  if (!basis.from().empty()) selection += ", from " + basis.from();
  if (!basis.to().empty()) selection += ", to " + basis.to();
  std::string text = "\n" + prose(fmt::format("Computed on: {} ({}).", basis.text(), selection));
  for (const std::string& notice : basis.notices()) text += prose("Note: " + notice + ".");
  text += prose("Convention: " + basis.convention() + ".");
  text += "A lead for an analyst, not proof: contact is not concert.\n";
  return text;
}

std::string chance_text(const v1::CallChance& chance) {
  std::string text;
  if (chance.draws() > 0)
    text +=
        prose(fmt::format("Chance: {}; {} draws, seed {}; p = (1 + draws as extreme) / (draws + "
                          "1).",
                          chance.null_model(), chance.draws(), chance.seed()));
  else if (!chance.null_model().empty())
    text += prose("Chance: " + chance.null_model() + ".");
  if (!chance.statistic().empty()) text += prose("Statistic: " + chance.statistic() + ".");
  if (!chance.correction().empty()) text += prose("Correction: " + chance.correction() + ".");
  return text;
}

std::string minute(const std::string& iso) {
  constexpr std::size_t kToMinute = 16;
  return iso.size() > kToMinute ? iso.substr(0, kToMinute) : iso;
}

std::string span_text(double seconds) {
  constexpr double kMinute = 60, kHour = 3600, kDay = 86400;
  if (seconds < kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < kHour) return fmt::format("{:.0f} min", seconds / kMinute);
  if (seconds < 2 * kDay) return fmt::format("{:.1f} h", seconds / kHour);
  return fmt::format("{:.1f} d", seconds / kDay);
}

std::string p_text(bool has, double p) {
  constexpr double kShown = 0.00005;
  if (!has) return "-";
  return p < kShown ? "<0.0001" : fmt::format("{:.4f}", p);
}

std::string listed(const google::protobuf::RepeatedPtrField<std::string>& words, int most) {
  std::string text;
  for (int i = 0; i < words.size() && i < most; ++i)
    text += (i > 0 ? ", " : "") + core::printable(words[i], 40);
  if (words.size() > most) text += fmt::format(" and {} more", words.size() - most);
  return text;
}

}  // namespace palermo::cli
