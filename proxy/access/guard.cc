#include "proxy/access/guard.h"

#include <algorithm>
#include <stdexcept>

#include "config/secret.h"
#include "proxy/dialects/size.h"

namespace likeness::access {
namespace {

using dialects::Call;
using dialects::Dialect;
using http::Request;

// A secret of the settings; empty if there is none.
std::string secret(const std::string& name, const std::string& setting) {
  if (setting.empty()) return {};
  auto read = config::read_secret(setting);
  if (!read) throw std::runtime_error(name + ": " + read.error().detail);
  return *std::move(read);
}

std::optional<config::HeaderEntry> header_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto entry = config::parse_header(text);
  if (!entry) throw std::runtime_error("access.cdn_secret: " + entry.error().detail);
  return *std::move(entry);
}

std::vector<imaging::Size> sizes_of(const std::vector<std::string>& texts) {
  std::vector<imaging::Size> sizes;
  for (const std::string& text : texts) {
    const auto size = dialects::parse_hr(text);
    if (!size) throw std::runtime_error("access.unsigned_sizes: expected HR48x48 and the like");
    sizes.push_back(*size);
  }
  return sizes;
}

Decision refuse(Errc why) { return {.next = Decision::Next::refuse, .why = why}; }

Error come_back(milliseconds wait) { return {Errc::too_many_requests, {}, wait}; }

// "a=1; cwt_ucwa=…; b=2": the pair of that name, as it stands.
std::string_view cookie(std::string_view all, std::string_view name) {
  while (!all.empty()) {
    const auto end = std::min(all.find(';'), all.size());
    auto pair = all.substr(0, end);
    all.remove_prefix(std::min(end + 1, all.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(name) && pair.size() > name.size() + 1 && pair[name.size()] == '=')
      return pair;
  }
  return {};
}

}  // namespace

Proof proof_of(const Request& request, Dialect dialect) {
  constexpr std::string_view kUcwaCookie = "cwt_ucwa";
  const auto authorization = request.header("authorization");
  if (!authorization.empty() || dialect != Dialect::ucwa) return {.authorization = authorization};
  return {.cookie = cookie(request.header("cookie"), kUcwaCookie)};
}

Guard::Guard(const Settings& settings, bool origin_knows_callers, const proof::Tokens& tokens,
             ClientLimits& limits)
    : modes_{read_mode(settings.access.web, settings.access.mode),
             read_mode(settings.access.ucwa, settings.access.mode),
             read_mode(settings.access.outlook, settings.access.mode),
             read_mode(settings.access.graph, settings.access.mode),
             read_mode(settings.access.ews, settings.access.mode)},
      keys_(settings.access.signing_keys),
      tokens_(tokens),
      unsigned_sizes_(sizes_of(settings.access.unsigned_sizes)),
      admin_token_(secret("access.admin_token", settings.access.admin_token)),
      cdn_secret_(header_of(secret("access.cdn_secret", settings.access.cdn_secret))),
      operators_apart_(!settings.http.admin_listen.empty()),
      origin_knows_callers_(origin_knows_callers),
      embedded_(settings.origin.spec.starts_with("embedded")),
      limits_(limits) {}

Guard::Mode Guard::read_mode(const std::string& mode, const std::string& otherwise) {
  const std::string& valid = mode == "default" ? otherwise : mode;
  if (valid == "signed") return Mode::by_signature;
  return valid == "bearer" ? Mode::by_token : Mode::open;
}

std::optional<Error> Guard::admit(const Request& request, Clock::time_point now) const {
  if (request.operators) return std::nullopt;
  if (cdn_secret_ && !proof::same(request.header(cdn_secret_->name), cdn_secret_->value))
    return Error{Errc::forbidden, "the CDN's secret is missing", {}};
  if (!request.address) return std::nullopt;
  if (const auto wait = limits_.admit(*request.address, now)) return come_back(*wait);
  return std::nullopt;
}

Decision Guard::decide(const Request& request, const Call& call, WallClock::time_point now) const {
  if (is_open(call.dialect)) return {};
  const Mode mode = modes_[static_cast<std::size_t>(call.dialect)];
  return mode == Mode::by_token ? check_token(request, call) : check_signature(request, call, now);
}

// A wrong signature is refused even where none is needed: somebody relies on it.
Decision Guard::check_signature(const Request& request, const Call& call,
                                WallClock::time_point now) const {
  const proof::Signature signature = keys_.verify(request.path, request.query, now);
  switch (signature.state) {
    case proof::Signature::State::good: return {.left = signature.left};
    case proof::Signature::State::none:
      return may_be_unsigned(call) ? Decision() : refuse(Errc::forbidden);
    case proof::Signature::State::wrong:
    case proof::Signature::State::expired: break;
  }
  return refuse(Errc::forbidden);
}

bool Guard::may_be_unsigned(const Call& call) const {
  return call.ask.kind == photo::Ask::Kind::picture &&
         std::ranges::find(unsigned_sizes_, call.ask.spec.box) != unsigned_sizes_.end();
}

Decision Guard::check_token(const Request& request, const Call& call) const {
  const Proof proof = proof_of(request, call.dialect);
  if (proof.empty()) return refuse(Errc::unauthorized);
  Decision decision{.confidential = true};
  if (!origin_knows_callers_) {
    const auto grant = tokens_.find(proof.authorization);
    if (grant == nullptr) return refuse(Errc::unauthorized);
    if (!grant->may_read) return refuse(Errc::forbidden);
  }
  if (origin_knows_callers_ || embedded_) decision.next = Decision::Next::ask_origin;
  return decision;
}

std::optional<Error> Guard::miss(const std::optional<IpAddress>& client, std::string_view photo,
                                 Clock::time_point now) const {
  if (!client) return std::nullopt;
  if (const auto wait = limits_.miss(*client, photo, now)) return come_back(*wait);
  return std::nullopt;
}

bool Guard::is_operators_door(const Request& request) const {
  return request.operators || !operators_apart_;
}

bool Guard::may_watch(const Request& request) const {
  if (request.operators || may_administer(request)) return true;
  // A proxy on this machine is not its client, whether it is trusted or not.
  const bool passed_on = !request.header("x-forwarded-for").empty() ||
                         !request.header("forwarded").empty() || !request.header("via").empty();
  if (passed_on) return false;
  return request.address ? request.address->is_loopback() : request.client == "unix";
}

bool Guard::wants_signatures() const {
  const Mode mode = modes_[static_cast<std::size_t>(Dialect::web)];
  return mode == Mode::by_signature || (mode == Mode::open && !unsigned_sizes_.empty());
}

bool Guard::may_list(const Request& request) const {
  return request.operators || may_administer(request) || (is_open(Dialect::web) && !has_tokens());
}

bool Guard::may_administer(const Request& request) const {
  return !admin_token_.empty() &&
         proof::same(proof::bearer_token(request.header("authorization")), admin_token_);
}

}  // namespace likeness::access
