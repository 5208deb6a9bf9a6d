#ifndef LIKENESS_IMAGING_JPEG_CODES_H_
#define LIKENESS_IMAGING_JPEG_CODES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>

#include "imaging/jpeg_bits.h"

namespace likeness::imaging::jpeg {

constexpr int kMostZeros = 15;  // Before a value; as many and one are passed over by one without.
constexpr int kEndOfBlock = DCTSIZE2;  // As an advance: past the last coefficient.

// A code stands for how many coefficients that are zero come before a value, and for the value's
// length in bits. What the next Bits::kLook bits of a scan begin with:
struct Step {
  std::int16_t value = 0;    // If bits is 0: the code's symbol.
  std::uint8_t advance = 0;  // Of the position in the block, past the value; kEndOfBlock. If bits
                             // is 0: the code's length, 0 if it is longer than Bits::kLook.
  std::uint8_t bits = 0;     // Of the code and the value; 0 if they are more than Bits::kLook.
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

struct Code {
  int symbol;
  int length;
};

// A block's first coefficient, its mean, is coded otherwise than the others.
enum class Kind { dc, ac };

// Values of `size` bits: those that begin with 0 are negative.
constexpr int signed_value(unsigned bits, int size) {
  if (size == 0) return 0;
  return bits >> (size - 1) != 0 ? static_cast<int>(bits)
                                 : static_cast<int>(bits) - (1 << size) + 1;
}

// One of a JPEG's Huffman tables, for looking up.
class Codes {
 public:
  // libjpeg has checked `codes`, which must outlive this.
  Codes(const JHUFF_TBL& codes, Kind kind);
  // Before the first leap.
  void allow_leaps();

  [[nodiscard]] const Step& step(const Bits& bits) const { return steps_[bits.look()]; }
  [[nodiscard]] const Leap& leap(const Bits& bits) const { return leaps_[bits.look()]; }
  // The code of a step that has no value. Where there is none, it warns `codec` of it
  // (JWRN_HUFF_BAD_CODE), and should that return, it is {0, 0}.
  [[nodiscard]] Code code(j_decompress_ptr codec, Step step, const Bits& bits) const {
    if (step.advance > 0) return {step.value, step.advance};
    return find(codec, bits.ahead);
  }

 private:
  static constexpr int kMostBits = 16;

  [[nodiscard]] static Step step_of(Code code, unsigned after, Kind kind);
  [[nodiscard]] Leap leap_of(std::size_t look) const;
  [[nodiscard]] Code find(j_decompress_ptr codec, std::uint64_t ahead) const;

  std::array<Step, 1 << Bits::kLook> steps_;
  std::vector<Leap> leaps_;
  // By length: the last code, -1 if there is none, and what leads from a code to its symbol.
  std::array<int, kMostBits + 1> last_;
  std::array<int, kMostBits + 1> offset_;
  const UINT8* symbols_;
};

}  // namespace likeness::imaging::jpeg

#endif  // LIKENESS_IMAGING_JPEG_CODES_H_
