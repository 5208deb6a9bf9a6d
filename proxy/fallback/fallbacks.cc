#include "proxy/fallback/fallbacks.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "imaging/palette.h"
#include "proxy/dialects/url.h"
#include "proxy/fallback/initials.h"
#include "proxy/photo/digest.h"

namespace likeness::fallback {
namespace {

using cache::PicturePtr;
using dialects::Call;
using dialects::Dialect;
using http::Request;
using imaging::Drawing;
using photo::Ask;

constexpr std::string_view kNone = "404";
constexpr std::string_view kMonogram = "monogram";
constexpr std::string_view kSilhouette = "silhouette";
// Each picture is a record of its own with one picture, so that no limit on a photo's variants
// holds for it. No photo's id begins with NUL.
constexpr char kMark = '\0';
constexpr std::string_view kPicture = "fallback";

// The same ground for a contact everywhere and for ever.
int colour_of(std::string_view photo) {
  unsigned number = 0;
  const std::string digest = photo::digest(photo);
  constexpr std::size_t kDigits = 6;
  std::from_chars(digest.data(), digest.data() + kDigits, number, 16);
  return static_cast<int>(number % imaging::kHues);
}

Drawing monogram(const Request& request, const Call& call) {
  const std::string_view photo = call.photo.view();
  std::vector<std::string> letters;
  if (call.dialect == Dialect::web) {
    const auto given = dialects::query_value(request.query, "name");
    if (const auto name = dialects::decode(given.value_or(""))) letters = initials(*name);
  }
  if (letters.empty()) letters = initials(name_in_id(photo));
  if (letters.empty()) return {.initials = {}, .colour = imaging::kNeutral};
  return {.initials = std::move(letters), .colour = colour_of(photo)};
}

// Not a refusal: whoever may not see a photo is to know it.
bool is_of_origin(Errc failure) {
  switch (failure) {
    case Errc::bad_source:
    case Errc::source_too_large:
    case Errc::origin_failed:
    case Errc::origin_unreachable:
    case Errc::origin_timeout:
    case Errc::throttled:
    case Errc::overloaded: return true;
    default: return false;
  }
}

void append(std::string& key, const imaging::Spec& spec) {
  char buffer[imaging::kMaxNameLength];
  key += kMark;
  key += imaging::write_name(spec, buffer);
}

// A drawing has no aspect of its own, so fit and gravity make no difference.
StandIn drawn(Drawing drawing, imaging::Spec spec) {
  spec.fit = imaging::Fit::crop;
  spec.gravity = imaging::Gravity::centre;
  spec.enlarge = true;
  StandIn result;
  result.key = kMark + std::to_string(drawing.colour);
  for (const std::string& initial : drawing.initials) (result.key += kMark) += initial;
  append(result.key, spec);
  result.job.wanted.push_back(spec);
  result.job.drawing = std::move(drawing);
  return result;
}

StandIn taken_from(const Images::Image& image, imaging::Spec spec) {
  spec.enlarge = true;
  StandIn result;
  (result.key += kMark) += image.version;
  append(result.key, spec);
  result.job.source = image.bytes;
  result.job.wanted.push_back(spec);
  return result;
}

PicturePtr finished(const imaging::Picture& made) {
  cache::Picture picture{.bytes = made.bytes,
                         .content_type = std::string(content_type(made.format)),
                         .width = made.size.width,
                         .height = made.size.height,
                         .etag = photo::entity_tag(*made.bytes),
                         .version = std::string(kPicture),
                         .head = {}};
  // No Last-Modified: the photo that comes one day may well be older than this picture.
  picture.head = "Content-Type: " + picture.content_type + "\r\nETag: " + picture.etag +
                 "\r\nX-Photo-Width: " + std::to_string(picture.width) +
                 "\r\nX-Photo-Height: " + std::to_string(picture.height) +
                 "\r\nX-Content-Type-Options: nosniff\r\n";
  return std::make_shared<const cache::Picture>(std::move(picture));
}

}  // namespace

std::string_view Fallbacks::choice(const Request& request, const Call& call) const {
  switch (call.dialect) {
    case Dialect::web: {
      const auto asked = dialects::query_value(request.query, "fallback");
      return asked ? *asked : std::string_view(settings_.web);
    }
    case Dialect::ucwa: return settings_.ucwa;
    case Dialect::outlook:
    case Dialect::graph:
    case Dialect::ews: break;
  }
  return settings_.outlook;
}

Fallbacks::Fallbacks(cache::MemoryCache& memory, const Images& images,
                     const FallbackSettings& settings, Render render)
    : memory_(memory), images_(images), settings_(settings), render_(std::move(render)) {
  for (const std::string* name : {&settings.web, &settings.ucwa, &settings.outlook})
    if (!known(*name))
      throw std::runtime_error("fallback: there is no image named \"" + *name + '"');
}

bool Fallbacks::known(const Request& request, const Call& call) const {
  return known(choice(request, call));
}

bool Fallbacks::known(std::string_view name) const {
  return name == kNone || name == kMonogram || name == kSilhouette || images_.find(name) != nullptr;
}

std::optional<StandIn> Fallbacks::stand_in(const Request& request, const Call& call,
                                           Errc failure) const {
  const bool applies = failure == Errc::no_photo || (settings_.on_error && is_of_origin(failure));
  if (call.ask.kind != Ask::Kind::picture || !applies) return std::nullopt;
  const auto name = choice(request, call);
  if (name == kMonogram) return drawn(monogram(request, call), call.ask.spec);
  if (name == kSilhouette)
    return drawn({.initials = {}, .colour = imaging::kNeutral}, call.ask.spec);
  const auto* image = images_.find(name);
  return image == nullptr ? std::nullopt : std::optional(taken_from(*image, call.ask.spec));
}

PicturePtr Fallbacks::find(const StandIn& wanted) const {
  return memory_.find(wanted.key, kPicture).picture;
}

void Fallbacks::make(StandIn wanted, Done done) {
  auto& waiting = waiting_[wanted.key];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  render_(std::move(wanted.job),
          [this, key = std::move(wanted.key)](auto result) { made(key, std::move(result)); });
}

void Fallbacks::made(const std::string& key, Result<imaging::Rendered> result) {
  auto waiting = waiting_.extract(key);
  Result<PicturePtr> picture = fail(Errc::internal, "no picture");
  if (!result) {
    picture = std::unexpected(std::move(result.error()));
  } else if (!result->pictures.empty()) {
    picture = finished(result->pictures.front());
    memory_.put_meta(
        key, std::make_shared<const cache::Meta>(cache::Meta{.status = cache::Meta::Status::photo,
                                                             .version = std::string(kPicture)}));
    memory_.put_picture(key, kPicture, *picture);
  }
  for (Done& done : waiting.mapped()) done(picture);
}

}  // namespace likeness::fallback
