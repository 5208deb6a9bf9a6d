#include "proxy/fallback/fallbacks.h"

#include <algorithm>
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
  return static_cast<int>(photo::digest_start(photo) % imaging::kHues);
}

// Those of the name that the URL gives; empty if it gives none that has some.
std::vector<std::string> given_initials(const Request& request, const Call& call) {
  if (call.dialect != Dialect::web) return {};
  const auto given = dialects::query_value(request.query, "name");
  const auto name = given ? dialects::decode(*given) : std::nullopt;
  return name ? initials(*name) : std::vector<std::string>();
}

Drawing monogram(std::vector<std::string> letters, std::string_view name, std::string_view photo) {
  if (letters.empty()) letters = initials(name);
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
    case Dialect::ucwa: return settings_.ucwa;
    case Dialect::outlook: return settings_.outlook;
    case Dialect::graph: return settings_.graph;
    case Dialect::ews: return settings_.ews;
    case Dialect::web: break;
  }
  const auto asked = dialects::query_value(request.query, "fallback");
  return asked ? *asked : std::string_view(settings_.web);
}

Fallbacks::Fallbacks(Ports ports, const FallbackSettings& settings, seconds names_kept)
    : memory_(ports.memory),
      images_(ports.images),
      settings_(settings),
      render_(std::move(ports.render)),
      names_(std::move(ports.ask_name), names_kept) {
  for (const std::string* name :
       {&settings.web, &settings.ucwa, &settings.outlook, &settings.graph, &settings.ews})
    if (!known(*name))
      throw std::runtime_error("fallback: there is no image named \"" + *name + '"');
}

bool Fallbacks::known(const Request& request, const Call& call) const {
  return known(choice(request, call));
}

bool Fallbacks::known(std::string_view name) const {
  return name == kNone || name == kMonogram || name == kSilhouette || images_.find(name) != nullptr;
}

std::optional<StandIn> Fallbacks::stand_in(const Request& request, const Call& call, Errc failure,
                                           Clock::time_point now) const {
  const bool applies = failure == Errc::no_photo || (settings_.on_error && is_of_origin(failure));
  const bool picture = call.ask.kind == Ask::Kind::picture && call.form == dialects::Form::value;
  if (!picture || !applies) return std::nullopt;
  const imaging::Spec& spec = call.ask.spec;
  const auto chosen = choice(request, call);
  if (chosen == kSilhouette) return drawn({.initials = {}, .colour = imaging::kNeutral}, spec);
  if (chosen != kMonogram) {
    const auto* image = images_.find(chosen);
    return image == nullptr ? std::nullopt : std::optional(taken_from(*image, spec));
  }
  const auto photo = call.photo.view();
  auto letters = given_initials(request, call);
  const auto name = letters.empty() ? names_.find(photo, now) : std::string_view();
  if (!name) return StandIn{{}, {.wanted = {spec}}, std::string(photo)};
  return drawn(monogram(std::move(letters), *name, photo), spec);
}

PicturePtr Fallbacks::find(const StandIn& wanted) const {
  return wanted.key.empty() ? nullptr : memory_.find(wanted.key, kPicture).picture;
}

void Fallbacks::make(StandIn wanted, Clock::time_point now, Done done) {
  if (!wanted.key.empty()) return draw(std::move(wanted), std::move(done));
  const std::string photo = std::move(wanted.photo);
  names_.ask(photo, now,
             [this, photo, spec = wanted.job.wanted.front(),
              done = std::move(done)](std::string_view name) mutable {
               StandIn named = drawn(monogram({}, name, photo), spec);
               if (auto picture = find(named)) return done(std::move(picture));
               draw(std::move(named), std::move(done));
             });
}

void Fallbacks::draw(StandIn wanted, Done done) {
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
