// palermo calls profile
#include "analysis/calls/profile.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/calls/selection.hpp"
#include "cli/commands/calls/subcommands.hpp"
#include "cli/commands/calls/text.hpp"
#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

struct ProfileArguments {
  CallSelection selection;
  std::string number;
  std::string by = "week";
  int top = 10;
  int silences = 5;
  int evidence = 0;
};

std::string totals_text(const v1::CallsProfile& answer) {
  TextRows rows{
      {"", "calls", "missed", "messages", "other", "talk", "median", "longest", "no duration"}};
  for (const auto& [name, totals] :
       {std::pair{"out", &answer.out()}, std::pair{"in", &answer.in()}})
    rows.push_back({name, std::to_string(totals->calls()), std::to_string(totals->missed()),
                    std::to_string(totals->messages()), std::to_string(totals->other()),
                    span_text(totals->talk_s()),
                    totals->has_median_s() ? span_text(totals->median_s()) : "-",
                    totals->has_longest_s() ? span_text(totals->longest_s()) : "-",
                    std::to_string(totals->duration_unknown())});
  return core::table(rows);
}

std::string delay_text(const char* what, const v1::CallsProfile::Delay& delay) {
  return prose(
      fmt::format("{}: {} of {} occasions{} ({}).", what, delay.followed(), delay.occasions(),
                  delay.has_median_s() ? fmt::format(", median {}", span_text(delay.median_s()))
                                       : std::string{},
                  delay.rule()));
}

std::string silence_kind(const v1::CallsProfile::Silence& silence) {
  using Silence = v1::CallsProfile::Silence;
  switch (silence.kind()) {
    case Silence::silent:
      return "silent: the sources go on";
    case Silence::partly_covered:
      return fmt::format("covered in part: {} of {} days", silence.days_covered(),
                         silence.days_inside());
    case Silence::not_covered:
      return "no records of anybody: no silence";
    default:
      return "undetermined: the sources hold this number only";
  }
}

std::string hours_text(const v1::CallsProfile& answer) {
  std::string text = "\nHour of the week, local time (records):\n     ";
  for (int hour = 0; hour < 24; ++hour) text += fmt::format("{:>4}", hour);
  text += "\n";
  for (const auto& row : answer.hours()) {
    text += "  " + row.day();
    for (const std::uint32_t count : row.hours())
      text += count == 0 ? "   ." : fmt::format("{:>4}", count);
    text += "\n";
  }
  return text;
}

std::string profile_text(const v1::CallsProfile& answer) {
  if (answer.first_seen().empty())
    return prose(
               fmt::format("No record of this selection has {} as a party; `palermo calls devices` "
                           "shows which numbers a handset or SIM served.",
                           core::printable(answer.number(), 60))) +
           calls_basis_text(answer.basis());
  std::string text =
      fmt::format("{} ({}): seen {} to {} UTC [{}, {}]\n\n", core::printable(answer.number(), 60),
                  answer.kind(), minute(answer.first_seen()), minute(answer.last_seen()),
                  answer.first_record(), answer.last_record());
  text += totals_text(answer);
  if (answer.to_itself() > 0)
    text += fmt::format("{} records to itself (voicemail, tests) are in no figure.\n",
                        answer.to_itself());
  if (answer.one_party() > 0)
    text +=
        fmt::format("{} records name no second party (locations, data use).\n", answer.one_party());
  text += fmt::format(
      "\nContacts: {}; it called {}, was called by {}, both {}{}.\n", answer.contacts(),
      answer.contacts_out(), answer.contacts_in(), answer.contacts_both(),
      answer.has_reciprocity() ? fmt::format(" (reciprocity {:.2f})", answer.reciprocity()) : "");
  if (answer.has_balance())
    text += prose(fmt::format(
        "Balance: {:.2f} of the records are outgoing; mean over contacts {:.2f}. Entropy of "
        "contacts {:.3f}{}.",
        answer.balance(), answer.balance_of_contacts(), answer.entropy(),
        answer.has_evenness() ? fmt::format(", evenness {:.2f}", answer.evenness()) : ""));
  const auto& night = answer.night();
  text += prose(
      night.has_share()
          ? fmt::format("Night ({}): {} of {} records, {:.2f}{}.", night.rule(), night.records(),
                        night.of(), night.share(),
                        night.undetermined() > 0
                            ? fmt::format("; {} undetermined", night.undetermined())
                            : "")
          : fmt::format("Night ({}): undetermined, no record has a local time.", night.rule()));
  text += prose("Local time: " + answer.zone() + ".");
  text += delay_text("Answers", answer.answers());
  text += delay_text("Calls back", answer.calls_back());
  text += delay_text("Is answered", answer.is_answered());
  if (answer.top_size() > 0) {
    TextRows rows{{"contact", "out", "in", "missed", "talk", "days", "first (UTC)", "last (UTC)"}};
    for (const auto& contact : answer.top())
      rows.push_back({contact.id(), std::to_string(contact.out()), std::to_string(contact.in()),
                      std::to_string(contact.missed()), span_text(contact.talk_s()),
                      std::to_string(contact.days()), minute(contact.first()),
                      minute(contact.last())});
    text += "\n" + core::table(rows);
    if (static_cast<std::uint32_t>(answer.top_size()) < answer.contacts())
      text += fmt::format("{} of {} contacts shown (--top 0 shows all).\n", answer.top_size(),
                          answer.contacts());
    for (const auto& contact : answer.top())
      if (contact.evidence_size() > 0)
        text += prose(fmt::format("{}: {}", core::printable(contact.id(), 40),
                                  listed(contact.evidence(), contact.evidence_size())),
                      4);
  }
  if (answer.spans_size() > 0) {
    TextRows rows{{answer.span_unit() + " from", "records", "contacts", "new", "gone for good",
                   "overlap with the one before"}};
    for (const auto& span : answer.spans())
      rows.push_back({span.from(), std::to_string(span.records()), std::to_string(span.contacts()),
                      std::to_string(span.fresh()), std::to_string(span.gone()),
                      span.has_overlap() ? fmt::format("{:.2f}", span.overlap()) : "-"});
    text += "\n" + core::table(rows);
  }
  if (answer.silences_size() > 0) {
    TextRows rows{{"gap from (UTC)", "to (UTC)", "days", "others' records", "which is"}};
    for (const auto& silence : answer.silences())
      rows.push_back({silence.from().empty() ? "(begin)" : minute(silence.from()),
                      silence.to().empty() ? "(end)" : minute(silence.to()),
                      fmt::format("{:.1f}", silence.days()),
                      std::to_string(silence.records_of_others()), silence_kind(silence)});
    text += "\n" + core::table(rows) + prose("Gaps: " + answer.silence_rule() + ".");
  } else if (!answer.first_seen().empty()) {
    text += "\nNo gap of a day or more.\n";
  }
  if (answer.night().has_share()) text += hours_text(answer);
  TextRows rows{{"device or cell", "value", "records", "first (UTC)", "last (UTC)"}};
  constexpr int kCells = 10;
  const auto add = [&](const v1::CallsProfile::Use& use) {
    rows.push_back({use.kind(), use.value(), std::to_string(use.records()), minute(use.first()),
                    minute(use.last())});
  };
  for (const auto& use : answer.devices()) add(use);
  for (int i = 0; i < answer.cells_size() && i < kCells; ++i) add(answer.cells(i));
  if (rows.size() > 1) {
    text += "\n" + core::table(rows);
    if (answer.cells_size() > kCells)
      text +=
          fmt::format("… and {} more cells (--json lists all).\n", answer.cells_size() - kCells);
    for (const auto* uses : {&answer.devices(), &answer.cells()})
      for (const auto& use : *uses)
        if (use.evidence_size() > 0)
          text += prose(fmt::format("{} {}: {}", use.kind(), core::printable(use.value(), 40),
                                    listed(use.evidence(), use.evidence_size())),
                        4);
  } else {
    text += "\nNo record names a handset, a SIM or a cell of its own.\n";
  }
  if (answer.cells_of_others() > 0)
    text += fmt::format("{} records name the other party's cell and say nothing of its place.\n",
                        answer.cells_of_others());
  return text + calls_basis_text(answer.basis());
}

core::Status run_profile(const Context& context, const ProfileArguments& arguments) {
  PALERMO_TRY(session::Session session, open_for_calls(context));
  PALERMO_TRY(calls::Log log, load_calls(session, arguments.selection));
  PALERMO_TRY(const std::uint32_t party, find_party(session, log, arguments.number));
  v1::Access entry = calls_access("calls profile", arguments.selection);
  add_object(entry, log, party);
  PALERMO_TRY(const CallHops hops, CallHops::make(session, arguments.selection));
  PALERMO_CHECK_OK(hops.require(session, entry, log.name_of(party)));
  const std::uint32_t left_out = hops.limit(log);
  calls::ProfileOptions options;
  options.months = arguments.by == "month";
  options.top = static_cast<std::size_t>(arguments.top);
  options.silences = static_cast<std::size_t>(arguments.silences);
  options.evidence = static_cast<std::size_t>(arguments.evidence);
  v1::CallsProfile answer = calls::profile(log, party, options);
  const network::HopDecision decision = hops.decide(log.name_of(party));
  answer.set_hops_allowed(decision.unlimited ? 1 : decision.allowed);
  answer.set_hops_unlimited(decision.unlimited);
  answer.set_authorization_id(arguments.selection.authorization);
  answer.set_records_left_out(left_out);
  entry.set_result_count(answer.contacts());
  PALERMO_CHECK_OK(session.log_access(std::move(entry)));
  context.answer(answer, [&] { return profile_text(answer); });
  return core::ok();
}

}  // namespace

Command add_calls_profile(CLI::App* calls) {
  auto arguments = std::make_shared<ProfileArguments>();
  CLI::App* parser = calls->add_subcommand(
      "profile", "What one number does: how much, with whom, when, and when it is silent");
  parser->add_option("number", arguments->number, "E.164, e.g. +447700900001, or any label")
      ->required();
  add_call_period(parser, arguments->selection);
  add_zone(parser, arguments->selection);
  add_with(parser, arguments->selection);
  add_relied_on(parser, arguments->selection);
  parser->add_option("--by", arguments->by, "Contacts gained and lost by week or month (UTC)")
      ->check(CLI::IsMember({"week", "month"}))
      ->capture_default_str();
  parser->add_option("--top", arguments->top, "Contacts listed; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  parser->add_option("--silences", arguments->silences, "Longest gaps listed")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  parser
      ->add_option("--evidence", arguments->evidence,
                   "Record ids of each contact, device and cell, the earliest first")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {parser, [arguments](const Context& context) { return run_profile(context, *arguments); }};
}

}  // namespace palermo::cli
