// FreeSWITCH mod_xml_cdr and mod_json_cdr: one document a leg, the same content in two spellings.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/base/encoding.hpp"
#include "core/base/json_message.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/calls/pbx_leg.hpp"
#include "ingest/records/json_text.hpp"
#include "ingest/records/text_input.hpp"
#include "ingest/xml/xml_reader.hpp"

namespace palermo::ingest {
namespace {

using core::Json;
using core::Result;
using core::Status;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kHeadBytes = 256U << 10;

/// One pass of the leg through the dialplan; the last in time stands first.
struct Flow {
  std::string caller, ani, destination, redirected_from, created_us, answered_us;
};

/// A leg's document, values as written.
struct Document {
  std::map<std::string, std::string, std::less<>> variables;
  std::vector<Flow> flows;
  bool encoded = false;  // values of variables are percent-encoded
};

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// --- from a document to a leg
// ----------------------------------------------------------------------

class Variables {
 public:
  explicit Variables(const Document& document) : document_{document} {}

  /// Decoded; the first of several values (ARRAY::a|:b).
  std::string get(std::string_view name) {
    const auto found = document_.variables.find(name);
    if (found == document_.variables.end()) return {};
    std::string value = found->second;
    if (document_.encoded) {
      auto decoded = percent_decoded(value);
      if (!decoded) {
        if (broken_.empty()) broken_ = name;
        return {};
      }
      value = *std::move(decoded);
    }
    constexpr std::string_view kArray = "ARRAY::";
    if (value.starts_with(kArray))
      value = value.substr(kArray.size(), value.find("|:") - kArray.size());
    return value;
  }
  [[nodiscard]] bool has(std::string_view name) const { return document_.variables.contains(name); }
  /// Name of the first variable that was asked for and cannot be decoded.
  [[nodiscard]] const std::string& broken() const { return broken_; }

 private:
  const Document& document_;
  std::string broken_;
};

/// Microseconds above 0; 0 is how the switch writes "never". nullopt: no such number.
std::optional<std::int64_t> read_us(std::string_view text, std::int64_t unit) {
  if (text.empty()) return 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::int64_t kYear3000 = 32'503'680'000 * core::kUsPerSecond;
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 ||
      value > kYear3000 / unit)
    return std::nullopt;
  return value * unit;
}

/// When something happened: 0 = never or not said.
struct Moments {
  bool said = false;
  bool bad = false;
  std::int64_t us = 0;
};

Moments moment(Variables& variables, const std::string& name, const std::string& flow_us) {
  Moments out;
  const auto look = [&out](const std::string& text, std::int64_t unit) {
    if (text.empty() || out.us > 0) return;
    out.said = true;
    const auto us = read_us(text, unit);
    if (us) {
      out.us = *us;
    } else {
      out.bad = true;
    }
  };
  look(variables.get(name + "_uepoch"), 1);
  look(variables.get(name + "_epoch"), core::kUsPerSecond);
  look(flow_us, 1);
  return out;
}

struct Refusal {
  const char* code = "";
  std::string message;
};

/// @return false with a refusal
bool leg_of(const Document& document, PbxLeg& leg, Refusal& refusal) {
  Variables variables{document};
  static const Flow kNone;
  const Flow& last = document.flows.empty() ? kNone : document.flows.front();
  const Flow& first = document.flows.empty() ? kNone : document.flows.back();
  const auto either = [](const std::string& text, std::string other) {
    return text.empty() ? std::move(other) : text;
  };
  leg.uuid = variables.get("uuid");
  leg.caller = last.caller;
  for (const char* name : {"caller_id_number", "ani", "sip_from_user"})
    if (leg.caller.empty()) leg.caller = variables.get(name);
  if (leg.caller.empty()) leg.caller = last.ani;
  leg.reached = either(last.destination, variables.get("destination_number"));
  for (const char* name : {"sip_to_user", "dialed_user"})
    if (leg.reached.empty()) leg.reached = variables.get(name);
  leg.dialled = first.destination;
  if (leg.dialled == leg.reached && !first.redirected_from.empty())
    leg.dialled = first.redirected_from;
  for (const char* name :
       {"bridge_uuid", "signal_bond", "bleg_uuid", "originating_leg_uuid", "originated_legs"}) {
    const std::string partner = variables.get(name);
    if (!partner.empty()) leg.partners.push_back(partner.substr(0, partner.find(';')));
  }
  leg.cause = either(variables.get("hangup_cause"), variables.get("hangup_cause_q850"));

  const Moments start = moment(variables, "start", first.created_us);
  const Moments answer = moment(variables, "answer", last.answered_us);
  const Moments end = moment(variables, "end", {});
  const std::string stamp_text = variables.get("start_stamp");
  const auto stamp = Stamp::read(stamp_text);
  leg.start_local = stamp ? stamp->text(Stamp::Order::YearFirst) : std::string{};
  if (start.us > 0) leg.start_us = start.us;
  if (answer.said) {
    leg.answered = answer.us > 0;
  } else if (variables.has("answer_stamp")) {
    leg.answered = !variables.get("answer_stamp").empty();
  }
  leg.talk_s = variables.get("billsec");
  if (leg.talk_s.empty() && answer.us > 0 && end.us >= answer.us)
    leg.talk_s = std::to_string((end.us - answer.us + core::kUsPerSecond / 2) / core::kUsPerSecond);

  if (!variables.broken().empty()) {
    refusal = {"BAD_ENCODING", fmt::format("variables/{}: a percent sign without two hexadecimal "
                                           "digits, or no UTF-8 behind it",
                                           variables.broken())};
    return false;
  }
  if (start.bad || answer.bad || end.bad) {
    refusal = {"BAD_TIME", "an epoch that is no number of seconds or microseconds"};
    return false;
  }
  if (!leg.start_us && leg.start_local.empty()) {
    refusal = {"BAD_TIME", stamp_text.empty() ? "no start_uepoch, start_epoch or start_stamp"
                                              : "variables/start_stamp is no time"};
    return false;
  }
  return true;
}

// --- the two spellings
// -----------------------------------------------------------------------------

Document document_of(const XmlElement& cdr) {
  Document document;
  document.encoded = true;
  for (const XmlElement& variable : cdr.child("variables").children)
    document.variables.emplace(variable.name, variable.text);  // the first of a name stays
  for (const XmlElement* flow : cdr.all("callflow")) {
    const XmlElement& profile = flow->child("caller_profile");
    const XmlElement& times = flow->child("times");
    document.flows.push_back({profile.text_at("caller_id_number"), profile.text_at("ani"),
                              profile.text_at("destination_number"), profile.text_at("rdnis"),
                              times.text_at("created_time"), times.text_at("answered_time")});
  }
  return document;
}

const Json& member(const Json& object, const char* name) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

Document document_of(const Json& cdr) {
  Document document;
  for (const auto& [name, value] : member(cdr, "variables").items())
    document.variables.emplace(name, text_of(value));
  // encode-values is a setting of the switch: then no stamp has its blank and its colons.
  for (const auto& [name, value] : document.variables)
    if (name.ends_with("_stamp") &&
        (value.find("%20") != std::string::npos || value.find("%3A") != std::string::npos ||
         value.find("%3a") != std::string::npos))
      document.encoded = true;
  const Json& flows = member(cdr, "callflow");
  const auto add = [&document](const Json& flow) {
    const Json& profile = member(flow, "caller_profile");
    const Json& times = member(flow, "times");
    const auto text = [](const Json& object, const char* name) {
      return text_of(member(object, name));
    };
    document.flows.push_back({text(profile, "caller_id_number"), text(profile, "ani"),
                              text(profile, "destination_number"), text(profile, "rdnis"),
                              text(times, "created_time"), text(times, "answered_time")});
  };
  if (flows.is_object()) add(flows);
  if (flows.is_array())
    for (const Json& flow : flows) add(flow);
  return document;
}

bool is_leg(const Json& value) {
  return member(value, "variables").is_object() &&
         (value.contains("callflow") || value.contains("channel_data") ||
          value.contains("core-uuid"));
}

// --- bodies of HTTP requests
// -----------------------------------------------------------------------

/// A stretch of the file that holds documents, with the line on which it begins.
struct Part {
  std::uint64_t line = 1;
  std::string_view text;  // of the file
  std::string decoded;    // of the body; empty: `text` is plain
  bool body = false;
};

/// Where the value of the form field `cdr` begins in a line, or npos.
std::size_t form_value(std::string_view line) {
  if (line.starts_with("cdr=")) return 4;
  if (!line.starts_with("uuid=")) return std::string_view::npos;
  constexpr std::string_view kField = "&cdr=";
  const std::size_t at = line.substr(0, 256).find(kField);
  return at == std::string_view::npos ? at : at + kField.size();
}

/// The document in a form's value: plain, URL-encoded or Base64.
/// @return nullopt: none of these
std::optional<std::string> body_of(std::string_view value) {
  value.remove_prefix(std::min(value.size(), value.find_first_not_of(kBlanks)));
  if (value.starts_with("<") || value.starts_with("{") || value.starts_with("["))
    return std::string{value};
  std::string form;
  for (const char c : value)
    if (kBlanks.find(c) == std::string_view::npos) form += c;
  // Base64 may itself stand percent-encoded ("%3D"); its plus signs are no blanks.
  auto plain = percent_decoded(form);
  if (!plain) return std::nullopt;
  if (const auto bytes = core::from_base64(*plain)) return bytes;
  std::replace(form.begin(), form.end(), '+', ' ');
  plain = percent_decoded(form);
  if (plain && (plain->starts_with("<") || plain->starts_with("{") || plain->starts_with("[")))
    return plain;
  return std::nullopt;
}

/// A file is one stretch, or bodies that each begin on a line of their own.
std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  std::size_t at = 0;
  std::uint64_t line = 1;
  while (at < text.size()) {
    const std::size_t end = std::min(text.size(), text.find('\n', at));
    const std::size_t value = form_value(text.substr(at, end - at));
    if (value != std::string_view::npos) {
      parts.push_back({line, text.substr(at + value), {}, true});
      if (parts.size() > 1) {
        Part& before = parts[parts.size() - 2];
        before.text =
            before.text.substr(0, static_cast<std::size_t>(text.data() + at - before.text.data()));
      }
    } else if (parts.empty() &&
               text.substr(at, end - at).find_first_not_of(kBlanks) != std::string_view::npos) {
      break;  // the file begins with something else: it is no list of bodies
    }
    at = end + 1;
    ++line;
  }
  if (parts.empty()) parts.push_back({1, text, {}, false});
  return parts;
}

/// First bytes of the first document, for detection.
std::string head_of(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  std::string_view head = bytes.substr(first, kHeadBytes);
  const std::size_t value = form_value(head.substr(0, head.find('\n')));
  if (value == std::string_view::npos) return std::string{head};
  head = head.substr(value);
  if (head.starts_with("<") || head.starts_with("{")) return std::string{head};
  head = head.substr(0, head.find('\n'));
  // What was cut in the middle of a group is shortened until it can be decoded.
  for (std::size_t less = 0; less < 8 && less < head.size(); ++less)
    if (auto body = body_of(head.substr(0, head.size() - less))) return *body;
  return {};
}

// --- files
// -----------------------------------------------------------------------------------------

struct FoundLeg {
  std::uint64_t line = 0;
  bool good = false;
  PbxLeg leg;
  Refusal refusal;
};

class DocumentReader {
 public:
  explicit DocumentReader(const AdapterInput& input) : input_{input} {}
  virtual ~DocumentReader() = default;
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  Result<CallText> read(std::string_view text) {
    std::vector<Part> parts = parts_of(text);
    for (Part& part : parts) {
      if (!part.body) {
        PALERMO_CHECK_OK(take(part.text, part.line));
        continue;
      }
      auto body = body_of(part.text);
      if (!body || !core::is_valid_utf8(*body)) {
        PALERMO_CHECK_OK(damaged(
            bad_input(part.line,
                      fmt::format("line {}: the body cdr= is neither plain, URL-encoded nor Base64",
                                  part.line),
                      "the body may be cut off; ask for the file again")));
        continue;
      }
      part.decoded = *std::move(body);
      first_line_only_ = part.line;
      PALERMO_CHECK_OK(take(part.decoded, part.line));
      first_line_only_ = 0;
    }
    if (found_.empty())
      return bad_input(0, "no record of a leg stands in the file",
                       "this is no file of mod_xml_cdr or mod_json_cdr");
    return write();
  }

 protected:
  virtual Status take(std::string_view text, std::uint64_t line) = 0;

  /// @param line  in the file; of a decoded body all of it has the line of the body
  void add(std::uint64_t line, const Document& document) {
    FoundLeg& found = found_.emplace_back();
    found.line = first_line_only_ > 0 ? first_line_only_ : line;
    found.good = leg_of(document, found.leg, found.refusal);
  }
  /// A document that cannot be parsed: the file is refused, or with --keep-going the document is.
  Status damaged(core::Error error) {
    if (!input_.options.keep_going) {
      error.next += error.next.empty() ? "" : "; ";
      error.next += "nothing was stored; --keep-going takes the other documents of the file";
      return error;
    }
    FoundLeg& found = found_.emplace_back();
    found.line = first_line_only_ > 0 ? first_line_only_
                                      : (error.where ? error.where->line : std::uint64_t{0});
    found.refusal = {"BAD_DOCUMENT", error.message};
    return core::ok();
  }
  [[nodiscard]] const AdapterInput& input() const { return input_; }

 private:
  CallText write() {
    CallText out;
    out.positions_are_lines = true;
    for (std::size_t i = 0; i < found_.size(); ++i)
      if (found_[i].line == 0 || (i > 0 && found_[i].line <= found_[i - 1].line))
        out.positions_are_lines = false;
    PbxLegWriter writer{out};
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const std::uint64_t position = out.positions_are_lines ? found_[i].line : i + 1;
      if (found_[i].good) {
        writer.add(position, found_[i].leg);
      } else {
        out.reject(position, found_[i].refusal.code, found_[i].refusal.message);
      }
    }
    writer.finish();
    return out;
  }

  const AdapterInput& input_;
  std::vector<FoundLeg> found_;
  std::uint64_t first_line_only_ = 0;
};

class XmlReader : public DocumentReader {
 public:
  using DocumentReader::DocumentReader;

 private:
  Status take(std::string_view text, std::uint64_t line) override {
    if (xml_head(text).root != "cdr") return read_one(text, line);
    // Documents that were put behind one another; values are encoded, so the mark is none of them.
    constexpr std::string_view kEnd = "</cdr>";
    while (true) {
      const std::size_t begin = text.find_first_not_of(kBlanks);
      if (begin == std::string_view::npos) return core::ok();
      line += lines_in(text.substr(0, begin));
      text.remove_prefix(begin);
      const std::size_t end = text.find(kEnd);
      std::size_t size = end == std::string_view::npos ? text.size() : end + kEnd.size();
      // Another document that begins before this one ends: this one was cut off.
      const std::size_t own = text.substr(0, size).find("<cdr");
      if (own != std::string_view::npos)
        for (const std::string_view start : {"<?xml", "<cdr ", "<cdr>"})
          size = std::min(size, text.substr(0, size).find(start, own + 1));
      const std::string_view one = text.substr(0, size);
      PALERMO_CHECK_OK(read_one(one, line));
      line += lines_in(one);
      text.remove_prefix(size);
    }
  }

  Status read_one(std::string_view text, std::uint64_t first_line) {
    std::vector<std::pair<std::uint64_t, Document>> documents;
    auto status = for_each_element(
        text, [](std::string_view name) { return name == "cdr"; },
        [&](const XmlElement& cdr) {
          documents.emplace_back(first_line + (cdr.line > 0 ? cdr.line - 1 : 0), document_of(cdr));
          return core::ok();
        });
    if (!status) {
      core::Error error = std::move(status).error();
      const std::uint64_t line =
          first_line + (error.where && error.where->line > 0 ? error.where->line - 1 : 0);
      if (!error.message.starts_with("line "))
        error.message = fmt::format("line {}: {}", line, error.message);
      error.where = core::SourcePosition{"", line};
      return damaged(std::move(error));
    }
    for (const auto& [line, document] : documents) add(line, document);
    return core::ok();
  }
};

class JsonReader : public DocumentReader {
 public:
  using DocumentReader::DocumentReader;

 private:
  Status take(std::string_view text, std::uint64_t line) override {
    const std::size_t begin = std::min(text.size(), text.find_first_not_of(kBlanks));
    line += lines_in(text.substr(0, begin));
    text.remove_prefix(begin);
    if (text.starts_with("[")) {
      auto file = read_json_file(text);
      if (!file) return damaged(moved(std::move(file).error(), line));
      for (const JsonItem& item : file->items)
        PALERMO_CHECK_OK(take_value(item.value, line + item.line - 1));
      return core::ok();
    }
    while (!text.empty()) {
      std::string_view one = text.substr(0, object_end(text));
      auto value = one.size() > kMaxDocumentBytes
                       ? Result<Json>{bad_input(line, "one JSON document is too large")}
                       : core::parse_json(one);
      if (!value) {
        // One that was cut off swallows the next; those begin on lines of their own. From here on
        // none is looked for beyond such a line, or a file of them would be read again and again.
        one = one.substr(0, one.find("\n{"));
        distrust_ = true;
        PALERMO_CHECK_OK(damaged(moved(std::move(value).error(), line)));
      } else {
        PALERMO_CHECK_OK(take_value(*value, line));
      }
      line += lines_in(one);
      text.remove_prefix(one.size());
      const std::size_t next = std::min(text.size(), text.find_first_not_of(" \t\r\n,"));
      line += lines_in(text.substr(0, next));
      text.remove_prefix(next);
    }
    return core::ok();
  }

  Status take_value(const Json& value, std::uint64_t line) {
    if (!is_leg(value))
      return damaged(bad_input(line,
                               fmt::format("line {}: no document of mod_json_cdr: it has no "
                                           "variables beside callflow or channel_data",
                                           line),
                               "take documents of other kinds out of the file"));
    add(line, document_of(value));
    return core::ok();
  }

  /// Behind the value that begins here, or behind the line on which it cannot go on.
  [[nodiscard]] std::size_t object_end(std::string_view text) const {
    int depth = 0;
    bool string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (string) {
        if (c == '\\') ++i;
        if (c == '"') string = false;
        // No string holds a line end: this one was never closed.
        if (c == '\n') return i;
      } else if (c == '"') {
        string = true;
      } else if (c == '{' || c == '[') {
        if (distrust_ && i > 0 && c == '{' && text[i - 1] == '\n') return i - 1;
        ++depth;
      } else if (c == '}' || c == ']') {
        if (--depth <= 0) return i + 1;
      } else if (depth == 0) {
        return std::min(text.size(), text.find('\n', i));
      }
    }
    return text.size();
  }

  bool distrust_ = false;

  static core::Error moved(core::Error error, std::uint64_t first_line) {
    std::uint64_t line = first_line;
    constexpr std::string_view kLine = "line ";
    if (error.message.starts_with(kLine)) {
      std::uint64_t inner = 1;
      const char* end = error.message.data() + error.message.size();
      const auto read = std::from_chars(error.message.data() + kLine.size(), end, inner);
      line = first_line + inner - 1;
      error.message = fmt::format("line {}{}", line, std::string_view{read.ptr, end});
    } else {
      error.message = fmt::format("line {}: {}", line, error.message);
    }
    error.where = core::SourcePosition{"", line};
    if (error.next.empty()) error.next = "the document may be cut off; ask for it again";
    return error;
  }
};

}  // namespace

CallAdapter freeswitch_xml_adapter() {
  CallAdapter adapter;
  adapter.id = "freeswitch_xml";
  adapter.version = "1";
  adapter.summary =
      "legs that FreeSWITCH mod_xml_cdr wrote: files, files put together, cdr= bodies";
  adapter.detect = [](std::string_view bytes, std::string_view) -> Detection {
    const XmlHead head = xml_head(head_of(bytes));
    const auto has = [&head](std::string_view name) {
      return std::find(head.names.begin(), head.names.end(), name) != head.names.end();
    };
    if (!has("cdr") || !(has("variables") || has("channel_data"))) return {};
    return {0.95, "an XML element cdr with channel_data or variables, as mod_xml_cdr writes it"};
  };
  adapter.read = [](const AdapterInput& input) -> Result<CallText> {
    std::string_view bytes = input.bytes;
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    return XmlReader{input}.read(bytes);
  };
  return adapter;
}

CallAdapter freeswitch_json_adapter() {
  CallAdapter adapter;
  adapter.id = "freeswitch_json";
  adapter.version = "1";
  adapter.summary = "legs that FreeSWITCH mod_json_cdr wrote: one, an array, or one after another";
  adapter.detect = [](std::string_view bytes, std::string_view) -> Detection {
    const std::string head = head_of(bytes);
    if (!head.starts_with("{") && !head.starts_with("[")) return {};
    const auto has = [&head](std::string_view name) {
      return head.find(name) != std::string::npos;
    };
    if (!has("\"variables\"") ||
        !(has("\"core-uuid\"") || has("\"channel_data\"") || has("\"callflow\"")))
      return {};
    return {0.95,
            "JSON with variables beside core-uuid, channel_data or callflow, as mod_json_cdr "
            "writes it"};
  };
  adapter.read = [](const AdapterInput& input) -> Result<CallText> {
    PALERMO_TRY(const std::string_view text, check_text(input.bytes));
    return JsonReader{input}.read(text);
  };
  return adapter;
}

}  // namespace palermo::ingest
