// Changes through a case: every sequence equals its replay, and undoing all of it restores the
// finding byte for byte.
#include "analysis/entity/change.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "analysis/criteria/case_finding.hpp"
#include "analysis/entity/event_log.hpp"
#include "core/base/json_message.hpp"
#include "core/ledger/verify.hpp"
#include "core/session/session.hpp"
#include "ingest/pipeline.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;

namespace {

struct CaseFolder {
  std::filesystem::path path;
  CaseFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "palermo-entity-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
    setenv("PALERMO_KEYS", (path / "keys").c_str(), 1);
  }
  ~CaseFolder() {
    std::error_code ec;
    std::filesystem::remove_all(path, ec);
  }
  [[nodiscard]] session::Session session() const {
    session::NewCase request;
    request.path = (path / "case.palermo").string();
    request.title = "T";
    request.state = "IT";
    request.operator_name = "anna";
    auto made = session::Session::create(request);
    REQUIRE(made.ok());
    core::Json statements = core::Json::array();
    for (int i = 1; i <= 5; ++i) {
      const std::string person = "P" + std::to_string(i);
      statements.push_back({{"id", "S" + std::to_string(i)},
                            {"kind", "fact"},
                            {"membership", {{"person", person}, {"group", "G"}}}});
      statements.push_back(
          {{"id", "A" + std::to_string(i)},
           {"kind", "fact"},
           {"attribution",
            {{"person", person}, {"identifier", "+44770090000" + std::to_string(i)}}}});
    }
    const core::Json facts = {{"case", {{"title", "T"}, {"state", "IT"}}},
                              {"statements", statements}};
    const std::string file = (path / "facts.json").string();
    std::ofstream{file} << facts.dump();
    ingest::IngestOptions options;
    options.technique = "NONE";
    REQUIRE(ingest::ingest_files(*made, {file}, options).ok());
    return *std::move(made);
  }
};

std::string facts_of(session::Session& session) {
  const auto facts = criteria::stated_by_case(session.db(), std::nullopt);
  REQUIRE(facts.ok());
  return core::to_json_sparse(*facts).dump();
}

}  // namespace

TEST_CASE("a random sequence of changes equals its replay; undoing all restores the finding",
          "[entity][session]") {
  std::size_t accepted = 0, refused = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    const CaseFolder folder;
    session::Session session = folder.session();
    const std::string clean_facts = facts_of(session);
    const auto clean = criteria::assess_case(session, {});
    REQUIRE(clean.ok());
    std::mt19937 random{seed};
    const auto pick = [&](int from, int to) {
      return std::uniform_int_distribution<int>{from, to}(random);
    };
    std::vector<v1::EntityEvent> kept;
    for (int step = 0; step < 14; ++step) {
      entity::ChangeRequest request;
      request.reason = "step " + std::to_string(step);
      const auto someone = [&] {
        return pick(0, 4) == 0 ? "msisdn:+44770090000" + std::to_string(pick(1, 5))
                               : "P" + std::to_string(pick(1, 5));
      };
      switch (pick(0, 5)) {
        case 0:
        case 1:
          request.action = entity::kMerge;
          break;
        case 2:
          request.action = entity::kSplit;
          request.despite = true;
          break;
        case 3:
          request.action = entity::kSetCategory;
          request.category = pick(0, 1) == 0 ? "victim" : "suspect";
          break;
        case 4:
          request.action = entity::kUndo;
          break;
        default:
          request.action = entity::kRedo;
      }
      if (request.action != entity::kUndo && request.action != entity::kRedo) {
        request.a = someone();
        if (request.action == entity::kMerge || pick(0, 1) == 0) request.b = someone();
      }
      const std::string before = facts_of(session);
      const auto size = *session.ledger().size();
      const auto changed = entity::change(session, request);
      if (!changed) {
        ++refused;
        CHECK(facts_of(session) == before);
        CHECK(*session.ledger().size() == size);  // nothing is half done
        continue;
      }
      ++accepted;
      kept.push_back(changed->event());
      CHECK(*session.ledger().size() == size + 2);
      const auto stored = entity::load_events(session.db());
      REQUIRE(stored.ok());
      REQUIRE(stored->size() == kept.size());
      for (std::size_t i = 0; i < kept.size(); ++i)
        CHECK(stored->at(i).SerializeAsString() == kept[i].SerializeAsString());
      const entity::Decisions replayed = entity::Decisions::replay(kept);
      CHECK(replayed.torn() == nullptr);
      const auto again = criteria::stated_by_case(session.db(), std::nullopt, replayed);
      REQUIRE(again.ok());
      CHECK(core::to_json_sparse(*again).dump() == facts_of(session));
    }
    // A way back to the start: each standing change undone, newest first.
    for (int step = 0; step < 40; ++step) {
      entity::ChangeRequest undo;
      undo.action = entity::kUndo;
      const auto changed = entity::change(session, undo);
      if (!changed) {
        INFO(changed.error().message);
        REQUIRE(changed.error().reason == "NOTHING_TO_DO");
        break;
      }
    }
    CHECK(facts_of(session) == clean_facts);
    const auto restored = criteria::assess_case(session, {});
    REQUIRE(restored.ok());
    CHECK(restored->SerializeAsString() == clean->SerializeAsString());
    CHECK(ledger::verify_log(session.db(), {})->ok());
  }
  CHECK(accepted > 50);
  CHECK(refused > 10);
}

TEST_CASE("what a change would do is computed without doing it", "[entity][session]") {
  const CaseFolder folder;
  session::Session session = folder.session();
  entity::ChangeRequest request;
  request.action = entity::kMerge;
  request.a = "P1";
  request.b = "P2";
  const std::string before = facts_of(session);
  const auto preview = entity::preview(session, request, {});
  REQUIRE(preview.ok());
  CHECK(preview->persons_before().lo() == 5);
  CHECK(preview->persons_after().hi() == 4);
  CHECK(preview->sentences(0) == "persons 5 becomes 4");
  CHECK(facts_of(session) == before);
  CHECK(entity::load_events(session.db())->empty());
  SECTION("and what was previewed is what happens") {
    request.reason = "one man";
    REQUIRE(entity::change(session, request).ok());
    const auto finding = criteria::assess_case(session, {});
    REQUIRE(finding.ok());
    CHECK(finding->persons().lo() == preview->persons_after().lo());
    CHECK(finding->persons().hi() == preview->persons_after().hi());
  }
}

TEST_CASE("a decision needs reasons and two entities that exist", "[entity][session]") {
  const CaseFolder folder;
  session::Session session = folder.session();
  const auto code = [&](const std::string& a, const std::string& b, const std::string& reason) {
    entity::ChangeRequest request;
    request.action = entity::kMerge;
    request.a = a;
    request.b = b;
    request.reason = reason;
    const auto changed = entity::change(session, request);
    REQUIRE_FALSE(changed.ok());
    return changed.error().code;
  };
  CHECK(code("P1", "P2", "  ") == core::ErrorCode::InvalidArgument);
  CHECK(code("P1", "P9", "because") == core::ErrorCode::NotFound);
  CHECK(code("P1", "P1", "because") == core::ErrorCode::InvalidArgument);
  CHECK(code("P1", "P2", "\xff") == core::ErrorCode::InvalidArgument);
}
