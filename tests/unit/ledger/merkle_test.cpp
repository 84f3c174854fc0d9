#include "core/ledger/merkle.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using namespace palermo::ledger;

namespace {

Digest hex(std::string_view text) { return *core::digest_from(*core::from_hex(text)); }

/// The 8 leaves of the RFC 6962 reference tree.
const std::vector<std::string> kLeavesHex{"",
                                          "00",
                                          "10",
                                          "2021",
                                          "3031",
                                          "40414243",
                                          "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRootsHex{
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

/// A tree in memory that keeps every perfect subtree, as the store does.
struct Tree {
  CompactTree tree;
  std::vector<std::vector<Digest>> levels{1};
  std::vector<Digest> roots{empty_root()};

  Tree() {
    tree.on_node = [this](unsigned level, std::uint64_t index, const Digest& hash) {
      if (levels.size() <= level) levels.resize(level + 1);
      REQUIRE(levels[level].size() == index);
      levels[level].push_back(hash);
    };
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  void add(std::string_view leaf) {
    levels[0].push_back(leaf_hash(leaf));
    tree.push(levels[0].back());
    roots.push_back(tree.root());
  }
  [[nodiscard]] HashSource source() const {
    return [this](unsigned level, std::uint64_t index) -> core::Result<Digest> {
      if (level >= levels.size() || index >= levels[level].size())
        return core::Error{core::ErrorCode::Internal, "asked for a node that is not full"};
      return levels[level][index];
    };
  }
};

/// MTH of RFC 6962 section 2.1, written as the RFC does.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

}  // namespace

TEST_CASE("the reference tree has the published roots and proofs", "[ledger][merkle]") {
  CHECK(core::to_hex(empty_root()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Tree tree;
  for (std::size_t i = 0; i < kLeavesHex.size(); ++i) {
    tree.add(*core::from_hex(kLeavesHex[i]));
    CHECK(core::to_hex(tree.tree.root()) == kRootsHex[i]);
  }
  const auto inclusion = inclusion_proof(5, 8, tree.source());
  REQUIRE(inclusion.ok());
  REQUIRE(inclusion->size() == 3);
  CHECK(core::to_hex((*inclusion)[0]).starts_with("bc1a0643b12e4d2d"));
  CHECK(core::to_hex((*inclusion)[1]).starts_with("ca854ea128ed050b"));
  CHECK(core::to_hex((*inclusion)[2]).starts_with("d37ee418976dd957"));
  const auto consistency = consistency_proof(6, 8, tree.source());
  REQUIRE(consistency.ok());
  REQUIRE(consistency->size() == 3);
  CHECK(core::to_hex((*consistency)[0]).starts_with("0ebc5d3437fbe2db"));
  CHECK(core::to_hex((*consistency)[1]).starts_with("ca854ea128ed050b"));
  CHECK(core::to_hex((*consistency)[2]).starts_with("d37ee418976dd957"));
  CHECK(inclusion_proof(8, 8, tree.source()).error().code == core::ErrorCode::InvalidArgument);
  CHECK(consistency_proof(9, 8, tree.source()).error().code == core::ErrorCode::InvalidArgument);
}

TEST_CASE("every proof of a small tree verifies, and none with a bit flipped", "[ledger][merkle]") {
  // 32,896 inclusion and 32,896 consistency proofs in soak.
  const std::uint64_t kLeaves = std::getenv("PALERMO_SOAK") != nullptr ? 256 : 64;
  Tree tree;
  for (std::uint64_t i = 0; i < kLeaves; ++i) tree.add("leaf " + std::to_string(i));
  std::uint64_t verified = 0;
  std::uint64_t accepted_wrong = 0;
  std::uint64_t refused_right = 0;
  std::size_t bit = 0;
  const auto flipped = [&bit](Digest digest) {
    bit = (bit + 37) % 256;
    digest[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    return digest;
  };
  for (std::uint64_t n = 1; n <= kLeaves; ++n) {
    const Digest root = tree.roots[n];
    REQUIRE(root == naive_root(std::span{tree.levels[0]}.first(n)));
    REQUIRE(*root_at(n, tree.source()) == root);
    for (std::uint64_t i = 0; i < n; ++i) {
      auto proof = inclusion_proof(i, n, tree.source());
      REQUIRE(proof.ok());
      const Digest leaf = tree.levels[0][i];
      refused_right += !verify_inclusion(i, n, leaf, *proof, root);
      ++verified;
      accepted_wrong += verify_inclusion(i, n, flipped(leaf), *proof, root);
      accepted_wrong += verify_inclusion(i, n, leaf, *proof, flipped(root));
      accepted_wrong += verify_inclusion(n, n, leaf, *proof, root);
      for (std::uint64_t other = 0; other < n; ++other)
        if (other != i) accepted_wrong += verify_inclusion(other, n, leaf, *proof, root);
      for (std::size_t k = 0; k < proof->size(); ++k) {
        auto damaged = *proof;
        damaged[k] = flipped(damaged[k]);
        accepted_wrong += verify_inclusion(i, n, leaf, damaged, root);
        damaged = *proof;
        damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(k));
        accepted_wrong += verify_inclusion(i, n, leaf, damaged, root);
      }
      auto longer = *proof;
      longer.push_back(root);
      accepted_wrong += verify_inclusion(i, n, leaf, longer, root);
    }
    for (std::uint64_t m = 1; m <= n; ++m) {
      auto proof = consistency_proof(m, n, tree.source());
      REQUIRE(proof.ok());
      const Digest old_root = tree.roots[m];
      refused_right += !verify_consistency(m, n, old_root, root, *proof, FromEmpty::Refuse);
      ++verified;
      accepted_wrong +=
          verify_consistency(m, n, flipped(old_root), root, *proof, FromEmpty::Refuse);
      accepted_wrong +=
          verify_consistency(m, n, old_root, flipped(root), *proof, FromEmpty::Refuse);
      for (std::size_t k = 0; k < proof->size(); ++k) {
        auto damaged = *proof;
        damaged[k] = flipped(damaged[k]);
        accepted_wrong += verify_consistency(m, n, old_root, root, damaged, FromEmpty::Refuse);
        damaged = *proof;
        damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(k));
        accepted_wrong += verify_consistency(m, n, old_root, root, damaged, FromEmpty::Refuse);
      }
      auto longer = *proof;
      longer.push_back(root);
      accepted_wrong += verify_consistency(m, n, old_root, root, longer, FromEmpty::Refuse);
    }
  }
  CHECK(verified == kLeaves * (kLeaves + 1));
  CHECK(refused_right == 0);
  CHECK(accepted_wrong == 0);
}

TEST_CASE("a proof from the empty log is refused or taken by name", "[ledger][merkle]") {
  Tree tree;
  tree.add("a");
  const Digest root = tree.roots[1];
  CHECK_FALSE(verify_consistency(0, 1, empty_root(), root, {}, FromEmpty::Refuse));
  CHECK(verify_consistency(0, 1, empty_root(), root, {}, FromEmpty::Accept));
  CHECK(verify_consistency(0, 0, empty_root(), empty_root(), {}, FromEmpty::Accept));
  CHECK_FALSE(verify_consistency(0, 0, empty_root(), root, {}, FromEmpty::Accept));
  CHECK_FALSE(verify_consistency(0, 1, root, root, {}, FromEmpty::Accept));
  const std::vector<Digest> one{root};
  CHECK_FALSE(verify_consistency(0, 1, empty_root(), root, one, FromEmpty::Accept));
}

TEST_CASE("published RFC 6962 vectors get the published verdict", "[ledger][merkle][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto folder = shared / "data" / "merkle-vectors" / "rfc6962";
  const auto load = [&folder](const char* name) {
    auto json = core::parse_json(test::read_file(folder / name));
    REQUIRE(json.ok());
    return *json;
  };
  const core::Json tree_json = load("reference_tree.json");
  CHECK(core::to_hex(empty_root()) == tree_json["empty_tree_root"]);
  for (const auto& each : tree_json["leaf_hashes"])
    CHECK(core::to_hex(leaf_hash(*core::from_hex(each["leaf_hex"].get<std::string>()))) ==
          each["hash"]);
  for (const auto& each : tree_json["node_hashes"])
    CHECK(core::to_hex(node_hash(*core::from_hex(each["left_hex"].get<std::string>()),
                                 *core::from_hex(each["right_hex"].get<std::string>()))) ==
          each["hash"]);
  Tree tree;
  for (std::size_t i = 0; i < tree_json["leaves_hex"].size(); ++i) {
    tree.add(*core::from_hex(tree_json["leaves_hex"][i].get<std::string>()));
    CHECK(core::to_hex(tree.tree.root()) == tree_json["roots_hex_by_size_1_to_8"][i]);
    CHECK(core::to_hex(tree.levels[0][i]) == tree_json["leaf_level_hashes_hex"][i]);
  }
  const auto digests = [](const core::Json& list) {
    std::vector<Digest> out;
    for (const auto& each : list) {
      const auto text = each.get<std::string>();
      out.push_back(text.size() == 64 ? hex(text) : *core::digest_from(*core::from_base64(text)));
    }
    return out;
  };
  for (const auto& each : tree_json["inclusion_paths"])
    CHECK(*inclusion_proof(each["leaf_index_from_0"].get<std::uint64_t>(),
                           each["tree_size"].get<std::uint64_t>(),
                           tree.source()) == digests(each["path_hex"]));
  for (const auto& each : tree_json["consistency_proofs"])
    CHECK(*consistency_proof(each["size1"].get<std::uint64_t>(), each["size2"].get<std::uint64_t>(),
                             tree.source()) == digests(each["proof_hex"]));

  // A negative size or index is a refusal, as it is in a proof file.
  std::size_t good = 0;
  std::size_t probes = 0;
  const auto digest = [](const core::Json& value) -> std::optional<Digest> {
    if (!value.is_string()) return std::nullopt;
    const auto bytes = core::from_base64(value.get<std::string>());
    if (!bytes || bytes->empty()) return std::nullopt;
    // "don't care" texts stand for some roots; their own hash keeps equal equal and different
    // different.
    return bytes->size() == 32 ? core::digest_from(*bytes) : core::sha256(*bytes);
  };
  const auto proof_of = [&digest](const core::Json& value) -> std::optional<std::vector<Digest>> {
    std::vector<Digest> out;
    if (value.is_null()) return out;
    for (const auto& each : value) {
      const auto hash = digest(each);
      if (!hash) return std::nullopt;
      out.push_back(*hash);
    }
    return out;
  };
  for (const auto& probe : load("inclusion_probes.json")) {
    INFO(probe["source"] << ": " << probe["desc"]);
    const auto root = digest(probe["root"]);
    const auto leaf = digest(probe["leafHash"]);
    const auto proof = proof_of(probe["proof"]);
    const bool accepted =
        root && leaf && proof && probe["leafIdx"].is_number_unsigned() &&
        probe["treeSize"].is_number_unsigned() &&
        verify_inclusion(probe["leafIdx"].get<std::uint64_t>(),
                         probe["treeSize"].get<std::uint64_t>(), *leaf, *proof, *root);
    CHECK(accepted != probe["wantErr"].get<bool>());
    good += accepted;
    ++probes;
  }
  CHECK(good == 4);
  for (const auto& probe : load("consistency_probes.json")) {
    INFO(probe["source"] << ": " << probe["desc"]);
    const auto old_root = digest(probe["root1"]);
    const auto new_root = digest(probe["root2"]);
    const auto proof = proof_of(probe["proof"]);
    const bool accepted =
        old_root && new_root && proof && probe["size1"].is_number_unsigned() &&
        probe["size2"].is_number_unsigned() &&
        verify_consistency(probe["size1"].get<std::uint64_t>(), probe["size2"].get<std::uint64_t>(),
                           *old_root, *new_root, *proof, FromEmpty::Refuse);
    CHECK(accepted != probe["wantErr"].get<bool>());
    good += accepted;
    ++probes;
  }
  CHECK(good == 8);
  CHECK(probes == 106);
}
