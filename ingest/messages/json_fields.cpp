#include "ingest/messages/json_fields.hpp"

#include "ingest/records/json_text.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest::detail {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{256} << 10;

}  // namespace

std::string text_of(const core::Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  return {};
}

std::string text_of(const core::Json& object, std::string_view name) {
  if (!object.is_object()) return {};
  const auto found = object.find(std::string{name});
  return found == object.end() ? std::string{} : text_of(*found);
}

const core::Json* object_of(const core::Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string{name});
  return found != object.end() && found->is_object() && !found->empty() ? &*found : nullptr;
}

const core::Json* array_of(const core::Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string{name});
  return found != object.end() && found->is_array() && !found->empty() ? &*found : nullptr;
}

std::set<std::string, std::less<>> member_names(std::string_view bytes) {
  std::set<std::string, std::less<>> names;
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  bytes = bytes.substr(0, kSampleBytes);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || bytes[first] != '{') return names;
  std::size_t at = first;
  while ((at = bytes.find('"', at)) != std::string_view::npos && names.size() < 1000) {
    const std::size_t begin = ++at;
    while (at < bytes.size() && bytes[at] != '"') at += bytes[at] == '\\' ? 2 : 1;
    if (at >= bytes.size()) break;
    const std::string_view text = bytes.substr(begin, at - begin);
    const std::size_t next = bytes.find_first_not_of(" \t\r\n", ++at);
    if (next != std::string_view::npos && bytes[next] == ':') names.emplace(text);
  }
  return names;
}

core::Result<core::Json> read_json_object(std::string_view bytes) {
  PALERMO_TRY(const std::string_view text, check_text(bytes, kMaxDocumentBytes));
  PALERMO_TRY(JsonFile file, read_json_file(text));
  if (file.shape != JsonFile::Shape::Object)
    return bad_input(1, "the file is no single JSON object",
                     "ingest the file as the application exported it");
  return std::move(file.items.front().value);
}

}  // namespace palermo::ingest::detail
