#include "imaging/jpeg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "imaging/jpeg_huffman.h"
#include "imaging/metadata.h"

// After jpeglib.h: the codes of its warnings.
#include <jerror.h>

namespace likeness::imaging {
namespace {

using namespace std::string_view_literals;

// libjpeg reports errors by a call that must not return, so we leave it by longjmp(). What lies
// between setjmp() and a libjpeg call therefore has no destructor: the objects that own something
// live in these structs, outside of the functions that jump.
struct Failure {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void leave(j_common_ptr codec) {
  auto* const failure = reinterpret_cast<Failure*>(codec->err);
  codec->err->format_message(codec, failure->message.data());
  std::longjmp(failure->jump, 1);
}

// libjpeg's warnings are about damage it can paint over. Those that mean that pixels are missing or
// wrong are errors here, so that half a face is never cached; the others are harmless.
void judge_warning(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_JPEG_EOF: leave(codec);
    default: return;
  }
}

void be_silent(j_common_ptr) {}

jpeg_error_mgr* prepare(Failure& failure) {
  jpeg_std_error(&failure.manager);
  failure.manager.error_exit = leave;
  failure.manager.emit_message = judge_warning;
  failure.manager.output_message = be_silent;
  return &failure.manager;
}

// The end of the bytes. A decoder that still needs some warns of it (JWRN_HIT_MARKER) when it is
// given an end marker in their place; one that only looked ahead does not. Between the scans of a
// progressive file nothing would warn, so there the end marker must be real.
boolean end_of_bytes(j_decompress_ptr codec) {
  static constexpr JOCTET kEnd[] = {0xFF, JPEG_EOI};
  if (*static_cast<const bool*>(codec->client_data)) {
    codec->err->msg_code = JERR_INPUT_EOF;
    leave(reinterpret_cast<j_common_ptr>(codec));
  }
  codec->src->next_input_byte = kEnd;
  codec->src->bytes_in_buffer = sizeof kEnd;
  return TRUE;
}

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {
    codec_.err = prepare(failure_);
    codec_.client_data = &has_scans_;
  }
  ~Decoder() { jpeg_destroy_decompress(&codec_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // All three: false means failure(); the last two only after the one before them.
  bool read_header(bool with_metadata) {
    if (setjmp(failure_.jump) != 0) return false;
    jpeg_create_decompress(&codec_);
    jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(bytes_.data()),
                 static_cast<unsigned long>(bytes_.size()));
    codec_.src->fill_input_buffer = end_of_bytes;
    if (with_metadata) {
      jpeg_save_markers(&codec_, JPEG_APP0 + 1, 0xFFFF);
      jpeg_save_markers(&codec_, JPEG_APP0 + 2, 0xFFFF);
    }
    jpeg_read_header(&codec_, TRUE);
    return true;
  }

  bool start(int eighths) {
    if (setjmp(failure_.jump) != 0) return false;
    codec_.scale_num = static_cast<unsigned>(eighths);
    codec_.scale_denom = 8;
    if (!is_cmyk()) codec_.out_color_space = JCS_EXT_RGBX;
    has_scans_ = jpeg_has_multiple_scans(&codec_) != 0;
    jpeg_start_decompress(&codec_);
    if (JpegHuffman::reads(codec_)) huffman_.take_over(codec_);
    return true;
  }

  bool read_rows(Raster& into) {
    if (setjmp(failure_.jump) != 0) return false;
    constexpr unsigned kRows = 16;
    while (codec_.output_scanline < codec_.output_height) {
      JSAMPROW rows[kRows];
      const unsigned count = std::min(kRows, codec_.output_height - codec_.output_scanline);
      for (unsigned i = 0; i < count; ++i) {
        rows[i] = into.row(static_cast<int>(codec_.output_scanline + i));
      }
      jpeg_read_scanlines(&codec_, rows, count);
    }
    return true;
  }

  [[nodiscard]] bool is_cmyk() const {
    return codec_.jpeg_color_space == JCS_CMYK || codec_.jpeg_color_space == JCS_YCCK;
  }
  [[nodiscard]] bool is_readable() const { return codec_.jpeg_color_space != JCS_UNKNOWN; }
  [[nodiscard]] Pixels pixels() const {
    if (is_cmyk()) return Pixels::cmyk;
    return codec_.jpeg_color_space == JCS_GRAYSCALE ? Pixels::grey : Pixels::rgb;
  }
  [[nodiscard]] Size size() const {
    return {static_cast<int>(codec_.image_width), static_cast<int>(codec_.image_height)};
  }
  [[nodiscard]] Size scaled_size() const {
    return {static_cast<int>(codec_.output_width), static_cast<int>(codec_.output_height)};
  }
  [[nodiscard]] jpeg_saved_marker_ptr markers() const { return codec_.marker_list; }
  [[nodiscard]] std::unexpected<Error> failure() const {
    return fail(Errc::bad_source, std::string("JPEG: ") + failure_.message.data());
  }

 private:
  std::string_view bytes_;
  bool has_scans_ = false;  // More than one, and the header is read.
  Failure failure_{};
  jpeg_decompress_struct codec_{};
  JpegHuffman huffman_;
};

std::string_view content(jpeg_saved_marker_ptr marker) {
  return {reinterpret_cast<const char*>(marker->data), marker->data_length};
}

// The profile comes in numbered pieces of at most 64 KiB, in any order. Nothing if one is missing.
std::string join_profile(jpeg_saved_marker_ptr markers) {
  constexpr std::string_view kSignature = "ICC_PROFILE\0"sv;
  constexpr std::size_t kHead = kSignature.size() + 2;
  std::map<unsigned char, std::string_view> pieces;
  unsigned count = 0;
  for (auto* marker = markers; marker != nullptr; marker = marker->next) {
    const std::string_view bytes = content(marker);
    if (!bytes.starts_with(kSignature) || bytes.size() < kHead) continue;
    count = static_cast<unsigned char>(bytes[kSignature.size() + 1]);
    pieces.emplace(static_cast<unsigned char>(bytes[kSignature.size()]), bytes.substr(kHead));
  }
  std::string profile;
  if (pieces.size() != count) return profile;
  for (const auto& [number, piece] : pieces) profile += piece;
  return profile;
}

int find_orientation(jpeg_saved_marker_ptr markers) {
  constexpr std::string_view kSignature = "Exif\0\0"sv;
  for (auto* marker = markers; marker != nullptr; marker = marker->next) {
    const std::string_view bytes = content(marker);
    if (marker->marker != JPEG_APP0 + 1 || !bytes.starts_with(kSignature)) continue;
    return exif_orientation(bytes.substr(kSignature.size()));
  }
  return 1;
}

// Adobe's programs store CMYK inverted and everyone else followed them.
void invert(Raster& raster) {
  std::uint8_t* const bytes = raster.bytes.get();
  std::for_each(bytes, bytes + raster.byte_count(),
                [](std::uint8_t& value) { value = static_cast<std::uint8_t>(255 - value); });
}

// The luma's steps at libjpeg's quality 50, of the standard's example table, which wastes bytes on
// low frequencies and rounds high ones, edges and hair, too coarsely: half way to even steps on a
// logarithmic scale, rising a little with frequency. kLevel is such that a quality keeps its
// likeness, measured as mean SSIM on photographs of faces from 48 to 240 pixels.
std::array<unsigned, DCTSIZE2> flatter(const JQUANT_TBL& standard) {
  constexpr double kLevel = 5.08;
  constexpr double kRise = 1.0 / 28;
  std::array<unsigned, DCTSIZE2> steps{};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t frequency = i / DCTSIZE + i % DCTSIZE;
    const double step =
        kLevel * std::sqrt(standard.quantval[i]) * std::exp(kRise * static_cast<double>(frequency));
    steps[i] = static_cast<unsigned>(std::lround(step));
  }
  return steps;
}

class Encoder {
 public:
  Encoder() { codec_.err = prepare(failure_); }
  ~Encoder() {
    jpeg_destroy_compress(&codec_);
    std::free(bytes_);
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  bool encode(const Raster& raster, int quality, Chroma chroma) {
    if (setjmp(failure_.jump) != 0) return false;
    jpeg_create_compress(&codec_);
    jpeg_mem_dest(&codec_, &bytes_, &length_);
    codec_.image_width = static_cast<JDIMENSION>(raster.size.width);
    codec_.image_height = static_cast<JDIMENSION>(raster.size.height);
    codec_.input_components = 4;
    codec_.in_color_space = JCS_EXT_RGBX;
    jpeg_set_defaults(&codec_);
    jpeg_set_colorspace(&codec_, raster.pixels == Pixels::grey ? JCS_GRAYSCALE : JCS_YCbCr);
    set_quality(quality);
    codec_.optimize_coding = TRUE;
    // 18 bytes that only say what is assumed without them: YCbCr or grey, square pixels.
    codec_.write_JFIF_header = FALSE;
    if (chroma == Chroma::full) {
      codec_.comp_info[0].h_samp_factor = 1;
      codec_.comp_info[0].v_samp_factor = 1;
    }
    jpeg_start_compress(&codec_, TRUE);
    while (codec_.next_scanline < codec_.image_height) {
      // libjpeg reads rows through a pointer to non-const, and only reads.
      auto* row = const_cast<JSAMPROW>(raster.row(static_cast<int>(codec_.next_scanline)));
      jpeg_write_scanlines(&codec_, &row, 1);
    }
    jpeg_finish_compress(&codec_);
    return true;
  }

  [[nodiscard]] std::string bytes() const {
    return {reinterpret_cast<const char*>(bytes_), static_cast<std::size_t>(length_)};
  }
  [[nodiscard]] std::unexpected<Error> failure() const {
    return fail(Errc::internal, std::string("JPEG encoder: ") + failure_.message.data());
  }

 private:
  void set_quality(int quality) {
    constexpr int kStandard = 50;  // Its tables are the standard's, neither finer nor coarser.
    jpeg_set_quality(&codec_, kStandard, TRUE);
    const auto steps = flatter(*codec_.quant_tbl_ptrs[0]);
    jpeg_set_quality(&codec_, quality, TRUE);
    jpeg_add_quant_table(&codec_, 0, steps.data(), jpeg_quality_scaling(quality), TRUE);
  }

  Failure failure_{};
  jpeg_compress_struct codec_{};
  unsigned char* bytes_ = nullptr;
  unsigned long length_ = 0;
};

}  // namespace

Result<JpegHeader> read_jpeg_header(std::string_view bytes) {
  Decoder decoder(bytes);
  if (!decoder.read_header(true)) return decoder.failure();
  if (!decoder.is_readable()) return fail(Errc::bad_source, "JPEG: unknown colour space");
  return JpegHeader{.size = decoder.size(),
                    .orientation = find_orientation(decoder.markers()),
                    .icc = join_profile(decoder.markers())};
}

Result<Decoded> decode_jpeg(std::string_view bytes, int eighths) {
  Decoder decoder(bytes);
  if (!decoder.read_header(false) || !decoder.start(eighths)) return decoder.failure();
  Decoded decoded{.raster = Raster(decoder.scaled_size(), decoder.pixels()),
                  .width = decoder.size().width * eighths / 8.0,
                  .height = decoder.size().height * eighths / 8.0};
  if (!decoder.read_rows(decoded.raster)) return decoder.failure();
  if (decoder.is_cmyk()) invert(decoded.raster);
  return decoded;
}

Result<std::string> encode_jpeg(const Raster& raster, int quality, Chroma chroma) {
  Encoder encoder;
  if (!encoder.encode(raster, quality, chroma)) return encoder.failure();
  return encoder.bytes();
}

}  // namespace likeness::imaging
