// Warrants of ETSI TS 103 120: messages, each behind the other with a line of three dashes between
// them.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ingest/warrants/hi1_exchange.hpp"
#include "ingest/warrants/hi1_message.hpp"
#include "tests/fuzz/target.hpp"

void palermo::test::fuzz_hi1(std::string_view bytes) {
  constexpr std::string_view kBetween = "\n---\n";
  std::vector<ingest::Hi1Message> messages;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.size(), bytes.find(kBetween));
    const std::string_view text = bytes.substr(0, end);
    bytes.remove_prefix(std::min(bytes.size(), end + kBetween.size()));
    if (!ingest::is_xml(text)) continue;
    if (auto message = ingest::read_hi1(text, "warrant.xml"))
      messages.push_back(*std::move(message));
  }
  if (messages.empty()) return;
  static_cast<void>(ingest::apply_hi1(messages, {}));
  // And one at a time, as they come to a case that keeps what they made.
  std::map<std::string, authorization::StoredAuthorization> known;
  for (ingest::Hi1Message& message : messages) {
    std::vector<ingest::Hi1Message> one;
    one.push_back(std::move(message));
    const auto outcome = ingest::apply_hi1(std::move(one), known);
    if (!outcome) continue;
    for (const ingest::Hi1Change& change : outcome->authorizations)
      known[change.authorization.id()].authorization = change.authorization;
  }
}
