#include "simulation/simulate.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "simulation/calls.hpp"
#include "simulation/cast.hpp"
#include "simulation/evidence.hpp"
#include "simulation/text_file.hpp"

namespace palermo::simulation {
namespace {

using core::Error;
using core::ErrorCode;
using core::Json;
using core::Result;
using core::Status;

Status check(const Options& options) {
  if (options.persons < kMinPersons || options.persons > kMaxPersons)
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("--persons {}: from {} to {}", options.persons, kMinPersons, kMaxPersons),
        std::nullopt, "the story needs its members, and the invented numbers are a thousand"};
  if (options.calls < kMinCalls || options.calls > kMaxCalls)
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--calls {}: from {} to {}", options.calls, kMinCalls, kMaxCalls)};
  return core::ok();
}

Status prepare(const std::filesystem::path& folder) {
  const std::string shown = core::printable(folder.string());
  std::error_code ec;
  const auto status = std::filesystem::status(folder, ec);
  if (std::filesystem::exists(status)) {
    if (!std::filesystem::is_directory(status))
      return Error{ErrorCode::BadInput, fmt::format("{} is not a folder", shown), std::nullopt,
                   "name a new or an empty folder"};
    const bool empty = std::filesystem::is_empty(folder, ec);
    if (ec) return Error{ErrorCode::Io, fmt::format("{} cannot be read: {}", shown, ec.message())};
    if (!empty)
      return Error{ErrorCode::BadInput, fmt::format("{} is not empty; nothing was written", shown),
                   std::nullopt, "name a new or an empty folder"};
    return core::ok();
  }
  std::filesystem::create_directories(folder, ec);
  if (ec) return Error{ErrorCode::Io, fmt::format("{} cannot be made: {}", shown, ec.message())};
  return core::ok();
}

std::uint64_t sum(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : counts) total += count;
  return total;
}

Status write_text(const std::filesystem::path& path, std::string_view text, CaseFile* file) {
  PALERMO_TRY(TextFile out, TextFile::create(path));
  out.write(text);
  PALERMO_CHECK_OK(out.close());
  if (file != nullptr) {
    file->bytes = out.bytes();
    file->sha256 = out.sha256();
  }
  return core::ok();
}

std::string pretty(const Json& json) { return json.dump(1) + "\n"; }

Json phones_of(const Cast& cast, const Person& person) {
  Json phones = Json::array();
  for (const int index : person.phones) {
    const Phone& phone = cast.phones[static_cast<std::size_t>(index)];
    Json handsets = Json::array();
    for (const auto& [day, imei] : phone.handsets)
      handsets.push_back({{"from", day_text(day)}, {"imei", imei}});
    phones.push_back({{"msisdn", phone.number},
                      {"imsi", phone.imsi},
                      {"from", day_text(phone.from_day)},
                      {"to", day_text(phone.to_day)},
                      {"handsets", std::move(handsets)}});
  }
  return phones;
}

Json ground_truth(const Cast& cast, const std::array<CallPlan, 3>& plans) {
  Json persons = Json::array();
  Json categories = Json::object();
  Json groups = Json::object();
  for (const Person& person : cast.persons) {
    Json json = {
        {"id", person.id},     {"name", person.name},           {"category", person.category},
        {"role", person.role}, {"cell", state_of(person.cell)}, {"minor", person.minor}};
    if (!person.nationality.empty()) json["nationality"] = person.nationality;
    if (!person.account.empty()) json["account"] = person.account;
    json["phones"] = phones_of(cast, person);
    persons.push_back(std::move(json));
    Json& count = categories[person.category];
    count = count.is_null() ? 1 : count.get<int>() + 1;
    if (person.cell != Cell::None) {
      Json& members = groups[std::string{state_of(person.cell)}];
      if (members.is_null()) members = Json::array();
      members.push_back(person.id);
    }
  }
  Json cells = Json::array();
  for (const RadioCell& cell : radio_cells())
    cells.push_back({{"id", cell.id}, {"state", cell.state}, {"place", cell.place}});
  Json transports = Json::array();
  for (const int day : {45, 66, 94})
    transports.push_back({{"leaves", day_text(day)}, {"arrives", day_text(day + 1)}});
  return {
      {"note", "Nobody in this case exists. Numbers are of the range reserved for fiction."},
      {"categories", std::move(categories)},
      {"groups", std::move(groups)},
      {"bridges",
       {{"organiser", cast.by_role("organiser").id},
        {"why", "few calls, nearly all of them between the cells"}}},
      {"open_identity",
       {{"a", cast.by_role("IT driver 2").id},
        {"b", cast.by_role("man on the blue van").id},
        {"truth", "same person"}}},
      {"new_sim_in_the_same_handset",
       Json::array({cast.by_role("IT driver 1").id, cast.by_role("CH driver 1").id,
                    cast.by_role("DE driver 1").id})},
      {"new_handset_for_the_same_sim",
       Json::array({cast.by_role("IT driver 2").id, cast.by_role("CH driver 2").id,
                    cast.by_role("DE driver 2").id})},
      {"transports", std::move(transports)},
      {"calls",
       {{"IT", {{"covered", plans[0].covered}, {"after_expiry", plans[0].after_expiry}}},
        {"CH", {{"covered", plans[1].covered}}},
        {"DE", {{"covered", plans[2].covered}, {"not_a_target", plans[2].not_a_target}}}}},
      {"radio_cells", std::move(cells)},
      {"persons", std::move(persons)},
  };
}

/// Outcomes on statements.json alone (`assess --facts`).
Json expected_findings() {
  return {{"persons", {{"lo", 18}, {"hi", 19}}},
          {"elements", {{"untoc.2a", "indicated"},         {"untoc.2a.structured", "indicated"},
                        {"untoc.2a.number", "indicated"},  {"untoc.2a.time", "indicated"},
                        {"untoc.2a.concert", "indicated"}, {"untoc.2a.aim", "indicated"},
                        {"untoc.2a.benefit", "indicated"}, {"untoc.2b", "indicated"},
                        {"untoc.co", "indicated"},         {"untoc.3.1", "indicated"},
                        {"untoc.3.2", "indicated"},        {"untoc.3.2.a", "indicated"},
                        {"untoc.3.2.b", "undetermined"},   {"untoc.3.2.c", "indicated"},
                        {"untoc.3.2.d", "undetermined"},   {"untoc.5.1.a.i", "indicated"},
                        {"untoc.6.1", "undetermined"},     {"untoc.8.1", "undetermined"},
                        {"untoc.10", "undetermined"},      {"untoc.23.a", "undetermined"},
                        {"untoc.23.b", "not_indicated"},   {"som.3.a", "indicated"},
                        {"som.6.1.a", "indicated"},        {"som.6.1.b", "indicated"},
                        {"som.6.1.c", "undetermined"},     {"som.6.3.a", "indicated"},
                        {"som.6.3.b", "not_indicated"}}}};
}

/// The command that takes the file into a case; run inside the folder.
std::string command_of(const CaseFile& file) {
  if (file.format == "ground_truth") return {};
  if (file.format == "authorizations") return fmt::format("palermo authorize add {}", file.name);
  std::string command = fmt::format("palermo ingest {} --format {}", file.name, file.format);
  if (!file.authorization.empty()) command += " --authorization " + file.authorization;
  if (!file.technique.empty()) command += " --technique " + file.technique;
  return command;
}

Json manifest_of(const Options& options, const Cast& cast, const std::vector<CaseFile>& files) {
  Json list = Json::array();
  for (const CaseFile& file : files) {
    Json json = {{"file", file.name}, {"format", file.format}};
    if (!file.authorization.empty()) json["authorization"] = file.authorization;
    if (!file.technique.empty()) json["technique"] = file.technique;
    if (const std::string command = command_of(file); !command.empty()) json["command"] = command;
    if (file.format == "authorizations") {
      json["expected"] = {{"authorizations", file.rows}};
    } else if (file.format != "ground_truth") {
      Json by_reason = Json::object();
      for (const auto& [reason, count] : file.quarantined) by_reason[reason] = count;
      json["expected"] = {
          {"rows_read", file.rows}, {"stored", file.stored},
          {"duplicates", 0},        {"quarantined", sum(file.quarantined)},
          {"rejected", 0},          {"quarantined_by_reason", std::move(by_reason)}};
    }
    json["bytes"] = file.bytes;
    json["sha256"] = file.sha256;
    list.push_back(std::move(json));
  }
  const Person& organiser = cast.by_role("organiser");
  const auto number = [&](const Person& person) {
    return cast.phones[static_cast<std::size_t>(person.phones.front())].number;
  };
  return {
      {"format", "palermo-simulation/1"},
      {"seed", options.seed},
      {"persons", options.persons},
      {"calls", options.calls},
      {"phones", cast.phones.size()},
      {"case",
       {{"title", "Lugano corridor (simulated)"},
        {"state", "DE"},
        {"purpose", "demonstration on invented data"}}},
      {"files", std::move(list)},
      {"seeded_violations",
       Json::array(
           {{{"rule", "AU02"},
             {"file", "calls_it.csv"},
             {"text", "delivered for two weeks after AUTH-IT-TRAFFIC expired"}},
            {{"rule", "SC01"},
             {"file", "calls_de.csv"},
             {"text", "neither party is a target of AUTH-DE-TRAFFIC"}},
            {{"rule", "SC04"},
             {"file", "intercepts.jsonl"},
             {"text", "content under AUTH-CH-TRAFFIC, an order for traffic data"}},
            {{"rule", "SC01"}, {"file", "intercepts.jsonl"}, {"text", "the landlord's line"}},
            {{"rule", "AU02"},
             {"file", "intercepts.jsonl"},
             {"text", "a session after AUTH-IT-CONTENT was cancelled"}},
            {{"rule", "AU02"},
             {"file", "undercover.jsonl"},
             {"text", "a meeting after AUTH-DE-UNDERCOVER expired"}},
            {{"rule", "UC02"},
             {"file", "undercover.jsonl"},
             {"text",
              "report UC-5: the officer proposes a second car (a rule of review, not of "
              "ingest)"}}})},
      {"hop_limit",
       {{"authorization", "AUTH-CH-TRAFFIC"},
        {"max_hops", 2},
        {"number", number(organiser)},
        {"allowed", fmt::format("palermo network ego {} --hops 2", number(organiser))},
        {"refused", fmt::format("palermo network ego {} --hops 3", number(organiser))},
        {"exit_code", 4},
        {"rule", "SC02"}}},
      {"who_matters",
       {{"person", organiser.id}, {"number", number(organiser)}, {"role", "organiser"}}},
      {"expected_findings", expected_findings()},
  };
}

}  // namespace

Result<WrittenCase> write_case(const Options& options) {
  PALERMO_CHECK_OK(check(options));
  PALERMO_CHECK_OK(prepare(options.folder));
  const Cast cast = make_cast(options.seed, options.persons);
  WrittenCase written;
  written.persons = options.persons;
  written.phones = static_cast<std::uint32_t>(cast.phones.size());

  const auto plain = [&](std::string name, std::string format, const std::string& text,
                         std::uint64_t rows,
                         std::map<std::string, std::uint64_t> quarantined) -> Status {
    CaseFile file;
    file.name = std::move(name);
    file.format = std::move(format);
    // What people wrote down; statements that name an authorization are held to it all the same.
    if (file.format == "statements") file.technique = "NONE";
    file.rows = rows;
    file.stored = rows - sum(quarantined);
    file.quarantined = std::move(quarantined);
    PALERMO_CHECK_OK(write_text(options.folder / file.name, text, &file));
    written.files.push_back(std::move(file));
    return core::ok();
  };

  const Json authorizations = make_authorizations(cast);
  PALERMO_CHECK_OK(plain("authorizations.json", "authorizations", pretty(authorizations),
                         authorizations.size(), {}));

  const std::array<CallPlan, 3> plans = plan_calls(options.calls);
  constexpr std::array<std::string_view, 3> kNames = {"it", "ch", "de"};
  constexpr std::array<std::string_view, 3> kOrders = {"AUTH-IT-TRAFFIC", "AUTH-CH-TRAFFIC",
                                                       "AUTH-DE-TRAFFIC"};
  std::uint64_t done = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    CaseFile file;
    file.name = fmt::format("calls_{}.csv", kNames[i]);
    file.format = "call_csv:palermo";
    file.authorization = kOrders[i];
    file.rows = plans[i].rows();
    file.stored = plans[i].covered;
    if (plans[i].after_expiry > 0) file.quarantined["AU02"] = plans[i].after_expiry;
    if (plans[i].not_a_target > 0) file.quarantined["SC01"] = plans[i].not_a_target;
    PALERMO_TRY(TextFile out, TextFile::create(options.folder / file.name));
    write_calls(cast, static_cast<Cell>(i), plans[i], options.seed, out, [&](std::uint64_t rows) {
      if (options.progress) options.progress(done + rows, options.calls);
    });
    PALERMO_CHECK_OK(out.close());
    done += file.rows;
    file.bytes = out.bytes();
    file.sha256 = out.sha256();
    written.files.push_back(std::move(file));
  }

  const Evidence intercepts = make_intercepts(cast, options.seed);
  PALERMO_CHECK_OK(plain("intercepts.jsonl", "intercept_log", intercepts.text, intercepts.rows,
                         intercepts.quarantined));
  const Evidence undercover = make_undercover(cast);
  PALERMO_CHECK_OK(plain("undercover.jsonl", "undercover_report", undercover.text, undercover.rows,
                         undercover.quarantined));
  const Evidence payments = make_payments(cast, options.seed);
  PALERMO_CHECK_OK(
      plain("payments.csv", "payments", payments.text, payments.rows, payments.quarantined));
  const Json statements = make_statements(cast);
  PALERMO_CHECK_OK(plain("statements.json", "statements", pretty(statements),
                         statements["statements"].size() + statements["offences"].size() + 1, {}));
  PALERMO_CHECK_OK(plain("ground_truth.json", "ground_truth", pretty(ground_truth(cast, plans)),
                         options.persons, {}));

  written.manifest = options.folder / "manifest.json";
  PALERMO_CHECK_OK(
      write_text(written.manifest, pretty(manifest_of(options, cast, written.files)), nullptr));
  return written;
}

}  // namespace palermo::simulation
