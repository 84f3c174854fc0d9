// Checks records read from JSON or CSV, one kind each, and puts them into a batch.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/records/json_text.hpp"
#include "ingest/records/record_time.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/row_collector.hpp"

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
class RecordBuilder : public RowCollector {
 public:
  [[nodiscard]] static core::Result<RecordBuilder> make(const AdapterInput& input);

  [[nodiscard]] core::Status add_intercept(JsonItem item);
  [[nodiscard]] core::Status add_undercover(JsonItem item);
  [[nodiscard]] core::Status add_technique_use(JsonItem item);
  [[nodiscard]] core::Status add_payment(JsonItem item);
  /// The same for a payment that a reader of tables made; its times are checked here.
  [[nodiscard]] core::Status add_payment(v1::Payment payment, std::uint32_t line);
  [[nodiscard]] core::Status add_relation(JsonItem item);
  /// An object {case, offences, statements}, or one statement.
  [[nodiscard]] core::Status add_statements(JsonItem item);

  [[nodiscard]] RecordBatch finish();

 private:
  explicit RecordBuilder(const AdapterInput& input, TimeReader times)
      : RowCollector{input.options, std::move(times)}, stem_{stem_of(input.file_name)} {}

  /// Reads one time field and writes its text back. False: the record was rejected.
  core::Result<bool> take_time(const JsonItem& item, std::uint32_t line, std::string_view field,
                               std::string* text, bool dates, std::optional<std::int64_t>* first_us,
                               std::optional<std::int64_t>* last_us);
  core::Status take_payment(const JsonItem& item, v1::Payment payment);
  bool require(std::uint32_t line, std::string_view field, const std::string& value);
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

  std::string stem_;  // default layer of relations
  struct SeenStatement {
    std::uint32_t line = 0;
    std::string content;
  };
  std::map<std::pair<std::string, std::string>, SeenStatement> statements_;  // by parent and id
  std::uint32_t nested_ = 0;
  std::uint32_t large_amounts_ = 0;
};

}  // namespace palermo::ingest::detail
