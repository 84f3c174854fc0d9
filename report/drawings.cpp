#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "report/sections.hpp"

namespace palermo::report::detail {
namespace {

/// Coordinates with one decimal, never "-0.0".
std::string at(double value) {
  std::string text = fmt::format("{:.1f}", value);
  return text == "-0.0" ? "0.0" : text;
}

struct Box {
  double x0, y0, x1, y1;
  [[nodiscard]] bool meets(const Box& other) const {
    return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
  }
};

// ---------------------------------------------------------------- network

constexpr double kNetWidth = 1000;
constexpr double kNetHeight = 660;
constexpr double kMargin = 46;
constexpr std::size_t kMostNodes = 220;
constexpr std::size_t kMostTies = 900;
constexpr std::size_t kMostLabels = 48;
constexpr std::size_t kMostPlainLabels = 15;  // of lines nobody is known to use

struct Shape {
  const DrawnNode* node = nullptr;
  const KnownPerson* person = nullptr;
  std::string kind;  // css class: suspect, protected, service, other
  double x = 0;
  double y = 0;
  double r = 4;
  double betweenness = 0;
  std::uint32_t degree = 0;
};

std::string kind_of(const KnownPerson* person, const std::string& category) {
  KnownPerson stand_in;
  stand_in.category = category;
  const KnownPerson& who = person != nullptr ? *person : stand_in;
  if (is_protected(who)) return "protected";
  if (who.category == "suspect") return "suspect";
  if (who.category == "service_provider" || who.category == "legal_person" ||
      who.category == "official" || who.category == "customer")
    return "service";
  return "other";
}

void draw_shape(const Shape& shape, std::string& out) {
  if (shape.kind == "protected") {
    const double r = shape.r * 0.9;
    out += fmt::format("<rect class=\"protected\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                       at(shape.x - r), at(shape.y - r), at(2 * r), at(2 * r));
  } else if (shape.kind == "service") {
    const double r = shape.r * 1.2;
    out += fmt::format("<path class=\"service\" d=\"M{} {}l{} {}l{} 0z\"/>", at(shape.x),
                       at(shape.y - r), at(r), at(1.8 * r), at(-2 * r));
  } else {
    out += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", shape.kind,
                       at(shape.x), at(shape.y), at(shape.r));
  }
}

std::string label_of(const Page& page, const Shape& shape) {
  std::string text;
  if (shape.person == nullptr) {
    text = page.names.scrub(shape.node->label.empty() ? shape.node->id : shape.node->label);
  } else if (page.names.is_sealed(shape.person->id)) {
    text = page.names.of(shape.person->id);
  } else {
    text = page.names.scrub(shape.person->name.empty() ? shape.person->id : shape.person->name);
  }
  constexpr std::size_t kMost = 26;
  if (text.size() > kMost) {
    std::size_t cut = kMost;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    text = text.substr(0, cut) + "…";
  }
  return text;
}

// ---------------------------------------------------------------- timeline

constexpr double kTimeLeft = 190;
constexpr double kTimeRight = 985;

std::string_view month_name(unsigned month) {
  constexpr std::string_view kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames[(month - 1) % 12];
}

class Scale {
 public:
  Scale(std::int64_t from_us, std::int64_t to_us)
      : from_{from_us}, to_{std::max(to_us, from_us + 1)} {}
  [[nodiscard]] double x(std::int64_t us) const {
    const double share =
        static_cast<double>(std::clamp(us, from_, to_) - from_) / static_cast<double>(to_ - from_);
    return kTimeLeft + share * (kTimeRight - kTimeLeft);
  }
  [[nodiscard]] std::int64_t from() const { return from_; }
  [[nodiscard]] std::int64_t to() const { return to_; }

 private:
  std::int64_t from_;
  std::int64_t to_;
};

void widen(std::int64_t us, std::int64_t& from, std::int64_t& to) {
  from = std::min(from, us);
  to = std::max(to, us);
}

void text_at(double x, double y, std::string_view css, std::string_view content, std::string& out) {
  out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", css, at(x), at(y), content);
}

}  // namespace

std::string network_svg(const Page& page) {
  const ReportInput& in = page.input;
  std::map<std::string_view, const v1::NetworkMetrics::Node*> metrics;
  for (const auto& node : in.metrics.nodes()) metrics.emplace(node.id(), &node);
  std::vector<std::uint32_t> degree(in.nodes.size(), 0);
  for (const DrawnTie& tie : in.ties) {
    if (tie.a >= in.nodes.size() || tie.b >= in.nodes.size()) continue;
    ++degree[tie.a];
    ++degree[tie.b];
  }
  std::vector<std::size_t> order(in.nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return degree[x] > degree[y]; });
  if (order.size() > kMostNodes) order.resize(kMostNodes);
  std::vector<const Shape*> by_index(in.nodes.size(), nullptr);
  std::vector<Shape> shapes(order.size());
  double min_x = 1e300;
  double max_x = -1e300;
  double min_y = 1e300;
  double max_y = -1e300;
  for (const std::size_t i : order) {
    min_x = std::min(min_x, in.nodes[i].x);
    max_x = std::max(max_x, in.nodes[i].x);
    min_y = std::min(min_y, in.nodes[i].y);
    max_y = std::max(max_y, in.nodes[i].y);
  }
  const double span_x = std::max(max_x - min_x, 1e-9);
  const double span_y = std::max(max_y - min_y, 1e-9);
  double most_between = 0;
  for (const auto& node : in.metrics.nodes())
    most_between = std::max(most_between, node.betweenness());
  for (std::size_t k = 0; k < order.size(); ++k) {
    Shape& shape = shapes[k];
    shape.node = &in.nodes[order[k]];
    shape.person = page.names.user_of(shape.node->id);
    if (shape.person == nullptr) shape.person = page.names.find(shape.node->id);
    shape.degree = degree[order[k]];
    std::string category;
    if (const auto found = metrics.find(shape.node->id); found != metrics.end()) {
      shape.betweenness = found->second->betweenness();
      category = found->second->category();
    }
    shape.kind = kind_of(shape.person, category);
    shape.x = kMargin + (shape.node->x - min_x) / span_x * (kNetWidth - 2 * kMargin);
    shape.y = kMargin + (shape.node->y - min_y) / span_y * (kNetHeight - 2 * kMargin);
    shape.r = 4.2 + (most_between > 0 ? 8 * std::sqrt(shape.betweenness / most_between) : 0);
    by_index[order[k]] = &shape;
  }

  std::vector<const DrawnTie*> ties;
  double most_weight = 0;
  for (const DrawnTie& tie : in.ties) {
    if (tie.a >= in.nodes.size() || tie.b >= in.nodes.size() || by_index[tie.a] == nullptr ||
        by_index[tie.b] == nullptr)
      continue;
    ties.push_back(&tie);
    most_weight = std::max(most_weight, tie.weight);
  }
  std::stable_sort(ties.begin(), ties.end(),
                   [](const DrawnTie* x, const DrawnTie* y) { return x->weight > y->weight; });
  if (ties.size() > kMostTies) ties.resize(kMostTies);

  std::string out = fmt::format(
      "<svg class=\"net\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Drawn network: {} nodes, "
      "{} "
      "ties\">\n<g class=\"ties\">",
      kNetWidth, kNetHeight, shapes.size(), ties.size());
  // The strongest last, so that they lie on top.
  for (auto tie = ties.rbegin(); tie != ties.rend(); ++tie) {
    const Shape& a = *by_index[(*tie)->a];
    const Shape& b = *by_index[(*tie)->b];
    const double share = most_weight > 0 ? std::log1p((*tie)->weight) / std::log1p(most_weight) : 0;
    out += fmt::format("<path class=\"{}\" stroke-width=\"{}\" d=\"M{} {}L{} {}\"/>",
                       share > 0.75 ? "strong" : "weak", at(0.5 + 2.6 * share * share), at(a.x),
                       at(a.y), at(b.x), at(b.y));
  }
  out += "</g>\n<g class=\"nodes\">";
  for (auto shape = shapes.rbegin(); shape != shapes.rend(); ++shape) draw_shape(*shape, out);
  out += "</g>\n<g class=\"labels\">";

  // Labels: brokers first, then the well connected, wherever there is room.
  std::vector<const Shape*> wanted;
  for (const Shape& shape : shapes) wanted.push_back(&shape);
  std::stable_sort(wanted.begin(), wanted.end(), [](const Shape* x, const Shape* y) {
    const auto rank = [](const Shape* s) { return s->kind == "suspect" ? 1 : 0; };
    if (x->betweenness != y->betweenness) return x->betweenness > y->betweenness;
    return rank(x) > rank(y);
  });
  std::vector<Box> taken;
  for (const Shape& shape : shapes)
    taken.push_back({shape.x - shape.r, shape.y - shape.r, shape.x + shape.r, shape.y + shape.r});
  std::size_t labels = 0;
  std::size_t plain_labels = 0;
  for (const Shape* shape : wanted) {
    if (labels >= kMostLabels) break;
    if (shape->person == nullptr && ++plain_labels > kMostPlainLabels) continue;
    const std::string text = label_of(page, *shape);
    const double width = 7.3 * static_cast<double>(core::display_width(text)) + 4;
    struct Place {
      double x, y;
      std::string_view anchor;
    };
    const double gap = shape->r + 4;
    const Place places[] = {{shape->x + gap, shape->y + 4, "start"},
                            {shape->x - gap, shape->y + 4, "end"},
                            {shape->x, shape->y - gap, "middle"},
                            {shape->x, shape->y + gap + 9, "middle"}};
    for (const Place& place : places) {
      const double left = place.anchor == "start" ? place.x
                          : place.anchor == "end" ? place.x - width
                                                  : place.x - width / 2;
      const Box box{left, place.y - 11, left + width, place.y + 3};
      if (box.x0 < 2 || box.x1 > kNetWidth - 2 || box.y0 < 2 || box.y1 > kNetHeight - 2) continue;
      if (std::any_of(taken.begin(), taken.end(),
                      [&](const Box& other) { return other.meets(box); }))
        continue;
      taken.push_back(box);
      out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>",
                         shape->kind, at(place.x), at(place.y), place.anchor, plain(text));
      ++labels;
      break;
    }
  }
  out += "</g>\n</svg>\n";
  out += fmt::format(
      "<p class=\"legend\"><svg viewBox=\"0 0 16 12\" width=\"16\" height=\"12\" "
      "aria-hidden=\"true\"><circle "
      "class=\"suspect\" cx=\"8\" cy=\"6\" r=\"4.5\"/></svg> suspect &#160; <svg viewBox=\"0 0 16 "
      "12\" "
      "width=\"16\" height=\"12\" aria-hidden=\"true\"><rect class=\"protected\" x=\"4\" y=\"2\" "
      "width=\"8\" "
      "height=\"8\"/></svg> protected person &#160; <svg viewBox=\"0 0 16 12\" width=\"16\" "
      "height=\"12\" "
      "aria-hidden=\"true\"><path class=\"service\" d=\"M8 1l5 9l-10 0z\"/></svg> customer, "
      "service provider, "
      "official, firm &#160; <svg viewBox=\"0 0 16 12\" width=\"16\" height=\"12\" "
      "aria-hidden=\"true\"><circle class=\"other\" cx=\"8\" cy=\"6\" r=\"3.5\"/></svg> no "
      "category. Size: "
      "betweenness. Width of a tie: number of contacts. Near means tied, position means nothing "
      "else. "
      "Drawn: {} of {} nodes, {} of {} ties.</p>\n",
      shapes.size(), std::max<std::size_t>(in.network.nodes(), in.nodes.size()), ties.size(),
      std::max<std::size_t>(in.network.edges(), in.ties.size()));
  return out;
}

std::string timeline_svg(const Page& page) {
  const ReportInput& in = page.input;
  std::int64_t from = std::numeric_limits<std::int64_t>::max();
  std::int64_t to = std::numeric_limits<std::int64_t>::min();
  std::uint64_t most_calls = 0;
  bool intercepts = false;
  bool reports = false;
  for (const DayCounts& day : in.days) {
    const std::int64_t start = std::int64_t{day.day} * core::kUsPerDay;
    widen(start, from, to);
    widen(start + core::kUsPerDay, from, to);
    most_calls = std::max(most_calls, day.calls);
    intercepts = intercepts || day.intercepts > 0;
    reports = reports || day.reports > 0;
  }
  struct Act {
    std::int64_t us;
    std::string type;
  };
  std::vector<Act> acts;
  for (const auto& act : in.finding.acts()) {
    const auto when = core::parse_date_or_instant(act.at(), false);
    if (!when) continue;
    acts.push_back({when->us + core::kUsPerDay / 2, act.type()});
    widen(when->us, from, to);
    widen(when->us + core::kUsPerDay, from, to);
  }
  for (const AuthorizationStrip& strip : in.authorizations) {
    for (const auto& spans : {strip.authorized, strip.product})
      for (const auto& span : spans) {
        widen(span.from_us, from, to);
        widen(span.to_us, from, to);
      }
  }
  if (from >= to) return {};
  // An order without a sensible end must not press everything else together.
  constexpr std::int64_t kMost = 3 * 366 * core::kUsPerDay;
  if (!in.days.empty() && to - from > kMost) {
    from = std::int64_t{in.days.front().day} * core::kUsPerDay - 30 * core::kUsPerDay;
    to = std::int64_t{in.days.back().day} * core::kUsPerDay + 30 * core::kUsPerDay;
  }
  const Scale scale{from, to};

  std::string body;
  double y = 30;
  const auto name = [&](std::string_view text) {
    text_at(kTimeLeft - 10, y, "row", plain(text), body);
  };
  double top = 18;
  if (most_calls > 0) {
    constexpr double kHeight = 84;
    const double base = y + kHeight;
    text_at(kTimeLeft - 10, y + 14, "row", "Calls a day", body);
    text_at(kTimeLeft - 10, y + 28, "sub", fmt::format("highest: {}", grouped(most_calls)), body);
    const double width = std::max(0.6, (scale.x(from + core::kUsPerDay) - scale.x(from)) * 0.78);
    body += "<path class=\"bars\" d=\"";
    for (const DayCounts& day : in.days) {
      if (day.calls == 0) continue;
      const double height =
          std::max(0.8, kHeight * static_cast<double>(day.calls) / static_cast<double>(most_calls));
      body += fmt::format("M{} {}h{}v{}h{}z", at(scale.x(std::int64_t{day.day} * core::kUsPerDay)),
                          at(base), at(width), at(-height), at(-width));
    }
    body += fmt::format("\"/><path class=\"axis\" d=\"M{} {}H{}\"/>", at(kTimeLeft), at(base),
                        at(kTimeRight));
    y = base + 26;
  }
  const auto ticks = [&](std::string_view label, std::uint64_t DayCounts::*count) {
    name(label);
    for (const DayCounts& day : in.days)
      if (day.*count > 0)
        body +=
            fmt::format("<path class=\"tick\" d=\"M{} {}v{}\"><title>{}: {}</title></path>",
                        at(scale.x(std::int64_t{day.day} * core::kUsPerDay + core::kUsPerDay / 2)),
                        at(y + 2), at(-8 - std::min<double>(6, static_cast<double>(day.*count))),
                        core::format_date(core::Date{day.day}), day.*count);
    y += 24;
  };
  if (intercepts) ticks("Intercept sessions", &DayCounts::intercepts);
  if (reports) ticks("Undercover reports", &DayCounts::reports);
  if (!acts.empty()) {
    name("Acts stated");
    for (const Act& act : acts) {
      const double x = scale.x(act.us);
      const bool done = act.type == "commission" || act.type == "attempt";
      body +=
          fmt::format("<path class=\"{}\" d=\"M{} {}l5 5l-5 5l-5 -5z\"><title>{}</title></path>",
                      done ? "act" : "act open", at(x), at(y - 9), plain(act.type));
    }
    y += 28;
  }
  if (!in.authorizations.empty()) {
    body += fmt::format("<path class=\"axis\" d=\"M10 {}H{}\"/>", at(y - 16), at(kTimeRight));
    y += 4;
  }
  for (const AuthorizationStrip& strip : in.authorizations) {
    const std::string kind =
        strip.summary.kind().empty() ? strip.summary.technique() : strip.summary.kind();
    std::string words = kind;
    std::replace(words.begin(), words.end(), '_', ' ');
    text_at(kTimeLeft - 10, y, "row", plain(page.names.scrub(strip.summary.authorization_id())),
            body);
    text_at(kTimeLeft - 10, y + 12, "sub", plain(words), body);
    for (const auto& span : strip.authorized)
      body += fmt::format("<rect class=\"granted\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"16\"/>",
                          at(scale.x(span.from_us)), at(y - 7),
                          at(std::max(1.0, scale.x(span.to_us) - scale.x(span.from_us))));
    for (const auto& span : strip.product)
      body += fmt::format("<rect class=\"product\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"6\"/>",
                          at(scale.x(span.from_us)), at(y - 2),
                          at(std::max(2.0, scale.x(span.to_us) - scale.x(span.from_us))));
    double x = kTimeLeft;
    for (const auto& span : strip.authorized) x = std::max(x, scale.x(span.to_us));
    std::string held;
    for (const auto& one : strip.held)
      held +=
          fmt::format("{}{} {}", held.empty() ? "" : ", ", grouped(one.count), plain(one.reason));
    for (const auto& one : strip.held) {
      if (one.span.from_us == 0 && one.span.to_us == 0) continue;
      body += fmt::format("<rect class=\"held\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"10\"/>",
                          at(scale.x(one.span.from_us)), at(y - 4),
                          at(std::max(3.0, scale.x(one.span.to_us) - scale.x(one.span.from_us))));
      x = std::max(x, scale.x(one.span.to_us));
    }
    if (!held.empty()) {
      const std::string text = "✕ " + held + " held back";
      const double width = 6.2 * static_cast<double>(text.size() - 2);
      const bool right = x + 8 + width < kTimeRight;
      body += fmt::format("<text class=\"heldtext\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>",
                          at(right ? x + 8 : kTimeRight), at(right ? y + 5 : y + 20),
                          right ? "start" : "end", text);
      if (!right) y += 12;
    }
    y += 32;
  }
  const double bottom = y - 8;
  std::string grid;
  const std::string first = core::format_date(core::date_of(from));
  int year = std::stoi(first.substr(0, 4));
  unsigned month = static_cast<unsigned>(std::stoi(first.substr(5, 2)));
  const double months =
      static_cast<double>(to - from) / (30.4 * static_cast<double>(core::kUsPerDay));
  const unsigned step = months > 24 ? 6 : months > 12 ? 3 : 1;
  for (int guard = 0; guard < 400; ++guard) {
    if (++month > 12) {
      month = 1;
      ++year;
    }
    const std::int64_t us = core::civil_to_us(year, month, 1, 0, 0, 0);
    if (us >= to) break;
    if ((month - 1) % step != 0) continue;
    const double x = scale.x(us);
    grid += fmt::format("<path class=\"grid\" d=\"M{} {}V{}\"/>", at(x), at(top), at(bottom));
    text_at(x + 3, top - 4, "month",
            month == 1 || guard == 0 ? fmt::format("{} {}", month_name(month), year)
                                     : std::string{month_name(month)},
            grid);
  }
  return fmt::format(
      "<svg class=\"time\" viewBox=\"0 0 1000 {}\" role=\"img\" "
      "aria-label=\"Timeline\">\n<defs><pattern "
      "id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><path "
      "class=\"hatchline\" d=\"M0 "
      "5 5 0\"/></pattern></defs>\n{}\n{}\n</svg>\n",
      at(bottom + 8), grid, body);
}

void network(const Page& page, std::string& out) {
  const ReportInput& in = page.input;
  out += "<section id=\"network\">\n<h2>Network</h2>\n";
  if (!in.has_network) {
    out += "<p class=\"empty\">No network was computed for this report.</p>\n</section>\n";
    return;
  }
  if (in.nodes.empty()) {
    out +=
        "<p class=\"empty\">No network: the case holds no calls, payments or relations outside "
        "quarantine.</p>\n</section>\n";
    return;
  }
  const auto& net = in.network;
  out +=
      "<p class=\"warn\"><strong>Contact is not concert.</strong> A drawing of who was in contact "
      "with whom "
      "is a lead. No element above rests on it, and a central place in it says nothing of guilt: "
      "taxi "
      "firms, families and carried persons are central too.</p>\n<figure>\n";
  out += network_svg(page);
  out += "</figure>\n";
  out += fmt::format(
      "<p>{} and {}; density {:.3f}; {}, the largest with {} nodes; diameter {}, mean path {:.2f}; "
      "transitivity {:.3f}.</p>\n",
      counted(net.nodes(), "node", "nodes"), counted(net.edges(), "tie", "ties"), net.density(),
      counted(net.components(), "component", "components"), grouped(net.largest_component()),
      net.diameter(), net.average_path_length(), net.transitivity());
  if (in.metrics.nodes_size() == 0) {
    out += "</section>\n";
    return;
  }
  constexpr int kRows = 12;
  out +=
      "<h3>Who stands between others</h3>\n<table class=\"brokers\">\n<thead><tr><th "
      "scope=\"col\">Line or person</th><th scope=\"col\">Category</th><th scope=\"col\" "
      "class=\"n\">Between&shy;ness</th><th scope=\"col\" class=\"n\">Ties</th><th scope=\"col\" "
      "class=\"n\">Contacts</th><th scope=\"col\" class=\"n\">Rank "
      "holds</th></tr></thead>\n<tbody>\n";
  for (int i = 0; i < std::min(kRows, in.metrics.nodes_size()); ++i) {
    const auto& node = in.metrics.nodes(i);
    const KnownPerson* user = page.names.user_of(node.id());
    std::string who;
    if (user != nullptr) {
      who = page.person(user->id);
      if (!page.names.is_sealed(user->id))
        who += fmt::format(" <span class=\"art\">{}</span>", page.text(node.id()));
    } else {
      who = page.text(node.label().empty() ? node.id() : node.label());
    }
    std::string category = user != nullptr ? user->category : node.category();
    std::replace(category.begin(), category.end(), '_', ' ');
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"n\">{:.1f}</td><td class=\"n\">{}</td><td "
        "class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        who, plain(category.empty() ? "not stated" : category), node.betweenness(), node.degree(),
        grouped(static_cast<std::uint64_t>(node.strength())),
        node.rank_stability() > 0 ? fmt::format("{:.0f} %", 100 * node.rank_stability()) : "–");
  }
  const std::string convention = in.metrics.basis().convention();
  std::string notices;
  for (const std::string& notice : in.metrics.basis().notices())
    notices += fmt::format(" Note: {}.", page.text(notice));
  out += fmt::format(
      "</tbody>\n</table>\n<p class=\"small\">Ranked by {}. Contacts are the plain baseline: who "
      "only calls most "
      "is often not who stands between. “Rank holds”: share of draws with some ties taken away in "
      "which the "
      "place stays the same. {}{}</p>\n</section>\n",
      plain(in.metrics.sort().empty() ? "betweenness" : in.metrics.sort()),
      convention.empty() ? std::string{} : "Convention: " + page.text(convention) + ".", notices);
}

void timeline(const Page& page, std::string& out) {
  out += "<section id=\"timeline\">\n<h2>Timeline</h2>\n";
  const std::string svg = timeline_svg(page);
  if (svg.empty()) {
    out += "<p class=\"empty\">No dated record, act or authorization.</p>\n</section>\n";
    return;
  }
  out += "<figure>\n" + svg + "</figure>\n";
  out +=
      "<p class=\"legend\"><svg viewBox=\"0 0 24 12\" width=\"24\" height=\"12\" "
      "aria-hidden=\"true\"><rect "
      "class=\"granted\" x=\"1\" y=\"1\" width=\"22\" height=\"10\"/></svg> authorized &#160; <svg "
      "viewBox=\"0 "
      "0 24 12\" width=\"24\" height=\"12\" aria-hidden=\"true\"><rect class=\"product\" x=\"1\" "
      "y=\"3\" "
      "width=\"22\" height=\"6\"/></svg> product in use, first to last &#160; <span "
      "class=\"x\">✕</span> "
      "product held in quarantine, with the rule that holds it &#160; <svg viewBox=\"0 0 12 12\" "
      "width=\"12\" height=\"12\" aria-hidden=\"true\"><path class=\"act\" d=\"M6 1l5 5l-5 5l-5 "
      "-5z\"/></svg> "
      "commission or attempt &#160; <svg viewBox=\"0 0 12 12\" width=\"12\" height=\"12\" "
      "aria-hidden=\"true\"><path class=\"act open\" d=\"M6 1l5 5l-5 5l-5 -5z\"/></svg> other act. "
      "Days are "
      "UTC. Quarantined calls are not counted in the bars.</p>\n</section>\n";
}

}  // namespace palermo::report::detail
