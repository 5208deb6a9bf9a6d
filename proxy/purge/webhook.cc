#include "proxy/purge/webhook.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "config/secret.h"
#include "proxy/telemetry/log.h"

namespace likeness::purge {
namespace {

constexpr std::size_t kMaxAnswer = 64 * kKiB;

std::string joined(const std::vector<std::string>& tags, std::string_view between) {
  std::string all;
  for (const std::string& tag : tags) all.append(all.empty() ? "" : between).append(tag);
  return all;
}

// May a later attempt end better? The rest of the 4xx says that the request itself is wrong.
bool is_passing(int status) { return status >= 500 || status == 408 || status == 429; }

OriginSettings limits_of(const PurgeSettings& settings) {
  OriginSettings limits;
  limits.connect_timeout = settings.timeout;
  limits.timeout = settings.timeout;
  limits.max_concurrent = 1;
  return limits;
}

origin::Target target_of(const std::string& url) {
  // Whatever the tags are, the host is the one that the operator wrote.
  if (auto target = origin::parse_target(fill_in(url, {"tag"}))) return *target;
  throw std::runtime_error("purge.url: not a URL of http or https");
}

}  // namespace

std::string fill_in(std::string_view text, const std::vector<std::string>& tags) {
  const std::pair<std::string_view, std::string> places[] = {
      {"{tags}", joined(tags, " ")},
      {"{tag_list}", joined(tags, ",")},
      {"{tag_json}", tags.empty() ? "[]" : "[\"" + joined(tags, "\",\"") + "\"]"}};
  std::string filled(text);
  for (const auto& [place, value] : places) {
    for (auto at = filled.find(place); at != std::string::npos;
         at = filled.find(place, at + value.size()))
      filled.replace(at, place.size(), value);
  }
  return filled;
}

Webhook::Webhook(Loop& loop, const PurgeSettings& settings)
    : loop_(loop),
      settings_(settings),
      limits_(limits_of(settings)),
      headers_(settings.headers),
      policy_(target_of(settings.url), {}, "allow"),
      client_(loop, limits_, policy_) {
  if (settings.secret_header.empty()) return;
  auto header = config::read_secret(settings.secret_header);
  if (!header) throw std::runtime_error("purge.secret_header: " + header.error().detail);
  headers_.push_back(std::move(*header));
}

Webhook::~Webhook() {
  loop_.cancel(timer_);
  if (!queue_.empty()) log::error("{} purges of the CDN are lost", queue_.size());
}

bool Webhook::enqueue(const std::vector<std::string>& tags) {
  const auto most = static_cast<std::size_t>(settings_.max_tags);
  const auto requests = (tags.size() + most - 1) / most;
  if (queue_.size() + requests > static_cast<std::size_t>(settings_.max_queued)) {
    stats_.lost += requests;
    log::error("a purge of the CDN is lost: {} wait already", queue_.size());
    return false;
  }
  const bool idle = queue_.empty();
  for (auto rest = tags.begin(); rest != tags.end();) {
    const auto count = std::min<std::ptrdiff_t>(settings_.max_tags, tags.end() - rest);
    queue_.emplace_back(rest, rest + count);
    rest += count;
  }
  if (idle && !queue_.empty()) send_next();
  return true;
}

WebhookStats Webhook::stats() const {
  WebhookStats stats = stats_;
  stats.queued = queue_.size();
  return stats;
}

void Webhook::send_next() {
  const Tags& tags = queue_.front();
  origin::ClientRequest request;
  request.method = settings_.method;
  request.url = fill_in(settings_.url, tags);
  for (const std::string& header : headers_) request.headers.push_back(fill_in(header, tags));
  request.body = fill_in(settings_.body, tags);
  request.max_body_bytes = kMaxAnswer;
  ++attempts_;
  client_.send(std::move(request), [this](auto result) { sent(std::move(result)); });
}

void Webhook::sent(Result<origin::ClientResponse> result) {
  if (result && result->status >= 200 && result->status < 300) {
    ++stats_.sent;
    return done_with_first();
  }
  const std::string why =
      result ? "status " + std::to_string(result->status) : result.error().detail;
  if (result && !is_passing(result->status)) return give_up(why);
  if (attempts_ >= settings_.max_attempts) return give_up(why);
  log::warn("purging the CDN failed, attempt {} of {}: {}", attempts_, settings_.max_attempts, why);
  ++stats_.retried;
  milliseconds wait = settings_.retry_min;
  for (int i = 1; i < attempts_ && wait < settings_.retry_max; ++i) wait *= 2;
  timer_ = loop_.after(std::min(wait, settings_.retry_max), [this] {
    timer_ = Loop::TimerId::none;
    send_next();
  });
}

void Webhook::give_up(std::string_view why) {
  ++stats_.lost;
  log::error("the CDN still has what has the tags {}: purging it failed {} times: {}",
             joined(queue_.front(), " "), attempts_, why);
  done_with_first();
}

void Webhook::done_with_first() {
  queue_.pop_front();
  attempts_ = 0;
  if (!queue_.empty()) send_next();
}

}  // namespace likeness::purge
