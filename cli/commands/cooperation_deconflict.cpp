// `palermo cooperation deconflict…`: whether two offices look at the same identifiers, found
// without showing them (UNTOC art. 19).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "analysis/cooperation/deconflict.hpp"
#include "analysis/cooperation/disclosable.hpp"
#include "analysis/criteria/case_finding.hpp"
#include "analysis/criteria/textproto.hpp"
#include "cli/commands/cooperation.hpp"
#include "cli/commands/report_gather.hpp"
#include "cli/files.hpp"
#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kLargestList = std::size_t{256} << 20;

struct DeconflictOptions {
  std::string key, file, with, to;
};

struct Mine {
  cooperation::Deconfliction list;
  std::uint32_t withheld = 0;
};

/// What this case may compare.
core::Result<Mine> mine_of(session::Session& session) {
  PALERMO_TRY(const v1::FactsFile stated, criteria::stated_by_case(session.db(), std::nullopt));
  PALERMO_TRY(const auto authorizations, authorization::load_all(session.db()));
  PALERMO_TRY(const cooperation::Disclosable material,
              cooperation::disclosable(stated, authorizations, core::now_us()));
  entity::View view;
  view.named_only = true;
  PALERMO_TRY(const entity::Model model, entity::Model::load(session.db(), view));
  std::set<std::string> sealed;
  for (const report::KnownPerson& person : known_persons(stated))
    if (report::is_protected(person)) sealed.insert(person.id);
  Mine mine{cooperation::to_compare(material.facts, model, sealed), 0};
  for (const v1::MlaWithheld& row : material.withheld) mine.withheld += row.count();
  return mine;
}

/// Where there is nothing to compare, no hit says nothing at all.
std::string nothing(std::uint32_t ours) {
  if (ours > 0) return {};
  return core::wrapped(
             "Nothing to compare: no fact that may leave this case attributes an identifier to a "
             "person. State who used what (`palermo ingest` of a facts file).",
             100, 0) +
         "\n";
}

std::string left_out(std::uint32_t sealed, std::uint32_t not_comparable, std::uint32_t withheld) {
  return fmt::format(
      "Left out: {} of protected persons, {} that have no form another office would write the "
      "same; "
      "{} statements must not leave the case.",
      sealed, not_comparable, withheld);
}

constexpr const char* kWhatIsCompared =
    "Compared are identifiers that facts attribute to persons; who was merely in contact is not. "
    "No "
    "hit says that the other office has none of these, not that its people are others.";

core::Status check_absent(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return core::ok();
  return core::Error{core::ErrorCode::BadInput, "exists already", core::SourcePosition{path},
                     "name another file; nothing was overwritten"};
}

core::Status run_key(const DeconflictOptions& options, const Context& context) {
  PALERMO_CHECK_OK(sealing::make_hash_key(options.file));
  PALERMO_TRY(const sealing::SecretBytes key, sealing::read_hash_key(options.file));
  v1::DeconflictionKey answer;
  answer.set_file(options.file);
  answer.set_key_check(cooperation::hashed({}, key).key_check());
  context.answer(answer, [&] {
    return fmt::format("{}: a new key, {}…\n", core::printable(options.file, 200),
                       answer.key_check().substr(0, 16)) +
           core::wrapped(
               "Give it to the other office in person or over a channel of its own, never with a "
               "list. Whoever has both can try all telephone numbers in hours: the key protects, "
               "not the hash. Destroy it when you have compared.",
               100, 0) +
           "\n";
  });
  return core::ok();
}

core::Status run_list(const DeconflictOptions& options, const Context& context) {
  if (!criteria::is_state_code(options.to))
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("--to: '{}' is no ISO 3166-1 alpha-2 code", core::printable(options.to, 20)),
        std::nullopt, "two capital letters, such as DE"};
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Report));
  PALERMO_CHECK_OK(check_absent(options.file));
  PALERMO_TRY(const sealing::SecretBytes key, sealing::read_hash_key(options.key));
  PALERMO_TRY(store::Transaction transaction, session.db().begin());
  PALERMO_TRY(const Mine mine, mine_of(session));
  const v1::DeconflictionFile list = cooperation::hashed(mine.list, key);
  const std::string text = core::to_json(list).dump(1) + "\n";
  v1::DeconflictionMade answer;
  answer.set_file(options.file);
  answer.set_sha256(core::to_hex(core::sha256(text)));
  answer.set_to(options.to);
  answer.set_key_check(list.key_check());
  answer.set_identifiers(static_cast<std::uint32_t>(mine.list.identifiers.size()));
  answer.set_hashes(static_cast<std::uint32_t>(list.hashes_size()));
  answer.set_protected_(static_cast<std::uint32_t>(mine.list.protected_identifiers.size()));
  answer.set_not_comparable(static_cast<std::uint32_t>(mine.list.not_comparable.size()));
  for (const std::string& value : mine.list.not_comparable) answer.add_not_comparable_values(value);
  answer.set_withheld(mine.withheld);
  answer.add_notices(kWhatIsCompared);
  answer.set_disclosure_id("DEC-" + answer.sha256().substr(0, 16));

  v1::LedgerEntry entry;
  entry.set_id(answer.disclosure_id());
  v1::Disclosure& disclosure = *entry.mutable_disclosure();
  std::set<std::string> statements;
  for (const auto& [form, who] : mine.list.identifiers)
    statements.insert(who.statements.begin(), who.statements.end());
  constexpr std::size_t kMostObjects = 1000;  // a leaf holds 64 KiB
  for (const std::string& id : statements)
    if (static_cast<std::size_t>(disclosure.objects_size()) < kMostObjects)
      disclosure.add_objects(id);
  if (statements.size() > kMostObjects)
    disclosure.add_caveats(fmt::format("{} more statements", statements.size() - kMostObjects));
  disclosure.add_caveats("hit or no hit; the key protects, not the hash");
  disclosure.set_recipient_state(options.to);
  disclosure.set_legal_basis("UNTOC art. 19");
  disclosure.set_purpose(session.purpose());
  disclosure.set_artefact_sha256(answer.sha256());
  disclosure.set_redaction_profile("keyed-hashes/1");
  disclosure.set_audience("deconfliction");
  disclosure.set_format("json");
  PALERMO_TRY([[maybe_unused]] const ledger::AppendedLeaf leaf,
              session.ledger().append(transaction, std::move(entry), session.actor()));
  // The file first: an entry for a list that was never written would be false.
  PALERMO_CHECK_OK(write_file(options.file, text));
  if (core::Status kept = transaction.commit(); !kept) {
    std::error_code error;
    std::filesystem::remove(options.file, error);
    return kept;
  }
  context.answer(answer, [&] {
    std::string out = fmt::format("{}: {} identifiers among {} hashes, for {}; {}\n",
                                  core::printable(options.file, 200), answer.identifiers(),
                                  answer.hashes(), answer.to(), answer.disclosure_id());
    out += nothing(answer.identifiers());
    out += core::wrapped(left_out(answer.protected_(), answer.not_comparable(), answer.withheld()),
                         100, 0) +
           "\n";
    for (const std::string& value : answer.not_comparable_values())
      out += "  not comparable: " + core::printable(value, 60) + "\n";
    return out + core::wrapped(kWhatIsCompared, 100, 0) + "\n";
  });
  return core::ok();
}

core::Status run_compare(const DeconflictOptions& options, const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::Assess));
  PALERMO_TRY(const sealing::SecretBytes key, sealing::read_hash_key(options.key));
  PALERMO_TRY(const std::string text, read_text_file(options.with, kLargestList));
  PALERMO_TRY(const v1::DeconflictionFile theirs,
              cooperation::read_deconfliction(text, options.with, key));
  PALERMO_TRY(const Mine mine, mine_of(session));
  v1::DeconflictionHits answer;
  answer.set_sha256(core::to_hex(core::sha256(text)));
  v1::Access access;
  for (v1::DeconflictionHit& hit : cooperation::hits(mine.list, theirs, key)) {
    for (const std::string& id : hit.statements()) access.add_objects(id);
    *answer.add_hits() = std::move(hit);
  }
  answer.set_ours(static_cast<std::uint32_t>(mine.list.identifiers.size()));
  answer.set_theirs(static_cast<std::uint32_t>(theirs.hashes_size()));
  answer.set_key_check(theirs.key_check());
  answer.set_made_at(theirs.made_at());
  answer.set_protected_(static_cast<std::uint32_t>(mine.list.protected_identifiers.size()));
  answer.set_not_comparable(static_cast<std::uint32_t>(mine.list.not_comparable.size()));
  answer.set_withheld(mine.withheld);
  answer.add_notices(kWhatIsCompared);
  access.set_command("cooperation deconflict");
  access.set_operation("COMBINE");
  access.add_objects("deconfliction/" + answer.sha256());
  access.set_result_count(static_cast<std::uint32_t>(answer.hits_size()));
  PALERMO_CHECK_OK(session.log_access(std::move(access)));
  context.answer(answer, [&] {
    std::string out =
        core::wrapped(
            fmt::format(
                "{}: of our {} identifiers {} among the {} hashes of {}, of which some are "
                "random.",
                answer.hits_size() == 0 ? "No hit" : "Hit", answer.ours(),
                answer.hits_size() == 1 ? "1 is" : fmt::format("{} are", answer.hits_size()),
                answer.theirs(), core::printable(answer.made_at(), 30)),
            100, 0) +
        "\n";
    std::vector<std::vector<std::string>> rows{{"kind", "value", "attributed to", "by"}};
    for (const v1::DeconflictionHit& hit : answer.hits())
      rows.push_back({core::printable(hit.kind(), 12), core::printable(hit.value(), 40),
                      core::printable(fmt::format("{}", fmt::join(hit.persons(), " ")), 24),
                      core::printable(fmt::format("{}", fmt::join(hit.statements(), " ")), 20)});
    if (rows.size() > 1) out += core::table(rows);
    return out + nothing(answer.ours()) +
           core::wrapped(left_out(answer.protected_(), answer.not_comparable(), answer.withheld()),
                         100, 0) +
           "\n" + core::wrapped(kWhatIsCompared, 100, 0) + "\n";
  });
  return core::ok();
}

}  // namespace

std::vector<Command> add_deconfliction(CLI::App* group) {
  auto options = std::make_shared<DeconflictOptions>();
  CLI::App* make_key = group->add_subcommand(
      "deconflict-key", "A new key under which two offices hash what they compare (UNTOC art. 19)");
  make_key->add_option("-o,--output", options->file, "File to write; must not exist")
      ->required()
      ->type_name("FILE");
  const auto with_key = [&](CLI::App* command) {
    command->add_option("--key", options->key, "The key that both offices have")
        ->required()
        ->type_name("FILE");
  };
  CLI::App* list = group->add_subcommand(
      "deconflict-list",
      "Keyed hashes of the identifiers of persons, for the other office; logged");
  with_key(list);
  list->add_option("--to", options->to, "State that gets it, ISO 3166-1 alpha-2")->required();
  list->add_option("-o,--output", options->file, "File to write; must not exist")
      ->required()
      ->type_name("FILE");
  CLI::App* compare = group->add_subcommand(
      "deconflict", "Which of our identifiers stand in another office's list");
  with_key(compare);
  compare->add_option("--with", options->with, "Their list")->required()->type_name("FILE");
  const auto with = [&](core::Status (*run)(const DeconflictOptions&, const Context&)) {
    return [options, run](const Context& context) { return run(*options, context); };
  };
  return {{make_key, with(run_key)}, {list, with(run_list)}, {compare, with(run_compare)}};
}

}  // namespace palermo::cli
