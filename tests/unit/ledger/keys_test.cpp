#include "core/ledger/keys.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using namespace palermo::ledger;

TEST_CASE("the published Go note key reads, signs and prints as published", "[ledger][keys]") {
  const std::string skey =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  const std::string vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  auto key = SigningKey::parse(skey);
  REQUIRE(key.ok());
  CHECK(key->verifier().text() == vkey);
  CHECK(key->secret_text() == skey);
  const auto public_key = VerifierKey::parse(vkey);
  REQUIRE(public_key.ok());
  CHECK(public_key->text() == vkey);
  const std::string message =
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n";
  const std::string signature = key->sign(message);
  CHECK(core::to_base64("\xc7\x4f\x20\xa3" + signature) ==
        "x08go/ZJkuBS9UG/"
        "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=");
  CHECK(verify_signature(*public_key, message, signature));
  CHECK_FALSE(verify_signature(*public_key, message + " ", signature));
  SECTION("a moved key still signs") {
    const SigningKey moved = *std::move(key);
    CHECK(moved.sign(message) == signature);
  }
}

TEST_CASE("keys that are not what they say are refused", "[ledger][keys]") {
  for (const char* text :
       {"", "name", "name+00000000",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    INFO(text);
    CHECK(VerifierKey::parse(text).error().code == core::ErrorCode::BadInput);
  }
  CHECK_FALSE(
      SigningKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").ok());
  CHECK_FALSE(SigningKey::parse(
                  "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
                  .ok());
  CHECK_FALSE(SigningKey::generate("two words").ok());
  CHECK_FALSE(SigningKey::generate("name", 6).ok());
  CHECK_FALSE(valid_key_name("a\xE3\x80\x80z"));
  CHECK_FALSE(valid_key_name("a\xC2\xA0z"));
  CHECK(valid_key_name("palermo/0f9c"));
  CHECK(valid_key_name("\xC3\x84mter"));
}

TEST_CASE("published Ed25519 cases get the published verdict", "[ledger][keys][shared]") {
  PALERMO_NEED_SHARED(shared);
  const auto json = core::parse_json(
      test::read_file(shared / "data" / "merkle-vectors" / "ed25519" / "ed25519_test.json"));
  REQUIRE(json.ok());
  std::size_t seen = 0;
  for (const auto& group : (*json)["testGroups"]) {
    VerifierKey key;
    key.type = kEd25519;
    key.public_key = *core::from_hex(group["publicKey"]["pk"].get<std::string>());
    for (const auto& test : group["tests"]) {
      INFO(test["tcId"] << ": " << test["comment"]);
      CHECK(verify_signature(key, *core::from_hex(test["msg"].get<std::string>()),
                             *core::from_hex(test["sig"].get<std::string>())) ==
            (test["result"] == "valid"));
      ++seen;
    }
  }
  CHECK(seen == 151);
}

TEST_CASE("secret keys are kept for their owner alone and never overwritten", "[ledger][keys]") {
  std::string pattern = (std::filesystem::temp_directory_path() / "palermo-keys-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  const std::filesystem::path base = pattern;
  setenv("PALERMO_KEYS", (base / "deep" / "keys").c_str(), 1);
  const auto folder = KeyFolder::of_case("case-1");
  REQUIRE(folder.ok());
  CHECK(folder->path() == (base / "deep" / "keys" / "case-1").string());
  CHECK_FALSE(std::filesystem::exists(base / "deep"));
  const auto key = SigningKey::generate("op/anna");
  REQUIRE(key.ok());
  REQUIRE(folder->save("anna.key", key->secret_text()).ok());
  CHECK(folder->load_signer("anna.key")->verifier().text() == key->verifier().text());
  struct stat info {};
  REQUIRE(stat((folder->path() + "/anna.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(stat(folder->path().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  CHECK(folder->save("anna.key", "other").error().code == core::ErrorCode::BadInput);
  CHECK(*folder->load("anna.key") == key->secret_text());
  CHECK(std::distance(std::filesystem::directory_iterator{folder->path()}, {}) == 1);
  CHECK(folder->load("bert.key").error().code == core::ErrorCode::Refused);
  CHECK(folder->load("../case-1/anna.key").error().code == core::ErrorCode::Refused);
  CHECK(folder->save("../x", "y").error().code == core::ErrorCode::BadInput);
  CHECK_FALSE(KeyFolder::of_case("../../etc").ok());
  CHECK_FALSE(KeyFolder::of_case("").ok());

  unsetenv("PALERMO_KEYS");
  setenv("XDG_DATA_HOME", "/nowhere", 1);
  CHECK(KeyFolder::of_case("c")->path() == "/nowhere/palermo/keys/c");
  unsetenv("XDG_DATA_HOME");
  setenv("HOME", "/home/somebody", 1);
  CHECK(KeyFolder::of_case("c")->path() == "/home/somebody/.local/share/palermo/keys/c");
  unsetenv("HOME");
  CHECK(KeyFolder::of_case("c")->path().ends_with("/.local/share/palermo/keys/c"));
  std::filesystem::remove_all(base);
}
