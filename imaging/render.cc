#include "imaging/render.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "imaging/colour.h"
#include "imaging/encode.h"
#include "imaging/geometry.h"
#include "imaging/jpeg.h"
#include "imaging/load.h"
#include "imaging/pyramid.h"
#include "imaging/sketch.h"
#include "imaging/sniff.h"

namespace likeness::imaging {
namespace {

// Every size is made from the master again, so its own losses must not show in them.
constexpr int kMasterQuality = 92;
// A decoder's reduction is a plain mean over a block; this much is left to Lanczos after it.
constexpr double kDecodeMargin = 1.25;

struct Source {
  std::string_view bytes;
  SourceFormat format;
  Size stored;
  int orientation;
  std::string icc;  // Of a JPEG; the other loaders keep it to themselves.
};

// One picture to make: its spec as asked, and its size before orientation is applied.
struct Target {
  Spec spec;
  Size answer;
};

Result<Source> identify(std::string_view bytes, const ImagingSettings& settings) {
  if (bytes.size() > settings.max_source_bytes) return fail(Errc::source_too_large, "bytes");
  const auto format = sniff(bytes);
  if (!format) return fail(Errc::bad_source, "no picture of an accepted format");
  Source source{.bytes = bytes, .format = *format, .stored = {}, .orientation = 1, .icc = {}};
  if (*format == SourceFormat::jpeg) {
    auto header = read_jpeg_header(bytes);
    if (!header) return std::unexpected(std::move(header.error()));
    source.stored = header->size;
    source.orientation = header->orientation;
    source.icc = std::move(header->icc);
  } else {
    auto header = load_header(*format, bytes);
    if (!header) return std::unexpected(std::move(header.error()));
    source.stored = header->size;
    source.orientation = header->orientation;
  }
  if (std::int64_t{source.stored.width} * source.stored.height > settings.max_pixels) {
    return fail(Errc::source_too_large, "pixels");
  }
  return source;
}

double scale_of(const Target& target, Size stored) {
  const Window part = visible_part(stored, target.answer, target.spec.fit);
  return std::max(target.answer.width / part.width, target.answer.height / part.height);
}

int eighths_for(double scale) {
  for (const int eighths : {1, 2, 4}) {
    if (eighths / 8.0 >= kDecodeMargin * scale) return eighths;
  }
  return 8;
}

Result<Decoded> decode(const Source& source, double scale) {
  if (source.format != SourceFormat::jpeg) return load(source.format, source.bytes, scale);
  auto decoded = decode_jpeg(source.bytes, eighths_for(scale));
  if (!decoded) return decoded;
  auto raster = to_srgb(std::move(decoded->raster), source.icc);
  if (!raster) return std::unexpected(std::move(raster.error()));
  decoded->raster = std::move(*raster);
  return decoded;
}

Result<Raster> make(Pyramid& pyramid, const Target& target, int orientation) {
  auto raster = pyramid.render(target.answer, target.spec.fit, target.spec.gravity);
  if (!raster) return raster;
  return upright(std::move(*raster), orientation);
}

// The source in small; its target comes last, so that the pyramid has its level already.
Target sketch_target(Size upright_size, int orientation) {
  const Spec spec{.box = {kSketchEdge, kSketchEdge}, .fit = Fit::contain};
  return {spec, oriented(output_size(upright_size, spec), orientation)};
}

Result<std::vector<Target>> plan(const Job& job, const Source& source,
                                 const ImagingSettings& settings) {
  const Size upright_size = oriented(source.stored, source.orientation);
  std::vector<Target> targets;
  for (const Spec& spec : job.wanted) {
    if (std::max(spec.box.width, spec.box.height) > settings.max_output_edge) {
      return fail(Errc::bad_request, "the asked size is over the limit");
    }
    targets.push_back({spec, oriented(output_size(upright_size, spec), source.orientation)});
  }
  if (job.master_edge > 0 && std::max(upright_size.width, upright_size.height) > job.master_edge) {
    const Spec spec{.box = {job.master_edge, job.master_edge}, .fit = Fit::contain};
    targets.push_back({spec, oriented(output_size(upright_size, spec), source.orientation)});
  }
  return targets;
}

Result<Picture> make_master(Pyramid& pyramid, Target target, int orientation) {
  if (pyramid.pixels() == Pixels::rgba) target.spec.format = Format::png;
  auto raster = make(pyramid, target, orientation);
  if (!raster) return std::unexpected(std::move(raster.error()));
  target.spec.quality = kMasterQuality;
  return encode_picture(std::move(*raster), target.spec, {});
}

}  // namespace

Result<Picture> encode_picture(Raster raster, const Spec& spec, const ImagingSettings& settings) {
  Picture picture{.size = raster.size, .format = spec.format};
  const bool compare = spec.or_jpeg && spec.format != Format::jpeg && raster.pixels != Pixels::rgba;
  std::string jpeg;
  if (compare) {
    auto encoded = encode(cut(raster, 0, 0, raster.size), Format::jpeg,
                          quality_of({.format = Format::jpeg, .quality = spec.quality}, settings));
    if (!encoded) return std::unexpected(std::move(encoded.error()));
    jpeg = std::move(*encoded);
  }
  auto bytes = encode(std::move(raster), spec.format, quality_of(spec, settings));
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  if (compare && jpeg.size() < bytes->size()) {
    picture.format = Format::jpeg;
    *bytes = std::move(jpeg);
  }
  picture.bytes = share(std::move(*bytes));
  return picture;
}

Result<Rendered> render(const Job& job, const ImagingSettings& settings) {
  const auto source = identify(*job.source, settings);
  if (!source) return std::unexpected(source.error());
  const int orientation = source->orientation;
  Rendered rendered;
  rendered.info = {.size = oriented(source->stored, orientation),
                   .content_type = std::string(content_type(source->format))};
  auto targets = plan(job, *source, settings);
  if (!targets) return std::unexpected(std::move(targets.error()));
  if (job.sketch) targets->push_back(sketch_target(rendered.info.size, orientation));
  if (targets->empty()) return rendered;

  double scale = 0;
  for (const Target& target : *targets) scale = std::max(scale, scale_of(target, source->stored));
  auto decoded = decode(*source, scale);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  Pyramid pyramid(std::move(*decoded), source->stored);

  if (job.sketch) {
    const auto raster = make(pyramid, targets->back(), orientation);
    auto made = raster ? sketch(*raster) : std::unexpected(raster.error());
    if (!made) return std::unexpected(std::move(made.error()));
    rendered.sketch = std::move(*made);
    targets->pop_back();
  }
  if (targets->size() > job.wanted.size()) {
    auto master = make_master(pyramid, targets->back(), orientation);
    if (!master) return std::unexpected(std::move(master.error()));
    rendered.master = std::move(*master);
    targets->pop_back();
  }
  for (const Target& target : *targets) {
    auto raster = make(pyramid, target, orientation);
    if (!raster) return std::unexpected(std::move(raster.error()));
    auto picture = encode_picture(std::move(*raster), target.spec, settings);
    if (!picture) return std::unexpected(std::move(picture.error()));
    rendered.pictures.push_back(std::move(*picture));
  }
  return rendered;
}

}  // namespace likeness::imaging
