#include "core/ledger/canonical.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace palermo::ledger {
namespace {

namespace pb = google::protobuf;
using core::Error;
using core::ErrorCode;
using core::Status;

Error unfit(std::string message) { return Error{ErrorCode::InvalidArgument, std::move(message)}; }

Status append_string(std::string_view text, std::string& out) {
  if (!core::is_valid_utf8(text)) return unfit("canonical JSON: a text is not valid UTF-8");
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return core::ok();
}

/// Number::toString of ECMA-262: shortest digits that read back, exponent form from 1e21 and below
/// 1e-6.
Status append_number(double value, std::string& out) {
  if (!std::isfinite(value)) return unfit("canonical JSON: a number is not finite");
  if (value == 0) {  // also -0
    out += '0';
    return core::ok();
  }
  if (value < 0) {
    out += '-';
    value = -value;
  }
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const std::string_view scientific{text, static_cast<std::size_t>(end - text)};
  const std::size_t e = scientific.find('e');
  std::string digits{scientific.substr(0, 1)};
  if (e > 2) digits += scientific.substr(2, e - 2);
  int exponent = 0;
  const char* exponent_text = text + e + 1 + (text[e + 1] == '+' ? 1 : 0);
  std::from_chars(exponent_text, end, exponent);
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;  // the value is 0.digits × 10^n
  if (k <= n && n <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(n));
    out += '.';
    out += digits.substr(static_cast<std::size_t>(n));
  } else if (-6 < n && n <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-n), '0');
    out += digits;
  } else {
    out += digits[0];
    if (k > 1) {
      out += '.';
      out += digits.substr(1);
    }
    out += fmt::format("e{}{}", n - 1 < 0 ? '-' : '+', std::abs(n - 1));
  }
  return core::ok();
}

/// Order of UTF-16 code units, without conversion: it differs from UTF-8 byte order only where a
/// character above U+FFFF (surrogates, D800-DFFF) meets one of U+E000-U+FFFF.
bool utf16_less(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (differ.first == a.end()) return differ.second != b.end();
  if (differ.second == b.end()) return false;
  const auto x = static_cast<unsigned char>(*differ.first);
  const auto y = static_cast<unsigned char>(*differ.second);
  const bool x_astral = x >= 0xF0;
  const bool y_astral = y >= 0xF0;
  if (x_astral != y_astral) {
    const unsigned char other = x_astral ? y : x;
    // 0xEE and 0xEF lead U+E000-U+FFFF; only lead bytes can meet a lead byte here.
    if (other >= 0xEE) return x_astral;
  }
  return x < y;
}

Status append_value(const core::Json& value, std::string& out) {
  using Type = core::Json::value_t;
  switch (value.type()) {
    case Type::null:
      out += "null";
      return core::ok();
    case Type::boolean:
      out += value.get<bool>() ? "true" : "false";
      return core::ok();
    case Type::number_integer:
      return append_number(static_cast<double>(value.get<std::int64_t>()), out);
    case Type::number_unsigned:
      return append_number(static_cast<double>(value.get<std::uint64_t>()), out);
    case Type::number_float:
      return append_number(value.get<double>(), out);
    case Type::string:
      return append_string(value.get_ref<const std::string&>(), out);
    case Type::array: {
      out += '[';
      bool first = true;
      for (const core::Json& item : value) {
        if (!std::exchange(first, false)) out += ',';
        PALERMO_CHECK_OK(append_value(item, out));
      }
      out += ']';
      return core::ok();
    }
    case Type::object: {
      std::vector<std::pair<std::string_view, const core::Json*>> members;
      members.reserve(value.size());
      for (const auto& [name, content] : value.items()) members.emplace_back(name, &content);
      std::sort(members.begin(), members.end(),
                [](const auto& a, const auto& b) { return utf16_less(a.first, b.first); });
      out += '{';
      bool first = true;
      for (const auto& [name, content] : members) {
        if (!std::exchange(first, false)) out += ',';
        PALERMO_CHECK_OK(append_string(name, out));
        out += ':';
        PALERMO_CHECK_OK(append_value(*content, out));
      }
      out += '}';
      return core::ok();
    }
    case Type::binary:
    case Type::discarded:
      break;
  }
  return unfit("canonical JSON: a value that JSON does not have");
}

Status append_message(const pb::Message& message, std::string& out);

Status append_field(const pb::Message& message, const pb::FieldDescriptor& field, int index,
                    std::string& out) {
  const pb::Reflection& r = *message.GetReflection();
  const bool many = index >= 0;
  std::string scratch;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return append_message(
          many ? r.GetRepeatedMessage(message, &field, index) : r.GetMessage(message, &field), out);
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const std::string& text = many
                                    ? r.GetRepeatedStringReference(message, &field, index, &scratch)
                                    : r.GetStringReference(message, &field, &scratch);
      if (field.type() == pb::FieldDescriptor::TYPE_BYTES)
        return append_string(core::to_base64(text), out);
      return append_string(text, out);
    }
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      const auto* word =
          many ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field);
      return append_string(word->name(), out);
    }
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      out += (many ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field))
                 ? "true"
                 : "false";
      return core::ok();
    case pb::FieldDescriptor::CPPTYPE_INT32:
      out += std::to_string(many ? r.GetRepeatedInt32(message, &field, index)
                                 : r.GetInt32(message, &field));
      return core::ok();
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      out += std::to_string(many ? r.GetRepeatedUInt32(message, &field, index)
                                 : r.GetUInt32(message, &field));
      return core::ok();
    case pb::FieldDescriptor::CPPTYPE_INT64:
      out += '"';
      out += std::to_string(many ? r.GetRepeatedInt64(message, &field, index)
                                 : r.GetInt64(message, &field));
      out += '"';
      return core::ok();
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      out += '"';
      out += std::to_string(many ? r.GetRepeatedUInt64(message, &field, index)
                                 : r.GetUInt64(message, &field));
      out += '"';
      return core::ok();
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      break;
  }
  return unfit(fmt::format("canonical JSON: {} is a floating-point field", field.full_name()));
}

Status append_message(const pb::Message& message, std::string& out) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty())
    return unfit(
        fmt::format("canonical JSON: {} has unknown fields", message.GetDescriptor()->full_name()));
  std::vector<const pb::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  // Field names are ASCII, where byte order is UTF-16 order.
  std::sort(fields.begin(), fields.end(),
            [](const auto* a, const auto* b) { return a->name() < b->name(); });
  out += '{';
  bool first = true;
  for (const pb::FieldDescriptor* field : fields) {
    if (field->is_map())
      return unfit(fmt::format("canonical JSON: {} is a map", field->full_name()));
    if (!std::exchange(first, false)) out += ',';
    out += '"';
    out += field->name();
    out += "\":";
    if (!field->is_repeated()) {
      PALERMO_CHECK_OK(append_field(message, *field, -1, out));
      continue;
    }
    out += '[';
    const int size = reflection.FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      if (i > 0) out += ',';
      PALERMO_CHECK_OK(append_field(message, *field, i, out));
    }
    out += ']';
  }
  out += '}';
  return core::ok();
}

std::string find_unfit(const pb::Descriptor& type, std::set<const pb::Descriptor*>& seen) {
  if (!seen.insert(&type).second) return {};
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    const auto kind = field.cpp_type();
    if (field.is_map() || kind == pb::FieldDescriptor::CPPTYPE_DOUBLE ||
        kind == pb::FieldDescriptor::CPPTYPE_FLOAT)
      return field.full_name();
    if (kind != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const pb::Descriptor& child = *field.message_type();
    // Well-known types have JSON forms of their own; Any and Struct hold anything.
    if (child.file()->package() == "google.protobuf") return field.full_name();
    if (std::string inner = find_unfit(child, seen); !inner.empty()) return inner;
  }
  return {};
}

}  // namespace

core::Result<std::string> canonical_json(const core::Json& value) {
  std::string out;
  PALERMO_CHECK_OK(append_value(value, out));
  return out;
}

core::Result<std::string> canonical_json(const pb::Message& message) {
  std::string out;
  out.reserve(512);
  PALERMO_CHECK_OK(append_message(message, out));
  return out;
}

std::string first_field_unfit_for_ledger(const pb::Descriptor& type) {
  std::set<const pb::Descriptor*> seen;
  return find_unfit(type, seen);
}

}  // namespace palermo::ledger
