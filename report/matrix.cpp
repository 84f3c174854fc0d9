#include <fmt/format.h>

#include "core/authorization/coverage.hpp"
#include "report/sections.hpp"

namespace palermo::report::detail {
namespace {

std::string quarantine_words(const ReportInput& input) {
  std::map<std::string, std::uint64_t> by_reason;
  std::uint64_t total = 0;
  for (const auto& item : input.quarantine) {
    if (item.status() != "held") continue;
    by_reason[item.reason()] += item.count();
    total += item.count();
  }
  if (total == 0) return "Nothing is in quarantine.";
  std::string parts;
  for (const auto& [reason, count] : by_reason) {
    const std::string_view words = authorization::rule_text(reason);
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", grouped(count),
                         words.empty() ? plain(reason) : plain(words));
  }
  return fmt::format("{} quarantined: {}.", grouped(total), parts);
}

const v1::Element* find(const Page& page, std::string_view id) {
  for (const FlatElement& flat : page.elements)
    if (flat.element->id() == id) return flat.element;
  return nullptr;
}

std::string answer_line(const Page& page, std::string_view id, std::string_view question) {
  const v1::Element* element = find(page, id);
  if (element == nullptr) return {};
  std::string why;
  for (const int code : element->reason_codes())
    why += fmt::format("{}{}", why.empty() ? "; " : ", ",
                       reason_words(static_cast<v1::Element::ReasonCode>(code)));
  return fmt::format("<tr><th scope=\"row\"><a href=\"#m-{}\">{}</a></th><td>{}{}</td></tr>\n",
                     anchor(id), question, outcome_badge(element->outcome()), why);
}

std::string link_count(std::string_view target, std::size_t count, std::string_view what) {
  if (count == 0) return "<span class=\"nil\">0</span>";
  return fmt::format("<a href=\"#{}\" title=\"{}\">{}</a>", target, what, count);
}

std::string_view operator_words(std::string_view word) {
  if (word == "AND") return "all of";
  if (word == "OR") return "any of";
  if (word == "NOT") return "not";
  return "";
}

void row(const Page& page, const FlatElement& flat, std::string& out) {
  const v1::Element& element = *flat.element;
  const std::string id = anchor(element.id());
  if (flat.again) {
    out += fmt::format(
        "<tr class=\"d{} again{}\"><th scope=\"row\"><a href=\"#m-{}\">{}</a></th><td>{}</td><td "
        "colspan=\"5\" class=\"miss\">see its own row</td></tr>\n",
        std::min(flat.depth, 4), flat.top ? " top" : "", id,
        plain(element.title().empty() ? element.id() : element.title()),
        outcome_badge(element.outcome()));
    return;
  }
  std::string missing;
  for (const int code : element.reason_codes())
    missing += fmt::format("{}{}", missing.empty() ? "" : ", ",
                           reason_words(static_cast<v1::Element::ReasonCode>(code)));
  if (!missing.empty()) missing = fmt::format("<span class=\"why\">{}</span>", missing);
  if (element.missing_size() > 0)
    missing += fmt::format(
        "{}<a href=\"#x-{}\">{}</a>{}", missing.empty() ? "" : ": ", id,
        page.text(element.missing(0)),
        element.missing_size() > 1
            ? fmt::format(" <span class=\"more\">and {} more</span>", element.missing_size() - 1)
            : std::string{});
  std::string note;
  if (element.id() == "untoc.2a.structured")
    note =
        "<span class=\"note\">Defined roles, continuity of membership and a developed structure "
        "are "
        "not required (art. 2(c)).</span>";
  const std::string_view joined = operator_words(element.operator_());
  const std::size_t supporting = statements_under(element, false).size();
  const std::size_t contrary = statements_under(element, true).size();
  out += fmt::format(
      "<tr id=\"m-{}\" class=\"d{}{}\"><th scope=\"row\"><a href=\"#e-{}\">{}</a> "
      "<span class=\"art\">{}</span>{}{}</th><td>{}</td><td class=\"n\">{}</td><td class=\"n "
      "con\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
      "class=\"miss\">{}</td></tr>\n",
      id, std::min(flat.depth, 4), flat.top ? " top" : "", id,
      plain(element.title().empty() ? element.id() : element.title()), plain(element.article()),
      joined.empty() ? std::string{} : fmt::format(" <span class=\"op\">{}</span>", joined), note,
      outcome_badge(element.outcome()), link_count("s-" + id, supporting, "supporting statements"),
      link_count("c-" + id, contrary, "contrary statements"),
      supporting == 0
          ? std::string{"<span class=\"nil\">0</span>"}
          : (element.origins() > 0 ? link_count("s-" + id, element.origins(), "independent origins")
                                   : std::string{"<span class=\"nil\">by part</span>"}),
      element.best_grade().empty()
          ? fmt::format("<span class=\"nil\">{}</span>",
                        supporting > 0 && element.children_size() > 0 ? "by part" : "none")
          : fmt::format("<a href=\"#s-{}\">{}</a>", id, plain(element.best_grade())),
      missing);
}

}  // namespace

void title_block(const Page& page, std::string& out) {
  const ReportInput& in = page.input;
  const v1::Finding& finding = in.finding;
  out += "<header>\n<p class=\"kind\">Legal assessment</p>\n";
  out += fmt::format("<h1>{}</h1>\n",
                     page.text(in.case_title.empty() ? "Untitled case" : in.case_title));
  out +=
      "<p class=\"lead\">Organized criminal group, transnationality and related offences, element "
      "by "
      "element, under the United Nations Convention against Transnational Organized Crime and the "
      "Smuggling of Migrants Protocol.</p>\n";
  const std::string opens = fmt::format(
      "{}{}{}", answer_line(page, "untoc.2a", "Is there an organized criminal group? (art. 2(a))"),
      answer_line(page, "untoc.3.2", "Is the offence transnational? (art. 3(2))"),
      answer_line(page, "untoc.3.1", "Does the Convention apply? (art. 3(1))"));
  if (!opens.empty()) {
    out += "<table class=\"brief\"><caption>In brief</caption>\n" + opens;
    out += fmt::format(
        "<tr><th scope=\"row\"><a href=\"#persons\">How many persons "
        "count?</a></th><td>{}</td></tr>\n",
        finding.persons().lo() == finding.persons().hi()
            ? fmt::format("<strong>{}</strong>", finding.persons().lo())
            : fmt::format("<strong>{} to {}</strong>, depending on open identities",
                          finding.persons().lo(), finding.persons().hi()));
    out += "</table>\n";
  }
  out +=
      "<p class=\"warn\"><strong>These are findings on elements, not on guilt.</strong> Each says "
      "whether the material shows an element (indicated), shows that it is absent (not indicated), "
      "or "
      "leaves it open (undetermined). No person is scored. Whether anybody is guilty is for a "
      "court.</p>\n";

  const auto fact = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
  };
  out += "<dl class=\"facts\">\n";
  fact("Case", fmt::format("{}{}", page.text(in.case_id),
                           in.case_state.empty() ? "" : " (" + plain(in.case_state) + ")"));
  fact("Law and parties as of", plain(finding.as_of()));
  fact("Prepared",
       fmt::format("{} by {}", plain(short_time(in.prepared_at)), page.text(in.prepared_by)));
  fact("Purpose", page.text(in.purpose));
  fact("Instrument", finding.instrument().empty()
                         ? std::string{}
                         : fmt::format("{} (version {})", plain(finding.instrument()),
                                       plain(finding.instrument_version())));
  fact("Software", fmt::format("Palermo {}", plain(in.software_version)));
  fact("Finding",
       finding.finding_id().empty()
           ? std::string{}
           : fmt::format("{}; lens: {}{}", plain(finding.finding_id()), plain(finding.lens()),
                         finding.standard().empty()
                             ? std::string{}
                             : "; standard of the reader: " + page.text(finding.standard())));
  fact("Computed on",
       fmt::format("{} of {} records. {} {} used, {} left out by the lens or in quarantine.",
                   grouped(in.records_used), grouped(in.records_held), quarantine_words(in),
                   counted(finding.statements_used(), "statement", "statements"),
                   grouped(finding.statements_excluded())));
  if (!in.ledger_root_hex.empty()) {
    std::string groups;
    for (std::size_t i = 0; i < in.ledger_root_hex.size(); i += 4)
      groups += (i == 0 ? "" : " ") + in.ledger_root_hex.substr(i, 4);
    fact("Ledger",
         fmt::format("{}, origin <code>{}</code>, root<br/><code class=\"root\">{}</code>",
                     counted(in.ledger_size, "entry", "entries"), plain(in.origin), plain(groups)));
  }
  out += "</dl>\n";
  if (page.names.sealed() > 0)
    out += fmt::format(
        "<p class=\"small\">{} of this case {} a pseudonym here, made for this report alone: "
        "officers, "
        "informants, witnesses, victims, smuggled migrants and minors. Their known names, numbers "
        "and ids "
        "are replaced in running text as well; a name spelt otherwise than the case knows it would "
        "not be "
        "found, so read before disclosing.</p>\n",
        counted(page.names.sealed(), "person", "persons"),
        page.names.sealed() == 1 ? "bears" : "bear");
  out += "</header>\n";
}

void matrix(const Page& page, std::string& out) {
  out += "<section id=\"matrix\">\n<h2>Elements</h2>\n";
  if (page.elements.empty()) {
    out +=
        "<p class=\"empty\">No element was assessed: the case holds no statements. Nothing follows "
        "from "
        "that, neither that an element is present nor that it is absent.</p>\n</section>\n";
    return;
  }
  out +=
      "<p>Figures lead to the statements behind them; an element leads to its text and evidence. "
      "Sources are counted by independent origin, so five reports of one observation count once. "
      "Grades: "
      "reliability of the source A to F, credibility of the information 1 to 6; the best of each "
      "element is shown.</p>\n"
      "<table class=\"matrix\">\n<thead><tr><th scope=\"col\">Element</th><th "
      "scope=\"col\">Outcome</th>"
      "<th scope=\"col\" class=\"n\">Sup&shy;porting</th><th scope=\"col\" "
      "class=\"n\">Con&shy;trary</th>"
      "<th scope=\"col\" class=\"n\">Sources</th><th scope=\"col\" class=\"n\">Best grade</th>"
      "<th scope=\"col\">What is open</th></tr></thead>\n<tbody>\n";
  for (const FlatElement& flat : page.elements) row(page, flat, out);
  out += "</tbody>\n</table>\n";
  if (page.input.finding.notices_size() > 0) {
    out += "<ul class=\"notices\">\n";
    for (const std::string& notice : page.input.finding.notices())
      out += fmt::format("<li>{}</li>\n", page.text(notice));
    out += "</ul>\n";
  }
  out += "</section>\n";
}

}  // namespace palermo::report::detail
