#include "ingest/name_warnings.hpp"

#include <fmt/format.h>

namespace palermo::ingest {

core::Result<NameWarnings> NameWarnings::make() {
  PALERMO_TRY(core::NameReader reader, core::NameReader::make());
  return NameWarnings{std::move(reader)};
}

void NameWarnings::name(std::string_view text) {
  if (text.empty() || !seen_.emplace(text).second) return;
  const auto flags = reader_.flags(text);
  if (!flags.empty()) ++flagged_;
  for (const core::NameFlag flag : flags) ++by_flag_.at(static_cast<std::size_t>(flag));
}

bool NameWarnings::is_name(std::string_view kind) {
  return kind == "label" || kind == "account" || kind == "alphanumeric" || kind == "email";
}

void NameWarnings::add(const store::IdentifierView& identifier) {
  if (is_name(identifier.kind)) name(identifier.value);
}

void NameWarnings::add(const store::RecordRow& row) {
  if (row.record.statement().has_person()) name(row.record.statement().person().name());
  if (row.record.has_message()) name(row.record.message().sender_name());
  for (const store::ObservedIdentifier& identifier : row.identifiers) add(identifier);
}

std::optional<std::string> NameWarnings::notice() const {
  if (flagged_ == 0) return std::nullopt;
  std::string list;
  for (std::size_t i = 0; i < by_flag_.size(); ++i)
    if (by_flag_[i] > 0)
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ",
                          core::name_of(static_cast<core::NameFlag>(i)), by_flag_[i]);
  return fmt::format(
      "{} {} something that a reader does not see ({}); stored as received, marked by `palermo "
      "entity list`",
      flagged_, flagged_ == 1 ? "name hides" : "names hide", list);
}

}  // namespace palermo::ingest
