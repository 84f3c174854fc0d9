// palermo records, palermo trace
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/commands/all.hpp"
#include "cli/number_query.hpp"
#include "cli/period.hpp"
#include "core/base/text.hpp"
#include "core/store/identifier_store.hpp"
#include "core/store/read_back.hpp"
#include "ingest/original.hpp"

namespace palermo::cli {
namespace {

constexpr std::uint32_t kShownToPeople = 40;
constexpr const char* kKinds[] = {
    "call",      "sms",        "mms",           "location", "data",      "other",
    "intercept", "undercover", "technique_use", "payment",  "relation",  "statement",
    "offence",   "case",       "message",       "custody",  "cell_site", "identifier_link"};

struct RecordsArguments {
  std::string number;
  std::string from;
  std::string to;
  std::string kind;
  int limit = -1;  // -1: 40 for people, all for programs
};

/// Marks that warn a reader; how the row was laid out is in --json.
std::string warnings_of(const v1::RecordView& record) {
  constexpr std::string_view kLayout[] = {"duration_absent", "owner_is_b",   "target_perspective",
                                          "turned",          "has_position", "has_azimuth"};
  std::string text;
  for (const std::string& flag : record.flags())
    if (std::find(std::begin(kLayout), std::end(kLayout), flag) == std::end(kLayout))
      text += (text.empty() ? "" : " ") + flag;
  return text;
}

std::string with_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string records_text(const v1::RecordsResult& result, const std::string& number) {
  std::string text;
  if (result.records().empty()) {
    text = number.empty() ? "No record matches.\n"
                          : fmt::format("No record mentions {} in that period.\n",
                                        core::printable(number, 60));
  } else {
    std::vector<std::vector<std::string>> rows{
        {"record", "started (UTC)", "kind", "a", "b", "seconds", "way", "cell", "grade", "marks"}};
    for (const v1::RecordView& r : result.records()) {
      std::string marks = warnings_of(r);
      if (!r.text().empty()) marks += (marks.empty() ? "" : " ") + core::printable(r.text(), 60);
      rows.push_back({r.record_id(), with_dash(r.started_at()), r.kind(),
                      core::printable(with_dash(r.a()), 40), core::printable(with_dash(r.b()), 40),
                      r.has_duration_s() ? std::to_string(r.duration_s()) : "-",
                      with_dash(r.direction()), core::printable(with_dash(r.cell()), 24),
                      with_dash(r.grade()), std::move(marks)});
    }
    text = core::table(rows);
  }
  const auto shown = static_cast<std::uint32_t>(result.records_size());
  text += shown == result.total() ? fmt::format("{} record{}.", shown, shown == 1 ? "" : "s")
                                  : fmt::format("The first {} of {} records; --limit 0 shows all.",
                                                shown, result.total());
  if (result.quarantined() > 0)
    text += fmt::format(" {} records of the case are in quarantine and not searched.",
                        result.quarantined());
  return text + "\n";
}

core::Status run_records(const Context& context, const RecordsArguments& arguments) {
  store::ReadBackQuery query;
  PALERMO_TRY(const Period period, read_period(arguments.from, arguments.to));
  query.from_us = period.from_us;
  query.to_us = period.to_us;
  query.kind = arguments.kind;
  if (!query.kind.empty() &&
      std::find(std::begin(kKinds), std::end(kKinds), query.kind) == std::end(kKinds)) {
    const std::vector<std::string> known(std::begin(kKinds), std::end(kKinds));
    const std::string near = core::nearest_word(query.kind, known);
    return core::Error{core::ErrorCode::Usage,
                       fmt::format("'{}' is no kind of record{}", core::printable(query.kind, 40),
                                   near.empty() ? "" : fmt::format("; did you mean {}?", near)),
                       std::nullopt, fmt::format("kinds: {}", fmt::join(known, ", "))};
  }
  query.limit = arguments.limit >= 0 ? static_cast<std::uint32_t>(arguments.limit)
                : context.json       ? 0
                                     : kShownToPeople;
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  v1::Access access;
  access.set_command("records");
  access.set_operation(arguments.number.empty() ? "CONSULT" : "SEARCH");
  v1::RecordsResult result;
  bool known = true;
  if (!arguments.number.empty()) {
    PALERMO_TRY(query.identifiers, identifiers_asked(session, context, arguments.number, access));
    known = !query.identifiers.empty();
  }
  if (known) {
    PALERMO_TRY(result, store::read_back(session.db(), query));
  } else {
    PALERMO_TRY(const std::int64_t held, store::count_quarantined(session.db()));
    result.set_quarantined(static_cast<std::uint32_t>(held));
  }
  access.set_result_count(static_cast<std::uint32_t>(result.records_size()));
  PALERMO_CHECK_OK(session.log_access(access));
  context.answer(result, [&] { return records_text(result, arguments.number); });
  return core::ok();
}

// ---- trace -----------------------------------------------------------------------------------

struct TraceArguments {
  std::string record;
  std::string file;
};

std::string trace_text(const v1::RecordsResult& result) {
  const v1::RecordView& r = result.records(0);
  const v1::Source& source = result.source();
  std::string text = fmt::format("{}  {}\n", core::printable(r.record_id(), 80), r.kind());
  const auto line = [&text](std::string_view label, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<15}{}\n", label, core::printable(value, 2000));
  };
  const auto party = [](const std::string& value, const std::string& raw) {
    return raw.empty() || raw == value ? value : fmt::format("{} (written {})", value, raw);
  };
  line("started (UTC)", r.started_at());
  line("as recorded", r.local_time());
  line("a", party(r.a(), r.raw_a()));
  line("b", party(r.b(), r.raw_b()));
  line("direction", r.direction());
  if (r.has_duration_s()) line("seconds", std::to_string(r.duration_s()));
  line("cell", r.cell());
  line("IMEI", r.imei());
  line("IMSI", r.imsi());
  line("forwarded to", r.forwarded_to());
  line("text", r.text());
  line("marks", fmt::format("{}", fmt::join(r.flags(), ", ")));
  line("grade", r.grade());
  line("authorization",
       r.authorization_id().empty() ? "none: open or published material" : r.authorization_id());
  for (const v1::RecordPlace& place : r.also_in())
    line("also in", fmt::format("{}, {}", place.record_id(),
                                place.authorization_id().empty()
                                    ? "open or published material"
                                    : fmt::format("authorization {}", place.authorization_id())));
  line("stated in", result.stated_in());
  line("line", fmt::format("{} of {}", r.line(), source.name()));
  line("SHA-256", source.sha256());
  line("read as", fmt::format("{} {}{}{}", source.adapter(), source.adapter_version(),
                              source.mapping().empty() ? "" : ", mapping ", source.mapping()));
  line("time zone", source.timezone());
  line("ingested", fmt::format("{} by {}, for: {}", source.ingested_at(), source.ingested_by(),
                               source.purpose()));
  line("original", result.original());
  line("", result.original_note());
  return text;
}

core::Status run_trace(const Context& context, const TraceArguments& arguments) {
  PALERMO_TRY(session::Session session, context.open());
  PALERMO_CHECK_OK(session.permit(authorization::Operation::ReadRecords));
  PALERMO_TRY(v1::RecordsResult result, store::trace(session.db(), arguments.record));
  const bool named = !arguments.file.empty();
  std::string path = named ? arguments.file : result.source().name();
  std::error_code ignored;
  // A file of an archive is looked for in the archive: delivery.zip/calls/01.csv in delivery.zip.
  for (std::size_t end = path.size(); !named && end != std::string::npos && end > 0;
       end = path.rfind('/', end - 1)) {
    if (!std::filesystem::is_regular_file(path.substr(0, end), ignored)) continue;
    path.resize(end);
    break;
  }
  if (named || std::filesystem::is_regular_file(path, ignored)) {
    auto original = ingest::original_line(path, result.source(), result.records(0).line());
    if (original) {
      result.set_original(*std::move(original));
      result.set_original_note(fmt::format("read from {}, whose SHA-256 is that of {}", path,
                                           result.source().source_id()));
    } else if (named) {
      return std::move(original).error();
    } else {
      result.set_original_note(fmt::format("{} here {}", path, original.error().message));
    }
  } else {
    result.set_original_note(fmt::format(
        "the case keeps the digest of {}, not its text; name the file with --file to see the line",
        path));
  }
  v1::Access access;
  access.set_command("trace");
  access.set_operation("CONSULT");
  access.add_objects("record/" + result.records(0).record_id());
  access.set_authorization_id(result.records(0).authorization_id());
  access.set_result_count(1);
  PALERMO_CHECK_OK(session.log_access(access));
  context.answer(result, [&] { return trace_text(result); });
  return core::ok();
}

}  // namespace

std::vector<Command> add_records(CLI::App& app) {
  auto records_arguments = std::make_shared<RecordsArguments>();
  CLI::App* records = app.add_subcommand("records", "Records of the case, by time");
  records->add_option("--number", records_arguments->number,
                      "Only those that mention this identifier: number, IMEI, IMSI, account, …");
  records->add_option("--from", records_arguments->from,
                      "First day or instant, ISO 8601 (a day is UTC)");
  records->add_option("--to", records_arguments->to, "Last day or instant");
  records->add_option("--kind", records_arguments->kind, "call, sms, intercept, payment, …");
  records
      ->add_option("--limit", records_arguments->limit,
                   "Most records shown, the earliest first; 0 = all; default: 40, with --json all")
      ->check(CLI::Range(0, 1'000'000'000));
  auto trace_arguments = std::make_shared<TraceArguments>();
  CLI::App* trace =
      app.add_subcommand("trace", "One record back to its file, line and authorization");
  trace->add_option("record", trace_arguments->record, "Record id, e.g. SRC-016518b7:17")
      ->required();
  trace->add_option("--file", trace_arguments->file,
                    "The evidence file; default: a file of that name in this folder");
  return {
      {records, [records_arguments](
                    const Context& context) { return run_records(context, *records_arguments); }},
      {trace,
       [trace_arguments](const Context& context) { return run_trace(context, *trace_arguments); }}};
}

}  // namespace palermo::cli
