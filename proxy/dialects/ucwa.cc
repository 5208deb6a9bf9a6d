#include "proxy/dialects/ucwa.h"

#include <charconv>
#include <utility>

#include "proxy/dialects/size.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

Parsed refuse(Errc code, std::string detail) {
  return std::unexpected(Refusal{Dialect::ucwa, {code, std::move(detail), {}}});
}

// "2" and "2.0"; what is no number requires nothing.
bool requires_newer(std::string_view header) {
  int version = 0;
  std::from_chars(header.data(), header.data() + header.size(), version);
  return version > kUcwaVersion;
}

// What a path names behind its application: whose photo or document. Nothing if it is none of
// these.
struct Named {
  std::string_view person;
  Form form = Form::value;
};
std::optional<Named> named_by(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto kind = take_segment(path).value_or("");
  const bool whole = path.empty();
  if (is(kind, "photo") && whole) return Named{"me", Form::value};
  if (is(kind, "me")) {
    if (whole) return Named{"me", Form::resource};
    if (is(path, "/photo")) return Named{"me", Form::value};
    return std::nullopt;
  }
  const bool people = is(kind, "people");
  const auto person = take_segment(path);
  if (!person || (!people && !is(kind, "photos"))) return std::nullopt;
  if (people && is(path, "/contactphoto")) return Named{*person, Form::value};
  if (!path.empty()) return std::nullopt;
  return Named{*person, people ? Form::resource : Form::value};
}

}  // namespace

std::optional<Parsed> parse_ucwa(const http::Request& request, const Limits& limits) {
  std::string_view path = request.path;
  const auto word = [&](std::string_view expected) {
    return is(take_segment(path).value_or(""), expected);
  };
  if (!word("ucwa")) return std::nullopt;
  auto version = take_segment(path);
  if (version && is(*version, "oauth")) version = take_segment(path);
  if (!version || !is(*version, "v1") || !word("applications") || !take_segment(path))
    return refuse(Errc::unknown_route, "not below an application");
  const auto named = named_by(path);
  if (!named) return refuse(Errc::unknown_route, "neither a person nor a photo");
  if (requires_newer(request.header("x-ms-requiresminresourceversion")))
    return refuse(Errc::unsupported_version, "a newer version is required");

  const auto id = decode_id(named->person, limits.max_id_bytes);
  if (!id) return refuse(Errc::bad_request, "the person is missing or badly encoded");
  Call call{.dialect = Dialect::ucwa, .photo = *id, .form = named->form};
  call.ask.spec.box = kDefaultSize;
  const auto size = query_value(request.query, "size");
  if (call.form == Form::resource || !size || size->empty()) return call;
  const auto box = parse_hr(*size);
  if (!box || box->width > limits.max_edge || box->height > limits.max_edge)
    return refuse(Errc::bad_request, "size: expected HR<length>X<width>");
  call.ask.spec.box = *box;
  return call;
}

std::string_view participant_hash(const http::Request& request) {
  return query_value(request.query, "participanthash").value_or("");
}

}  // namespace likeness::dialects
