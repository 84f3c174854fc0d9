// One normalized record on its way into the record table: what adapters make and record_store
// writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/authorization/coverage.hpp"
#include "palermo/v1/record.pb.h"

namespace palermo::store {

/// An observed identifier as an adapter read it. The pair (kind, value) is unique in a case.
struct ObservedIdentifier {
  std::string kind;  // msisdn, imsi, imei, account, email, plate, document, iban, crypto, label, …
  std::string value;    // normalized: E.164 for a valid msisdn, else as received and trimmed
  std::string raw;      // as received
  bool valid = true;    // for msisdn: by libphonenumber; a flag, never a filter
  std::string country;  // ISO 3166-1 alpha-2 where it was subscribed; empty when unknown
  friend bool operator==(const ObservedIdentifier&, const ObservedIdentifier&) = default;
};

/// The same with borrowed texts, for the millions of a table of calls.
struct IdentifierView {
  std::string_view kind;
  std::string_view value;
  std::string_view raw;
  bool valid = true;
  std::string_view country;

  IdentifierView() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): nothing is lost
  IdentifierView(const ObservedIdentifier& of)
      : kind{of.kind}, value{of.value}, raw{of.raw}, valid{of.valid}, country{of.country} {}
};

/// A Record, with the columns beside its payload.
struct RecordRow {
  /// The adapter sets the body, `line`, and `authorization_id` where the record names one.
  /// record_id, source_id and grade are filled by the pipeline before the scope check.
  v1::Record record;
  /// Text after "SRC-n:" in the record id; empty: the line number. Unique in the file, so a line
  /// that yields several records numbers them: "17.1", "17.2".
  std::string local_id;
  std::string
      kind;  // intercept, undercover, technique_use, payment, relation, statement, offence, case
  std::string layer;  // network layer of a relation; empty elsewhere
  /// Authorization the record rests on; empty: the one given with --authorization, if any.
  std::string authorization_id;
  std::optional<std::int64_t> from_us;  // when it was captured or took place, UTC
  std::optional<std::int64_t> to_us;
  /// What the scope check compares with the authorization's data types; nullopt: the record is no
  /// product of a technique (a relation of a published data set, a case header).
  std::optional<authorization::DataType> data_type;
  /// Identifiers that must be a target for the record to be covered, e.g. the intercepted line;
  /// empty: the scope check asks for no target (an undercover report under its own authorization).
  std::vector<ObservedIdentifier> targets;
  /// Every identifier the record mentions; goes into record_identifier.
  std::vector<ObservedIdentifier> identifiers;
};

}  // namespace palermo::store
