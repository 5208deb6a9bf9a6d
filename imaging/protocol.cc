#include "imaging/protocol.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "imaging/sniff.h"

namespace likeness::imaging {
namespace {

constexpr std::size_t kMaxDetailBytes = 200;
constexpr std::uint32_t kMaxFonts = 64;
constexpr std::size_t kMaxPathBytes = 4'096;

class Writer {
 public:
  template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  Writer& put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Writer& put(Size size) { return put(size.width).put(size.height); }
  Writer& put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
    return *this;
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a Writer wrote. What is not there, or out of its range, reads as a default and makes
// the whole reader bad.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
    requires std::is_arithmetic_v<T>
  T number(T least = std::numeric_limits<T>::lowest(), T most = std::numeric_limits<T>::max()) {
    T value{};
    if (rest_.size() < sizeof value) return bad<T>();
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value >= least && value <= most ? value : bad<T>();
  }
  template <class E>
  E one_of(E last) {
    using Number = std::underlying_type_t<E>;
    return static_cast<E>(number<Number>(0, static_cast<Number>(last)));
  }
  bool boolean() { return number<std::uint8_t>(0, 1) != 0; }
  Size size(int least) {
    const int width = number<int>(least);
    return {width, number<int>(least)};
  }
  std::string_view text(std::size_t most) {
    const auto length = number<std::uint32_t>();
    if (length > most || length > rest_.size()) return bad<std::string_view>();
    const std::string_view result = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return result;
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

 private:
  template <class T>
  T bad() {
    good_ = false;
    return T{};
  }
  std::string_view rest_;
  bool good_ = true;
};

void put_picture(Writer& head, std::string& body, const Picture& picture) {
  head.put(picture.size).put(picture.format);
  head.put(static_cast<std::uint32_t>(picture.bytes->size()));
  body += *picture.bytes;
}

// `body` loses what the picture takes.
std::optional<Picture> read_picture(Reader& head, std::string_view& body) {
  const Size size = head.size(1);
  const auto format = head.one_of(Format::png);
  const auto length = head.number<std::uint32_t>(1);
  if (!head.good() || length > body.size()) return std::nullopt;
  Picture picture{
      .bytes = share(std::string(body.substr(0, length))), .size = size, .format = format};
  body.remove_prefix(length);
  return picture;
}

bool fits(const Picture& picture, const Spec& spec, Size source) {
  return picture.size == output_size(source, spec) &&
         (picture.format == spec.format || (spec.or_jpeg && picture.format == Format::jpeg));
}

std::optional<Sketch> read_sketch(Reader& head) {
  Sketch sketch;
  sketch.thumbhash = head.text(kMaxThumbhashBytes);
  for (std::uint8_t& channel : sketch.colour) channel = head.number<std::uint8_t>();
  sketch.preview = head.text(kMaxPreviewBytes);
  return head.good() ? std::optional(std::move(sketch)) : std::nullopt;
}

bool is_source_type(std::string_view text) {
  constexpr std::array kFormats = {SourceFormat::jpeg, SourceFormat::png,  SourceFormat::webp,
                                   SourceFormat::gif,  SourceFormat::tiff, SourceFormat::avif,
                                   SourceFormat::heic};
  return std::ranges::any_of(kFormats,
                             [&](SourceFormat format) { return content_type(format) == text; });
}

std::optional<Rendered> read_rendered(Reader& head, std::string_view body, const Job& job) {
  Rendered rendered;
  rendered.info.size = head.size(1);
  rendered.info.content_type = head.text(kMaxDetailBytes);
  if (!is_source_type(rendered.info.content_type)) return std::nullopt;
  for (const Spec& spec : job.wanted) {
    auto picture = read_picture(head, body);
    if (!picture || !fits(*picture, spec, rendered.info.size)) return std::nullopt;
    rendered.pictures.push_back(std::move(*picture));
  }
  if (head.boolean()) {
    rendered.master = read_picture(head, body);
    if (!rendered.master ||
        std::max(rendered.master->size.width, rendered.master->size.height) > job.master_edge) {
      return std::nullopt;
    }
  }
  if (head.boolean()) {
    rendered.sketch = read_sketch(head);
    if (!rendered.sketch || !job.sketch) return std::nullopt;
  }
  if (!head.done() || !body.empty()) return std::nullopt;
  return rendered;
}

// A worker fails jobs for these reasons only.
bool is_worker_error(Errc code) {
  return code == Errc::bad_source || code == Errc::source_too_large || code == Errc::bad_request ||
         code == Errc::internal;
}

std::optional<Error> read_error(Reader& head) {
  const auto code = head.one_of(Errc::internal);
  std::string detail(head.text(kMaxDetailBytes));
  if (!head.done() || !is_worker_error(code)) return std::nullopt;
  std::ranges::replace_if(detail, [](char c) { return c < ' ' || c > '~'; }, '?');
  return Error{code, std::move(detail)};
}

}  // namespace

std::string encode_settings(const ImagingSettings& settings) {
  Writer writer;
  writer.put(static_cast<std::uint32_t>(settings.fonts.size()));
  for (const std::string& font : settings.fonts) writer.put(std::string_view(font));
  return writer.put(static_cast<std::uint8_t>(settings.sandbox))
      .put(static_cast<std::uint64_t>(settings.max_source_bytes))
      .put(settings.max_pixels)
      .put(settings.max_output_edge)
      .put(static_cast<std::uint64_t>(settings.max_worker_bytes))
      .put(settings.jpeg_quality)
      .put(settings.webp_quality)
      .put(settings.avif_quality)
      .take();
}

std::optional<ImagingSettings> decode_settings(std::string_view head) {
  Reader reader(head);
  ImagingSettings settings;
  settings.fonts.clear();
  const auto fonts = reader.number<std::uint32_t>(0, kMaxFonts);
  for (std::uint32_t i = 0; i < fonts; ++i) settings.fonts.emplace_back(reader.text(kMaxPathBytes));
  settings.sandbox = reader.boolean();
  settings.max_source_bytes = reader.number<std::uint64_t>();
  settings.max_pixels = reader.number<std::int64_t>();
  settings.max_output_edge = reader.number<int>();
  settings.max_worker_bytes = reader.number<std::uint64_t>();
  settings.jpeg_quality = reader.number<int>(1, 100);
  settings.webp_quality = reader.number<int>(1, 100);
  settings.avif_quality = reader.number<int>(1, 100);
  if (!reader.done()) return std::nullopt;
  return settings;
}

std::string encode_job(const Job& job) {
  Writer writer;
  writer.put(static_cast<std::uint64_t>(job.source == nullptr ? 0 : job.source->size()));
  writer.put(static_cast<std::uint32_t>(job.wanted.size()));
  for (const Spec& spec : job.wanted) {
    writer.put(spec.box).put(spec.fit).put(spec.gravity).put(spec.format).put(spec.quality);
    writer.put(static_cast<std::uint8_t>(spec.enlarge));
    writer.put(static_cast<std::uint8_t>(spec.or_jpeg));
  }
  writer.put(job.master_edge).put(static_cast<std::uint8_t>(job.sketch));
  writer.put(static_cast<std::uint8_t>(job.drawing.has_value()));
  if (job.drawing) {
    writer.put(job.drawing->colour).put(static_cast<std::uint32_t>(job.drawing->initials.size()));
    for (const std::string& initial : job.drawing->initials) writer.put(std::string_view(initial));
  }
  return writer.take();
}

std::optional<Order> decode_job(std::string_view head) {
  Reader reader(head);
  Order order;
  Job& job = order.job;
  order.source_bytes = reader.number<std::uint64_t>(0, kMaxBodyBytes);
  const auto count = reader.number<std::uint32_t>(0, kMaxPictures);
  for (std::uint32_t i = 0; i < count; ++i) {
    Spec spec;
    spec.box = reader.size(std::numeric_limits<int>::min());
    spec.fit = reader.one_of(Fit::contain);
    spec.gravity = reader.one_of(Gravity::attention);
    spec.format = reader.one_of(Format::png);
    spec.quality = reader.number<int>();
    spec.enlarge = reader.boolean();
    spec.or_jpeg = reader.boolean();
    job.wanted.push_back(spec);
  }
  job.master_edge = reader.number<int>();
  job.sketch = reader.boolean();
  if (reader.boolean()) {
    Drawing& drawing = job.drawing.emplace();
    drawing.colour = reader.number<int>();
    const auto initials = reader.number<std::uint32_t>(0, kMaxInitials);
    for (std::uint32_t i = 0; i < initials; ++i)
      drawing.initials.emplace_back(reader.text(kMaxInitialBytes));
  }
  if (!reader.done()) return std::nullopt;
  return order;
}

Frame encode_answer(const Result<Rendered>& answer, std::size_t worker_bytes) {
  Frame frame;
  Writer head;
  head.put(static_cast<std::uint64_t>(worker_bytes));
  head.put(static_cast<std::uint8_t>(answer.has_value()));
  if (answer) {
    head.put(answer->info.size).put(std::string_view(answer->info.content_type));
    for (const Picture& picture : answer->pictures) put_picture(head, frame.body, picture);
    head.put(static_cast<std::uint8_t>(answer->master.has_value()));
    if (answer->master) put_picture(head, frame.body, *answer->master);
    head.put(static_cast<std::uint8_t>(answer->sketch.has_value()));
    if (answer->sketch) {
      head.put(std::string_view(answer->sketch->thumbhash));
      for (const std::uint8_t channel : answer->sketch->colour) head.put(channel);
      head.put(std::string_view(answer->sketch->preview));
    }
  } else {
    const std::string_view detail = answer.error().detail;
    head.put(answer.error().code).put(detail.substr(0, kMaxDetailBytes));
  }
  frame.head = head.take();
  return frame;
}

std::optional<Answer> decode_answer(const Frame& frame, const Job& job) {
  Reader head(frame.head);
  const auto worker_bytes = static_cast<std::size_t>(head.number<std::uint64_t>());
  if (head.boolean()) {
    auto rendered = read_rendered(head, frame.body, job);
    if (!rendered) return std::nullopt;
    return Answer{std::move(*rendered), worker_bytes};
  }
  auto error = read_error(head);
  if (!error) return std::nullopt;
  return Answer{std::unexpected(std::move(*error)), worker_bytes};
}

}  // namespace likeness::imaging
