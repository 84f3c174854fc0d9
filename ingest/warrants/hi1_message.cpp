#include "ingest/warrants/hi1_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

using Object = v1::Authorization::HandoverObject;
using Status = core::Status;

constexpr std::string_view kSpace = "http://uri.etsi.org/03120/";

/// "ETSI" words stand alone; a national dictionary's word keeps its owner, so that the two are
/// never taken for each other.
std::string coded(const XmlElement& entry) {
  const std::string& owner = entry.text_at("Owner");
  const std::string& value = entry.text_at("Value");
  if (owner == "ETSI" || value.empty()) return value;
  return owner + ":" + value;
}

core::Error at_line(const XmlElement& element, std::string message, std::string next) {
  return bad_input(element.line, fmt::format("line {}: {}", element.line, message),
                   std::move(next));
}

core::Result<std::string> time_of(const XmlElement& element) {
  if (element.text.empty()) return std::string{};
  if (auto read = core::parse_instant(element.text); !read)
    return at_line(element, fmt::format("{}: {}", element.name, read.error().message),
                   "the standard writes times as 2015-09-01T12:00:00Z");
  return element.text;
}

/// Form in which a target is compared with the identifiers of product.
v1::Authorization::Target target_of(const XmlElement& value) {
  const std::string& name = value.text_at("FormatType/FormatName");
  const std::string& text = value.text_at("Value");
  v1::Authorization::Target target;
  target.set_value(text);
  if (value.text_at("FormatType/FormatOwner") != "ETSI") {
    target.set_kind(value.text_at("FormatType/FormatOwner") + ":" + name);
  } else if (name == "InternationalE164") {
    target.set_kind("msisdn");
    // The standard writes the number without its plus sign.
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos)
      target.set_value("+" + text);
  } else if (name == "EmailAddress" || name == "InternationalizedEmailAddress") {
    target.set_kind("email");
  } else {
    std::string kind = name;
    for (char& c : kind)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    target.set_kind(kind);
  }
  return target;
}

class ObjectReader {
 public:
  explicit ObjectReader(Hi1Action& action) : action_{action}, object_{action.object} {}

  Status read(const XmlElement& element) {
    for (const XmlElement& member : element.children) {
      PALERMO_CHECK_OK(take(member));
      action_.members.insert(member.name);
    }
    return core::ok();
  }

 private:
  Status take(const XmlElement& member) {
    const std::string& name = member.name;
    const std::string_view type = object_.type();
    if (name == "ObjectIdentifier") return core::ok();
    if (name == "CountryCode") return object_.set_country(member.text), core::ok();
    if (name == "OwnerIdentifier") return object_.set_owner(member.text), core::ok();
    if (name == "Generation") return take_generation(member);
    if (name == "LastChanged") return core::ok();
    if (name == "AssociatedObjects") {
      for (const XmlElement* each : member.all("AssociatedObject"))
        object_.add_associated(each->text);
      return core::ok();
    }
    if (name == "AuthorisationReference" || name == "Reference" || name == "DocumentReference")
      return object_.set_reference(member.text), core::ok();
    if (name == "AuthorisationStatus" || name == "Status" || name == "DocumentStatus")
      return action_.stated_status = coded(member), core::ok();
    if (name == "AuthorisationDesiredStatus" || name == "DesiredStatus" ||
        name == "DocumentDesiredStatus")
      return object_.set_desired_status(coded(member)), core::ok();
    if (name == "AuthorisationInvalidReason" || name == "InvalidReason" || name == "StatusReason" ||
        name == "DocumentInvalidReason") {
      action_.error =
          fmt::format("{} {}", member.text_at("ErrorCode"), member.text_at("ErrorDescription"));
      return core::ok();
    }
    if (name == "AuthorisationTimespan" || name == "Timespan" || name == "DocumentTimespan")
      return take_timespan(member);
    if (name == "AuthorisationTerminationTimestamp") {
      PALERMO_TRY(*object_.mutable_ended_at(), time_of(member));
      return core::ok();
    }
    if (name == "AuthorisationApprovalDetails" || name == "DocumentSignature")
      return take_approval(member);
    if (name == "AuthorisationLegalEntity")
      return object_.set_legal_entity(member.text), core::ok();
    if (name == "AuthorisationFlags" || name == "Flags") {
      for (const XmlElement& flag : member.children) {
        const std::string word = coded(flag);
        object_.add_flags(word);
        if (word != "IsTest" && word != "IsEmergency") left_out(name + " " + word);
      }
      return core::ok();
    }
    if (name == "DocumentType") return object_.set_document_type(coded(member)), core::ok();
    if (name == "DeliveryType" && type == "LITaskObject")
      return object_.set_delivery_type(coded(member)), core::ok();
    if (name == "TargetIdentifier" && type == "LITaskObject") {
      if (!member.child("ServiceType").empty()) left_out("ServiceType");
      return take_targets(member.at("TargetIdentifierValues").all("TargetIdentifierValue"));
    }
    if (name == "RequestDetails" && type == "LDTaskObject") {
      for (const XmlElement& inner : member.children)
        if (inner.name != "StartTime" && inner.name != "EndTime" && inner.name != "RequestValues")
          left_out("RequestDetails/" + inner.name);
      PALERMO_CHECK_OK(take_timespan(member));
      return take_targets(member.at("RequestValues").all("RequestValue"));
    }
    left_out(name);
    return core::ok();
  }

  Status take_generation(const XmlElement& member) {
    const std::string& text = member.text;
    if (text.empty() || text.size() > 9 ||
        text.find_first_not_of("0123456789") != std::string::npos)
      return at_line(member, "Generation is no whole number", "the file is damaged");
    action_.stated_generation = static_cast<std::uint32_t>(std::stoul(text));
    return core::ok();
  }

  Status take_timespan(const XmlElement& span) {
    PALERMO_TRY(*object_.mutable_from(), time_of(span.child("StartTime")));
    PALERMO_TRY(*object_.mutable_to(), time_of(span.child("EndTime")));
    if (const XmlElement& end = span.child("TerminationTime"); !end.empty()) {
      PALERMO_TRY(*object_.mutable_ended_at(), time_of(end));
    }
    for (const std::string_view name : {"ProvisioningTime", "DeprovisioningTime"})
      if (!span.child(name).empty()) left_out(std::string{name});
    return core::ok();
  }

  Status take_approval(const XmlElement& details) {
    const XmlElement& approver = details.child("ApproverDetails");
    auto& approval = *object_.add_approvals();
    approval.set_id(approver.text_at("ApproverName"));
    approval.set_role(approver.text_at("ApproverRole"));
    const std::string& emergency = details.text_at("ApprovalIsEmergency");
    approval.set_kind(emergency == "true" || emergency == "1" ? "emergency" : "approval");
    PALERMO_TRY(*approval.mutable_at(), time_of(details.child("ApprovalTimestamp")));
    for (const std::string_view name : {"ApprovalType", "ApprovalDescription", "ApprovalReference",
                                        "ApprovalDigitalSignature", "ApprovalNationalDetails"})
      if (!details.child(name).empty()) left_out(std::string{name});
    for (const std::string_view name : {"ApproverIdentity", "ApproverContactDetails"})
      if (!approver.child(name).empty()) left_out(std::string{name});
    return core::ok();
  }

  Status take_targets(const std::vector<const XmlElement*>& values) {
    for (const XmlElement* value : values) {
      if (value->text_at("Value").empty())
        return at_line(*value, "a target identifier without a value", "the file is damaged");
      *object_.add_targets() = target_of(*value);
    }
    return core::ok();
  }

  void left_out(std::string what) {
    if (std::find(action_.left_out.begin(), action_.left_out.end(), what) == action_.left_out.end())
      action_.left_out.push_back(std::move(what));
  }

  Hi1Action& action_;
  Object& object_;
};

/// The types that become something here, by the last word of their namespace.
bool is_known(const XmlElement& object) {
  if (!object.type_space.starts_with(kSpace)) return false;
  const std::string_view room =
      std::string_view{object.type_space}.substr(object.type_space.rfind('/') + 1);
  if (object.type == "AuthorisationObject") return room == "Authorisation";
  if (object.type == "LITaskObject" || object.type == "LDTaskObject") return room == "Task";
  return object.type == "DocumentObject" && room == "Document";
}

Status read_object(const XmlElement& element, Hi1Action& action) {
  action.has_object = true;
  if (element.type.empty())
    return at_line(element, "an HI1Object without xsi:type", "the file is damaged");
  if (element.type_space.empty())
    return at_line(element,
                   fmt::format("xsi:type of an HI1Object has a prefix that is not declared ({})",
                               core::printable(element.attribute("type"), 60)),
                   "the file is damaged; ask for it again");
  action.object.set_type(element.type);
  action.object.set_object_id(element.text_at("ObjectIdentifier"));
  if (action.object.object_id().empty())
    return at_line(element, "an object without ObjectIdentifier", "the file is damaged");
  action.identifier = action.object.object_id();
  action.known_type = is_known(element);
  if (!action.known_type) {
    for (const XmlElement& member : element.children) action.left_out.push_back(member.name);
    return core::ok();
  }
  return ObjectReader{action}.read(element);
}

core::Result<Hi1Action> read_action(const XmlElement& element) {
  Hi1Action action;
  action.line = static_cast<std::uint32_t>(element.line);
  for (const XmlElement& child : element.children) {
    if (child.name == "ActionIdentifier") continue;
    if (!action.verb.empty())
      return at_line(child, "two actions in one", "the file is damaged; ask for it again");
    action.verb = child.name;
    action.identifier = child.text_at("Identifier");
    if (child.name == "ErrorInformation")
      action.error =
          fmt::format("{} {}", child.text_at("ErrorCode"), child.text_at("ErrorDescription"));
    if (const XmlElement& object = child.child("HI1Object"); !object.empty())
      PALERMO_CHECK_OK(read_object(object, action));
  }
  if (action.verb.empty())
    return at_line(element, "an action that says nothing", "the file is damaged");
  return action;
}

}  // namespace

bool is_xml(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes[first] == '<';
}

core::Result<Hi1Message> read_hi1(std::string_view bytes, const std::string& file) {
  const auto named = [&file](core::Error error) {
    if (!error.where) error.where = core::SourcePosition{};
    error.where->file = file;
    return error;
  };
  auto root = read_xml(bytes);
  if (!root) return named(std::move(root).error());
  if (root->name != "HI1Message" || !root->space.starts_with(kSpace))
    return named(
        at_line(*root,
                fmt::format("the root element is {}: this is no message of ETSI TS 103 120",
                            core::printable(root->name, 60)),
                root->space.find("/03221/X1/") != std::string::npos
                    ? "X1 tasks network elements and is no warrant; read it with "
                      "`palermo ingest`"
                    : "an authorization is a HI-1 message or JSON; "
                      "docs/formats/warrants.md"));
  Hi1Message message;
  message.file = file;
  const XmlElement& header = root->child("Header");
  const XmlElement& time = header.child("Timestamp");
  message.timestamp = time.text;
  const auto at = core::parse_instant(time.text);
  if (!at)
    return named(
        at_line(header.empty() ? *root : header,
                time.empty() ? "the message has no Timestamp" : "Timestamp: " + at.error().message,
                "the order of messages decides what holds; ask for the file again"));
  message.at_us = at->us;
  message.sender = header.text_at("SenderIdentifier/UniqueIdentifier");
  message.receiver = header.text_at("ReceiverIdentifier/UniqueIdentifier");
  message.is_signed = !root->child("Signature").empty();
  const XmlElement& request = root->at("Payload/RequestPayload");
  const XmlElement& response = root->at("Payload/ResponsePayload");
  if (request.empty() == response.empty())
    return named(at_line(*root, "the payload is neither a request nor a response",
                         "the file is damaged; ask for it again"));
  message.response = request.empty();
  if (const XmlElement& error = response.child("ErrorInformation"); !error.empty())
    message.error =
        fmt::format("{} {}", error.text_at("ErrorCode"), error.text_at("ErrorDescription"));
  const auto actions = message.response ? response.at("ActionResponses").all("ActionResponse")
                                        : request.at("ActionRequests").all("ActionRequest");
  for (const XmlElement* each : actions) {
    auto action = read_action(*each);
    if (!action) return named(std::move(action).error());
    message.actions.push_back(*std::move(action));
  }
  if (message.actions.empty() && message.error.empty())
    return named(
        at_line(*root, "the message holds no action", "the file is damaged; ask for it again"));
  return message;
}

}  // namespace palermo::ingest
