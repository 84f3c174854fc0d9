#include "ingest/ber/ber_reader.hpp"

#include <random>

#include "ingest/ber/ber_values.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/ingest_calls/ber_encoder.hpp"

namespace {

using namespace palermo::ingest;
using namespace palermo::test::ber;

BerElement first(std::string_view bytes) {
  BerReader reader{bytes};
  auto element = reader.next();
  REQUIRE(element);
  REQUIRE(*element);
  return **element;
}

std::string refusal(std::string_view bytes) {
  BerReader reader{bytes};
  const auto element = reader.next();
  REQUIRE_FALSE(element);
  CHECK(element.error().code == palermo::core::ErrorCode::BadInput);
  return element.error().message;
}

/// Every element, and everything inside; counts the octets that it was shown.
std::size_t walk(BerReader reader) {
  std::size_t seen = 0;
  while (true) {
    const auto element = reader.next();
    if (!element || !*element) return seen;
    seen += 1 + (*element)->content.size();
    static_cast<void>(ber_octets(**element));
    if ((*element)->constructed) seen += walk(BerReader::inside(**element));
  }
}

}  // namespace

TEST_CASE("BER: tags of one to four octets, lengths short and long", "[ingest][ber]") {
  const BerElement small = first(field(3, "ab"));
  CHECK(small.context(3));
  CHECK(small.content == "ab");
  CHECK(small.size == 4);
  CHECK_FALSE(small.constructed);
  CHECK(first(item(127, "x")).application(127));
  CHECK(first(item(128, "x")).application(128));
  const std::string large(300, 'y');
  const std::string four = primitive(kContext, 2097151, large);
  CHECK(first(four).context(2097151));
  CHECK(first(four).content == large);
  CHECK(first(four).size == four.size());
  // A length may have more octets than it needs.
  CHECK(first(octets({0x83, 0x84, 0, 0, 0, 1, 'z'})).content == "z");
}

TEST_CASE("BER: indefinite lengths end at their own end", "[ingest][ber]") {
  const std::string inner =
      indefinite(kContext, 2, {field(1, std::string(2, '\0')), field(4, "q")});
  const std::string bytes = indefinite(kApplication, 400, {inner, field(5, "r")}) + field(9, "s");
  BerReader reader{bytes};
  const auto outer = reader.next();
  REQUIRE((outer && *outer));
  CHECK((*outer)->size == bytes.size() - 3);
  BerReader children = BerReader::inside(**outer);
  CHECK((*children.next())->content == join({field(1, std::string(2, '\0')), field(4, "q")}));
  CHECK((*children.next())->content == "r");
  CHECK_FALSE(*children.next());
  CHECK((*reader.next())->context(9));
  CHECK_FALSE(*reader.next());
  CHECK((*find_inside(**outer, BerClass::Context, 4)).content == "q");
  CHECK_FALSE(find_inside(**outer, BerClass::Context, 9));
}

TEST_CASE("BER: strings in pieces are one string", "[ingest][ber]") {
  const std::string pieces =
      constructed(kContext, 3,
                  {primitive(kUniversal, 4, "ab"),
                   indefinite(kUniversal, 4, {primitive(kUniversal, 4, "cd")})});
  CHECK(ber_octets(first(pieces)) == "abcd");
  CHECK(ber_octets(first(field(3, "ab"))) == "ab");
  CHECK_FALSE(ber_octets(first(group(3, {field(1, "x")}))));
}

TEST_CASE("BER: what is not allowed is refused with its octet", "[ingest][ber]") {
  CHECK(refusal(octets({0xA0, 5, 1, 2})) ==
        "octet 0: an element of 5 octets, of which 2 are there");
  CHECK(refusal(octets({0xA0, 0x84, 0xFF, 0xFF, 0xFF, 0xFF})).find("of which 0 are there") !=
        std::string::npos);
  CHECK(refusal(octets({0xA0, 0x88, 255, 255, 255, 255, 255, 255, 255, 255})).find("of which 0") !=
        std::string::npos);
  CHECK(refusal(octets({0xA0, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 1})).find("more than 8 octets") !=
        std::string::npos);
  CHECK(refusal(octets({0xA0, 0xFF, 1})).find("more than 8 octets") != std::string::npos);
  CHECK(refusal(octets({0xA0, 0x82, 1})).find("ends inside a length") != std::string::npos);
  CHECK(refusal(octets({0xA0})).find("ends before a length") != std::string::npos);
  CHECK(refusal(octets({0x9F, 0x81})).find("ends inside a tag") != std::string::npos);
  CHECK(refusal(octets({0x9F, 0x80, 1, 0})).find("leading zeros") != std::string::npos);
  CHECK(refusal(octets({0x9F, 0x81, 0x81, 0x81, 1, 0})).find("more than 4") != std::string::npos);
  CHECK(refusal(octets({0x80, 0x80, 0, 0})).find("primitive element of indefinite") !=
        std::string::npos);
  CHECK(refusal(octets({0xA0, 0x80, 0x81, 1, 7})).find("no end") != std::string::npos);
  CHECK(refusal(octets({0xA0, 0x80, 0x81, 9, 7})).find("beyond the end") != std::string::npos);
}

TEST_CASE("BER: nesting has a bound", "[ingest][ber]") {
  std::string deep = field(1, "x");
  for (int i = 0; i < 200; ++i) deep = group(0, {deep});
  BerReader reader{deep};
  unsigned depth = 0;
  while (true) {
    const auto element = reader.next();
    if (!element) {
      CHECK(element.error().message.find("nest too deeply") != std::string::npos);
      break;
    }
    REQUIRE(*element);
    REQUIRE(++depth <= kMaxBerDepth);
    reader = BerReader::inside(**element);
  }
  CHECK(depth == kMaxBerDepth);
  std::string open;
  for (int i = 0; i < 100000; ++i) open += "\xA0\x80";
  CHECK(refusal(open).find("nest too deeply") != std::string::npos);
}

TEST_CASE("BER: damaged octets never lead beyond the end", "[ingest][ber]") {
  const std::string whole =
      join({group(0, {field(1, "abc"), indefinite(kContext, 2, {field(3, "d")})}),
            items(400, {item(129, "ef"), item(16, std::string(200, '1'))})});
  std::mt19937 random{20310304};
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole.substr(0, random() % (whole.size() + 1));
    for (unsigned i = 0; i < random() % 4 && !bytes.empty(); ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    // Exactly as long as it is: a sanitizer sees one octet too many.
    const std::vector<char> exact{bytes.begin(), bytes.end()};
    const std::size_t seen = walk(BerReader{std::string_view{exact.data(), exact.size()}});
    CHECK(seen <= (exact.size() + 1) * kMaxBerDepth);
  }
}

TEST_CASE("BER: integers, digits, numbers and times", "[ingest][ber]") {
  CHECK(ber_integer(integer(127)) == 127);
  CHECK(ber_integer(integer(128)) == 128);
  CHECK(ber_integer(octets({0xFF})) == -1);
  CHECK_FALSE(ber_integer(""));
  CHECK_FALSE(ber_integer(std::string(9, '\1')));
  CHECK(swapped_digits(swapped("00101123456789")) == "00101123456789");
  CHECK(swapped_digits(swapped("0010112345678")) == "0010112345678");
  CHECK(swapped_digits(octets({0xA1, 0xDB})) == "1*#b");
  CHECK(swapped_digits(octets({0xBA})) == "*#");
  CHECK_FALSE(swapped_digits(octets({0x1F})));  // a digit behind the filler
  CHECK(straight_digits(straight("4477009")) == "4477009");
  CHECK_FALSE(straight_digits(octets({0xF1})));

  CHECK(read_address(international("447700900001"))->text == "+447700900001");
  CHECK(read_address("\xA1" + swapped("7700900001"))->text == "7700900001");
  CHECK(read_address("\x81" + swapped("112"))->text == "112");
  // Octet 3a: presentation restricted.
  const auto hidden = read_address(octets({0x11, 0xA1}) + swapped("447700900001"));
  REQUIRE(hidden);
  CHECK(hidden->text == "+447700900001");
  CHECK(hidden->restricted);
  CHECK_FALSE(read_address(octets({0x11, 0x81}) + swapped("4477"))->restricted);
  CHECK_FALSE(read_address("\x91"));
  CHECK_FALSE(read_address(octets({0x91, 0xFF})));

  CHECK(read_sms_address(international("447700900002"))->text == "+447700900002");
  CHECK(read_sms_address(octets({12}) + international("447700900002"))->text == "+447700900002");
  CHECK_FALSE(read_sms_address(octets({30}) + international("447700900002")));
  CHECK(read_sms_address(octets({0xD0, 0xC2, 0xB0, 0x7B, 0x1D, 0x03}))->text == "Bank1");

  CHECK(read_time_stamp(time_stamp("310304081553")) == "2031-03-04T08:15:53+01:00");
  CHECK(read_time_stamp(time_stamp("991231235959", "-0330")) == "1999-12-31T23:59:59-03:30");
  CHECK_FALSE(read_time_stamp(time_stamp("310304081553").substr(0, 8)));
  CHECK_FALSE(read_time_stamp(octets({0x31, 0x03, 0x04, 0x08, 0x15, 0x5A, '+', 1, 0})));
  CHECK_FALSE(read_time_stamp(octets({0x31, 0x03, 0x04, 0x08, 0x15, 0x53, '*', 1, 0})));
}
