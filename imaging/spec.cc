#include "imaging/spec.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "imaging/geometry.h"

namespace likeness::imaging {
namespace {

// value * numerator / denominator, rounded half up, never below 1. All are positive.
int scale(int value, int numerator, int denominator) {
  const std::int64_t product = std::int64_t{value} * numerator;
  return static_cast<int>(
      std::max<std::int64_t>(1, (2 * product + denominator) / (2 * std::int64_t{denominator})));
}

// The largest size of the aspect of `shape` that fits in `room`.
Size fit_into(Size shape, Size room) {
  // Widths bind where shape.width / shape.height >= room.width / room.height.
  if (std::int64_t{shape.width} * room.height >= std::int64_t{room.width} * shape.height) {
    return {room.width, std::min(room.height, scale(shape.height, room.width, shape.width))};
  }
  return {std::min(room.width, scale(shape.width, room.height, shape.height)), room.height};
}

bool exceeds(Size size, Size limit) {
  return size.width > limit.width || size.height > limit.height;
}

std::string_view name(Format format) {
  switch (format) {
    case Format::jpeg: return "jpeg";
    case Format::webp: return "webp";
    case Format::avif: return "avif";
    case Format::png: return "png";
  }
  return "jpeg";
}

}  // namespace

Size output_size(Size source, const Spec& spec) {
  if (spec.box.width < 1 || spec.box.height < 1) return source;
  if (spec.fit == Fit::crop) {
    return spec.enlarge || !exceeds(spec.box, source) ? spec.box : fit_into(spec.box, source);
  }
  const Size fitted = fit_into(source, spec.box);
  return spec.enlarge || !exceeds(fitted, source) ? fitted : source;
}

Spec canonical(Size source, const Spec& spec) {
  Spec result = spec;
  result.box = output_size(source, spec);
  const bool whole = is_whole(source, result.box);
  // Contain differs from crop only where an edge of an extreme aspect was kept at one pixel.
  if (whole) result.fit = Fit::crop;
  if (whole || result.fit == Fit::contain) result.gravity = Gravity::centre;
  result.enlarge = exceeds(result.box, source);
  if (result.format == Format::png) result.quality = 0;
  if (result.format == Format::jpeg) result.or_jpeg = false;
  return result;
}

std::string_view write_name(const Spec& spec, char* into) {
  char* at = into;
  char* const end = into + kMaxNameLength;
  const auto put = [&](std::string_view text) { at = std::copy(text.begin(), text.end(), at); };
  const auto put_number = [&](int number) { at = std::to_chars(at, end, number).ptr; };
  put_number(spec.box.width);
  put("x");
  put_number(spec.box.height);
  put(spec.fit == Fit::crop ? "-crop" : "-contain");
  if (spec.gravity == Gravity::attention) put("-attention");
  if (spec.enlarge) put("-up");
  if (spec.quality != 0) {
    put("-q");
    put_number(spec.quality);
  }
  put(".");
  put(name(spec.format));
  if (spec.or_jpeg) put("-or-jpeg");
  return {into, static_cast<std::size_t>(at - into)};
}

int quality_of(const Spec& spec, const ImagingSettings& settings) {
  if (spec.format == Format::png) return 0;
  if (spec.quality != 0) return std::clamp(spec.quality, 1, 100);
  switch (spec.format) {
    case Format::webp: return settings.webp_quality;
    case Format::avif: return settings.avif_quality;
    case Format::jpeg:
    case Format::png: break;
  }
  return settings.jpeg_quality;
}

std::string_view content_type(Format format) {
  switch (format) {
    case Format::jpeg: return "image/jpeg";
    case Format::webp: return "image/webp";
    case Format::avif: return "image/avif";
    case Format::png: return "image/png";
  }
  return "image/jpeg";
}

std::string_view extension(Format format) { return format == Format::jpeg ? "jpg" : name(format); }

}  // namespace likeness::imaging
