// Messages and the calls that stand among them.
#include <algorithm>
#include <set>

#include "analysis/network/load/records.hpp"
#include "ingest/messages/party.hpp"

namespace palermo::network::detail {

MessageLayer layer_of(const v1::Message& message) {
  // A call that stands among messages, with any number of parties called.
  if (message.kind() == v1::Message::call && !message.recipients().empty())
    return MessageLayer::Call;
  if (!ingest::ties_sender(message)) return MessageLayer::NobodysWords;
  if (!message.recipients().empty()) return MessageLayer::Message;
  return message.conversation().empty() ? MessageLayer::UnnamedRecipients
                                        : MessageLayer::Conversation;
}

/// Whether a message ties anybody in the layers asked for; counts why not.
bool RecordTies::is_wanted(const v1::Message& message) {
  switch (layer_of(message)) {
    case MessageLayer::Call:
      return wants_(kCalls);
    case MessageLayer::Message:
      return wants_(kMessages);
    case MessageLayer::NobodysWords:
      if (wants_(kMessages)) ++counts.nobodys_words;
      return false;
    case MessageLayer::Conversation:
      if (wants_(kConversations)) return true;
      break;
    case MessageLayer::UnnamedRecipients:
      break;
  }
  if (wants_(kMessages)) ++counts.unnamed_recipients;
  return false;
}

/// Node of a sender or recipient, read as ingestion read it.
core::Result<std::uint32_t> RecordTies::node_of_party(const v1::Message& message,
                                                      const std::string& text) {
  const store::ObservedIdentifier party = ingest::read_party(message, text, country_);
  const auto found = names_->find(party.kind, party.value);
  // Readers of other exports know accounts by their own rules.
  if (!found) return node_of(text, false);
  return use(*found);
}

core::Status RecordTies::add_message(const v1::Message& message, Contact contact) {
  PALERMO_TRY(contact.a, node_of_party(message, message.sender()));
  if (message.recipients().empty()) {
    const auto found = names_->find("conversation", message.conversation());
    if (!found)
      return core::Error{core::ErrorCode::Integrity,
                         "a record names an identifier that the case does not list", std::nullopt,
                         "run `palermo audit verify`", "DANGLING_IDENTIFIER"};
    contact.b = use(*found);
    add(contact);
    return core::ok();
  }
  std::set<std::uint32_t> seen{contact.a};
  for (const std::string& recipient : message.recipients()) {
    if (recipient.empty()) continue;
    PALERMO_TRY(contact.b, node_of_party(message, recipient));
    if (seen.insert(contact.b).second) add(contact);
  }
  return core::ok();
}

/// A call among messages: caller > each called; without a caller, each pair of its parties.
core::Status RecordTies::add_noted_call(const v1::Message& call, Contact contact) {
  std::vector<std::uint32_t> called;
  for (const std::string& text : call.recipients()) {
    if (text.empty()) continue;
    PALERMO_TRY(const std::uint32_t party, node_of_party(call, text));
    if (std::find(called.begin(), called.end(), party) == called.end()) called.push_back(party);
  }
  contact.spoke = call.has_duration_s() && call.duration_s() > 0;
  contact.seconds = contact.spoke ? call.duration_s() : 0;
  std::size_t added = 0;
  const auto tie = [&](std::uint32_t a, std::uint32_t b) {
    if (a == b) return;
    contact.a = a;
    contact.b = b;
    add(contact);
    ++added;
  };
  if (!call.sender().empty()) {
    PALERMO_TRY(const std::uint32_t caller, node_of_party(call, call.sender()));
    for (const std::uint32_t party : called) tie(caller, party);
  } else {
    for (std::size_t i = 0; i < called.size(); ++i)
      for (std::size_t j = i + 1; j < called.size(); ++j) tie(called[i], called[j]);
  }
  if (added == 0) {
    ++counts.one_party;
    --counts.used;
  }
  return core::ok();
}

}  // namespace palermo::network::detail
