#include "tests/unit/report/fixture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <string>

#include "core/base/time.hpp"

namespace palermo::test {
namespace {

using v1::Element;

struct Quote {
  int number;
  const char* text;
  const char* grade;
  const char* source;
  const char* authorization;
  const char* why;
};

constexpr Quote kQuotes[] = {
    {1, "The organiser and three coordinators settle route, sums and vans.", "B2",
     "intercept DE, 25 May", "AUTH-DE-CONTENT", "agreement of four persons"},
    {2, "The same people worked together for months, each with a task.", "B2",
     "observation, three States", "", "not formed at random"},
    {3, "Transport of 2023-06-15: the leg through CH is carried out together.", "B2",
     "observation CH", "", "joint act in CH"},
    {4, "Transport of 2023-06-15: the leg through DE is carried out together.", "B2",
     "observation DE", "", "joint act in DE"},
    {5, "2,400 euros a person, half in advance.", "B2", "intercept DE, 1 June", "AUTH-DE-CONTENT",
     "money, promised"},
    {6, "The ledger shows shares after each journey.", "A2", "money mover's ledger",
     "AUTH-DE-PAYMENTS", "money, received"},
    {7, "The keeper says she let people sleep there out of pity and took nothing.", "C3",
     "interview of the keeper", "", "humanitarian, one person only"},
    {8, "Avorno Telmir says: four people lay on the floor of the van.", "B2", "police report DE",
     "", "danger to those carried"},
    {9, "The man on the blue van may be the second driver.", "C3", "observation at the border", "",
     "identity open"},
    {10, "The journeys were one-off favours among people who met by chance.", "E4",
     "interview of a driver's relative", "", "an assessment against structure"},
};

void add(Element& element, bool contrary, std::initializer_list<int> numbers) {
  for (const int number : numbers) {
    const Quote& quote = kQuotes[number - 1];
    v1::Evidence* evidence = contrary ? element.add_contrary() : element.add_supporting();
    evidence->set_statement_id(fmt::format("S{:03}", quote.number));
    evidence->set_text(quote.text);
    evidence->set_grade(quote.grade);
    evidence->set_kind(number == 10 ? "assessment" : "fact");
    evidence->set_source(quote.source);
    evidence->set_authorization_id(quote.authorization);
    evidence->set_trace(fmt::format("SRC-7:{}", 40 + quote.number));
    evidence->set_why(quote.why);
  }
  if (!contrary && numbers.size() > 0) {
    element.set_origins(static_cast<std::uint32_t>(numbers.size()));
    element.set_best_grade(kQuotes[*numbers.begin() - 1].grade);
  }
}

Element make(const char* id, const char* article, const char* title, const char* text,
             Element::Outcome outcome, const char* joined = "LEAF") {
  Element element;
  element.set_id(id);
  element.set_article(article);
  element.set_title(title);
  element.set_text(text);
  element.set_outcome(outcome);
  element.set_operator_(joined);
  return element;
}

v1::Finding sample_finding() {
  v1::Finding finding;
  finding.set_finding_id("F-3");
  finding.set_instrument("untoc");
  finding.set_instrument_version("1");
  finding.set_software_version("0.1.0");
  finding.set_as_of("2023-10-15");
  finding.set_lens("all");
  finding.set_ledger_size(143);
  finding.set_statements_used(131);
  finding.set_statements_excluded(2);
  finding.mutable_persons()->set_lo(5);
  finding.mutable_persons()->set_hi(6);

  Element group =
      make("untoc.2a", "UNTOC art. 2(a)", "Organized criminal group",
           "“Organized criminal group” shall mean a structured group of three or more persons, "
           "existing for a period of time and acting in concert with the aim of committing one or "
           "more serious crimes or offences established in accordance with this Convention, in "
           "order to obtain, directly or indirectly, a financial or other material benefit;",
           Element::indicated, "AND");
  Element structured =
      make("untoc.2a.structured", "UNTOC art. 2(c)", "Structured group",
           "a group that is not randomly formed for the immediate commission of an offence "
           "and that does not need to have formally defined roles for its members, continuity "
           "of its membership or a developed structure;",
           Element::indicated);
  add(structured, false, {2, 1});
  add(structured, true, {10});
  structured.add_notes("An assessment graded E4 does not outweigh two facts; it stays visible.");
  *group.add_children() = structured;
  Element number = make("untoc.2a.number", "UNTOC art. 2(a)", "Three or more persons",
                        "three or more persons", Element::indicated);
  add(number, false, {1, 3, 4});
  number.add_missing("whether the man on the blue van is the second driver");
  *group.add_children() = number;
  Element time = make("untoc.2a.time", "UNTOC art. 2(a)", "Existing for a period of time",
                      "existing for a period of time", Element::indicated);
  add(time, false, {2, 3});
  *group.add_children() = time;
  Element concert = make("untoc.2a.concert", "UNTOC art. 2(a)", "Acting in concert",
                         "acting in concert", Element::indicated);
  add(concert, false, {1, 3, 4});
  *group.add_children() = concert;
  Element aim =
      make("untoc.2a.aim", "UNTOC art. 2(a)", "Aim: serious crime or Convention offence",
           "with the aim of committing one or more serious crimes or offences established in "
           "accordance with this Convention",
           Element::indicated, "OR");
  Element serious =
      make("untoc.2b", "UNTOC art. 2(b)", "Serious crime",
           "conduct constituting an offence punishable by a maximum deprivation of liberty of at "
           "least four years or a more serious penalty;",
           Element::indicated);
  add(serious, false, {3, 4});
  serious.add_notes("AufenthG s. 96(2): maximum 10 years on 2023-06-16.");
  *aim.add_children() = serious;
  Element established =
      make("untoc.co", "UNTOC arts 5, 6, 8, 23", "Convention offence",
           "offences established in accordance with this Convention", Element::undetermined);
  established.add_reason_codes(Element::MISSING);
  established.add_missing("the entry rules of the receiving State on the day");
  *aim.add_children() = established;
  *group.add_children() = aim;
  Element benefit =
      make("untoc.2a.benefit", "UNTOC art. 2(a)", "Financial or other material benefit",
           "in order to obtain, directly or indirectly, a financial or other material benefit",
           Element::indicated);
  add(benefit, false, {6, 5});
  add(benefit, true, {7});
  *group.add_children() = benefit;
  *finding.add_elements() = group;

  Element transnational =
      make("untoc.3.2", "UNTOC art. 3(2)", "Transnational in nature",
           "an offence is transnational in nature if:", Element::indicated, "OR");
  Element several = make("untoc.3.2.a", "UNTOC art. 3(2)(a)", "Committed in more than one State",
                         "It is committed in more than one State;", Element::indicated);
  add(several, false, {3, 4});
  *transnational.add_children() = several;
  Element direction =
      make("untoc.3.2.b", "UNTOC art. 3(2)(b)", "Prepared, planned, directed elsewhere",
           "It is committed in one State but a substantial part of its preparation, planning, "
           "direction or control takes place in another State;",
           Element::undetermined);
  add(direction, false, {1});
  direction.add_reason_codes(Element::JUDGEMENT_TERM);
  direction.add_missing("a named officer's judgement whether the part in CH is substantial");
  *transnational.add_children() = direction;
  Element effects =
      make("untoc.3.2.d", "UNTOC art. 3(2)(d)", "Substantial effects elsewhere",
           "It is committed in one State but has substantial effects in another State.",
           Element::undetermined);
  effects.add_reason_codes(Element::JUDGEMENT_TERM);
  *transnational.add_children() = effects;
  *finding.add_elements() = transnational;

  Element obstruction =
      make("untoc.23.b", "UNTOC art. 23(b)", "Obstruction: officials",
           "The use of physical force, threats or intimidation to interfere with the exercise "
           "of official duties by a justice or law enforcement official",
           Element::not_indicated);
  add(obstruction, true, {9});
  *finding.add_elements() = obstruction;
  Element danger = make(
      "som.6.3.a", "Protocol art. 6(3)(a)", "Danger to life or safety",
      "that endanger, or are likely to endanger, the lives or safety of the migrants concerned",
      Element::indicated);
  add(danger, false, {8});
  *finding.add_elements() = danger;

  v1::Gates* gates = finding.mutable_gates();
  gates->mutable_domestic()->set_outcome(Element::indicated);
  gates->mutable_domestic()->add_because("AufenthG s. 96(2)");
  gates->mutable_mla()->set_outcome(Element::indicated);
  gates->mutable_mla()->add_because("proceeds are located in CH");
  gates->mutable_extradition()->set_outcome(Element::undetermined);
  gates->mutable_extradition()->add_reason_codes(Element::MISSING);
  gates->mutable_extradition()->add_missing("where the organiser is");
  gates->mutable_full_scope()->set_outcome(Element::indicated);
  v1::LensFlip* flip = finding.add_flips();
  flip->set_lens("corroborated");
  flip->set_element("untoc.2a.benefit");
  flip->set_from(Element::indicated);
  flip->set_to(Element::undetermined);

  const auto count = [&](const char* person, const char* category, bool counted,
                         const char* reason) {
    v1::PersonCount* row = finding.add_counted();
    row->set_person(person);
    row->set_category(category);
    row->set_counted(counted);
    row->set_reason(reason);
  };
  count("P01", "suspect", true, "member of G1 with acts and benefit");
  count("P02", "suspect", true, "member of G1 with acts");
  count("P03", "suspect", true, "member of G1 with acts");
  count("P20", "smuggled_migrant", false, "object of smuggling (Protocol art. 5)");
  count("P21", "smuggled_migrant", false, "object of smuggling (Protocol art. 5)");
  count("P45", "undercover_officer", false, "no genuine aim while tasked");
  const auto act = [&](const char* state, const char* type, const char* at, const char* person,
                       const char* statement) {
    v1::ActRow* row = finding.add_acts();
    row->set_state(state);
    row->set_type(type);
    row->set_at(at);
    row->add_persons(person);
    row->set_statement_id(statement);
  };
  act("CH", "planning", "2023-05-25", "P01", "S001");
  act("CH", "commission", "2023-06-16", "P02", "S003");
  act("DE", "commission", "2023-06-16", "P03", "S004");
  act("CH", "direction", "2023-06-29", "P01", "S001");
  return finding;
}

void add_network(report::ReportInput& input) {
  constexpr int kNodes = 46;
  for (int i = 0; i < kNodes; ++i) {
    const int cell = i % 3;
    const double angle = 2.399963 * i;
    const double radius = 0.02 + 0.15 * std::sqrt(static_cast<double>(i / 3) / 16.0);
    const double cx[] = {0.2, 0.5, 0.82};
    const double cy[] = {0.62, 0.3, 0.66};
    const std::string number = fmt::format("+447700900{:03}", i);
    input.nodes.push_back({number, number, i == 0 ? 0.5 : cx[cell] + radius * std::cos(angle),
                           i == 0 ? 0.52 : cy[cell] + radius * std::sin(angle)});
    if (i >= 3)
      input.ties.push_back({static_cast<std::uint32_t>(cell == 0 ? 3 : cell),
                            static_cast<std::uint32_t>(i), 3.0 + i % 17});
    if (i >= 9)
      input.ties.push_back(
          {static_cast<std::uint32_t>(i - 6), static_cast<std::uint32_t>(i), 1.0 + i % 5});
  }
  for (const std::uint32_t hub : {1U, 2U, 3U}) input.ties.push_back({0, hub, 7});
  input.ties.push_back({1, 2, 30});
  for (int i = 0; i < kNodes; ++i) {
    auto* node = input.metrics.add_nodes();
    node->set_id(fmt::format("+447700900{:03}", i));
    node->set_label(node->id());
    node->set_betweenness(i < 4 ? 610.5 - 90.0 * i : 40.0 / (1 + i));
    node->set_degree(i < 4 ? 17 : 2);
    node->set_strength(i == 0 ? 21 : 190 - i);
    node->set_rank_stability(i < 4 ? 0.93 : 0.41);
  }
  input.metrics.set_sort("betweenness");
  input.metrics.mutable_basis()->set_convention("undirected, simple, unweighted");
  input.network.set_nodes(kNodes);
  input.network.set_edges(static_cast<std::uint32_t>(input.ties.size()));
  input.network.set_density(0.081);
  input.network.set_components(1);
  input.network.set_largest_component(kNodes);
  input.network.set_diameter(6);
  input.network.set_average_path_length(2.94);
  input.network.set_transitivity(0.117);
}

}  // namespace

report::ReportInput sample_report() {
  report::ReportInput input;
  input.case_title = "Lugano corridor (simulated)";
  input.case_id = "7f1c2c1e-53a0-4f6e-9b7b-0c6f5b1f9a10";
  input.case_state = "DE";
  input.purpose = "demonstration on invented data";
  input.prepared_by = "legal-1";
  input.prepared_at = "2023-10-15T09:30:00Z";
  input.software_version = "0.1.0";
  input.export_key = "fixed for the test";
  input.finding = sample_finding();
  input.persons = {
      {"P01", "Ornvek Suboran", "suspect", false, {"+447700900000"}},
      {"P02", "Tendox Karalsh", "suspect", false, {"+447700900001"}},
      {"P03", "Dobor Zilmakto", "suspect", false, {"+447700900002"}},
      {"P20", "Avorno Telmir", "smuggled_migrant", false, {"+447700900007"}},
      {"P21", "Berquan Yuskavi", "smuggled_migrant", true, {"+447700900008"}},
      {"P45", "UCO-7Q4K-2MX", "undercover_officer", false, {"+447700900009"}},
      {"P50", "Faranto Taxi", "legal_person", false, {"+447700900010"}},
  };
  input.records_used = 4812;
  input.records_held = 5026;
  const auto quarantine = [&](const char* reason, const char* authorization, std::uint32_t count,
                              const char* source, const char* text) {
    v1::QuarantineItem item;
    item.set_quarantine_id(fmt::format("Q-{}", input.quarantine.size() + 1));
    item.set_reason(reason);
    item.set_authorization_id(authorization);
    item.set_count(count);
    item.set_source_id(source);
    item.set_text(text);
    item.set_first_line(1802);
    item.set_last_line(1801 + count);
    item.set_status("held");
    input.quarantine.push_back(item);
  };
  quarantine("AU02", "AUTH-IT-TRAFFIC", 198, "SRC-1",
             "captured before effect or after expiry or cancellation");
  quarantine("SC01", "AUTH-DE-TRAFFIC", 16, "SRC-3", "no party was a named target at that time");
  add_network(input);
  constexpr std::int32_t kFirst = 19'478;  // 2023-05-01
  for (std::int32_t day = 0; day < 123; ++day)
    input.days.push_back({kFirst + day,
                          static_cast<std::uint64_t>(30 + (day * 7) % 19 + (day % 7 == 3 ? 22 : 0)),
                          day % 5 == 2 ? 1U : 0U, day % 17 == 9 ? 1U : 0U});
  const auto us = [](std::int32_t day) { return (std::int64_t{kFirst} + day) * core::kUsPerDay; };
  const auto strip = [&](const char* id, const char* kind, const char* state, const char* status,
                         int from, int to, int last, std::uint32_t stored) {
    report::AuthorizationStrip out;
    out.summary.set_authorization_id(id);
    out.summary.set_kind(kind);
    out.summary.set_state(state);
    out.summary.set_status(status);
    out.summary.set_effective_from(core::format_utc(us(from)));
    out.summary.set_effective_to(core::format_utc(us(to)));
    out.summary.set_targets(7);
    out.summary.set_max_hops(1);
    out.summary.set_stored(stored);
    out.authorized.push_back({us(from), us(to)});
    if (last > 0) out.product.push_back({us(from + 1), us(last)});
    input.authorizations.push_back(out);
  };
  strip("AUTH-IT-TRAFFIC", "traffic_data", "IT", "expired", 0, 92, 91, 1800);
  input.authorizations.back().held.push_back({"AU02", 198, {us(92), us(106)}});
  input.authorizations.back().summary.set_quarantined(198);
  strip("AUTH-CH-TRAFFIC", "traffic_data", "CH", "expired", 14, 123, 122, 1250);
  strip("AUTH-DE-TRAFFIC", "traffic_data", "DE", "expired", 0, 123, 122, 1734);
  input.authorizations.back().held.push_back({"SC01", 16, {0, 0}});
  input.authorizations.back().summary.set_quarantined(16);
  strip("AUTH-DE-CONTENT", "content_interception", "DE", "expired", 7, 153, 118, 37);
  strip("AUTH-DE-UNDERCOVER", "undercover", "DE", "expired", 42, 112, 104, 7);
  strip("AUTH-DE-PAYMENTS", "financial_data", "DE", "expired", 0, 123, 0, 0);
  input.origin = "palermo/7f1c2c1e-53a0-4f6e-9b7b-0c6f5b1f9a10";
  input.ledger_size = 143;
  input.ledger_root_hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  input.checkpoint_note =
      "palermo/7f1c2c1e-53a0-4f6e-9b7b-0c6f5b1f9a10\n143\n47DEQpj8HBSa+/"
      "TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
      "— palermo/7f1c2c1e-53a0-4f6e-9b7b-0c6f5b1f9a10 "
      "Wm5vdCBhIHJlYWwgc2lnbmF0dXJlLCBpbnZlbnRlZCBmb3IgdGhpcyB0ZXN0IG9ubHkuLi4uLi4uLi4uLi4uLi4uLg=="
      "\n";
  input.vkey =
      "palermo/"
      "7f1c2c1e-53a0-4f6e-9b7b-0c6f5b1f9a10+5a6e6f74+AWludmVudGVkIGtleSBmb3IgdGhpcyB0ZXN0Li4=";
  return input;
}

}  // namespace palermo::test
