#include "proxy/admin.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "config/secret.h"
#include "proxy/answer.h"
#include "proxy/dialects/url.h"
#include "proxy/telemetry/log.h"

namespace likeness {
namespace {

using dialects::Dialect;

std::string sentence(const purge::Order& order) {
  if (order.everything) return "everything";
  std::string names;
  for (const auto* list : {&order.photos, &order.mailboxes})
    for (const std::string& name : *list) names.append(names.empty() ? "" : " ").append(name);
  return names;
}

std::string_view name_of(purge::Report::Cdn cdn) {
  switch (cdn) {
    case purge::Report::Cdn::off: return "off";
    case purge::Report::Cdn::queued: return "queued";
    case purge::Report::Cdn::refused: return "refused";
  }
  return "off";
}

}  // namespace

Admin::Admin(Loop& loop, const Settings& settings, CarryOut carry_out)
    : loop_(loop), max_id_bytes_(settings.photo.max_id_bytes), carry_out_(std::move(carry_out)) {
  if (settings.access.admin_token.empty()) return;
  const auto token = config::read_secret(settings.access.admin_token);
  if (!token) throw std::runtime_error("access.admin_token: " + token.error().detail);
  token_ = access::sha256(*token);
}

// Digests are compared, so that neither the time nor the length tells anything of the token.
bool Admin::knows(const http::Request& request) const {
  constexpr std::string_view kBearer = "bearer ";
  const auto proof = request.header("authorization");
  if (!token_ || proof.size() <= kBearer.size()) return false;
  if (!http::same_name(proof.substr(0, kBearer.size()), kBearer)) return false;
  return access::same(access::sha256(proof.substr(kBearer.size())), *token_);
}

void Admin::handle(const http::Request& request, Exchange exchange) {
  exchange.route = telemetry::Route::admin;
  const auto answer_error = [&](const Error& error, std::string_view more = {}) {
    refuse(exchange, Dialect::web, error, request.header("accept"), more);
  };
  if (!knows(request)) {
    log::warn("audit: {} was refused {} (request {})", request.client, request.path,
              exchange.request_id());
    return answer_error({Errc::unauthorized, {}, {}}, "WWW-Authenticate: Bearer");
  }
  std::string_view path = request.path.substr(std::string_view("/admin").size());
  const auto verb = dialects::take_segment(path);
  if (verb == "purge" && path.empty()) {
    if (request.method != http::Method::post)
      return answer_error({Errc::method_not_allowed, {}, {}}, "Allow: POST");
    auto order = purge::parse_order(request.body);
    if (!order) return answer_error(order.error());
    return purge(request, std::move(exchange), std::move(*order));
  }
  const auto segment = verb == "photos" ? dialects::take_segment(path) : std::nullopt;
  if (!segment || !path.empty()) return answer_error({Errc::unknown_route, {}, {}});
  if (request.method != http::Method::del)
    return answer_error({Errc::method_not_allowed, {}, {}}, "Allow: DELETE");
  const auto id = dialects::decode_id(*segment, max_id_bytes_);
  if (!id)
    return answer_error({Errc::bad_request, "the photo's id is too long or badly encoded", {}});
  purge(request, std::move(exchange), {.photos = {std::string(id->view())}});
}

void Admin::purge(const http::Request& request, Exchange exchange, purge::Order order) {
  log::info("audit: {} purges {} (request {})", request.client, sentence(order),
            exchange.request_id());
  carry_out_(loop_, std::move(order),
             [exchange = std::move(exchange)](const purge::Report& report) mutable {
               const nlohmann::ordered_json document{
                   {"store", report.store_pending ? "pending" : "forgotten"},
                   {"cdn", name_of(report.cdn)},
                   {"tags", report.tags}};
               http::Lines lines = exchange.lines();
               lines.line("Cache-Control: no-store");
               send_document(exchange, lines, report.store_pending ? 202 : 200,
                             {document.dump() + '\n', "application/json; charset=utf-8"},
                             telemetry::CacheOutcome::stored);
             });
}

}  // namespace likeness
