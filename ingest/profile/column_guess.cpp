#include "ingest/profile/column_guess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "core/base/time.hpp"
#include "ingest/calls/time_pattern.hpp"
#include "ingest/identifiers.hpp"
#include "ingest/profile/profile.hpp"

namespace palermo::ingest {
namespace {

using v1::MappedColumn;

struct HeaderWords {
  MappedColumn::Role role;
  std::vector<std::string_view> words;
};

/// Words of headers: English, German, Italian, French, Spanish, Portuguese, Dutch. The more telling
/// ones first; a header is compared in lower case, and a word counts where it stands inside.
const std::vector<HeaderWords>& header_words() {
  static const std::vector<HeaderWords> kWords = {
      {MappedColumn::FORWARDED_TO,
       {"forward", "weiterleit", "umleit", "inoltr", "deviat", "renvoi", "desvi", "doorgeschak",
        "call fow"}},
      {MappedColumn::B_NUMBER,
       {"b number",      "b-number", "b_number",      "bnumber",      "b party",
        "b-party",       "called",   "callee",        "destination",  "dialed",
        "dialled",       "other",    "gerufen",       "angerufen",    "gegenstelle",
        "ziel",          "partner",  "chiamato",      "destinatario", "corrispondente",
        "appel\xC3\xA9", "appele",   "correspondant", "destinataire", "llamado",
        "destino",       "chamado",  "gebelde",       "terminating",  "recipient",
        "to number",     "receiver"}},
      {MappedColumn::A_NUMBER,
       {"a number", "a-number", "a_number",      "anumber",    "a party",     "a-party",
        "calling",  "caller",   "source",        "target",     "originating", "msisdn",
        "anrufer",  "rufend",   "anschluss",     "zielnummer", "teilnehmer",  "chiamante",
        "utenza",   "appelant", "abonn\xC3\xA9", "llamante",   "origen",      "origem",
        "chamador", "beller",   "from number",   "line",       "subscriber",  "phone",
        "numero",   "nummer",   "number",        "telefon"}},
      {MappedColumn::IMEI, {"imei"}},
      {MappedColumn::IMSI, {"imsi"}},
      {MappedColumn::LAST_CELL,
       {"last cell", "last cgi", "end cell", "letzte zelle", "ultima cella"}},
      {MappedColumn::CELL,
       {"cell", "cgi", "ecgi", "zelle", "funkzelle", "cella", "cellule", "celda", "c\xC3\xA9lula",
        "antenna", "antenne", "bts", "site", "mast"}},
      {MappedColumn::DURATION,
       {"duration", "dur", "dauer", "durata",
        "dur\xC3\xA9"
        "e",
        "duree", "duraci", "dura\xC3\xA7", "duur", "seconds", "secs", "billsec", "length",
        "elapsed"}},
      {MappedColumn::DIRECTION,
       {"direction", "richtung", "direzione", "sens", "sentido", "direcci", "richting", "in/out",
        "call type", "call_type", "dir"}},
      {MappedColumn::KIND,
       {"service", "type", "typ", "art", "tipo", "dienst", "servizio", "kind", "event"}},
      {MappedColumn::ANSWERED,
       {"disposition", "status", "answered", "result", "esito", "ergebnis", "estado"}},
      {MappedColumn::END, {"end", "ende", "fine", "fin", "termination", "stop", "einde"}},
      {MappedColumn::ROAMING, {"roam", "visited", "network", "netz", "rete"}},
      {MappedColumn::LATITUDE_LONGITUDE,
       {"lat/long", "lat/lon", "latlong", "coordinate", "position"}},
      {MappedColumn::LATITUDE, {"latitude", "breite", "latitudine", "latitud", "lat"}},
      {MappedColumn::LONGITUDE,
       {"longitude", "l\xC3\xA4nge", "longitudine", "longitud", "long", "lon"}},
      {MappedColumn::AZIMUTH, {"azimuth", "azimut", "beam", "hauptstrahl"}},
      {MappedColumn::TIME_ZONE, {"time zone", "timezone", "zeitzone", "utc offset", "fuso"}},
  };
  return kWords;
}

bool digits_only(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> filled(const SampleColumn& column) {
  std::vector<std::string> values;
  for (const std::string& value : column.values)
    if (!value.empty() && value != "-" && value != "---" && value != "NA" && value != "null")
      values.emplace_back(without_marks(value));
  return values;
}

template <typename Fits>
double share(const std::vector<std::string>& values, Fits fits) {
  if (values.empty()) return 0;
  return static_cast<double>(std::count_if(values.begin(), values.end(), fits)) /
         static_cast<double>(values.size());
}

bool plausible(const CivilTime& time) {
  // Call records are of this age: 1985 to 2100.
  return !time.has_date || (time.days > 5'000 && time.days < 47'500);
}

bool all_fit(const std::string& text, const std::vector<std::string>& values) {
  const auto pattern = TimePattern::compile(text);
  if (!pattern) return false;
  // One value in fifty may be spoilt; it becomes a reject and is counted.
  const double fitting = share(values, [&](const std::string& value) {
    const auto time = pattern->read(value);
    return time && plausible(*time);
  });
  return fitting >= 0.98;
}

const std::vector<std::string>& date_patterns() {
  static const std::vector<std::string> kDates = {
      "%Y-%m-%d",   "%Y/%m/%d",   "%Y.%m.%d",   "%Y%m%d",     "%d.%m.%Y",   "%d/%m/%Y",
      "%m/%d/%Y",   "%d-%m-%Y",   "%m-%d-%Y",   "%d.%m.%y",   "%d/%m/%y",   "%m/%d/%y",
      "%d-%m-%y",   "%m-%d-%y",   "%-d.%-m.%Y", "%-d/%-m/%Y", "%-m/%-d/%Y", "%-d-%-m-%Y",
      "%-m-%-d-%Y", "%-d.%-m.%y", "%-d/%-m/%y", "%-m/%-d/%y", "%Y/%-m/%-d", "%-d-%b-%Y",
      "%-d-%b-%y",  "%-d %b %Y",  "%b %-d, %Y", "%b %-d %Y",  "%-d/%b/%Y"};
  return kDates;
}
const std::vector<std::string>& clock_patterns() {
  static const std::vector<std::string> kClocks = {
      "%H:%M:%S",    "%H:%M:%S%f", "%H:%M",    "%-H:%M:%S", "%-H:%M", "%-I:%M:%S %p", "%-I:%M %p",
      "%-I:%M:%S%p", "%-I:%M%p",   "%H.%M.%S", "%-H.%M.%S", "%H%M%S", "%-H:%-M:%-S",  "%n"};
  return kClocks;
}

/// Patterns that fit, where a strict one makes its looser brothers needless.
std::vector<std::string> fitting(const std::vector<std::string>& candidates,
                                 const std::vector<std::string>& values) {
  std::vector<std::string> found;
  std::set<std::string> meanings;
  for (const std::string& text : candidates) {
    if (!all_fit(text, values)) continue;
    std::string meaning;
    for (const char c : text)
      if (c != '-' || meaning.empty() || meaning.back() != '%') meaning += c;
    if (meaning.ends_with("%f")) meaning.resize(meaning.size() - 2);
    if (meanings.insert(meaning).second) found.push_back(text);
  }
  return found;
}

std::vector<std::string> joined_patterns(const std::vector<std::string>& values) {
  std::vector<std::string> candidates;
  for (const std::string& date : date_patterns())
    for (const char* between : {" ", "T", ", ", "  "})
      for (const std::string& clock : clock_patterns())
        for (const char* zone : {"", "%Z", " %Z"}) {
          if (clock == "%n") continue;
          candidates.push_back(date + between + clock + zone);
        }
  candidates.emplace_back("%Y%m%d%H%M%S");
  candidates.emplace_back("%Y%m%d%H%M%S%Z");
  // Most candidates fail at the first value; the rest are asked about all.
  std::erase_if(candidates, [&](const std::string& text) {
    const auto pattern = TimePattern::compile(text);
    if (!pattern) return true;
    std::size_t bad = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(values.size(), 8); ++i)
      if (!pattern->read(values[i])) ++bad;
    return bad > 1 || bad == values.size();
  });
  return fitting(candidates, values);
}

}  // namespace

bool has_check_digit(std::string_view digits) {
  if (digits.size() != 15 || !digits_only(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    int digit = digits[i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

TimeGuess guess_times(const SampleColumn& column) {
  TimeGuess guess;
  const std::vector<std::string> values = filled(column);
  if (values.empty()) return guess;
  if (const double digits = share(values, [](const std::string& v) { return digits_only(v); });
      digits > 0.98) {
    struct Epoch {
      const char* pattern;
      std::size_t digits;
      const char* unit;
    };
    for (const Epoch epoch : {Epoch{"%s", 10, "seconds"}, Epoch{"%J", 13, "milliseconds"},
                              Epoch{"%U", 16, "microseconds"}}) {
      const double fits =
          share(values, [&](const std::string& v) { return v.size() == epoch.digits; });
      if (fits < 0.98 || !all_fit(epoch.pattern, values)) continue;
      // Telephone numbers have ten digits too; times of one file are close together.
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      if (low->substr(0, 2) != high->substr(0, 2)) continue;
      return {MappedColumn::DATE_TIME,
              {epoch.pattern},
              true,
              fmt::format("numbers of {} digits that are {} since 1970", epoch.digits, epoch.unit)};
    }
  }
  const bool serial = share(values, [](const std::string& v) {
                        const std::size_t point = v.find_first_of(".,");
                        return point == 5 && v.size() > 6 && v[0] >= '2' && v[0] <= '6';
                      }) > 0.98;
  if (serial && all_fit("%x", values))
    return {MappedColumn::DATE_TIME,
            {"%x"},
            false,
            "a spreadsheet's number of days; counted from 1900, which the file does not say"};
  guess.patterns = joined_patterns(values);
  guess.role = MappedColumn::DATE_TIME;
  if (guess.patterns.empty()) {
    guess.patterns = fitting(date_patterns(), values);
    guess.role = MappedColumn::DATE;
  }
  if (guess.patterns.empty()) {
    std::vector<std::string> clocks = clock_patterns();
    // Digits alone may be anything; a header must say that they are a time.
    std::erase_if(clocks, [](const std::string& text) { return text == "%n" || text == "%H%M%S"; });
    guess.patterns = fitting(clocks, values);
    guess.role = MappedColumn::TIME;
    const std::string name = folded(column.name);
    const bool called_time =
        name.find("time") != std::string::npos || name.find("zeit") != std::string::npos ||
        name.find("ora") != std::string::npos || name.find("heure") != std::string::npos ||
        name.find("hora") != std::string::npos || name.find("clock") != std::string::npos;
    if (guess.patterns.empty() && called_time) guess.patterns = fitting({"%H%M%S", "%n"}, values);
    if (guess.patterns.size() > 1) guess.patterns.resize(1);
  }
  if (guess.patterns.empty()) {
    guess.role = MappedColumn::ROLE_UNSPECIFIED;
    return guess;
  }
  guess.zoned = guess.patterns.front().find("%Z") != std::string::npos;
  guess.why = guess.patterns.size() == 1
                  ? fmt::format("all of {} values fit", values.size())
                  : fmt::format("{} values fit more than one reading", values.size());
  return guess;
}

std::vector<RoleGuess> guess_roles(const SampleColumn& column) {
  std::vector<RoleGuess> guesses;
  const auto add = [&](MappedColumn::Role role, int points, const std::string& why) {
    const auto known = std::find_if(guesses.begin(), guesses.end(),
                                    [&](const RoleGuess& each) { return each.role == role; });
    if (known == guesses.end()) {
      guesses.push_back({role, points, why});
    } else {
      known->points += points;
      known->why += "; " + why;
    }
  };
  const std::string name = folded(column.name);
  for (const HeaderWords& known : header_words()) {
    for (std::size_t i = 0; i < known.words.size(); ++i) {
      const std::string_view word = known.words[i];
      const std::size_t at = name.find(word);
      if (at == std::string::npos) continue;
      // A short word must stand alone: "to" is not in "total".
      const auto letter = [&](std::size_t p) {
        return p < name.size() && ((name[p] >= 'a' && name[p] <= 'z') || (name[p] & 0x80) != 0);
      };
      if (word.size() <= 4 && ((at > 0 && letter(at - 1)) || letter(at + word.size()))) continue;
      add(known.role, i < known.words.size() / 2 + 1 ? 6 : 4,
          fmt::format("its header holds '{}'", word));
      break;
    }
  }
  const std::vector<std::string> values = filled(column);
  if (values.empty()) return guesses;
  const std::set<std::string> distinct(values.begin(), values.end());
  const double fifteen =
      share(values, [](const std::string& v) { return v.size() == 15 && digits_only(v); });
  const double checked = share(values, [](const std::string& v) { return has_check_digit(v); });
  const double device = share(values, [](const std::string& v) {
    return v.size() >= 14 && v.size() <= 16 && digits_only(v);
  });
  if (fifteen > 0.9 && checked > 0.9) {
    add(MappedColumn::IMEI, 6, "15 digits whose check digit is right");
  } else if (fifteen > 0.9) {
    add(MappedColumn::IMSI, 5, "15 digits without an IMEI's check digit");
  } else if (device > 0.9) {
    add(MappedColumn::IMEI, 3, "14 to 16 digits");
  }
  const double numbers = share(values, [](const std::string& v) {
    const auto read = read_number(v, "");
    std::size_t digits = 0;
    for (const char c : v)
      if (c >= '0' && c <= '9') ++digits;
    return (read.kind == "msisdn" && digits >= 7 && digits <= 15) || read.kind == "short_code" ||
           read.kind == "account";
  });
  if (numbers > 0.6 && fifteen < 0.5) {
    add(MappedColumn::A_NUMBER, 3, "its values look like telephone numbers");
    add(MappedColumn::B_NUMBER, 3, "its values look like telephone numbers");
  }
  const double seconds = share(values, [](const std::string& v) {
    return v.size() <= 5 && (digits_only(v) || (v[0] == '-' && digits_only(v.substr(1))));
  });
  if (seconds > 0.95) add(MappedColumn::DURATION, 2, "small whole numbers");
  const double clocks = share(values, [](const std::string& v) {
    return v.find(':') != std::string::npos &&
           v.find_first_not_of("0123456789:") == std::string::npos;
  });
  if (clocks > 0.95) add(MappedColumn::DURATION, 2, "MM:SS or HH:MM:SS");
  const double cells = share(values, [](const std::string& v) {
    return std::count(v.begin(), v.end(), '-') >= 2 &&
           v.find_first_not_of("0123456789-ABCDEFabcdef") == std::string::npos && v.size() >= 8;
  });
  if (cells > 0.6 && guess_times(column).role == MappedColumn::ROLE_UNSPECIFIED)
    add(MappedColumn::CELL, 4, "numbers between dashes, as MCC-MNC-LAC-CI");
  if (distinct.size() <= 24) {
    std::size_t directions = 0;
    std::size_t kinds = 0;
    for (const std::string& value : distinct) {
      const v1::MappedWord word = guess_word(value);
      if (word.direction() != v1::MappedWord::DIRECTION_UNSPECIFIED) ++directions;
      if (word.kind() != v1::CALL_KIND_UNSPECIFIED) ++kinds;
    }
    if (directions * 2 >= distinct.size() && directions > 0)
      add(MappedColumn::DIRECTION, 7, "its values are words for incoming and outgoing");
    else if (kinds * 2 >= distinct.size() && kinds > 0)
      add(MappedColumn::KIND, 6, "its values are words for kinds of use");
  }
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const RoleGuess& a, const RoleGuess& b) { return a.points > b.points; });
  return guesses;
}

v1::MappedWord guess_word(std::string_view text) {
  static constexpr std::string_view kIn[] = {
      "in",       "incoming", "mt",       "mtc",      "terminating", "eingehend",
      "kommend",  "entrante", "entrant",  "entrata",  "entrada",     "ricevuta",
      "recibida", "recebida", "inkomend", "received", "terminated",  "mterminating",
      "inbound",  "ein",      "smt",      "smsmt",    "smmt",        "ptc"};
  static constexpr std::string_view kOut[] = {
      "out",      "outgoing", "mo",         "moc",          "originating", "ausgehend", "gehend",
      "uscente",  "sortant",  "uscita",     "saida",        "effettuata",  "realizada", "saliente",
      "uitgaand", "sent",     "originated", "moriginating", "outbound",    "aus",       "smo",
      "smsmo",    "smmo",     "poc",        "dialed",       "dialled"};
  v1::MappedWord word;
  word.set_word(std::string{text});
  std::vector<std::string> tokens{""};
  for (const char c : folded(text)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
    if (letter) {
      tokens.back() += c;
    } else if (!tokens.back().empty()) {
      tokens.emplace_back();
    }
  }
  for (const std::string& token : tokens) {
    const auto is = [&](std::string_view known) { return token == known; };
    if (std::any_of(std::begin(kIn), std::end(kIn), is)) word.set_direction(v1::MappedWord::IN);
    if (std::any_of(std::begin(kOut), std::end(kOut), is)) word.set_direction(v1::MappedWord::OUT);
    if (token == "voice" || token == "call" || token == "anruf" || token == "telefonie" ||
        token == "voz" || token == "voix" || token == "voce" || token == "chiamata" ||
        token == "appel" || token == "llamada" || token == "chamada" || token == "moc" ||
        token == "mtc")
      word.set_kind(v1::CALL);
    if (token == "sms" || token == "text" || token == "smt" || token == "smo" || token == "smmo" ||
        token == "smmt" || token == "smsmt" || token == "smsmo")
      word.set_kind(v1::SMS);
    if (token == "mms") word.set_kind(v1::MMS);
    if (token == "data" || token == "gprs" || token == "internet" || token == "daten" ||
        token == "dati" || token == "datos")
      word.set_kind(v1::DATA);
    if (token == "forwarded" || token == "forward" || token == "forw" || token == "cf")
      word.set_forwarded(true);
    if (token == "missed" || token == "busy" || token == "failed" || token == "unanswered" ||
        token == "noanswer")
      word.set_not_answered(true);
  }
  if (folded(text).find("no answer") != std::string::npos) word.set_not_answered(true);
  return word;
}

}  // namespace palermo::ingest
