// Envelopes: what was moved, cut, exchanged or opened with another key does not open.
#include "core/sealing/envelope.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "core/base/encoding.hpp"
#include "core/sealing/pseudonym.hpp"
#include "tests/support/catch.hpp"

using namespace palermo;
using sealing::RoleKey;
using sealing::SecretBytes;

namespace {

SecretBytes bytes(std::string_view text) { return *SecretBytes::copy(text); }

/// A key pair without a passphrase file: libsodium's pair, by way of one cheap detour.
RoleKey key_of(const std::string& role) {
  static const SecretBytes passphrase = bytes("correct horse battery");
  auto made = sealing::make_role_key(role, passphrase, sealing::Strength::Moderate);
  REQUIRE(made.ok());
  auto key = sealing::open_role_key(made->file_text, passphrase);
  REQUIRE(key.ok());
  return *std::move(key);
}

const RoleKey& handler() {
  static const RoleKey key = key_of("handler");
  return key;
}
const RoleKey& legal() {
  static const RoleKey key = key_of("legal");
  return key;
}
const RoleKey& other() {
  static const RoleKey key = key_of("handler");
  return key;
}

sealing::Place place() { return {"case", std::string(16, 'p'), 1, std::string(16, 'd')}; }

std::string text_of(const core::Result<SecretBytes>& opened) {
  return opened ? std::string{opened->view()} : std::string{"refused"};
}

}  // namespace

TEST_CASE("sealing: a field opens where it was sealed, and nowhere else", "[sealing]") {
  const SecretBytes dek = *SecretBytes::random(32);
  const std::string name = "Somebody Invented";
  const auto field = *sealing::seal_field(place(), "fields", name, dek);
  CHECK(text_of(sealing::open_field(place(), field, dek)) == name);
  CHECK(text_of(sealing::open_field(place(), field, *SecretBytes::random(32))) == "refused");
  for (const auto& change : {+[](sealing::Place& at) { at.case_id += "x"; },
                             +[](sealing::Place& at) { at.person_id[3] ^= 1; },
                             +[](sealing::Place& at) { at.revision = 2; },
                             +[](sealing::Place& at) { at.dek_id[15] ^= 1; }}) {
    sealing::Place moved = place();
    change(moved);
    CHECK(text_of(sealing::open_field(moved, field, dek)) == "refused");
  }
  auto renamed = field;
  renamed.set_name("salt");
  CHECK(text_of(sealing::open_field(place(), renamed, dek)) == "refused");
}

TEST_CASE("sealing: no bit of a field can be changed, none cut or added", "[sealing]") {
  const SecretBytes dek = *SecretBytes::random(32);
  const auto field = *sealing::seal_field(place(), "fields", "Somebody Invented", dek);
  std::size_t tried = 0;
  for (const bool nonce : {false, true}) {
    const std::size_t size = nonce ? field.nonce().size() : field.sealed().size();
    for (std::size_t bit = 0; bit < size * 8; ++bit, ++tried) {
      auto changed = field;
      std::string& part = nonce ? *changed.mutable_nonce() : *changed.mutable_sealed();
      part[bit / 8] = static_cast<char>(part[bit / 8] ^ (1 << bit % 8));
      if (sealing::open_field(place(), changed, dek)) FAIL("bit " << bit << " was changed unseen");
    }
    for (std::size_t cut = 0; cut < size; ++cut, ++tried) {
      auto changed = field;
      (nonce ? changed.mutable_nonce() : changed.mutable_sealed())->resize(cut);
      if (sealing::open_field(place(), changed, dek)) FAIL("cut to " << cut << " unseen");
    }
  }
  CHECK(tried > 2500);
}

TEST_CASE("sealing: lengths tell nothing below 256 bytes, and nonces do not repeat", "[sealing]") {
  const SecretBytes dek = *SecretBytes::random(32);
  std::set<std::size_t> sizes;
  std::set<std::string> nonces;
  for (std::size_t length = 0; length < 256; ++length) {
    const std::string text(length, 'x');
    const auto field = *sealing::seal_field(place(), "fields", text, dek);
    CHECK(text_of(sealing::open_field(place(), field, dek)) == text);
    sizes.insert(field.sealed().size());
    nonces.insert(field.nonce());
  }
  CHECK(sizes == std::set<std::size_t>{256 + 16});
  CHECK(nonces.size() == 256);
  CHECK(sealing::seal_field(place(), "fields", std::string(256, 'x'), dek)->sealed().size() ==
        512 + 16);
}

TEST_CASE("sealing: both keys open a wrapped key, in their order, and neither alone", "[sealing]") {
  const SecretBytes dek = *SecretBytes::random(32);
  const std::string id(16, 'd');
  const sealing::Recipient first{handler().id(), handler().public_key};
  const sealing::Recipient second{legal().id(), legal().public_key};
  const auto wrapped = *sealing::wrap(dek, id, first, second);
  const auto inner = sealing::peel(wrapped.box(), legal());
  REQUIRE(inner.ok());
  CHECK(text_of(sealing::unwrap(*inner, id, handler())) == std::string{dek.view()});

  CHECK_FALSE(sealing::peel(wrapped.box(), handler()).ok());
  CHECK_FALSE(sealing::peel(wrapped.box(), other()).ok());
  CHECK_FALSE(sealing::unwrap(wrapped.box(), id, handler()).ok());
  CHECK_FALSE(sealing::unwrap(*inner, id, legal()).ok());
  CHECK_FALSE(sealing::unwrap(*inner, id, other()).ok());
  CHECK_FALSE(sealing::unwrap(*inner, std::string(16, 'e'), handler()).ok());  // another's key
  CHECK(inner->find(dek.view()) == std::string::npos);
  CHECK(wrapped.box().find(dek.view()) == std::string::npos);
  CHECK_FALSE(sealing::wrap(dek, id, first, first).ok());
  for (std::size_t bit = 0; bit < wrapped.box().size() * 8; ++bit) {
    std::string changed = wrapped.box();
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    if (sealing::peel(changed, legal())) FAIL("bit " << bit << " was changed unseen");
  }
}

TEST_CASE("sealing: a role key opens with its passphrase alone, and not when it was changed",
          "[sealing]") {
  const SecretBytes passphrase = bytes("correct horse battery");
  const auto made = *sealing::make_role_key("legal", passphrase, sealing::Strength::Moderate);
  const auto key = sealing::open_role_key(made.file_text, passphrase);
  REQUIRE(key.ok());
  CHECK(key->role == "legal");
  CHECK(key->public_key == made.public_key);
  CHECK(made.file_text.find(std::string{key->secret.view()}) == std::string::npos);
  CHECK(sealing::open_role_key(made.file_text, bytes("correct horse batterY")).error().code ==
        core::ErrorCode::Refused);
  CHECK(sealing::make_role_key("legal", bytes("elevenbytes"), sealing::Strength::Moderate)
            .error()
            .code == core::ErrorCode::Usage);

  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = made.file_text;
    text.replace(text.find(from), from.size(), to);
    return sealing::open_role_key(text, passphrase);
  };
  // The role is authenticated: a legal officer's key cannot be passed off as a handler's.
  CHECK(with("role legal", "role handler").error().code == core::ErrorCode::Refused);
  // Work that is too little would make guessing cheap, too much would stop the machine.
  CHECK(with("argon2id 3 268435456", "argon2id 1 268435456").error().code ==
        core::ErrorCode::BadInput);
  CHECK(with("argon2id 3 268435456", "argon2id 3 8192").error().code == core::ErrorCode::BadInput);
  CHECK(with("argon2id 3 268435456", "argon2id 3 99999999999999").error().code ==
        core::ErrorCode::BadInput);
  CHECK(with("argon2id 3 ", "argon2id 3x ").error().code == core::ErrorCode::BadInput);
  for (std::size_t cut = 0; cut + 1 < made.file_text.size(); ++cut)
    if (sealing::open_role_key(made.file_text.substr(0, cut), passphrase))
      FAIL("cut to " << cut << " unseen");
  CHECK_FALSE(sealing::open_role_key(made.file_text + "x", passphrase).ok());
}

TEST_CASE("sealing: pseudonyms tell a slip of the pen and count nobody", "[sealing]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string made = sealing::new_pseudonym("UCO");
    INFO(made);
    REQUIRE(made.size() == 12);
    REQUIRE(sealing::check_pseudonym(made).ok());
    REQUIRE(sealing::check_fits(made));
    seen.insert(made);
    for (std::size_t at = 4; at < made.size(); ++at) {
      if (made[at] == '-') continue;
      for (const char c : std::string_view{"23456789ABCDEFGHJKMNPQRSTVWXY"}) {
        std::string wrong = made;
        wrong[at] = c;
        if (wrong != made && sealing::check_fits(wrong)) FAIL(wrong << " for " << made);
      }
      std::string swapped = made;
      const std::size_t next = made[at + 1] == '-' ? at + 2 : at + 1;
      if (next + 1 < made.size() && swapped[at] != swapped[next]) {
        std::swap(swapped[at], swapped[next]);
        if (sealing::check_fits(swapped)) FAIL(swapped << " for " << made);
      }
    }
  }
  CHECK(seen.size() > 990);
  for (const char* wrong : {"", "uco-7q4k-2mx", "UCO 7Q4K", "UCO-7Q4K-2MX\n", "-UCO", "A/B-C"})
    CHECK_FALSE(sealing::check_pseudonym(wrong).ok());
}

TEST_CASE("sealing: a process that holds secrets leaves no core", "[sealing]") {
  const pid_t child = fork();
  if (child == 0) {
    const bool forbidden = sealing::forbid_dumps().ok() && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    _exit(forbidden ? 7 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 7);
}
