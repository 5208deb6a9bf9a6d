#include "imaging/sketch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "imaging/resample.h"
#include "imaging/webp.h"

namespace likeness::imaging {
namespace {

constexpr int kPreviewQuality = 30;

// A channel's mean and its low frequencies, scaled to 0 … 1.
struct Waves {
  double mean = 0;
  double scale = 0;
  std::vector<double> parts;
};

Waves transform(const std::vector<double>& channel, Size size, int across, int down) {
  Waves waves;
  const double pixels = static_cast<double>(size.width) * size.height;
  std::vector<double> cosine(static_cast<std::size_t>(size.width));
  for (int cy = 0; cy < down; ++cy) {
    for (int cx = 0; cx * down < across * (down - cy); ++cx) {
      for (int x = 0; x < size.width; ++x)
        cosine[unsigned(x)] = std::cos(std::numbers::pi / size.width * cx * (x + 0.5));
      double sum = 0;
      const double* value = channel.data();
      for (int y = 0; y < size.height; ++y) {
        const double fy = std::cos(std::numbers::pi / size.height * cy * (y + 0.5));
        for (int x = 0; x < size.width; ++x) sum += *value++ * cosine[unsigned(x)] * fy;
      }
      sum /= pixels;
      if (cx == 0 && cy == 0) {
        waves.mean = sum;
      } else {
        waves.parts.push_back(sum);
        waves.scale = std::max(waves.scale, std::abs(sum));
      }
    }
  }
  if (waves.scale > 0)
    for (double& part : waves.parts) part = 0.5 + 0.5 / waves.scale * part;
  return waves;
}

std::uint32_t rounded(double value) { return static_cast<std::uint32_t>(std::floor(value + 0.5)); }

// Luma, yellow minus blue, red minus green, alpha.
using Channels = std::array<std::vector<double>, 4>;

struct Split {
  Channels channels;
  bool has_alpha = false;
};

double alpha_of(const Raster& raster, const std::uint8_t* pixel) {
  return raster.pixels == Pixels::rgba ? pixel[3] / 255.0 : 1;
}

// Transparent pixels have the picture's average colour.
Split split(const Raster& raster) {
  const std::uint8_t* const end = raster.bytes.get() + raster.byte_count();
  std::array<double, 3> average{};
  double opacity = 0;
  for (const std::uint8_t* pixel = raster.bytes.get(); pixel != end; pixel += 4) {
    const double alpha = alpha_of(raster, pixel);
    for (std::size_t i = 0; i < 3; ++i) average[i] += alpha / 255 * pixel[i];
    opacity += alpha;
  }
  if (opacity > 0)
    for (double& channel : average) channel /= opacity;
  Split result;
  result.has_alpha = opacity < static_cast<double>(raster.size.width) * raster.size.height;
  for (const std::uint8_t* pixel = raster.bytes.get(); pixel != end; pixel += 4) {
    const double alpha = alpha_of(raster, pixel);
    std::array<double, 3> rgb{};
    for (std::size_t i = 0; i < 3; ++i) rgb[i] = average[i] * (1 - alpha) + alpha / 255 * pixel[i];
    result.channels[0].push_back((rgb[0] + rgb[1] + rgb[2]) / 3);
    result.channels[1].push_back((rgb[0] + rgb[1]) / 2 - rgb[2]);
    result.channels[2].push_back(rgb[0] - rgb[1]);
    result.channels[3].push_back(alpha);
  }
  return result;
}

Result<std::string> preview(const Raster& raster) {
  const double longest = std::max(raster.size.width, raster.size.height);
  const double scale = std::min(1.0, kPreviewEdge / longest);
  const auto scaled = [scale](int edge) {
    return std::max(1, static_cast<int>(std::lround(edge * scale)));
  };
  const Window all{0, 0, static_cast<double>(raster.size.width),
                   static_cast<double>(raster.size.height)};
  Raster small = resample(raster, all, {scaled(raster.size.width), scaled(raster.size.height)});
  flatten(small);
  return encode_webp(small, kPreviewQuality);
}

}  // namespace

std::string thumbhash(const Raster& raster) {
  const Size size = raster.size;
  const auto [channels, has_alpha] = split(raster);
  const int limit = has_alpha ? 5 : 7;
  const double longest = std::max(size.width, size.height);
  const int across = std::max(1, static_cast<int>(std::lround(limit * size.width / longest)));
  const int down = std::max(1, static_cast<int>(std::lround(limit * size.height / longest)));
  const Waves luma = transform(channels[0], size, std::max(3, across), std::max(3, down));
  const Waves yellow = transform(channels[1], size, 3, 3);
  const Waves red = transform(channels[2], size, 3, 3);
  const Waves alpha = has_alpha ? transform(channels[3], size, 5, 5) : Waves{};

  const bool landscape = size.width > size.height;
  const std::uint32_t first = rounded(63 * luma.mean) | rounded(31.5 + 31.5 * yellow.mean) << 6U |
                              rounded(31.5 + 31.5 * red.mean) << 12U |
                              rounded(31 * luma.scale) << 18U | std::uint32_t{has_alpha} << 23U;
  const std::uint32_t second = static_cast<std::uint32_t>(landscape ? down : across) |
                               rounded(63 * yellow.scale) << 3U | rounded(63 * red.scale) << 9U |
                               std::uint32_t{landscape} << 15U;
  std::string hash;
  const auto put = [&hash](std::uint32_t byte) { hash += static_cast<char>(byte & 255U); };
  for (const unsigned shift : {0U, 8U, 16U}) put(first >> shift);
  for (const unsigned shift : {0U, 8U}) put(second >> shift);
  if (has_alpha) put(rounded(15 * alpha.mean) | rounded(15 * alpha.scale) << 4U);
  bool low = true;
  for (const Waves* waves : {&luma, &yellow, &red, &alpha}) {
    for (const double part : waves->parts) {
      const std::uint32_t nibble = rounded(15 * part);
      if (low) {
        put(nibble);
      } else {
        hash.back() = static_cast<char>(static_cast<unsigned char>(hash.back()) | nibble << 4U);
      }
      low = !low;
    }
  }
  return hash;
}

std::array<std::uint8_t, 3> dominant_colour(const Raster& raster) {
  constexpr std::size_t kBins = 4'096;
  struct Bin {
    std::uint32_t count = 0;
    std::array<std::uint32_t, 3> sum{};
  };
  std::vector<Bin> bins(kBins);
  const std::uint8_t* const end = raster.bytes.get() + raster.byte_count();
  for (const std::uint8_t* pixel = raster.bytes.get(); pixel != end; pixel += 4) {
    if (raster.pixels == Pixels::rgba && pixel[3] < 128) continue;
    const auto high = [pixel](int channel) { return unsigned{pixel[channel]} >> 4U; };
    const unsigned place = high(0) << 8U | high(1) << 4U | high(2);
    Bin& bin = bins[place];
    ++bin.count;
    for (std::size_t i = 0; i < 3; ++i) bin.sum[i] += pixel[i];
  }
  const Bin& most = *std::ranges::max_element(bins, {}, &Bin::count);
  std::array<std::uint8_t, 3> colour{};
  if (most.count == 0) return colour;
  for (std::size_t i = 0; i < 3; ++i)
    colour[i] = static_cast<std::uint8_t>((most.sum[i] + most.count / 2) / most.count);
  return colour;
}

Result<Sketch> sketch(const Raster& raster) {
  auto small = preview(raster);
  if (!small) return std::unexpected(std::move(small.error()));
  if (small->size() > kMaxPreviewBytes) small->clear();
  return Sketch{.thumbhash = thumbhash(raster),
                .colour = dominant_colour(raster),
                .preview = std::move(*small)};
}

}  // namespace likeness::imaging
