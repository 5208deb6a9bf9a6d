#include "proxy/origin/http_origin.h"

#include "proxy/origin/answer.h"
#include "proxy/origin/escape.h"

namespace likeness::origin {
std::string expand(std::string_view pattern, std::string_view id) {
  constexpr std::string_view kPlace = "{id}";
  std::string url;
  for (;;) {
    const auto place = pattern.find(kPlace);
    url += pattern.substr(0, place);
    if (place == std::string_view::npos) return url;
    url += escape(id);
    pattern.remove_prefix(place + kPlace.size());
  }
}

HttpOrigin::HttpOrigin(Loop& loop, const OriginSettings& settings, SourcePolicy& policy,
                       std::string pattern, std::size_t max_bytes)
    : loop_(loop),
      client_(loop, settings, policy),
      pattern_(std::move(pattern)),
      max_bytes_(max_bytes) {}

void HttpOrigin::fetch(std::string_view photo, const Validators& have, const Credentials& caller,
                       Done done) {
  ClientRequest request{.url = expand(pattern_, photo), .max_body_bytes = max_bytes_};
  request.headers.emplace_back("Accept: image/*");
  if (!caller.traceparent.empty()) request.headers.push_back("traceparent: " + caller.traceparent);
  if (!have.etag.empty()) request.headers.push_back("If-None-Match: " + have.etag);
  if (!have.last_modified.empty())
    request.headers.push_back("If-Modified-Since: " + have.last_modified);
  client_.send(std::move(request), [done = std::move(done)](auto response) mutable {
    if (!response) return done(std::unexpected(std::move(response.error())));
    done(interpret(std::move(*response), WallClock::now()));
  });
}

void HttpOrigin::check(std::string_view /*photo*/, const Validators& /*have*/,
                       const Credentials& /*caller*/, Checked done) {
  loop_.post(lifetime_.bind([done = std::move(done)]() mutable { done({}); }));
}

}  // namespace likeness::origin
