#include "ingest/xml/xml_reader.hpp"

#include <fmt/format.h>
#include <libxml/xmlreader.h>

#include <algorithm>
#include <memory>

#include "core/base/text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/decode_text.hpp"

namespace palermo::ingest {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxNodes = 1'000'000;
constexpr std::size_t kHeadBytes = 64U << 10;
constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

const XmlElement& no_element() {
  static const XmlElement kNone;
  return kNone;
}

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// The first thing libxml2 had to say.
struct FirstComplaint {
  std::string text;
  int line = 0;
  static void take(void* self, const xmlError* error) {
    auto& complaint = *static_cast<FirstComplaint*>(self);
    if (!complaint.text.empty() || error == nullptr || error->level < XML_ERR_ERROR) return;
    // Well-formed all the same, and switches write such names; the prefix stays in the local name.
    if (error->domain == XML_FROM_NAMESPACE && error->code == XML_NS_ERR_UNDEFINED_NAMESPACE)
      return;
    complaint.line = error->line;
    complaint.text = error->message != nullptr ? trimmed(error->message) : "not well-formed";
  }
};

using Reader = std::unique_ptr<xmlTextReader, decltype(&xmlFreeTextReader)>;

Reader open(std::string_view bytes, FirstComplaint& complaint) {
  Reader reader{xmlReaderForMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr,
                                   XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES),
                xmlFreeTextReader};
  if (reader)
    xmlTextReaderSetStructuredErrorHandler(
        reader.get(), [](void* self, xmlErrorPtr error) { FirstComplaint::take(self, error); },
        &complaint);
  return reader;
}

/// Line of the node at hand; the parser itself is some way ahead of it.
std::uint64_t line_of(xmlTextReader* reader) {
  const xmlNode* node = xmlTextReaderCurrentNode(reader);
  return node == nullptr ? 0 : static_cast<std::uint64_t>(std::max(0L, xmlGetLineNo(node)));
}

/// xsi:type holds a prefixed name; the prefix is the document's own choice.
void resolve_type(xmlTextReader* reader, std::string_view value, XmlElement& element) {
  const std::size_t colon = value.find(':');
  const std::string prefix{value.substr(0, colon == std::string_view::npos ? 0 : colon)};
  element.type = colon == std::string_view::npos ? value : value.substr(colon + 1);
  xmlChar* space = xmlTextReaderLookupNamespace(
      reader, prefix.empty() ? nullptr : reinterpret_cast<const xmlChar*>(prefix.c_str()));
  element.type_space = view(space);
  xmlFree(space);
}

void start(xmlTextReader* reader, XmlElement& element) {
  element.name = view(xmlTextReaderConstLocalName(reader));
  element.space = view(xmlTextReaderConstNamespaceUri(reader));
  element.line = line_of(reader);
  while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
    if (xmlTextReaderIsNamespaceDecl(reader) == 1) continue;
    const std::string_view name = view(xmlTextReaderConstLocalName(reader));
    const std::string_view value = view(xmlTextReaderConstValue(reader));
    element.attributes.emplace_back(name, value);
    if (name == "type" && view(xmlTextReaderConstNamespaceUri(reader)) == kSchemaInstance)
      resolve_type(reader, trimmed(value), element);
  }
  xmlTextReaderMoveToElement(reader);
}

/// Where the prolog brings a DOCTYPE, npos where it has none. UTF-16 is left to the reader.
std::size_t doctype_at(std::string_view text) {
  for (std::size_t at = 0;;) {
    at = text.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos) return at;
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("<!DOCTYPE")) return at;
    const std::string_view end = rest.starts_with("<!--") ? "-->" : "?>";
    if (!rest.starts_with("<?") && !rest.starts_with("<!--")) return std::string_view::npos;
    const std::size_t closed = text.find(end, at + 2);
    if (closed == std::string_view::npos) return closed;
    at = closed + end.size();
  }
}

core::Error doctype(std::uint64_t line) {
  return bad_input(line, "a DOCTYPE; documents that bring declarations are not read",
                   "ask for the file without it, or take the DOCTYPE out of a copy");
}

}  // namespace

const XmlElement& XmlElement::child(std::string_view local_name) const {
  for (const XmlElement& element : children)
    if (element.name == local_name) return element;
  return no_element();
}

const XmlElement& XmlElement::at(std::string_view path) const {
  const XmlElement* here = this;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    here = &here->child(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return *here;
}

std::vector<const XmlElement*> XmlElement::all(std::string_view local_name) const {
  std::vector<const XmlElement*> found;
  for (const XmlElement& element : children)
    if (element.name == local_name) found.push_back(&element);
  return found;
}

std::vector<const XmlElement*> XmlElement::descendants(std::string_view local_name) const {
  std::vector<const XmlElement*> found;
  for (const XmlElement& element : children) {
    if (element.name == local_name) found.push_back(&element);
    const auto below = element.descendants(local_name);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

std::string_view XmlElement::attribute(std::string_view local_name) const {
  for (const auto& [known, value] : attributes)
    if (known == local_name) return value;
  return {};
}

XmlHead xml_head(std::string_view bytes) {
  XmlHead head;
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '<') return head;
  if (doctype_at(text) != std::string_view::npos) return head;
  FirstComplaint complaint;
  const Reader reader = open(text.substr(first, kHeadBytes), complaint);
  if (!reader) return head;
  while (head.names.size() < 1000 && xmlTextReaderRead(reader.get()) == 1) {
    const int type = xmlTextReaderNodeType(reader.get());
    if (type == XML_READER_TYPE_DOCUMENT_TYPE || xmlTextReaderDepth(reader.get()) > kMaxDepth)
      break;
    if (type != XML_READER_TYPE_ELEMENT) continue;
    if (head.root.empty()) {
      head.root = view(xmlTextReaderConstLocalName(reader.get()));
      head.space = view(xmlTextReaderConstNamespaceUri(reader.get()));
    }
    head.names.emplace_back(view(xmlTextReaderConstLocalName(reader.get())));
  }
  return head;
}

core::Status for_each_element(std::string_view bytes,
                              const std::function<bool(std::string_view)>& wanted,
                              const std::function<core::Status(const XmlElement&)>& visit) {
  if (bytes.size() > (std::size_t{1} << 30))
    return bad_input(0, "an XML file above 1 GiB", "ask for it in parts");
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    bytes.remove_prefix(3);
    const std::string_view declared = xml_declared_encoding(bytes);
    if (!declared.empty() && !is_utf8_name(declared))
      return bad_input(1,
                       fmt::format("the file is UTF-8, and its XML declaration says '{}'",
                                   core::printable(declared, 40)),
                       "save it again in one encoding");
  }
  bytes.remove_prefix(std::min(bytes.size(), bytes.find_first_not_of(" \t\r\n")));
  // Before the parser sees any declaration: it would read them whole, and call faults in them
  // faults of the document.
  if (const std::size_t at = doctype_at(bytes); at != std::string_view::npos)
    return doctype(1 + static_cast<std::uint64_t>(std::count(
                           bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n')));
  FirstComplaint complaint;
  const Reader reader = open(bytes, complaint);
  if (!reader) return core::Error{core::ErrorCode::Internal, "the XML reader could not be made"};
  xmlTextReader* const r = reader.get();
  XmlElement top;
  std::vector<XmlElement*> path;  // from the handed element down to the open one
  std::size_t nodes = 0;
  const auto line = [r] { return line_of(r); };
  const auto close = [&]() -> core::Status {
    path.back()->text = std::string{trimmed(path.back()->text)};
    path.pop_back();
    if (!path.empty()) return core::ok();
    return visit(top);
  };
  int more = 0;
  while ((more = xmlTextReaderRead(r)) == 1) {
    switch (xmlTextReaderNodeType(r)) {
      case XML_READER_TYPE_DOCUMENT_TYPE:
        return doctype(line());
      case XML_READER_TYPE_ELEMENT: {
        if (xmlTextReaderDepth(r) >= kMaxDepth)
          return bad_input(line(), fmt::format("elements nested deeper than {}", kMaxDepth),
                           "this is no file of a known format");
        const bool empty = xmlTextReaderIsEmptyElement(r) == 1;
        if (path.empty()) {
          if (!wanted(view(xmlTextReaderConstLocalName(r)))) break;
          top = XmlElement{};
          nodes = 0;
          path.push_back(&top);
        } else {
          path.push_back(&path.back()->children.emplace_back());
        }
        if (++nodes > kMaxNodes)
          return bad_input(line(), fmt::format("more than {} elements in one record", kMaxNodes),
                           "this is no file of a known format");
        start(r, *path.back());
        if (empty) PALERMO_CHECK_OK(close());
        break;
      }
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        if (!path.empty()) path.back()->text += view(xmlTextReaderConstValue(r));
        break;
      case XML_READER_TYPE_ENTITY_REFERENCE:
        return bad_input(line(), "an entity that XML does not define", "the file is damaged");
      case XML_READER_TYPE_END_ELEMENT:
        if (!path.empty()) PALERMO_CHECK_OK(close());
        break;
      default:
        break;
    }
  }
  if (more < 0 || !complaint.text.empty())
    return bad_input(
        static_cast<std::uint64_t>(std::max(0, complaint.line)),
        fmt::format("not well-formed XML: {}",
                    core::printable(complaint.text.empty() ? "it ends too early" : complaint.text)),
        "the file may be cut off or damaged; ask for it again");
  return core::ok();
}

core::Result<XmlElement> read_xml(std::string_view bytes) {
  XmlElement root;
  PALERMO_CHECK_OK(for_each_element(
      bytes, [](std::string_view) { return true; },
      [&root](const XmlElement& element) {
        root = element;
        return core::ok();
      }));
  if (root.empty()) return bad_input(0, "no XML element", "this is no XML, or the file is empty");
  return root;
}

}  // namespace palermo::ingest
