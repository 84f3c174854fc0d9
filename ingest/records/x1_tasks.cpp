#include "ingest/records/x1_tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::ingest {
namespace {

constexpr std::string_view kSpace = "http://uri.etsi.org/03221/X1/";

/// What a message is that orders no task, as a code.
std::string code_of(std::string_view type) {
  const auto has = [type](std::string_view part) {
    return type.find(part) != std::string_view::npos;
  };
  if (has("Error")) return "X1_ERROR";
  if (type.starts_with("Ping") || type.starts_with("Keepalive")) return "X1_PING";
  if (has("IdentityAssociation")) return "X1_IDENTITY";
  if (type.starts_with("Report")) return "X1_REPORT";
  if (type.starts_with("Get") || type.starts_with("List")) return "X1_DETAILS";
  if (type.ends_with("Response")) return "X1_RESPONSE";
  if (has("Destination") || has("Object")) return "X1_DESTINATION";
  return "X1_OTHER";
}

std::string words_in(const XmlElement& element) {
  std::string text = element.text;
  for (const XmlElement& child : element.children) {
    std::string inner = words_in(child);
    if (inner.empty() && child.children.empty()) inner = child.name;
    if (!text.empty() && !inner.empty()) text += ' ';
    text += inner;
  }
  return text;
}

/// An identifier as the rest of the program writes it.
std::string target_text(const XmlElement& choice) {
  const std::string& name = choice.name;
  const std::string& value = choice.text;
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  // X1 writes numbers without their plus sign.
  if ((name == "e164Number" || name == "gpsiMsisdn") && digits) return "+" + value;
  if (name == "telUri") return value.starts_with("tel:") ? value.substr(4) : value;
  if (name == "imsi" || name == "supiimsi") return "imsi:" + value;
  if (name == "imei" || name.starts_with("peiImei")) return "imei:" + value;
  if (name == "emailAddress" || name == "internationalizedEmailAddress" || name == "sipUri" ||
      name == "impu" || name == "impi" || name == "nai" || name == "supinai" || name == "gpsiNai")
    return value;
  return fmt::format("{}:{}", name, words_in(choice));
}

bool is_version(std::string_view text) {
  if (!text.starts_with('v') || text.size() < 2) return false;
  return text.substr(1).find_first_not_of("0123456789.") == std::string_view::npos;
}

class X1Reader {
 public:
  explicit X1Reader(const AdapterInput& input) : options_{input.options} {}

  core::Result<RecordBatch> read(std::string_view bytes) {
    PALERMO_TRY(const XmlElement root, read_xml(bytes));
    if (!root.space.starts_with(kSpace))
      return bad_input(root.line, "the root element is of no X1 namespace",
                       "name the format of the file with --format");
    if (root.name == "X1TopLevelErrorResponse")
      return bad_input(root.line,
                       "an X1 top-level error: a network element could not read a request; it "
                       "orders nothing",
                       "ask for the requests, which say who was tasked");
    if (root.name != "X1Request" && root.name != "X1Response")
      return bad_input(root.line,
                       fmt::format("the root element {} is neither X1Request nor X1Response",
                                   core::printable(root.name, 40)),
                       "the file is damaged; ask for it again");
    const bool request = root.name == "X1Request";
    for (const XmlElement& message : root.children)
      if (message.name == "x1RequestMessage" || message.name == "x1ResponseMessage")
        take(message, request);
    if (batch_.rows_read == 0)
      return bad_input(root.line, fmt::format("an {} without a message", root.name),
                       "the file is damaged; ask for it again");
    if (!ordered_) return nothing_ordered();
    describe();
    return std::move(batch_);
  }

 private:
  core::Error nothing_ordered() const {
    std::string kinds;
    for (const auto& [type, count] : others_)
      kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, core::printable(type, 60));
    return bad_input(0, fmt::format("no order for a task: the file holds {}", kinds),
                     "only ActivateTask, ModifyTask and DeactivateTask requests say who is tasked");
  }

  void reject(const XmlElement& message, std::string code, std::string why) {
    v1::Reject out;
    out.set_line(static_cast<std::uint32_t>(message.line));
    out.set_code(std::move(code));
    out.set_message(std::move(why));
    batch_.rejects.push_back(std::move(out));
  }

  void take(const XmlElement& message, bool request) {
    ++batch_.rows_read;
    const std::string& type = message.type;
    const bool order = request && message.type_space.starts_with(kSpace) &&
                       (type == "ActivateTaskRequest" || type == "ModifyTaskRequest" ||
                        type == "DeactivateTaskRequest");
    if (!order) {
      ++others_[type.empty() ? "message without type" : type];
      return reject(message, code_of(type),
                    fmt::format("{} orders no task", type.empty() ? "a message without a type"
                                                                  : core::printable(type, 60)));
    }
    ordered_ = true;
    take_order(message);
  }

  void take_order(const XmlElement& message) {
    const bool ends = message.type == "DeactivateTaskRequest";
    const XmlElement& details = message.child("taskDetails");
    const std::string& task = ends ? message.text_at("xId") : details.text_at("xId");
    if (task.empty()) return reject(message, "MISSING_X_ID", "the order names no task (xId)");
    if (!is_version(message.text_at("version")))
      return reject(message, "BAD_VERSION", "'version' is none of X1, such as v1.6.1");
    const std::string& time = message.text_at("messageTimestamp");
    const auto at = core::parse_instant(time);
    if (!at)
      return reject(message, "BAD_TIME",
                    fmt::format("'messageTimestamp': {}",
                                time.empty() ? "it is missing" : at.error().message));
    v1::TechniqueUseRecord use;
    use.set_technique(
        v1::Authorization::Technique_Name(v1::Authorization::ELECTRONIC_SURVEILLANCE));
    use.add_operators(message.text_at("admfIdentifier"));
    use.set_place(message.text_at("neIdentifier"));
    store::RecordRow row;
    row.kind = "technique_use";
    row.from_us = row.to_us = at->us;
    if (ends) {
      use.set_ended_at(time);
      use.set_stop_reason(message.type);
      // Where the file holds the beginning too, the record says from when to when.
      if (const auto found = running_.find(task); found != running_.end()) {
        use.set_kind(found->second.kind);
        use.set_started_at(found->second.started_at);
        for (const std::string& target : found->second.targets) use.add_targets(target);
        if (found->second.from_us <= at->us) row.from_us = found->second.from_us;
        running_.erase(found);
      }
    } else {
      const std::string& delivery = details.text_at("deliveryType");
      if (delivery == "X2Only")
        use.set_kind("traffic_data");
      else if (delivery == "X3Only" || delivery == "X2andX3")
        use.set_kind("content_interception");
      else
        return reject(message, "UNKNOWN_DELIVERY",
                      "'deliveryType' is none of X2Only, X3Only and X2andX3");
      for (const XmlElement* target : details.child("targetIdentifiers").all("targetIdentifier")) {
        for (const XmlElement& choice : target->children) use.add_targets(target_text(choice));
      }
      if (use.targets().empty())
        return reject(message, "MISSING_TARGET", "the order names no target");
      use.set_started_at(time);
      if (message.type == "ModifyTaskRequest") {
        ++modified_;
        use.add_incidents("ModifyTaskRequest: the order was changed; this is how it stands since");
      }
      running_[task] = {
          use.kind(), use.started_at(), {use.targets().begin(), use.targets().end()}, at->us};
    }
    // The first order of a task bears its id; later ones add their own transaction, since they are
    // orders of their own.
    use.set_use_id(message.type == "ActivateTaskRequest" && ids_.insert(task).second
                       ? task
                       : fmt::format("{}/{}", task, message.text_at("x1TransactionId")));
    for (const std::string& target : use.targets()) {
      store::ObservedIdentifier found = read_identifier(target, options_.country);
      if (found.kind == "msisdn" && !found.valid && invalid_.insert(found.value).second)
        ++batch_.invalid_numbers;
      if (std::find(row.identifiers.begin(), row.identifiers.end(), found) == row.identifiers.end())
        row.identifiers.push_back(std::move(found));
    }
    const auto line = static_cast<std::uint32_t>(message.line);
    row.record.set_line(line);
    const std::uint32_t nth = ++on_line_[line];
    row.local_id = nth == 1 ? std::to_string(line) : fmt::format("{}.{}", line, nth);
    *row.record.mutable_technique_use() = std::move(use);
    batch_.rows.push_back(std::move(row));
  }

  void describe() {
    batch_.timezone = "offset in data";
    batch_.mapping = "ETSI TS 103 221-1 X1: one order of a task is one technique use";
    batch_.notices.emplace_back(
        "X1 orders a network element and names no warrant: whether an authorization covers a use "
        "is "
        "not said by the file");
    if (modified_ > 0)
      batch_.notices.push_back(
          fmt::format("{} orders change a task: each is kept as a use of its own, from its time on",
                      modified_));
    for (const auto& [type, count] : others_)
      batch_.notices.push_back(fmt::format("{} {} order no task and are counted as rejected", count,
                                           core::printable(type, 60)));
  }

  struct Running {
    std::string kind;
    std::string started_at;
    std::vector<std::string> targets;
    std::int64_t from_us = 0;
  };

  const AdapterOptions& options_;
  RecordBatch batch_;
  std::map<std::string, std::uint32_t> others_;
  std::map<std::string, Running> running_;
  std::set<std::string> ids_;
  std::set<std::string> invalid_;
  std::map<std::uint32_t, std::uint32_t> on_line_;
  std::uint32_t modified_ = 0;
  bool ordered_ = false;
};

Detection detect_x1(std::string_view bytes, std::string_view) {
  const XmlHead head = xml_head(bytes);
  if (head.root.starts_with("X1") && head.space.starts_with(kSpace))
    return {0.98, fmt::format("its root element is {} of ETSI TS 103 221-1", head.root)};
  // With a DOCTYPE the head is not read at all; the reader then says why the file is refused.
  const std::string_view begin = bytes.substr(0, 8192);
  if (head.root.empty() && begin.find("<!DOCTYPE") != std::string_view::npos &&
      begin.find(kSpace) != std::string_view::npos)
    return {0.9, "it names the X1 namespace of ETSI TS 103 221-1"};
  return {};
}

}  // namespace

Adapter x1_adapter() {
  return {"etsi_x1", "1", "orders of tasks to network elements: ETSI TS 103 221-1 X1 (XML)",
          detect_x1, [](const AdapterInput& input) { return X1Reader{input}.read(input.bytes); }};
}

}  // namespace palermo::ingest
