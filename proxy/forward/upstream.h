#ifndef LIKENESS_PROXY_FORWARD_UPSTREAM_H_
#define LIKENESS_PROXY_FORWARD_UPSTREAM_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "proxy/dialects/call.h"
#include "proxy/origin/live_spec.h"
#include "proxy/origin/source_policy.h"

namespace likeness::forward {

// The live service whose API stands behind ours: what its photos do not cover is passed on to it.
// What all loops share of that. Immutable but for the policy, which is Thread-safe.
struct Upstream {
  std::string base;  // Without a slash at its end; paths are added as they come.
  origin::LiveKind kind;
  origin::SourcePolicy policy;  // Follows no redirect: those are answers, for the client to judge.
  OriginSettings client;        // Each loop's share of the limits.
  std::size_t max_request_bytes;
  std::size_t max_response_bytes;

  // Is this a path of the service's API? One that walks up with dots is not, spelled in any way.
  [[nodiscard]] bool takes(std::string_view path) const;
  [[nodiscard]] dialects::Dialect dialect() const;
};

// Null where nothing is forwarded. REQUIRES: `settings` has passed config::check().
[[nodiscard]] std::unique_ptr<Upstream> make_upstream(const Settings& settings, std::size_t loops);

}  // namespace likeness::forward

#endif  // LIKENESS_PROXY_FORWARD_UPSTREAM_H_
