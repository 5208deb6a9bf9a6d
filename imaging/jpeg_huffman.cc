#include "imaging/jpeg_huffman.h"

#include <algorithm>
#include <cstddef>

#include "imaging/jpeg_bits.h"
#include "imaging/jpeg_codes.h"

// After jpeglib.h: the codes of its warnings.
#include <jerror.h>

namespace likeness::imaging {
namespace {

using namespace jpeg;

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

// One of the blocks that an MCU is made of, always the same ones in the same order.
struct Block {
  int component;
  const Codes* dc;
  const Codes* ac;
  int wanted;  // Of its coefficients: the first alone, or all.
};

[[gnu::always_inline]] inline int take_value(Bits& bits, int size) {
  const unsigned value = bits.look(size);
  bits.drop(size);
  return signed_value(value, size);
}

[[gnu::always_inline]] inline int read_dc(j_decompress_ptr codec, const Codes& table, Bits& bits) {
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
[[gnu::always_inline]] inline int read_long(j_decompress_ptr codec, const Codes& table, Step step,
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
[[gnu::always_inline]] inline void pass_over(j_decompress_ptr codec, const Codes& table, Bits& bits,
                                             int position, JCOEF* block) {
  while (position < kEndOfBlock) {
    if (bits.count < Bits::kLook) fill(bits);
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
  const Codes& table = *kind.ac;
  const int wanted = kind.wanted;
  int position = 1;
  while (position < wanted) {
    if (bits.count < Bits::kLook) fill(bits);
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
  std::array<std::unique_ptr<Codes>, NUM_HUFF_TBLS> dc_tables;  // Those in use.
  std::array<std::unique_ptr<Codes>, NUM_HUFF_TBLS> ac_tables;
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
    dc_table = std::make_unique<Codes>(*codec.dc_huff_tbl_ptrs[of.dc_tbl_no], Kind::dc);
  }
  auto& ac_table = ac_tables[static_cast<std::size_t>(of.ac_tbl_no)];
  if (!ac_table) {
    ac_table = std::make_unique<Codes>(*codec.ac_huff_tbl_ptrs[of.ac_tbl_no], Kind::ac);
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
