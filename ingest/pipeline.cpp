#include "ingest/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/choice.hpp"
#include "ingest/inputs/input_list.hpp"
#include "ingest/pipeline_calls.hpp"
#include "ingest/pipeline_records.hpp"
#include "ingest/source_file.hpp"
#include "ingest/source_writer.hpp"
#include "ingest/text/decode_text.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

/// Adapters other than calls hold a file's records in memory; what they read comes by the thousand.
constexpr std::size_t kMaxRecordFile = 512U << 20;

Error bad_file(const SourceFile& file, std::string why, std::string next) {
  return Error{ErrorCode::BadInput, std::move(why), core::SourcePosition{file.path(), 0},
               std::move(next)};
}

Status check_options(const IngestOptions& options) {
  const auto usage = [](std::string why, std::string next) {
    return Error{ErrorCode::Usage, std::move(why), std::nullopt, std::move(next)};
  };
  if (!options.technique.empty() && options.technique != "NONE")
    return usage(
        fmt::format("--technique {} is not understood", core::printable(options.technique, 40)),
        "--technique NONE says that the file is open or published material; what a technique "
        "produced is named by its --authorization");
  if (options.technique == "NONE" && !options.authorization_id.empty())
    return usage("--technique NONE and --authorization contradict each other",
                 "NONE is for open or published material, which rests on no authorization");
  const std::vector<std::string>& encodings = known_encodings();
  if (!options.encoding.empty() &&
      std::find(encodings.begin(), encodings.end(), options.encoding) == encodings.end())
    return usage(fmt::format("'{}' is no encoding", core::printable(options.encoding, 40)),
                 fmt::format("known encodings: {}", fmt::join(encodings, ", ")));
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!options.country.empty() &&
      (options.country.size() != 2 || !capital(options.country[0]) || !capital(options.country[1])))
    return usage(
        fmt::format("'{}' is no ISO 3166-1 alpha-2 code", core::printable(options.country, 20)),
        "write --country with two capital letters, such as IT");
  if (!options.grading.empty() &&
      (options.grading.size() != 2 || options.grading[0] < 'A' || options.grading[0] > 'F' ||
       options.grading[1] < '1' || options.grading[1] > '6'))
    return usage(
        fmt::format("'{}' is no grading", core::printable(options.grading, 20)),
        "write --grading with the source's reliability A-F and the information's credibility "
        "1-6, such as B2");
  if (!options.timezone.empty()) {
    auto zone = core::TimeZone::find(options.timezone);
    if (!zone)
      return Error{ErrorCode::BadInput, zone.error().message, std::nullopt,
                   "nothing was stored; write --timezone Europe/Rome or --timezone +02:00"};
  }
  return core::ok();
}

/// The answer for bytes that the case holds already.
v1::IngestResult known_answer(const v1::Source& source) {
  v1::IngestResult result;
  describe(source, result);
  result.clear_rejects();
  result.clear_notices();
  result.set_rows_read(source.rows_read());
  result.set_stored(0);
  result.set_duplicates(source.rows_read());
  result.set_quarantined(0);
  result.set_rejected(0);
  result.set_already_known(true);
  result.add_notices(fmt::format("these bytes were ingested as {} on {}; nothing was changed",
                                 source.source_id(), source.ingested_at()));
  if (source.quarantined() > 0)
    result.add_notices(
        fmt::format("{} of its rows are in quarantine; a second ingest does not release "
                    "them",
                    source.quarantined()));
  return result;
}

/// What the options say about how to read, checked once for all files.
Result<std::optional<Profile>> read_options(session::Session& session,
                                            const IngestOptions& options) {
  PALERMO_CHECK_OK(check_options(options));
  PALERMO_TRY(std::optional<Profile> own, own_profile(options));
  if (!is_known_format(options.format)) return unknown_format(options.format);
  PALERMO_CHECK_OK(scope_of(session, options));
  return own;
}

Result<v1::IngestResult> ingest_opened(session::Session& session, SourceFile& file,
                                       const std::optional<Profile>& own,
                                       const IngestOptions& options) {
  PALERMO_TRY(const std::int64_t sources, session.db().scalar("SELECT count(*) FROM source"));
  if (sources > 0) {
    PALERMO_TRY(const std::string sha256, file.sha256());
    PALERMO_TRY(const std::optional<v1::Source> known, find_source(session.db(), sha256));
    if (known) {
      const bool read_before =
          options.sheet.empty() ||
          std::any_of(known->sheets().begin(), known->sheets().end(),
                      [&](const v1::SourceSheet& sheet) { return sheet.name() == options.sheet; });
      if (!read_before)
        return bad_file(
            file,
            fmt::format("is in the case as {}, without sheet '{}': a file is one source",
                        known->source_id(), core::printable(options.sheet, 60)),
            "save that sheet as a file of its own and ingest it");
      v1::IngestResult result = known_answer(*known);
      result.set_file(file.path());
      result.set_format(known->adapter() == "call_csv" ? std::string{kCallPrefix} + known->mapping()
                                                       : known->adapter());
      result.set_dry_run(options.dry_run);
      return result;
    }
  }
  PALERMO_TRY(const Choice choice, choose(file, options, own));
  v1::IngestResult result;
  if (choice.call_adapter != nullptr) {
    if (std::max(file.bytes().size(), file.text().size()) > kMaxRecordFile)
      return bad_file(file, fmt::format("is larger than {} MiB", kMaxRecordFile >> 20),
                      "split it into several files");
    PALERMO_TRY(result, ingest_calls(session, file, *choice.call_adapter, options));
  } else if (choice.profile != nullptr) {
    PALERMO_TRY(result, ingest_calls(session, file, *choice.profile, options));
  } else if (choice.adapter != nullptr) {
    if (std::max(file.bytes().size(), file.text().size()) > kMaxRecordFile)
      return bad_file(file, fmt::format("is larger than {} MiB", kMaxRecordFile >> 20),
                      "split it into several files");
    PALERMO_TRY(result, ingest_records(session, file, *choice.adapter, options));
  } else {
    return Error{ErrorCode::Internal, fmt::format("no reader for {}", choice.format)};
  }
  result.set_format(choice.format);
  result.set_detected_because(choice.because);
  result.set_confidence(choice.confidence);
  result.set_runner_up(choice.runner_up);
  result.set_runner_up_confidence(choice.runner_up_confidence);
  result.set_file(file.path());
  result.set_dry_run(options.dry_run);
  if (result.quarantined() > 0 && options.authorization_id.empty() && options.technique.empty())
    result.add_notices(
        "WARNING: neither --authorization nor --technique NONE was given; what rests on no "
        "authorization is in quarantine and in no analysis");
  return result;
}

/// Adds one file's counts to the sums.
void add_to(v1::IngestResult& sum, v1::IngestResult one) {
  sum.set_rows_read(sum.rows_read() + one.rows_read());
  sum.set_stored(sum.stored() + one.stored());
  sum.set_duplicates(sum.duplicates() + one.duplicates());
  sum.set_quarantined(sum.quarantined() + one.quarantined());
  sum.set_rejected(sum.rejected() + one.rejected());
  sum.set_invalid_numbers(sum.invalid_numbers() + one.invalid_numbers());
  sum.set_ambiguous_local_times(sum.ambiguous_local_times() + one.ambiguous_local_times());
  sum.set_nonexistent_local_times(sum.nonexistent_local_times() + one.nonexistent_local_times());
  *sum.add_files() = std::move(one);
}

/// Files of no known format, found before anything is stored.
class Unreadable {
 public:
  void add(const std::string& name, const Error& error) {
    why_.emplace(name, error.message);
    if (first_.message.empty()) first_ = error;
  }
  [[nodiscard]] const std::map<std::string, std::string>& why() const { return why_; }
  [[nodiscard]] Error error(bool several) const {
    if (!several) return first_;
    constexpr std::size_t kShown = 10;
    std::string list;
    std::size_t shown = 0;
    for (const auto& [name, why] : why_) {
      if (shown++ == kShown) break;
      list += fmt::format("\n    {}: {}", core::printable(name, 160), core::printable(why, 200));
    }
    if (why_.size() > kShown) list += fmt::format("\n    and {} more", why_.size() - kShown);
    return Error{ErrorCode::BadInput,
                 fmt::format("{} of the files cannot be taken:{}", why_.size(), list), std::nullopt,
                 "nothing was stored; leave files out by name with --skip PATTERN, or all that are "
                 "of no known format with --leave-unknown, or name the format with --format"};
  }

 private:
  std::map<std::string, std::string> why_;
  Error first_;
};

}  // namespace

Result<v1::IngestResult> ingest_file(session::Session& session, const std::string& path,
                                     const IngestOptions& options) {
  PALERMO_TRY(const std::optional<Profile> own, read_options(session, options));
  PALERMO_TRY(const std::unique_ptr<SourceFile> file, SourceFile::open(path));
  return ingest_opened(session, *file, own, options);
}

Result<v1::IngestResult> ingest_files(session::Session& session,
                                      const std::vector<std::string>& paths,
                                      const IngestOptions& options) {
  PALERMO_TRY(const std::optional<Profile> own, read_options(session, options));
  PALERMO_TRY(const InputList inputs, InputList::list(paths, {options.skip}));
  PALERMO_TRY(const bool plain, inputs.is_one_plain_file());
  if (plain) return ingest_file(session, paths.front(), options);

  Unreadable unreadable;
  std::size_t count = 0;
  v1::IngestResult sum;
  const auto left_out = [&sum](const LeftOut& left) {
    v1::LeftOutFile* out = sum.add_left_out();
    out->set_file(left.name);
    out->set_reason(left.reason);
  };
  const auto look = [&](const std::string& name, Result<SourceFile*> file) -> Status {
    ++count;
    if (options.progress) options.progress("looking at file " + std::to_string(count), 0);
    if (!file) {
      unreadable.add(name, file.error());
    } else if (auto choice = choose(**file, options, own); !choice) {
      unreadable.add(name, choice.error());
    }
    return core::ok();
  };
  PALERMO_CHECK_OK(inputs.for_each(look, left_out));
  if (count == 0)
    return Error{ErrorCode::BadInput, "nothing is left to take: every file was left out",
                 core::SourcePosition{paths.front(), 0}, "look at the patterns of --skip"};
  if (!unreadable.why().empty() && (!options.leave_unknown || unreadable.why().size() == count))
    return unreadable.error(count > 1);
  for (const auto& [name, why] : unreadable.why()) left_out({name, why});

  const auto taken = [&] {
    std::string list;
    for (const v1::IngestResult& file : sum.files())
      if (!file.already_known()) list += (list.empty() ? "" : ", ") + file.source_id();
    return list;
  };
  std::size_t number = 0;
  const Status all = inputs.for_each(
      [&](const std::string& name, Result<SourceFile*> file) -> Status {
        ++number;
        if (unreadable.why().contains(name)) return core::ok();
        if (!file) return std::move(file).error();
        IngestOptions named = options;
        if (options.progress)
          named.progress = [&](std::string_view step, double done) {
            options.progress(fmt::format("file {} of {}: {}", number, count, step), done);
          };
        PALERMO_TRY(v1::IngestResult one, ingest_opened(session, **file, own, named));
        add_to(sum, std::move(one));
        return core::ok();
      },
      [](const LeftOut&) {});
  if (!all) {
    Error error = all.error();
    if (const std::string list = taken(); !list.empty() && !options.dry_run)
      error.next += fmt::format(
          "{}the files before it were taken: {}; once it is put right, the "
          "same command goes on from there",
          error.next.empty() ? "" : "; ", list);
    return error;
  }
  sum.set_dry_run(options.dry_run);
  sum.set_already_known(
      std::all_of(sum.files().begin(), sum.files().end(),
                  [](const v1::IngestResult& file) { return file.already_known(); }));
  return sum;
}

}  // namespace palermo::ingest
