// Checks records read from JSON or CSV, one kind each, and puts them into a batch.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/records/json_text.hpp"
#include "ingest/records/record_time.hpp"
#include "ingest/records/relation_text.hpp"

namespace palermo::ingest::detail {

/// What nested statements take over from the report or session that states them.
struct Parent {
  std::string id;  // report_id or session_id
  std::string authorization_id;
  std::string source;  // default of Statement.source: equal sources are one origin
  std::optional<authorization::DataType> data_type;
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  std::vector<store::ObservedIdentifier> targets;
};

/// Every add_* adds rows or one reject; an Error concerns the file as a whole.
class RecordBuilder {
 public:
  [[nodiscard]] static core::Result<RecordBuilder> make(const AdapterInput& input);

  [[nodiscard]] core::Status add_intercept(JsonItem item);
  [[nodiscard]] core::Status add_undercover(JsonItem item);
  [[nodiscard]] core::Status add_technique_use(JsonItem item);
  [[nodiscard]] core::Status add_payment(JsonItem item);
  [[nodiscard]] core::Status add_relation(JsonItem item);
  /// An object {case, offences, statements}, or one statement.
  [[nodiscard]] core::Status add_statements(JsonItem item);

  void add_reject(v1::Reject reject);
  [[nodiscard]] RecordBatch finish();

 private:
  explicit RecordBuilder(const AdapterInput& input, TimeReader times)
      : options_{&input.options}, stem_{stem_of(input.file_name)}, times_{std::move(times)} {}

  /// Reads one time field and writes its text back. False: the record was rejected.
  core::Result<bool> take_time(const JsonItem& item, std::uint32_t line, std::string_view field,
                               std::string* text, bool dates, std::optional<std::int64_t>* first_us,
                               std::optional<std::int64_t>* last_us);
  bool reject(std::uint32_t line, std::string code, std::string message);
  bool require(std::uint32_t line, std::string_view field, const std::string& value);
  std::string next_local_id(std::uint32_t line);
  store::ObservedIdentifier identifier(std::string_view raw);
  void mention(store::RecordRow& row, std::string_view raw);
  /// Gives local times inside a statement, an offence or a header the offset of the named zone.
  core::Status settle_times(const JsonItem& item, core::Json& value, const std::string& path);
  /// The statements of a report or session, taken out of it, with their lines.
  core::Result<std::vector<std::pair<core::Json, std::uint32_t>>> take_statements(JsonItem& item);
  core::Status add_nested(const JsonItem& item,
                          std::vector<std::pair<core::Json, std::uint32_t>> statements,
                          const Parent& parent);
  void reject_nested(const std::vector<std::pair<core::Json, std::uint32_t>>& statements,
                     std::string_view what);
  core::Status add_statement(const JsonItem& item, core::Json value, const std::string& path,
                             std::uint32_t line, const Parent& parent);
  void push(store::RecordRow row, std::uint32_t line);

  const AdapterOptions* options_;
  std::string stem_;  // default layer of relations
  TimeReader times_;
  RecordBatch batch_;
  std::map<std::uint32_t, std::uint32_t> rows_on_line_;
  std::map<std::string, store::ObservedIdentifier> read_;
  std::set<std::string> invalid_;
  struct SeenStatement {
    std::uint32_t line = 0;
    std::string content;
  };
  std::map<std::pair<std::string, std::string>, SeenStatement> statements_;  // by parent and id
  std::uint32_t nested_ = 0;
};

}  // namespace palermo::ingest::detail
