#include "ingest/calls/row_scanner.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace palermo::ingest {
namespace {

struct BlockMasks {
  std::uint64_t structural = 0;
  std::uint64_t high = 0;
};

/// Bit i is set where byte i is a delimiter, quote, CR, LF or NUL (structural), or above 0x7f
/// (high).
BlockMasks masks_of(const char* block, char delimiter, char quote) {
  BlockMasks masks;
#if defined(__SSE2__)
  const __m128i delimiters = _mm_set1_epi8(delimiter);
  const __m128i quotes = _mm_set1_epi8(quote);
  const __m128i line_feeds = _mm_set1_epi8('\n');
  const __m128i returns = _mm_set1_epi8('\r');
  const __m128i zero = _mm_setzero_si128();
  for (int part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(block + static_cast<std::ptrdiff_t>(part) * 16));
    const __m128i hits = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, quotes)),
        _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, line_feeds), _mm_cmpeq_epi8(bytes, returns)),
            _mm_cmpeq_epi8(bytes, zero)));
    const auto found = static_cast<std::uint16_t>(_mm_movemask_epi8(hits));
    const auto high = static_cast<std::uint16_t>(_mm_movemask_epi8(bytes));
    masks.structural |= static_cast<std::uint64_t>(found) << (part * 16);
    masks.high |= static_cast<std::uint64_t>(high) << (part * 16);
  }
#else
  for (unsigned i = 0; i < 64; ++i) {
    const char c = block[i];
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (c == delimiter || c == quote || c == '\n' || c == '\r' || c == '\0')
      masks.structural |= bit;
    if (static_cast<unsigned char>(c) >= 0x80) masks.high |= bit;
  }
#endif
  return masks;
}

}  // namespace

std::string unquoted(const Cell& cell, char quote, bool backslash) {
  std::string text;
  text.reserve(cell.size);
  for (std::uint32_t i = 0; i < cell.size; ++i) {
    if (backslash && cell.data[i] == '\\' && i + 1 < cell.size &&
        (cell.data[i + 1] == quote || cell.data[i + 1] == '\\'))
      ++i;
    text += cell.data[i];
    if (cell.data[i] == quote && i + 1 < cell.size && cell.data[i + 1] == quote) ++i;
  }
  return text;
}

RowScanner::RowScanner(std::string_view text, char delimiter, char quote, bool backslash)
    : data_{text.data()},
      size_{text.size()},
      delimiter_{delimiter},
      quote_{quote},
      backslash_{backslash} {
  row_.cells.reserve(64);
  load(0);
}

void RowScanner::load(std::size_t base) {
  base_ = base;
  BlockMasks masks;
  if (base + 64 <= size_) {
    masks = masks_of(data_ + base, delimiter_, quote_);
  } else if (base < size_) {
    char tail[64];
    std::memset(tail, 'a', sizeof tail);
    std::memcpy(tail, data_ + base, size_ - base);
    masks = masks_of(tail, delimiter_, quote_);
    // A delimiter or quote of 'a' would hit the padding.
    const std::uint64_t valid = (std::uint64_t{1} << (size_ - base)) - 1;
    masks.structural &= valid;
  }
  all_ = mask_ = masks.structural;
  block_high_ = masks.high != 0;
}

void RowScanner::seek(std::size_t position) {
  const std::size_t base = position & ~std::size_t{63};
  if (base != base_) load(base);
  const unsigned within = static_cast<unsigned>(position - base);
  mask_ = all_ & ~((std::uint64_t{1} << within) - 1);
}

RowScanner::Event RowScanner::next(ScannedRow& row) {
  row.cells.clear();
  row.data = data_;
  row.text_after_quote = false;
  row.ended_by_line_end = true;
  row.begin = position_;
  row.line = row.next_line = line_;
  if (position_ >= size_) return Event::End;
  row.may_hold_non_ascii = block_high_;
  std::size_t field_begin = position_;
  std::size_t closed_at = 0;  // after the closing quote of the current cell, 0: none
  bool quoted = false;
  Cell quoted_cell;
  const auto end_cell = [&](std::size_t end) {
    if (!quoted) {
      row.cells.push_back(
          {data_ + field_begin, static_cast<std::uint32_t>(end - field_begin), false});
      return;
    }
    if (end != closed_at) row.text_after_quote = true;
    row.cells.push_back(quoted_cell);
    quoted = false;
  };
  while (true) {
    while (mask_ == 0) {
      const std::size_t next_base = base_ + 64;
      if (next_base >= size_) {  // the text ends within the row
        end_cell(size_);
        row.text_end = row.end = position_ = size_;
        row.ended_by_line_end = false;
        if (row.text_end - row.begin > kMaxRowBytes) return Event::RowTooLong;
        return Event::Row;
      }
      if (next_base - row.begin > kMaxRowBytes + 64) return Event::RowTooLong;
      load(next_base);
      row.may_hold_non_ascii = row.may_hold_non_ascii || block_high_;
    }
    const std::size_t at = base_ + static_cast<unsigned>(std::countr_zero(mask_));
    mask_ &= mask_ - 1;
    const char c = data_[at];
    if (c == delimiter_) {
      end_cell(at);
      field_begin = at + 1;
      continue;
    }
    if (c == '\n' || c == '\r') {
      end_cell(at);
      row.text_end = at;
      row.end = at + 1;
      if (c == '\r' && row.end < size_ && data_[row.end] == '\n') ++row.end;
      position_ = row.end;
      row.next_line = ++line_;
      if (position_ < size_) seek(position_);
      if (row.text_end - row.begin > kMaxRowBytes) return Event::RowTooLong;
      return Event::Row;
    }
    if (c == '\0') return Event::Nul;
    if (c != quote_ || at != field_begin || quoted) continue;  // a quote inside a bare cell is text
    // A quoted cell: find its end, which may stand some lines further.
    std::size_t scan = at + 1;
    quoted_cell = {data_ + scan, 0, false};
    while (true) {
      const std::size_t limit = std::min(size_, row.begin + kMaxRowBytes + 1);
      const auto* hit =
          scan < limit ? static_cast<const char*>(std::memchr(data_ + scan, quote_, limit - scan))
                       : nullptr;
      if (hit == nullptr) return limit < size_ ? Event::RowTooLong : Event::UnterminatedQuote;
      const auto close = static_cast<std::size_t>(hit - data_);
      if (backslash_) {
        std::size_t slashes = 0;
        while (close - slashes > at + 1 && data_[close - slashes - 1] == '\\') ++slashes;
        if (slashes > 0) quoted_cell.doubled_quotes = true;
        if (slashes % 2 == 1) {
          scan = close + 1;
          continue;
        }
      }
      if (close + 1 < size_ && data_[close + 1] == quote_) {
        quoted_cell.doubled_quotes = true;
        scan = close + 2;
        continue;
      }
      quoted_cell.size = static_cast<std::uint32_t>(close - (at + 1));
      closed_at = close + 1;
      break;
    }
    const std::string_view inside{quoted_cell.data, quoted_cell.size};
    for (std::size_t i = 0; i < inside.size(); ++i) {
      if (inside[i] == '\0') return Event::Nul;
      if (inside[i] == '\n' ||
          (inside[i] == '\r' && !(i + 1 < inside.size() && inside[i + 1] == '\n')))
        ++line_;
      if (static_cast<unsigned char>(inside[i]) >= 0x80) row.may_hold_non_ascii = true;
    }
    quoted = true;
    if (closed_at < size_) {
      seek(closed_at);
      row.may_hold_non_ascii = row.may_hold_non_ascii || block_high_;
    } else {
      mask_ = 0;
      base_ = size_ & ~std::size_t{63};
    }
  }
}

}  // namespace palermo::ingest
