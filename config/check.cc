#include "config/check.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "config/base/network.h"
#include "config/fields.h"
#include "config/keys.h"

namespace likeness::config {
namespace {

using std::string_view;
using Problem = std::optional<std::string>;

constexpr string_view kUnix = "unix:";

bool is_visible(string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_number(string_view text, std::int64_t least, std::int64_t most) {
  const Result<std::int64_t> number = parse_quantity(text, {});
  return number && *number >= least && *number <= most;
}

Problem check_unix_path(string_view path) {
  if (path.empty()) return "expected unix:/path";
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return "the path of a unix socket is too long";
  return std::nullopt;
}

bool is_ipv6(string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// HOST or [IPv6], then :PORT; the port may be left out where `port_required` is false.
bool is_authority(string_view text, std::int64_t least_port, bool port_required) {
  string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
    port = text.substr(end + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    if (colon == 0 || !is_visible(text.substr(0, colon))) return false;
    port = text.substr(colon);
  }
  if (port.empty()) return !port_required;
  return port.starts_with(':') && is_number(port.substr(1), least_port, 65'535);
}

Problem check_listen(string_view address) {
  if (address.starts_with(kUnix)) return check_unix_path(address.substr(kUnix.size()));
  if (is_authority(address, 0, true)) return std::nullopt;
  return "expected HOST:PORT, [IPv6]:PORT or unix:/path, got \"" + std::string(address) + "\"";
}

// What stands between "://" (or the user's name and password) and the path.
string_view authority(string_view after_scheme) {
  const string_view all = after_scheme.substr(0, after_scheme.find_first_of("/?#"));
  return all.substr(all.rfind('@') + 1);  // Without an @ this is all of it.
}

// What stands before "http…" in the spec of a live service.
constexpr string_view kLive[] = {"graph:", "outlook:", "ews:", "ucwa:"};

Problem check_url(string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return "expected http://HOST or https://HOST";
  if (!is_visible(url)) return "a URL has only visible ASCII characters; percent-encode others";
  if (!is_authority(authority(url.substr(url.find("://") + 3)), 1, false))
    return "expected a host and maybe a port";
  return std::nullopt;
}

Problem check_live(string_view base, bool ucwa) {
  if (const Problem problem = check_url(base)) return problem;
  if (base.find_first_of("?#") != string_view::npos) return "the base of a service has no query";
  if (ucwa && base.find("/applications/") == string_view::npos)
    return "expected the URL of a UCWA application, …/applications/ID";
  return std::nullopt;
}

Problem check_auth(const OriginSettings& origin) {
  if (origin.auth == "none") return std::nullopt;
  if (std::ranges::none_of(kLive, [&](auto kind) { return origin.spec.starts_with(kind); }))
    return "only graph:, outlook:, ews: and ucwa: origins can be asked with a proof";
  if (origin.auth == "token" && origin.token.empty()) return "token needs origin.token";
  if (origin.auth != "client-credentials") return std::nullopt;
  if (origin.client_id.empty() || origin.client_secret.empty())
    return "client-credentials needs origin.client_id and origin.client_secret";
  if (check_url(origin.token_url))
    return "client-credentials needs origin.token_url, an http(s) URL";
  return std::nullopt;
}

Problem check_redirect(string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (is_authority(host, 1, false) && host.find_first_of("/*@") == string_view::npos)
    return std::nullopt;
  return "expected HOST, HOST:PORT or *.DOMAIN, got \"" + std::string(host) + "\"";
}

Problem check_origin(string_view spec) {
  constexpr string_view kFolder = "folder:";
  constexpr string_view kEmbedded = "embedded:";
  if (spec.starts_with(kFolder)) {
    if (spec.size() > kFolder.size()) return std::nullopt;
    return "expected a folder after folder:";
  }
  if (spec == "embedded") return std::nullopt;  // It has a folder of its own.
  if (spec.starts_with(kEmbedded)) {
    if (spec.size() > kEmbedded.size()) return std::nullopt;
    return "expected a folder after embedded:";
  }
  for (const string_view kind : kLive)
    if (spec.starts_with(kind)) return check_live(spec.substr(kind.size()), kind == "ucwa:");
  if (!spec.starts_with("http://") && !spec.starts_with("https://")) {
    return "expected http(s)://HOST/path/{id}.jpg, folder:DIR, embedded[:DIR], or graph:, "
           "outlook:, "
           "ews: or ucwa: and http(s)://HOST";
  }
  if (const Problem problem = check_url(spec)) return problem;
  const string_view rest = spec.substr(spec.find("://") + 3);
  const auto path = rest.find('/');
  if (path == string_view::npos || rest.find("{id}", path) == string_view::npos) {
    return "the path of the URL must hold {id}, where the photo's id goes";
  }
  return std::nullopt;
}

// The scheme alone: what follows it is for the Redis client's own parser, and may hold a password.
Problem check_redis(string_view url) {
  for (const string_view scheme :
       {string_view("redis://"), string_view("cluster://"), string_view("sentinel://"), kUnix}) {
    if (url.starts_with(scheme)) return std::nullopt;
  }
  if (url == "none") return std::nullopt;
  if (url.starts_with("rediss:")) {
    return "rediss is Redis over TLS, and this build's hiredis has no TLS; use redis:// through a "
           "tunnel, or a unix socket";
  }
  return "expected redis://[user:password@]host[:port][/db], cluster://host[:port],…, "
         "sentinel://host[:port],…/name, unix:/path or none";
}

Problem check_allow_origin(string_view origin) {
  if (origin == "*" || origin == "none") return std::nullopt;
  const auto host = origin.find("://");
  if (host != string_view::npos && is_authority(origin.substr(host + 3), 1, false) &&
      origin.find_first_of("/, ", host + 3) == string_view::npos && is_visible(origin))
    return std::nullopt;
  return "expected *, none, or one origin such as https://www.example.org";
}

Problem check_tag_header(string_view header) {
  constexpr string_view kKnown[] = {"Surrogate-Key", "Cache-Tag", "xkey"};
  if (std::ranges::find(kKnown, header) != std::end(kKnown)) return std::nullopt;
  return "expected Surrogate-Key, Cache-Tag or xkey, got \"" + std::string(header) + "\"";
}

Problem check_purge_url(string_view url) {
  if (url == "none") return std::nullopt;
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return "expected an http or https URL, or none";
  if (!is_visible(url)) return "a URL has only visible ASCII characters; percent-encode others";
  return std::nullopt;
}

template <class T>
Problem problem_of(const Result<T>& result) {
  return result ? Problem() : result.error().detail;
}

// How many of the five families of URLs ask for that.
std::ptrdiff_t families_that_ask(const AccessSettings& access, string_view mode) {
  const string_view own[] = {access.web, access.ucwa, access.outlook, access.graph, access.ews};
  return std::ranges::count_if(
      own, [&](string_view one) { return (one == "default" ? access.mode : one) == mode; });
}

template <class Note>
void check_access(const Settings& settings, const Note& note) {
  const AccessSettings& access = settings.access;
  for (const std::string& token : access.tokens)
    note("access.tokens", problem_of(parse_token_entry(token)));
  for (const std::string& key : access.signing_keys)
    if (!is_elsewhere(key)) note("access.signing_keys", problem_of(parse_signing_key(key)));
  if (!access.cdn_secret.empty() && !is_elsewhere(access.cdn_secret))
    note("access.cdn_secret", problem_of(parse_header(access.cdn_secret)));
  if (families_that_ask(access, "signed") > 0 && access.signing_keys.empty())
    note("access.signing_keys", "expected at least one key, since URLs are to be signed");
  const bool knows_callers = settings.origin.auth == "caller";
  if (families_that_ask(access, "bearer") > 0 && access.tokens.empty() && !knows_callers)
    note("access.tokens", "bearer asks for at least one, or for origin.auth caller");
  if (families_that_ask(access, "bearer") < 5 && knows_callers)
    note("origin.auth",
         "caller asks for access.mode bearer: what one caller may see is not for everybody");
}

// Two fields of which the first must not be larger, in the unit that both have.
struct Order {
  string_view small;
  string_view large;
  string_view why;
};

constexpr Order kOrders[] = {
    {"http.max_target_bytes", "http.max_head_bytes", "the URL is part of the head"},
    {"imaging.max_source_bytes", "http.max_pending_output_bytes", "the largest original must fit"},
    {"origin.connect_timeout", "origin.timeout", "connecting is part of the fetch"},
    {"redis.reconnect_min", "redis.reconnect_max", "waits grow from one to the other"},
    {"purge.retry_min", "purge.retry_max", "waits grow from one to the other"},
    {"imaging.recycle_after_bytes", "imaging.max_worker_bytes",
     "a worker must be replaced before it hits its wall"},
    {"imaging.master_edge", "imaging.max_output_edge", "no picture is larger"},
    {"freshness.min_ttl", "freshness.max_ttl", "lifetimes lie between them"},
    {"freshness.min_ttl", "freshness.photo_ttl", "lifetimes lie above it"},
    {"freshness.photo_ttl", "freshness.max_ttl", "lifetimes lie below it"},
    {"photo.max_id_bytes", "http.max_target_bytes", "the id is part of the URL"},
};

std::int64_t number(string_view path, const Settings& settings) {
  const Field& field = *find_field(path);
  const Value value = read(field, settings);
  if (const auto* plain = std::get_if<std::int64_t>(&value)) return *plain;
  return parse_quantity(std::get<std::string>(value), units(field)).value();
}

}  // namespace

std::vector<std::string> check(const Settings& settings) {
  std::vector<std::string> problems;
  const auto note = [&](string_view path, const Problem& problem) {
    if (problem) problems.push_back(std::string(path) + ": " + *problem);
  };
  if (settings.http.listen.empty() && settings.http.proxy_listen.empty())
    note("http.listen", "expected at least one address");
  for (const std::string& address : settings.http.listen)
    note("http.listen", check_listen(address));
  for (const std::string& address : settings.http.admin_listen)
    note("http.admin_listen", check_listen(address));
  for (const std::string& address : settings.http.proxy_listen)
    note("http.proxy_listen", check_listen(address));
  note("http.trusted_proxies", problem_of(Networks::parse(settings.http.trusted_proxies)));
  if (!settings.http.proxy_listen.empty() && settings.http.trusted_proxies.empty())
    note("http.proxy_listen", "only http.trusted_proxies may connect there, and there are none");
  note("origin.spec", check_origin(settings.origin.spec));
  note("origin.auth", check_auth(settings.origin));
  for (const std::string& host : settings.origin.redirects)
    note("origin.redirects", check_redirect(host));
  note("redis.url", check_redis(settings.redis.url));
  check_access(settings, note);
  note("cdn.allow_origin", check_allow_origin(settings.cdn.allow_origin));
  for (const std::string& header : settings.cdn.tag_headers)
    note("cdn.tag_headers", check_tag_header(header));
  note("purge.url", check_purge_url(settings.purge.url));
  for (const std::string& header : settings.purge.headers)
    note("purge.headers", problem_of(parse_header(header)));
  for (const Order& order : kOrders) {
    if (number(order.small, settings) <= number(order.large, settings)) continue;
    note(order.small,
         "may not be larger than " + std::string(order.large) + ": " + std::string(order.why));
  }
  return problems;
}

}  // namespace likeness::config
