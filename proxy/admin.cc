#include "proxy/admin.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "config/quantity.h"
#include "proxy/answer/answer.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/url.h"
#include "proxy/origin/source.h"
#include "proxy/telemetry/log.h"

namespace likeness {
namespace {

using dialects::Dialect;
using nlohmann::ordered_json;

void send(Exchange& exchange, int status, const std::string& json) {
  http::Lines lines = exchange.lines();
  lines.line("Cache-Control: no-store");
  send_document(exchange, lines, status, {json + '\n', "application/json; charset=utf-8"},
                telemetry::CacheOutcome::none);
}

// For the log, whose lines nobody may write.
std::string printable(std::string_view text) {
  std::string plain(text);
  std::ranges::replace_if(plain, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return plain;
}

std::string sentence(const purge::Order& order) {
  if (order.everything) return "everything";
  std::string names;
  for (const auto* list : {&order.photos, &order.mailboxes, &order.tags})
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

std::string_view name_of(purge::Report::Store store) {
  switch (store) {
    case purge::Report::Store::forgotten: return "forgotten";
    case purge::Report::Store::pending: return "pending";
    case purge::Report::Store::unsearched: return "unsearched";
  }
  return "unsearched";
}

int status_of(purge::Report::Store store) {
  switch (store) {
    case purge::Report::Store::forgotten: return 200;
    case purge::Report::Store::pending: return 202;
    case purge::Report::Store::unsearched: return 503;
  }
  return 503;
}

}  // namespace

Admin::Admin(Loop& loop, const access::CurrentGuard& guard, const Settings& settings,
             CarryOut carry_out)
    : loop_(loop),
      guard_(guard),
      max_id_bytes_(settings.photo.max_id_bytes),
      fold_addresses_(origin::names_people(settings.origin.spec)),
      carry_out_(std::move(carry_out)) {}

void Admin::handle(const http::Request& request, Exchange exchange) {
  exchange.route = telemetry::Route::admin;
  const auto answer_error = [&](const Error& error, std::string_view more = {}) {
    refuse(exchange, Dialect::web, error, request.header("accept"), more);
  };
  if (!guard_->may_administer(request)) {
    log::warn("audit: {} was refused {} (request {})", request.client, printable(request.path),
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
  if (verb == "sign" && path.empty()) {
    if (request.method != http::Method::post)
      return answer_error({Errc::method_not_allowed, {}, {}}, "Allow: POST");
    const auto answer = sign(request.body);
    return answer ? send(exchange, 200, *answer) : answer_error(answer.error());
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

Result<std::string> Admin::sign(std::string_view body) const {
  const auto order = nlohmann::json::parse(body, nullptr, false);
  const auto bad = [] {
    return fail(Errc::bad_request, "expected {\"urls\": [\"/photos/…\"], \"expires\": \"30d\"}");
  };
  if (!order.is_object() || !order.contains("urls") || !order["urls"].is_array() ||
      order["urls"].size() > purge::kMaxNames)
    return bad();
  std::optional<WallClock::time_point> expires;
  if (order.contains("expires")) {
    const auto* text = order["expires"].get_ptr<const std::string*>();
    const auto life =
        config::parse_quantity(text != nullptr ? *text : std::string(), config::kSecondUnits);
    if (!life) return bad();
    expires = WallClock::now() + seconds(*life);
  }
  ordered_json signed_urls = ordered_json::array();
  for (const auto& url : order["urls"]) {
    const auto* text = url.get_ptr<const std::string*>();
    if (text == nullptr) return bad();
    auto made = guard_->signing_keys().sign(*text, expires);
    if (!made) return std::unexpected(made.error());
    signed_urls.push_back(std::move(*made));
  }
  return ordered_json{{"urls", std::move(signed_urls)}}.dump();
}

// Under the names that they are kept.
void Admin::fold(std::vector<std::string>& names) const {
  for (std::string& name : names) {
    photo::PhotoId id;
    if (fold_addresses_ && id.append(name)) name = dialects::with_folded_addresses(id).view();
  }
}

void Admin::purge(const http::Request& request, Exchange exchange, purge::Order order) {
  fold(order.photos);
  fold(order.mailboxes);
  log::info("audit: {} purges {} (request {})", request.client, printable(sentence(order)),
            exchange.request_id());
  carry_out_(loop_, std::move(order),
             [exchange = std::move(exchange)](const purge::Report& report) mutable {
               const ordered_json document{{"store", name_of(report.store)},
                                           {"cdn", name_of(report.cdn)},
                                           {"tags", report.tags}};
               send(exchange, status_of(report.store), document.dump());
             });
}

}  // namespace likeness
