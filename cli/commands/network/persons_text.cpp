#include "cli/commands/network/persons_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "cli/commands/network/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Answer = v1::NetworkPersons;
constexpr int kMostPairs = 30;
constexpr int kMostOpen = 10;

std::string about_text(const Answer& answer) {
  if (answer.about() == "case") return "in the whole case";
  if (answer.about() == "group") return "behind group " + core::printable(answer.group(), 40);
  return "behind the identifiers asked for";
}

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  return seconds < 2 * kMinute ? fmt::format("{:.0f} s", seconds)
                               : fmt::format("{:.0f} min", seconds / kMinute);
}

std::string proof_text(const Answer::Proof& proof) {
  if (proof.kind() == "spoke")
    return fmt::format("{}{}",
                       proof.has_seconds() ? fmt::format("talked {} s", proof.seconds()) : "talked",
                       proof.called_side() ? ", called side" : "");
  if (proof.kind() == "far_apart")
    return fmt::format(
        "{:.0f} km within {}: {}", proof.km(), duration_text(proof.gap_s()),
        proof.has_needed_kmh() ? fmt::format("{:.0f} km/h", proof.needed_kmh()) : "no time at all");
  return fmt::format("{} by {}", proof.kind() == "stated_distinct" ? "stated" : "decided",
                     core::printable(proof.statement_id(), 20));
}

std::string pairs_text(const Answer& answer) {
  Rows rows{{"a", "b", "at", "proof", "records"}};
  for (int i = 0; i < answer.pairs_size() && i < kMostPairs; ++i) {
    const auto& pair = answer.pairs(i);
    bool first = true;
    for (const auto& proof : pair.proofs()) {
      rows.push_back({first ? core::printable(pair.a(), 20) : "",
                      first ? core::printable(pair.b(), 20) : "", proof.at().substr(0, 16),
                      proof_text(proof), joined(proof.records(), 2)});
      first = false;
    }
  }
  std::string text = core::table(rows);
  if (answer.pairs_size() > kMostPairs)
    text += fmt::format("and {} more pairs, each proven (--json has all)\n",
                        answer.pairs_size() - kMostPairs);
  return text;
}

std::string bounds_text(const Answer& answer) {
  Rows rows{{"lo", "", ""}};
  rows.push_back({std::to_string(answer.lo()), "if each identifier has one user all the time", ""});
  for (const auto& bound : answer.bounds())
    rows.push_back({(bound.exact() ? "" : ">=") + std::to_string(bound.lo()), bound.text(),
                    bound.first_day().empty() ? "" : "from " + bound.first_day()});
  return core::table(rows);
}

std::string open_text(const Answer& answer) {
  std::string text;
  int shown = 0;
  for (const auto& pair : answer.open()) {
    if (shown == kMostOpen) break;
    ++shown;
    text += wrapped(
        fmt::format("{} {} - {}: {}", pair.enlarges() ? "+" : " ", core::printable(pair.a(), 44),
                    core::printable(pair.b(), 44), core::printable(pair.why(), 200)),
        4);
  }
  if (shown == 0) return text;
  std::string head =
      fmt::format("\nOpen, no proof that these are two ({} pairs", answer.open_pairs());
  if (answer.open_pairs() > static_cast<std::uint64_t>(shown))
    head += fmt::format(", {} shown; --json has {}", shown, answer.open_size());
  return head + "; + would raise lo):\n" + text;
}

std::string counts_text(const Answer& answer) {
  const auto& counts = answer.counts();
  std::string out;
  const auto say = [&out](std::uint64_t number, const char* what) {
    if (number > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", number, what);
  };
  say(counts.too_short(), "too short");
  say(counts.diverted(), "diverted, or denied by the other side's record");
  say(counts.engaged(), "while a party was in another call");
  say(counts.caller_side(), "on the caller's side only");
  say(counts.to_receivers(), "with numbers that only ever receive");
  say(counts.within_one_user(), "within one user");
  say(counts.several_users(), "of identifiers with several users at once");
  std::string text = fmt::format("{} conversations are proofs", counts.conversations());
  text += out.empty() ? "." : fmt::format("; not taken: {}.", out);
  text += fmt::format(" {} calls at known places", counts.sightings());
  if (counts.places_unknown() > 0)
    text += fmt::format("; {} at cells of unknown place", counts.places_unknown());
  if (counts.places_contradicting() > 0)
    text += fmt::format("; {} at cells with contradicting places", counts.places_contradicting());
  return text + ".";
}

}  // namespace

std::string persons_text(const Answer& answer) {
  std::string text;
  if (answer.users_total() + answer.left_out() == 0) {
    text = "Nobody to count: no identifier here has a user.\n";
    return text + basis_text(answer.basis());
  }
  text = fmt::format("{} to {} persons {}.\n", answer.lo(), answer.hi(), about_text(answer));
  for (const std::string& sentence : answer.reading()) text += wrapped(sentence, 2);
  if (answer.clique_size() > 1) {
    text += fmt::format("\nAt least {}, since these are all different persons, pair by pair:\n",
                        answer.lo());
    for (const auto& user : answer.clique())
      text += wrapped(
          user.kind() == "identifier"
              ? "  " + core::printable(user.id(), 60)
              : fmt::format(
                    "  {} {}: {}", core::printable(user.id(), 40),
                    user.label() == user.id() ? "" : core::printable(user.label(), 40),
                    user.identifiers_size() == 0 ? "no identifier" : joined(user.identifiers(), 6)),
          4);
    text += "\n" + pairs_text(answer);
  }
  text += "\n" + bounds_text(answer);
  text += open_text(answer);
  text += "\n" + wrapped(counts_text(answer), 2);
  for (const std::string& convention : answer.conventions())
    text += wrapped("Convention: " + convention + ".", 2);
  return text + basis_text(answer.basis());
}

}  // namespace palermo::cli
