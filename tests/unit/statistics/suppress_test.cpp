// Cell suppression against an attacker who solves linear programs over everything printed.
#include "analysis/statistics/suppress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

#include "tests/support/catch.hpp"

using namespace palermo;
using statistics::Count;
using statistics::Rule;
using statistics::Table;

namespace {

/// Dense two-phase simplex with Bland's rule: minimum of c·x over A x = b, x >= 0. An attacker of
/// our own making, who shares nothing with the code under test. -inf: unbounded.
class Simplex {
 public:
  Simplex(std::vector<std::vector<double>> a, std::vector<double> b, std::size_t variables)
      : a_{std::move(a)}, b_{std::move(b)}, n_{variables} {
    for (std::size_t i = 0; i < a_.size(); ++i) {
      if (b_[i] < 0) {
        b_[i] = -b_[i];
        for (double& v : a_[i]) v = -v;
      }
      for (std::size_t j = 0; j < a_.size(); ++j) a_[i].push_back(i == j ? 1 : 0);
      basis_.push_back(n_ + i);
    }
  }
  double minimum(const std::vector<double>& cost) {
    std::vector<double> first(n_ + a_.size(), 0);
    for (std::size_t i = n_; i < first.size(); ++i) first[i] = 1;
    REQUIRE(std::abs(solve(first, first.size())) < 1e-6);  // the true table is feasible
    drive_out();
    std::vector<double> second = cost;
    second.resize(n_ + a_.size(), 0);
    return solve(second, n_);
  }

 private:
  void pivot(std::size_t row, std::size_t column) {
    const double at = a_[row][column];
    for (double& v : a_[row]) v /= at;
    b_[row] /= at;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      if (i == row || std::abs(a_[i][column]) < 1e-12) continue;
      const double by = a_[i][column];
      for (std::size_t j = 0; j < a_[i].size(); ++j) a_[i][j] -= by * a_[row][j];
      b_[i] -= by * b_[row];
    }
    basis_[row] = column;
  }
  /// Artificial variables that stayed at zero leave, or their row says nothing.
  void drive_out() {
    for (std::size_t i = 0; i < a_.size();) {
      if (basis_[i] < n_) {
        ++i;
        continue;
      }
      std::size_t j = 0;
      while (j < n_ && std::abs(a_[i][j]) < 1e-9) ++j;
      if (j < n_) {
        pivot(i, j);
        ++i;
      } else {
        a_.erase(a_.begin() + static_cast<std::ptrdiff_t>(i));
        b_.erase(b_.begin() + static_cast<std::ptrdiff_t>(i));
        basis_.erase(basis_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
  double solve(const std::vector<double>& cost, std::size_t columns) {
    for (int step = 0; step < 100000; ++step) {
      std::size_t enter = columns;
      for (std::size_t j = 0; j < columns && enter == columns; ++j) {
        double reduced = cost[j];
        for (std::size_t i = 0; i < a_.size(); ++i) reduced -= cost[basis_[i]] * a_[i][j];
        if (reduced < -1e-9) enter = j;
      }
      if (enter == columns) {
        double value = 0;
        for (std::size_t i = 0; i < a_.size(); ++i) value += cost[basis_[i]] * b_[i];
        return value;
      }
      std::size_t leave = a_.size();
      for (std::size_t i = 0; i < a_.size(); ++i) {
        if (a_[i][enter] < 1e-9) continue;
        const double ratio = b_[i] / a_[i][enter];
        const double best = leave == a_.size() ? 0 : b_[leave] / a_[leave][enter];
        if (leave == a_.size() || ratio < best - 1e-12 ||
            (ratio < best + 1e-12 && basis_[i] < basis_[leave]))
          leave = i;
      }
      if (leave == a_.size()) return -INFINITY;
      pivot(leave, enter);
    }
    FAIL("the attacker's simplex did not end");
    return 0;
  }
  std::vector<std::vector<double>> a_;
  std::vector<double> b_;
  std::size_t n_;
  std::vector<std::size_t> basis_;
};

struct Range {
  double least;
  double most;
};

/// What follows from the sums as a reader of the table would write them down.
std::vector<Range> attacked(const Table& table) {
  const std::size_t rows = table.rows.size();
  const std::size_t columns = table.columns.size();
  std::vector<const Count*> counts;
  for (const auto& row : table.cells)
    for (const Count& cell : row) counts.push_back(&cell);
  const std::size_t row_totals = counts.size();
  for (const Count& count : table.row_totals) counts.push_back(&count);
  const std::size_t column_totals = counts.size();
  for (const Count& count : table.column_totals) counts.push_back(&count);
  const std::size_t total = counts.size();
  if (table.total) counts.push_back(&*table.total);
  std::vector<int> variable(counts.size(), -1);
  std::vector<std::size_t> hidden;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i]->withheld) {
      variable[i] = static_cast<int>(hidden.size());
      hidden.push_back(i);
    }
  std::vector<std::vector<double>> a;
  std::vector<double> b;
  const auto equation = [&](const std::vector<std::pair<std::size_t, double>>& terms) {
    std::vector<double> row(hidden.size(), 0);
    double right = 0;
    for (const auto& [index, factor] : terms) {
      if (variable[index] >= 0) {
        row[static_cast<std::size_t>(variable[index])] += factor;
        right -= factor;  // every unknown is at least 1: x = 1 + y
      } else {
        right -= factor * counts[index]->value;
      }
    }
    a.push_back(row);
    b.push_back(right);
  };
  for (std::size_t r = 0; r < table.row_totals.size(); ++r) {
    std::vector<std::pair<std::size_t, double>> terms{{row_totals + r, -1}};
    for (std::size_t c = 0; c < columns; ++c) terms.push_back({r * columns + c, 1});
    equation(terms);
  }
  for (std::size_t c = 0; c < table.column_totals.size(); ++c) {
    std::vector<std::pair<std::size_t, double>> terms{{column_totals + c, -1}};
    for (std::size_t r = 0; r < rows; ++r) terms.push_back({r * columns + c, 1});
    equation(terms);
  }
  if (table.total) {
    std::vector<std::pair<std::size_t, double>> terms{{total, -1}};
    for (std::size_t i = 0; i < rows * columns; ++i) terms.push_back({i, 1});
    equation(terms);
  }
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    std::vector<double> cost(hidden.size(), 0);
    cost[i] = 1;
    const double least = Simplex{a, b, hidden.size()}.minimum(cost) + 1;
    cost[i] = -1;
    const double most = -Simplex{a, b, hidden.size()}.minimum(cost) + 1;
    ranges.push_back({least, most});
  }
  return ranges;
}

Table random_table(std::mt19937_64& random) {
  const auto below = [&random](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  std::vector<std::string> rows(static_cast<std::size_t>(1 + below(5)), "r");
  std::vector<std::string> columns(static_cast<std::size_t>(1 + below(4)), "c");
  Table table = Table::make("t", rows, columns);
  const int shape = below(4);
  if (shape == 1) table.total.reset();
  if (shape == 2) table.column_totals.clear();
  if (shape == 3) table.row_totals.clear();
  if (shape >= 2) table.total.reset();
  const int scale = below(3) == 0 ? 4 : below(2) == 0 ? 12 : 60;
  for (auto& row : table.cells)
    for (Count& cell : row)
      cell.value = below(4) == 0 ? 0 : static_cast<std::uint32_t>(below(scale));
  table.add_up();
  return table;
}

std::size_t number_of(const Table& table, bool withheld) {
  Table copy = table;
  const auto counts = statistics::counts_of(copy);
  return static_cast<std::size_t>(std::count_if(
      counts.begin(), counts.end(), [&](const Count* each) { return each->withheld == withheld; }));
}

}  // namespace

TEST_CASE("suppression: no withheld count can be computed more narrowly than the rule",
          "[statistics]") {
  std::mt19937_64 random{20240307};
  const int tables = std::getenv("PALERMO_SOAK") != nullptr ? 10000 : 600;
  std::size_t withheld = 0;
  for (int i = 0; i < tables; ++i) {
    Table table = random_table(random);
    const Table original = table;
    const Rule rule{5, static_cast<std::uint32_t>(i % 2 == 0 ? 5 : 10)};
    withheld += statistics::suppress(table, rule);
    const auto ranges = attacked(table);
    const auto own = statistics::attack(table);
    REQUIRE(ranges.size() == own.size());
    std::size_t at = 0;
    for (const Count* count : statistics::counts_of(table)) {
      if (!count->withheld) {
        // Small counts are not printed; zeros are.
        if (count->value > 0 && count->value < rule.threshold) FAIL("table " << i);
        continue;
      }
      INFO("table " << i << ", count " << at << " of value " << count->value);
      CHECK(count->value > 0);
      CHECK(ranges[at].least <= count->value + 1e-6);
      CHECK(ranges[at].most >= count->value - 1e-6);
      if (ranges[at].most - ranges[at].least < rule.width - 1e-6) FAIL("too narrow");
      // The two attackers agree: what the program believes is what can be computed.
      CHECK(std::abs(ranges[at].least - static_cast<double>(own[at].least)) < 1e-6);
      if (own[at].most == statistics::kUnbounded)
        CHECK(std::isinf(ranges[at].most));
      else
        CHECK(std::abs(ranges[at].most - static_cast<double>(own[at].most)) < 1e-6);
      ++at;
    }
  }
  CHECK(withheld > static_cast<std::size_t>(tables));
}

TEST_CASE("suppression: without complementary cells the attacker wins", "[statistics]") {
  // What the test above would miss if its attacker were blind.
  Table table = Table::make("t", {"a", "b"}, {"x", "y"});
  table.cells[0][0].value = 3;
  table.cells[0][1].value = 20;
  table.cells[1][0].value = 30;
  table.cells[1][1].value = 40;
  table.add_up();
  table.cells[0][0].withheld = true;
  const auto seen = attacked(table);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].least == Approx(3));
  CHECK(seen[0].most == Approx(3));
  CHECK(statistics::suppress(table, Rule{}) == 4);
}

TEST_CASE("suppression: withholds no more than it has to, and nothing where nothing is small",
          "[statistics]") {
  Table table = Table::make("t", {"a", "b", "c"}, {"x", "y"});
  for (auto& row : table.cells)
    for (Count& cell : row) cell.value = 50;
  table.add_up();
  CHECK(statistics::suppress(table, Rule{}) == 0);
  table.cells[0][0].value = 2;
  table.add_up();
  CHECK(statistics::suppress(table, Rule{}) == 4);  // a rectangle
  CHECK(number_of(table, false) == 8);
  Table empty = Table::make("t", {"a", "b"}, {"x", "y"});
  CHECK(statistics::suppress(empty, Rule{}) == 0);
  Table alone = Table::make("t", {"a"}, {"x"});
  alone.cells[0][0].value = 4;
  CHECK(statistics::suppress(alone, Rule{}) == 1);
  CHECK(statistics::attack(alone)[0].most == statistics::kUnbounded);
}

TEST_CASE("suppression: a change that lies on no ring of unknown changes can be computed",
          "[statistics]") {
  Table table = Table::make("t", {"a", "b"}, {"x", "y"});
  table.add_up();
  // cells aa ab ba bb, totals of rows, of columns, of all
  std::vector<bool> known(9, true);
  known[0] = false;
  CHECK(statistics::determined(table, known)[0]);
  known[1] = known[2] = known[3] = false;
  const auto ring = statistics::determined(table, known);
  for (const std::size_t i : {0U, 1U, 2U, 3U}) CHECK_FALSE(ring[i]);
}
