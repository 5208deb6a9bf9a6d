#include "proxy/origin/token_source.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "proxy/origin/answer.h"
#include "proxy/origin/escape.h"
#include "proxy/telemetry/log.h"

namespace likeness::origin {
namespace {

constexpr std::size_t kMaxAnswerBytes = 64 * kKiB;
constexpr std::size_t kMaxTokenBytes = 16 * kKiB;
constexpr seconds kDefaultLifetime{300};
// Renewed this long before its end, or halfway if it does not last that long.
constexpr seconds kMargin{300};
constexpr milliseconds kAfterFailure{5'000};

Authorization bearer(std::string_view token) {
  return std::make_shared<const std::string>("Bearer " + std::string(token));
}

bool fits_header(std::string_view token) {
  return !token.empty() && token.size() <= kMaxTokenBytes &&
         std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Result<Token> interpret_token(const ClientResponse& response, WallClock::time_point now) {
  const auto document = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status != 200) {
    Error error = error_of(response, now);
    // RFC 6749 5.2: 400 with a code is a refusal. The code alone is told: a description may repeat
    // what was sent.
    if (response.status == 400) error.code = Errc::origin_refused;
    error.detail = "the token endpoint answered " + std::to_string(response.status);
    return std::unexpected(std::move(error));
  }
  const auto broken = [] { return fail(Errc::origin_failed, "the token endpoint sent no token"); };
  if (!document.is_object()) return broken();
  const auto value = document.find("access_token");
  if (value == document.end() || !value->is_string()) return broken();
  Token token{value->get<std::string>(), kDefaultLifetime};
  if (!fits_header(token.value)) return broken();
  // A number by the standard; some endpoints of old send text.
  const auto expires = document.find("expires_in");
  if (expires != document.end() && expires->is_number()) {
    constexpr double kDay = 86'400;
    token.lifetime =
        seconds(static_cast<std::int64_t>(std::clamp(expires->get<double>(), 1.0, kDay)));
  } else if (expires != document.end() && expires->is_string()) {
    const auto text = retry_after(expires->get<std::string>(), now);
    if (text) token.lifetime = std::max(seconds(1), std::chrono::floor<seconds>(*text));
  }
  return token;
}

TokenSource::TokenSource(std::string_view fixed_token) {
  state_.with([&](State& state) {
    state.token = bearer(fixed_token);
    state.renew_at = state.expires_at = Clock::time_point::max();
  });
}

TokenSource::TokenSource(ClientCredentials credentials) : credentials_(std::move(credentials)) {}

void TokenSource::get(Loop& loop, HttpClient& client, Done done) {
  const auto now = loop.now();
  bool due = false;
  auto ready = state_.with([&](State& state) -> std::optional<Result<Authorization>> {
    const bool good = state.token && now < state.expires_at;
    const bool may_ask = !state.fetching && now >= state.failed_until;
    due = may_ask && (!good || now >= state.renew_at);
    if (due) state.fetching = true;
    if (good) return state.token;
    if (state.fetching) {
      state.waiting.push_back({&loop, std::move(done)});
      return std::nullopt;
    }
    Error error = state.failure;
    error.retry_after = std::chrono::ceil<milliseconds>(state.failed_until - now);
    return std::unexpected(std::move(error));
  });
  if (ready)
    loop.post([done = std::move(done), result = std::move(*ready)]() mutable {
      done(std::move(result));
    });
  if (due) fetch(loop, client);
}

void TokenSource::fetch(Loop& loop, HttpClient& client) {
  ClientRequest request{
      .method = "POST", .url = credentials_.token_url, .max_body_bytes = kMaxAnswerBytes};
  request.headers.emplace_back("Accept: application/json");
  request.body = "grant_type=client_credentials&client_id=" + escape(credentials_.client_id) +
                 "&client_secret=" + escape(credentials_.client_secret);
  if (!credentials_.scope.empty()) request.body += "&scope=" + escape(credentials_.scope);
  client.send(std::move(request), [this, &loop](Result<ClientResponse> response) {
    settle(response ? interpret_token(*response, WallClock::now())
                    : Result<Token>(std::unexpected(std::move(response.error()))),
           loop.now());
  });
}

void TokenSource::settle(Result<Token> result, Clock::time_point now) {
  if (!result)
    log::warn("no token for the origin: {} ({})", result.error().detail, name(result.error().code));
  Result<Authorization> outcome;
  auto waiting = state_.with([&](State& state) {
    state.fetching = false;
    if (result) {
      state.token = bearer(result->value);
      state.expires_at = now + result->lifetime;
      state.renew_at = state.expires_at - std::min<Clock::duration>(kMargin, result->lifetime / 2);
      state.failed_until = {};
      outcome = state.token;
    } else {
      state.failure = result.error();
      state.failed_until = now + std::max(kAfterFailure, result.error().retry_after);
      outcome = std::unexpected(result.error());
    }
    return std::exchange(state.waiting, {});
  });
  for (Waiter& waiter : waiting)
    waiter.loop->post(
        [done = std::move(waiter.done), outcome]() mutable { done(std::move(outcome)); });
}

void TokenSource::reject(const Authorization& token) {
  if (!renews()) return;
  state_.with([&](State& state) {
    if (state.token == token) state.token = nullptr;
  });
}

}  // namespace likeness::origin
