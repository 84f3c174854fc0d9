// Data files in protobuf text form, with the line of each mistake and of each repeated message.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace palermo::criteria {

/// Parses one message of text form; nesting is limited, so that no file can exhaust the stack.
class TextProto {
 public:
  /// @return false when the text does not parse; then `error` and `error_line` say where
  [[nodiscard]] bool parse(std::string_view text, google::protobuf::Message& out);
  /// Line (from 1) on which the index-th message of a repeated field of the parsed message begins.
  [[nodiscard]] std::uint32_t line_of(const google::protobuf::Message& parsed, const char* field,
                                      int index) const;
  std::string error;  // without the place
  std::uint32_t error_line = 0;
  std::uint32_t error_column = 0;

 private:
  google::protobuf::TextFormat::ParseInfoTree places_;
};

/// Two capital letters.
[[nodiscard]] bool is_state_code(std::string_view text);

}  // namespace palermo::criteria
