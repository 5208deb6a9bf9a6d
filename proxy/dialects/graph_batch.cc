#include "proxy/dialects/graph_batch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "proxy/contacts/encoding.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

using nlohmann::json;

// batch, requests, request, headers, value.
constexpr int kMaxDepth = 8;

std::unexpected<Error> bad(std::string detail) {
  return fail(Errc::bad_request, "$batch: " + std::move(detail));
}

// The text under a name; empty where there is none.
std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string header_of(const json& request, std::string_view wanted) {
  const auto headers = request.find("headers");
  if (headers == request.end() || !headers->is_object()) return {};
  for (const auto& [name, value] : headers->items())
    if (is(name, wanted) && value.is_string()) return value.get<std::string>();
  return {};
}

// The place of the request of that name.
std::optional<std::size_t> place_of(const std::vector<BatchRequest>& requests,
                                    std::string_view id) {
  const auto found = std::ranges::find(requests, id, &BatchRequest::id);
  if (found == requests.end()) return std::nullopt;
  return static_cast<std::size_t>(found - requests.begin());
}

Result<BatchRequest> parse_request(const json& item, const std::vector<BatchRequest>& earlier) {
  if (!item.is_object()) return bad("a request is no object");
  BatchRequest request{text_at(item, "id"),
                       text_at(item, "method"),
                       text_at(item, "url"),
                       header_of(item, "if-none-match"),
                       {}};
  if (request.id.empty() || request.method.empty() || request.url.empty())
    return bad("every request needs id, method and url");
  if (place_of(earlier, request.id)) return bad("an id is there twice");
  if (request.url.front() != '/') request.url.insert(0, 1, '/');
  const auto depends = item.find("dependsOn");
  if (depends == item.end() || depends->is_null()) return request;
  if (!depends->is_array() || depends->size() > kMaxBatchRequests)
    return bad("dependsOn is no list of ids");
  for (const json& id : *depends) {
    const auto place = id.is_string() ? place_of(earlier, id.get<std::string>()) : std::nullopt;
    if (!place) return bad("dependsOn names no earlier request");
    request.depends_on.push_back(*place);
  }
  return request;
}

}  // namespace

Result<std::vector<BatchRequest>> parse_batch(std::string_view body) {
  bool too_deep = false;
  const auto look = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  const json document = json::parse(body, look, false);
  if (too_deep || !document.is_object()) return bad("the body is no JSON object");
  const auto list = document.find("requests");
  if (list == document.end() || !list->is_array() || list->empty())
    return bad("there are no requests");
  if (list->size() > kMaxBatchRequests) return bad("at most 20 requests");
  std::vector<BatchRequest> requests;
  for (const json& item : *list) {
    auto request = parse_request(item, requests);
    if (!request) return std::unexpected(std::move(request.error()));
    requests.push_back(std::move(*request));
  }
  return requests;
}

void append_answer(std::string& body, std::string_view id, const BatchAnswer& answer) {
  nlohmann::ordered_json head{{"id", id}, {"status", answer.status}};
  head["headers"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : answer.headers) head["headers"][name] = value;
  body += head.dump(-1, ' ', false, json::error_handler_t::replace);
  if (answer.json.empty() && answer.bytes.empty()) return;
  body.pop_back();
  body += R"(,"body":)";
  if (!answer.json.empty()) {
    body.append(answer.json);
  } else {
    body.append(1, '"').append(contacts::base64(answer.bytes)).append(1, '"');
  }
  body += '}';
}

}  // namespace likeness::dialects
