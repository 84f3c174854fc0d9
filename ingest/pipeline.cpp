#include "ingest/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/calls/row_scanner.hpp"
#include "ingest/detect.hpp"
#include "ingest/inputs/input_list.hpp"
#include "ingest/pipeline_calls.hpp"
#include "ingest/pipeline_records.hpp"
#include "ingest/profile/profile.hpp"
#include "ingest/source_file.hpp"
#include "ingest/source_writer.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using core::Status;

constexpr std::string_view kCallPrefix = "call_csv:";
/// Adapters other than calls hold a file's records in memory; what they read comes by the thousand.
constexpr std::size_t kMaxRecordFile = 512U << 20;

Error bad_file(const SourceFile& file, std::string why, std::string next) {
  return Error{ErrorCode::BadInput, std::move(why), core::SourcePosition{file.path(), 0},
               std::move(next)};
}

/// How a file is to be read: a mapping profile, or another adapter.
struct Choice {
  std::string format;
  const Profile* profile = nullptr;
  const Adapter* adapter = nullptr;
  const CallAdapter* call_adapter = nullptr;
  std::string because;
};

bool same_id(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x == '-' ? '_' : x) == (y == '-' ? '_' : y);
         });
}

/// `--format` words that say which profile reads a call file.
const Profile* profile_named(std::string_view format) {
  if (format.starts_with(kCallPrefix)) format.remove_prefix(kCallPrefix.size());
  for (const Profile& profile : shipped_profiles())
    if (same_id(profile.layout.id(), format)) return &profile;
  return nullptr;
}

Error unknown_format(const std::string& format) {
  std::vector<std::string> ids;
  for (const FormatInfo& known : known_formats()) ids.push_back(known.id);
  const std::string near = core::nearest_word(format, ids);
  return Error{ErrorCode::Usage,
               fmt::format("'{}' is no format{}", core::printable(format, 60),
                           near.empty() ? "" : fmt::format("; did you mean {}?", near)),
               std::nullopt, "`palermo ingest --help` lists the formats; auto looks at the content"};
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

/// Refuses what no text format is, before anything looks closer.
Status check_text(const SourceFile& file) {
  const std::string_view bytes = file.bytes();
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    return bad_file(file, "is UTF-16", "save it in UTF-8");
  if (const auto* nul = static_cast<const char*>(std::memchr(bytes.data(), 0, bytes.size()))) {
    const auto line = 1 + std::count(bytes.data(), nul, '\n');
    return bad_file(file, fmt::format("line {}: a NUL byte; this is no text, or UTF-16", line),
                    "save it as text in UTF-8");
  }
  const std::size_t first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos)
    return bad_file(file, "holds nothing but blanks", "ask for the file again");
  const bool structured = bytes[first] == '{' || bytes[first] == '[' || bytes[first] == '<';
  if (!structured &&
      bytes.substr(0, kMaxRowBytes).find_first_of("\r\n") == std::string_view::npos &&
      bytes.size() > kMaxRowBytes)
    return bad_file(file, fmt::format("line 1: no line end within {} bytes", kMaxRowBytes),
                    "this is no table, no JSON and no XML");
  return core::ok();
}

/// What detection looks at: of a large file the first MiB, up to a line end.
std::string_view head_of(const SourceFile& file) {
  constexpr std::size_t kHeadBytes = std::size_t{1} << 20;
  const std::string_view bytes = file.bytes();
  if (bytes.size() <= kHeadBytes) return bytes;
  const std::string_view head = bytes.substr(0, kHeadBytes);
  const std::size_t end = head.rfind('\n');
  return end == std::string_view::npos ? head : head.substr(0, end + 1);
}

/// Binary formats are told before anything treats the file as text.
bool choose_binary(const SourceFile& file, Choice& choice) {
  double best = kOfferedConfidence;
  const auto offer = [&](const auto& adapter) {
    if (!adapter.binary) return false;
    const Detection detection = adapter.detect(file.bytes(), file.path());
    if (detection.confidence < best) return false;
    best = detection.confidence;
    choice.format = adapter.id;
    choice.because = detection.reason;
    return true;
  };
  for (const CallAdapter& adapter : call_adapters())
    if (offer(adapter)) choice.call_adapter = &adapter;
  for (const Adapter& adapter : record_adapters()) {
    if (!offer(adapter)) continue;
    choice.adapter = &adapter;
    choice.call_adapter = nullptr;
  }
  return !choice.format.empty();
}

Result<Choice> choose(const SourceFile& file, const IngestOptions& options,
                      const std::optional<Profile>& own) {
  Choice choice;
  const std::string& format = options.format;
  if (const CallAdapter* adapter = find_call_adapter(format); adapter != nullptr) {
    if (!adapter->binary) PALERMO_CHECK_OK(check_text(file));
    choice.format = adapter->id;
    choice.call_adapter = adapter;
    return choice;
  }
  if (const Adapter* adapter = find_record_adapter(format); adapter != nullptr) {
    if (!adapter->binary) PALERMO_CHECK_OK(check_text(file));
    choice.format = adapter->id;
    choice.adapter = adapter;
    return choice;
  }
  if (format == "auto" && !own && choose_binary(file, choice)) return choice;
  PALERMO_CHECK_OK(check_text(file));
  if (own && (format == "auto" || format == "call_csv" || format == "call-csv")) {
    choice.format = std::string{kCallPrefix} + own->layout.id();
    choice.profile = &*own;
    choice.because = fmt::format("--map {} says so", core::printable(options.map_name, 100));
    return choice;
  }
  if (const Profile* profile = profile_named(format); profile != nullptr) {
    choice.format = std::string{kCallPrefix} + profile->layout.id();
    choice.profile = profile;
    return choice;
  }
  const bool calls_only = same_id(format, "call_csv");
  if (format != "auto" && !calls_only) return unknown_format(format);
  const CallDetection calls = detect_calls(head_of(file));
  if (calls_only) {
    if (calls.profile.empty())
      return bad_file(file, "has the layout of none of the shipped call mappings",
                      "describe its columns in a mapping of your own and give it with --map FILE "
                      "(docs/formats/profile.md)");
    choice.profile = find_profile(calls.profile);
    choice.format = std::string{kCallPrefix} + calls.profile;
    choice.because = calls.reason;
    return choice;
  }
  std::vector<FormatGuess> guesses;
  if (!calls.profile.empty())
    guesses.push_back({std::string{kCallPrefix} + calls.profile, {calls.confidence, calls.reason}});
  for (const CallAdapter& adapter : call_adapters())
    if (!adapter.binary)
      guesses.push_back({adapter.id, adapter.detect(head_of(file), file.path())});
  auto detected = detect_format(head_of(file), file.path(), guesses);
  if (!detected) {
    Error error = std::move(detected).error();
    if (!error.where) error.where = core::SourcePosition{file.path(), 0};
    return error;
  }
  choice.format = detected->best.format;
  choice.because = detected->best.detection.reason;
  choice.call_adapter = find_call_adapter(choice.format);
  if (choice.call_adapter == nullptr) choice.profile = profile_named(choice.format);
  if (choice.call_adapter == nullptr && choice.profile == nullptr)
    choice.adapter = find_record_adapter(choice.format);
  return choice;
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

}  // namespace

std::vector<FormatInfo> known_formats() {
  std::vector<FormatInfo> formats{
      {"auto", "looks at the content, and says what it found"},
      {"call_csv", "a table of calls, laid out by --map or by one of the shipped mappings"}};
  for (const Profile& profile : shipped_profiles())
    if (profile.layout.id() != kAdapterRows)
      formats.push_back({std::string{kCallPrefix} + profile.layout.id(), profile.layout.title()});
  for (const CallAdapter& adapter : call_adapters())
    formats.push_back({adapter.id, adapter.summary});
  for (const Adapter& adapter : record_adapters()) formats.push_back({adapter.id, adapter.summary});
  return formats;
}

namespace {

/// What the options say about how to read, checked once for all files.
Result<std::optional<Profile>> read_options(session::Session& session,
                                            const IngestOptions& options) {
  PALERMO_CHECK_OK(check_options(options));
  std::optional<Profile> own;
  if (!options.map_text.empty()) {
    auto parsed = parse_profile(options.map_text, options.map_name);
    // Other adapters have a --map of their own; only a call format needs this one to be readable.
    if (parsed) {
      own = *std::move(parsed);
    } else if (find_record_adapter(options.format) == nullptr) {
      return std::move(parsed).error();
    }
  }
  if (options.format != "auto" && !same_id(options.format, "call_csv") &&
      find_call_adapter(options.format) == nullptr &&
      find_record_adapter(options.format) == nullptr && profile_named(options.format) == nullptr)
    return unknown_format(options.format);
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
    if (file.bytes().size() > kMaxRecordFile)
      return bad_file(file, fmt::format("is larger than {} MiB", kMaxRecordFile >> 20),
                      "split it into several files");
    PALERMO_TRY(result, ingest_calls(session, file, *choice.call_adapter, options));
  } else if (choice.profile != nullptr) {
    PALERMO_TRY(result, ingest_calls(session, file, *choice.profile, options));
  } else if (choice.adapter != nullptr) {
    if (file.bytes().size() > kMaxRecordFile)
      return bad_file(file, fmt::format("is larger than {} MiB", kMaxRecordFile >> 20),
                      "split it into several files");
    PALERMO_TRY(result, ingest_records(session, file, *choice.adapter, options));
  } else {
    return Error{ErrorCode::Internal, fmt::format("no reader for {}", choice.format)};
  }
  result.set_format(choice.format);
  result.set_detected_because(choice.because);
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
