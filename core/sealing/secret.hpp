// Bytes that must leave no trace in memory, swap or a core dump.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace palermo::sealing {

/// Owner of bytes in guarded, locked memory (sodium_malloc, sodium_mlock); wiped when it goes.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes. @error Internal  no memory, or none may be locked
  [[nodiscard]] static core::Result<SecretBytes> make(std::size_t size);
  /// From the system's random source. @error Internal  as above
  [[nodiscard]] static core::Result<SecretBytes> random(std::size_t size);
  /// A copy; wipe the original yourself. @error Internal  as above
  [[nodiscard]] static core::Result<SecretBytes> copy(std::string_view bytes);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes();

  [[nodiscard]] unsigned char* data() { return bytes_; }
  [[nodiscard]] const unsigned char* data() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_), size_};
  }

 private:
  unsigned char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// Overwrites a string that held something secret.
void wipe(std::string& text);

/// No core dump, no debugger of the same user (PR_SET_DUMPABLE 0, RLIMIT_CORE 0): for commands that
/// hold secrets.
/// @error Internal  the system refused
[[nodiscard]] core::Status forbid_dumps();

}  // namespace palermo::sealing
