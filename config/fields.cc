#include "config/fields.h"

#include <algorithm>

namespace likeness::config {
namespace {

// The place of Settings::*section.*member.
template <auto section, auto member>
constexpr auto at() {
  using T = std::remove_cvref_t<decltype(std::declval<Settings&>().*section.*member)>;
  return Place<T>{[](Settings& settings) -> T& { return settings.*section.*member; },
                  [](const Settings& settings) -> const T& { return settings.*section.*member; }};
}

// Bounds of several fields. A wait of more than an hour is a mistake in the unit; so is a lifetime
// of more than ten years.
constexpr std::int64_t kHour = 3'600'000;                         // In milliseconds.
constexpr std::int64_t kTenYears = std::int64_t{3'650} * 86'400;  // In seconds.
constexpr std::int64_t kKi = 1'024;                               // Bytes, as are the next two.
constexpr std::int64_t kMi = 1'024 * kKi;
constexpr std::int64_t kGi = 1'024 * kMi;

constexpr std::string_view kLogLevels[] = {"trace", "debug", "info", "warn", "error", "off"};

constexpr Section kSections[] = {
    {"http", "How clients reach the proxy, and what one of them may use up."},
    {"origin", "Where photos come from."},
    {"redis", "The cache that all processes share."},
    {"memory", "The cache inside this process."},
    {"imaging", "The worker processes that decode and resize, and their limits."},
    {"freshness", "How long what is known stays true."},
    {"photo", "Photos and the misses in flight for them."},
    {"access", "Who may see and change what."},
    {"log", "The log, on standard error."},
};

constexpr Field kFields[] = {
    // http
    {"http.listen",
     "Addresses to listen on: HOST:PORT (IPv6 in brackets, port 0 picks a free one) or unix:/path.",
     at<&Settings::http, &HttpSettings::listen>(),
     {},
     {"listen", "ADDRESS"}},
    {"http.workers",
     "Event loops, each with a thread of its own; 0 means one per core.",
     at<&Settings::http, &HttpSettings::workers>(),
     {.max = 256},
     {"workers", "N"}},
    {"http.max_head_bytes",
     "Request line and headers together; more is answered 431.",
     at<&Settings::http, &HttpSettings::max_head_bytes>(),
     {.min = kKi, .max = kMi}},
    {"http.max_target_bytes",
     "The request's URL alone; more is answered 414.",
     at<&Settings::http, &HttpSettings::max_target_bytes>(),
     {.min = 256, .max = kMi}},
    {"http.max_ignored_body_bytes",
     "A body that nothing asked for is thrown away up to this size; more is answered 413.",
     at<&Settings::http, &HttpSettings::max_ignored_body_bytes>(),
     {.max = 64 * kMi}},
    {"http.head_timeout",
     "From the first byte of a request to the end of its headers.",
     at<&Settings::http, &HttpSettings::head_timeout>(),
     {.min = 1, .max = kHour}},
    {"http.body_timeout",
     "From the end of the headers to the end of the body.",
     at<&Settings::http, &HttpSettings::body_timeout>(),
     {.min = 1, .max = kHour}},
    {"http.idle_timeout",
     "A connection may rest this long between two requests; keep it above the CDN's own.",
     at<&Settings::http, &HttpSettings::idle_timeout>(),
     {.min = 1, .max = kHour}},
    {"http.write_timeout",
     "A client that reads nothing of its answer for this long is cut off.",
     at<&Settings::http, &HttpSettings::write_timeout>(),
     {.min = 1, .max = kHour}},
    {"http.max_pending_output_bytes",
     "A client may leave this much of its answers unread before it is cut off.",
     at<&Settings::http, &HttpSettings::max_pending_output_bytes>(),
     {.min = 64 * kKi, .max = kGi}},
    {"http.max_connections",
     "Connections per process; further ones are closed at once.",
     at<&Settings::http, &HttpSettings::max_connections>(),
     {.min = 1, .max = 1'000'000}},
    {"http.drain_timeout",
     "After SIGTERM requests in flight may take this long to end.",
     at<&Settings::http, &HttpSettings::drain_timeout>(),
     {.max = kHour}},
    {"http.drain_idle_timeout",
     "After SIGTERM a resting connection may bring one more request within this time.",
     at<&Settings::http, &HttpSettings::drain_idle_timeout>(),
     {.max = kHour}},

    // origin
    {"origin.spec",
     "http://HOST/path/{id}.jpg, the same with https, or folder:DIR.",
     at<&Settings::origin, &OriginSettings::spec>(),
     {.secret = true},
     {"origin", "SPEC"}},
    {"origin.connect_timeout",
     "To connect to the origin.",
     at<&Settings::origin, &OriginSettings::connect_timeout>(),
     {.min = 1, .max = kHour}},
    {"origin.timeout",
     "A whole fetch, connecting included.",
     at<&Settings::origin, &OriginSettings::timeout>(),
     {.min = 1, .max = kHour}},
    {"origin.max_concurrent",
     "Fetches in flight per process.",
     at<&Settings::origin, &OriginSettings::max_concurrent>(),
     {.min = 1, .max = 10'000}},
    {"origin.max_queued",
     "Fetches that wait for one in flight to end; more are refused.",
     at<&Settings::origin, &OriginSettings::max_queued>(),
     {.max = 1'000'000}},

    // redis
    {"redis.url",
     "redis://[user:password@]host[:port][/db], unix:/path, or none.",
     at<&Settings::redis, &RedisSettings::url>(),
     {.secret = true},
     {"redis", "URL"}},
    {"redis.connect_timeout",
     "To connect to Redis.",
     at<&Settings::redis, &RedisSettings::connect_timeout>(),
     {.min = 1, .max = kHour}},
    {"redis.command_timeout",
     "One command; past it the request goes on without Redis.",
     at<&Settings::redis, &RedisSettings::command_timeout>(),
     {.min = 1, .max = kHour}},
    {"redis.reconnect_min",
     "The first wait before connecting again; it doubles each time.",
     at<&Settings::redis, &RedisSettings::reconnect_min>(),
     {.min = 1, .max = kHour}},
    {"redis.reconnect_max",
     "The longest wait before connecting again.",
     at<&Settings::redis, &RedisSettings::reconnect_max>(),
     {.min = 1, .max = kHour}},
    {"redis.max_pending",
     "Commands in flight per event loop; past it a look-up is a miss.",
     at<&Settings::redis, &RedisSettings::max_pending>(),
     {.min = 1, .max = 1'000'000}},
    {"redis.prefix", "All keys start with this, so that installations can share one Redis.",
     at<&Settings::redis, &RedisSettings::prefix>()},

    // memory
    {"memory.capacity_bytes",
     "Photos, keys and overhead kept in memory; 0 turns this cache off.",
     at<&Settings::memory, &MemorySettings::capacity_bytes>(),
     {.max = 1'024 * kGi},
     {"memory-cache", "BYTES"}},
    {"memory.max_variants_per_photo",
     "Sizes and formats kept of one photo, here and in Redis.",
     at<&Settings::memory, &MemorySettings::max_variants_per_photo>(),
     {.min = 1, .max = 10'000}},

    // imaging
    {"imaging.workers",
     "Worker processes; 0 means one per core.",
     at<&Settings::imaging, &ImagingSettings::workers>(),
     {.max = 256},
     {"image-workers", "N"}},
    {"imaging.sandbox", "false runs workers without seccomp; only where the kernel forbids it.",
     at<&Settings::imaging, &ImagingSettings::sandbox>()},
    {"imaging.max_source_bytes",
     "The largest original that is accepted.",
     at<&Settings::imaging, &ImagingSettings::max_source_bytes>(),
     {.min = kKi, .max = kGi}},
    {"imaging.max_pixels",
     "The most pixels, width times height, that an original may have.",
     at<&Settings::imaging, &ImagingSettings::max_pixels>(),
     {.min = 1, .max = 1'000'000'000}},
    {"imaging.max_output_edge",
     "The longest edge, in pixels, that a client may ask for.",
     at<&Settings::imaging, &ImagingSettings::max_output_edge>(),
     {.min = 1, .max = 16'383}},
    {"imaging.job_timeout",
     "One job; past it its worker is killed.",
     at<&Settings::imaging, &ImagingSettings::job_timeout>(),
     {.min = 1, .max = kHour}},
    {"imaging.max_queued",
     "Jobs that wait for a worker; more are refused.",
     at<&Settings::imaging, &ImagingSettings::max_queued>(),
     {.max = 1'000'000}},
    {"imaging.recycle_after_jobs",
     "A worker is replaced after this many jobs.",
     at<&Settings::imaging, &ImagingSettings::recycle_after_jobs>(),
     {.min = 1}},
    {"imaging.recycle_after_bytes",
     "A worker is replaced when it has grown this large.",
     at<&Settings::imaging, &ImagingSettings::recycle_after_bytes>(),
     {.min = 16 * kMi, .max = 64 * kGi}},
    {"imaging.max_worker_bytes",
     "Address space of a worker: the hard stop for a decoder.",
     at<&Settings::imaging, &ImagingSettings::max_worker_bytes>(),
     {.min = 256 * kMi, .max = 64 * kGi}},
    {"imaging.jpeg_quality",
     "Of JPEG answers where the URL names no quality.",
     at<&Settings::imaging, &ImagingSettings::jpeg_quality>(),
     {.min = 1, .max = 100}},
    {"imaging.webp_quality",
     "Of WebP answers where the URL names no quality.",
     at<&Settings::imaging, &ImagingSettings::webp_quality>(),
     {.min = 1, .max = 100}},
    {"imaging.avif_quality",
     "Of AVIF answers where the URL names no quality.",
     at<&Settings::imaging, &ImagingSettings::avif_quality>(),
     {.min = 1, .max = 100}},
    {"imaging.master_edge",
     "Longest edge, in pixels, of the picture kept for a larger original.",
     at<&Settings::imaging, &ImagingSettings::master_edge>(),
     {.min = 64, .max = 16'383}},
    {"imaging.max_source_kept_bytes",
     "Originals up to this size are kept as they are until a second size is asked for.",
     at<&Settings::imaging, &ImagingSettings::max_source_kept_bytes>(),
     {.max = kGi}},

    // freshness
    {"freshness.photo_ttl",
     "A photo is fresh this long where the origin gives no max-age.",
     at<&Settings::freshness, &FreshnessSettings::photo_ttl>(),
     {.max = kTenYears}},
    {"freshness.min_ttl",
     "An origin's shorter max-age counts as this.",
     at<&Settings::freshness, &FreshnessSettings::min_ttl>(),
     {.max = kTenYears}},
    {"freshness.max_ttl",
     "An origin's longer max-age counts as this.",
     at<&Settings::freshness, &FreshnessSettings::max_ttl>(),
     {.max = kTenYears}},
    {"freshness.no_photo_ttl",
     "How long it is remembered that a contact has no photo.",
     at<&Settings::freshness, &FreshnessSettings::no_photo_ttl>(),
     {.max = kTenYears}},
    {"freshness.failure_ttl",
     "How long a damaged photo or a failing origin is remembered.",
     at<&Settings::freshness, &FreshnessSettings::failure_ttl>(),
     {.max = kTenYears}},
    {"freshness.stale_while_revalidate",
     "A photo that is no longer fresh is served this much longer while it is being revalidated.",
     at<&Settings::freshness, &FreshnessSettings::stale_while_revalidate>(),
     {.max = kTenYears}},
    {"freshness.stale_if_error",
     "A photo that is no longer fresh is served this much longer while the origin fails.",
     at<&Settings::freshness, &FreshnessSettings::stale_if_error>(),
     {.max = kTenYears}},
    {"freshness.client_max_age",
     "The largest max-age that clients and CDNs are told.",
     at<&Settings::freshness, &FreshnessSettings::client_max_age>(),
     {.max = kTenYears}},

    // photo
    {"photo.original_with_metadata",
     "true serves /original as the origin has it, with the places and devices that EXIF names.",
     at<&Settings::photo, &PhotoSettings::original_with_metadata>()},
    {"photo.max_id_bytes",
     "The longest photo id.",
     at<&Settings::photo, &PhotoSettings::max_id_bytes>(),
     {.min = 1, .max = 512}},
    {"photo.miss_timeout",
     "A request that has waited this long is answered with what there is.",
     at<&Settings::photo, &PhotoSettings::miss_timeout>(),
     {.min = 1, .max = kHour}},
    {"photo.max_flights",
     "Misses in flight per event loop; past it only what is cached is served.",
     at<&Settings::photo, &PhotoSettings::max_flights>(),
     {.min = 1, .max = 10'000'000}},
    {"photo.max_waiters",
     "Requests that may wait for one photo's miss.",
     at<&Settings::photo, &PhotoSettings::max_waiters>(),
     {.min = 1, .max = 10'000'000}},

    // access
    {"access.tokens",
     "Bearer tokens for the embedded contacts, each USER:SCOPE[+SCOPE]:SHA256HEX with scopes "
     "Contacts.Read and Contacts.ReadWrite and what likeness hash-token prints.",
     at<&Settings::access, &AccessSettings::tokens>(),
     {.secret = true}},

    // log
    {"log.level",
     "The least important messages that are logged.",
     at<&Settings::log, &LogSettings::level>(),
     {.choices = kLogLevels},
     {"log-level", "LEVEL"}},
};

}  // namespace

std::span<const Section> sections() { return kSections; }

std::span<const Field> fields() { return kFields; }

const Field* find_field(std::string_view path) {
  const auto* found = std::ranges::find(kFields, path, &Field::path);
  return found == std::end(kFields) ? nullptr : found;
}

}  // namespace likeness::config
