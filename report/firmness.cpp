#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/sections.hpp"

namespace palermo::report::detail {
namespace {

std::string number_word(std::uint64_t n) {
  constexpr std::array kWords = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                 "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return n < kWords.size() ? kWords[n] : grouped(n);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string full_stop(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

/// "Three reports from one independent origin (K); S2 repeats S1. Best grade B2."
std::string reporting(const Page& page, const v1::Element& element) {
  const v1::Reporting& from = element.reporting();
  if (from.reports() == 0) return {};
  std::string out = fmt::format("{} {} from {} independent origin{}",
                                from.reports() == 1 ? "One" : capital(number_word(from.reports())),
                                from.reports() == 1 ? "statement" : "statements",
                                number_word(from.origins()), from.origins() == 1 ? "" : "s");
  constexpr int kNamed = 4, kQuoted = 3;
  if (from.by_origin_size() <= kNamed) {
    std::string names;
    for (const v1::Origin& origin : from.by_origin())
      names += (names.empty() ? "" : "; ") +
               (origin.name().empty() ? std::string{"not named"} : page.text(origin.name()));
    out += fmt::format(" ({})", names);
  }
  for (int i = 0; i < std::min(from.quotes_size(), kQuoted); ++i)
    out += "; " + page.text(from.quotes(i));
  if (from.quotes_size() > kQuoted)
    out += fmt::format("; {} more repeat others",
                       number_word(static_cast<std::uint64_t>(from.quotes_size() - kQuoted)));
  out += ".";
  if (!element.best_grade().empty())
    out += fmt::format(" Best grade {}.", plain(element.best_grade()));
  return out;
}

}  // namespace

void decisions(const Page& page, const v1::Element& element, std::string& out) {
  if (element.decisions_size() == 0) {
    if (element.has_derived())
      out += fmt::format(
          "<p class=\"decided\">This outcome follows from a decision on one of its parts. The "
          "facts "
          "alone give: {}.</p>\n",
          outcome_word(element.derived()));
    return;
  }
  out += "<p class=\"label\">Decision</p>\n<ul class=\"decisions\">\n";
  for (int i = element.decisions_size(); i-- > 0;) {
    const v1::ElementDecision& one = element.decisions(i);
    out += fmt::format(
        "<li>{} decided{}: <strong>{}</strong>. “{}” <span class=\"note\">{}, version {}, "
        "{}{}</span>"
        "</li>\n",
        page.text(one.by()),
        one.at().empty() ? std::string{} : " on " + plain(short_time(one.at())),
        outcome_word(one.outcome()), page.text(one.reason()), page.text(one.decision_id()),
        one.version(), one.signed_() ? "signed in the ledger" : "on the word of a file, not signed",
        one.in_effect() ? "" : "; not in effect");
  }
  out += "</ul>\n";
  if (element.has_derived())
    out += fmt::format("<p class=\"decided\">The facts alone give: {}.</p>\n",
                       outcome_word(element.derived()));
}

void firmness(const Page& page, const v1::Element& element, std::string& out) {
  std::string rests = reporting(page, element);
  for (const std::string& point : element.single_points())
    rests += fmt::format("{}{}", rests.empty() ? "" : " ", page.text(full_stop(point)));
  if (!rests.empty())
    out +=
        fmt::format("<p class=\"label\">What it rests on</p>\n<p class=\"rests\">{}</p>\n", rests);
  std::string changes;
  constexpr int kShown = 6;
  int shown = 0;
  for (const v1::Change& change : element.would_change()) {
    if (change.to() == v1::Element::outcome_unspecified || shown == kShown) continue;
    ++shown;
    changes += fmt::format("<li>{}, if {}.</li>\n", capital(std::string{outcome_word(change.to())}),
                           page.text(change.what()));
  }
  if (changes.empty()) {
    for (const v1::MinimumEvidence& sets : element.minimum_evidence())
      if (sets.unit() == "statement" && !sets.has_size() && !sets.bound().empty())
        changes = fmt::format("<li>{}.</li>\n", page.text(capital(sets.bound())));
  }
  if (!changes.empty())
    out += fmt::format(
        "<p class=\"label\">What would change it</p>\n<ul class=\"changes\">\n{}</ul>\n", changes);
}

}  // namespace palermo::report::detail
