#include "proxy/forward/upstream.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "proxy/dialects/url.h"
#include "proxy/origin/http_client.h"

namespace likeness::forward {

bool Upstream::takes(std::string_view path) const {
  auto rest = path;
  const auto first = dialects::take_segment(rest);
  if (!first) return false;
  if (kind == origin::LiveKind::outlook) {
    const auto version = dialects::is(*first, "api") ? dialects::take_segment(rest) : std::nullopt;
    if (!version || !(dialects::is(*version, "v2.0") || dialects::is(*version, "beta")))
      return false;
  } else if (!dialects::is(*first, "v1.0") && !dialects::is(*first, "beta")) {
    return false;
  }
  if (rest.empty()) return false;
  while (const auto segment = dialects::take_segment(rest)) {
    const auto plain = dialects::decode(*segment);
    if (!plain || *plain == "." || *plain == "..") return false;
  }
  return true;
}

dialects::Dialect Upstream::dialect() const {
  return kind == origin::LiveKind::outlook ? dialects::Dialect::outlook : dialects::Dialect::graph;
}

std::unique_ptr<Upstream> make_upstream(const Settings& settings, std::size_t loops) {
  const auto spec = origin::live_spec(settings.origin.spec);
  if (!settings.forward.enabled || !spec) return nullptr;
  if (spec->kind != origin::LiveKind::graph && spec->kind != origin::LiveKind::outlook)
    return nullptr;
  const auto target = origin::parse_target(spec->base);
  if (!target) throw std::runtime_error("origin.spec: not a URL of http or https");
  OriginSettings client = settings.origin;
  client.timeout = settings.forward.timeout;
  client.breaker_failures = 0;  // Each caller has failures of his own.
  client.connect_timeout = std::min(client.connect_timeout, client.timeout);
  const auto share = [&](int limit) { return std::max(1, limit / static_cast<int>(loops)); };
  client.max_concurrent = share(settings.forward.max_concurrent);
  client.max_queued = share(settings.forward.max_queued);
  return std::unique_ptr<Upstream>(
      new Upstream{.base = spec->base,
                   .kind = spec->kind,
                   .policy = {*target, {}, settings.origin.private_addresses},
                   .client = std::move(client),
                   .max_request_bytes = settings.forward.max_request_bytes,
                   .max_response_bytes = settings.forward.max_response_bytes});
}

}  // namespace likeness::forward
