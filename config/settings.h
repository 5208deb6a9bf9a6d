#ifndef LIKENESS_CONFIG_SETTINGS_H_
#define LIKENESS_CONFIG_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/base/time.h"

namespace likeness {

// Everything that can be set, as plain data with its defaults; the reason for a limit stands beside
// it. One section per part of the program, and each part takes only its section.
//
// Sources, later ones win: these defaults, a JSON file, LIKENESS_… in the environment, flags
// (config/sources.h). config/fields.h names every field once for all of them.

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

struct HttpSettings {
  // "HOST:PORT" (IPv6 in brackets, port 0 picks a free one) or "unix:/path".
  std::vector<std::string> listen = {"127.0.0.1:8080"};
  // The same, for operators alone: with one of these, /admin, /metrics, /debug and the page are
  // answered there and nowhere else.
  std::vector<std::string> admin_listen;
  // The same, for proxies that begin every connection with a PROXY header.
  std::vector<std::string> proxy_listen;
  // Networks of the proxies in front, whose word on a client's address, scheme and host is taken.
  std::vector<std::string> trusted_proxies;
  // The headers in which they give it: "x-forwarded" (X-Forwarded-For, -Proto, -Host) or
  // "forwarded" (RFC 7239). The other ones may be the client's own, passed on.
  std::string forwarded_by = "x-forwarded";
  // Loops; 0 means one per core.
  int workers = 0;
  // Request line and headers together. Browsers with many cookies reach 8 KiB.
  std::size_t max_head_bytes = 16 * kKiB;
  // The request target alone; longer ones get 414.
  std::size_t max_target_bytes = 4 * kKiB;
  // A body that no route asked for is read and thrown away up to here, so that the connection can
  // go on; past it the answer is 413 and a close.
  std::size_t max_ignored_body_bytes = 64 * kKiB;
  // From the first byte of a request to the end of its head, and of its body.
  milliseconds head_timeout{10'000};
  milliseconds body_timeout{30'000};
  // Between two requests. Longer than a CDN's usual 60 s, so that the CDN is the one to close.
  milliseconds idle_timeout{75'000};
  // With output pending and the client reading nothing.
  milliseconds write_timeout{30'000};
  // Output a client may leave unread before it is cut off; one original of the largest size fits.
  std::size_t max_pending_output_bytes = 32 * kMiB;
  // Receive from and send to many clients by one system call, where the kernel lets us.
  bool io_uring = true;
  // Per process, shared out evenly among the loops; past it new connections are closed at once.
  // 10,000 idle ones must fit.
  int max_connections = 20'000;
  // After SIGTERM: in-flight requests may take this long.
  milliseconds drain_timeout{20'000};
  // A connection that rests then may bring one more request within this time: a busy client's next
  // one is already on its way, and would meet a closed socket.
  milliseconds drain_idle_timeout{1'000};
};

struct OriginSettings {
  // "http://HOST/path/{id}.jpg" (or https), "folder:DIR", "embedded:DIR", or a live service:
  // "graph:BASE", "outlook:BASE", "ews:BASE", "ucwa:BASE" with BASE = https://HOST[/prefix].
  std::string spec = "folder:samples";
  milliseconds connect_timeout{3'000};
  // The whole fetch. A photo of 20 MB at 20 Mbit/s takes 8 s.
  milliseconds timeout{10'000};
  // Requests in flight per process; more wait in a queue of `max_queued`.
  int max_concurrent = 64;
  int max_queued = 1'024;
  // After so many failures in a row an origin is left alone for the pause, and then tried by single
  // requests, each time after a longer one. 0: never.
  int breaker_failures = 20;
  milliseconds breaker_pause{1'000};
  milliseconds breaker_max_pause{30'000};
  // Graph and Outlook allow four concurrent requests for photos and contacts per registered app.
  int max_concurrent_per_app = 4;
  // Hosts to which a redirect may lead: "HOST", "HOST:PORT", "*.DOMAIN". None: a redirect is a
  // failure.
  std::vector<std::string> redirects;
  // PEM file of the authorities that may vouch for an origin of https, such as a company's own;
  // empty: those that the system trusts. There is no way to turn the check off.
  std::string ca_file;
  // May the origin's name lead to private addresses? "auto": if it does so when first connected.
  std::string private_addresses = "auto";
  // How a live service is asked: "none", "token", "client-credentials", or "caller": each with the
  // proof that the client itself sent.
  std::string auth = "none";
  // The bearer token of "token". This and the client secret may be "file:PATH" or "env:NAME".
  std::string token;
  // OAuth2 client credentials (RFC 6749 4.4). Without a scope: BASE's host and "/.default".
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  std::string scope;
  // Whose contacts an id without a user names; an app's own token knows no "me".
  std::string user = "me";
  // Where a contact has no photo, the photo of the user with its e-mail address.
  bool fallback_to_user = true;
};

struct ForwardSettings {
  // With a Graph or Outlook origin: calls that are not photos go to it as they are.
  bool enabled = true;
  // The services take requests of at most 4 MB.
  std::size_t max_request_bytes = 4 * kMiB;
  // Past it an answer is broken off, or refused if its head says so.
  std::size_t max_response_bytes = 16 * kMiB;
  // The service's part of a whole call; the time in which the client is not ready is not counted.
  milliseconds timeout{30'000};
  // Per process, as origin.max_concurrent; more wait in a queue of `max_queued`.
  int max_concurrent = 64;
  int max_queued = 256;
};

struct RedisSettings {
  // "redis://[user:password@]host:port/db", "cluster://…", "sentinel://…", "unix:/path", or "none"
  // (cache/redis_url.h).
  std::string url = "none";
  milliseconds connect_timeout{1'000};
  // Per command; past it the request goes on without Redis. Far above a healthy p99.9 (~10 ms),
  // far below a fetch.
  milliseconds command_timeout{250};
  // Reconnects wait this long at first and twice as long each time, up to the maximum.
  milliseconds reconnect_min{100};
  milliseconds reconnect_max{5'000};
  // What other processes change is heard of at once. Without such news, because Redis is away, a
  // photo in memory is asked for again when it was learnt this long ago.
  milliseconds max_unheard{5'000};
  // Who fetches a photo for the fleet holds a claim that ends this long after its last renewal; a
  // third of it may pass between two. It is how long a process that dies holds up the others.
  milliseconds fill_lease{1'000};
  // The others wait for the fetch no longer than this, and then fetch for themselves. With an
  // origin's deadline it stays below photo.miss_timeout.
  milliseconds max_fill_wait{12'000};
  // Commands in flight per loop; past it a look-up counts as a miss.
  int max_pending = 4'096;
  // Keys start with this, so that one Redis can serve several installations.
  std::string prefix = "likeness:";
};

struct MemorySettings {
  // Bytes of variants, masters, keys and overhead kept in memory; 0 turns the memory cache off.
  std::size_t capacity_bytes = 256 * kMiB;
  // Variants kept per photo, in memory and in Redis; asking for more drops none but stores none.
  int max_variants_per_photo = 64;
};

struct ImagingSettings {
  // Worker processes; 0 means one per core.
  int workers = 0;
  // False runs workers without seccomp and rlimits; only for kernels that forbid them.
  bool sandbox = true;
  std::size_t max_source_bytes = 20 * kMiB;
  std::int64_t max_pixels = 50'000'000;
  // Output edge. HR sizes end at 648; 3 x dpr and the larger Graph sizes fit.
  int max_output_edge = 4'096;
  // One job; past it the worker is killed.
  milliseconds job_timeout{10'000};
  // Jobs waiting for a worker; past it the answer is Errc::overloaded.
  int max_queued = 256;
  // A worker is replaced after this many jobs or when it has grown this large: memory comes back.
  int recycle_after_jobs = 10'000;
  std::size_t recycle_after_bytes = 256 * kMiB;
  // Address space of a worker: a hard stop for decoders, several times what 50 MP need.
  std::size_t max_worker_bytes = 2'048 * kMiB;
  // Quality where the URL names none.
  int jpeg_quality = 80;
  int webp_quality = 78;
  int avif_quality = 55;
  // Longest edge of the master picture that replaces a larger original once a second size is asked
  // for. All HR sizes fit in it.
  int master_edge = 1'024;
  // Originals up to here are kept as they are until then; larger ones are reduced at once.
  // Microsoft's services take uploads of less than 4 MB.
  std::size_t max_source_kept_bytes = 4 * kMiB;
  // Font files that initials are drawn with, the first that has a letter first; what is not there
  // is left out. Workers open them before their sandbox closes.
  std::vector<std::string> fonts = {
      "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
      "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
      "/usr/share/fonts/truetype/lohit-devanagari/Lohit-Devanagari.ttf",
      "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"};
};

struct FreshnessSettings {
  // A photo is fresh this long after its fetch, or as long as the origin's max-age says within the
  // bounds; contact photos change rarely.
  seconds photo_ttl{3'600};
  seconds min_ttl{60};
  seconds max_ttl{7 * 86'400};
  // "No photo" is remembered shorter, so that a new photo appears soon.
  seconds no_photo_ttl{300};
  // A damaged source or a failing origin is remembered only to keep a storm off it.
  seconds failure_ttl{10};
  // After it is stale a photo is still served while it is being revalidated …
  seconds stale_while_revalidate{86'400};
  // … and while the origin fails.
  seconds stale_if_error{7 * 86'400};
  // Cache-Control max-age of answers to clients; what remains of freshness, if that is shorter.
  seconds client_max_age{3'600};
};

struct CdnSettings {
  // The largest s-maxage: what a CDN may keep of what remains of freshness. All of it, since a CDN
  // can be told to forget, unlike a browser.
  seconds max_age{7 * 86'400};
  // A picture in place of a photo, so that a new photo shows soon …
  seconds fallback_max_age{60};
  // … and what may be kept of "no photo" and of errors, of what remains of their own freshness.
  seconds no_photo_max_age{300};
  seconds error_max_age{10};
  // Which "?v=…" makes a photo's URL immutable for a year: "any"; "exact", the version that /meta
  // names; or "never".
  std::string immutable = "any";
  // Access-Control-Allow-Origin of photos: "*", one origin, or "none".
  std::string allow_origin = "*";
  // Headers that name a photo's tags: of Surrogate-Key, Cache-Tag, xkey.
  std::vector<std::string> tag_headers;
  // Stands before what a tag is a digest of: with a secret one, nobody can try out addresses.
  std::string tag_salt;
};

struct WebSettings {
  // Photos' URLs without an extension and without format= are answered in the best format that the
  // client accepts, as with format=auto.
  bool negotiate = false;
  // Sec-CH-DPR and Sec-CH-Width size the picture where the URL does not. Caches then keep an answer
  // for each value, so it is off unless asked for.
  bool client_hints = false;
};

struct FallbackSettings {
  // What stands in for a photo that is not there, by the route of the URL: "404", "monogram",
  // "silhouette", or the name of an image in `folder`. Web URLs may say fallback= themselves.
  std::string web = "404";
  std::string ucwa = "404";
  std::string outlook = "404";
  std::string graph = "404";
  std::string ews = "404";
  // Pictures that can stand in, by their names without the extension; read at the start. Empty:
  // none.
  std::string folder;
  // Bytes of pictures that stand in, kept apart from photos so that they drive none out.
  std::size_t memory_bytes = 8 * kMiB;
  // Does a picture stand in also where the origin fails and nothing older is at hand?
  bool on_error = false;
};

struct PurgeSettings {
  // The CDN's purge endpoint, or "none". In it, in the headers and in the body {tags} stands for
  // the tags between blanks, {tag_list} for the same between commas, {tag_json} for a JSON list.
  std::string url = "none";
  std::string method = "POST";
  // "Name: value".
  std::vector<std::string> headers;
  // One more, that proves who we are; also file:PATH or env:NAME.
  std::string secret_header;
  std::string body;
  milliseconds timeout{5'000};
  // Requests that wait for the one under way; more are lost, with an error in the log.
  int max_queued = 10'000;
  // Tags in one request; Cloudflare takes 30.
  int max_tags = 30;
  // A request that fails for the moment is tried so often, after waits that double.
  int max_attempts = 8;
  milliseconds retry_min{500};
  milliseconds retry_max{30'000};
};

struct PhotoSettings {
  // /original passes the origin's bytes through, metadata and all. Off: it is re-encoded clean,
  // because EXIF names places and devices.
  bool original_with_metadata = false;
  // Photo ids are at most this long; e-mail addresses end at 254, Exchange ids near 160.
  std::size_t max_id_bytes = 320;
  // A request that has waited this long in all is answered with what there is. More than an
  // origin's and an imaging job's deadlines together.
  milliseconds miss_timeout{25'000};
  // Misses in flight per loop; past it a stale answer or Errc::overloaded.
  int max_flights = 4'096;
  // Requests that wait for one photo's miss.
  int max_waiters = 65'536;
  // The body of a Graph $batch (20 URLs) or of a SOAP request.
  std::size_t max_call_bytes = 256 * kKiB;
  // What one $batch may answer with, base64 and all.
  std::size_t max_batch_bytes = 32 * kMiB;
};

struct AccessSettings {
  // What a photo's request must show: nothing (open), a signature in its URL (signed), or a token
  // (bearer). `mode` holds for each family of URLs whose own setting is "default".
  std::string mode = "open";
  std::string web = "default";
  std::string ucwa = "default";
  std::string outlook = "default";
  std::string graph = "default";
  std::string ews = "default";
  // "ID:HEX"; all of them are valid, so that keys can be rotated.
  std::vector<std::string> signing_keys;
  // Where not empty, only these sizes ("HR48x48") need no signature; else all of them, or none
  // where the mode is signed.
  std::vector<std::string> unsigned_sizes;
  // What /admin asks for; without one it answers nobody.
  std::string admin_token;
  // "NAME: VALUE": a header that every request but the operators' must have, as only the CDN knows
  // it.
  std::string cdn_secret;
  // How long the origin's word is taken that a caller may see a photo. The price of a longer time
  // is that a right withdrawn there holds on here.
  seconds right_ttl{60};
  // The same for its "no": shorter, since a right may just have been given.
  seconds denial_ttl{10};
  // Callers' rights remembered per process, about 48 bytes each; the oldest ones go first.
  int max_rights = 65'536;
  // Bearer tokens for what is kept here, the embedded contacts: "USER:SCOPE[+SCOPE]:SHA256HEX".
  std::vector<std::string> tokens;
};

// The embedded contact store (origin "embedded:DIR") and its REST interface.
struct ContactsSettings {
  // Whose contacts "/me/" means where no tokens say who asks. If it is an e-mail address, people
  // of its domain can be named by what is before the "@".
  std::string mailbox = "me";
  // A JSON body. A contact with a hundred entries in every list stays below 100 KiB.
  std::size_t max_body_bytes = kMiB;
  // An uploaded photo. Microsoft's services take less than 4 MB, too.
  std::size_t max_photo_bytes = 4 * kMiB;
};

struct LimitSettings {
  // Requests a second from one client address (IPv6: one /64), 0: any number; and how many may
  // come at once. A page with a thousand contacts must load.
  int requests_per_second = 0;
  int burst = 2'000;
  // Distinct photos a minute that one client may ask for and that are not in memory, 0: any number.
  // Keeps a crawler of guessed addresses off the origin.
  int missed_photos_per_minute = 0;
  // Clients (and as many photos of theirs) remembered per process, about 40 bytes each.
  int max_clients = 65'536;
};

struct PageSettings {
  // The page at "/". It shows whose photos there are.
  bool enabled = true;
};

struct LogSettings {
  // trace, debug, info, warn, error or off.
  std::string level = "info";
  // A line for each request: "none", "combined" (Apache's format) or "json"; to standard output, or
  // appended to a file.
  std::string access = "none";
  std::string access_file;
  // A request that takes longer is a warning that names what it waited for; 0: none. A cold photo
  // of a slow origin takes a second.
  milliseconds slow{2'000};
};

struct Settings {
  HttpSettings http;
  OriginSettings origin;
  ForwardSettings forward;
  RedisSettings redis;
  MemorySettings memory;
  ImagingSettings imaging;
  FreshnessSettings freshness;
  CdnSettings cdn;
  WebSettings web;
  FallbackSettings fallback;
  PurgeSettings purge;
  PhotoSettings photo;
  AccessSettings access;
  ContactsSettings contacts;
  LimitSettings limits;
  PageSettings page;
  LogSettings log;
};

}  // namespace likeness

#endif  // LIKENESS_CONFIG_SETTINGS_H_
