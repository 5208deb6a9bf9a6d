#include "cache/redis_url.h"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace likeness::cache {
namespace {

constexpr std::string_view kTcpScheme = "redis://";
constexpr std::string_view kClusterScheme = "cluster://";
constexpr std::string_view kSentinelScheme = "sentinel://";
constexpr std::string_view kUnixScheme = "unix:";
// The kernel's limit, its closing zero not counted.
constexpr std::size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;

std::unexpected<Error> wrong(std::string sentence) {
  return fail(Errc::bad_request, "Redis URL: " + std::move(sentence));
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* end = text.data() + std::min(i + 3, text.size());
    const auto [stop, error] = std::from_chars(text.data() + i + 1, end, byte, 16);
    if (error != std::errc() || stop != text.data() + i + 3) return std::nullopt;
    plain += static_cast<char>(byte);
    i += 2;
  }
  return plain;
}

Result<void> read_database(std::string_view text, RedisTarget& target) {
  const auto database = parse_number<int>(text);
  if (!database || *database < 0) return wrong("the database must be a number from 0 up");
  target.database = *database;
  return {};
}

Result<void> read_log_in(std::string_view text, RedisTarget& target) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return wrong("what stands before @ must be user:password, or :password for the default user");
  }
  auto user = percent_decode(text.substr(0, colon));
  auto password = percent_decode(text.substr(colon + 1));
  if (!user || !password) return wrong("a % before @ must be followed by two hex digits");
  if (password->empty()) return wrong("the password is empty");
  target.user = std::move(*user);
  target.password = std::move(*password);
  return {};
}

Result<RedisAddress> read_address(std::string_view text, std::uint16_t default_port) {
  RedisAddress address{.host = {}, .port = default_port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return wrong("an IPv6 address needs its closing bracket");
    address.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    address.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (address.host.empty()) return wrong("the host is missing");
  if (rest.empty()) return address;
  const auto port = rest.starts_with(':') ? parse_number<std::uint16_t>(rest.substr(1))
                                          : std::optional<std::uint16_t>();
  if (!port || *port == 0) return wrong("the port must be a number from 1 to 65535");
  address.port = *port;
  return address;
}

// Takes user and password off the front.
Result<void> take_log_in(std::string_view& text, RedisTarget& target) {
  // The last @, so that a password with a forgotten percent-encoding still works.
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return {};
  auto log_in = read_log_in(text.substr(0, at), target);
  text.remove_prefix(at + 1);
  return log_in;
}

// Takes the first part of a path off: what stands before the next slash.
std::string_view take_part(std::string_view& text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto part = text.substr(0, slash);
  text.remove_prefix(std::min(slash + 1, text.size()));
  return part;
}

Result<void> read_seeds(std::string_view list, std::uint16_t default_port, RedisTarget& target) {
  while (true) {
    const auto comma = std::min(list.find(','), list.size());
    auto seed = read_address(list.substr(0, comma), default_port);
    if (!seed) return std::unexpected(seed.error());
    target.seeds.push_back(std::move(*seed));
    if (comma == list.size()) return {};
    list.remove_prefix(comma + 1);
  }
}

using Target = Result<std::optional<RedisTarget>>;

Target parse_tcp(std::string_view rest) {
  RedisTarget target;
  if (auto log_in = take_log_in(rest, target); !log_in) return std::unexpected(log_in.error());
  auto address = read_address(take_part(rest), target.port);
  if (!address) return std::unexpected(address.error());
  target.host = std::move(address->host);
  target.port = address->port;
  if (rest.empty()) return target;
  if (auto database = read_database(rest, target); !database)
    return std::unexpected(database.error());
  return target;
}

Target parse_cluster(std::string_view rest) {
  RedisTarget target{.kind = RedisTarget::Kind::cluster};
  if (auto log_in = take_log_in(rest, target); !log_in) return std::unexpected(log_in.error());
  if (auto seeds = read_seeds(take_part(rest), target.port, target); !seeds)
    return std::unexpected(seeds.error());
  if (!rest.empty()) return wrong("a cluster has no databases");
  return target;
}

Target parse_sentinel(std::string_view rest) {
  constexpr std::uint16_t kSentinelPort = 26'379;
  RedisTarget target{.kind = RedisTarget::Kind::sentinel};
  if (auto log_in = take_log_in(rest, target); !log_in) return std::unexpected(log_in.error());
  if (auto seeds = read_seeds(take_part(rest), kSentinelPort, target); !seeds)
    return std::unexpected(seeds.error());
  target.master_name = take_part(rest);
  if (target.master_name.empty()) return wrong("the master's name must follow the sentinels");
  if (rest.empty()) return target;
  if (auto database = read_database(rest, target); !database)
    return std::unexpected(database.error());
  return target;
}

Result<std::optional<RedisTarget>> parse_unix(std::string_view rest) {
  constexpr std::string_view kDatabase = "?db=";
  RedisTarget target;
  const auto question = std::min(rest.find('?'), rest.size());
  target.unix_path = rest.substr(0, question);
  if (!target.unix_path.starts_with('/')) return wrong("unix: needs an absolute path");
  if (target.unix_path.size() > kMaxUnixPath) {
    return wrong("a Unix socket's path has at most " + std::to_string(kMaxUnixPath) + " bytes");
  }
  const auto query = rest.substr(question);
  if (query.empty()) return target;
  if (!query.starts_with(kDatabase)) return wrong("after the path only ?db=N may stand");
  if (auto database = read_database(query.substr(kDatabase.size()), target); !database) {
    return std::unexpected(database.error());
  }
  return target;
}

}  // namespace

Result<std::optional<RedisTarget>> parse_redis_url(std::string_view url) {
  if (url == "none") return std::nullopt;
  if (url.starts_with(kTcpScheme)) return parse_tcp(url.substr(kTcpScheme.size()));
  if (url.starts_with(kClusterScheme)) return parse_cluster(url.substr(kClusterScheme.size()));
  if (url.starts_with(kSentinelScheme)) return parse_sentinel(url.substr(kSentinelScheme.size()));
  if (url.starts_with(kUnixScheme)) return parse_unix(url.substr(kUnixScheme.size()));
  if (url.starts_with("rediss:")) {
    return wrong(
        "rediss (TLS) is not supported: Debian's hiredis has no TLS; use a local TLS tunnel such "
        "as stunnel and redis:// or unix: to it");
  }
  return wrong(
      "it must be redis://[user:password@]host:port/db, cluster://host:port,host:port, "
      "sentinel://host:port,host:port/name, unix:/path, or none");
}

}  // namespace likeness::cache
