// The parts of the legal report, in the order of the page. Each appends HTML to `out`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "report/html.hpp"
#include "report/legal_report.hpp"

namespace palermo::report::detail {

/// An element of the tree with its depth, in print order. One element can be part of several; it is
/// printed whole once, at the top of the tree if it stands there, and only named elsewhere.
struct FlatElement {
  const v1::Element* element = nullptr;
  int depth = 0;
  bool top = false;
  bool again = false;
};

/// What all parts share.
struct Page {
  explicit Page(const ReportInput& given);
  const ReportInput& input;
  Names names;
  std::vector<FlatElement> elements;
  /// Statements used anywhere, in order of first use, and the elements that use them.
  std::vector<const v1::Evidence*> evidence;
  std::map<std::string, std::size_t> evidence_index;
  std::map<std::string, std::vector<const v1::Element*>> used_by;

  [[nodiscard]] std::string text(std::string_view imported) const { return shown(imported, names); }
  [[nodiscard]] std::string person(std::string_view id) const;
};

/// Distinct statements that an element rests on; those of its parts where it names none itself.
[[nodiscard]] std::set<std::string> statements_under(const v1::Element& element, bool contrary);

void title_block(const Page& page, std::string& out);
void matrix(const Page& page, std::string& out);
void persons(const Page& page, std::string& out);
void gates(const Page& page, std::string& out);
void lenses(const Page& page, std::string& out);
void network(const Page& page, std::string& out);
void timeline(const Page& page, std::string& out);
void acts(const Page& page, std::string& out);
void evidence_by_element(const Page& page, std::string& out);
/// Within one element: who decided what, and what carries the outcome and would change it.
void decisions(const Page& page, const v1::Element& element, std::string& out);
void firmness(const Page& page, const v1::Element& element, std::string& out);
void evidence_register(const Page& page, std::string& out);
void authorizations(const Page& page, std::string& out);
void verification(const Page& page, std::string& out);

[[nodiscard]] std::string network_svg(const Page& page);
[[nodiscard]] std::string timeline_svg(const Page& page);
/// The style sheet; `running_title` stands at the head of printed pages.
[[nodiscard]] std::string style_sheet(std::string_view running_title,
                                      std::string_view running_foot);

}  // namespace palermo::report::detail
