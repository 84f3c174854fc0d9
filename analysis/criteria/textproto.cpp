#include "analysis/criteria/textproto.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>

namespace palermo::criteria {
namespace {

constexpr int kDeepest = 20;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstError(TextProto& into) : into_{into} {}
  void AddError(int line, int column, const std::string& message) override {
    if (!into_.error.empty()) return;
    into_.error = message;
    into_.error_line = static_cast<std::uint32_t>(line + 1);
    into_.error_column = static_cast<std::uint32_t>(column + 1);
  }

 private:
  TextProto& into_;
};

}  // namespace

bool TextProto::parse(std::string_view text, google::protobuf::Message& out) {
  google::protobuf::TextFormat::Parser parser;
  FirstError first{*this};
  parser.RecordErrorsTo(&first);
  parser.WriteLocationsTo(&places_);
  parser.SetRecursionLimit(kDeepest);
  if (parser.ParseFromString(std::string{text}, &out)) return true;
  if (error.empty()) error = "this is not protobuf text";
  return false;
}

std::uint32_t TextProto::line_of(const google::protobuf::Message& parsed, const char* field,
                                 int index) const {
  const auto* described = parsed.GetDescriptor()->FindFieldByName(field);
  if (described == nullptr) return 0;
  const auto place = places_.GetLocation(described, index);
  return place.line < 0 ? 0 : static_cast<std::uint32_t>(place.line + 1);
}

bool is_state_code(std::string_view text) {
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

}  // namespace palermo::criteria
