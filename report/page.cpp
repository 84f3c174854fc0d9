#include <fmt/format.h>

#include "core/base/encoding.hpp"
#include "report/legal_report.hpp"
#include "report/sections.hpp"

namespace palermo::report {
namespace detail {
namespace {

void flatten(const v1::Element& element, int depth, std::vector<FlatElement>& out) {
  out.push_back({&element, depth, depth == 0});
  for (const v1::Element& child : element.children()) flatten(child, depth + 1, out);
}

void collect(const v1::Element& element, bool contrary, std::set<std::string>& out) {
  for (const v1::Evidence& evidence : contrary ? element.contrary() : element.supporting())
    out.insert(evidence.statement_id());
  for (const v1::Element& child : element.children()) collect(child, contrary, out);
}

}  // namespace

std::set<std::string> statements_under(const v1::Element& element, bool contrary) {
  std::set<std::string> out;
  collect(element, contrary, out);
  return out;
}

Page::Page(const ReportInput& given) : input{given}, names{given.persons, given.export_key} {
  for (const v1::Element& element : input.finding.elements()) flatten(element, 0, elements);
  for (const FlatElement& flat : elements) {
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
