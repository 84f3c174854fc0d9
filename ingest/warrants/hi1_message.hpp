// Messages of ETSI TS 103 120 (HI-1): how a court, a police force and an operator exchange
// warrants.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "palermo/v1/authorization.pb.h"

namespace palermo::ingest {

/// One action of a message: something asked for, or something answered.
struct Hi1Action {
  std::string verb;        // as written: CREATE, UPDATE, GETResponse, ErrorInformation, …
  std::string identifier;  // UUID of the object it is about; may be empty
  std::uint32_t line = 0;
  /// The object it states, if any. Only what has a place here; `members` says what was stated.
  v1::Authorization::HandoverObject object;
  bool has_object = false;
  bool known_type = false;            // an authorisation, task or document of the standard
  std::set<std::string> members;      // local names of the members that the object states
  std::vector<std::string> left_out;  // what it states and has no place here, in words
  std::optional<std::uint32_t> stated_generation;
  std::string stated_status;  // only the receiver sets it
  std::string error;          // "3000 …": of an answer, or why the receiver holds it invalid
};

struct Hi1Message {
  std::string file;
  std::string timestamp;  // of the header, as written
  std::int64_t at_us = 0;
  std::string sender;
  std::string receiver;
  bool response = false;
  bool is_signed = false;  // it carries an XML Signature, which is not checked here
  std::string error;       // of a response that concerns the message as a whole
  std::vector<Hi1Action> actions;
};

/// Whether the text is XML at all, told by its first character: then read_hi1 reads it, or says why
/// it is no HI-1 message.
[[nodiscard]] bool is_xml(std::string_view bytes);

/// Reads one message. Object types are told by the namespace that the prefix of xsi:type stands
/// for; versions of the namespaces differ, their last word does not.
/// @error BadInput  XML of another kind, an undeclared prefix, an object without identifier, a time
/// without zone; with the line
[[nodiscard]] core::Result<Hi1Message> read_hi1(std::string_view bytes, const std::string& file);

}  // namespace palermo::ingest
