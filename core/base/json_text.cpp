#include "core/base/json_text.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>

#include <cmath>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"

namespace palermo::core {
namespace {

namespace pb = google::protobuf;

class Writer {
 public:
  explicit Writer(bool sparse) : sparse_{sparse} {}

  void message(const pb::Message& message) {
    const pb::Descriptor& type = *message.GetDescriptor();
    if (type.file() == pb::Value::descriptor()->file()) {
      if (const auto* value = dynamic_cast<const pb::Value*>(&message)) return any_value(*value);
      if (const auto* list = dynamic_cast<const pb::ListValue*>(&message)) return any_list(*list);
    }
    const pb::Reflection& reflection = *message.GetReflection();
    bool empty = true;
    out_ += '{';
    ++depth_;
    for (int i = 0; i < type.field_count(); ++i) {
      const pb::FieldDescriptor& field = *type.field(i);
      if (field.is_repeated()) {
        const int size = reflection.FieldSize(message, &field);
        if (size == 0 && sparse_) continue;
        name(field, empty);
        repeated(message, field, size);
        continue;
      }
      const bool present = reflection.HasField(message, &field);
      if (!present && (sparse_ || field.real_containing_oneof() != nullptr)) continue;
      name(field, empty);
      if (!present &&
          (field.has_presence() || field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE)) {
        out_ += "null";
      } else {
        scalar(message, field, -1);
      }
    }
    --depth_;
    if (!empty) new_line();
    out_ += '}';
  }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void new_line() {
    if (sparse_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  /// What stands before an item: a comma unless it is the first, and its line.
  void item(bool& empty) {
    if (!empty) out_ += ',';
    empty = false;
    new_line();
  }

  void name(const pb::FieldDescriptor& field, bool& empty) {
    item(empty);
    out_ += '"';
    out_ += field.name();
    out_ += sparse_ ? "\":" : "\": ";
  }

  void repeated(const pb::Message& message, const pb::FieldDescriptor& field, int size) {
    bool empty = true;
    out_ += '[';
    ++depth_;
    for (int k = 0; k < size; ++k) {
      item(empty);
      scalar(message, field, k);
    }
    --depth_;
    if (!empty) new_line();
    out_ += ']';
  }

  void any_list(const pb::ListValue& list) {
    bool empty = true;
    out_ += '[';
    ++depth_;
    for (const pb::Value& value : list.values()) {
      item(empty);
      any_value(value);
    }
    --depth_;
    if (!empty) new_line();
    out_ += ']';
  }

  void any_value(const pb::Value& value) {
    switch (value.kind_case()) {
      case pb::Value::kNumberValue:
        if (const double number = value.number_value();
            number == std::floor(number) && std::abs(number) < 9e15) {
          integer(static_cast<std::int64_t>(number));
        } else {
          out_ += Json(number).dump();
        }
        return;
      case pb::Value::kStringValue:
        return text(value.string_value());
      case pb::Value::kBoolValue:
        out_ += value.bool_value() ? "true" : "false";
        return;
      default:
        out_ += "null";
    }
  }

  template <typename Integer>
  void integer(Integer number) {
    const fmt::format_int digits{number};
    out_.append(digits.data(), digits.size());
  }
  /// 64-bit integers become strings, as the protobuf JSON mapping says.
  template <typename Integer>
  void long_integer(Integer number) {
    out_ += '"';
    integer(number);
    out_ += '"';
  }

  void text(const std::string& content) {
    std::size_t plain = 0;
    for (const char c : content) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\') break;
      ++plain;
    }
    out_ += '"';
    if (plain == content.size()) {
      out_ += content;
    } else if (!is_valid_utf8(content)) {
      const std::string quoted = Json(content).dump(-1, ' ', false, Json::error_handler_t::replace);
      out_.append(quoted, 1, quoted.size() - 2);
    } else {
      escaped(content);
    }
    out_ += '"';
  }

  void escaped(const std::string& content) {
    for (const char c : content) {
      switch (c) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\b':
          out_ += "\\b";
          break;
        case '\f':
          out_ += "\\f";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\r':
          out_ += "\\r";
          break;
        case '\t':
          out_ += "\\t";
          break;
        default:
          if (static_cast<unsigned char>(c) < 0x20) {
            out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
          } else {
            out_ += c;
          }
      }
    }
  }

  void scalar(const pb::Message& message, const pb::FieldDescriptor& field, int index) {
    const pb::Reflection& r = *message.GetReflection();
    const bool many = index >= 0;
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        return this->message(many ? r.GetRepeatedMessage(message, &field, index)
                                  : r.GetMessage(message, &field));
      case pb::FieldDescriptor::CPPTYPE_ENUM: {
        const auto* value =
            many ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field);
        return text(value->number() == 0 ? std::string{} : value->name());
      }
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& content =
            many ? r.GetRepeatedStringReference(message, &field, index, &scratch)
                 : r.GetStringReference(message, &field, &scratch);
        return text(field.type() == pb::FieldDescriptor::TYPE_BYTES ? to_base64(content) : content);
      }
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        out_ += (many ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field))
                    ? "true"
                    : "false";
        return;
      case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        return real(many ? r.GetRepeatedDouble(message, &field, index)
                         : r.GetDouble(message, &field));
      case pb::FieldDescriptor::CPPTYPE_FLOAT:
        return real(many ? r.GetRepeatedFloat(message, &field, index)
                         : r.GetFloat(message, &field));
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return integer(many ? r.GetRepeatedInt32(message, &field, index)
                            : r.GetInt32(message, &field));
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        return integer(many ? r.GetRepeatedUInt32(message, &field, index)
                            : r.GetUInt32(message, &field));
      case pb::FieldDescriptor::CPPTYPE_INT64:
        return long_integer(many ? r.GetRepeatedInt64(message, &field, index)
                                 : r.GetInt64(message, &field));
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        return long_integer(many ? r.GetRepeatedUInt64(message, &field, index)
                                 : r.GetUInt64(message, &field));
    }
  }

  void real(double number) { out_ += std::isfinite(number) ? Json(number).dump() : "null"; }

  bool sparse_;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string to_json_text(const pb::Message& message) {
  Writer writer{false};
  writer.message(message);
  return std::move(writer).take();
}

std::string to_json_text_sparse(const pb::Message& message) {
  Writer writer{true};
  writer.message(message);
  return std::move(writer).take();
}

}  // namespace palermo::core
