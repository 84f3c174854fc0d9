#include "ingest/choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/detect.hpp"
#include "ingest/input_text.hpp"

namespace palermo::ingest {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

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

/// What detection looks at: of a large file the first MiB, up to a line end.
std::string_view head_of(std::string_view text) {
  constexpr std::size_t kHeadBytes = std::size_t{1} << 20;
  if (text.size() <= kHeadBytes) return text;
  const std::string_view head = text.substr(0, kHeadBytes);
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
    choice.confidence = confidence_word(best);
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

/// The reader that --format names; false where it names none.
bool choose_named(const IngestOptions& options, const std::optional<Profile>& own, Choice& choice) {
  const std::string& format = options.format;
  if (const CallAdapter* call_adapter = find_call_adapter(format); call_adapter != nullptr) {
    choice.format = call_adapter->id;
    choice.call_adapter = call_adapter;
  } else if (const Adapter* adapter = find_record_adapter(format); adapter != nullptr) {
    choice.format = adapter->id;
    choice.adapter = adapter;
  } else if (own && (format == "auto" || same_id(format, "call_csv"))) {
    choice.format = std::string{kCallPrefix} + own->layout.id();
    choice.profile = &*own;
    choice.because = fmt::format("--map {} says so", core::printable(options.map_name, 100));
  } else if (const Profile* profile = profile_named(format); profile != nullptr) {
    choice.format = std::string{kCallPrefix} + profile->layout.id();
    choice.profile = profile;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string confidence_word(double confidence) {
  return confidence >= 0.9 ? "certain" : confidence >= 0.7 ? "probable" : "possible";
}

bool is_known_format(std::string_view format) {
  return format == "auto" || same_id(format, "call_csv") || find_call_adapter(format) != nullptr ||
         find_record_adapter(format) != nullptr || profile_named(format) != nullptr;
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

Result<std::optional<Profile>> own_profile(const IngestOptions& options) {
  std::optional<Profile> own;
  if (options.map_text.empty()) return own;
  auto parsed = parse_profile(options.map_text, options.map_name);
  // Other adapters have a --map of their own; only a call format needs this one to be readable.
  if (parsed) {
    own = *std::move(parsed);
  } else if (find_record_adapter(options.format) == nullptr) {
    return std::move(parsed).error();
  }
  return own;
}

Result<Choice> choose_for_text(std::string_view text, const std::string& path,
                               const IngestOptions& options, const std::optional<Profile>& own) {
  Choice choice;
  if (choose_named(options, own, choice)) return choice;
  const bool calls_only = same_id(options.format, "call_csv");
  if (options.format != "auto" && !calls_only) return unknown_format(options.format);
  const std::string_view head = head_of(text);
  const CallDetection calls = detect_calls(head);
  if (calls_only) {
    if (calls.profile.empty())
      return Error{ErrorCode::BadInput, "has the layout of none of the shipped call mappings",
                   core::SourcePosition{path, 0},
                   "describe its columns in a mapping of your own and give it with --map FILE; "
                   "`palermo profile new FILE` drafts one (docs/formats/profile.md)"};
    choice.profile = find_profile(calls.profile);
    choice.format = std::string{kCallPrefix} + calls.profile;
    choice.because = calls.reason;
    choice.confidence = confidence_word(calls.confidence);
    return choice;
  }
  std::vector<FormatGuess> guesses;
  if (!calls.profile.empty())
    guesses.push_back({std::string{kCallPrefix} + calls.profile, {calls.confidence, calls.reason}});
  for (const CallAdapter& adapter : call_adapters())
    if (!adapter.binary) guesses.push_back({adapter.id, adapter.detect(head, path)});
  auto detected = detect_format(head, path, guesses);
  if (!detected) {
    Error error = std::move(detected).error();
    if (!error.where) error.where = core::SourcePosition{path, 0};
    return error;
  }
  choice.format = detected->best.format;
  choice.because = detected->best.detection.reason;
  choice.confidence = confidence_word(detected->best.detection.confidence);
  if (!detected->runner_up.format.empty()) {
    choice.runner_up = detected->runner_up.format;
    choice.runner_up_because = detected->runner_up.detection.reason;
    choice.runner_up_confidence = confidence_word(detected->runner_up.detection.confidence);
  }
  choice.call_adapter = find_call_adapter(choice.format);
  if (choice.call_adapter == nullptr) choice.profile = profile_named(choice.format);
  if (choice.call_adapter == nullptr && choice.profile == nullptr)
    choice.adapter = find_record_adapter(choice.format);
  return choice;
}

Result<Choice> choose(SourceFile& file, const IngestOptions& options,
                      const std::optional<Profile>& own) {
  Choice choice;
  const bool named = choose_named(options, own, choice);
  const bool binary = (choice.call_adapter != nullptr && choice.call_adapter->binary) ||
                      (choice.adapter != nullptr && choice.adapter->binary);
  if (named && binary) return choice;
  if (!named && options.format == "auto" && choose_binary(file, choice)) return choice;
  PALERMO_CHECK_OK(prepare_text(file, options, own));
  if (named) return choice;
  return choose_for_text(file.text(), file.path(), options, own);
}

}  // namespace palermo::ingest
