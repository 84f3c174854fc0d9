#include "simulation/cast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace palermo::simulation {
namespace {

constexpr std::array<std::string_view, 16> kBegin = {
    "Va", "Te", "Lo", "Mi", "Zo", "Ka", "Re", "Su", "Do", "Ni", "Fa", "Ju", "Or", "Be", "Ta", "Yu"};
constexpr std::array<std::string_view, 14> kMiddle = {"rvo", "lmi", "ndo", "ska", "vek",
                                                      "ran", "tis", "bor", "len", "mak",
                                                      "qua", "zil", "pho", "gru"};
constexpr std::array<std::string_view, 10> kEnd = {"n",  "r", "to", "sh", "l",
                                                   "vi", "d", "mo", "x",  "ke"};
constexpr std::array<std::string_view, 8> kNationalities = {"SY", "AF", "BD", "TN",
                                                            "EG", "PK", "IQ", "TR"};

class Names {
 public:
  explicit Names(Random& random) : random_{random} {}
  std::string next() {
    while (true) {
      const std::string name = word() + " " + word();
      if (seen_.insert(name).second) return name;
    }
  }
  /// Letters and digits without look-alikes.
  std::string pseudonym(std::string_view prefix) {
    constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string out{prefix};
    for (int i = 0; i < 7; ++i) {
      if (i == 4) out += '-';
      out += kAlphabet[static_cast<std::size_t>(random_.below(kAlphabet.size()))];
    }
    return out;
  }

 private:
  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& from) {
    return from[static_cast<std::size_t>(random_.below(N))];
  }
  std::string word() {
    std::string out{pick(kBegin)};
    out += pick(kMiddle);
    out += pick(kEnd);
    return out;
  }
  Random& random_;
  std::set<std::string> seen_;
};

class PhoneShop {
 public:
  explicit PhoneShop(Random& random) {
    for (int i = 0; i < 1000; ++i) suffixes_.push_back(i);
    random.shuffle(suffixes_);
  }
  Phone sell(int from_day, int to_day, std::string imei = {}) {
    Phone phone;
    phone.suffix = suffixes_.at(sold_++);
    phone.number = fmt::format("+447700900{:03}", phone.suffix);
    phone.imsi = fmt::format("00101{:010}", 100'000 + phone.suffix * 37);
    phone.from_day = from_day;
    phone.to_day = to_day;
    if (imei.empty()) imei = new_imei();
    phone.handsets.emplace_back(from_day, std::move(imei));
    return phone;
  }
  std::string new_imei() { return make_imei(100'000 + 17 * handsets_++); }

 private:
  std::vector<int> suffixes_;
  std::size_t sold_ = 0;
  std::uint32_t handsets_ = 1;
};

Person member(std::string role, Cell cell) {
  Person person;
  person.category = "suspect";
  person.role = std::move(role);
  person.cell = cell;
  person.home = cell;
  return person;
}

Person other(std::string category, std::string role, Cell home) {
  Person person;
  person.category = std::move(category);
  person.role = std::move(role);
  person.home = home;
  return person;
}

}  // namespace

std::string_view state_of(Cell cell) {
  constexpr std::array<std::string_view, 4> kStates = {"IT", "CH", "DE", ""};
  return kStates[static_cast<std::size_t>(cell)];
}

const std::string& Phone::imei_on(int day) const {
  std::size_t current = 0;
  for (std::size_t i = 1; i < handsets.size(); ++i)
    if (handsets[i].first <= day) current = i;
  return handsets[current].second;
}

std::size_t Cast::index_of(std::string_view role) const {
  return static_cast<std::size_t>(
      std::find_if(persons.begin(), persons.end(),
                   [role](const Person& person) { return person.role == role; }) -
      persons.begin());
}

const Person& Cast::by_role(std::string_view role) const { return persons.at(index_of(role)); }

std::vector<std::size_t> Cast::of_category(std::string_view category) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < persons.size(); ++i)
    if (persons[i].category == category) found.push_back(i);
  return found;
}

std::string make_imei(std::uint32_t serial) {
  std::string digits = fmt::format("00440100{:06}", serial % 1'000'000);
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  digits += static_cast<char>('0' + (10 - sum % 10) % 10);
  return digits;
}

Cast make_cast(std::uint64_t seed, std::uint32_t persons) {
  Random random{seed, 1};
  Names names{random};
  PhoneShop shop{random};
  Cast cast;
  std::vector<Person>& all = cast.persons;

  all.push_back(member("organiser", Cell::Ch));
  for (const Cell cell : {Cell::It, Cell::Ch, Cell::De}) {
    const std::string prefix{state_of(cell)};
    for (const std::string_view role :
         {"coordinator", "driver 1", "driver 2", "recruiter", "safe-house keeper"})
      all.push_back(member(fmt::format("{} {}", prefix, role), cell));
  }
  all.push_back(member("document forger", Cell::It));
  all.push_back(member("money mover", Cell::De));
  all.push_back(member("man on the blue van", Cell::It));  // may be IT driver 2: left unresolved

  // What is fixed beside the members; the rest of --persons is shared out below.
  constexpr std::uint32_t kFixed = 30;
  const std::uint32_t rest = persons - kFixed;
  const std::uint32_t migrants =
      std::max<std::uint32_t>(6, std::min<std::uint32_t>(rest * 2 / 3, 20 + rest / 5));
  const std::uint32_t customers = std::max<std::uint32_t>(1, rest * 2 / 15);
  const std::uint32_t contacts = rest - migrants - customers;

  for (std::uint32_t i = 0; i < migrants; ++i) {
    Person person =
        other("smuggled_migrant", fmt::format("migrant {}", i + 1), static_cast<Cell>(i % 3));
    person.minor = i % 7 == 2;
    person.nationality =
        kNationalities[static_cast<std::size_t>(random.below(kNationalities.size()))];
    all.push_back(person);
  }
  for (int i = 0; i < 2; ++i) {
    Person person = other("victim", fmt::format("victim {}", i + 1), Cell::De);
    person.nationality =
        kNationalities[static_cast<std::size_t>(random.below(kNationalities.size()))];
    all.push_back(person);
  }
  for (int i = 0; i < 3; ++i)
    all.push_back(other("witness", fmt::format("witness {}", i + 1), static_cast<Cell>(i)));
  all.push_back(other("undercover_officer", "undercover officer", Cell::De));
  all.push_back(other("informant", "informant", Cell::It));
  all.push_back(other("official", "border official", Cell::It));
  all.push_back(other("service_provider", "taxi driver", Cell::Ch));
  all.push_back(other("service_provider", "landlord", Cell::De));
  all.push_back(other("legal_person", "taxi firm", Cell::Ch));
  for (std::uint32_t i = 0; i < customers; ++i)
    all.push_back(other("customer", fmt::format("customer {}", i + 1), static_cast<Cell>(i % 3)));
  for (std::uint32_t i = 0; i < contacts; ++i)
    all.push_back(other("unknown", fmt::format("contact {}", i + 1), static_cast<Cell>(i % 3)));

  const auto give = [&](Person& person, Phone phone) {
    person.phones.push_back(static_cast<int>(cast.phones.size()));
    cast.phones.push_back(std::move(phone));
  };
  int accounts = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Person& person = all[i];
    person.id = fmt::format("P{:02}", i + 1);
    if (person.category == "undercover_officer") {
      person.name = names.pseudonym("UCO-");
    } else if (person.category == "informant") {
      person.name = names.pseudonym("INF-");
    } else if (person.category == "legal_person") {
      person.name = names.next() + " Taxi";
    } else if (person.role == "man on the blue van") {
      person.name = "unidentified man on the blue van";
    } else {
      person.name = names.next();
    }
    if (person.category == "suspect") person.account = fmt::format("HL-{:02}", ++accounts);

    const bool driver =
        person.role.find("driver") != std::string::npos && person.cell != Cell::None;
    if (driver && person.role.ends_with("1")) {
      // New SIM and number in the same handset on day 46.
      Phone first = shop.sell(0, 45);
      const std::string imei = first.handsets.front().second;
      give(person, std::move(first));
      give(person, shop.sell(46, kDays - 1, imei));
    } else if (driver) {
      // The same SIM in a new handset on day 60.
      Phone phone = shop.sell(0, kDays - 1);
      phone.handsets.emplace_back(60, shop.new_imei());
      give(person, std::move(phone));
    } else {
      give(person, shop.sell(0, kDays - 1));
    }
    const bool second = person.role == "organiser" || person.role == "money mover" ||
                        (person.cell != Cell::None && person.role.ends_with("coordinator"));
    if (second) give(person, shop.sell(0, kDays - 1));
  }
  return cast;
}

}  // namespace palermo::simulation
