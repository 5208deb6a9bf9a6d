#include "imaging/jpeg_huffman.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <vector>

// After jpeglib.h: the codes of its warnings.
#include <jerror.h>

namespace likeness::imaging {
namespace {

constexpr int kLookBits = 11;   // 10 is slower for large files, 12 for all.
constexpr int kCodeBits = 16;   // Of the longest code.
constexpr int kMostZeros = 15;  // Before a value; as many and one are passed over by one without.
constexpr int kEndOfBlock = DCTSIZE2;  // As an advance: past the last coefficient.

// A code stands for how many coefficients that are zero come before a value, and for the value's
// length in bits. What kLookBits of the scan begin with:
struct Step {
  std::int16_t value = 0;    // If bits is 0: the code's symbol.
  std::uint8_t advance = 0;  // Of the position in the block, past the value; kEndOfBlock. If bits
                             // is 0: the code's length, 0 if it is longer than kLookBits.
  std::uint8_t bits = 0;     // Of the code and the value; 0 if they are more than kLookBits.
};

// The same for as many codes and values as fit, which are passed over.
struct Leap {
  std::uint16_t advance = kEndOfBlock;  // If none fits, as if it led out of the block.
  std::uint8_t bits = 0;
  bool ends_block = false;
};

struct Symbol {
  int zeros;
  int size;
};

constexpr Symbol symbol_of(int byte) { return {byte >> 4, byte & 15}; }

// Values of `size` bits: those that begin with 0 are negative.
constexpr int signed_value(unsigned bits, int size) {
  if (size == 0) return 0;
  return bits >> (size - 1) != 0 ? static_cast<int>(bits)
                                 : static_cast<int>(bits) - (1 << size) + 1;
}

// Where coefficients lie in a block, in the order of a scan. Damaged data leads past the last one:
// libjpeg lets it end there, and so do we.
constexpr auto kPlaces = [] {
  std::array<std::uint8_t, 2 * kEndOfBlock> places{};
  places.fill(kEndOfBlock - 1);
  int row = 0;
  int column = 0;
  for (int i = 0; i < kEndOfBlock; ++i) {
    places[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(row * DCTSIZE + column);
    const bool upwards = (row + column) % 2 == 0;
    int& ahead = upwards ? column : row;
    int& back = upwards ? row : column;
    if (ahead == DCTSIZE - 1) {
      ++back;
    } else {
      ++ahead;
      if (back > 0) --back;
    }
  }
  return places;
}();

// The bits of a scan, or of the part of it up to the next marker; zeros after its end, which are
// counted. A plain value, so that it can live in registers.
struct Bits {
  std::uint64_t ahead = 0;   // The next bits, the first one highest.
  int count = 0;             // How many of them are sure to be right.
  std::int64_t made_up = 0;  // How many of those are no longer the file's.
  const JOCTET* next = nullptr;
  const JOCTET* end = nullptr;

  [[nodiscard]] std::size_t look() const { return ahead >> (64 - kLookBits); }
  [[nodiscard]] unsigned look(int bits) const {
    return static_cast<unsigned>(ahead >> 1 >> (63 - bits));
  }
  void drop(int bits) {
    ahead <<= bits;
    count -= bits;
  }
};

constexpr bool has_marker_byte(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  return ((~bytes - kOnes) & bytes & (kOnes << 7)) != 0;
}

// The next byte of data, if one comes before the next marker.
std::optional<JOCTET> next_byte(Bits& bits) {
  if (bits.made_up > 0 || bits.next == bits.end) return std::nullopt;
  if (*bits.next != 0xFF) return *bits.next++;
  const JOCTET* after = bits.next;
  while (after != bits.end && *after == 0xFF) ++after;
  if (after == bits.end || *after != 0) return std::nullopt;
  bits.next = after + 1;
  return 0xFF;
}

[[gnu::noinline]] Bits filled_bytewise(Bits bits) {
  while (bits.count < 56) {
    const auto byte = next_byte(bits);
    if (!byte) bits.made_up += 8;
    bits.ahead |= std::uint64_t{byte.value_or(0)} << (56 - bits.count);
    bits.count += 8;
  }
  return bits;
}

// Afterwards at least 56 bits are ahead.
[[gnu::always_inline]] inline void fill(Bits& bits) {
  std::uint64_t bytes = 0;
  if (bits.end - bits.next >= static_cast<std::ptrdiff_t>(sizeof bytes)) {
    std::memcpy(&bytes, bits.next, sizeof bytes);
    if (!has_marker_byte(bytes)) {
      if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
      bits.ahead |= bytes >> bits.count;
      bits.next += (63 - bits.count) / 8;
      bits.count |= 56;
      return;
    }
  }
  bits = filled_bytewise(bits);
}

struct Code {
  int symbol;
  int length;
};

// A block's first coefficient, its mean, is coded otherwise than the others.
enum class Kind { dc, ac };

class Table {
 public:
  // libjpeg has checked `codes`, which must outlive this.
  Table(const JHUFF_TBL& codes, Kind kind);
  // Before the first leap.
  void allow_leaps();

  [[nodiscard]] const Step& step(const Bits& bits) const { return steps_[bits.look()]; }
  [[nodiscard]] const Leap& leap(const Bits& bits) const { return leaps_[bits.look()]; }
  // The code of a step that has no value.
  [[nodiscard]] Code code(j_decompress_ptr codec, Step step, const Bits& bits) const {
    if (step.advance > 0) return {step.value, step.advance};
    return find(codec, bits.ahead);
  }

 private:
  [[nodiscard]] static Step step_of(Code code, unsigned after, Kind kind);
  [[nodiscard]] Leap leap_of(std::size_t look) const;
  [[nodiscard]] Code find(j_decompress_ptr codec, std::uint64_t ahead) const;

  std::array<Step, 1 << kLookBits> steps_;
  std::vector<Leap> leaps_;
  // By length: the last code, -1 if there is none, and what leads from a code to its symbol.
  std::array<int, kCodeBits + 1> last_;
  std::array<int, kCodeBits + 1> offset_;
  const UINT8* symbols_;
};

Table::Table(const JHUFF_TBL& codes, Kind kind) : symbols_(codes.huffval) {
  auto step = steps_.begin();
  int next = 0;  // Code of this length.
  int index = 0;
  for (int length = 1; length <= kCodeBits; ++length) {
    const int count = codes.bits[length];
    const auto at = static_cast<std::size_t>(length);
    offset_[at] = index - next;
    next += count;
    last_[at] = count > 0 ? next - 1 : -1;
    for (const int end = index + count; index < end; ++index) {
      if (length > kLookBits) continue;
      const unsigned room = 1U << (kLookBits - length);
      for (unsigned after = 0; after < room; ++after) {
        *step++ = step_of({symbols_[index], length}, after, kind);
      }
    }
    next *= 2;
  }
}

// `after` are the bits between the code's and the last that are looked at.
Step Table::step_of(Code code, unsigned after, Kind kind) {
  const auto [zeros, size] = symbol_of(code.symbol);
  const int bits = code.length + size;
  if (bits > kLookBits) {
    return {.value = static_cast<std::int16_t>(code.symbol),
            .advance = static_cast<std::uint8_t>(code.length)};
  }
  const bool ends_block = kind == Kind::ac && size == 0 && zeros != kMostZeros;
  const unsigned value = after >> (kLookBits - bits);
  return {.value = static_cast<std::int16_t>(signed_value(value, size)),
          .advance = static_cast<std::uint8_t>(ends_block ? kEndOfBlock : zeros + 1),
          .bits = static_cast<std::uint8_t>(bits)};
}

void Table::allow_leaps() {
  if (!leaps_.empty()) return;
  leaps_.resize(steps_.size());
  for (std::size_t look = 0; look < leaps_.size(); ++look) leaps_[look] = leap_of(look);
}

Leap Table::leap_of(std::size_t look) const {
  int advance = 0;
  int bits = 0;
  bool ends_block = false;
  while (!ends_block) {
    const Step step = steps_[look << bits & (steps_.size() - 1)];
    if (step.bits == 0 || bits + step.bits > kLookBits) break;
    bits += step.bits;
    ends_block = step.advance == kEndOfBlock;
    if (!ends_block) advance += step.advance;
  }
  if (bits == 0 || advance >= kEndOfBlock) return {};
  return {.advance = static_cast<std::uint16_t>(advance),
          .bits = static_cast<std::uint8_t>(bits),
          .ends_block = ends_block};
}

[[gnu::noinline]] Code Table::find(j_decompress_ptr codec, std::uint64_t ahead) const {
  for (int length = kLookBits + 1; length <= kCodeBits; ++length) {
    const int code = static_cast<int>(ahead >> (64 - length));
    const auto at = static_cast<std::size_t>(length);
    if (code <= last_[at]) return {symbols_[code + offset_[at]], length};
  }
  WARNMS(codec, JWRN_HUFF_BAD_CODE);
  return {0, 0};
}

// One of the blocks that an MCU is made of, always the same ones in the same order.
struct Block {
  int component;
  const Table* dc;
  const Table* ac;
  int wanted;  // Of its coefficients: the first alone, or all.
};

[[gnu::always_inline]] inline int take_value(Bits& bits, int size) {
  const unsigned value = bits.look(size);
  bits.drop(size);
  return signed_value(value, size);
}

[[gnu::always_inline]] inline int read_dc(j_decompress_ptr codec, const Table& table, Bits& bits) {
  const Step& step = table.step(bits);
  if (step.bits != 0) {
    bits.drop(step.bits);
    return step.value;
  }
  const Code code = table.code(codec, step, bits);
  bits.drop(code.length);
  return take_value(bits, symbol_of(code.symbol).size);
}

// One whose code and value are too long for a step; returns the position after it.
[[gnu::always_inline]] inline int read_long(j_decompress_ptr codec, const Table& table, Step step,
                                            Bits& bits, int position, JCOEF* block) {
  fill(bits);
  const Code code = table.code(codec, step, bits);
  bits.drop(code.length);
  const auto [zeros, size] = symbol_of(code.symbol);
  if (size == 0) return zeros == kMostZeros ? position + zeros + 1 : kEndOfBlock;
  block[kPlaces[static_cast<std::size_t>(position + zeros)]] =
      static_cast<JCOEF>(take_value(bits, size));
  return position + zeros + 1;
}

// From `position` on, to the end of the block.
[[gnu::always_inline]] inline void pass_over(j_decompress_ptr codec, const Table& table, Bits& bits,
                                             int position, JCOEF* block) {
  while (position < kEndOfBlock) {
    if (bits.count < kLookBits) fill(bits);
    const Leap& leap = table.leap(bits);
    position += leap.advance;
    if (position < kEndOfBlock) [[likely]] {
      bits.drop(leap.bits);
      if (leap.ends_block) break;
      continue;
    }
    position -= leap.advance;
    const Step& step = table.step(bits);
    if (step.bits != 0) {
      bits.drop(step.bits);
      position += step.advance;
    } else {
      position = read_long(codec, table, step, bits, position, block);
    }
  }
}

[[gnu::always_inline]] inline void read_ac(j_decompress_ptr codec, const Block& kind, Bits& bits,
                                           JCOEF* block) {
  const Table& table = *kind.ac;
  const int wanted = kind.wanted;
  int position = 1;
  while (position < wanted) {
    if (bits.count < kLookBits) fill(bits);
    const Step& step = table.step(bits);
    if (step.bits != 0) [[likely]] {
      bits.drop(step.bits);
      position += step.advance;
      block[kPlaces[static_cast<std::size_t>(position - 1)]] = step.value;
    } else {
      position = read_long(codec, table, step, bits, position, block);
    }
  }
  pass_over(codec, table, bits, position, block);
}

}  // namespace

// First of all a jpeg_entropy_decoder, which is what libjpeg-turbo sees of it.
struct JpegHuffman::Scan {
  static boolean read_mcu(j_decompress_ptr codec, JBLOCKROW* into);

  void add_block(const jpeg_decompress_struct& codec, int component);
  void pass_restart_marker(j_decompress_ptr codec);

  jpeg_entropy_decoder face;
  Bits bits;
  std::array<JCOEF, MAX_COMPS_IN_SCAN> last_dc{};  // The next ones are differences.
  std::array<Block, D_MAX_BLOCKS_IN_MCU> blocks;
  std::size_t block_count = 0;
  unsigned mcus_to_restart = 0;
  unsigned restarts = 0;
  std::array<std::unique_ptr<Table>, NUM_HUFF_TBLS> dc_tables;  // Those in use.
  std::array<std::unique_ptr<Table>, NUM_HUFF_TBLS> ac_tables;
};

// The same meaning of blocks and of the answer as in libjpeg: TRUE, since no bytes are waited for.
boolean JpegHuffman::Scan::read_mcu(j_decompress_ptr codec, JBLOCKROW* into) {
  Scan& scan = *reinterpret_cast<Scan*>(codec->entropy);
  if (codec->restart_interval != 0) {
    if (scan.mcus_to_restart == 0) scan.pass_restart_marker(codec);
    --scan.mcus_to_restart;
  }
  Bits bits = scan.bits;
  for (std::size_t i = 0; i < scan.block_count; ++i) {
    const Block& kind = scan.blocks[i];
    JCOEF* const block = *into[i];
    JCOEF& dc = scan.last_dc[static_cast<std::size_t>(kind.component)];
    fill(bits);
    dc = static_cast<JCOEF>(dc + read_dc(codec, *kind.dc, bits));
    block[0] = dc;
    read_ac(codec, kind, bits, block);
  }
  scan.bits = bits;
  if (bits.count < bits.made_up) WARNMS(codec, JWRN_HIT_MARKER);
  return TRUE;
}

void JpegHuffman::Scan::pass_restart_marker(j_decompress_ptr codec) {
  const JOCTET* at = bits.next;
  const JOCTET* const end = bits.end;
  JOCTET marker = 0;
  while (marker == 0 && at != end) {
    at = std::find(at, end, JOCTET{0xFF});
    at = std::find_if(at, end, [](JOCTET byte) { return byte != 0xFF; });
    if (at != end) marker = *at++;
  }
  if (marker != JPEG_RST0 + restarts % 8) WARNMS(codec, JWRN_MUST_RESYNC);
  bits = {.next = at, .end = end};
  last_dc.fill(0);
  mcus_to_restart = codec->restart_interval;
  ++restarts;
}

void JpegHuffman::Scan::add_block(const jpeg_decompress_struct& codec, int component) {
  const jpeg_component_info& of = *codec.cur_comp_info[component];
  auto& dc_table = dc_tables[static_cast<std::size_t>(of.dc_tbl_no)];
  if (!dc_table) {
    dc_table = std::make_unique<Table>(*codec.dc_huff_tbl_ptrs[of.dc_tbl_no], Kind::dc);
  }
  auto& ac_table = ac_tables[static_cast<std::size_t>(of.ac_tbl_no)];
  if (!ac_table) {
    ac_table = std::make_unique<Table>(*codec.ac_huff_tbl_ptrs[of.ac_tbl_no], Kind::ac);
  }
  const int wanted = of.DCT_scaled_size == 1 ? 1 : kEndOfBlock;
  if (wanted < kEndOfBlock) ac_table->allow_leaps();
  blocks[block_count++] = {
      .component = component, .dc = dc_table.get(), .ac = ac_table.get(), .wanted = wanted};
}

JpegHuffman::JpegHuffman() = default;
JpegHuffman::~JpegHuffman() = default;

bool JpegHuffman::reads(jpeg_decompress_struct& codec) {
  return codec.progressive_mode == 0 && codec.arith_code == 0 &&
         jpeg_has_multiple_scans(&codec) == 0;
}

void JpegHuffman::take_over(jpeg_decompress_struct& codec) {
  scan_ = std::make_unique<Scan>();
  scan_->face = *codec.entropy;
  scan_->face.decode_mcu = Scan::read_mcu;
  scan_->bits = {.next = codec.src->next_input_byte,
                 .end = codec.src->next_input_byte + codec.src->bytes_in_buffer};
  scan_->mcus_to_restart = codec.restart_interval;
  for (int i = 0; i < codec.blocks_in_MCU; ++i) scan_->add_block(codec, codec.MCU_membership[i]);
  codec.entropy = &scan_->face;
}

}  // namespace likeness::imaging
