#include "proxy/batch.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/answer/answer.h"
#include "proxy/dialects/graph_batch.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"
#include "proxy/http/conditions.h"
#include "proxy/http/forwarded.h"

namespace likeness {
namespace {

using dialects::BatchAnswer;
using dialects::BatchRequest;
using dialects::Dialect;

constexpr std::string_view kJson = "application/json";

// One request of a batch on its way to its answer.
struct Item {
  BatchRequest request;
  dialects::Parsed call = {};
  photo::Outcome outcome = {};
  int status = 0;
};

// A batch waiting for its photos. Held by the callbacks that it waits for. Loop-confined.
class Batch {
 public:
  Batch(Exchange exchange, std::string base, std::size_t max_bytes)
      : exchange_(std::move(exchange)), base_(std::move(base)), max_bytes_(max_bytes) {}

  static void run(const std::shared_ptr<Batch>& batch, std::vector<BatchRequest> requests,
                  const http::Request& request, const dialects::Limits& limits,
                  const LookUp& look_up) {
    batch->waiting_ = requests.size() + 1;
    for (auto& one : requests) batch->items_.push_back({.request = std::move(one)});
    for (Item& item : batch->items_) {
      http::Request inner = request;
      inner.method = http::Method::get;
      inner.target = item.request.url;
      inner.path = inner.target.substr(0, inner.target.find('?'));
      inner.query = inner.target.substr(std::min(inner.path.size() + 1, inner.target.size()));
      item.call = dialects::parse(inner, limits);
      if (!dialects::is(item.request.method, "get"))
        item.call =
            std::unexpected(dialects::Refusal{Dialect::graph, {Errc::method_not_allowed, {}, {}}});
      if (!item.call) {
        batch->settled();
        continue;
      }
      look_up(inner, *item.call, [batch, &item](const photo::Outcome& outcome) {
        item.outcome = outcome;
        batch->settled();
      });
    }
    batch->settled();
  }

 private:
  void settled() {
    if (--waiting_ != 0) return;
    for (const Item& item : items_) wait_for(item.outcome);
    std::string body = R"({"responses":[)";
    for (Item& item : items_) {
      if (body.back() == '}') body += ',';
      append(body, item);
    }
    body += "]}";
    http::Lines lines = exchange_.lines();
    lines.line("Cache-Control: no-store").line("Content-Type: ", kJson);
    exchange_.send({.status = 200, .lines = lines.view(), .body = body});
  }

  // The photos are waited for at the same time, so of each kind the longest wait counts.
  void wait_for(const photo::Outcome& outcome) {
    const photo::Waits& one = outcome ? outcome->waits : outcome.error().waits;
    photo::Waits& all = exchange_.waits;
    all.store = std::max(all.store, one.store);
    all.origin = std::max(all.origin, one.origin);
    all.imaging = std::max(all.imaging, one.imaging);
  }

  void append(std::string& body, Item& item) {
    const bool held_up = std::ranges::any_of(
        item.request.depends_on, [&](std::size_t place) { return items_[place].status >= 400; });
    if (held_up) {
      item.status = 424;
      constexpr std::string_view kBody =
          R"({"error":{"code":"FailedDependency","message":"A request this one depends on failed."}})";
      return dialects::append_answer(
          body, item.request.id,
          {.status = 424, .headers = {{"Content-Type", std::string(kJson)}}, .json = kBody});
    }
    if (!item.call) return append_error(body, item, item.call.error().error);
    if (!item.outcome) return append_error(body, item, item.outcome.error().error);
    append_found(body, item, *item.outcome);
  }

  void append_found(std::string& body, Item& item, const photo::Found& found) {
    item.status = 200;
    if (item.call->form != dialects::Form::value) {
      const auto document = photo_document(*item.call, found, base_,
                                           item.request.url.substr(0, item.request.url.find('?')));
      return dialects::append_answer(
          body, item.request.id,
          {.headers = {{"Content-Type", std::string(kJson)}}, .json = document.body});
    }
    const cache::Picture& picture = *found.picture;
    const auto& condition = item.request.if_none_match;
    if (!condition.empty() && http::matches_any(condition, picture.etag)) {
      item.status = 304;
      return dialects::append_answer(body, item.request.id,
                                     {.status = 304, .headers = {{"ETag", picture.etag}}});
    }
    if (body.size() + picture.bytes->size() / 3 * 4 > max_bytes_)
      return append_error(body, item, {Errc::overloaded, "the batch's answer is full", {}});
    dialects::append_answer(
        body, item.request.id,
        {.headers = {{"Content-Type", picture.content_type}, {"ETag", picture.etag}},
         .bytes = *picture.bytes});
  }

  void append_error(std::string& body, Item& item, const Error& error) {
    item.status = dialects::status_of(Dialect::graph, error.code);
    const auto document = error_document(Dialect::graph, error, {}, exchange_.request_id());
    BatchAnswer answer{.status = item.status,
                       .headers = {{"Content-Type", std::string(kJson)}},
                       .json = document.body};
    const auto later = std::chrono::ceil<seconds>(error.retry_after).count();
    if (later > 0) answer.headers.emplace_back("Retry-After", std::to_string(later));
    dialects::append_answer(body, item.request.id, answer);
  }

  Exchange exchange_;
  const std::string base_;  // Where the client reaches us, for links.
  const std::size_t max_bytes_;
  std::vector<Item> items_;
  std::size_t waiting_ = 0;
};

}  // namespace

void answer_batch(const http::Request& request, Exchange exchange, const dialects::Limits& limits,
                  std::size_t max_bytes, const LookUp& look_up) {
  auto requests = dialects::parse_batch(request.body);
  if (!requests)
    return refuse(exchange, Dialect::graph, requests.error(), request.header("accept"));
  std::string_view path = request.path;
  const auto version = dialects::take_segment(path).value_or("");
  for (BatchRequest& one : *requests) one.url.insert(0, "/" + std::string(version));
  const auto batch =
      std::make_shared<Batch>(std::move(exchange), http::base_url(request), max_bytes);
  Batch::run(batch, std::move(*requests), request, limits, look_up);
}

}  // namespace likeness
