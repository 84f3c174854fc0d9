#include "ingest/records/record_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "ingest/decimal.hpp"
#include "ingest/facts/facts_reader.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/text/blank.hpp"

namespace palermo::ingest::detail {
namespace {

namespace pb = google::protobuf;
using authorization::DataType;

/// Fields of statements, offences and headers that hold a date or an instant.
bool is_time_field(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "at",        "from", "to",    "observed_at",   "tasked_from",
      "tasked_to", "date", "as_of", "in_force_from", "in_force_to"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
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

bool RecordBuilder::require(std::uint32_t line, std::string_view field, const std::string& value) {
  if (!is_blank(value)) return true;
  std::string code = fmt::format("MISSING_{}", field);
  for (char& c : code)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return reject(line, std::move(code), fmt::format("'{}' is missing", field));
}

core::Result<bool> RecordBuilder::take_time(const JsonItem& item, std::uint32_t line,
                                            std::string_view field, std::string* text, bool dates,
                                            std::optional<std::int64_t>* first_us,
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

core::Status RecordBuilder::settle_times(const JsonItem& item, core::Json& value,
                                         const std::string& path) {
  if (!value.is_object()) return core::ok();
  for (auto& [name, member] : value.items()) {
    const std::string here = path.empty() ? name : path + "." + name;
    if (member.is_object()) {
      PALERMO_CHECK_OK(settle_times(item, member, here));
    } else if (member.is_string() && is_time_field(name)) {
      // What is no time at all is for the reader of statements to refuse.
      ReadTime time = times_.read(member.get_ref<const std::string&>(), true);
      if (time.state == ReadTime::State::NoZone) return no_zone_error(line_of(item, here), here);
      if (time.state == ReadTime::State::Ok) member = std::move(time.text);
    }
  }
  return core::ok();
}

core::Result<std::vector<std::pair<core::Json, std::uint32_t>>> RecordBuilder::take_statements(
    JsonItem& item) {
  std::vector<std::pair<core::Json, std::uint32_t>> out;
  const auto found = item.value.find("statements");
  if (found == item.value.end()) return out;
  if (found->is_null()) {
    item.value.erase("statements");
    return out;
  }
  if (!found->is_array())
    return at_item(item, core::Error{core::ErrorCode::BadInput, "statements: expected an array"});
  for (std::size_t i = 0; i < found->size(); ++i)
    out.emplace_back(std::move((*found)[i]), line_of(item, fmt::format("statements[{}]", i)));
  item.value.erase("statements");
  return out;
}

void RecordBuilder::reject_nested(
    const std::vector<std::pair<core::Json, std::uint32_t>>& statements, std::string_view what) {
  for (const auto& [value, line] : statements)
    reject(line, "PARENT_REJECTED", fmt::format("the {} that states it was rejected", what));
}

core::Status RecordBuilder::add_nested(const JsonItem& item,
                                       std::vector<std::pair<core::Json, std::uint32_t>> statements,
                                       const Parent& parent) {
  for (std::size_t i = 0; i < statements.size(); ++i)
    PALERMO_CHECK_OK(add_statement(item, std::move(statements[i].first),
                                   fmt::format("statements[{}]", i), statements[i].second, parent));
  return core::ok();
}

core::Status RecordBuilder::add_intercept(JsonItem item) {
  PALERMO_TRY(auto statements, take_statements(item));
  PALERMO_TRY(v1::InterceptSession session, fill<v1::InterceptSession>(item));

  store::RecordRow row;
  row.kind = "intercept";
  row.authorization_id = session.authorization_id();
  bool good = require(item.line, "session_id", session.session_id()) &&
              require(item.line, "line", session.line()) &&
              require(item.line, "start", session.start());
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "start", session.mutable_start(), false,
                                &row.from_us, &row.to_us));
  }
  if (good) {
    PALERMO_TRY(
        good, take_time(item, item.line, "end", session.mutable_end(), false, nullptr, &row.to_us));
  }
  if (good && *row.to_us < *row.from_us)
    good = reject(item.line, "BAD_TIME", "'end' is before 'start'");
  if (!good) {
    reject_nested(statements, "session");
    return core::ok();
  }
  // Words, or the knowledge that a room was listened to, are content; a bare session is traffic
  // data.
  const bool content = !session.summary().empty() || !session.transcript().empty() ||
                       !statements.empty() || session.kind() == v1::InterceptSession::room;
  row.data_type = content ? DataType::Content : DataType::Traffic;
  row.targets.push_back(identifier(session.line()));
  mention(row, session.line());
  for (const std::string& party : session.parties()) mention(row, party);
  const Parent parent{session.session_id(), row.authorization_id, session.session_id(),
                      row.data_type,        row.from_us,          row.to_us,
                      row.targets};
  *row.record.mutable_intercept() = std::move(session);
  push(std::move(row), item.line);
  return add_nested(item, std::move(statements), parent);
}

core::Status RecordBuilder::add_undercover(JsonItem item) {
  PALERMO_TRY(auto statements, take_statements(item));
  PALERMO_TRY(v1::UndercoverReport report, fill<v1::UndercoverReport>(item));

  store::RecordRow row;
  row.kind = "undercover";
  row.authorization_id = report.authorization_id();
  row.data_type = DataType::Undercover;
  bool good = require(item.line, "report_id", report.report_id());
  if (good && report.from().empty() && report.to().empty())
    good = reject(item.line, "MISSING_TIME",
                  "neither 'from' nor 'to': it cannot be compared with its authorization");
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "from", report.mutable_from(), true, &row.from_us,
                                &row.to_us));
  }
  if (good) {
    std::optional<std::int64_t> first;
    PALERMO_TRY(good,
                take_time(item, item.line, "to", report.mutable_to(), true, &first, &row.to_us));
    if (good && !row.from_us) row.from_us = first;
  }
  if (good && *row.to_us < *row.from_us)
    good = reject(item.line, "BAD_TIME", "'to' is before 'from'");
  for (int i = 0; good && i < report.first_contact_size(); ++i) {
    PALERMO_TRY(good,
                take_time(item, item.line, fmt::format("first_contact[{}].at", i),
                          report.mutable_first_contact(i)->mutable_at(), true, nullptr, nullptr));
  }
  if (!good) {
    reject_nested(statements, "report");
    return core::ok();
  }
  for (const std::string& contact : report.contacts()) mention(row, contact);
  for (const auto& contact : report.first_contact()) mention(row, contact.person());
  // Whatever one officer reports has one origin, however many reports it fills.
  const std::string source = report.officer().empty() ? report.report_id() : report.officer();
  const Parent parent{
      report.report_id(), row.authorization_id, source, row.data_type, row.from_us, row.to_us, {}};
  *row.record.mutable_undercover() = std::move(report);
  push(std::move(row), item.line);
  return add_nested(item, std::move(statements), parent);
}

core::Status RecordBuilder::add_technique_use(JsonItem item) {
  PALERMO_TRY(v1::TechniqueUseRecord use, fill<v1::TechniqueUseRecord>(item));
  store::RecordRow row;
  row.kind = "technique_use";
  row.authorization_id = use.authorization_id();
  // No data type: this is the log of the technique, not its product. A use outside its
  // authorization is for the audit to show, never to be sealed away.
  bool good = require(item.line, "use_id", use.use_id()) &&
              require(item.line, "started_at", use.started_at());
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "started_at", use.mutable_started_at(), false,
                                &row.from_us, &row.to_us));
  }
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "ended_at", use.mutable_ended_at(), false, nullptr,
                                &row.to_us));
  }
  if (good && *row.to_us < *row.from_us)
    good = reject(item.line, "BAD_TIME", "'ended_at' is before 'started_at'");
  if (!good) return core::ok();
  for (const std::string& target : use.targets()) mention(row, target);
  *row.record.mutable_technique_use() = std::move(use);
  push(std::move(row), item.line);
  return core::ok();
}

core::Status RecordBuilder::add_payment(JsonItem item) {
  PALERMO_TRY(v1::Payment payment, fill<v1::Payment>(item));
  // A JSON number has lost what a double does not hold before anybody sees it.
  if (payment.amount() >= 1e15 && payment.amount_text().empty()) ++large_amounts_;
  return take_payment(item, std::move(payment));
}

core::Status RecordBuilder::add_payment(v1::Payment payment, std::uint32_t line) {
  return take_payment(JsonItem{{}, line, "", {}}, std::move(payment));
}

core::Status RecordBuilder::take_payment(const JsonItem& item, v1::Payment payment) {
  store::RecordRow row;
  row.kind = "payment";
  row.authorization_id = payment.authorization_id();
  row.data_type = DataType::Financial;
  bool good = require(item.line, "payment_id", payment.payment_id());
  if (good && payment.from().empty() && payment.to().empty())
    good = reject(item.line, "MISSING_PARTY", "neither 'from' nor 'to' is named");
  if (good && payment.has_amount() && payment.amount() < 0)
    good =
        reject(item.line, "BAD_AMOUNT", "'amount' is negative; exchange 'from' and 'to' instead");
  if (good && !payment.currency().empty()) {
    std::string currency = payment.currency();
    for (char& c : currency)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool letters =
        std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (currency.size() != 3 || !letters)
      good = reject(item.line, "BAD_CURRENCY", "'currency' is no three-letter code of ISO 4217");
    payment.set_currency(currency);
  }
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "at", payment.mutable_at(), true, &row.from_us,
                                &row.to_us));
  }
  for (std::string* day : {payment.mutable_booked_at(), payment.mutable_valued_at()})
    if (good) {
      PALERMO_TRY(good, take_time(item, item.line,
                                  day == payment.mutable_booked_at() ? "booked_at" : "valued_at",
                                  day, true, nullptr, nullptr));
    }
  if (good && !payment.amount_text().empty()) {
    const auto exact = Decimal::parse(payment.amount_text());
    if (!exact || !payment.has_amount() || exact->nearest() != payment.amount())
      good = reject(item.line, "BAD_AMOUNT", "'amount_text' is not the number 'amount'");
  }
  if (!good) return core::ok();
  mention(row, payment.from());
  mention(row, payment.to());
  for (const std::string* name : {&payment.from_name(), &payment.to_name()})
    if (!name->empty()) mention(row, {"label", *name, *name, true, {}});
  *row.record.mutable_payment() = std::move(payment);
  push(std::move(row), item.line);
  return core::ok();
}

core::Status RecordBuilder::add_relation(JsonItem item) {
  PALERMO_TRY(v1::Relation relation, fill<v1::Relation>(item));
  if (relation.layer().empty())
    relation.set_layer(options_->layer.empty() ? stem_ : options_->layer);
  store::RecordRow row;
  row.kind = "relation";
  row.layer = relation.layer();
  bool good = require(item.line, "a", relation.a());
  if (good && !relation.b().empty() && is_blank(relation.b()))
    good =
        reject(item.line, "MISSING_LABEL", "'b' is blank; leave it out for a node without a tie");
  if (good && relation.has_weight() && relation.weight() <= 0)
    good = relation.weight() == 0
               ? reject(item.line, "NO_TIE", "'weight' is 0: the record states no tie")
               : reject(item.line, "BAD_WEIGHT", "'weight' is negative");
  if (good) {
    PALERMO_TRY(good, take_time(item, item.line, "from", relation.mutable_from(), true,
                                &row.from_us, nullptr));
  }
  if (good) {
    PALERMO_TRY(good,
                take_time(item, item.line, "to", relation.mutable_to(), true, nullptr, &row.to_us));
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

core::Status RecordBuilder::add_statements(JsonItem item) {
  core::Json& value = item.value;
  const bool facts =
      value.contains("statements") || value.contains("offences") || value.contains("case");
  if (!facts) {
    core::Json statement = std::move(value);
    return add_statement(item, std::move(statement), "", item.line, Parent{});
  }
  PALERMO_TRY(auto statements, take_statements(item));
  core::Json offences = core::Json::array();
  if (const auto found = value.find("offences"); found != value.end()) {
    if (!found->is_array() && !found->is_null())
      return at_item(item, core::Error{core::ErrorCode::BadInput, "offences: expected an array"});
    if (found->is_array()) offences = std::move(*found);
    value.erase("offences");
  }
  PALERMO_CHECK_OK(settle_times(item, value, ""));
  auto header = read_facts(value);
  if (!header) return at_item(item, std::move(header).error());
  if (header->has_case_()) {
    store::RecordRow row;
    row.kind = "case";
    *row.record.mutable_case_header() = header->case_();
    push(std::move(row), line_of(item, "case"));
  }
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < offences.size(); ++i) {
    const std::string path = fmt::format("offences[{}]", i);
    PALERMO_CHECK_OK(settle_times(item, offences[i], path));
    auto offence = read_offence(offences[i], path);
    if (!offence) return at_item(item, std::move(offence).error());
    if (const auto [first, fresh] = seen.emplace(offence->id(), i); !fresh)
      return at_item(item, core::Error{core::ErrorCode::BadInput,
                                       fmt::format("{}: the id is already that of offences[{}]",
                                                   path, first->second)});
    store::RecordRow row;
    row.kind = "offence";
    *row.record.mutable_offence() = *std::move(offence);
    push(std::move(row), line_of(item, path));
  }
  return add_nested(item, std::move(statements), Parent{});
}

core::Status RecordBuilder::add_statement(const JsonItem& item, core::Json value,
                                          const std::string& path, std::uint32_t line,
                                          const Parent& parent) {
  PALERMO_CHECK_OK(settle_times(item, value, path));
  const std::string shown = path.empty() ? "statement" : path;
  auto read = read_statement(value, shown);
  if (!read) {
    core::Error error = std::move(read).error();
    // A lone statement is the item itself; line_of() wants the path inside it.
    if (path.empty() && error.message.starts_with("statement")) {
      error.message.erase(0, std::string_view{"statement"}.size());
      if (error.message.starts_with(".")) error.message.erase(0, 1);
      if (error.message.starts_with(": ")) error.message.insert(0, "top level");
    }
    return at_item(item, std::move(error));
  }
  v1::Statement statement = *std::move(read);
  store::RecordRow row;
  row.kind = "statement";
  if (parent.id.empty()) {
    row.data_type = DataType::Statement;
    if (!statement.observed_at().empty()) {
      const ReadTime time = times_.read(statement.observed_at(), true);
      row.from_us = time.instant.us;
      row.to_us = time.last_us;
    }
  } else {
    ++nested_;
    if (statement.authorization_id().empty())
      statement.set_authorization_id(parent.authorization_id);
    if (statement.source().empty()) statement.set_source(parent.source);
    row.data_type = parent.data_type;
    row.from_us = parent.from_us;
    row.to_us = parent.to_us;
    row.targets = parent.targets;
    row.record.set_part_of(parent.id);
  }
  // An exact repetition is a duplicate and counted as one; two meanings of one id cannot be told
  // apart.
  const std::string content = statement.SerializeAsString();
  const auto [first, fresh] =
      statements_.emplace(std::pair{parent.id, statement.id()}, SeenStatement{line, content});
  if (!fresh && first->second.content != content)
    return bad_input(
        line,
        fmt::format(
            "line {}: the statement has the id of the one in line {} and says something else", line,
            first->second.line),
        "give every statement of the file an id of its own");
  row.authorization_id = statement.authorization_id();
  if (statement.has_attribution()) mention(row, statement.attribution().identifier());
  *row.record.mutable_statement() = std::move(statement);
  push(std::move(row), line);
  return core::ok();
}

RecordBatch RecordBuilder::finish() {
  if (large_amounts_ > 0)
    batch_.notices.push_back(fmt::format(
        "{} amounts have more than 15 digits, which a JSON number does not hold surely; "
        "write them in amount_text as well",
        large_amounts_));
  if (nested_ > 0)
    batch_.notices.push_back(fmt::format(
        "{} statements inside reports or sessions are records of their own and counted as rows",
        nested_));
  return RowCollector::finish();
}

}  // namespace palermo::ingest::detail
