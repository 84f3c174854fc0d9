#include <fmt/format.h>

#include <algorithm>

#include "report/sections.hpp"

namespace palermo::report::detail {
namespace {

std::string statement_link(const Page& page, const v1::Evidence& evidence) {
  const auto found = page.evidence_index.find(evidence.statement_id());
  return fmt::format("<a href=\"#st-{}\">{}</a>", found->second + 1,
                     page.text(evidence.statement_id()));
}

void item(const Page& page, const v1::Evidence& evidence, std::string& out) {
  out += fmt::format("<tr><td class=\"sid\">{}</td><td>{}{}</td><td class=\"n\">{}</td></tr>\n",
                     statement_link(page, evidence), page.text(evidence.text()),
                     evidence.why().empty()
                         ? std::string{}
                         : fmt::format("<span class=\"note\">{}</span>", page.text(evidence.why())),
                     plain(evidence.grade().empty() ? "not graded" : evidence.grade()));
}

/// Statements shown in full; the rest of a long list as links, their text stands in the register.
constexpr std::size_t kShownInFull = 5;

void items(const Page& page, std::string_view css, const std::vector<const v1::Evidence*>& list,
           std::string& out) {
  const std::size_t full = list.size() <= kShownInFull + 2 ? list.size() : kShownInFull;
  out += fmt::format("<table class=\"ev {}\">\n<tbody>\n", css);
  for (std::size_t i = 0; i < full; ++i) item(page, *list[i], out);
  if (full < list.size()) {
    std::string more;
    for (std::size_t i = full; i < list.size(); ++i)
      more += fmt::format("{}{}&#160;<span class=\"art\">{}</span>", more.empty() ? "" : ", ",
                          statement_link(page, *list[i]), plain(list[i]->grade()));
    out += fmt::format("<tr><td class=\"sid\">and {}</td><td colspan=\"2\">{}</td></tr>\n",
                       list.size() - full, more);
  }
  out += "</tbody>\n</table>\n";
}

/// Statements of an element that none of its parts already lists.
std::vector<const v1::Evidence*> own_statements(const v1::Element& element, bool contrary) {
  std::set<std::string> listed;
  for (const v1::Element& child : element.children())
    for (const bool side : {false, true})
      for (const std::string& id : statements_under(child, side)) listed.insert(id);
  std::vector<const v1::Evidence*> own;
  for (const v1::Evidence& evidence : contrary ? element.contrary() : element.supporting())
    if (listed.insert(evidence.statement_id()).second) own.push_back(&evidence);
  return own;
}

/// Links to the parts of an element that carry what it rests on.
std::string through_parts(const v1::Element& element, bool contrary) {
  std::string out;
  const bool turned = element.operator_() == "NOT" ? !contrary : contrary;
  for (const v1::Element& child : element.children()) {
    const std::size_t count = statements_under(child, turned).size();
    if (count == 0) continue;
    out += fmt::format("{}<a href=\"#{}-{}\">{}</a> ({})", out.empty() ? "" : ", ",
                       turned ? "c" : "s", anchor(child.id()),
                       plain(child.title().empty() ? child.id() : child.title()), count);
  }
  return out;
}

void one_element(const Page& page, const FlatElement& flat, std::string& out) {
  const v1::Element& element = *flat.element;
  const std::string id = anchor(element.id());
  out += fmt::format(
      "<article id=\"e-{}\" class=\"element{}\">\n<h3><a class=\"back\" href=\"#m-{}\">{}</a> "
      "<span "
      "class=\"art\">{}</span> {}</h3>\n",
      id, flat.top ? " top" : "", id,
      plain(element.title().empty() ? element.id() : element.title()), plain(element.article()),
      outcome_badge(element.outcome()));
  if (!element.text().empty())
    out += fmt::format("<blockquote>{}</blockquote>\n", plain(element.text()));
  decisions(page, element, out);
  for (const bool contrary : {false, true}) {
    const std::vector<const v1::Evidence*> list = own_statements(element, contrary);
    const std::string parts = through_parts(element, contrary);
    const std::string_view word = contrary ? "Contrary" : "Supporting";
    if (list.empty() && parts.empty()) {
      if (element.children().empty())
        out += fmt::format(
            "<p class=\"label\" id=\"{}-{}\">{}: <span class=\"nil\">no statement</span></p>\n",
            contrary ? "c" : "s", id, word);
      continue;
    }
    out +=
        fmt::format("<p class=\"label\" id=\"{}-{}\">{}{}</p>\n", contrary ? "c" : "s", id, word,
                    parts.empty() ? std::string{}
                                  : fmt::format(" <span class=\"parts\">through {}</span>", parts));
    if (!list.empty()) items(page, contrary ? "contrary" : "supporting", list, out);
  }
  if (element.missing_size() > 0 || element.reason_codes_size() > 0) {
    std::string why;
    for (const int code : element.reason_codes())
      why += fmt::format("{}{}", why.empty() ? "" : ", ",
                         reason_words(static_cast<v1::Element::ReasonCode>(code)));
    out += fmt::format(
        "<p class=\"label\" id=\"x-{}\">Open{}</p>\n", id,
        why.empty() ? std::string{} : fmt::format(": <span class=\"why\">{}</span>", why));
    if (element.missing_size() > 0) {
      out += "<ul>\n";
      for (const std::string& missing : element.missing())
        out += fmt::format("<li>{}</li>\n", page.text(missing));
      out += "</ul>\n";
    }
  }
  firmness(page, element, out);
  if (element.notes_size() > 0) {
    out += "<p class=\"label\">Rule applied</p>\n<ul class=\"rules\">\n";
    for (const std::string& note : element.notes())
      out += fmt::format("<li>{}</li>\n", page.text(note));
    out += "</ul>\n";
  }
  out += "</article>\n";
}

std::string span_words(const AuthorizationStrip& strip) {
  const auto& s = strip.summary;
  if (s.effective_from().empty() && s.effective_to().empty()) return "no dates";
  return fmt::format("{} to {}", plain(short_time(s.effective_from())),
                     plain(short_time(s.effective_to())));
}

}  // namespace

void evidence_by_element(const Page& page, std::string& out) {
  if (page.elements.empty()) return;
  out +=
      "<section id=\"by-element\">\n<h2>Evidence by element</h2>\n<p>The treaty text is verbatim. "
      "Contrary "
      "evidence stands beside the supporting, whatever the outcome.</p>\n";
  for (const FlatElement& flat : page.elements)
    if (!flat.again) one_element(page, flat, out);
  out += "</section>\n";
}

void evidence_register(const Page& page, std::string& out) {
  if (page.elements.empty()) return;
  out += "<section id=\"register\">\n<h2>Register of statements used</h2>\n";
  if (page.evidence.empty()) {
    out += "<p class=\"empty\">No statement bears on any element.</p>\n</section>\n";
    return;
  }
  out += fmt::format(
      "<p>{}, each once. “Trace” is the source file and the line it came from.</p>\n<table "
      "class=\"register\">\n<thead><tr><th scope=\"col\">No.</th><th "
      "scope=\"col\">Statement</th><th "
      "scope=\"col\">Grade</th><th scope=\"col\">Source and authorization</th><th "
      "scope=\"col\">Trace</th></tr></thead>\n<tbody>\n",
      counted(page.evidence.size(), "statement", "statements"));
  for (std::size_t i = 0; i < page.evidence.size(); ++i) {
    const v1::Evidence& evidence = *page.evidence[i];
    std::string users;
    const auto& elements = page.used_by.at(evidence.statement_id());
    for (const v1::Element* element : elements)
      users += fmt::format("{}<a href=\"#e-{}\">{}</a>", users.empty() ? "" : ", ",
                           anchor(element->id()), plain(element->id()));
    out += fmt::format(
        "<tr id=\"st-{}\"><td class=\"sid\">{}</td><td>{}<span class=\"note\">{}Bears on "
        "{}</span></td><td "
        "class=\"n\">{}</td><td>{}{}</td><td><code>{}</code></td></tr>\n",
        i + 1, page.text(evidence.statement_id()), page.text(evidence.text()),
        evidence.kind() == "assessment" ? "An assessment, not a fact. " : "", users,
        plain(evidence.grade().empty() ? "–" : evidence.grade()),
        evidence.source().empty() ? "not stated" : page.text(evidence.source()),
        evidence.authorization_id().empty() ? std::string{}
                                            : fmt::format("<br/><a href=\"#authorizations\">{}</a>",
                                                          page.text(evidence.authorization_id())),
        evidence.trace().empty() ? "–" : plain(page.names.scrub(evidence.trace())));
  }
  out += "</tbody>\n</table>\n</section>\n";
}

void authorizations(const Page& page, std::string& out) {
  const ReportInput& in = page.input;
  out += "<section id=\"authorizations\">\n<h2>Authorization trail</h2>\n";
  if (in.authorizations.empty()) {
    out +=
        "<p class=\"empty\">No authorization is recorded; all material is open or published, or "
        "stands in "
        "quarantine.</p>\n";
  } else {
    out +=
        "<table class=\"auth\">\n<thead><tr><th scope=\"col\">Authorization</th><th "
        "scope=\"col\">Technique</th><th scope=\"col\">In force (UTC)</th><th "
        "scope=\"col\">Status</th><th "
        "scope=\"col\" class=\"n\">Targets</th><th scope=\"col\" class=\"n\">Hops</th><th "
        "scope=\"col\" "
        "class=\"n\">In use</th><th scope=\"col\" class=\"n\">Held "
        "back</th></tr></thead>\n<tbody>\n";
    for (const AuthorizationStrip& strip : in.authorizations) {
      const auto& s = strip.summary;
      std::string technique = s.kind().empty() ? s.technique() : s.kind();
      std::replace(technique.begin(), technique.end(), '_', ' ');
      out += fmt::format(
          "<tr><td>{}<span class=\"note\">{}{}</span></td><td>{}</td><td>{}</td><td>{}{}</td><td "
          "class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n "
          "con\">{}</td></tr>\n",
          page.text(s.authorization_id()), plain(s.state()),
          s.regime().empty() ? std::string{} : ", " + plain(s.regime()), plain(technique),
          span_words(strip), plain(s.status()),
          s.status_reason().empty()
              ? std::string{}
              : fmt::format("<span class=\"note\">{}</span>", page.text(s.status_reason())),
          s.targets(), s.max_hops(), grouped(s.stored()),
          s.quarantined() == 0 ? std::string{"<span class=\"nil\">0</span>"}
                               : grouped(s.quarantined()));
    }
    out += "</tbody>\n</table>\n";
  }
  if (!in.quarantine.empty()) {
    out +=
        "<h3>Quarantine</h3>\n<p>Sealed, counted, and in none of the results above.</p>\n<table "
        "class=\"quar\">\n<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">Why</th><th "
        "scope=\"col\">Authorization</th><th scope=\"col\">Source</th><th scope=\"col\" "
        "class=\"n\">Records</th><th scope=\"col\">Status</th></tr></thead>\n<tbody>\n";
    for (const auto& entry : in.quarantine) {
      const std::string lines = entry.first_line() == 0
                                    ? std::string{}
                                    : fmt::format(":{}–{}", entry.first_line(), entry.last_line());
      out += fmt::format(
          "<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}{}</code></td><td "
          "class=\"n\">{}</td><td>{}</td></tr>\n",
          plain(entry.reason()), page.text(entry.text()), page.text(entry.authorization_id()),
          plain(entry.source_id()), lines, grouped(entry.count()), plain(entry.status()));
    }
    out += "</tbody>\n</table>\n";
  }
  out += "</section>\n";
}

void verification(const Page& page, std::string& out) {
  const ReportInput& in = page.input;
  out += "<section id=\"verification\">\n<h2>Verification</h2>\n";
  if (in.checkpoint_note.empty()) {
    out +=
        "<p class=\"empty\">This page was made without a case file; no ledger stands behind "
        "it.</p>\n</section>\n";
    return;
  }
  out +=
      "<p>Every authorization, file, quarantine, finding and disclosure of this case is an entry "
      "of an "
      "append-only ledger (RFC 6962). The note below fixes its state when this report was made. "
      "Whoever "
      "keeps it, on paper or on a stick, can prove later that nothing before it was altered, "
      "removed or "
      "back-dated, without trusting the makers of this program.</p>\n<h3>Checkpoint, "
      "verbatim</h3>\n";
  out += fmt::format(
      "<pre>{}</pre>\n<h3>Key of the log</h3>\n<pre>{}</pre>\n",
      [&] {
        // Line by line, because the note's line breaks are part of what was signed.
        std::string lines;
        std::size_t begin = 0;
        while (begin < in.checkpoint_note.size()) {
          const std::size_t end =
              std::min(in.checkpoint_note.find('\n', begin), in.checkpoint_note.size());
          lines += plain(std::string_view{in.checkpoint_note}.substr(begin, end - begin)) + "\n";
          begin = end + 1;
        }
        return lines;
      }(),
      plain(in.vkey));
  out += fmt::format(
      "<h3>How to verify</h3>\n<ol>\n<li>Check the signature: <code>palermo audit check-note "
      "CHECKPOINT --vkey "
      "KEY</code>, or any program for C2SP signed notes.</li>\n<li>Check the case against it: "
      "<code>palermo "
      "--case FILE audit verify --checkpoint CHECKPOINT</code>. Exit code 5 and a reason "
      "(ROLLBACK, ALTERED, "
      "…) if anything before entry {} is not as it was.</li>\n<li>Check this report: its SHA-256 "
      "is in the "
      "ledger entry “disclosure” that follows the checkpoint (<code>sha256sum</code> on the "
      "file).</li>\n<li>"
      "Check a finding: <code>palermo assess --reproduce {}</code> derives it again and "
      "compares.</li>\n</ol>\n",
      grouped(in.ledger_size),
      in.finding.finding_id().empty() ? std::string{"ID"} : plain(in.finding.finding_id()));
  out +=
      "<p class=\"small\">The ledger shows what was entered. What was never entered, no ledger can "
      "show.</p>\n</section>\n";
}

}  // namespace palermo::report::detail
