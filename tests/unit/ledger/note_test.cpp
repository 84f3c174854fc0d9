#include "core/ledger/note.hpp"

#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using namespace palermo::ledger;
using namespace std::string_literals;

namespace {

VerifierKey key_of(std::string_view text) {
  auto key = VerifierKey::parse(text);
  REQUIRE(key.ok());
  return *key;
}

core::Json load(const std::filesystem::path& path) {
  auto json = core::parse_json(test::read_file(path));
  REQUIRE(json.ok());
  return *json;
}

/// What check-note does for a checkpoint: syntax, signatures by known keys, the expected origin.
bool accepted(const std::string& note, const std::vector<VerifierKey>& keys,
              const std::string& origin) {
  const auto parsed = parse_signed_checkpoint(note);
  return parsed && verify_note(parsed->note, keys).ok() && parsed->checkpoint.origin == origin;
}

const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kNeumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kNeumannLine =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

}  // namespace

TEST_CASE("a note is signed and verified as published", "[ledger][note]") {
  const auto key = SigningKey::parse(
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
  REQUIRE(key.ok());
  CHECK(*signature_line(kText, *key) == kNeumannLine);
  const auto note = parse_note(*sign_note(kText, *key));
  REQUIRE(note.ok());
  CHECK(note->text == kText);
  const std::vector<VerifierKey> keys{key_of(kNeumann)};
  CHECK(verify_note(*note, keys)->size() == 1);
  CHECK(verify_note(*note, {}).error().reason == "UNSIGNED");
  CHECK_FALSE(signature_line("no final newline", *key).ok());
  CHECK_FALSE(signature_line("tab\there\n", *key).ok());
}

TEST_CASE("notes that are damaged in any one place are refused", "[ledger][note]") {
  const std::string good = kText + "\n" + kNeumannLine;
  const std::vector<VerifierKey> keys{key_of(kNeumann)};
  REQUIRE(verify_note(*parse_note(good), keys).ok());
  std::size_t taken = 0;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int bit : {0, 3, 6}) {
      std::string damaged = good;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const auto note = parse_note(damaged);
      taken += note && verify_note(*note, keys);
    }
  CHECK(taken == 0);
  for (const std::string& bad :
       {kText + kNeumannLine, good + "\n", good.substr(0, good.size() - 1), good + "x",
        kText + "\n", kText + "\n" + kNeumannLine + "PeterNeumann\n", std::string{},
        std::string{"\n\n"}}) {
    INFO(bad);
    CHECK_FALSE(parse_note(bad).ok());
  }
}

TEST_CASE("sixteen signatures by unknown keys do not hide the known one", "[ledger][note]") {
  std::string note = kText + "\n";
  for (int i = 0; i < 40; ++i) {
    const auto other = SigningKey::generate("other-" + std::to_string(i));
    note += *signature_line(kText, *other);
  }
  note += kNeumannLine + kNeumannLine;
  const std::vector<VerifierKey> keys{key_of(kNeumann)};
  CHECK(verify_note(*parse_note(note), keys)->size() == 1);  // a repeat counts once
}

TEST_CASE("sizes and indexes are digits without leading zero", "[ledger][note]") {
  CHECK(*parse_count("0") == 0);
  CHECK(*parse_count("9223372036854775807") == 9223372036854775807U);
  for (const char* bad : {"", "+13", "-1", "013", "00", " 1", "1 ", "1.0", "0x1",
                          "9223372036854775808", "18446744073709551616", "99999999999999999999"})
    CHECK_FALSE(parse_count(bad).has_value());
}

TEST_CASE("a witness cosigns a checkpoint with its own time", "[ledger][note]") {
  const auto log = SigningKey::generate("palermo/x");
  const auto witness = SigningKey::generate("oversight.example", kCosignature);
  const std::string text = checkpoint_text("palermo/x", 0, empty_root());
  std::string note = *sign_note(text, *log);
  note += *cosignature_line(text, *witness, 1'930'000'000);
  const auto parsed = parse_signed_checkpoint(note);
  REQUIRE(parsed.ok());
  const std::vector<VerifierKey> keys{log->verifier(), witness->verifier()};
  const auto verified = verify_note(parsed->note, keys);
  REQUIRE(verified.ok());
  REQUIRE(verified->size() == 2);
  CHECK_FALSE((*verified)[0].time_s.has_value());
  CHECK(*(*verified)[1].time_s == 1'930'000'000);
  CHECK_FALSE(cosignature_line(text, *log, 1).ok());
  CHECK_FALSE(signature_line(text, *witness).ok());
  CHECK_FALSE(cosignature_line("not a checkpoint\n", *witness, 1).ok());
}

TEST_CASE("proof files come back as written and are read strictly", "[ledger][note]") {
  const auto log = SigningKey::generate("palermo/x");
  const Digest leaf = leaf_hash("a");
  const std::string checkpoint = *sign_note(checkpoint_text("palermo/x", 1, leaf), *log);
  const std::vector<Digest> proof{leaf, empty_root()};
  const auto inclusion = parse_inclusion_file(inclusion_file(7, proof, checkpoint));
  REQUIRE(inclusion.ok());
  CHECK(inclusion->index == 7);
  CHECK(inclusion->proof == proof);
  CHECK(inclusion->checkpoint.checkpoint.size == 1);
  const auto consistency = parse_consistency_file(consistency_file(3, proof, checkpoint));
  REQUIRE(consistency.ok());
  CHECK(consistency->old_size == 3);
  CHECK(consistency->proof == proof);
  const std::string hash = core::to_base64(leaf);
  CHECK(
      parse_inclusion_file("c2sp.org/tlog-proof@v1\nextra aGk=\nindex 0\n\n" + checkpoint)->extra ==
      "hi");
  for (const std::string& bad :
       {"c2sp.org/tlog-proof@v1\nindex 00\n\n" + checkpoint,
        "c2sp.org/tlog-proof@v1\nindex +1\n\n" + checkpoint,
        "c2sp.org/tlog-proof@v1\nindex 1\n" + checkpoint,
        "c2sp.org/tlog-proof@v2\nindex 1\n\n" + checkpoint,
        "c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\n" + checkpoint,
        "c2sp.org/tlog-proof@v1\nindex 1\n" + hash.substr(1) + "\n\n" + checkpoint,
        "c2sp.org/tlog-proof@v1\nindex 1\n"s + "\n"s}) {
    INFO(bad);
    CHECK_FALSE(parse_inclusion_file(bad).ok());
  }
  std::string many = "old 1\n";
  for (int i = 0; i < 63; ++i) many += hash + "\n";
  CHECK(parse_consistency_file(many + "\n" + checkpoint).ok());
  CHECK_FALSE(parse_consistency_file(many + hash + "\n\n" + checkpoint).ok());
  CHECK_FALSE(parse_consistency_file("old -1\n\n" + checkpoint).ok());
  CHECK_FALSE(parse_consistency_file("old 01\n\n" + checkpoint).ok());
  CHECK_FALSE(parse_consistency_file("new 1\n\n" + checkpoint).ok());
}

TEST_CASE("published notes get the published verdict", "[ledger][note][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto json = load(shared / "data" / "merkle-vectors" / "notes" / "signed_notes.json");
  std::size_t seen = 0;
  for (const auto& each : json["verify"]) {
    std::vector<VerifierKey> keys;
    for (const auto& vkey : each["vkeys"]) keys.push_back(key_of(vkey.get<std::string>()));
    const auto note = parse_note(each["note"].get<std::string>());
    REQUIRE(note.ok());
    const auto verified = verify_note(*note, keys);
    CHECK(verified.ok() == (each["verdict"] == "accept"));
    if (each.contains("verified_signatures"))
      CHECK(verified->size() == each["verified_signatures"]);
    ++seen;
  }
  for (const auto& each : json["sign"]) {
    const auto key = SigningKey::parse(each["skey"].get<std::string>());
    REQUIRE(key.ok());
    CHECK(*signature_line(each["text"].get<std::string>(), *key) == each["signature_line"]);
    ++seen;
  }
  for (const auto& each : json["bad_vkeys"]) {
    CHECK_FALSE(VerifierKey::parse(each["vkey"].get<std::string>()).ok());
    ++seen;
  }
  CHECK(seen == 10);
}

TEST_CASE("every negative note of the sample log gets its verdict", "[ledger][note][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto json =
      load(shared / "data" / "merkle-vectors" / "sample-log-a" / "negative-notes.json");
  const VerifierKey log = key_of(json["log_vkey"].get<std::string>());
  std::size_t seen = 0;
  for (const auto& each : json["cases"]) {
    INFO(each["desc"]);
    std::vector<VerifierKey> keys{log};
    if (each["keys"] == "log+witnesses")
      for (const auto& vkey : json["witness_vkeys"])
        keys.push_back(key_of(vkey.get<std::string>()));
    CHECK(accepted(each["note"].get<std::string>(), keys,
                   json["expected_origin"].get<std::string>()) == (each["verdict"] == "accept"));
    ++seen;
  }
  CHECK(seen == 25);
}

TEST_CASE("checkpoints, consistency and inclusion proofs of the sample log all hold",
          "[ledger][note][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data" / "merkle-vectors" / "sample-log-a";
  const std::vector<VerifierKey> keys{key_of(test::read_file(folder / "log.vkey")),
                                      key_of(test::read_file(folder / "witness-a.vkey")),
                                      key_of(test::read_file(folder / "witness-b.vkey"))};
  std::vector<std::string> leaves;
  std::istringstream lines{test::read_file(folder / "leaves.jsonl")};
  CompactTree tree;
  std::vector<Digest> roots{empty_root()};
  for (std::string line; std::getline(lines, line);) {
    leaves.push_back(line);
    tree.push(leaf_hash(line));
    roots.push_back(tree.root());
  }
  REQUIRE(leaves.size() == 60);

  std::size_t notes = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder / "checkpoints"}) {
    INFO(file.path());
    const auto parsed = parse_signed_checkpoint(test::read_file(file.path()));
    REQUIRE(parsed.ok());
    const auto verified = verify_note(parsed->note, keys);
    REQUIRE(verified.ok());
    CHECK(verified->size() ==
          (file.path().filename().string().find("cosigned") == std::string::npos ? 1 : 3));
    CHECK(parsed->checkpoint.root == roots.at(parsed->checkpoint.size));
    ++notes;
  }
  CHECK(notes == 22);

  std::size_t proofs = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder / "consistency"}) {
    INFO(file.path());
    const std::string bytes = test::read_file(file.path());
    const auto parsed = parse_consistency_file(bytes);
    REQUIRE(parsed.ok());
    const Checkpoint& now = parsed->checkpoint.checkpoint;
    REQUIRE(verify_note(parsed->checkpoint.note, keys).ok());
    CHECK(verify_consistency(parsed->old_size, now.size, roots.at(parsed->old_size), now.root,
                             parsed->proof, FromEmpty::Refuse));
    CHECK_FALSE(verify_consistency(parsed->old_size, now.size, roots.at(parsed->old_size - 1),
                                   now.root, parsed->proof, FromEmpty::Refuse));
    const auto split = bytes.find("\n\n") + 2;
    CHECK(consistency_file(parsed->old_size, parsed->proof, bytes.substr(split)) == bytes);
    ++proofs;
  }
  CHECK(proofs == 24);

  proofs = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder / "proofs"}) {
    INFO(file.path());
    const std::string bytes = test::read_file(file.path());
    const auto parsed = parse_inclusion_file(bytes);
    REQUIRE(parsed.ok());
    const Checkpoint& now = parsed->checkpoint.checkpoint;
    REQUIRE(verify_note(parsed->checkpoint.note, keys).ok());
    CHECK(verify_inclusion(parsed->index, now.size, leaf_hash(leaves.at(parsed->index)),
                           parsed->proof, now.root));
    CHECK_FALSE(verify_inclusion(parsed->index, now.size,
                                 leaf_hash(leaves.at(parsed->index) + "\n"), parsed->proof,
                                 now.root));
    const auto split = bytes.find("\n\n") + 2;
    CHECK(inclusion_file(parsed->index, parsed->proof, bytes.substr(split)) == bytes);
    ++proofs;
  }
  CHECK(proofs == 13);
}

TEST_CASE("the published tiled log has the roots that its checkpoints say",
          "[ledger][note][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data" / "merkle-vectors" / "tiles-log";
  const std::vector<VerifierKey> keys{key_of(test::read_file(folder / "log.vkey"))};
  std::istringstream lines{test::read_file(folder / "entries.txt")};
  CompactTree tree;
  std::string leaf_hashes;
  std::string bundle;
  for (std::size_t size = 0;; ++size) {
    const auto parsed =
        parse_signed_checkpoint(test::read_file(folder / ("checkpoint." + std::to_string(size))));
    REQUIRE(parsed.ok());
    CHECK(verify_note(parsed->note, keys).ok());
    CHECK(parsed->checkpoint.size == size);
    CHECK(parsed->checkpoint.root == tree.root());
    if (size > 0) {
      CHECK(test::read_file(folder / "tile" / "0" / "000.p" / std::to_string(size)) == leaf_hashes);
      CHECK(test::read_file(folder / "tile" / "entries" / "000.p" / std::to_string(size)) ==
            bundle);
    }
    std::string line;
    if (!std::getline(lines, line)) {
      CHECK(size == 15);
      break;
    }
    tree.push(leaf_hash(line));
    leaf_hashes += core::bytes_of(leaf_hash(line));
    bundle += static_cast<char>(line.size() >> 8);
    bundle += static_cast<char>(line.size());
    bundle += line;
  }
}
