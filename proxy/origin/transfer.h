#ifndef LIKENESS_PROXY_ORIGIN_TRANSFER_H_
#define LIKENESS_PROXY_ORIGIN_TRANSFER_H_

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/time.h"
#include "config/settings.h"
#include "proxy/origin/http_client.h"
#include "proxy/origin/source_policy.h"

namespace likeness::origin {

// One request of an HttpClient on its way through libcurl, over all its redirects: what is sent,
// where it may go, and what has come back so far. Everything that comes back is bounded while it
// comes. For HttpClient alone; loop-confined.
class Transfer {
 public:
  Transfer(ClientRequest request, HttpClient::Done done, SourcePolicy& policy);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Makes a handle for the request as it stands now. False if libcurl gives none.
  [[nodiscard]] bool prepare(const OriginSettings& settings, Clock::time_point now);
  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  [[nodiscard]] const std::string& url() const { return request_.url; }
  // Of the answer so far; 0 before there is one.
  [[nodiscard]] int status() const;
  [[nodiscard]] std::string_view header(std::string_view name) const {
    return response_.header(name);
  }
  // It was broken off, or not begun, by our own limits and rules.
  [[nodiscard]] bool refused() const { return refusal_.has_value(); }

  // After the handle has ended well. True: the answer was a redirect that may be followed, and the
  // request now is the next one; prepare() it again. False: finish() tells how it ended.
  [[nodiscard]] bool redirected();
  void finish(CURLcode code);
  void fail(Error error);

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  std::size_t on_body(std::string_view data);
  std::size_t on_header(std::string_view line);
  curl_socket_t on_socket(const curl_sockaddr& address);
  [[nodiscard]] Error error_of(CURLcode code) const;

  ClientRequest request_;
  HttpClient::Done done_;
  SourcePolicy& policy_;
  Target target_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::optional<Clock::time_point> deadline_;
  ClientResponse response_;
  std::size_t header_bytes_ = 0;
  int redirects_ = 0;
  std::optional<Error> refusal_;  // Why we broke the transfer off.
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_TRANSFER_H_
