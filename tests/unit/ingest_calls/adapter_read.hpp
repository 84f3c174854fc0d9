// What a call adapter makes of a text, as tests ask it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ingest/calls/call_adapter.hpp"
#include "tests/support/catch.hpp"

namespace palermo::test {

inline core::Result<ingest::CallText> adapted(std::string_view format, std::string_view bytes,
                                              const std::string& name = "file.csv",
                                              bool keep_going = false) {
  const ingest::CallAdapter* adapter = ingest::find_call_adapter(format);
  REQUIRE(adapter != nullptr);
  ingest::AdapterInput input;
  input.bytes = bytes;
  input.file_name = name;
  input.options.keep_going = keep_going;
  return adapter->read(input);
}

/// The rows without the header; every one has the columns of the layout and nothing is quoted.
inline std::vector<std::map<std::string, std::string>> rows_of(const ingest::CallText& text) {
  const auto split = [](const std::string& line) {
    std::vector<std::string> cells{""};
    for (const char c : line)
      if (c == ',')
        cells.emplace_back();
      else
        cells.back() += c;
    return cells;
  };
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> header;
  std::size_t begin = 0;
  while (begin < text.text.size()) {
    const std::size_t end = text.text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    const std::vector<std::string> cells = split(text.text.substr(begin, end - begin));
    begin = end + 1;
    if (header.empty()) {
      header = cells;
      continue;
    }
    REQUIRE(cells.size() == header.size());
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (!cells[i].empty()) row[header[i]] = cells[i];
  }
  CHECK(rows.size() == text.rows);
  return rows;
}

inline std::vector<std::string> codes_of(const ingest::CallText& text) {
  std::vector<std::string> codes;
  for (const auto& reject : text.rejects)
    codes.push_back(std::to_string(reject.line()) + " " + reject.code());
  return codes;
}

inline bool noted(const ingest::CallText& text, std::string_view words) {
  for (const std::string& notice : text.notices)
    if (notice.find(words) != std::string::npos) return true;
  return false;
}

/// The adapter that is surest of a text; empty where none is.
inline std::string surest(std::string_view bytes, std::string_view name = "file") {
  std::string best;
  double confidence = 0.5;
  for (const ingest::CallAdapter& adapter : ingest::call_adapters()) {
    const ingest::Detection found = adapter.detect(bytes, name);
    if (found.confidence < confidence) continue;
    confidence = found.confidence;
    best = adapter.id;
  }
  return best;
}

}  // namespace palermo::test
