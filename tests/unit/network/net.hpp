// Small networks are drawn, not built: net("A-B B-C:3 D") has an isolate D; B-C weighs 3.
#pragma once

#include <charconv>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/network/graph.hpp"
#include "analysis/network/tie_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

namespace palermo::test {

inline std::uint32_t node_of(network::TieTable& table, const std::string& id) {
  for (std::uint32_t v = 0; v < table.nodes.size(); ++v)
    if (table.nodes[v].id == id) return v;
  table.nodes.push_back({id, id, "label", ""});
  return static_cast<std::uint32_t>(table.nodes.size() - 1);
}

/// "A-B" is one tie from A to B that was spoken; "A~B" one that was not (a message, a relation);
/// "A-B:3" weighs 3; "A-B@AUTH-1" rests on AUTH-1.
inline network::TieTable ties(const std::string& drawing) {
  network::TieTable table;
  table.names.sources = {"SRC-1"};
  std::istringstream words{drawing};
  std::uint32_t line = 0;
  for (std::string word; words >> word;) {
    ++line;
    std::string authorization;
    if (const auto at = word.find('@'); at != std::string::npos) {
      authorization = word.substr(at + 1);
      word.resize(at);
    }
    double weight = 1;
    if (const auto colon = word.find(':'); colon != std::string::npos) {
      weight = std::stod(word.substr(colon + 1));
      word.resize(colon);
    }
    const auto dash = word.find_first_of("-~");
    if (dash == std::string::npos) {
      node_of(table, word);
      continue;
    }
    network::Tie tie;
    tie.spoke = word[dash] == '-';
    tie.a = node_of(table, word.substr(0, dash));
    tie.b = node_of(table, word.substr(dash + 1));
    tie.weight = weight;
    tie.evidence = {{0, line}};
    for (; tie.authorization < table.authorizations.size(); ++tie.authorization)
      if (table.authorizations[tie.authorization] == authorization) break;
    if (tie.authorization == table.authorizations.size())
      table.authorizations.push_back(authorization);
    table.ties.push_back(std::move(tie));
  }
  return table;
}

inline network::Graph graph_of(const network::TieTable& table) {
  auto graph = network::Graph::make(table);
  REQUIRE(graph.ok());
  return *std::move(graph);
}

inline network::Graph net(const std::string& drawing) { return graph_of(ties(drawing)); }

/// Value of a Result; the test fails with its message otherwise.
template <typename T>
T must(core::Result<T> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

inline std::string cell_text(std::string_view cell) {
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
    cell = cell.substr(1, cell.size() - 2);
  return std::string{cell};
}

inline std::vector<std::string> cells_of(const std::string& line, char separator) {
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted) {
      cells.push_back(cell_text(cell));
      cell.clear();
    } else if (c != '\r') {
      cell += c;
    }
  }
  cells.push_back(cell_text(cell));
  return cells;
}

/// Lines of "a b weight"; a test-local reader for the public edge lists.
inline network::TieTable edge_list(const std::filesystem::path& path, char separator, bool header) {
  network::TieTable table;
  table.names.sources = {"SRC-1"};
  std::istringstream lines{read_file(path)};
  std::map<std::string, std::uint32_t> nodes;
  std::uint32_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || (header && number == 1)) continue;
    const std::vector<std::string> cells = cells_of(line, separator);
    REQUIRE(cells.size() >= 2);
    network::Tie tie;
    for (int end = 0; end < 2; ++end) {
      const std::string& id = cells[static_cast<std::size_t>(end)];
      const auto [at, fresh] = nodes.emplace(id, table.nodes.size());
      if (fresh) table.nodes.push_back({id, id, "label", ""});
      (end == 0 ? tie.a : tie.b) = at->second;
    }
    tie.weight = cells.size() > 2 ? std::stod(cells[2]) : 1;
    tie.spoke = true;
    tie.evidence = {{0, number}};
    table.ties.push_back(tie);
  }
  return table;
}

/// A square matrix with a header row and column; 0 is no tie.
inline network::TieTable matrix(const std::filesystem::path& path) {
  network::TieTable table;
  table.names.sources = {"SRC-1"};
  std::string text = read_file(path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  std::istringstream lines{text};
  std::string line;
  REQUIRE(std::getline(lines, line));
  const std::vector<std::string> header = cells_of(line, ',');
  for (std::size_t i = 1; i < header.size(); ++i)
    table.nodes.push_back({header[i], header[i], "label", ""});
  std::uint32_t number = 1;
  for (std::uint32_t row = 0; std::getline(lines, line); ++row) {
    ++number;
    if (line.empty()) break;
    const std::vector<std::string> cells = cells_of(line, ',');
    REQUIRE(cells.size() == header.size());
    REQUIRE(cells[0] == header[row + 1]);
    for (std::uint32_t column = 1; column < cells.size(); ++column) {
      const double value = std::stod(cells[column]);
      if (value == 0) continue;
      network::Tie tie;
      tie.a = row;
      tie.b = column - 1;
      tie.weight = value;
      tie.evidence = {{0, number}};
      table.ties.push_back(tie);
    }
  }
  return table;
}

inline network::TieTable montagna(const std::filesystem::path& shared, const std::string& layer) {
  network::TieTable table =
      edge_list(shared / "data/montagna_sicilian_mafia" / ("Montagna_" + layer + "_edgelist.csv"),
                '\t', false);
  if (layer == "meetings") {
    table.kind = network::LayerKind::Relations;
    for (network::Tie& tie : table.ties) tie.spoke = false;
  }
  return table;
}

/// Ids of the vertices with the largest scores.
inline std::vector<std::string> top(const network::Graph& graph, const std::vector<double>& scores,
                                    std::size_t count) {
  std::vector<std::uint32_t> order(graph.n());
  for (std::uint32_t v = 0; v < graph.n(); ++v) order[v] = v;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t x, std::uint32_t y) { return scores[x] > scores[y]; });
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count && i < order.size(); ++i)
    ids.push_back(graph.nodes()[order[i]].id);
  return ids;
}

}  // namespace palermo::test
