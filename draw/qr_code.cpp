#include "draw/qr_code.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

namespace palermo::draw {

core::Result<QrCode> qr_code(std::string_view bytes) {
  constexpr std::size_t kMost = 2'331;  // version 40-M, bytes
  if (bytes.empty() || bytes.size() > kMost)
    return core::Error{core::ErrorCode::InvalidArgument,
                       fmt::format("a QR code holds 1 to {} bytes, not {}", kMost, bytes.size())};
  struct Release {
    void operator()(QRcode* code) const { QRcode_free(code); }
  };
  const std::unique_ptr<QRcode, Release> made{
      QRcode_encodeData(static_cast<int>(bytes.size()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), 0, QR_ECLEVEL_M)};
  if (!made) return core::Error{core::ErrorCode::Internal, "libqrencode made no QR code"};
  QrCode code;
  code.width = static_cast<std::size_t>(made->width);
  code.dark.reserve(code.width * code.width);
  for (std::size_t i = 0; i < code.width * code.width; ++i)
    code.dark.push_back(static_cast<char>(made->data[i] & 1U));
  return code;
}

Mark mark_of(const QrCode& code, const Box& box) {
  Mark mark;
  mark.kind = "qr";
  const double module = box.width() / static_cast<double>(code.width + 2 * kQrMargin);
  const auto at = [module](double origin, std::size_t i) {
    return origin + module * static_cast<double>(i + kQrMargin);
  };
  Style ink;
  ink.fill = {0, 0, 0, 1};
  for (std::size_t row = 0; row < code.width; ++row) {
    for (std::size_t from = 0; from < code.width; ++from) {
      if (code.dark[row * code.width + from] == 0) continue;
      std::size_t to = from;
      while (to < code.width && code.dark[row * code.width + to] != 0) ++to;
      mark.paths.push_back(
          rectangle({at(box.x0, from), at(box.y0, row), at(box.x0, to), at(box.y0, row + 1)}, ink));
      from = to;
    }
  }
  return mark;
}

}  // namespace palermo::draw
