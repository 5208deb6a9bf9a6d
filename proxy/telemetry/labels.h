#ifndef LIKENESS_PROXY_TELEMETRY_LABELS_H_
#define LIKENESS_PROXY_TELEMETRY_LABELS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace likeness::telemetry {

// The few words by which requests are counted. Small sets, so that counting is an index into an
// array and no client can make up new time series.

// Which family of URLs a request belongs to; `other` is every URL that we do not know.
enum class Route : std::uint8_t {
  web,
  ucwa,
  outlook,
  graph,
  ews,
  admin,
  health,
  metrics,
  page,
  other,
};
inline constexpr std::array<std::string_view, 10> kRouteNames = {
    "web", "ucwa", "outlook", "graph", "ews", "admin", "health", "metrics", "page", "other"};

// Where the answer came from, by the dearest step it took.
enum class CacheOutcome : std::uint8_t {
  none,         // Not about a photo: health, metrics, unknown URLs, refused requests.
  memory,       // This process's memory held the picture.
  redis,        // Redis held the picture.
  rendered,     // Made from the master or the original at hand; no fetch.
  fetched,      // The origin sent the photo.
  revalidated,  // The origin said that the copy at hand is still right.
  coalesced,    // Waited for another request's miss.
  stale,        // No longer fresh, served all the same.
  negative,     // It was remembered that there is no photo, or that it cannot be used.
  stored,       // The client changed the photo, or asked to forget it.
  error,        // No answer but an error.
};
inline constexpr std::array<std::string_view, 11> kCacheOutcomeNames = {
    "none",      "memory", "redis",    "rendered", "fetched", "revalidated",
    "coalesced", "stale",  "negative", "stored",   "error"};

// Who ended a forwarded answer between its head and its end.
enum class BrokenBy : std::uint8_t {
  service,  // It broke off, stopped for too long, or sent too much.
  client,   // It went away.
};
inline constexpr std::array<std::string_view, 2> kBrokenByNames = {"service", "client"};

// The statuses that we send, the frequent ones first; any other is counted as the last one, 0,
// which is shown as "other".
inline constexpr std::array<std::uint16_t, 35> kStatuses = {
    200, 304, 404, 201, 202, 204, 206, 207, 301, 302, 307, 308, 400, 401, 403, 405, 406, 408,
    409, 410, 412, 413, 414, 415, 416, 422, 429, 431, 500, 501, 502, 503, 504, 505, 0};

[[nodiscard]] constexpr std::size_t index_of(int status) {
  for (std::size_t i = 0; i + 1 < kStatuses.size(); ++i) {
    if (kStatuses[i] == status) return i;
  }
  return kStatuses.size() - 1;
}

}  // namespace likeness::telemetry

#endif  // LIKENESS_PROXY_TELEMETRY_LABELS_H_
