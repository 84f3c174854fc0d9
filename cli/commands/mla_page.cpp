#include "cli/commands/mla_page.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

#include "core/base/text.hpp"
#include "report/html.hpp"

namespace palermo::cli {
namespace {

constexpr std::size_t kLongest = 4000;  // characters of one imported line

constexpr const char* kHeader =
    "Draft for the competent authority. It is no request before that authority has completed and "
    "signed it (UNTOC art. 18(13)-(15)). It states facts and what they indicate, never that "
    "anybody is "
    "guilty.";
constexpr const char* kGroundsNote =
    "Reasonable grounds to suspect are enough: that the offence is transnational, also because "
    "victims, "
    "witnesses, proceeds, instrumentalities or evidence are in the requested State, and that it "
    "involves an organized criminal group (UNTOC art. 18(1)). Assessed on the statements of this "
    "draft "
    "and on nothing else; what speaks against an element goes along (art. 18(5), (19)).";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = text.find('\n', at);
    out.push_back(text.substr(at, end == std::string::npos ? end : end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return out;
}

std::string words(v1::Element::Outcome outcome) {
  return std::string{report::outcome_word(outcome)};
}

std::string verdict(const v1::MlaField& field) {
  if (field.complete()) return "complete";
  return field.required() ? "incomplete" : "incomplete, given where possible";
}

std::string bound(const v1::MlaDraft& draft) {
  return fmt::format("{} bound by the Convention{}: {}", draft.to(),
                     draft.as_of().empty() ? "" : " on " + draft.as_of(),
                     draft.grounds().requested_state_bound());
}

/// One writer of headings, paragraphs and lists; the draft's order stands in one place, render().
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void heading(const std::string& text) = 0;
  virtual void paragraph(const std::string& text) = 0;  // our words
  virtual void imported(const std::string& text) = 0;   // line by line
  virtual void item(const std::string& text) = 0;       // imported or ours, one line
};

class TextWriter : public Writer {
 public:
  void heading(const std::string& text) override {
    out += "\n" + core::printable(text, kLongest) + "\n" +
           std::string(std::min<std::size_t>(core::display_width(text), 100), '-') + "\n";
  }
  void paragraph(const std::string& text) override { line(text, 0); }
  void imported(const std::string& text) override {
    for (const std::string& each : lines_of(text)) line(each, 2);
  }
  void item(const std::string& text) override { line("- " + text, 2); }
  std::string out;

 private:
  void line(const std::string& text, std::size_t indent) {
    // wrapped() counts the indent of later lines only.
    out += std::string(indent, ' ') +
           core::wrapped(core::printable(text, kLongest), 100 - indent, indent) + "\n";
  }
};

class HtmlWriter : public Writer {
 public:
  void heading(const std::string& text) override {
    out += "<h2>" + report::plain(text) + "</h2>\n";
  }
  void paragraph(const std::string& text) override {
    out += "<p class=\"own\">" + report::plain(text) + "</p>\n";
  }
  void imported(const std::string& text) override {
    for (const std::string& each : lines_of(text)) out += "<p>" + report::plain(each) + "</p>\n";
  }
  void item(const std::string& text) override {
    out += "<p class=\"item\">" + report::plain(text) + "</p>\n";
  }
  std::string out;
};

void facts(Writer& to, const char* what,
           const google::protobuf::RepeatedPtrField<v1::MlaFact>& items) {
  for (const v1::MlaFact& fact : items)
    to.item(fmt::format("{}{}: {}{}{}", what, fact.statement_id(), fact.text(),
                        fact.grade().empty() ? "" : " [" + fact.grade() + "]",
                        fact.why().empty() ? "" : ", " + fact.why()));
}

void annex(Writer& to, const v1::MlaDraft& draft) {
  const v1::MlaGrounds& grounds = draft.grounds();
  to.heading("Annex: reasonable grounds (art. 18(1))");
  to.paragraph(kGroundsNote);
  to.paragraph(fmt::format("Mutual legal assistance: {}. {}. Persons who may count: {} to {}.",
                           words(grounds.gate().outcome()), bound(draft), grounds.persons().lo(),
                           grounds.persons().hi()));
  for (const std::string& line : grounds.gate().because()) to.item(line);
  for (const std::string& line : grounds.gate().missing()) to.item("open: " + line);
  for (const v1::MlaGround& ground : grounds.elements()) {
    to.paragraph(
        fmt::format("{} ({}): {}", ground.title(), ground.article(), words(ground.outcome())));
    facts(to, "", ground.supporting());
    facts(to, "against: ", ground.contrary());
    for (const std::string& line : ground.missing()) to.item("missing: " + line);
  }
  to.heading(fmt::format("Annex: located in {}", draft.to()));
  if (grounds.located().empty()) to.paragraph("Nothing is stated to be there.");
  for (const v1::MlaLocated& row : grounds.located())
    to.item(fmt::format("{} ({}): {}", row.what(), row.statement_id(), row.text()));
}

void render(Writer& to, const v1::MlaDraft& draft) {
  to.paragraph(kHeader);
  to.paragraph(
      fmt::format("From {} to {}. Prepared by {} at {}. Letters required by art. 18(15): {}.",
                  draft.from(), draft.to(), draft.prepared_by(), draft.prepared_at(),
                  draft.complete() ? "complete" : "incomplete"));
  for (const v1::MlaField& field : draft.fields()) {
    to.heading(fmt::format("({}) {}", field.id(), verdict(field)));
    to.paragraph(field.asks() + ".");
    if (!field.text().empty()) to.imported(field.text());
    for (const std::string& line : field.missing()) to.item("missing: " + line);
  }
  annex(to, draft);
  to.heading("What was left out");
  if (draft.withheld().empty()) to.paragraph("Nothing, quarantine aside.");
  for (const v1::MlaWithheld& row : draft.withheld())
    to.item(fmt::format("{} {} ({}): {}", row.count(),
                        row.count() == 1 ? "statement" : "statements", row.rule(), row.text()));
  for (const std::string& notice : draft.notices()) to.item("note: " + notice);
  to.paragraph(
      fmt::format("Rests on {} of {} statements, ledger checkpoint {} ({}), program {}, {}.",
                  draft.statements_used(), draft.statements_in_case(), draft.checkpoint_size(),
                  draft.checkpoint_root(), draft.software_version(), draft.instrument_version()));
}

}  // namespace

void seal(v1::MlaDraft& draft, const report::Names& names) {
  // Every string of the message, however deep: nothing that is added later can slip past.
  const std::function<void(google::protobuf::Message&)> walk = [&](google::protobuf::Message& m) {
    const auto* reflection = m.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    reflection->ListFields(m, &fields);
    for (const auto* field : fields) {
      using F = google::protobuf::FieldDescriptor;
      const int count = field->is_repeated() ? reflection->FieldSize(m, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (field->cpp_type() == F::CPPTYPE_MESSAGE) {
          walk(field->is_repeated() ? *reflection->MutableRepeatedMessage(&m, field, i)
                                    : *reflection->MutableMessage(&m, field));
        } else if (field->cpp_type() == F::CPPTYPE_STRING) {
          if (field->is_repeated())
            reflection->SetRepeatedString(&m, field, i,
                                          names.scrub(reflection->GetRepeatedString(m, field, i)));
          else
            reflection->SetString(&m, field, names.scrub(reflection->GetString(m, field)));
        }
      }
    }
  };
  walk(draft);
  draft.set_pseudonyms(static_cast<std::uint32_t>(names.sealed()));
}

std::string mla_plain(const v1::MlaDraft& draft) {
  TextWriter to;
  to.out = "DRAFT REQUEST FOR MUTUAL LEGAL ASSISTANCE\n\n";
  render(to, draft);
  return to.out;
}

std::string mla_html(const v1::MlaDraft& draft) {
  HtmlWriter to;
  render(to, draft);
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<title>Draft request for mutual legal assistance</title>\n<style>\n"
         "body{font:11pt/1.45 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem}\n"
         "h1{font-size:1.4rem}h2{font-size:1.1rem;border-bottom:1px solid #888;margin-top:1.6rem}\n"
         "p{margin:.35rem 0;overflow-wrap:anywhere}.own{color:#333}.item{padding-left:1.2rem}\n"
         "@page{size:A4;margin:20mm}h2{break-after:avoid}\n</style></head><body>\n"
         "<h1>Draft request for mutual legal assistance</h1>\n" +
         to.out + "</body></html>\n";
}

std::string mla_summary(const v1::MlaDraft& draft) {
  std::vector<std::vector<std::string>> rows{{"letter", "verdict", "what is missing"}};
  for (const v1::MlaField& field : draft.fields()) {
    std::string missing = field.missing().empty() ? "" : core::printable(field.missing(0), 60);
    if (field.missing_size() > 1) missing += fmt::format(" and {} more", field.missing_size() - 1);
    rows.push_back({fmt::format("18(15)({})", field.id()),
                    field.complete()   ? "complete"
                    : field.required() ? "incomplete"
                                       : "where possible",
                    missing});
  }
  std::string text =
      fmt::format("{} to {}: {}\n", core::printable(draft.file()), draft.to(),
                  draft.complete() ? "complete as to art. 18(15)" : "incomplete") +
      core::table(rows) +
      fmt::format(
          "  grounds       {} (art. 18(1)); {}\n  located there {}\n  rests on      {} of {} "
          "statements\n",
          words(draft.grounds().gate().outcome()), bound(draft), draft.grounds().located_size(),
          draft.statements_used(), draft.statements_in_case());
  for (const v1::MlaWithheld& row : draft.withheld())
    text += fmt::format("  left out      {} ({}): {}\n", row.count(), row.rule(), row.text());
  text += fmt::format("  SHA-256       {}\n  pseudonyms    {}; read before sending\n",
                      draft.sha256(), report::counted(draft.pseudonyms(), "person", "persons"));
  for (const std::string& notice : draft.notices())
    text += "  note          " + core::wrapped(core::printable(notice, 300), 84, 16) + "\n";
  return text;
}

std::string mla_list_text(const v1::MlaList& list) {
  if (list.drafts().empty()) return "No request was drafted in this case.\n";
  std::vector<std::vector<std::string>> rows{{"draft", "to", "at", "by", "statements", "purpose"}};
  for (const v1::MlaEntry& entry : list.drafts())
    rows.push_back({entry.draft_id(), entry.to(), entry.at(), core::printable(entry.by(), 16),
                    std::to_string(entry.objects()), core::printable(entry.purpose(), 20)});
  return core::table(rows) +
         "Drafts as the ledger recorded them; whether one was sent is not known here.\n";
}

}  // namespace palermo::cli
