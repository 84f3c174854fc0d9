#include "cli/commands/statement_text.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kNameShown = 40;
constexpr std::size_t kTextShown = 400;

std::string paragraph(std::size_t indent, const std::string& text) {
  return std::string(indent, ' ') + core::wrapped(text, kWidth - indent, indent) + "\n";
}

std::string decision_text(const v1::StatementDecision& decision) {
  const std::string grade =
      decision.outcome() == "rejected" ? std::string{} : " " + decision.grade();
  return fmt::format("{} {}{}{} by {} on {}: {}{}", decision.decision_id(), decision.outcome(),
                     decision.reading().empty() ? "" : " as a " + decision.reading(), grade,
                     core::printable(decision.by(), kNameShown), decision.at().substr(0, 10),
                     core::printable(decision.reason(), kTextShown),
                     decision.in_effect() ? "" : " (no longer in effect)");
}

std::string statement_text(const v1::ProposedStatement& one) {
  const v1::Statement& s = one.statement();
  std::string text = fmt::format("{}  {}  {}, {} graded {}", one.id(), one.kind(), one.status(),
                                 v1::Statement::Kind_Name(s.kind()), s.grade());
  if (!s.authorization_id().empty())
    text += "  " + core::printable(s.authorization_id(), kNameShown);
  text += "\n" + paragraph(2, core::printable(s.text(), kTextShown));
  std::string records;
  for (const std::string& record : one.record_ids())
    records += (records.empty() ? "" : " ") + core::printable(record, kNameShown);
  if (one.records() > static_cast<std::uint32_t>(one.record_ids_size())) records += " …";
  if (!records.empty()) text += paragraph(2, "records: " + records);
  if (!one.basis().empty()) text += paragraph(2, one.basis());
  if (!one.still_found()) text += "  the records no longer suggest it\n";
  for (const v1::StatementDecision& decision : one.decisions())
    text += paragraph(4, decision_text(decision));
  return text;
}

}  // namespace

std::string proposals_text(const v1::ProposalList& list) {
  std::string text;
  for (const v1::ProposedStatement& one : list.statements()) text += statement_text(one) + "\n";
  if (list.statements().empty()) text = "No proposed statement matches.\n\n";
  text += paragraph(
      0,
      fmt::format("In this case: {} proposed, {} accepted, {} rejected. What is only proposed is "
                  "an assessment graded F6 that no element test reads; `palermo statement accept "
                  "ID --reason TEXT` makes it a fact in your name.",
                  list.proposed(), list.accepted(), list.rejected()));
  for (const std::string& note : list.notes())
    text += paragraph(0, core::printable(note, kTextShown) + ".");
  return text;
}

std::string decided_text(const v1::StatementDecided& decided) {
  const v1::StatementDecision& decision = decided.decision();
  std::string text = fmt::format("{}: {} {} by {}, ledger entry {}\n", decision.decision_id(),
                                 decision.proposal_id(), decision.outcome(),
                                 core::printable(decision.by(), kNameShown), decided.leaf_index());
  if (decision.outcome() == "accepted")
    text += fmt::format("It is a fact graded {} from now on, and every finding names you.\n",
                        decision.grade());
  if (decision.outcome() == "rejected") text += "It is kept, and shown as rejected.\n";
  if (decision.outcome() == "graded")
    text += decided.status() == "accepted"
                ? fmt::format("It is graded {} from now on.\n", decision.grade())
                : fmt::format(
                      "Until somebody accepts it, it stays an assessment graded F6; "
                      "{} counts from then on.\n",
                      decision.grade());
  return text;
}

}  // namespace palermo::cli
