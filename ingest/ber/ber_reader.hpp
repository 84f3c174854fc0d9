// Elements of the Basic Encoding Rules, one after another, without ever reading past the octets
// given. Nothing is decoded here: what a tag means is the format's to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::ingest {

enum class BerClass : std::uint8_t { Universal, Application, Context, Private };

/// One element: tag, length, contents.
struct BerElement {
  BerClass tag_class = BerClass::Universal;
  bool constructed = false;
  std::uint32_t tag = 0;     // number, at most 2^21 - 1
  std::string_view content;  // without the end-of-contents octets of the indefinite form
  std::size_t at = 0;        // where its first octet stands in the file
  std::size_t content_at = 0;
  std::size_t size = 0;  // octets of the whole element
  unsigned depth = 0;    // constructed elements around it

  [[nodiscard]] bool is(BerClass wanted_class, std::uint32_t wanted) const {
    return tag_class == wanted_class && tag == wanted;
  }
  [[nodiscard]] bool context(std::uint32_t wanted) const { return is(BerClass::Context, wanted); }
  [[nodiscard]] bool application(std::uint32_t wanted) const {
    return is(BerClass::Application, wanted);
  }
};

/// Deepest nesting that is followed.
inline constexpr unsigned kMaxBerDepth = 32;

/// The elements of one level, in order.
class BerReader {
 public:
  /// @param at     where `bytes` begin in the file, for positions
  /// @param depth  constructed elements around them
  explicit BerReader(std::string_view bytes, std::size_t at = 0, unsigned depth = 0)
      : bytes_{bytes}, begin_{at}, depth_{depth} {}
  /// The contents of a constructed element; of a primitive one, nothing.
  [[nodiscard]] static BerReader inside(const BerElement& element);

  /// The next element; nullopt at the end. Definite lengths of at most 8 octets and the indefinite
  /// form; tags of at most 4 octets. After an error the reader stands where it stood.
  /// @error BadInput  a tag or length that is not allowed, a length beyond the octets, no end of an
  ///                  indefinite form, nesting above kMaxBerDepth; with the octet
  /// @cost O(1); O(size) for an indefinite length
  /// @source ITU-T X.690 (02/2021) 8.1
  [[nodiscard]] core::Result<std::optional<BerElement>> next();

  /// Where the next element would begin in the file.
  [[nodiscard]] std::size_t position() const { return begin_ + at_; }
  [[nodiscard]] std::string_view rest() const { return bytes_.substr(at_); }
  void skip(std::size_t octets) { at_ += std::min(octets, bytes_.size() - at_); }

 private:
  std::string_view bytes_;
  std::size_t begin_ = 0;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
};

/// Contents of an octet or character string; of one sent in pieces, the pieces joined.
/// @return nullopt when the pieces are no strings
[[nodiscard]] std::optional<std::string> ber_octets(const BerElement& element);

/// The first element with that tag in the order of the file, at any depth below; nullopt when there
/// is none or what stands before it is broken.
[[nodiscard]] std::optional<BerElement> find_inside(const BerElement& element, BerClass tag_class,
                                                    std::uint32_t tag);

}  // namespace palermo::ingest
