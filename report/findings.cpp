#include <fmt/format.h>

#include <algorithm>

#include "report/sections.hpp"

namespace palermo::report::detail {
namespace {

std::string category_words(std::string category) {
  if (category.empty() || category == "category_unspecified") return "not stated";
  std::replace(category.begin(), category.end(), '_', ' ');
  return category;
}

std::string reasons(const google::protobuf::RepeatedField<int>& codes) {
  std::string out;
  for (const int code : codes)
    out += fmt::format("{}{}", out.empty() ? "" : ", ",
                       reason_words(static_cast<v1::Element::ReasonCode>(code)));
  return out;
}

template <typename Texts>
std::string list(const Page& page, const Texts& texts) {
  if (texts.empty()) return {};
  std::string out = "<ul>";
  for (const std::string& text : texts) out += fmt::format("<li>{}</li>", page.text(text));
  return out + "</ul>";
}

void gate(const Page& page, std::string_view name, std::string_view article,
          std::string_view meaning, const v1::Gate& gate, std::string& out) {
  const std::string open = reasons(gate.reason_codes());
  out += fmt::format(
      "<tr><th scope=\"row\">{} <span class=\"art\">{}</span><span class=\"note\">{}</span></th>"
      "<td>{}</td><td>{}</td><td>{}{}</td></tr>\n",
      name, article, meaning, outcome_badge(gate.outcome()), list(page, gate.because()),
      open.empty() ? std::string{} : fmt::format("<span class=\"why\">{}</span>", open),
      list(page, gate.missing()));
}

std::string lens_words(std::string_view lens) {
  if (lens == "lawful") return "lawful: only material with an authorization that covers it";
  if (lens == "corroborated") return "corroborated: only what two independent origins show";
  if (lens == "without_undercover")
    return "without undercover: nothing that an officer brought about";
  if (lens == "without_restricted") return "without restricted: nothing under a foreign caveat";
  return std::string{lens};
}

}  // namespace

void persons(const Page& page, std::string& out) {
  const v1::Finding& finding = page.input.finding;
  out += "<section id=\"persons\">\n<h2>Persons who count</h2>\n";
  if (finding.counted_size() == 0) {
    out += "<p class=\"empty\">No person is known to the assessment.</p>\n</section>\n";
    return;
  }
  const auto& interval = finding.persons();
  out += fmt::format(
      "<p><span class=\"interval\">{}</span> {}</p>\n",
      interval.lo() == interval.hi() ? std::to_string(interval.lo())
                                     : fmt::format("{} to {}", interval.lo(), interval.hi()),
      interval.lo() == interval.hi()
          ? "distinct natural persons may count towards “three or more”."
          : "distinct natural persons may count towards “three or more”: the lower figure if every "
            "open identity question merges two into one, the higher if none does.");
  std::vector<const v1::PersonCount*> rows;
  for (const auto& row : finding.counted()) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* x, const auto* y) { return x->counted() > y->counted(); });
  // Those who do not count for one and the same reason stand in one row.
  struct Group {
    const v1::PersonCount* first;
    std::vector<std::string> who;
  };
  std::vector<Group> groups;
  for (const auto* row : rows) {
    if (!row->counted() && !groups.empty()) {
      const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
        return !group.first->counted() && group.first->category() == row->category() &&
               group.first->reason() == row->reason();
      });
      if (same != groups.end()) {
        same->who.push_back(page.person(row->person()));
        continue;
      }
    }
    groups.push_back({row, {page.person(row->person())}});
  }
  out +=
      "<table class=\"people\">\n<thead><tr><th scope=\"col\">Person</th><th "
      "scope=\"col\">Category</th><th scope=\"col\">Counts</th><th "
      "scope=\"col\">Why</th></tr></thead>\n<tbody>\n";
  for (const Group& group : groups) {
    std::string who;
    for (const std::string& one : group.who) who += (who.empty() ? "" : ", ") + one;
    if (group.who.size() > 1) who = fmt::format("<strong>{}</strong>: {}", group.who.size(), who);
    out += fmt::format("<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       group.first->counted() ? "in" : "out", who,
                       plain(category_words(group.first->category())),
                       group.first->counted() ? "yes" : "no", page.text(group.first->reason()));
  }
  out += "</tbody>\n</table>\n</section>\n";
}

void gates(const Page& page, std::string& out) {
  if (page.elements.empty()) return;
  const v1::Gates& all = page.input.finding.gates();
  out +=
      "<section id=\"gates\">\n<h2>Four gates, each with a test of its own</h2>\n"
      "<table class=\"gates\">\n<thead><tr><th scope=\"col\">Gate</th><th "
      "scope=\"col\">Outcome</th><th scope=\"col\">Because</th><th scope=\"col\">What is "
      "open</th></tr></thead>\n<tbody>\n";
  gate(page, "Domestic offence", "UNTOC art. 34(2)",
       "Needs neither a transnational element nor an organized criminal group.", all.domestic(),
       out);
  gate(page, "Mutual legal assistance", "UNTOC art. 18(1)",
       "Reasonable grounds to suspect are enough; evidence in the requested State is itself a "
       "ground.",
       all.mla(), out);
  gate(page, "Extradition", "UNTOC art. 16(1)",
       "Also where the person is in the requested State; punishable in both.", all.extradition(),
       out);
  gate(page, "Full scope", "UNTOC art. 3(1)",
       "Offence, transnational nature and organized criminal group together.", all.full_scope(),
       out);
  out += "</tbody>\n</table>\n</section>\n";
}

void lenses(const Page& page, std::string& out) {
  if (page.elements.empty()) return;
  const v1::Finding& finding = page.input.finding;
  out += "<section id=\"lenses\">\n<h2>What changes when evidence is left out</h2>\n";
  if (finding.flips_size() == 0) {
    out +=
        "<p>No element changes when only lawful, only corroborated, no undercover or no restricted "
        "material is used.</p>\n</section>\n";
    return;
  }
  out +=
      "<p>The same elements, computed again on part of the material. Only those that change are "
      "listed.</p>\n<table class=\"flips\">\n<thead><tr><th scope=\"col\">Element</th><th "
      "scope=\"col\">On all material</th><th scope=\"col\">On the part</th></tr></thead>\n";
  std::vector<std::string> order;
  for (const auto& flip : finding.flips())
    if (std::find(order.begin(), order.end(), flip.lens()) == order.end())
      order.push_back(flip.lens());
  for (const std::string& lens : order) {
    out +=
        fmt::format("<tbody><tr class=\"lens\"><th colspan=\"3\" scope=\"rowgroup\">{}</th></tr>\n",
                    plain(lens_words(lens)));
    for (const auto& flip : finding.flips()) {
      if (flip.lens() != lens) continue;
      const auto found = std::find_if(
          page.elements.begin(), page.elements.end(),
          [&](const FlatElement& flat) { return flat.element->id() == flip.element(); });
      const std::string name =
          found == page.elements.end()
              ? plain(flip.element())
              : fmt::format("<a href=\"#m-{}\">{}</a> <span class=\"art\">{}</span>",
                            anchor(flip.element()), plain(found->element->title()),
                            plain(found->element->article()));
      out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", name,
                         outcome_badge(flip.from()), outcome_badge(flip.to()));
    }
    out += "</tbody>\n";
  }
  out += "</table>\n</section>\n";
}

void acts(const Page& page, std::string& out) {
  if (page.elements.empty()) return;
  const v1::Finding& finding = page.input.finding;
  out += "<section id=\"acts\">\n<h2>Acts by State</h2>\n";
  if (finding.acts_size() == 0) {
    out += "<p class=\"empty\">No act with a State is stated.</p>\n</section>\n";
    return;
  }
  out +=
      "<p>For the officer who judges whether a part of preparation, planning, direction or "
      "control, or an "
      "effect, is <em>substantial</em> (art. 3(2)(b), (d)). The Convention does not define the "
      "word and "
      "no threshold is applied here.</p>\n<table class=\"acts\">\n<thead><tr><th "
      "scope=\"col\">Date</th><th scope=\"col\">Act</th><th scope=\"col\">Persons</th><th "
      "scope=\"col\">Statement</th></tr></thead>\n";
  std::map<std::string, std::vector<const v1::ActRow*>> by_state;
  for (const auto& act : finding.acts()) by_state[act.state()].push_back(&act);
  for (auto& [state, rows] : by_state) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto* x, const auto* y) { return x->at() < y->at(); });
    out += fmt::format(
        "<tbody><tr class=\"lens\"><th colspan=\"4\" scope=\"rowgroup\">{}: {}</th></tr>\n",
        state.empty() ? "State not stated" : page.text(state), counted(rows.size(), "act", "acts"));
    for (const auto* row : rows) {
      std::string who;
      for (const std::string& person : row->persons())
        who += (who.empty() ? "" : ", ") + page.person(person);
      const auto found = page.evidence_index.find(row->statement_id());
      const std::string link = found == page.evidence_index.end()
                                   ? page.text(row->statement_id())
                                   : fmt::format("<a href=\"#st-{}\">{}</a>", found->second + 1,
                                                 page.text(row->statement_id()));
      out += fmt::format("<tr><td class=\"date\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                         plain(row->at()), plain(row->type()), who, link);
    }
    out += "</tbody>\n";
  }
  out += "</table>\n</section>\n";
}

}  // namespace palermo::report::detail
