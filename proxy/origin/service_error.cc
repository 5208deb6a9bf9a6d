#include "proxy/origin/service_error.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/origin/answer.h"

namespace likeness::origin {
namespace {

constexpr std::size_t kMaxErrorBytes = 64 * kKiB;
constexpr milliseconds kDefaultWait{10'000};
constexpr std::size_t kMaxCodeBytes = 100;
constexpr std::size_t kMaxPrefix = 32;

std::string_view without_space(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// A code goes into logs: nothing but a word is one.
std::string word(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
  return std::string(plain && text.size() <= kMaxCodeBytes ? text : "unreadable");
}

std::string word(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? std::string()
                                                      : word(found->get_ref<const std::string&>());
}

}  // namespace

bool looks_like_json(std::string_view body) {
  body = without_space(body);
  return body.starts_with('{') || body.starts_with('[');
}

bool looks_like_markup(std::string_view body) { return without_space(body).starts_with('<'); }

std::optional<ServiceError> read_service_error(std::string_view body) {
  body = without_space(body).substr(0, kMaxErrorBytes);
  if (body.starts_with('<')) {
    ServiceError error{word(element(body, "code")), word(element(body, "subcode"))};
    return error.code.empty() ? std::nullopt : std::optional(std::move(error));
  }
  if (!body.starts_with('{')) return std::nullopt;
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  const auto inner = document.find("error");
  if (inner != document.end() && inner->is_object()) return ServiceError{word(*inner, "code"), {}};
  ServiceError error{word(document, "code"), word(document, "subcode")};
  return error.code.empty() ? std::nullopt : std::optional(std::move(error));
}

std::string_view element(std::string_view xml, std::string_view name) {
  for (std::size_t at = 0; (at = xml.find(name, at)) != std::string_view::npos; at += name.size()) {
    if (at == 0 || (xml[at - 1] != '<' && xml[at - 1] != ':')) continue;
    const auto rest = xml.substr(at + name.size());
    if (rest.empty() || (rest.front() != '>' && rest.front() != ' ')) continue;
    const auto begin = rest.find('>');
    const auto end = rest.find('<');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) continue;
    // A short prefix may stand before it; "</m:ResponseCode>" is no opening tag.
    const auto before = xml.substr(at - std::min(at, kMaxPrefix), std::min(at, kMaxPrefix));
    const auto open = before.rfind('<');
    if (open == std::string_view::npos || before.substr(open).starts_with("</")) continue;
    return rest.substr(begin + 1, end - begin - 1);
  }
  return {};
}

Error throttled(std::string detail, milliseconds wait) {
  return {Errc::throttled, std::move(detail), wait.count() > 0 ? wait : kDefaultWait};
}

Result<Fetched> read_photo(ClientResponse response) {
  Validators validators = validators_of(response);
  const auto age = max_age(response);
  if (response.status == 304) return Fetched{nullptr, std::move(validators), age};
  const std::string_view body = response.body;
  if (body.empty()) return fail(Errc::no_photo, "the service sent an empty photo");
  const std::string_view one_by_one("\1\0\1\0", 4);
  if ((body.starts_with("GIF87a") || body.starts_with("GIF89a")) &&
      body.substr(6).starts_with(one_by_one))
    return fail(Errc::no_photo, "the service sent its picture of one pixel");
  if (looks_like_json(body) || looks_like_markup(body))
    return fail(Errc::origin_failed, "the service sent text for a photo");
  return Fetched{share(std::move(response.body)), std::move(validators), age};
}

}  // namespace likeness::origin
