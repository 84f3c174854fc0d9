#include <fmt/format.h>

#include <map>
#include <optional>
#include <unordered_map>

#include "core/base/text.hpp"
#include "ingest/decimal.hpp"
#include "ingest/exchange/exchange.hpp"
#include "ingest/exchange/ftm_schemata.hpp"
#include "ingest/exchange/payment_amount.hpp"
#include "ingest/iban.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/records/json_text.hpp"
#include "ingest/records/relation_text.hpp"
#include "ingest/records/row_collector.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using authorization::DataType;
using core::Json;
using detail::ReadTime;
using detail::RowCollector;

/// Values of a property as texts. A value that holds a whole entity stands for it by its id.
std::vector<std::string> values_of(const Json& entity, std::string_view property) {
  std::vector<std::string> out;
  const auto properties = entity.find("properties");
  if (properties == entity.end() || !properties->is_object()) return out;
  const auto found = properties->find(std::string{property});
  if (found == properties->end()) return out;
  const auto take = [&out](const Json& value) {
    if (value.is_string() && !value.get_ref<const std::string&>().empty())
      out.push_back(value.get<std::string>());
    else if (value.is_number())
      out.push_back(value.dump());
    else if (value.is_object())
      if (const auto id = value.find("id"); id != value.end() && id->is_string())
        out.push_back(id->get<std::string>());
  };
  if (found->is_array())
    for (const Json& value : *found) take(value);
  else
    take(*found);
  return out;
}

std::string member(const Json& entity, const char* name) {
  const auto found = entity.find(name);
  return found != entity.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string first_of(const Json& entity, std::initializer_list<const char*> properties) {
  for (const char* property : properties)
    if (auto values = values_of(entity, property); !values.empty()) return values.front();
  return {};
}

class FtmReader {
 public:
  FtmReader(const AdapterInput& input, const std::vector<JsonItem>& items, RowCollector rows)
      : options_{&input.options}, items_{&items}, rows_{std::move(rows)} {}

  core::Result<RecordBatch> run() {
    index();
    for (const JsonItem& item : *items_) {
      const std::string schema = member(item.value, "schema");
      if (schema.empty()) {
        rows_.reject(item.line, "NO_SCHEMA", "'schema' is missing: the kind of entity is not said");
        continue;
      }
      PALERMO_TRY(const bool mapped, add(item, schema));
      if (!mapped) add_object(item, schema);
    }
    describe();
    return rows_.finish();
  }

 private:
  core::Result<bool> add(const JsonItem& item, const std::string& schema) {
    if (schema == "Payment") return add_payment(item);
    if (schema == "Call") return add_call(item);
    if (schema == "Message" || schema == "Email") return add_message(item, schema);
    if (const FtmEdge* edge = ftm_edge(schema); edge != nullptr) return add_edge(item, *edge);
    return false;
  }

  void index() {
    std::unordered_map<std::string, std::size_t> names;
    for (const JsonItem& item : *items_) {
      const std::string id = member(item.value, "id");
      if (!id.empty()) by_id_.emplace(id, &item.value);
      const std::string name = name_of(item.value);
      if (!name.empty()) ++names[name];
    }
    for (const auto& [id, entity] : by_id_) {
      const std::string name = name_of(*entity);
      // Two entities of one name stay two: the file tells them apart by their ids.
      labels_[id] = name.empty() ? id : names[name] > 1 ? fmt::format("{} ({})", name, id) : name;
    }
  }

  static std::string name_of(const Json& entity) {
    return first_of(entity, {"name", "username", "iban", "accountNumber", "registrationNumber",
                             "publicKey", "title"});
  }
  std::string label(const std::string& id) const {
    const auto known = labels_.find(id);
    return known == labels_.end() ? id : known->second;
  }

  /// One time property; a date may be a year or a month.
  core::Status take_time(const JsonItem& item, const char* property, std::string* text,
                         std::optional<std::int64_t>* first, std::optional<std::int64_t>* last,
                         bool& good) {
    const std::vector<std::string> values = values_of(item.value, property);
    if (values.empty() || !text->empty()) return core::ok();
    if (values.size() > 1) ++several_values_;
    ReadTime time = rows_.times().read_partial(values.front());
    if (time.state == ReadTime::State::NoZone) return detail::no_zone_error(item.line, property);
    if (time.state != ReadTime::State::Ok) {
      good = false;
      return core::ok();
    }
    *text = std::move(time.text);
    if (first != nullptr) *first = time.instant.us;
    if (last != nullptr) *last = time.last_us;
    return core::ok();
  }

  void name(store::RecordRow& row, const std::string& text) {
    rows_.mention(row, detail::read_label(text, options_->country));
  }

  core::Result<bool> add_edge(const JsonItem& item, const FtmEdge& edge) {
    bool good = true;
    v1::Relation relation;
    store::RecordRow row;
    row.kind = "relation";
    relation.set_layer(options_->layer.empty() ? std::string{edge.schema} : options_->layer);
    row.layer = relation.layer();
    for (const char* property : {"startDate", "date"})
      PALERMO_CHECK_OK(
          take_time(item, property, relation.mutable_from(), &row.from_us, nullptr, good));
    PALERMO_CHECK_OK(take_time(item, "endDate", relation.mutable_to(), nullptr, &row.to_us, good));
    if (!good || (row.from_us && row.to_us && *row.to_us < *row.from_us)) return unreadable();
    bool any = false;
    for (const std::string& source : values_of(item.value, edge.source))
      for (const std::string& target : values_of(item.value, edge.target)) {
        store::RecordRow one = row;
        v1::Relation& tie = *one.record.mutable_relation();
        tie = relation;
        tie.set_a(label(source));
        tie.set_b(label(target));
        name(one, tie.a());
        name(one, tie.b());
        rows_.push(std::move(one), item.line);
        if (any) ++further_;
        any = true;
      }
    if (any)
      ++counts_[std::string{edge.schema}];
    else
      ++one_ended_;
    return any;
  }

  /// Account of a payment's side: its number where the file has one, else who holds it.
  struct Side {
    std::string text;
    std::string name;
  };
  Side side(const Json& entity, const char* account, const char* party) const {
    Side out;
    if (const auto holders = values_of(entity, party); !holders.empty())
      out.name = label(holders.front());
    if (const auto accounts = values_of(entity, account); !accounts.empty()) {
      const auto known = by_id_.find(accounts.front());
      if (known != by_id_.end()) out.text = first_of(*known->second, {"iban", "accountNumber"});
      if (out.text.empty()) out.text = label(accounts.front());
    }
    if (out.text.empty()) std::swap(out.text, out.name);
    return out;
  }

  core::Result<bool> add_payment(const JsonItem& item) {
    const std::vector<std::string> amounts = values_of(item.value, "amount");
    const Side from = side(item.value, "payerAccount", "payer");
    const Side to = side(item.value, "beneficiaryAccount", "beneficiary");
    const auto amount = amounts.size() == 1 ? Decimal::parse(amounts.front()) : std::nullopt;
    if ((from.text.empty() && to.text.empty()) || (!amounts.empty() && !amount))
      return unreadable();
    v1::Payment payment;
    store::RecordRow row;
    row.kind = "payment";
    row.data_type = DataType::Financial;
    bool good = true;
    for (const char* property : {"date", "startDate"})
      PALERMO_CHECK_OK(
          take_time(item, property, payment.mutable_at(), &row.from_us, &row.to_us, good));
    if (!good) return unreadable();
    payment.set_payment_id(member(item.value, "id"));
    // A payment runs from payer to beneficiary; a negative one runs back.
    const bool back = amount && amount->negative();
    const Side& payer = back ? to : from;
    const Side& payee = back ? from : to;
    payment.set_from(payer.text);
    payment.set_from_name(payer.name);
    payment.set_to(payee.text);
    payment.set_to_name(payee.name);
    if (back) payment.set_reversal(true);
    if (amount) detail::set_amount(back ? amount->negated() : *amount, payment);
    payment.set_currency(first_of(item.value, {"currency"}));
    payment.set_reference(first_of(item.value, {"transactionNumber", "sequenceNumber"}));
    payment.set_text(first_of(item.value, {"purpose", "description", "summary"}));
    for (const Side* each : {&from, &to}) {
      rows_.mention(row, each->text);
      if (!each->name.empty()) name(row, each->name);
    }
    *row.record.mutable_payment() = std::move(payment);
    return keep(std::move(row), item, "Payment");
  }

  /// Sender and recipients by number or account; names beside them.
  void take_parties(const Json& entity, std::initializer_list<const char*> senders,
                    std::initializer_list<const char*> sender_entities,
                    std::initializer_list<const char*> recipients,
                    std::initializer_list<const char*> recipient_entities, v1::Message& message,
                    store::RecordRow& row) {
    message.set_sender(first_of(entity, senders));
    const std::string by = first_of(entity, sender_entities);
    if (message.sender().empty())
      message.set_sender(label(by));
    else if (!by.empty())
      message.set_sender_name(label(by));
    for (const char* property : recipients)
      for (std::string& value : values_of(entity, property))
        message.add_recipients(std::move(value));
    if (message.recipients().empty())
      for (const char* property : recipient_entities)
        for (const std::string& id : values_of(entity, property)) message.add_recipients(label(id));
    rows_.mention(row, message.sender());
    for (const std::string& text : message.recipients()) rows_.mention(row, text);
    row.targets = row.identifiers;
    if (!message.sender_name().empty()) name(row, message.sender_name());
  }

  core::Result<bool> add_call(const JsonItem& item) {
    v1::Message call;
    store::RecordRow row;
    row.kind = "message";
    row.data_type = DataType::Traffic;
    call.set_kind(v1::Message::call);
    call.set_message_id(member(item.value, "id"));
    bool good = true;
    for (const char* property : {"startDate", "date"})
      PALERMO_CHECK_OK(
          take_time(item, property, call.mutable_sent_at(), &row.from_us, &row.to_us, good));
    PALERMO_CHECK_OK(
        take_time(item, "endDate", call.mutable_ended_at(), nullptr, &row.to_us, good));
    if (!good || (row.from_us && row.to_us && *row.to_us < *row.from_us)) return unreadable();
    if (const std::string text = first_of(item.value, {"duration"}); !text.empty()) {
      const auto seconds = Decimal::parse(text);
      if (!seconds || seconds->negative() || seconds->nearest() > 1e9) return unreadable();
      call.set_duration_s(static_cast<std::int64_t>(seconds->nearest()));
    }
    take_parties(item.value, {"callerNumber"}, {"caller"}, {"receiverNumber"}, {"receiver"}, call,
                 row);
    *row.record.mutable_message() = std::move(call);
    return keep(std::move(row), item, "Call");
  }

  core::Result<bool> add_message(const JsonItem& item, const std::string& schema) {
    v1::Message message;
    store::RecordRow row;
    row.kind = "message";
    message.set_kind(v1::Message::message);
    message.set_message_id(member(item.value, "id"));
    bool good = true;
    for (const char* property : {"date", "startDate", "authoredAt", "publishedAt"})
      PALERMO_CHECK_OK(
          take_time(item, property, message.mutable_sent_at(), &row.from_us, &row.to_us, good));
    if (!good) return unreadable();
    if (schema == "Email") {
      message.set_application("e-mail");
      take_parties(item.value, {"from", "sender"}, {"emitters"}, {"to", "cc", "bcc"},
                   {"recipients"}, message, row);
    } else {
      take_parties(item.value, {}, {"senderAccount", "sender"}, {},
                   {"recipientAccount", "recipients"}, message, row);
    }
    const std::string subject = first_of(item.value, {"subject"});
    const std::string body = first_of(item.value, {"bodyText", "bodyHtml"});
    message.set_text(subject + (subject.empty() || body.empty() ? "" : "\n\n") + body);
    message.set_conversation(first_of(item.value, {"threadTopic"}));
    message.set_reply_to(first_of(item.value, {"inReplyToMessage", "inReplyToEmail", "inReplyTo"}));
    row.data_type = message.text().empty() ? DataType::Traffic : DataType::Content;
    *row.record.mutable_message() = std::move(message);
    return keep(std::move(row), item, schema);
  }

  void add_object(const JsonItem& item, const std::string& schema) {
    store::RecordRow row;
    row.kind = "other";
    v1::OtherObject& object = *row.record.mutable_other();
    object.set_object_id(member(item.value, "id"));
    object.set_type(schema);
    object.set_label(member(item.value, "caption"));
    if (object.label().empty()) object.set_label(name_of(item.value));
    object.set_content(
        nlohmann::json::parse(item.value.dump(-1, ' ', false, Json::error_handler_t::replace))
            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    for (const std::string& own : values_of(item.value, "name")) name(row, own);
    if (const auto properties = item.value.find("properties");
        properties != item.value.end() && properties->is_object())
      for (const auto& [property, values] : properties->items()) {
        // "number" is a telephone number of an account and a document's elsewhere.
        std::string_view kind = ftm_identifier_kind(property);
        if (property == "number" && schema != "UserAccount") kind = "document";
        if (kind.empty()) continue;
        for (const std::string& value : values_of(item.value, property)) {
          if (kind == "msisdn")
            rows_.mention(row, read_number(value, options_->country));
          else if (kind == "iban" && has_iban_shape(value))
            rows_.mention(row, read_iban(value));
          else
            rows_.mention(row, {std::string{kind}, value, value, true, {}});
        }
      }
    if (!is_ftm_schema(schema)) ++unknown_[schema];
    ++counts_[schema];
    rows_.push(std::move(row), item.line);
  }

  bool keep(store::RecordRow row, const JsonItem& item, const std::string& schema) {
    ++counts_[schema];
    rows_.push(std::move(row), item.line);
    return true;
  }
  bool unreadable() {
    ++unreadable_;
    return false;
  }

  void describe() {
    RecordBatch& batch = rows_.batch();
    batch.mapping = "FollowTheMoney: one row an entity, ties by the model's edges";
    std::string list;
    for (const auto& [schema, count] : counts_)
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, core::printable(schema, 40));
    batch.notices.push_back(fmt::format("{} entities: {}", items_->size(), list));
    const auto say = [&batch](std::size_t count, std::string_view what) {
      if (count > 0) batch.notices.push_back(fmt::format("{} {}", count, what));
    };
    say(further_, "further ties that the same entities state are rows of their own");
    say(one_ended_, "ties name one end only and are kept as objects");
    say(unreadable_,
        "entities state a time, amount or party that cannot be read; they are kept as objects");
    say(several_values_, "times have several values; the first was read");
    if (!unknown_.empty()) {
      std::string kinds;
      for (const auto& [schema, count] : unknown_)
        if (kinds.size() < 200) kinds += (kinds.empty() ? "" : ", ") + core::printable(schema, 40);
      batch.notices.push_back(
          fmt::format("kinds of entity that the model of 2025-06-27 does not know are kept as "
                      "objects: {}",
                      kinds));
    }
    batch.notices.emplace_back(
        "two sources that state one person give it two ids; nothing was merged");
  }

  const AdapterOptions* options_;
  const std::vector<JsonItem>* items_;
  RowCollector rows_;
  std::unordered_map<std::string, const Json*> by_id_;
  std::unordered_map<std::string, std::string> labels_;
  std::map<std::string, std::size_t> counts_;
  std::map<std::string, std::size_t> unknown_;
  std::size_t further_ = 0;
  std::size_t one_ended_ = 0;
  std::size_t unreadable_ = 0;
  std::size_t several_values_ = 0;
};

/// The word behind the first "schema":, and whether an entity's other members stand nearby.
Detection detect_ftm(std::string_view bytes, std::string_view) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (bytes[first] != '{' && bytes[first] != '[')) return {};
  const std::string_view head = bytes.substr(0, std::size_t{1} << 20);
  constexpr std::string_view kKey = "\"schema\"";
  std::size_t at = head.find(kKey);
  if (at == std::string_view::npos || head.find("\"properties\"") == std::string_view::npos)
    return {};
  at = head.find_first_not_of(" \t\r\n:", at + kKey.size());
  if (at == std::string_view::npos || head[at] != '"') return {};
  const std::string_view word = head.substr(at + 1, head.find('"', at + 1) - at - 1);
  if (!is_ftm_schema(word)) return {};
  return {0.96, fmt::format("its first entity is a {} of the FollowTheMoney model", word)};
}

core::Result<RecordBatch> read_ftm(const AdapterInput& input) {
  if (const std::string what = what_ftm_file(input.bytes); !what.empty())
    return bad_input(0, fmt::format("this is {}", what),
                     "ingest the entities themselves: one JSON object a line with id, schema and "
                     "properties");
  const std::size_t begin = input.bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool array = begin != std::string_view::npos && input.bytes[begin] == '[';
  PALERMO_TRY(const std::string_view text,
              check_text(input.bytes, array ? kMaxDocumentBytes : kMaxLineBytes));
  PALERMO_TRY(const JsonFile file, read_json_file(text));
  if (file.items.empty())
    return bad_input(0, "the file holds no entity", "check that it was exported completely");
  PALERMO_TRY(RowCollector rows, RowCollector::make(input.options));
  return FtmReader{input, file.items, std::move(rows)}.run();
}

}  // namespace

std::string what_ftm_file(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, std::size_t{1} << 20);
  const auto has = [head](std::string_view part) {
    return head.find(part) != std::string_view::npos;
  };
  const std::size_t first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos) return {};
  if (head[first] == '{' && has("\"schemata\"") && has("\"extends\"") && has("\"properties\""))
    return "the FollowTheMoney model: it says what kinds of entity there are, and states none";
  if (head[first] != '{' && head[first] != '[' && has("entities:") && has("schema:") &&
      has("properties:") && has("column:"))
    return "a FollowTheMoney mapping: it says how tables become entities, and states none";
  return {};
}

Adapter followthemoney_adapter() {
  return {"followthemoney", "1", "FollowTheMoney entities: one JSON object a line, or an array",
          detect_ftm, read_ftm};
}

}  // namespace palermo::ingest
