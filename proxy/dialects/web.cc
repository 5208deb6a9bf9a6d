#include "proxy/dialects/web.h"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"
#include "proxy/http/accept.h"

namespace likeness::dialects {
namespace {

using imaging::Fit;
using imaging::Format;
using imaging::Gravity;

Parsed refuse(std::string detail) {
  return std::unexpected(Refusal{Dialect::web, {Errc::bad_request, std::move(detail), {}}});
}

constexpr int kMaxDpr = 3;
// A hint of more is no display's.
constexpr int kMaxHintedDpr = 16;
constexpr int kWidthStep = 16;

// One of a few words, or nothing.
template <class T, std::size_t count>
std::optional<T> choose(std::string_view word,
                        const std::array<std::pair<std::string_view, T>, count>& words) {
  for (const auto& [name, value] : words)
    if (is(word, name)) return value;
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, Format>, 5> kExtensions{{{"jpg", Format::jpeg},
                                                                          {"jpeg", Format::jpeg},
                                                                          {"webp", Format::webp},
                                                                          {"avif", Format::avif},
                                                                          {"png", Format::png}}};
constexpr std::array<std::pair<std::string_view, Fit>, 2> kFits{
    {{"crop", Fit::crop}, {"contain", Fit::contain}}};
constexpr std::array<std::pair<std::string_view, Gravity>, 3> kGravities{
    {{"centre", Gravity::centre}, {"center", Gravity::centre}, {"attention", Gravity::attention}}};
constexpr std::array<std::pair<std::string_view, bool>, 4> kSwitches{
    {{"1", true}, {"true", true}, {"0", false}, {"false", false}}};

// A number such as "1.5", rounded up to a multiple of `step`; nothing if it is none above zero.
std::optional<int> read_hint(std::string_view text, int most, int step) {
  const auto dot = std::min(text.find('.'), text.size());
  const auto fraction = text.substr(dot);
  const auto whole = parse_number(text.substr(0, dot), most);
  if (!whole || fraction.find_first_not_of("0123456789.") != std::string_view::npos)
    return std::nullopt;
  const bool more = fraction.find_first_not_of("0.") != std::string_view::npos;
  const int number = *whole + (more ? 1 : 0);
  if (number == 0) return std::nullopt;
  return (number + step - 1) / step * step;
}

// Reads the options of the query into `spec`; the name of the one that is wrong, or empty. `dpr` is
// what holds where the query names none.
std::string_view read_options(std::string_view query, imaging::Spec& spec, int dpr, int max_edge) {
  const auto option = [&](std::string_view name, auto parse, auto& into) {
    const auto text = query_value(query, name);
    if (!text) return true;
    const auto value = parse(*text);
    if (value) into = *value;
    return value.has_value();
  };
  const auto number_to = [](int most) {
    return [most](std::string_view text) {
      const auto number = parse_number(text, most);
      return number == 0 ? std::nullopt : number;
    };
  };
  if (!option("fit", [](auto text) { return choose(text, kFits); }, spec.fit)) return "fit";
  if (!option("gravity", [](auto text) { return choose(text, kGravities); }, spec.gravity))
    return "gravity";
  if (!option("enlarge", [](auto text) { return choose(text, kSwitches); }, spec.enlarge))
    return "enlarge";
  if (!option("q", number_to(100), spec.quality)) return "q";
  if (!option("dpr", number_to(kMaxDpr), dpr)) return "dpr";
  spec.box.width *= dpr;
  spec.box.height *= dpr;
  if (spec.box.width > max_edge || spec.box.height > max_edge) return "size";
  return {};
}

// "HR240x240.webp": reads size and format into `spec`, and whether there is a format.
bool read_size(std::string_view segment, imaging::Spec& spec, bool& has_format) {
  if (const auto dot = segment.find('.'); dot != std::string_view::npos) {
    const auto format = choose(segment.substr(dot + 1), kExtensions);
    if (!format) return false;
    spec.format = *format;
    has_format = true;
    segment = segment.substr(0, dot);
  }
  const auto size = parse_hr(segment);
  if (size) spec.box = *size;
  return size.has_value();
}

// Whoever signs a URL has settled what it shows: headers change nothing that it does not leave open
// itself, by format=auto.
bool is_signed(const http::Request& request) {
  return query_value(request.query, "sig").has_value();
}

// The format of a URL without an extension; false if its name is none.
bool read_format(const http::Request& request, const Limits& limits, Call& call) {
  const auto name = query_value(request.query, "format");
  if (name ? is(*name, "auto") : limits.negotiate && !is_signed(request)) {
    call.by_accept = true;
    call.ask.spec.or_jpeg = true;
    switch (http::best_image(request)) {
      case http::ImageType::avif: call.ask.spec.format = Format::avif; break;
      case http::ImageType::webp: call.ask.spec.format = Format::webp; break;
      case http::ImageType::jpeg: call.ask.spec.or_jpeg = false; break;
    }
    return true;
  }
  const auto format = choose(name.value_or("jpg"), kExtensions);
  if (format) call.ask.spec.format = *format;
  return format.has_value();
}

// What the hints say of the size, where the URL names none; returns the pixel ratio. A width is in
// physical pixels already.
int heed_hints(const http::Request& request, bool has_size, int max_edge, imaging::Spec& spec) {
  const auto width = read_hint(request.header("sec-ch-width"), max_edge, kWidthStep);
  if (!has_size && width && !query_value(request.query, "dpr")) {
    spec.box = {std::min(*width, max_edge), std::min(*width, max_edge)};
    return 1;
  }
  const auto ratio = read_hint(request.header("sec-ch-dpr"), kMaxHintedDpr, 1);
  return std::min(ratio.value_or(1), kMaxDpr);
}

}  // namespace

std::optional<Parsed> parse_web(const http::Request& request, const Limits& limits) {
  std::string_view path = request.path;
  if (take_segment(path) != "photos") return std::nullopt;
  const auto segment = take_segment(path);
  const auto id = decode_id(segment.value_or(""), limits.max_id_bytes);
  if (!id) return refuse("the photo's id is missing, too long or badly encoded");
  Call call{Dialect::web, *id, {}};
  photo::Ask& ask = call.ask;
  ask.spec.box = kDefaultSize;
  const auto what = take_segment(path);
  if (!path.empty())
    return std::unexpected(Refusal{Dialect::web, {Errc::unknown_route, "a longer path", {}}});
  if (what == "meta") {
    ask.kind = photo::Ask::Kind::meta;
    call.form = Form::metadata;
    return call;
  }
  if (what == "original") {
    ask.kind =
        limits.original_with_metadata ? photo::Ask::Kind::source : photo::Ask::Kind::original;
    return call;
  }
  const auto size = what && !what->empty() ? what : query_value(request.query, "size");
  bool has_format = false;
  if (size && !read_size(*size, ask.spec, has_format))
    return refuse("size: expected HR<width>x<height>, with .jpg, .webp, .avif or .png");
  if (!has_format && !read_format(request, limits, call))
    return refuse("not a valid value: format");
  call.by_hints = limits.client_hints && !is_signed(request);
  const int dpr =
      call.by_hints ? heed_hints(request, size.has_value(), limits.max_edge, ask.spec) : 1;
  if (const auto wrong = read_options(request.query, ask.spec, dpr, limits.max_edge);
      !wrong.empty())
    return refuse("not a valid value: " + std::string(wrong));
  return call;
}

std::string iso_date(WallClock::time_point time) {
  const std::time_t stamp = WallClock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&stamp, &parts);
  char text[sizeof "2026-11-23T08:49:37Z"];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string web_metadata(const cache::Meta& meta) {
  nlohmann::ordered_json document{{"width", meta.width},
                                  {"height", meta.height},
                                  {"contentType", meta.content_type},
                                  {"bytes", meta.bytes},
                                  {"etag", '"' + meta.version + '"'},
                                  {"fetched", iso_date(meta.fetched)},
                                  {"freshUntil", iso_date(meta.fresh_until)}};
  const auto add = [&document](const char* name, std::string_view before, const std::string& text) {
    if (!text.empty()) document[name] = std::string(before) + text;
  };
  add("colour", "", meta.colour);
  add("thumbhash", "", meta.thumbhash);
  add("lqip", "data:image/webp;base64,", meta.preview);
  return document.dump(2) + '\n';
}

namespace {

std::string document_of(const Error& error) {
  nlohmann::ordered_json document;
  document["error"] = {{"code", name(error.code)}, {"message", message_of(error)}};
  return document.dump() + '\n';
}

}  // namespace

std::string web_error(const Error& error) {
  // Putting it together costs as much as the rest of the answer does outside the kernel.
  static const std::string no_photo = document_of({.code = Errc::no_photo});
  return error.code == Errc::no_photo ? no_photo : document_of(error);
}

}  // namespace likeness::dialects
