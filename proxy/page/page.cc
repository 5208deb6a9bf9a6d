#include "proxy/page/page.h"

#include <likeness_page.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "proxy/answer/answer.h"
#include "proxy/dialects/url.h"
#include "proxy/http/conditions.h"
#include "proxy/photo/digest.h"

namespace likeness {
namespace {

using dialects::Dialect;

// Everything comes from here, nothing is inline, and nobody puts the page into a frame.
constexpr std::string_view kPolicy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

// A file's name with a version that changes with its content.
std::string versioned(std::string_view path, std::string_view body) {
  return std::string(path) + "?v=" + photo::digest(body).substr(0, 16);
}

}  // namespace

Page::Page(Loop& loop, const access::CurrentGuard& guard, List list)
    : loop_(loop),
      guard_(guard),
      list_(std::move(list)),
      files_{{{"/page/page.css", "text/css; charset=utf-8", std::string(page::kCss), {}},
              {"/page/page.js", "text/javascript; charset=utf-8", std::string(page::kScript), {}},
              {"/page/icon.svg", "image/svg+xml", std::string(page::kIcon), {}},
              {"/", "text/html; charset=utf-8", std::string(page::kHtml), {}}}} {
  File& html = files_.back();
  for (File& file : files_) {
    if (&file != &html) {
      const auto name = file.path.substr(1);
      html.body = replaced(std::move(html.body), name, versioned(name, file.body));
    }
    file.etag = photo::entity_tag(file.body);
  }
}

void Page::handle(const http::Request& request, Exchange exchange) {
  exchange.route = telemetry::Route::page;
  const auto answer_error = [&](Errc code, std::string_view more = {}) {
    refuse(exchange, Dialect::web, {code, {}, {}}, request.header("accept"), more);
  };
  if (!http::reads(request.method))
    return answer_error(Errc::method_not_allowed, "Allow: GET, HEAD");
  if (request.path == "/page/contacts") return send_contacts(request, std::move(exchange));
  const auto* file = std::ranges::find(files_, request.path, &File::path);
  if (file == files_.end()) return answer_error(Errc::unknown_route);
  send(*file, request, exchange);
}

void Page::send(const File& file, const http::Request& request, Exchange& exchange) const {
  http::Lines lines = exchange.lines();
  const bool kept = file.path != "/" && dialects::query_value(request.query, "v");
  lines.line("Cache-Control: ", kept ? "public, max-age=31536000, immutable" : "no-cache")
      .line("Content-Type: ", file.type)
      .line("ETag: ", file.etag)
      .ready(kPolicy);
  const bool same = http::not_modified(request, file.etag, -1);
  exchange.send({.status = same ? 304 : 200,
                 .lines = lines.view(),
                 .body = same ? std::string_view() : std::string_view(file.body)});
}

void Page::send_contacts(const http::Request& request, Exchange exchange) {
  const bool hidden = !guard_->may_list(request);
  auto answer = [hidden, wants = guard_->wants_signatures(), exchange = std::move(exchange)](
                    const std::vector<origin::Source::Listed>& listed) mutable {
    auto contacts = nlohmann::ordered_json::array();
    for (const auto& [id, name] : listed) contacts.push_back({{"id", id}, {"name", name}});
    const nlohmann::ordered_json document{
        {"contacts", std::move(contacts)}, {"hidden", hidden}, {"signed", wants}};
    http::Lines lines = exchange.lines();
    lines.line("Cache-Control: no-store");
    send_document(exchange, lines, 200,
                  {document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                   "application/json; charset=utf-8"},
                  telemetry::CacheOutcome::none);
  };
  if (hidden) return answer({});
  list_(loop_, std::move(answer));
}

}  // namespace likeness
