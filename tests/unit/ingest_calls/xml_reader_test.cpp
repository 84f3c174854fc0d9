#include "ingest/xml/xml_reader.hpp"

#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace {

using palermo::core::ErrorCode;
using palermo::ingest::for_each_element;
using palermo::ingest::read_xml;
using palermo::ingest::xml_head;
using palermo::ingest::XmlElement;

std::string refusal(std::string_view text) {
  const auto read = read_xml(text);
  if (read) return {};
  CHECK(read.error().code == ErrorCode::BadInput);
  return read.error().message;
}

}  // namespace

TEST_CASE("An element keeps its local names, attributes, texts and lines", "[ingest][xml]") {
  const auto root = read_xml(
      "<?xml version='1.0'?>\n<p:list xmlns:p='urn:x' p:kind='a &amp; b'>\n"
      "  <item n='1'>one<!-- not text --> more</item>\n  <item/>\n"
      "  <deep><item n='3'><![CDATA[<3>]]></item></deep>\n</p:list>\n");
  REQUIRE(root);
  CHECK(root->name == "list");
  CHECK(root->space == "urn:x");
  CHECK(root->line == 2);
  CHECK(root->attribute("kind") == "a & b");
  CHECK(root->attribute("absent").empty());
  REQUIRE(root->all("item").size() == 2);
  CHECK(root->all("item")[0]->text == "one more");
  CHECK(root->all("item")[0]->line == 3);
  CHECK(root->all("item")[1]->children.empty());
  CHECK(root->descendants("item").size() == 3);
  CHECK(root->text_at("deep/item") == "<3>");
  CHECK(root->at("deep/nothing/there").empty());
}

TEST_CASE("Wanted elements are handed over one by one", "[ingest][xml]") {
  std::string text = "<all>";
  for (int i = 0; i < 1000; ++i)
    text += "<r><id>" + std::to_string(i) + "</id><r><id>inner</id></r></r>\n";
  text += "</all>";
  int seen = 0;
  const auto status = for_each_element(
      text, [](std::string_view name) { return name == "r"; },
      [&](const XmlElement& element) {
        CHECK(element.text_at("id") == std::to_string(seen));
        CHECK(element.all("r").size() == 1);  // what stands inside is part of it
        ++seen;
        return palermo::core::ok();
      });
  CHECK(status);
  CHECK(seen == 1000);
}

TEST_CASE("What is no well-formed document is refused with its reason", "[ingest][xml]") {
  CHECK(refusal("<a><b></a>").find("not well-formed") != std::string::npos);
  CHECK(refusal("<a>").find("not well-formed") != std::string::npos);
  CHECK(refusal("<a></a><b></b>").find("not well-formed") != std::string::npos);
  CHECK(refusal("<a>&nothing;</a>") != "");
  CHECK(refusal("plain text") != "");
  CHECK(refusal("") != "");
  CHECK(refusal("<a>\xFF</a>") != "");
  CHECK(refusal("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>").find("DOCTYPE") != std::string::npos);
  // A fault inside the declarations is none of the document: they are not read at all.
  CHECK(
      refusal(
          "<?xml version='1.0'?>\n<!-- a --><?b?>\n<!DOCTYPE a [<!ENTITY % e SYSTEM 'x'>%f;]><a/>")
          .starts_with("a DOCTYPE"));
  CHECK(refusal("<!-- <!DOCTYPE a> --><a><b></a>").find("not well-formed") != std::string::npos);
  CHECK(refusal("<?xml version='1.0'").find("not well-formed") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 250; ++i) deep += "<a>";
  CHECK(refusal(deep) != "");
  CHECK(xml_head("no xml").root.empty());
  CHECK(xml_head(" <a><b/>cut of").root == "a");
  CHECK(xml_head("<p:r xmlns:p='urn:y'>").space == "urn:y");
}

TEST_CASE("Hostile documents are refused, or read without reaching outside",
          "[ingest][xml][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data/hostile-input/xml/attacks";
  std::istringstream table{palermo::test::read_file(folder / "expected.tsv")};
  std::string row;
  std::getline(table, row);
  int checked = 0;
  while (std::getline(table, row)) {
    const std::string file = row.substr(0, row.find('\t'));
    const std::string expected = row.substr(row.find('\t') + 1);
    INFO(file << ": " << expected);
    const auto read = read_xml(palermo::test::read_file(folder / file));
    if (expected == "refuse" || expected == "refuse_bounded") CHECK_FALSE(read);
    if (read) {
      std::string all;
      for (const XmlElement* element : read->descendants("*")) all += element->text;
      CHECK(all.find("root:") == std::string::npos);
    }
    ++checked;
  }
  CHECK(checked == 10);
}

TEST_CASE("A prefix that is declared nowhere stays in the name", "[ingest][xml]") {
  const auto root = read_xml("<cdr><variables><nolocal:a>1</nolocal:a><b>2</b></variables></cdr>");
  REQUIRE(root);
  CHECK(root->text_at("variables/nolocal:a") == "1");
  CHECK(root->text_at("variables/b") == "2");
  CHECK(refusal("<cdr xmlns:p='urn:x' xmlns:p='urn:y'/>") != "");
  CHECK(refusal("<cdr><nolocal:a></nolocal:b></cdr>") != "");
}
