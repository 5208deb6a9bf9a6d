#ifndef LIKENESS_PROXY_KEPT_REQUEST_H_
#define LIKENESS_PROXY_KEPT_REQUEST_H_

#include <array>
#include <string>
#include <string_view>

#include "proxy/dialects/call.h"
#include "proxy/http/message.h"

namespace likeness {

// What of a request for a photo must outlive its handler when the answer takes longer: its call,
// and of its words, copied, those that answers are made of. That is its URL and the headers of
// kNames; its body, its client's address and all else are gone.
//
// Immutable. Neither copied nor moved, since the request points into it.
class KeptRequest {
 public:
  KeptRequest(const http::Request& request, const dialects::Call& call);
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;

  [[nodiscard]] const http::Request& request() const { return request_; }
  [[nodiscard]] const dialects::Call& call() const { return call_; }

 private:
  static constexpr std::array<std::string_view, 4> kNames{"if-none-match", "if-modified-since",
                                                          "accept", "host"};

  dialects::Call call_;
  std::string target_;
  std::string forwarded_host_;
  std::array<std::string, kNames.size()> values_;
  std::array<http::Header, kNames.size()> headers_;
  http::Request request_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_KEPT_REQUEST_H_
