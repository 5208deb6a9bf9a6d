#ifndef LIKENESS_IMAGING_JPEG_HUFFMAN_H_
#define LIKENESS_IMAGING_JPEG_HUFFMAN_H_

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>

// jpeglib.h needs <cstdio> before it; its own modules' interfaces come with this name.
#define JPEG_INTERNALS
#include <jpeglib.h>

namespace likeness::imaging {

// The Huffman decoder of plain JPEGs, in the place of libjpeg-turbo's, in which most of a large
// original's time goes (docs/architecture.md). One lookup gives a symbol together with the value
// that follows it; where only a block's DC coefficient is wanted, which is all that decoding at an
// eighth needs, one lookup passes over as many symbols as fit into it.
//
// libjpeg-turbo reaches its decoder through the two functions of jpeg_entropy_decoder (<jpegint.h>;
// the same since libjpeg 6), and ours through the same. All else stays its own: headers and tables
// and their checks, the inverse DCT, colours. What comes out is equal to the bit, and what is
// damaged gets the same warnings (JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC), which the
// codec's error manager judges.
//
// Confined to one thread. Owns nothing but its tables.
class JpegHuffman {
 public:
  JpegHuffman();
  ~JpegHuffman();
  JpegHuffman(const JpegHuffman&) = delete;
  JpegHuffman& operator=(const JpegHuffman&) = delete;

  // Whether it can read `codec`'s file: one scan, Huffman codes, not progressive. REQUIRES: the
  // header has been read.
  [[nodiscard]] static bool reads(jpeg_decompress_struct& codec);

  // From now on the scan is read here. REQUIRES: reads(codec), jpeg_start_decompress() has
  // returned, and the source holds the file to its last byte. `codec` must not be used when this
  // is gone, but to destroy it, nor finished: its source still stands at the scan's first byte.
  void take_over(jpeg_decompress_struct& codec);

 private:
  struct Scan;
  std::unique_ptr<Scan> scan_;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_JPEG_HUFFMAN_H_
