// C2SP signed notes, checkpoints, inclusion-proof files and consistency requests, read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/result.hpp"
#include "core/ledger/keys.hpp"
#include "core/ledger/merkle.hpp"

namespace palermo::ledger {

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string bytes;  // what follows the key id: 64 bytes for type 01, 72 for type 04
};

/// A note as parsed; nothing is verified yet.
struct Note {
  std::string text;  // signed text, with its final newline
  std::vector<NoteSignature> signatures;
};

/// @error BadInput  not a signed note (C2SP signed-note), or more than 1,000,000 bytes
[[nodiscard]] core::Result<Note> parse_note(std::string_view bytes);

struct VerifiedSignature {
  std::size_t key = 0;                  // index in the keys given
  std::optional<std::uint64_t> time_s;  // witness time of a cosignature, POSIX seconds
};

/// Checks every signature by a known key (same name and key id); others are ignored, repeats count
/// once.
/// @return the good ones, in the order of the note
/// @error Integrity  reason BAD_SIGNATURE: a known key's signature fails; UNSIGNED: none by a known
/// key
[[nodiscard]] core::Result<std::vector<VerifiedSignature>> verify_note(
    const Note& note, std::span<const VerifierKey> keys);

/// "— NAME BASE64\n" of type 01. @error InvalidArgument  the text cannot be signed
[[nodiscard]] core::Result<std::string> signature_line(std::string_view text,
                                                       const SigningKey& key);
/// "— NAME BASE64\n" of type 04: the key says that at `time_s` it had seen this checkpoint.
/// @source C2SP tlog-cosignature
[[nodiscard]] core::Result<std::string> cosignature_line(std::string_view checkpoint_text,
                                                         const SigningKey& key,
                                                         std::uint64_t time_s);
/// Text, empty line, signature of type 01.
[[nodiscard]] core::Result<std::string> sign_note(std::string_view text, const SigningKey& key);

/// C2SP tlog-checkpoint.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  std::vector<std::string> extensions;
};

[[nodiscard]] std::string checkpoint_text(std::string_view origin, std::uint64_t size,
                                          const Digest& root);
/// @error BadInput  a size with sign or leading zero, a root that is not strict base64 of 32 bytes,
/// …
[[nodiscard]] core::Result<Checkpoint> parse_checkpoint(std::string_view text);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};

/// Reads a signed checkpoint; its signatures are not checked.
[[nodiscard]] core::Result<SignedCheckpoint> parse_signed_checkpoint(std::string_view bytes);

/// C2SP tlog-proof: one entry, its index, the hashes from leaf to root, the checkpoint.
struct InclusionFile {
  std::optional<std::string> extra;  // decoded
  std::uint64_t index = 0;
  std::vector<Digest> proof;
  SignedCheckpoint checkpoint;
};

[[nodiscard]] core::Result<InclusionFile> parse_inclusion_file(std::string_view bytes);
[[nodiscard]] std::string inclusion_file(std::uint64_t index, std::span<const Digest> proof,
                                         std::string_view signed_checkpoint);

/// C2SP tlog-witness request body: old size, consistency proof, new checkpoint.
struct ConsistencyFile {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  SignedCheckpoint checkpoint;
};

/// @error BadInput  also for more than 63 proof lines
[[nodiscard]] core::Result<ConsistencyFile> parse_consistency_file(std::string_view bytes);
[[nodiscard]] std::string consistency_file(std::uint64_t old_size, std::span<const Digest> proof,
                                           std::string_view signed_checkpoint);

/// The decimal number of a size or index: digits only, no leading zero, at most 2^63 - 1.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace palermo::ledger
