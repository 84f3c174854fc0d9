#include "cli/commands/calls/selection.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "analysis/network/load.hpp"
#include "cli/period.hpp"
#include "core/authorization/authorization_store.hpp"
#include "core/base/text.hpp"
#include "core/store/read_back.hpp"

namespace palermo::cli {

void add_call_period(CLI::App* command, CallSelection& selection) {
  command->add_option("--from", selection.from, "First day or instant, ISO 8601 (a day is UTC)");
  command->add_option("--to", selection.to, "Last day or instant");
}

void add_zone(CLI::App* command, CallSelection& selection) {
  command->add_option("--zone", selection.zone,
                      "Zone of local times, e.g. Europe/Rome; default: each record's own");
}

void add_with(CLI::App* command, CallSelection& selection) {
  command
      ->add_option("--with", selection.with,
                   "Read intercepts or messages too; a session may be a call read already")
      ->check(CLI::IsMember({"intercepts", "messages"}));
}

void add_same(CLI::App* command, CallSelection& selection) {
  command
      ->add_option("--same", selection.same,
                   "Read number B as number A, because you take both for one user: A=B")
      ->take_all();
}

void add_relied_on(CLI::App* command, CallSelection& selection) {
  command->add_option("--authorization", selection.authorization, "Authorization relied on");
}

core::Result<session::Session> open_for_calls(const Context& context) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadNetwork));
  return session;
}

core::Result<calls::Log> load_calls(session::Session& session, const CallSelection& selection) {
  calls::LoadOptions options;
  PALERMO_TRY(const Period period, read_period(selection.from, selection.to));
  options.from_us = period.from_us;
  options.to_us = period.to_us;
  options.zone = selection.zone;
  const auto with = [&](const char* what) {
    return std::find(selection.with.begin(), selection.with.end(), what) != selection.with.end();
  };
  options.intercepts = with("intercepts");
  options.messages = with("messages");
  return calls::load(session.db(), options);
}

core::Result<std::vector<std::string>> apply_same(calls::Log& log, const CallSelection& selection) {
  std::vector<calls::Same> same;
  std::vector<std::string> shown;
  for (const std::string& text : selection.same) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
      return core::Error{core::ErrorCode::Usage,
                         fmt::format("--same {} is not A=B", core::printable(text, 60))};
    same.push_back({text.substr(0, equals), text.substr(equals + 1)});
    shown.push_back(text);
  }
  PALERMO_CHECK_OK(calls::merge(log, same));
  if (!shown.empty())
    log.notices.push_back(
        fmt::format("taken for one user on the analyst's word (--same): {}",
                    core::printable(fmt::format("{}", fmt::join(shown, ", ")), 300)));
  return shown;
}

core::Result<std::uint32_t> find_party(session::Session& session, const calls::Log& log,
                                       const std::string& named) {
  if (const auto exact = log.find(named)) return *exact;
  PALERMO_TRY(const auto meant, store::identifiers_meant(session.db(), named));
  std::vector<std::uint32_t> found;
  std::string list;
  const auto add = [&](std::uint32_t party) {
    found.push_back(party);
    list += (list.empty() ? "" : ", ") + core::printable(log.name_of(party), 60);
  };
  for (std::uint32_t p = 0; p < log.parties.size(); ++p) {
    const calls::Party& party = log.parties[p];
    const bool is_meant = std::any_of(meant.begin(), meant.end(),
                                      [&](const auto& each) { return each.id == party.id; });
    if (is_meant || party.kind + ":" + party.name == named) add(p);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1)
    return core::Error{
        core::ErrorCode::Usage,
        fmt::format("\"{}\" names {} identifiers", core::printable(named, 60), found.size()),
        std::nullopt, "name one of them: " + list};
  return core::Error{
      core::ErrorCode::NotFound,
      fmt::format("no call record {} names \"{}\"",
                  log.from_us || log.to_us ? "of this period" : "of the case",
                  core::printable(named, 60)),
      std::nullopt,
      fmt::format("{} records of {} identifiers were looked at{}", log.used, log.parties.size(),
                  log.quarantined > 0
                      ? fmt::format("; {} are in quarantine and not searched", log.quarantined)
                      : std::string{})};
}

v1::Access calls_access(const char* command, const CallSelection& selection) {
  v1::Access entry;
  entry.set_command(command);
  entry.set_operation("CONSULT");
  entry.set_authorization_id(selection.authorization);
  return entry;
}

void add_object(v1::Access& entry, const calls::Log& log, std::uint32_t party) {
  entry.add_objects(fmt::format("identifier/{}", log.parties[party].id));
}

core::Result<CallHops> CallHops::make(session::Session& session, const CallSelection& selection) {
  CallHops hops;
  hops.relied_on_ = selection.authorization;
  using Stored = std::map<std::string, authorization::StoredAuthorization>;
  PALERMO_TRY(const Stored stored, authorization::load_all(session.db()));
  if (!hops.relied_on_.empty() && !stored.contains(hops.relied_on_))
    return core::Error{
        core::ErrorCode::NotFound,
        fmt::format("the case holds no authorization \"{}\"", core::printable(hops.relied_on_, 60)),
        std::nullopt, "`palermo authorize list` shows those it holds"};
  std::vector<v1::Authorization> authorizations;
  for (const auto& [id, row] : stored) authorizations.push_back(row.authorization);
  // The budget counts over every tie of the case, whatever is selected.
  PALERMO_TRY(const network::LoadedNetwork whole, network::load(session.db(), {}));
  hops.budget_ = network::HopBudget::make(whole.table, authorizations);
  return hops;
}

network::HopDecision CallHops::decide(const std::string& name) const {
  return budget_.decide(name, relied_on_);
}

core::Status CallHops::require(session::Session& session, v1::Access& entry,
                               const std::string& name) const {
  const network::HopDecision decision = decide(name);
  entry.set_hops_requested(1);
  entry.set_hops_allowed(decision.unlimited ? 1 : decision.allowed);
  if (decision.unlimited || decision.allowed > 0) return core::ok();
  std::string why = "the contacts of this identifier are 1 hop from it, and none is allowed";
  for (const network::HopAllowance& allowance : decision.allowances) {
    const std::string id = core::printable(allowance.authorization_id, 60);
    why += allowance.distance
               ? fmt::format("; {} allows {} from its targets, of which {} are spent here", id,
                             allowance.max_hops, std::min(*allowance.distance, allowance.max_hops))
               : fmt::format("; no target of {} leads to it", id);
  }
  if (decision.allowances.empty())
    why += "; it does not occur in what the named authorization yielded";
  return session.refuse(std::move(entry), "SC02", why,
                        "only an authorization that allows more hops (scope.max_hops), or one that "
                        "names this identifier as a target, opens its contacts");
}

std::uint32_t CallHops::limit(calls::Log& log) const {
  const std::uint64_t left_out = calls::keep(log, [&](const calls::Event& event) {
    const std::string& id = log.authorizations[event.authorization];
    const bool counts = relied_on_.empty() || id.empty() || id == relied_on_;
    return counts && budget_.may_walk(id, log.name_of(event.a), log.name_of(event.b));
  });
  if (left_out > 0)
    log.notices.push_back(fmt::format(
        "{} records lie beyond the authorized hops from a target (SC02) and were not walked",
        network::with_commas(left_out)));
  return static_cast<std::uint32_t>(left_out);
}

}  // namespace palermo::cli
