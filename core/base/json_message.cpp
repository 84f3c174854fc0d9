#include "core/base/json_message.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace palermo::core {
namespace {

namespace pb = google::protobuf;

constexpr int kMaxDepth = 200;

Error bad(std::string message) { return Error{ErrorCode::BadInput, std::move(message)}; }

/// Builds a tree while watching depth and duplicate members, which nlohmann's own parser lets pass.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(std::string_view text) : text_{text} {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value)) return fail(fmt::format("number {} is out of range", printable(text, 40)));
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return fail("binary value"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool key(string_t& name) override {
    twice_ = !keys_.back().insert(name).second;
    key_ = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& problem) override {
    std::size_t line = 1;
    std::size_t column = 1;
    const std::size_t end = std::min(position > 0 ? position - 1 : 0, text_.size());
    for (std::size_t i = 0; i < end; ++i) {
      if (text_[i] == '\n') {
        ++line;
        column = 1;
      } else {
        ++column;
      }
    }
    std::string why = problem.what();
    // nlohmann puts its own code and the offending text in front of the reason.
    if (const auto at = why.rfind("; "); at != std::string::npos) why = why.substr(at + 2);
    if (position > text_.size() || (end == text_.size() && why.find("end of input") != std::string::npos))
      why = "the text ends before the value is complete (truncated?)";
    return fail(fmt::format("line {}, column {}: {}", line, column, printable(why, 160)));
  }

  Json root;
  std::string error;

 private:
  bool fail(std::string why) {
    if (error.empty()) error = std::move(why);
    return false;
  }
  bool open(Json&& container) {
    if (twice_) return fail_twice();
    if (stack_.size() >= kMaxDepth) return fail(fmt::format("nested deeper than {} levels", kMaxDepth));
    Json* where = place(std::move(container));
    stack_.push_back(where);
    keys_.emplace_back();
    return true;
  }
  bool close() {
    stack_.pop_back();
    keys_.pop_back();
    return true;
  }
  bool fail_twice() {
    return fail(fmt::format("member '{}' stands twice in one object", printable(key_, 60)));
  }
  /// A member that says the same simple value twice says one thing (RFC 8259 lets it pass); anything
  /// else would make the reader choose.
  template <typename T>
  bool put(T&& value) {
    Json json(std::forward<T>(value));
    if (twice_ && (*stack_.back())[key_] != json) return fail_twice();
    twice_ = false;
    place(std::move(json));
    return true;
  }
  Json* place(Json&& value) {
    if (stack_.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& parent = *stack_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    Json& slot = parent[key_];
    slot = std::move(value);
    return &slot;
  }

  std::string_view text_;
  std::vector<Json*> stack_;
  std::vector<std::set<std::string>> keys_;
  std::string key_;
  bool twice_ = false;  // the member whose value comes next stands in its object already
};

std::string join(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

std::string type_name(const Json& value) {
  if (value.is_string()) return "a string";
  if (value.is_boolean()) return "true or false";
  if (value.is_number()) return "a number";
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  return "null";
}

Error wrong_type(const std::string& path, std::string_view wanted, const Json& value) {
  return bad(fmt::format("{}: expected {}, found {}", path.empty() ? "the value" : path, wanted,
                         type_name(value)));
}

Result<const pb::EnumValueDescriptor*> find_enum(const Json& value, const pb::EnumDescriptor& type,
                                                 const std::string& path) {
  if (!value.is_string()) return wrong_type(path, "a word", value);
  const auto& word = value.get_ref<const std::string&>();
  if (const auto* found = type.FindValueByName(word); found && found->number() != 0) return found;
  const auto lower = [](std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
  };
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto* candidate = type.value(i);
    if (candidate->number() == 0) continue;
    if (lower(candidate->name()) == lower(word)) return candidate;
    words.push_back(candidate->name());
  }
  return bad(fmt::format("{}: unknown word '{}'; known: {}", path, printable(word, 60),
                         fmt::join(words, ", ")));
}

template <typename Integer>
Result<Integer> to_integer(const Json& value, const std::string& path) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number != std::floor(number) || std::abs(number) > 9e15)
      return bad(fmt::format("{}: expected a whole number", path));
    const auto whole = static_cast<std::int64_t>(number);
    if (whole < static_cast<std::int64_t>(std::numeric_limits<Integer>::lowest()) ||
        (whole > 0 && static_cast<std::uint64_t>(whole) >
                          static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())))
      return bad(fmt::format("{}: number out of range", path));
    return static_cast<Integer>(whole);
  }
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max()))
      return bad(fmt::format("{}: number out of range", path));
    return static_cast<Integer>(number);
  }
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (std::is_unsigned_v<Integer> ||
        number < static_cast<std::int64_t>(std::numeric_limits<Integer>::lowest()))
      return bad(fmt::format("{}: number out of range", path));
    return static_cast<Integer>(number);
  }
  if (value.is_string()) {  // the protobuf JSON mapping writes 64-bit integers as strings
    try {
      const Json parsed = Json::parse(value.get_ref<const std::string&>());
      if (parsed.is_number_integer()) return to_integer<Integer>(parsed, path);
    } catch (const std::exception&) {
      return wrong_type(path, "a whole number", value);
    }
  }
  return wrong_type(path, "a whole number", value);
}

Status fill_value(const Json& value, pb::Value& out, const std::string& path) {
  if (value.is_null()) {
    out.set_null_value(pb::NULL_VALUE);
  } else if (value.is_boolean()) {
    out.set_bool_value(value.get<bool>());
  } else if (value.is_number()) {
    out.set_number_value(value.get<double>());
  } else if (value.is_string()) {
    out.set_string_value(value.get<std::string>());
  } else {
    return wrong_type(path, "a number or a word", value);
  }
  return ok();
}

/// Writes one value into a field; `repeated` appends.
Status put_value(const Json& value, pb::Message& message, const pb::FieldDescriptor& field,
                 bool repeated, const std::string& path) {
  const pb::Reflection& reflection = *message.GetReflection();
  const auto store = [&](auto add, auto set, auto&& content) {
    if (repeated) {
      (reflection.*add)(&message, &field, content);
    } else {
      (reflection.*set)(&message, &field, content);
    }
  };
  using R = pb::Reflection;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE: {
      pb::Message* child = repeated ? reflection.AddMessage(&message, &field)
                                    : reflection.MutableMessage(&message, &field);
      if (auto* any_value = dynamic_cast<pb::Value*>(child))
        return fill_value(value, *any_value, path);
      return fill_message(value, *child, path);
    }
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      PALERMO_TRY(const pb::EnumValueDescriptor* word, find_enum(value, *field.enum_type(), path));
      store(&R::AddEnum, &R::SetEnum, word);
      return ok();
    }
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      std::string text;
      if (value.is_string()) {
        text = value.get<std::string>();
      } else if (value.is_number()) {
        text = value.dump();
      } else {
        return wrong_type(path, "a string", value);
      }
      if (field.type() == pb::FieldDescriptor::TYPE_BYTES) {
        const auto bytes = from_base64(text);
        if (!bytes) return bad(fmt::format("{}: not base64", path));
        text = *bytes;
      }
      store(&R::AddString, &R::SetString, std::move(text));
      return ok();
    }
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      if (!value.is_boolean()) return wrong_type(path, "true or false", value);
      store(&R::AddBool, &R::SetBool, value.get<bool>());
      return ok();
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      if (!value.is_number()) return wrong_type(path, "a number", value);
      store(&R::AddDouble, &R::SetDouble, value.get<double>());
      return ok();
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      if (!value.is_number()) return wrong_type(path, "a number", value);
      store(&R::AddFloat, &R::SetFloat, value.get<float>());
      return ok();
    case pb::FieldDescriptor::CPPTYPE_INT32: {
      PALERMO_TRY(const std::int32_t number, to_integer<std::int32_t>(value, path));
      store(&R::AddInt32, &R::SetInt32, number);
      return ok();
    }
    case pb::FieldDescriptor::CPPTYPE_UINT32: {
      PALERMO_TRY(const std::uint32_t number, to_integer<std::uint32_t>(value, path));
      store(&R::AddUInt32, &R::SetUInt32, number);
      return ok();
    }
    case pb::FieldDescriptor::CPPTYPE_INT64: {
      PALERMO_TRY(const std::int64_t number, to_integer<std::int64_t>(value, path));
      store(&R::AddInt64, &R::SetInt64, number);
      return ok();
    }
    case pb::FieldDescriptor::CPPTYPE_UINT64: {
      PALERMO_TRY(const std::uint64_t number, to_integer<std::uint64_t>(value, path));
      store(&R::AddUInt64, &R::SetUInt64, number);
      return ok();
    }
  }
  return Error{ErrorCode::Internal, fmt::format("{}: unhandled field type", path)};
}

Json scalar_json(const pb::Message& message, const pb::FieldDescriptor& field, int index,
                 bool sparse);

Json message_json(const pb::Message& message, bool sparse) {
  if (const auto* value = dynamic_cast<const pb::Value*>(&message)) {
    switch (value->kind_case()) {
      case pb::Value::kNumberValue: {
        const double number = value->number_value();
        if (number == std::floor(number) && std::abs(number) < 9e15)
          return static_cast<std::int64_t>(number);
        return number;
      }
      case pb::Value::kStringValue:
        return value->string_value();
      case pb::Value::kBoolValue:
        return value->bool_value();
      default:
        return nullptr;
    }
  }
  if (const auto* list = dynamic_cast<const pb::ListValue*>(&message)) {
    Json out = Json::array();  // as the protobuf JSON mapping writes it
    for (const pb::Value& value : list->values()) out.push_back(message_json(value, sparse));
    return out;
  }
  const pb::Reflection& reflection = *message.GetReflection();
  const pb::Descriptor& type = *message.GetDescriptor();
  Json out = Json::object();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) {
      const int size = reflection.FieldSize(message, &field);
      if (size == 0 && sparse) continue;
      Json array = Json::array();
      for (int k = 0; k < size; ++k) array.push_back(scalar_json(message, field, k, sparse));
      out[field.name()] = std::move(array);
      continue;
    }
    const bool present = reflection.HasField(message, &field);
    if (!present && (sparse || field.real_containing_oneof() != nullptr)) continue;
    if (!present && (field.has_presence() || field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE)) {
      out[field.name()] = nullptr;
      continue;
    }
    out[field.name()] = scalar_json(message, field, -1, sparse);
  }
  return out;
}

Json scalar_json(const pb::Message& message, const pb::FieldDescriptor& field, int index,
                 bool sparse) {
  const pb::Reflection& r = *message.GetReflection();
  const bool many = index >= 0;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return message_json(
          many ? r.GetRepeatedMessage(message, &field, index) : r.GetMessage(message, &field),
          sparse);
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value =
          many ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field);
      return value->number() == 0 ? Json("") : Json(value->name());
    }
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      std::string text =
          many ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field);
      if (field.type() == pb::FieldDescriptor::TYPE_BYTES) return to_base64(text);
      return text;
    }
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return many ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field);
    case pb::FieldDescriptor::CPPTYPE_DOUBLE: {
      const double number =
          many ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field);
      return std::isfinite(number) ? Json(number) : Json(nullptr);
    }
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return many ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field);
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return many ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return many ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(many ? r.GetRepeatedInt64(message, &field, index)
                                 : r.GetInt64(message, &field));
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(many ? r.GetRepeatedUInt64(message, &field, index)
                                 : r.GetUInt64(message, &field));
  }
  return nullptr;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!is_valid_utf8(text)) return bad("the text is not valid UTF-8");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return bad("the text is empty");
  StrictBuilder builder{text};
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return bad(builder.error.empty() ? "not JSON" : builder.error);
  }
  return std::move(builder.root);
}

Status fill_message(const Json& value, pb::Message& message, const std::string& path) {
  if (!value.is_object()) return wrong_type(path, "an object", value);
  const pb::Descriptor& type = *message.GetDescriptor();
  const pb::Reflection& reflection = *message.GetReflection();
  for (const auto& [name, content] : value.items()) {
    const pb::FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) {
      std::vector<std::string> known;
      for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
      const std::string near = nearest_word(name, known);
      return bad(fmt::format("{}: unknown field '{}'{}", path.empty() ? "top level" : path,
                             printable(name, 60),
                             near.empty() ? fmt::format("; known: {}", fmt::join(known, ", "))
                                          : fmt::format("; did you mean '{}'?", near)));
    }
    if (content.is_null()) continue;
    const std::string here = join(path, name);
    if (const auto* oneof = field->real_containing_oneof();
        oneof != nullptr && reflection.HasOneof(message, oneof))
      return bad(fmt::format("{}: '{}' and '{}' exclude each other", path.empty() ? "top level" : path,
                             reflection.GetOneofFieldDescriptor(message, oneof)->name(), name));
    if (!field->is_repeated()) {
      PALERMO_CHECK_OK(put_value(content, message, *field, false, here));
      continue;
    }
    if (!content.is_array()) return wrong_type(here, "an array", content);
    std::size_t index = 0;
    for (const Json& item : content) {
      PALERMO_CHECK_OK(
          put_value(item, message, *field, true, fmt::format("{}[{}]", here, index++)));
    }
  }
  return ok();
}

Json to_json(const pb::Message& message) { return message_json(message, false); }
Json to_json_sparse(const pb::Message& message) { return message_json(message, true); }

}  // namespace palermo::core
