#ifndef LIKENESS_PROXY_PURGE_WEBHOOK_H_
#define LIKENESS_PROXY_PURGE_WEBHOOK_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/origin/http_client.h"

namespace likeness::purge {

struct WebhookStats {
  std::uint64_t queued = 0;   // Now.
  std::uint64_t sent = 0;     // Requests that the CDN accepted.
  std::uint64_t retried = 0;  // Attempts that failed and were made again.
  std::uint64_t lost = 0;     // Requests given up, or refused because too many waited.
};

// A Webhook tells a CDN to drop what has certain tags: a request to its purge endpoint, as the
// settings spell it, for each order, one after the other. What fails for the moment is tried again
// after a wait that doubles; what the CDN refuses, or what has failed too often, is given up with
// an error in the log.
//
// Loop-confined. Destroying it drops what is queued, with a word in the log.
class Webhook {
 public:
  // Throws std::runtime_error if the URL is none or a secret cannot be read. `settings` outlives
  // it.
  Webhook(Loop& loop, const PurgeSettings& settings);
  ~Webhook();
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  // False if the queue is full: nothing of it will be sent.
  bool enqueue(const std::vector<std::string>& tags);

  [[nodiscard]] WebhookStats stats() const;

 private:
  using Tags = std::vector<std::string>;

  void send_next();
  void sent(Result<origin::ClientResponse> result);
  void give_up(std::string_view why);
  void done_with_first();

  Loop& loop_;
  const PurgeSettings& settings_;
  const OriginSettings limits_;
  std::vector<std::string> headers_;
  std::deque<Tags> queue_;  // The first one is being sent, or waits for its next attempt.
  int attempts_ = 0;        // Of the first one.
  WebhookStats stats_;
  Loop::TimerId timer_ = Loop::TimerId::none;
  origin::SourcePolicy policy_;
  origin::HttpClient client_;
};

// `text` with {tags} replaced by the tags between blanks, {tag_list} by the same between commas,
// and {tag_json} by a JSON list. Tags need no escaping in any of them.
[[nodiscard]] std::string fill_in(std::string_view text, const std::vector<std::string>& tags);

}  // namespace likeness::purge

#endif  // LIKENESS_PROXY_PURGE_WEBHOOK_H_
