// JSON documents and JSON lines, with the line of every record and of every mistake.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_message.hpp"
#include "core/base/result.hpp"

namespace palermo::ingest {

/// One record-sized JSON value of a file.
struct JsonItem {
  core::Json value;
  std::uint32_t line = 0;  // 1-based line on which the value begins
  std::string path;        // "" for a lone value, "[3]" for an element of the file's array
  std::string_view text;   // the value's own text, from its first byte
};

struct JsonFile {
  enum class Shape { Object, Array, Lines };
  Shape shape = Shape::Object;
  std::vector<JsonItem> items;
};

/// Reads a file that is one object, an array of objects, or one object a line.
/// @param text  checked by check_text()
/// @error BadInput  with the line: not JSON, cut off, nested too deep, an element that is no object
[[nodiscard]] core::Result<JsonFile> read_json_file(std::string_view text);

/// Line of the value at `path` ("statements[3].act") inside `item`; the nearest enclosing value's
/// line where the path leads nowhere.
[[nodiscard]] std::uint32_t line_of(const JsonItem& item, std::string_view path);

/// Lines on which the elements of the array at `path` begin; empty where no array stands there.
/// @cost one pass over the item's text
[[nodiscard]] std::vector<std::uint32_t> lines_of_elements(const JsonItem& item,
                                                           std::string_view path);

/// An error of core::fill_message as one about the file: "line 12: statements[3].act: …".
[[nodiscard]] core::Error at_item(const JsonItem& item, core::Error error);

}  // namespace palermo::ingest
