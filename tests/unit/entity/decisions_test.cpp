// Events replayed: what counts after merges, splits, categories, undo and redo.
#include "analysis/entity/decisions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "analysis/criteria/facts.hpp"
#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using entity::Decisions;

namespace {

v1::EntityEvent event(int number, const std::string& action, const std::string& a,
                      const std::string& b = "", const std::string& kinds = "pp") {
  v1::EntityEvent out;
  out.set_id("E-" + std::to_string(number));
  out.set_action(action);
  if (action == entity::kUndo || action == entity::kRedo) {
    out.set_target(a);
  } else {
    out.set_a(a);
    out.set_b(b);
    out.set_a_kind(kinds[0] == 'p' ? "person" : "identifier");
    out.set_b_kind(kinds[1] == 'p' ? "person" : "identifier");
  }
  out.set_reason("because");
  out.set_by("anna");
  return out;
}

std::string text_of(const Decisions& decisions) {
  std::string out;
  for (const v1::Statement& s : decisions.statements())
    out += core::to_json_sparse(s).dump() + "\n";
  return out;
}

v1::FactsFile group_of(int persons) {
  v1::FactsFile file;
  for (int i = 1; i <= persons; ++i) {
    v1::Statement& s = *file.add_statements();
    s.set_id("S" + std::to_string(i));
    s.set_kind(v1::Statement::fact);
    s.mutable_membership()->set_person("P" + std::to_string(i));
    s.mutable_membership()->set_group("G");
  }
  return file;
}

std::pair<int, int> persons_with(v1::FactsFile file, const Decisions& decisions) {
  for (const v1::Statement& s : decisions.statements()) *file.add_statements() = s;
  const criteria::Facts facts{file, {}};
  return {facts.lo(), facts.hi()};
}

}  // namespace

TEST_CASE("of two standing events about one pair the newer one counts", "[entity]") {
  const auto merged = event(1, "merge", "P1", "P2");
  const auto split = event(2, "split", "P2", "P1");
  const Decisions both = Decisions::replay({merged, split});
  CHECK(both.about("P1", "P2")->id() == "E-2");
  CHECK(both.together_with("P1") == std::vector<std::string>{"P1"});
  CHECK_FALSE(both.events()[0].in_effect());
  const Decisions undone = Decisions::replay({merged, split, event(3, "undo", "E-2")});
  CHECK(undone.about("P1", "P2")->id() == "E-1");
  CHECK(undone.together_with("P2") == std::vector<std::string>{"P1", "P2"});
  const Decisions redone =
      Decisions::replay({merged, split, event(3, "undo", "E-2"), event(4, "redo", "E-2")});
  CHECK(text_of(redone) == text_of(both));
}

TEST_CASE("merges chain, and one can be taken out of the chain", "[entity]") {
  std::vector<v1::EntityEvent> events{event(1, "merge", "P1", "P2"), event(2, "merge", "P3", "P2")};
  const Decisions chained = Decisions::replay(events);
  CHECK(chained.together_with("P3") == std::vector<std::string>{"P1", "P2", "P3"});
  CHECK(chained.chain("P1", "P3").size() == 2);
  auto alone = event(3, "split", "P2");
  alone.add_apart_from("P1");
  alone.add_apart_from("P3");
  events.push_back(alone);
  const Decisions split = Decisions::replay(events);
  for (const char* person : {"P1", "P2", "P3"})
    CHECK(split.together_with(person) == std::vector<std::string>{person});
  CHECK(split.torn() == nullptr);
  CHECK(split.statements().size() == 2);
}

TEST_CASE("a split that merges go round is torn", "[entity]") {
  const Decisions torn =
      Decisions::replay({event(1, "merge", "P1", "P2"), event(2, "merge", "P2", "P3"),
                         event(3, "split", "P1", "P3")});
  REQUIRE(torn.torn() != nullptr);
  CHECK(torn.torn()->id() == "E-3");
}

TEST_CASE("undo takes the newest that stands, redo nothing after a new decision", "[entity]") {
  std::vector<v1::EntityEvent> events{event(1, "merge", "P1", "P2"), event(2, "merge", "P3", "P4")};
  CHECK(Decisions::replay(events).newest_standing()->id() == "E-2");
  CHECK(Decisions::replay(events).newest_undone() == nullptr);
  events.push_back(event(3, "undo", "E-2"));
  CHECK(Decisions::replay(events).newest_standing()->id() == "E-1");
  CHECK(Decisions::replay(events).newest_undone()->id() == "E-2");
  events.push_back(event(4, "undo", "E-1"));
  CHECK(Decisions::replay(events).newest_standing() == nullptr);
  CHECK(Decisions::replay(events).newest_undone()->id() == "E-1");
  events.push_back(event(5, "redo", "E-1"));
  CHECK(Decisions::replay(events).newest_undone()->id() == "E-2");
  events.push_back(event(6, "merge", "P5", "P6"));
  CHECK(Decisions::replay(events).newest_undone() == nullptr);
}

TEST_CASE("decisions reach the count of persons as facts do", "[entity][criteria]") {
  CHECK(persons_with(group_of(4), Decisions::replay({})) == std::pair{4, 4});
  CHECK(persons_with(group_of(4), Decisions::replay({event(1, "merge", "P1", "P2")})) ==
        std::pair{3, 3});
  SECTION("a merge that a fact contradicts leaves the question open") {
    v1::FactsFile file = group_of(4);
    v1::Statement& s = *file.add_statements();
    s.set_id("S9");
    s.set_kind(v1::Statement::fact);
    s.mutable_identity()->set_a("P1");
    s.mutable_identity()->set_b("P2");
    s.mutable_identity()->set_relation(v1::Identity::distinct);
    CHECK(persons_with(file, Decisions::replay({event(1, "merge", "P1", "P2")})) ==
          std::pair{3, 4});
  }
  SECTION("what stood against a merge when it was decided opens it too") {
    auto despite = event(1, "merge", "P1", "P2");
    v1::ContraryEvidence& spoke = *despite.add_contrary();
    spoke.set_a("P1");
    spoke.set_b("P2");
    spoke.set_text("they spoke with each other: 1 record");
    spoke.add_records("SRC-4:17");
    const Decisions decisions = Decisions::replay({despite});
    REQUIRE(decisions.statements().size() == 2);
    const v1::Statement against = decisions.statements()[1];
    CHECK(against.kind() == v1::Statement::fact);
    CHECK(against.trace().source_id() == "SRC-4");
    CHECK(against.trace().line() == 17);
    CHECK(persons_with(group_of(4), decisions) == std::pair{3, 4});
  }
  SECTION("a split answers an open question") {
    v1::FactsFile file = group_of(3);
    v1::Statement& s = *file.add_statements();
    s.set_id("S9");
    s.set_kind(v1::Statement::fact);
    s.mutable_identity()->set_a("P1");
    s.mutable_identity()->set_b("P2");
    s.mutable_identity()->set_relation(v1::Identity::possibly_same);
    CHECK(persons_with(file, Decisions::replay({})) == std::pair{2, 3});
    CHECK(persons_with(file, Decisions::replay({event(1, "split", "P1", "P2")})) ==
          std::pair{3, 3});
  }
  SECTION("two numbers decided to have one user put their users in question") {
    v1::FactsFile file = group_of(3);
    int number = 20;
    for (const auto& [person, value] :
         {std::pair{"P1", "+447700900001"}, std::pair{"P2", "+447700900002"}}) {
      v1::Statement& s = *file.add_statements();
      s.set_id("S" + std::to_string(number++));
      s.set_kind(v1::Statement::fact);
      s.mutable_attribution()->set_person(person);
      s.mutable_attribution()->set_identifier(value);
    }
    const auto numbers = event(1, "merge", "msisdn:+447700900001", "msisdn:+447700900002", "ii");
    CHECK(persons_with(file, Decisions::replay({})) == std::pair{3, 3});
    CHECK(persons_with(file, Decisions::replay({numbers})) == std::pair{2, 3});
    SECTION("unless the one attribution is decided to be wrong") {
      const auto wrong = event(2, "split", "P2", "msisdn:+447700900002", "pi");
      CHECK(persons_with(file, Decisions::replay({numbers, wrong})) == std::pair{3, 3});
    }
  }
  SECTION("a category takes a person out of the count, and undoing puts them back") {
    auto category = event(1, "set_category", "P4");
    category.set_category("victim");
    CHECK(persons_with(group_of(4), Decisions::replay({category})) == std::pair{3, 3});
    CHECK(persons_with(group_of(4), Decisions::replay({category, event(2, "undo", "E-1")})) ==
          std::pair{4, 4});
  }
}

TEST_CASE("any sequence of changes equals its replay, and undo restores what was", "[entity]") {
  rc::prop("replay", [] {
    // A slow second opinion: the list of edits with a mark each, looked through from the end.
    struct Edit {
      std::string action, a, b;
      bool undone = false;
    };
    std::vector<Edit> edits;
    std::map<std::string, std::size_t> place;  // event → edit
    std::vector<v1::EntityEvent> events;
    const auto person = [] { return "P" + std::to_string(*rc::gen::inRange(1, 6)); };
    const int steps = *rc::gen::inRange(1, 25);
    for (int step = 1; step <= steps; ++step) {
      const std::string before = text_of(Decisions::replay(events));
      const int what = *rc::gen::inRange(0, 5);
      if (what <= 2) {
        const std::string a = person(), b = person();
        if (what < 2 && a == b) continue;
        const int number = static_cast<int>(events.size()) + 1;
        auto next = event(number,
                          what == 0   ? "merge"
                          : what == 1 ? "split"
                                      : "set_category",
                          a, what == 2 ? "" : b);
        if (what == 2) next.set_category("witness");
        place[next.id()] = edits.size();
        edits.push_back({next.action(), a, what == 2 ? "" : b, false});
        events.push_back(next);
        // Undoing at once gives back what was, to the byte.
        auto undone = events;
        undone.push_back(event(number + 1, "undo", next.id()));
        RC_ASSERT(text_of(Decisions::replay(undone)) == before);
        undone.push_back(event(number + 2, "redo", next.id()));
        RC_ASSERT(text_of(Decisions::replay(undone)) == text_of(Decisions::replay(events)));
      } else if (!edits.empty()) {
        const auto chosen =
            static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(edits.size())));
        std::string id;
        for (const auto& [name, at] : place)
          if (at == chosen) id = name;
        const bool undo = !edits[chosen].undone;
        edits[chosen].undone = undo;
        events.push_back(event(static_cast<int>(events.size()) + 1, undo ? "undo" : "redo", id));
      }
    }
    const Decisions replayed = Decisions::replay(events);
    std::map<std::string, std::set<std::string>> beside;
    for (int x = 1; x <= 5; ++x)
      for (int y = x + 1; y <= 5; ++y) {
        const std::string a = "P" + std::to_string(x), b = "P" + std::to_string(y);
        const Edit* newest = nullptr;
        for (const Edit& edit : edits)
          if (!edit.undone && edit.action != "set_category" &&
              ((edit.a == a && edit.b == b) || (edit.a == b && edit.b == a)))
            newest = &edit;
        const v1::EntityEvent* about = replayed.about(a, b);
        RC_ASSERT((newest == nullptr) == (about == nullptr));
        if (newest == nullptr) continue;
        RC_ASSERT(about->action() == newest->action);
        if (newest->action == "merge") {
          beside[a].insert(b);
          beside[b].insert(a);
        }
      }
    for (int x = 1; x <= 5; ++x) {
      const std::string a = "P" + std::to_string(x);
      std::set<std::string> all{a};
      for (int round = 0; round < 5; ++round)
        for (const std::string& member : std::set<std::string>(all))
          all.insert(beside[member].begin(), beside[member].end());
      RC_ASSERT(replayed.together_with(a) == std::vector<std::string>(all.begin(), all.end()));
      const Edit* category = nullptr;
      for (const Edit& edit : edits)
        if (!edit.undone && edit.action == "set_category" && edit.a == a) category = &edit;
      RC_ASSERT((category == nullptr) == (replayed.category_of(a) == nullptr));
    }
    RC_ASSERT(replayed.events().size() == events.size());  // nothing is ever erased
  });
}
