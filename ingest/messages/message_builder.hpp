// Puts messages into a batch: times, parties, and repetitions that are no duplicates.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/encoding.hpp"
#include "ingest/batch.hpp"
#include "ingest/messages/party.hpp"
#include "ingest/records/record_time.hpp"

namespace palermo::ingest::detail {

class MessageBuilder {
 public:
  /// @param positions  "lines" or "records"
  /// @error InvalidArgument  no such zone
  [[nodiscard]] static core::Result<MessageBuilder> make(const AdapterInput& input,
                                                         std::string positions);

  /// Reads a time into `text` (ISO 8601 with offset) and its instant. False: it was rejected.
  /// @error BadInput  a local time, and the user named no zone
  core::Result<bool> take_time(std::uint32_t position, std::string_view field, std::string_view raw,
                               std::string* text, std::optional<std::int64_t>* us);
  /// The same from milliseconds since 1970 as text. False where it is no such number; nothing is
  /// rejected.
  bool take_milliseconds(std::string_view raw, std::string* text, std::optional<std::int64_t>* us);

  /// Identifiers of whoever the export belongs to: the scope check asks whether one is a target.
  void own(store::ObservedIdentifier identifier) { owners_.push_back(std::move(identifier)); }
  [[nodiscard]] bool has_owner() const { return !owners_.empty(); }

  /// Adds one message at a position of its own. Sender and recipients become identifiers. Within a
  /// file the second of two messages that are alike in everything is "repeat-2": both were sent,
  /// and the store keeps only what differs. The same file exported once more numbers them alike.
  void add(v1::Message message, std::uint32_t position, std::optional<std::int64_t> at_us);
  void reject(std::uint32_t position, std::string code, std::string message);
  void note(std::string notice) { batch_.notices.push_back(std::move(notice)); }
  [[nodiscard]] std::size_t size() const { return batch_.rows.size() + batch_.rejects.size(); }

  /// @error BadInput  not one message, or every one rejected
  [[nodiscard]] core::Result<RecordBatch> finish(std::string mapping);

 private:
  MessageBuilder(const AdapterInput& input, std::string positions, TimeReader times)
      : country_{input.options.country}, times_{std::move(times)} {
    batch_.positions = std::move(positions);
  }
  void mention(store::RecordRow& row, const std::string& text);

  std::string country_;
  TimeReader times_;
  RecordBatch batch_;
  std::vector<store::ObservedIdentifier> owners_;
  std::map<core::Digest, std::uint32_t> alike_;
  std::set<std::string> invalid_;
  std::uint32_t repeats_ = 0;
};

/// "whatsapp-3f2a90c1d5e6": a conversation that the export does not name, by how it begins. An
/// export of the same conversation made later begins alike and gets the same name.
class ConversationName {
 public:
  explicit ConversationName(std::string_view application) : application_{application} {}
  /// Takes messages in the order of the conversation until one has a sender.
  void take(const v1::Message& message, std::optional<std::int64_t> at_us);
  [[nodiscard]] std::string text();

 private:
  std::string application_;
  std::string begin_;
  bool done_ = false;
};

}  // namespace palermo::ingest::detail
