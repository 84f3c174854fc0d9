// What a catalogue file must be, row by row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "analysis/criteria/catalogue.hpp"
#include "analysis/criteria/facts.hpp"
#include "analysis/criteria/instrument.hpp"
#include "analysis/criteria/textproto.hpp"
#include "core/base/text.hpp"

namespace palermo::criteria {
namespace {

using V = google::protobuf::Value;

constexpr std::array kForms = {"basic", "aggravated", "organisation", "preparatory"};
constexpr std::array kConfidences = {"verified", "secondary", "memory"};
constexpr std::array kExclusions = {"humanitarian", "family", "rescue"};

template <std::size_t N>
bool one_of(const std::string& word, const std::array<const char*, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Checker {
 public:
  Checker(const TextProto& text, const v1::OffenceCatalogue& data) : text_{text}, data_{data} {
    if (auto trees = Instruments::builtin()) elements_ = trees->ids();
  }

  std::vector<v1::DataProblem> run() {
    if (data_.version().empty()) say(0, "", "the catalogue has no version", "add version: \"1\"");
    for (int i = 0; i < data_.rows_size(); ++i) {
      row_ = &data_.rows(i);
      line_ = text_.line_of(data_, "rows", i);
      names();
      penalty();
      source();
      dates();
      links();
    }
    versions();
    return std::move(problems_);
  }

 private:
  void say(std::uint32_t line, const std::string& row, std::string what, std::string next) {
    v1::DataProblem& problem = problems_.emplace_back();
    problem.set_line(line);
    problem.set_row(core::printable(row, 60));
    problem.set_text(std::move(what));
    problem.set_next(std::move(next));
  }
  void wrong(std::string what, std::string next = "") {
    say(line_, row_->id(), std::move(what), std::move(next));
  }

  void names() {
    const v1::Law& law = row_->law();
    if (row_->id().empty()) wrong("the row has no id");
    if (row_->id().size() > 80) wrong("the id is longer than 80 bytes");
    if (!is_state_code(law.state()))
      wrong(fmt::format("law.state '{}' is no ISO 3166-1 alpha-2 code",
                        core::printable(law.state(), 20)));
    if (law.provision().empty()) wrong("law.provision is empty: which article?");
    if (row_->label().empty()) wrong("label is empty: what does the provision punish?");
    if (!one_of(law.form(), kForms))
      wrong(fmt::format("law.form '{}' is unknown", core::printable(law.form(), 30)),
            "use basic, aggravated, organisation or preparatory");
    for (const std::string& word : row_->elements().excluded())
      if (!one_of(word, kExclusions))
        wrong(fmt::format("elements.excluded '{}' is unknown", core::printable(word, 30)),
              "use humanitarian, family or rescue");
    if (!row_->text_quote().empty() && row_->language().size() != 2)
      wrong("text_quote needs its language", "add language: \"de\" (ISO 639-1)");
  }

  void penalty() {
    const v1::Law& law = row_->law();
    double most = 1e9;
    if (law.has_max_years()) {
      if (law.max_years().kind_case() == V::kNumberValue) {
        most = law.max_years().number_value();
        if (!std::isfinite(most) || most <= 0 || most > 200)
          wrong(fmt::format("law.max_years is {}: a maximum is a number of years above 0", most),
                "leave it out when the maximum is not known");
      } else if (law.max_years().kind_case() != V::kStringValue ||
                 law.max_years().string_value() != "LIFE") {
        wrong("law.max_years is neither a number of years nor \"LIFE\"");
      }
    }
    if (row_->has_min_years() &&
        (!std::isfinite(row_->min_years()) || row_->min_years() < 0 || row_->min_years() > most))
      wrong("min_years is negative or above the maximum");
  }

  void source() {
    if (!one_of(row_->confidence(), kConfidences))
      wrong(fmt::format("confidence '{}' is unknown", core::printable(row_->confidence(), 30)),
            "use verified, secondary or memory");
    if (row_->law().source().empty() && row_->confidence() != "memory")
      wrong("law.source is empty: where was this read?",
            "name the text; a row without a source can only be confidence: \"memory\", which no "
            "assessment rests on");
  }

  void day(const char* field, const std::string& text, bool required = false) {
    if (text.empty() ? required : !core::parse_day(text))
      wrong(text.empty() ? fmt::format("{} is empty", field)
                         : fmt::format("{} '{}' is no date", field, core::printable(text, 30)),
            "write the date as 2024-02-27; leave a bound out when it is not known");
  }
  void order(const char* what, const std::string& from, const std::string& to) {
    const auto a = core::parse_day(from), b = core::parse_day(to);
    if (a && b && *b < *a) wrong(fmt::format("{}: {} lies after {}", what, from, to));
  }

  void dates() {
    const v1::Law& law = row_->law();
    day("law.in_force_from", law.in_force_from());
    day("law.in_force_to", law.in_force_to());
    day("certain_from", row_->certain_from());
    day("certain_to", row_->certain_to());
    day("source_date", row_->source_date());
    day("known_from", row_->known_from(), true);
    day("known_to", row_->known_to());
    order("law.in_force_from and in_force_to", law.in_force_from(), law.in_force_to());
    order("certain_from and certain_to", row_->certain_from(), row_->certain_to());
    order("law.in_force_from and certain_from", law.in_force_from(), row_->certain_from());
    order("certain_to and law.in_force_to", row_->certain_to(), law.in_force_to());
    order("known_from and known_to", row_->known_from(), row_->known_to());
  }

  [[nodiscard]] const v1::CatalogueRow* named(const std::string& id) const {
    for (const v1::CatalogueRow& row : data_.rows())
      if (row.id() == id) return &row;
    return nullptr;
  }

  void links() {
    for (const std::string& element : row_->law().implements())
      if (std::find(elements_.begin(), elements_.end(), element) == elements_.end()) {
        const std::string near = core::nearest_word(element, elements_);
        wrong(fmt::format("law.implements: there is no element '{}'", core::printable(element, 60)),
              near.empty() ? "`palermo assess` lists the elements"
                           : fmt::format("did you mean {}?", near));
      }
    if (!row_->parent_id().empty()) {
      const v1::CatalogueRow* parent = named(row_->parent_id());
      if (parent == nullptr || parent == row_)
        wrong(
            fmt::format("parent_id '{}' is no other row", core::printable(row_->parent_id(), 60)));
      else if (parent->law().state() != row_->law().state())
        wrong("parent_id names a row of another State");
    }
    for (const std::string& id : row_->succeeded_by()) {
      const v1::CatalogueRow* next = named(id);
      if (next == nullptr || id == row_->id())
        wrong(fmt::format("succeeded_by '{}' is no other row", core::printable(id, 60)));
      else if (next->law().state() != row_->law().state())
        wrong("succeeded_by names a row of another State");
    }
  }

  /// Two versions of one row are never known on the same day.
  void versions() {
    std::map<std::string, std::vector<int>> by_id;
    for (int i = 0; i < data_.rows_size(); ++i)
      if (!data_.rows(i).id().empty()) by_id[data_.rows(i).id()].push_back(i);
    for (const auto& [id, at] : by_id)
      for (std::size_t i = 1; i < at.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const v1::CatalogueRow &a = data_.rows(at[j]), &b = data_.rows(at[i]);
          const auto a_to = core::parse_day(a.known_to()), b_to = core::parse_day(b.known_to());
          const auto a_from = core::parse_day(a.known_from()),
                     b_from = core::parse_day(b.known_from());
          const bool apart =
              (a_to && b_from && *a_to < *b_from) || (b_to && a_from && *b_to < *a_from);
          if (apart) continue;
          say(text_.line_of(data_, "rows", at[i]), id,
              fmt::format("the id stands on line {} as well, for the same time",
                          text_.line_of(data_, "rows", at[j])),
              "give the replaced version a known_to before the new version's known_from");
        }
  }

  const TextProto& text_;
  const v1::OffenceCatalogue& data_;
  std::vector<std::string> elements_;
  std::vector<v1::DataProblem> problems_;
  const v1::CatalogueRow* row_ = nullptr;
  std::uint32_t line_ = 0;
};

}  // namespace

std::vector<v1::DataProblem> check_catalogue(std::string_view text, v1::OffenceCatalogue* out) {
  v1::OffenceCatalogue mine;
  v1::OffenceCatalogue& data = out == nullptr ? mine : *out;
  TextProto parser;
  if (!parser.parse(text, data)) {
    v1::DataProblem problem;
    problem.set_line(parser.error_line);
    problem.set_text(
        fmt::format("column {}: {}", parser.error_column, core::printable(parser.error, 160)));
    problem.set_next(
        "write rows as in data/catalogue/offences.textproto (docs/formats/catalogue.md)");
    return {problem};
  }
  return Checker{parser, data}.run();
}

}  // namespace palermo::criteria
