#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "report/legal_report.hpp"
#include "report/sections.hpp"

namespace palermo::report {
namespace detail {
namespace {

/// For each element id the occurrence that shows most of its parts.
void fullest(const v1::Element& element, std::map<std::string, const v1::Element*>& out) {
  const auto [found, fresh] = out.emplace(element.id(), &element);
  if (!fresh && element.children_size() > found->second->children_size()) found->second = &element;
  for (const v1::Element& child : element.children()) fullest(child, out);
}

void flatten(const v1::Element& element, int depth,
             const std::map<std::string, const v1::Element*>& whole, std::set<std::string>& seen,
             std::vector<FlatElement>& out) {
  const v1::Element& shown_element = *whole.at(element.id());
  const bool again = !seen.insert(element.id()).second;
  out.push_back({&shown_element, depth, depth == 0, again});
  if (again) return;
  for (const v1::Element& child : shown_element.children())
    flatten(child, depth + 1, whole, seen, out);
}

void collect(const v1::Element& element, bool contrary, std::set<std::string>& out) {
  const auto& own = contrary ? element.contrary() : element.supporting();
  for (const v1::Evidence& evidence : own) out.insert(evidence.statement_id());
  if (!own.empty()) return;
  // What speaks against the part of a negation speaks for the whole.
  const bool turned = element.operator_() == "NOT" ? !contrary : contrary;
  for (const v1::Element& child : element.children()) collect(child, turned, out);
}

}  // namespace

std::set<std::string> statements_under(const v1::Element& element, bool contrary) {
  std::set<std::string> out;
  collect(element, contrary, out);
  return out;
}

Page::Page(const ReportInput& given) : input{given}, names{given.persons, given.export_key} {
  std::map<std::string, const v1::Element*> whole;
  std::set<std::string> seen;
  for (const v1::Element& element : input.finding.elements()) fullest(element, whole);
  for (const v1::Element& element : input.finding.elements())
    flatten(element, 0, whole, seen, elements);
  for (const FlatElement& flat : elements) {
    if (flat.again) continue;
    for (const bool contrary : {false, true}) {
      for (const v1::Evidence& item :
           contrary ? flat.element->contrary() : flat.element->supporting()) {
        if (evidence_index.emplace(item.statement_id(), evidence.size()).second)
          evidence.push_back(&item);
        auto& users = used_by[item.statement_id()];
        if (users.empty() || users.back() != flat.element) users.push_back(flat.element);
      }
    }
  }
}

std::string Page::person(std::string_view id) const {
  const bool sealed = names.is_sealed(id);
  return fmt::format("<bdi{}>{}</bdi>", sealed ? " class=\"sealed\"" : "", plain(names.of(id)));
}

}  // namespace detail

std::string render_legal_html(const ReportInput& input) {
  const detail::Page page{input};
  const std::string head = fmt::format("Legal assessment: {}", page.names.scrub(input.case_title));
  const std::string foot = input.ledger_root_hex.empty()
                               ? std::string{"Findings, not guilt"}
                               : fmt::format("Findings, not guilt. Ledger {} at {}",
                                             input.ledger_root_hex.substr(0, 8), input.ledger_size);
  const std::string style = detail::style_sheet(head, foot);
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'sha256-{}'; base-uri 'none'; form-action 'none'\"/>\n"
      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      core::to_base64(core::sha256(style)), plain(head), style);
  detail::title_block(page, out);
  detail::matrix(page, out);
  detail::persons(page, out);
  detail::gates(page, out);
  detail::lenses(page, out);
  detail::network(page, out);
  detail::timeline(page, out);
  detail::acts(page, out);
  detail::evidence_by_element(page, out);
  detail::evidence_register(page, out);
  detail::authorizations(page, out);
  detail::verification(page, out);
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace palermo::report
