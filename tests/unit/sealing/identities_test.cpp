// Sealed identities in a case: two persons to open one, and nothing left of a destroyed one.
#include "core/sealing/identities.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "core/base/clock_for_tests.hpp"
#include "core/base/encoding.hpp"
#include "core/base/time.hpp"
#include "core/ledger/verify.hpp"
#include "core/sealing/envelope.hpp"
#include "core/sealing/identity_log.hpp"
#include "core/sealing/identity_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared.hpp"

using namespace palermo;
using sealing::RoleKey;
using sealing::SecretBytes;
using session::Session;

namespace {

bool soak() { return std::getenv("PALERMO_SOAK") != nullptr; }

struct Case {
  std::filesystem::path folder;
  Case() {
    std::string name = (std::filesystem::temp_directory_path() / "palermo-sealed-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    setenv("PALERMO_KEYS", (folder / "keys").c_str(), 1);
    session::NewCase request;
    request.path = file();
    request.title = "T";
    request.state = "IT";
    request.operator_name = "root";
    auto made = Session::create(request);
    REQUIRE(made.ok());
    for (const auto& [who, role] :
         {std::pair{"hugo", "handler"}, std::pair{"hanna", "handler"}, std::pair{"lena", "legal"},
          std::pair{"leo", "legal"}, std::pair{"both", "handler,legal"}})
      REQUIRE(made->add_operator(who, role).ok());
  }
  ~Case() {
    core::detail::fix_clock_for_tests(std::nullopt);
    std::error_code ec;
    std::filesystem::remove_all(folder, ec);
  }
  [[nodiscard]] std::string file() const { return (folder / "case.palermo").string(); }
  [[nodiscard]] Session as(const std::string& who) const {
    auto opened = Session::open({file(), who, ""});
    REQUIRE(opened.ok());
    return *std::move(opened);
  }
  [[nodiscard]] RoleKey key(const std::string& who, const std::string& role) const {
    static const SecretBytes passphrase = *SecretBytes::copy("correct horse battery");
    Session session = as(who);
    v1::IdentityKeyResult result;
    auto made =
        sealing::register_key(session, role, passphrase, sealing::Strength::Moderate, result);
    REQUIRE(made.ok());
    auto opened = sealing::open_role_key(made->file_text, passphrase);
    REQUIRE(opened.ok());
    return *std::move(opened);
  }
};

v1::IdentityFields person(int number) {
  v1::IdentityFields fields;
  auto& name = *fields.add_fields();
  name.set_name("name");
  name.set_value("Somebody Invented Number " + std::to_string(100000 + number));
  return fields;
}

std::string sealed(Session& session, int number, const std::string& pseudonym = {}) {
  auto made = sealing::seal_identity(session, {pseudonym, "informant", person(number)});
  if (!made) FAIL(made.error().message);
  return made->pseudonym();
}

struct Opened {
  std::string name;
  std::string code;  // of a refusal
};

/// Asks, agrees and opens, each step by whom is said.
Opened opened(const Case& of, const std::string& pseudonym, const RoleKey& desk,
              const RoleKey& officer, const char* asks = "hugo", const char* agrees = "lena",
              const char* opens = "hugo") {
  const auto reason = [](const core::Error& error) {
    return Opened{{}, error.reason.empty() ? core::name_of(error.code) : error.reason};
  };
  Session first = of.as(asks);
  const auto asked = sealing::request_unsealing(first, pseudonym, "meeting of 7 March");
  if (!asked) return reason(asked.error());
  Session second = of.as(agrees);
  v1::UnsealingResult result;
  const auto grant =
      sealing::approve_unsealing(second, asked->request_id(), "checked", officer, result);
  if (!grant) return reason(grant.error());
  Session third = of.as(opens);
  const auto shown = sealing::unseal(third, asked->request_id(), *grant, desk);
  if (!shown) return reason(shown.error());
  return {shown->fields(0).value(), {}};
}

bool holds(const Case& of) {
  auto db = store::Database::open(of.file(), store::Database::Mode::ReadOnly);
  REQUIRE(db.ok());
  const auto verdict = ledger::verify_log(*db, {});
  REQUIRE(verdict.ok());
  return verdict->ok();
}

std::string all_bytes(const Case& of) {
  std::string all;
  for (const auto& each : std::filesystem::recursive_directory_iterator{of.folder})
    if (each.is_regular_file()) all += test::read_file(each.path());
  return all;
}

}  // namespace

TEST_CASE("identities: two persons open one, and every other way is refused", "[sealing]") {
  const Case of;
  const RoleKey desk = of.key("hugo", "handler");
  const RoleKey officer = of.key("lena", "legal");
  const RoleKey court = of.key("leo", "court");
  Session hugo = of.as("hugo");
  const std::string who = sealed(hugo, 1);
  CHECK(who.starts_with("INF-"));
  const auto count = [&of] { return *of.as("root").ledger().size(); };

  CHECK(opened(of, who, desk, officer).name == "Somebody Invented Number 100001");
  CHECK(opened(of, who, court, officer).name == "Somebody Invented Number 100001");
  const std::uint64_t before = count();
  CHECK(opened(of, who, desk, officer, "lena").code == "ROLE");  // asks without being handler
  CHECK(opened(of, who, desk, officer, "hugo", "hanna").code ==
        "ROLE");  // agrees without being legal
  CHECK(opened(of, who, desk, officer, "hugo", "lena", "hanna").code == "REQUESTER");
  CHECK(opened(of, who, desk, officer, "both").code == "BOTH_HALVES");
  CHECK(opened(of, who, desk, officer, "hugo", "both").code == "BOTH_HALVES");
  CHECK(opened(of, who, desk, desk).code == "KEY");
  CHECK(opened(of, who, officer, officer).code == "KEY");
  CHECK(opened(of, "INF-2222-222", desk, officer).code == "not found");
  CHECK(count() > before + 8);  // every attempt is an entry
  CHECK(holds(of));
  CHECK(all_bytes(of).find("Somebody Invented") == std::string::npos);
}

TEST_CASE("identities: a grant is good once, for a day, for its own request", "[sealing]") {
  const Case of;
  const RoleKey desk = of.key("hugo", "handler");
  const RoleKey officer = of.key("lena", "legal");
  Session hugo = of.as("hugo");
  const std::string who = sealed(hugo, 1);
  const std::string other = sealed(hugo, 2);
  Session lena = of.as("lena");
  v1::UnsealingResult result;
  const auto ask = [&](const std::string& pseudonym) {
    return sealing::request_unsealing(hugo, pseudonym, "meeting")->request_id();
  };
  const auto code = [](const auto& outcome) {
    return outcome ? std::string{"opened"} : outcome.error().reason;
  };
  const std::string first = ask(who);
  CHECK(code(sealing::unseal(hugo, first, "palermo-unseal-grant/1\n", desk)) == "SECOND_PERSON");
  const auto grant = sealing::approve_unsealing(lena, first, "checked", officer, result);
  REQUIRE(grant.ok());
  CHECK(code(sealing::approve_unsealing(lena, first, "checked", officer, result)) == "ANSWERED");
  const std::string second = ask(other);
  const auto others = sealing::approve_unsealing(lena, second, "checked", officer, result);
  REQUIRE(others.ok());
  CHECK(code(sealing::unseal(hugo, first, *others, desk)) == "GRANT");
  CHECK(code(sealing::unseal(hugo, first, *grant + " ", desk)) == "GRANT");
  CHECK(code(sealing::unseal(hugo, first, *grant, desk)) == "opened");
  CHECK(code(sealing::unseal(hugo, first, *grant, desk)) == "OPENED");
  // A day later the other one is void.
  core::detail::fix_clock_for_tests(
      core::now_us() + (std::int64_t{sealing::kGrantHours} * 3600 + 1) * core::kUsPerSecond);
  CHECK(code(sealing::unseal(hugo, second, *others, desk)) == "EXPIRED");
  // A further revision voids what was agreed for the one before.
  const std::string third = ask(who);
  const auto late = sealing::approve_unsealing(lena, third, "checked", officer, result);
  REQUIRE(late.ok());
  (void)sealed(hugo, 7, who);
  CHECK(code(sealing::unseal(hugo, third, *late, desk)) == "GRANT");
  CHECK(opened(of, who, desk, officer).name == "Somebody Invented Number 100007");
}

TEST_CASE("identities: rows that were exchanged, cut or taken away are found and not opened",
          "[sealing]") {
  const Case of;
  const RoleKey desk = of.key("hugo", "handler");
  const RoleKey officer = of.key("lena", "legal");
  Session hugo = of.as("hugo");
  const std::string a = sealed(hugo, 1);
  const std::string b = sealed(hugo, 2);
  const auto status_of = [&of](const std::string& who) {
    Session lena = of.as("lena");
    const auto list = sealing::list_identities(lena);
    REQUIRE(list.ok());
    for (const auto& item : list->identities())
      if (item.pseudonym() == who) return item.status();
    return std::string{};
  };
  CHECK(status_of(a) == "sealed");
  const std::string file = of.file() + ".identities";
  const auto tamper =
      [&](const std::function<void(v1::SealedIdentity&, v1::SealedIdentity&)>& how) {
        std::filesystem::copy_file(file, file + ".kept",
                                   std::filesystem::copy_options::overwrite_existing);
        {
          Session session = of.as("hugo");
          auto store = sealing::IdentityStore::open(session.db(), session.info().case_id());
          REQUIRE(store.ok());
          v1::SealedIdentity one = **store->newest(a);
          v1::SealedIdentity two = **store->newest(b);
          how(one, two);
          one.set_pseudonym(a);
          one.set_revision(1);
          auto transaction = session.db().begin();
          REQUIRE(store->put(one).ok());
          REQUIRE(transaction->commit().ok());
        }
        const auto seen = std::pair{status_of(a), opened(of, a, desk, officer)};
        std::filesystem::rename(file + ".kept", file);
        return seen;
      };
  using Identity = v1::SealedIdentity;
  for (const auto& how : std::vector<std::function<void(Identity&, Identity&)>>{
           [](Identity&one, Identity&two) { one = two; },
           [](Identity&one, Identity&two) { *one.mutable_fields() = two.fields(); },
           [](Identity&one, Identity&two) { *one.mutable_wraps() = two.wraps(); },
           [](Identity&one, Identity&) { one.mutable_fields()->SwapElements(0, 1); },
           [](Identity&one, Identity&) { one.mutable_fields(0)->mutable_sealed()->pop_back(); },
           [](Identity&one, Identity&) { one.set_category("witness"); },
           [](Identity&one, Identity&) { one.clear_wraps(); }}) {
    const auto [status, outcome] = tamper(how);
    CHECK(status == "altered");
    CHECK(outcome.code == "ALTERED");
  }
  CHECK(status_of(a) == "sealed");
  std::filesystem::remove(file);
  CHECK(status_of(a) == "missing");
}

TEST_CASE("identities: what is destroyed leaves no byte, and the others open", "[sealing]") {
  const int people = soak() ? 1000 : 40;
  const int runs = soak() ? 100 : 5;
  const Case of;
  const RoleKey desk = of.key("hugo", "handler");
  const RoleKey officer = of.key("lena", "legal");
  std::vector<std::string> names;
  {
    Session hugo = of.as("hugo");
    for (int i = 0; i < people; ++i) names.push_back(sealed(hugo, i));
  }
  for (int run = 0; run < runs; ++run) {
    const std::size_t at = static_cast<std::size_t>(run) * static_cast<std::size_t>(people / runs);
    const std::string& who = names[at];
    // What an attacker with both keys would look for: the data key, the salt, the text.
    std::vector<std::string> traces{"Somebody Invented"};
    {
      Session session = of.as("root");
      auto store = sealing::IdentityStore::open(session.db(), session.info().case_id());
      REQUIRE(store.ok());
      const v1::SealedIdentity row = **store->newest(who);
      const auto dek =
          sealing::unwrap(*sealing::peel(row.wraps(0).box(), officer), row.dek_id(), desk);
      REQUIRE(dek.ok());
      traces.emplace_back(dek->view());
      const sealing::Place place{session.info().case_id(), row.person_id(), 1, row.dek_id()};
      traces.emplace_back(sealing::open_field(place, row.fields(1), *dek)->view());
      for (const auto& field : row.fields()) traces.push_back(field.sealed().substr(0, 64));
      for (const auto& wrap : row.wraps()) traces.push_back(wrap.box());
    }
    Session leo = of.as("leo");
    const auto gone =
        sealing::destroy_identity(leo, {who, "Tribunale, 7/2031", "J-1", "COURT_ORDER"});
    REQUIRE(gone.ok());
    CHECK(gone->search_hits() == 0);
    const std::string everything = all_bytes(of);
    for (const std::string& trace : traces)
      if (everything.find(trace) != std::string::npos) FAIL("a trace of " << who << " is left");
    CHECK(opened(of, who, desk, officer).code == "DESTROYED");
    const std::string& next = names[at + 1];
    CHECK(opened(of, next, desk, officer).name ==
          "Somebody Invented Number " + std::to_string(100000 + at + 1));
  }
  CHECK(holds(of));
}

TEST_CASE("identities: destruction is by another's order, once, and names the backups",
          "[sealing]") {
  const Case of;
  const RoleKey desk = of.key("hugo", "handler");
  const RoleKey officer = of.key("lena", "legal");
  Session root = of.as("root");
  Session hugo = of.as("hugo");
  const std::string who = sealed(hugo, 1);
  const std::string other = sealed(hugo, 2);
  const SecretBytes key = *SecretBytes::random(32);
  const auto backup = sealing::back_up(root, key, "2099-12-31");
  REQUIRE(backup.ok());
  CHECK(backup->result.identities() == 2);
  CHECK(backup->bytes.find(who) == std::string::npos);
  CHECK(sealing::back_up(root, key, "2001-01-01").error().code == core::ErrorCode::Usage);

  Session lena = of.as("lena");
  CHECK(sealing::destroy_identity(lena, {who, "7/2031", "lena", "COURT_ORDER"}).error().reason ==
        "SECOND_PERSON");
  CHECK(sealing::destroy_identity(lena, {who, " ", "J-1", "COURT_ORDER"}).error().code ==
        core::ErrorCode::Usage);
  CHECK(sealing::destroy_identity(lena, {who, "7/2031", "J-1", "BECAUSE"}).error().code ==
        core::ErrorCode::Usage);
  const auto gone = sealing::destroy_identity(lena, {who, "7/2031", "J-1", "COURT_ORDER"});
  REQUIRE(gone.ok());
  CHECK(gone->backups_due_at() == "2099-12-31T23:59:59.999999Z");
  CHECK(sealing::destroy_identity(lena, {who, "8/2031", "J-1", "COURT_ORDER"}).error().reason ==
        "DESTROYED");
  CHECK(sealing::seal_identity(hugo, {who, "", person(3)}).error().reason == "DESTROYED");

  // The backup brings back what is missing, and never what was destroyed.
  std::filesystem::remove(of.file() + ".identities");
  Session again = of.as("root");
  CHECK(sealing::restore(again, backup->bytes, *SecretBytes::random(32)).error().code ==
        core::ErrorCode::BadInput);
  std::string changed = backup->bytes;
  changed[changed.size() / 2] ^= 1;
  Session third = of.as("root");
  CHECK(sealing::restore(third, changed, key).error().code == core::ErrorCode::BadInput);
  const auto back = sealing::restore(third, backup->bytes, key);
  REQUIRE(back.ok());
  CHECK(back->restored() == 1);
  CHECK(back->left_out() == 1);
  CHECK(opened(of, other, desk, officer).name == "Somebody Invented Number 100002");
  CHECK(opened(of, who, desk, officer).code == "DESTROYED");
  CHECK(holds(of));
}

TEST_CASE("identities: a file of another case, or of another program, is refused", "[sealing]") {
  const Case of;
  const RoleKey desk = of.key("hugo", "handler");
  const RoleKey officer = of.key("lena", "legal");
  {
    Session hugo = of.as("hugo");
    (void)sealed(hugo, 1);
  }
  const std::string file = of.file() + ".identities";
  const auto refused = [&] {
    Session session = of.as("hugo");
    const auto store = sealing::IdentityStore::open(session.db(), session.info().case_id());
    return store ? std::string{"taken"} : store.error().message;
  };
  CHECK(refused() == "taken");
  {
    Session session = of.as("hugo");
    auto store = sealing::IdentityStore::open(session.db(), session.info().case_id());
    REQUIRE(session.db().exec("UPDATE identities.meta SET value = 'other'").ok());
  }
  CHECK(refused().find("another case") != std::string::npos);
  std::filesystem::copy_file(of.file(), file, std::filesystem::copy_options::overwrite_existing);
  CHECK(refused().find("another program") != std::string::npos);
  std::ofstream{file} << std::string(4096, 'x');
  CHECK(refused() != "taken");
}
