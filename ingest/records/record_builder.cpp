#include "ingest/records/record_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest::detail {
namespace {

namespace pb = google::protobuf;

/// Fields of statements, offences and headers that hold a date or an instant.
bool is_time_field(std::string_view name) {
  static constexpr std::string_view kNames[] = {"at",        "from", "to",    "observed_at",   "tasked_from",
                                                "tasked_to", "date", "as_of", "in_force_from", "in_force_to"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_grade(std::string_view grade) {
  return grade.size() == 2 && grade[0] >= 'A' && grade[0] <= 'F' && grade[1] >= '1' && grade[1] <= '6';
}

bool is_iban(std::string_view text) {
  std::string packed;
  for (const char c : text)
    if (c != ' ') packed += c;
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return packed.size() >= 15 && packed.size() <= 34 && upper(packed[0]) && upper(packed[1]) && digit(packed[2]) &&
         digit(packed[3]) &&
         std::all_of(packed.begin(), packed.end(), [&](char c) { return upper(c) || digit(c); });
}

template <typename Message>
core::Result<Message> fill(const JsonItem& item) {
  Message message;
  if (auto status = core::fill_message(item.value, message); !status)
    return at_item(item, std::move(status).error());
  return message;
}

}  // namespace

core::Result<RecordBuilder> RecordBuilder::make(const AdapterInput& input) {
  PALERMO_TRY(TimeReader times, TimeReader::make(input.options));
  return RecordBuilder{input, std::move(times)};
}

bool RecordBuilder::reject(std::uint32_t line, std::string code, std::string message) {
  v1::Reject out;
  out.set_line(line);
  out.set_code(std::move(code));
  out.set_message(std::move(message));
  add_reject(std::move(out));
  return false;
}

void RecordBuilder::add_reject(v1::Reject reject) { batch_.rejects.push_back(std::move(reject)); }

bool RecordBuilder::require(std::uint32_t line, std::string_view field, const std::string& value) {
  if (!value.empty()) return true;
  std::string code = fmt::format("MISSING_{}", field);
  for (char& c : code)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return reject(line, std::move(code), fmt::format("'{}' is missing", field));
}

std::string RecordBuilder::next_local_id(std::uint32_t line) {
  const std::uint32_t nth = ++rows_on_line_[line];
  return nth == 1 ? std::to_string(line) : fmt::format("{}.{}", line, nth);
}

store::ObservedIdentifier RecordBuilder::identifier(std::string_view raw) {
  auto [at, fresh] = read_.try_emplace(std::string{raw});
  if (fresh) {
    at->second = is_iban(raw) ? store::ObservedIdentifier{"iban", {}, std::string{raw}, true, {}}
                              : read_identifier(raw, options_->country);
    if (at->second.kind == "iban" && at->second.value.empty())
      for (const char c : raw)
        if (c != ' ') at->second.value += c;
    if (at->second.kind == "msisdn" && !at->second.valid) ++batch_.invalid_numbers;
  }
  return at->second;
}

void RecordBuilder::mention(store::RecordRow& row, std::string_view raw) {
  if (raw.empty()) return;
  store::ObservedIdentifier found = identifier(raw);
  if (std::find(row.identifiers.begin(), row.identifiers.end(), found) == row.identifiers.end())
    row.identifiers.push_back(std::move(found));
}

void RecordBuilder::push(store::RecordRow row, std::uint32_t line) {
  row.record.set_line(line);
  row.record.set_authorization_id(row.authorization_id);
  row.local_id = next_local_id(line);
  batch_.rows.push_back(std::move(row));
}

core::Result<bool> RecordBuilder::take_time(const JsonItem& item, std::uint32_t line, std::string_view field,
                                            std::string* text, bool dates, std::optional<std::int64_t>* first_us,
                                            std::optional<std::int64_t>* last_us) {
  ReadTime time = times_.read(*text, dates);
  switch (time.state) {
    case ReadTime::State::Absent:
      return true;
    case ReadTime::State::NoZone:
      return no_zone_error(item.text.empty() ? line : line_of(item, field), field);
    case ReadTime::State::Bad:
      return reject(line, "BAD_TIME", fmt::format("'{}': {}", field, time.why));
    case ReadTime::State::Ok:
      break;
  }
  *text = std::move(time.text);
  if (first_us != nullptr) *first_us = time.instant.us;
  if (last_us != nullptr) *last_us = time.last_us;
  return true;
}

core::Result<bool> RecordBuilder::take_times(const JsonItem& item, std::uint32_t line, pb::Message& message,
                                             const std::string& path) {
  const pb::Reflection& reflection = *message.GetReflection();
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    const std::string here = path.empty() ? field->name() : path + "." + field->name();
    if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      PALERMO_TRY(const bool good, take_times(item, line, *reflection.MutableMessage(&message, field), here));
      if (!good) return false;
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING && !field->is_repeated() &&
               is_time_field(field->name())) {
      std::string text = reflection.GetString(message, field);
      PALERMO_TRY(const bool good, take_time(item, line, here, &text, true, nullptr, nullptr));
      if (!good) return false;
      reflection.SetString(&message, field, std::move(text));
    }
  }
  return true;
}

core::Status RecordBuilder::add_intercept(const JsonItem& item) {
  PALERMO_TRY(v1::InterceptSession session, fill<v1::InterceptSession>(item));
  std::vector<std::uint32_t> lines;
  for (int i = 0; i < session.statements_size(); ++i)
    lines.push_back(line_of(item, fmt::format("statements[{}]", i)));
  auto statements = std::move(*session.mutable_statements());
  session.clear_statements();

  store::RecordRow row;
  row.kind = "intercept";
  row.authorization_id = session.authorization_id();
  bool good = require(item.line, "session_id", session.session_id()) && require(item.line, "line", session.line()) &&
              require(item.line, "start", session.start());
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "start", session.mutable_start(), false, &row.from_us, &row.to_us));
  }
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "end", session.mutable_end(), false, nullptr, &row.to_us));
  }
  if (good && *row.to_us < *row.from_us)
    good = reject(item.line, "BAD_TIME", "'end' is before 'start'");
  if (!good) {
    for (const std::uint32_t line : lines)
      reject(line, "PARENT_REJECTED", "the session that states it was rejected");
    return core::ok();
  }
  // Words, or the knowledge that a room was listened to, are content; a bare session is traffic data.
  const bool content = !session.summary().empty() || !session.transcript().empty() || !statements.empty() ||
                       session.kind() == v1::InterceptSession::room;
  row.data_type = content ? "content" : "traffic_data";
  row.targets.push_back(identifier(session.line()));
  mention(row, session.line());
  for (const std::string& party : session.parties()) mention(row, party);
  const Parent parent{session.session_id(), row.authorization_id, session.session_id(), row.data_type,
                      row.from_us,          row.to_us,            row.targets};
  *row.record.mutable_intercept() = std::move(session);
  push(std::move(row), item.line);
  for (int i = 0; i < statements.size(); ++i)
    PALERMO_CHECK_OK(add_statement(std::move(statements[i]), lines[static_cast<std::size_t>(i)], item, parent));
  return core::ok();
}

core::Status RecordBuilder::add_undercover(const JsonItem& item) {
  PALERMO_TRY(v1::UndercoverReport report, fill<v1::UndercoverReport>(item));
  std::vector<std::uint32_t> lines;
  for (int i = 0; i < report.statements_size(); ++i)
    lines.push_back(line_of(item, fmt::format("statements[{}]", i)));
  auto statements = std::move(*report.mutable_statements());
  report.clear_statements();

  store::RecordRow row;
  row.kind = "undercover";
  row.authorization_id = report.authorization_id();
  row.data_type = "undercover";
  bool good = require(item.line, "report_id", report.report_id());
  if (good && report.from().empty() && report.to().empty())
    good = reject(item.line, "MISSING_TIME",
                  "neither 'from' nor 'to': it cannot be compared with its authorization");
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "from", report.mutable_from(), true, &row.from_us, &row.to_us));
  }
  if (good) {
    std::optional<std::int64_t> first;
    PALERMO_TRY(good, take_time(item, item.line, "to", report.mutable_to(), true, &first, &row.to_us));
    if (good && !row.from_us) row.from_us = first;
  }
  if (good && *row.to_us < *row.from_us) good = reject(item.line, "BAD_TIME", "'to' is before 'from'");
  for (int i = 0; good && i < report.first_contact_size(); ++i) {
    PALERMO_TRY(good, take_time(item, item.line, fmt::format("first_contact[{}].at", i),
                                report.mutable_first_contact(i)->mutable_at(), true, nullptr, nullptr));
  }
  if (!good) {
    for (const std::uint32_t line : lines)
      reject(line, "PARENT_REJECTED", "the report that states it was rejected");
    return core::ok();
  }
  for (const std::string& contact : report.contacts()) mention(row, contact);
  for (const auto& contact : report.first_contact()) mention(row, contact.person());
  // Whatever one officer reports has one origin, however many reports it fills.
  const std::string source = report.officer().empty() ? report.report_id() : report.officer();
  const Parent parent{report.report_id(), row.authorization_id, source, row.data_type, row.from_us, row.to_us, {}};
  *row.record.mutable_undercover() = std::move(report);
  push(std::move(row), item.line);
  for (int i = 0; i < statements.size(); ++i)
    PALERMO_CHECK_OK(add_statement(std::move(statements[i]), lines[static_cast<std::size_t>(i)], item, parent));
  return core::ok();
}

core::Status RecordBuilder::add_technique_use(const JsonItem& item) {
  PALERMO_TRY(v1::TechniqueUseRecord use, fill<v1::TechniqueUseRecord>(item));
  store::RecordRow row;
  row.kind = "technique_use";
  row.authorization_id = use.authorization_id();
  // No data type: this is the log of the technique, not its product. A use outside its authorization is
  // for the audit to show, never to be sealed away.
  bool good = require(item.line, "use_id", use.use_id()) && require(item.line, "started_at", use.started_at());
  if (good) {
    PALERMO_TRY(good,
                take_time(item, item.line, "started_at", use.mutable_started_at(), false, &row.from_us, &row.to_us));
  }
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "ended_at", use.mutable_ended_at(), false, nullptr, &row.to_us));
  }
  if (good && *row.to_us < *row.from_us)
    good = reject(item.line, "BAD_TIME", "'ended_at' is before 'started_at'");
  if (!good) return core::ok();
  for (const std::string& target : use.targets()) mention(row, target);
  *row.record.mutable_technique_use() = std::move(use);
  push(std::move(row), item.line);
  return core::ok();
}

core::Status RecordBuilder::add_payment(const JsonItem& item) {
  PALERMO_TRY(v1::Payment payment, fill<v1::Payment>(item));
  store::RecordRow row;
  row.kind = "payment";
  row.authorization_id = payment.authorization_id();
  row.data_type = "financial";
  bool good = require(item.line, "payment_id", payment.payment_id());
  if (good && payment.from().empty() && payment.to().empty())
    good = reject(item.line, "MISSING_PARTY", "neither 'from' nor 'to' is named");
  if (good && payment.has_amount() && payment.amount() < 0)
    good = reject(item.line, "BAD_AMOUNT", "'amount' is negative; exchange 'from' and 'to' instead");
  if (good && !payment.currency().empty()) {
    std::string currency = payment.currency();
    for (char& c : currency)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool letters = std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (currency.size() != 3 || !letters)
      good = reject(item.line, "BAD_CURRENCY", "'currency' is no three-letter code of ISO 4217");
    payment.set_currency(currency);
  }
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "at", payment.mutable_at(), true, &row.from_us, &row.to_us));
  }
  if (!good) return core::ok();
  mention(row, payment.from());
  mention(row, payment.to());
  *row.record.mutable_payment() = std::move(payment);
  push(std::move(row), item.line);
  return core::ok();
}

core::Status RecordBuilder::add_relation(const JsonItem& item) {
  PALERMO_TRY(v1::Relation relation, fill<v1::Relation>(item));
  if (relation.layer().empty()) relation.set_layer(options_->layer.empty() ? stem_ : options_->layer);
  store::RecordRow row;
  row.kind = "relation";
  row.layer = relation.layer();
  bool good = require(item.line, "a", relation.a());
  if (good && relation.has_weight() && relation.weight() <= 0)
    good = relation.weight() == 0 ? reject(item.line, "NO_TIE", "'weight' is 0: the record states no tie")
                                  : reject(item.line, "BAD_WEIGHT", "'weight' is negative");
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "from", relation.mutable_from(), true, &row.from_us, nullptr));
  }
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "to", relation.mutable_to(), true, nullptr, &row.to_us));
  }
  if (good && row.from_us && row.to_us && *row.to_us < *row.from_us)
    good = reject(item.line, "BAD_TIME", "'to' is before 'from'");
  if (!good) return core::ok();
  mention(row, relation.a());
  mention(row, relation.b());
  // A label that looks like a number is a label all the same, unless it is written as +… .
  for (store::ObservedIdentifier& found : row.identifiers)
    if (!found.raw.starts_with('+')) found = {"label", found.raw, found.raw, true, {}};
  *row.record.mutable_relation() = std::move(relation);
  push(std::move(row), item.line);
  return core::ok();
}

core::Status RecordBuilder::add_statements(const JsonItem& item) {
  const bool facts = item.value.contains("statements") || item.value.contains("offences") || item.value.contains("case");
  if (!facts) {
    PALERMO_TRY(v1::Statement statement, fill<v1::Statement>(item));
    return add_statement(std::move(statement), item.line, item, Parent{});
  }
  PALERMO_TRY(v1::FactsFile file, fill<v1::FactsFile>(item));
  if (file.has_case_()) {
    const std::uint32_t line = line_of(item, "case");
    store::RecordRow row;
    row.kind = "case";
    PALERMO_TRY(const bool good, take_times(item, line, *file.mutable_case_(), "case"));
    if (good) {
      *row.record.mutable_case_header() = file.case_();
      push(std::move(row), line);
    }
  }
  for (int i = 0; i < file.offences_size(); ++i) {
    const std::string path = fmt::format("offences[{}]", i);
    const std::uint32_t line = line_of(item, path);
    store::RecordRow row;
    row.kind = "offence";
    if (!require(line, "id", file.offences(i).id())) continue;
    PALERMO_TRY(const bool good, take_times(item, line, *file.mutable_offences(i), path));
    if (!good) continue;
    *row.record.mutable_offence() = file.offences(i);
    push(std::move(row), line);
  }
  for (int i = 0; i < file.statements_size(); ++i)
    PALERMO_CHECK_OK(add_statement(std::move(*file.mutable_statements(i)),
                                   line_of(item, fmt::format("statements[{}]", i)), item, Parent{}));
  return core::ok();
}

core::Status RecordBuilder::add_statement(v1::Statement statement, std::uint32_t line, const JsonItem& item,
                                          const Parent& parent) {
  if (statement.has_trace())
    return bad_input(line, fmt::format("line {}: unknown field 'trace'", line),
                     "where a statement came from is set by ingestion, never by the file");
  if (!require(line, "id", statement.id())) return core::ok();
  if (!statement.grade().empty() && !is_grade(statement.grade())) {
    reject(line, "BAD_GRADE", "'grade' is no letter A-F with a digit 1-6");
    return core::ok();
  }
  if (statement.body_case() == v1::Statement::BODY_NOT_SET) {
    if (statement.text().empty()) {
      reject(line, "NO_CONTENT", "the statement says nothing: no text and no content such as 'person' or 'act'");
      return core::ok();
    }
    ++text_only_;
  }
  store::RecordRow row;
  row.kind = "statement";
  PALERMO_TRY(const bool good, take_times(item, line, statement, ""));
  if (!good) return core::ok();
  if (parent.id.empty()) {
    row.data_type = "statement";
    if (const auto first = core::parse_date_or_instant(statement.observed_at(), false)) row.from_us = first->us;
    if (const auto last = core::parse_date_or_instant(statement.observed_at(), true)) row.to_us = last->us;
  } else {
    ++nested_;
    if (statement.authorization_id().empty()) statement.set_authorization_id(parent.authorization_id);
    if (statement.source().empty()) statement.set_source(parent.source);
    row.data_type = parent.data_type;
    row.from_us = parent.from_us;
    row.to_us = parent.to_us;
    row.targets = parent.targets;
    row.record.set_part_of(parent.id);
  }
  row.authorization_id = statement.authorization_id();
  if (statement.has_attribution()) mention(row, statement.attribution().identifier());
  *row.record.mutable_statement() = std::move(statement);
  push(std::move(row), line);
  return core::ok();
}

RecordBatch RecordBuilder::finish() {
  times_.report(batch_);
  batch_.rows_read = static_cast<std::uint32_t>(batch_.rows.size() + batch_.rejects.size());
  if (nested_ > 0)
    batch_.notices.push_back(
        fmt::format("{} statements inside reports or sessions are records of their own and counted as rows", nested_));
  if (text_only_ > 0)
    batch_.notices.push_back(fmt::format(
        "{} statements have a text and no content such as 'person' or 'act'; no element can rest on them", text_only_));
  return std::move(batch_);
}

}  // namespace palermo::ingest::detail
