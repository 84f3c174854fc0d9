#include "core/ledger/check.hpp"

#include <map>

#include "core/base/json_message.hpp"
#include "core/ledger/tiles.hpp"
#include "core/ledger/witness.hpp"
#include "tests/support/shared.hpp"
#include "tests/unit/ledger/small_case.hpp"

using namespace palermo;
using namespace palermo::ledger;
using test::SmallCase;

namespace {

bool says(const v1::ProofResult& result, std::string_view reason) {
  return !result.ok() && result.reason_codes_size() == 1 && result.reason_codes(0) == reason;
}

/// A log in memory, with proofs from its own tree.
struct Log {
  SigningKey key = *SigningKey::generate("palermo/x");
  std::vector<Digest> hashes;
  std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
  CompactTree tree;
  std::vector<Digest> roots{empty_root()};

  explicit Log(std::size_t size, const std::string& word = "leaf ") {
    tree.on_node = [this](unsigned level, std::uint64_t index, const Digest& hash) {
      nodes[{level, index}] = hash;
    };
    for (std::size_t i = 0; i < size; ++i) {
      hashes.push_back(leaf_hash(word + std::to_string(i)));
      nodes[{0, i}] = hashes.back();
      tree.push(hashes.back());
      roots.push_back(tree.root());
    }
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  [[nodiscard]] HashSource source() const {
    return [this](unsigned level, std::uint64_t index) -> core::Result<Digest> {
      return nodes.at({level, index});
    };
  }
  [[nodiscard]] std::string note(std::size_t size) const {
    return *sign_note(checkpoint_text(key.name(), size, roots.at(size)), key);
  }
  [[nodiscard]] std::string request(std::size_t old_size, std::size_t size) const {
    return consistency_file(old_size, *consistency_proof(old_size, size, source()), note(size));
  }
  [[nodiscard]] std::vector<VerifierKey> keys() const { return {key.verifier()}; }
};

}  // namespace

TEST_CASE("an entry is proven by its exact bytes alone", "[ledger][check]") {
  const Log log{9};
  const std::string file = inclusion_file(4, *inclusion_proof(4, 9, log.source()), log.note(9));
  const auto good = check_inclusion(file, "leaf 4", log.keys());
  CHECK(good.ok());
  CHECK(good.index() == 4);
  CHECK(good.size() == 9);
  CHECK(says(check_inclusion(file, "leaf 5", log.keys()), "ALTERED"));
  const auto newline = check_inclusion(file, "leaf 4\n", log.keys());
  CHECK(says(newline, "ALTERED"));
  CHECK(newline.text().find("newline") != std::string::npos);
  CHECK(check_inclusion(file, "leaf 5\n", log.keys()).text().find("newline") == std::string::npos);
  CHECK(says(check_inclusion(file.substr(3), "leaf 4", log.keys()), "MALFORMED"));
  const std::vector<VerifierKey> other{SigningKey::generate("palermo/x")->verifier()};
  CHECK(says(check_inclusion(file, "leaf 4", other), "UNSIGNED"));
}

TEST_CASE("a log that did not only grow is refused by the reason", "[ledger][check]") {
  const Log log{12};
  OldTree old;
  old.note = log.note(5);
  CHECK(check_consistency(old, log.request(5, 12), log.keys(), FromEmpty::Refuse).ok());
  CHECK(says(check_consistency(old, log.request(4, 12), log.keys(), FromEmpty::Refuse),
             "NOT_EXTENSION"));
  CHECK(says(check_consistency(old, log.request(3, 4), log.keys(), FromEmpty::Refuse), "ROLLBACK"));
  // The same key signs another history.
  Log fork{12, "other "};
  fork.key = *SigningKey::parse(log.key.secret_text());
  CHECK(says(check_consistency(old, fork.request(5, 12), log.keys(), FromEmpty::Refuse),
             "NOT_EXTENSION"));
  CHECK(says(check_consistency(old, fork.request(5, 5), log.keys(), FromEmpty::Refuse),
             "SPLIT_VIEW"));
  OldTree empty;
  empty.root = empty_root();
  CHECK(check_consistency(empty, log.request(0, 12), log.keys(), FromEmpty::Accept).ok());
  CHECK(says(check_consistency(empty, log.request(0, 12), log.keys(), FromEmpty::Refuse),
             "NOT_EXTENSION"));
}

TEST_CASE("a checkpoint needs the log's own signature and the quorum asked for",
          "[ledger][check]") {
  const Log log{3};
  const auto witness = SigningKey::generate("oversight.example", kCosignature);
  const std::string text = checkpoint_text("palermo/x", 3, log.roots[3]);
  const std::string cosigned = log.note(3) + *cosignature_line(text, *witness, 1'930'000'000);
  const std::vector<VerifierKey> both{log.key.verifier(), witness->verifier()};
  NoteRules rules;
  rules.quorum = 1;
  CHECK(check_note(cosigned, both, rules).ok());
  CHECK(says(check_note(log.note(3), both, rules), "UNSIGNED"));
  const std::string witness_only = text + "\n" + *cosignature_line(text, *witness, 1);
  CHECK(says(check_note(witness_only, both), "UNSIGNED"));
  rules = {};
  rules.origin = "palermo/y";
  CHECK(says(check_note(log.note(3), both, rules), "WRONG_ORIGIN"));
  CHECK(says(check_note("", both), "MALFORMED"));
}

TEST_CASE("a witness signs what extends what it saw, and nothing else", "[ledger][check]") {
  const Log log{12};
  WitnessState state;
  CHECK(says(state.advance(log.request(0, 4)), "UNSIGNED"));
  state.follow(log.key.verifier());
  CHECK(state.advance(log.request(0, 4)).ok());
  CHECK(says(state.advance(log.request(0, 4)), "NOT_EXTENSION"));
  CHECK(state.advance(log.request(4, 4)).ok());
  CHECK(says(state.advance(log.request(2, 3)), "ROLLBACK"));
  CHECK(says(state.advance(log.request(3, 12)), "NOT_EXTENSION"));
  CHECK(says(state.advance("old 4\n"), "MALFORMED"));

  auto again = WitnessState::parse(state.text());
  REQUIRE(again.ok());
  REQUIRE(again->logs().size() == 1);
  CHECK(again->logs()[0].size == 4);
  CHECK(again->logs()[0].root == log.roots[4]);
  again->follow(log.key.verifier());  // following twice forgets nothing
  CHECK(again->logs().size() == 1);
  CHECK(again->advance(log.request(4, 12)).ok());
  for (const char* bad :
       {"", "{}", R"({"logs":[{}]})", R"({"logs":[{"vkey":"x","size":"1","root":""}]})"})
    CHECK(WitnessState::parse(bad).error().code == core::ErrorCode::BadInput);

  Log fork{12, "other "};
  fork.key = *SigningKey::parse(log.key.secret_text());
  CHECK(says(again->advance(fork.request(12, 12)), "SPLIT_VIEW"));
}

TEST_CASE("tiles are named and filled as C2SP says", "[ledger][check]") {
  CHECK(tile_path_number(0) == "000");
  CHECK(tile_path_number(999) == "999");
  CHECK(tile_path_number(1000) == "x001/000");
  CHECK(tile_path_number(1234067) == "x001/x234/067");
  SmallCase made;
  auto transaction = *made.db.begin();
  while (*made.ledger.size() < 600) {
    v1::LedgerEntry entry;
    entry.mutable_heartbeat();
    REQUIRE(made.ledger.append(transaction, entry, made.anna).ok());
  }
  REQUIRE(transaction.commit().ok());
  std::map<std::string, std::string> files;
  const auto sink = [&files](const std::string& path, std::string_view bytes) {
    files[path] = std::string{bytes};
    return core::ok();
  };
  REQUIRE(write_tiles(made.db, 600, sink).ok());
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) names.push_back(name);
  CHECK(names == std::vector<std::string>{"tile/0/000", "tile/0/001", "tile/0/002.p/88",
                                          "tile/1/000.p/2", "tile/entries/000", "tile/entries/001",
                                          "tile/entries/002.p/88"});
  CHECK(files["tile/0/000"].size() == 256 * 32);
  // A tile of level 1 holds the roots of the tiles below.
  CompactTree first;
  for (std::size_t i = 0; i < 256; ++i)
    first.push(*core::digest_from(files["tile/0/000"].substr(i * 32, 32)));
  CHECK(files["tile/1/000.p/2"].substr(0, 32) == core::bytes_of(first.root()));
  std::string rest = files["tile/entries/002.p/88"];
  std::size_t entries = 0;
  while (!rest.empty()) {
    const std::size_t length =
        std::size_t{static_cast<unsigned char>(rest[0])} << 8 | static_cast<unsigned char>(rest[1]);
    CHECK(rest.substr(2, length) == *made.ledger.leaf(512 + entries));
    rest.erase(0, 2 + length);
    ++entries;
  }
  CHECK(entries == 88);
  made.run("DELETE FROM node WHERE level = 8");
  CHECK(write_tiles(made.db, 600, sink).error().reason == "ALTERED");
}

TEST_CASE("the published notes get their verdict from the check as a whole",
          "[ledger][check][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data" / "merkle-vectors";
  const auto load = [&folder](const char* name) {
    auto json = core::parse_json(test::read_file(folder / name));
    REQUIRE(json.ok());
    return *json;
  };
  const auto negative = load("sample-log-a/negative-notes.json");
  for (const auto& each : negative["cases"]) {
    INFO(each["desc"]);
    std::vector<VerifierKey> keys{*VerifierKey::parse(negative["log_vkey"].get<std::string>())};
    if (each["keys"] == "log+witnesses")
      for (const auto& vkey : negative["witness_vkeys"])
        keys.push_back(*VerifierKey::parse(vkey.get<std::string>()));
    CHECK(check_note(each["note"].get<std::string>(), keys).ok() == (each["verdict"] == "accept"));
  }
  for (const auto& each : load("notes/signed_notes.json")["verify"]) {
    std::vector<VerifierKey> keys;
    for (const auto& vkey : each["vkeys"])
      keys.push_back(*VerifierKey::parse(vkey.get<std::string>()));
    CHECK(check_note(each["note"].get<std::string>(), keys).ok() == (each["verdict"] == "accept"));
  }
}
