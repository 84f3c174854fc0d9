#include "core/ledger/note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "core/base/text.hpp"

namespace palermo::ledger {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kMaxNoteBytes = 1'000'000;
constexpr std::size_t kMaxProofHashes = 63;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014, U+0020
constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";

Error bad(std::string why) {
  return Error{ErrorCode::BadInput, std::move(why), std::nullopt,
               "the file must reach this program byte for byte as the log wrote it"};
}

Error not_trusted(std::string why, const char* reason) {
  Error error{ErrorCode::Integrity, std::move(why)};
  error.reason = reason;
  return error;
}

/// Cuts one line off the front. The newline must be there.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<Digest> parse_hash(std::string_view base64) {
  const auto bytes = core::from_base64(base64);
  return bytes ? core::digest_from(*bytes) : std::nullopt;
}

bool good_text(std::string_view text) {
  return core::is_valid_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\n';
         });
}

std::string u32_bytes(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string u64_bytes(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string cosigned_message(std::uint64_t time_s, std::string_view text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time_s, text);
}

std::string line_of(const VerifierKey& key, std::string_view signature) {
  return fmt::format("{}{} {}\n", kDash, key.name,
                     core::to_base64(u32_bytes(key.key_id) + std::string{signature}));
}

/// Hashes one a line up to an empty line.
Result<std::vector<Digest>> take_proof(std::string_view& rest) {
  std::vector<Digest> proof;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return bad("the proof does not end with an empty line");
    if (line->empty()) return proof;
    const auto hash = parse_hash(*line);
    if (!hash)
      return bad(fmt::format("line {} of the proof is not a base64 hash", proof.size() + 1));
    if (proof.size() == kMaxProofHashes)
      return bad(fmt::format("the proof has more than {} hashes", kMaxProofHashes));
    proof.push_back(*hash);
  }
}

std::string proof_lines(std::span<const Digest> proof) {
  std::string text;
  for (const Digest& hash : proof) text += core::to_base64(hash) + "\n";
  return text;
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return value;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes)
    return bad(fmt::format("a signed note has at most {} bytes, this has {}", kMaxNoteBytes,
                           bytes.size()));
  if (!good_text(bytes)) return bad("not a signed note: invalid UTF-8 or a control character");
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos)
    return bad("not a signed note: no empty line before the signatures");
  Note note;
  note.text = std::string{bytes.substr(0, split + 1)};
  std::string_view rest = bytes.substr(split + 2);
  if (rest.empty()) return bad("not a signed note: no signature line");
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (!line) return bad("not a signed note: the last line has no newline");
    if (!line->starts_with(kDash))
      return bad(fmt::format("signature line {} does not begin with a dash (U+2014) and a blank",
                             note.signatures.size() + 1));
    const std::string_view content = line->substr(kDash.size());
    const std::size_t blank = content.find(' ');
    const std::string_view name = content.substr(0, blank);
    if (blank == std::string_view::npos || !valid_key_name(name))
      return bad(
          fmt::format("signature line {} has no valid key name", note.signatures.size() + 1));
    const auto signature = core::from_base64(content.substr(blank + 1));
    if (!signature || signature->size() < 5)
      return bad(fmt::format("signature line {} is not base64 of a key id and a signature",
                             note.signatures.size() + 1));
    NoteSignature parsed;
    parsed.name = std::string{name};
    for (std::size_t i = 0; i < 4; ++i)
      parsed.key_id = parsed.key_id << 8 | static_cast<unsigned char>((*signature)[i]);
    parsed.bytes = signature->substr(4);
    note.signatures.push_back(std::move(parsed));
  }
  return note;
}

Result<std::vector<VerifiedSignature>> verify_note(const Note& note,
                                                   std::span<const VerifierKey> keys) {
  std::vector<VerifiedSignature> good;
  std::set<std::size_t> seen;
  for (const NoteSignature& signature : note.signatures) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const VerifierKey& candidate) {
      return candidate.name == signature.name && candidate.key_id == signature.key_id;
    });
    if (key == keys.end()) continue;
    VerifiedSignature verified;
    verified.key = static_cast<std::size_t>(key - keys.begin());
    bool holds = false;
    if (key->type == kCosignature) {
      if (signature.bytes.size() == 72) {
        std::uint64_t time_s = 0;
        for (std::size_t i = 0; i < 8; ++i)
          time_s = time_s << 8 | static_cast<unsigned char>(signature.bytes[i]);
        verified.time_s = time_s;
        holds =
            verify_signature(*key, cosigned_message(time_s, note.text), signature.bytes.substr(8));
      }
    } else {
      holds = verify_signature(*key, note.text, signature.bytes);
    }
    if (!holds)
      return not_trusted(fmt::format("the signature by {} does not belong to this text",
                                     core::printable(key->name, 100)),
                         "BAD_SIGNATURE");
    if (seen.insert(verified.key).second) good.push_back(verified);
  }
  if (good.empty())
    return not_trusted(fmt::format("none of the {} signature(s) is by a key that was given",
                                   note.signatures.size()),
                       "UNSIGNED");
  return good;
}

Result<std::string> signature_line(std::string_view text, const SigningKey& key) {
  if (!text.ends_with('\n') || !good_text(text))
    return Error{ErrorCode::InvalidArgument,
                 "a note's text must be UTF-8 lines without control characters"};
  if (key.verifier().type != kEd25519)
    return Error{ErrorCode::InvalidArgument, "this key signs cosignatures, not notes"};
  return line_of(key.verifier(), key.sign(text));
}

Result<std::string> cosignature_line(std::string_view checkpoint_text, const SigningKey& key,
                                     std::uint64_t time_s) {
  if (key.verifier().type != kCosignature)
    return Error{ErrorCode::InvalidArgument, "this is no cosignature key (type 04)"};
  if (auto parsed = parse_checkpoint(checkpoint_text); !parsed) return std::move(parsed).error();
  return line_of(key.verifier(),
                 u64_bytes(time_s) + key.sign(cosigned_message(time_s, checkpoint_text)));
}

Result<std::string> sign_note(std::string_view text, const SigningKey& key) {
  PALERMO_TRY(const std::string line, signature_line(text, key));
  return fmt::format("{}\n{}", text, line);
}

std::string checkpoint_text(std::string_view origin, std::uint64_t size, const Digest& root) {
  return fmt::format("{}\n{}\n{}\n", origin, size, core::to_base64(root));
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (!good_text(text)) return bad("not a checkpoint: invalid UTF-8 or a control character");
  Checkpoint out;
  std::string_view rest = text;
  const auto origin = take_line(rest);
  if (!origin || origin->empty()) return bad("not a checkpoint: no origin in the first line");
  out.origin = std::string{*origin};
  const auto size_line = take_line(rest);
  const auto size = size_line ? parse_count(*size_line) : std::nullopt;
  if (!size)
    return bad("not a checkpoint: the second line is not a size (digits, no leading zero)");
  out.size = *size;
  const auto root_line = take_line(rest);
  const auto root = root_line ? parse_hash(*root_line) : std::nullopt;
  if (!root) return bad("not a checkpoint: the third line is not the base64 of a 32-byte root");
  out.root = *root;
  if (out.size == 0 && out.root != empty_root())
    return bad("not a checkpoint: size 0 with a root that is not that of the empty log");
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (!line || line->empty())
      return bad("not a checkpoint: an empty or unfinished extension line");
    out.extensions.emplace_back(*line);
  }
  return out;
}

Result<SignedCheckpoint> parse_signed_checkpoint(std::string_view bytes) {
  PALERMO_TRY(Note note, parse_note(bytes));
  PALERMO_TRY(Checkpoint checkpoint, parse_checkpoint(note.text));
  return SignedCheckpoint{std::move(checkpoint), std::move(note)};
}

Result<InclusionFile> parse_inclusion_file(std::string_view bytes) {
  std::string_view rest = bytes;
  if (take_line(rest) != kProofHeader)
    return bad(fmt::format("not an inclusion proof: the first line is not {}", kProofHeader));
  InclusionFile out;
  auto line = take_line(rest);
  if (line && line->starts_with("extra ")) {
    out.extra = core::from_base64(line->substr(6));
    if (!out.extra) return bad("the extra data of the proof is not base64");
    line = take_line(rest);
  }
  const auto index =
      line && line->starts_with("index ") ? parse_count(line->substr(6)) : std::nullopt;
  if (!index) return bad("the proof has no line 'index N' (digits, no leading zero)");
  out.index = *index;
  PALERMO_TRY(out.proof, take_proof(rest));
  PALERMO_TRY(out.checkpoint, parse_signed_checkpoint(rest));
  return out;
}

std::string inclusion_file(std::uint64_t index, std::span<const Digest> proof,
                           std::string_view signed_checkpoint) {
  return fmt::format("{}\nindex {}\n{}\n{}", kProofHeader, index, proof_lines(proof),
                     signed_checkpoint);
}

Result<ConsistencyFile> parse_consistency_file(std::string_view bytes) {
  std::string_view rest = bytes;
  const auto line = take_line(rest);
  const auto size = line && line->starts_with("old ") ? parse_count(line->substr(4)) : std::nullopt;
  if (!size)
    return bad("not a consistency proof: the first line is not 'old N' (digits, no leading zero)");
  ConsistencyFile out;
  out.old_size = *size;
  PALERMO_TRY(out.proof, take_proof(rest));
  PALERMO_TRY(out.checkpoint, parse_signed_checkpoint(rest));
  return out;
}

std::string consistency_file(std::uint64_t old_size, std::span<const Digest> proof,
                             std::string_view signed_checkpoint) {
  return fmt::format("old {}\n{}\n{}", old_size, proof_lines(proof), signed_checkpoint);
}

}  // namespace palermo::ledger
