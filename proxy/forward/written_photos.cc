#include "proxy/forward/written_photos.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "proxy/dialects/url.h"

namespace likeness::forward {
namespace {

// Twice what Graph takes in a batch.
constexpr std::size_t kMaxCalls = 40;

// A segment, decoded, as a collection and the key in it: "contacts('a')" or "contacts" and the next
// segment. A segment without a key leaves it empty.
struct Step {
  std::string name;
  std::string key;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

Step split(const std::string& segment) {
  const auto open = segment.find("('");
  if (open == std::string::npos || !segment.ends_with("')")) return {lower(segment), {}};
  Step step{lower(segment.substr(0, open)), {}};
  const auto quoted = std::string_view(segment).substr(open + 2, segment.size() - open - 4);
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    step.key += quoted[i];
    if (quoted[i] == '\'' && i + 1 < quoted.size() && quoted[i + 1] == '\'') ++i;
  }
  return step;
}

std::vector<Step> steps_of(std::string_view path) {
  std::vector<Step> steps;
  while (const auto segment = dialects::take_segment(path)) {
    auto plain = dialects::decode(*segment);
    if (!plain) return {};
    Step step = split(*plain);
    const bool collection = step.name == "users" || step.name == "contacts";
    if (collection && step.key.empty()) {
      if (const auto next = dialects::take_segment(path)) {
        auto key = dialects::decode(*next);
        if (!key) return {};
        step.key = std::move(*key);
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

// Addresses, and they alone, may be cached in lower case.
std::string folded(std::string_view part) {
  return part.find('@') == std::string_view::npos ? std::string(part) : lower(part);
}

void add(std::vector<std::string>& ids, const std::string& user, const std::string& contact) {
  const auto id = [](const std::string& who, const std::string& which) {
    return which.empty() ? who : who.empty() ? which : who + "/contacts/" + which;
  };
  ids.push_back(id(user, contact));
  if (auto other = id(folded(user), folded(contact)); other != ids.back())
    ids.push_back(std::move(other));
}

void add_call(std::vector<std::string>& ids, std::string_view path) {
  std::string user;
  std::string contact;
  bool photo = false;
  for (const Step& step : steps_of(path)) {
    if (step.name == "me" || step.name == "users") user = step.name == "me" ? "me" : step.key;
    if (step.name == "contacts") contact = step.key;
    photo = photo || step.name == "photo" || step.name == "photos";
  }
  if (!contact.empty()) {
    add(ids, {}, contact);
    if (!user.empty()) add(ids, user, contact);
  } else if (photo && !user.empty()) {
    add(ids, user, {});
  }
}

bool writes(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

void add_batch(std::vector<std::string>& ids, std::string_view body) {
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (!document.is_object()) return;
  const auto calls = document.find("requests");
  if (calls == document.end() || !calls->is_array()) return;
  std::size_t count = 0;
  for (const auto& call : *calls) {
    if (++count > kMaxCalls) return;
    if (!call.is_object()) continue;
    const auto method = call.find("method");
    const auto url = call.find("url");
    if (method == call.end() || url == call.end() || !method->is_string() || !url->is_string())
      continue;
    const auto& path = url->get_ref<const std::string&>();
    if (writes(method->get_ref<const std::string&>()))
      add_call(ids, path.substr(0, path.find('?')));
  }
}

}  // namespace

std::vector<std::string> written_photos(http::Method method, std::string_view path,
                                        std::string_view body) {
  std::vector<std::string> ids;
  if (method == http::Method::get || method == http::Method::head ||
      method == http::Method::options)
    return ids;
  if (is_told_by_body(path))
    add_batch(ids, body);
  else
    add_call(ids, path);
  return ids;
}

bool is_told_by_body(std::string_view path) {
  const auto last = dialects::decode(path.substr(path.rfind('/') + 1));
  return last && dialects::is(*last, "$batch");
}

}  // namespace likeness::forward
