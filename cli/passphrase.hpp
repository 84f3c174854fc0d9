// Passphrases and other secrets from files or a terminal; never from the command line, which every
// process of the machine can read.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/sealing/secret.hpp"

namespace palermo::cli {

/// A passphrase: the file's bytes without its last line end, else typed unseen at a terminal, twice
/// where it is new.
/// @error Usage  neither a file nor a terminal
[[nodiscard]] core::Result<sealing::SecretBytes> read_passphrase(const std::string& file,
                                                                 const std::string& prompt,
                                                                 bool is_new);

/// A small file that holds a secret; `-` is standard input.
[[nodiscard]] core::Result<sealing::SecretBytes> read_secret_file(const std::string& file,
                                                                  std::size_t limit);

/// Writes a file that only its owner may read; refuses one that exists.
[[nodiscard]] core::Status write_secret_file(const std::string& file, std::string_view bytes);

}  // namespace palermo::cli
