#include "report/legal_report.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <vector>

#include "core/base/encoding.hpp"
#include "report/html.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/report/fixture.hpp"

using namespace palermo;

namespace {

/// Every value of an attribute in the page.
std::vector<std::string> values(const std::string& page, const std::string& attribute) {
  std::vector<std::string> found;
  const std::string key = " " + attribute + "=\"";
  for (std::size_t at = page.find(key); at != std::string::npos; at = page.find(key, at)) {
    at += key.size();
    const std::size_t end = page.find('"', at);
    found.push_back(page.substr(at, end - at));
  }
  return found;
}

/// Empty when tags nest, close and quote as in XML; else what is wrong.
std::string nesting_error(const std::string& page) {
  std::vector<std::string> open;
  const std::set<std::string> single = {"!DOCTYPE"};
  std::size_t at = 0;
  while ((at = page.find('<', at)) != std::string::npos) {
    std::size_t end = at + 1;
    bool quoted = false;
    while (end < page.size() && (quoted || page[end] != '>')) {
      if (page[end] == '"') quoted = !quoted;
      if (!quoted && page[end] == '<') return "'<' inside a tag near " + page.substr(at, 40);
      ++end;
    }
    if (end == page.size()) return "a tag is never closed";
    const std::string inside = page.substr(at + 1, end - at - 1);
    at = end + 1;
    const std::size_t cut = inside.find_first_of(" /\n", inside.front() == '/' ? 1 : 0);
    std::string name = inside.substr(0, cut);
    if (name == "style") {  // raw text up to its end tag
      at = page.find("</style>", at);
      if (at == std::string::npos) return "style is never closed";
      at += 8;
      continue;
    }
    if (single.count(name) != 0 || inside.back() == '/') continue;
    if (name.front() == '/') {
      if (open.empty() || open.back() != name.substr(1))
        return "</" + name.substr(1) + "> closes " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
    } else {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

void check_page(const std::string& page) {
  CHECK(nesting_error(page).empty());
  const auto ids = values(page, "id");
  const std::set<std::string> unique{ids.begin(), ids.end()};
  CHECK(unique.size() == ids.size());
  for (const std::string& link : values(page, "href")) {
    INFO(link);
    REQUIRE(link.front() == '#');  // nothing leads out of the page
    CHECK(unique.count(link.substr(1)) == 1);
  }
  for (const char* outside : {"<script", "<img", "<link", "<iframe", "src=", "@import", "http://",
                              "https://", "javascript:", " style=", " onload", " onerror="})
    CHECK(page.find(outside) == std::string::npos);
}

std::size_t count(const std::string& page, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = page.find(what); at != std::string::npos; at = page.find(what, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("legal report: well-formed, self-contained, and every link has its target", "[report]") {
  const std::string page = report::render_legal_html(test::sample_report());
  check_page(page);
  if (const char* path = std::getenv("PALERMO_REPORT_OUT")) std::ofstream{path} << page;
}

TEST_CASE("legal report: the policy allows the one style sheet by its hash and nothing else",
          "[report]") {
  const std::string page = report::render_legal_html(test::sample_report());
  const std::size_t begin = page.find("<style>") + 7;
  const std::string style = page.substr(begin, page.find("</style>") - begin);
  CHECK(page.find("default-src 'none'; style-src 'sha256-" + core::to_base64(core::sha256(style)) +
                  "'") != std::string::npos);
  CHECK(count(page, "<style") == 1);
}

TEST_CASE("legal report: the matrix comes first and names each outcome in words", "[report]") {
  const std::string page = report::render_legal_html(test::sample_report());
  const std::size_t matrix = page.find("id=\"matrix\"");
  for (const char* later :
       {"id=\"persons\"", "id=\"gates\"", "id=\"network\"", "id=\"timeline\"", "id=\"acts\"",
        "id=\"register\"", "id=\"authorizations\"", "id=\"verification\""}) {
    INFO(later);
    REQUIRE(page.find(later) != std::string::npos);
    CHECK(matrix < page.find(later));
  }
  CHECK(page.find("not indicated</span>") != std::string::npos);
  CHECK(page.find("undetermined</span>") != std::string::npos);
  CHECK(page.find("continuity of membership and a developed structure are not required") !=
        std::string::npos);
  CHECK(page.find("findings on elements, not on guilt") != std::string::npos);
}

TEST_CASE("legal report: says what it was computed on", "[report]") {
  const std::string page = report::render_legal_html(test::sample_report());
  CHECK(page.find("4,812 of 5,026 records. 214 quarantined: 198 captured before effect or after "
                  "expiry or cancellation, 16 no party was a named target at that time.") !=
        std::string::npos);
  CHECK(page.find("e3b0 c442 98fc 1c14") != std::string::npos);
  CHECK(page.find("— palermo/7f1c2c1e-53a0-4f6e-9b7b-0c6f5b1f9a10 Wm5v") != std::string::npos);
}

TEST_CASE("legal report: contrary evidence is printed with its element and in the register",
          "[report]") {
  const std::string page = report::render_legal_html(test::sample_report());
  const std::size_t element = page.find("id=\"e-untoc.2a.benefit\"");
  REQUIRE(element != std::string::npos);
  const std::size_t next = page.find("<article", element);
  const std::string part = page.substr(element, next - element);
  CHECK(part.find("class=\"ev contrary\"") != std::string::npos);
  CHECK(part.find("out of pity") != std::string::npos);
  CHECK(count(page.substr(page.find("id=\"register\"")), "out of pity") == 1);
}

TEST_CASE("legal report: protected persons appear under a pseudonym only", "[report]") {
  const auto input = test::sample_report();
  const std::string page = report::render_legal_html(input);
  for (const char* hidden : {"Avorno", "Telmir", "Berquan", "Yuskavi", "UCO-7Q4K", "P20", "P21",
                             "P45", "+447700900007", "+447700900008", "+447700900009"}) {
    INFO(hidden);
    CHECK(page.find(hidden) == std::string::npos);
  }
  const report::Names names{input.persons, input.export_key};
  CHECK(page.find(names.of("P20")) != std::string::npos);
  CHECK(page.find("Ornvek Suboran") != std::string::npos);
}

TEST_CASE("legal report: hostile text is shown and does nothing", "[report]") {
  const std::vector<std::string> hostile = {"<script>alert(1)</script>",
                                            "\"><img src=x onerror=alert(1)>",
                                            "</style><script>x</script>",
                                            "'; DROP TABLE",
                                            "\xE2\x80\xAE"
                                            "reversed",
                                            "a\x01"
                                            "b",
                                            "broken \xff utf-8",
                                            "&lt;b&gt;",
                                            "*/}body{display:none}/*",
                                            "<!--",
                                            "]]>",
                                            std::string(5000, 'w')};
  for (const std::string& text : hostile) {
    INFO(text.substr(0, 40));
    auto input = test::sample_report();
    input.case_title = text;
    input.case_id = text;
    input.purpose = text;
    input.prepared_by = text;
    input.persons[0].name = text;
    input.persons[1].id = text;
    input.nodes[0].label = text;
    input.nodes[5].id = text;
    input.authorizations[0].summary.set_authorization_id(text);
    input.authorizations[0].summary.set_kind(text);
    input.authorizations[0].held[0].reason = text;
    input.quarantine[0].set_reason(text);
    input.quarantine[0].set_source_id(text);
    input.metrics.mutable_nodes(0)->set_id(text);
    auto* group = input.finding.mutable_elements(0);
    group->set_title(text);
    auto* structured = group->mutable_children(0);
    structured->set_id(text);
    structured->add_missing(text);
    structured->add_notes(text);
    structured->set_best_grade(text);
    auto* evidence = structured->mutable_supporting(0);
    evidence->set_text(text);
    evidence->set_statement_id(text);
    evidence->set_source(text);
    evidence->set_trace(text);
    evidence->set_grade(text);
    input.finding.mutable_counted(0)->set_person(text);
    input.finding.mutable_acts(0)->set_state(text);
    input.finding.mutable_acts(0)->set_at(text);
    input.finding.mutable_flips(0)->set_lens(text);
    input.finding.add_notices(text);
    const std::string page = report::render_legal_html(input);
    CHECK(nesting_error(page).empty());
    CHECK(count(page, "<script") == 0);
    CHECK(count(page, "<img") == 0);
    CHECK(count(page, "</style>") == 1);
    CHECK(page.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(page.find('\x01') == std::string::npos);
    CHECK(page.find('\xff') == std::string::npos);
    const auto ids = values(page, "id");
    const std::set<std::string> unique{ids.begin(), ids.end()};
    for (const std::string& link : values(page, "href")) CHECK(unique.count(link.substr(1)) == 1);
    // The running title cannot leave its CSS string.
    const std::size_t rule = page.find("@page{");
    const std::string print = page.substr(rule, page.find("</style>") - rule);
    CHECK(print.find("body{") == std::string::npos);
  }
}

TEST_CASE("legal report: an empty case gives a sensible page", "[report]") {
  report::ReportInput input;
  input.case_title = "Nothing yet";
  const std::string page = report::render_legal_html(input);
  check_page(page);
  CHECK(page.find("No element was assessed") != std::string::npos);
  CHECK(page.find("No network") != std::string::npos);
  CHECK(page.find("No dated record") != std::string::npos);
  CHECK(page.find("No authorization is recorded") != std::string::npos);
  CHECK(page.find("no ledger stands behind it") != std::string::npos);
  CHECK(page.find("0 of 0 records") != std::string::npos);
}

TEST_CASE("legal report: a tree without any statement is printed whole", "[report]") {
  auto input = test::sample_report();
  for (auto& element : *input.finding.mutable_elements()) {
    element.clear_supporting();
    element.clear_contrary();
    for (auto& child : *element.mutable_children()) {
      child.clear_supporting();
      child.clear_contrary();
      for (auto& leaf : *child.mutable_children()) leaf.clear_supporting();
    }
  }
  input.finding.clear_acts();
  input.finding.clear_counted();
  input.finding.clear_flips();
  input.nodes.clear();
  input.ties.clear();
  input.days.clear();
  const std::string page = report::render_legal_html(input);
  check_page(page);
  CHECK(page.find("No statement bears on any element") != std::string::npos);
  CHECK(page.find("No element changes") != std::string::npos);
}

TEST_CASE("legal report: odd drawings stay inside the page", "[report]") {
  auto input = test::sample_report();
  for (auto& node : input.nodes) node.x = node.y = 0.5;  // all on one spot
  input.ties.push_back({0, 100'000, 1});                 // leads nowhere
  input.authorizations[0].authorized.push_back({0, 253'402'300'799'000'000});
  input.days.resize(1);
  const std::string page = report::render_legal_html(input);
  check_page(page);
  CHECK(page.find("\"nan") == std::string::npos);
  CHECK(page.find("\"inf") == std::string::npos);
  auto one = test::sample_report();
  one.nodes.resize(1);
  one.ties.clear();
  check_page(report::render_legal_html(one));
}

TEST_CASE("html: numbers, anchors and CSS strings", "[report]") {
  CHECK(report::grouped(0) == "0");
  CHECK(report::grouped(999) == "999");
  CHECK(report::grouped(1000) == "1,000");
  CHECK(report::grouped(1234567) == "1,234,567");
  CHECK(report::counted(1, "record", "records") == "1 record");
  CHECK(report::anchor("untoc.2a") == "untoc.2a");
  CHECK(report::anchor("a b\"") == "a_20b_22");
  CHECK(report::css_string("a\"b") == "a\\000022 b");
  CHECK(report::css_string("é") == "\\0000e9 ");
  CHECK(report::short_time("2023-06-15T21:40:07+02:00") == "2023-06-15 19:40 UTC");
  CHECK(report::short_time("soon") == "soon");
}
