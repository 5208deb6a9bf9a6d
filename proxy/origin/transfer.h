#ifndef LIKENESS_PROXY_ORIGIN_TRANSFER_H_
#define LIKENESS_PROXY_ORIGIN_TRANSFER_H_

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/origin/http_client.h"
#include "proxy/origin/patience.h"
#include "proxy/origin/source_policy.h"

namespace likeness::origin {

// One request of an HttpClient on its way through libcurl, over all its redirects: what is sent,
// where it may go, and how much has come back so far. Everything that comes back is bounded while
// it comes. For HttpClient alone; loop-confined.
class Transfer {
 public:
  Transfer(ClientRequest request, AnswerSink sink, SourcePolicy& policy);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Makes a handle for the request as it stands now. False if libcurl gives none.
  [[nodiscard]] bool prepare(const OriginSettings& settings);
  // The time for all of it begins, if it has not begun: `over` is called when it is over.
  void begin_time(Loop& loop, milliseconds time, Loop::Task over);
  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  [[nodiscard]] const std::string& url() const { return request_.url; }
  // Of the answer so far; 0 before there is one.
  [[nodiscard]] int status() const;
  [[nodiscard]] std::string_view header(std::string_view name) const { return head_.header(name); }
  // It was broken off, or not begun, by our own limits and rules.
  [[nodiscard]] bool refused() const { return refusal_.has_value() || cancelled_; }

  // The sink and the source are not called any more, whatever happens.
  void cancel() { cancelled_ = true; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  // One of them has said "not now", and was not asked again since.
  [[nodiscard]] bool paused() const { return paused_; }
  // Asks them again, from within. The code is that of a transfer that has to end.
  [[nodiscard]] CURLcode resume();

  // After the handle has ended well. True: the answer was a redirect that may be followed, and the
  // request now is the next one; prepare() it again. False: finish() tells how it ended.
  [[nodiscard]] bool redirected();
  void finish(CURLcode code);
  // Tells the sink, unless nobody wants to hear it any more.
  void fail(Error error);

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  void set_body();
  void pause();
  std::size_t on_body(std::string_view data);
  std::size_t on_read(std::span<char> into);
  std::size_t on_header(std::string_view line);
  void end_of_head();
  // Is the answer one of those that redirected() is for?
  [[nodiscard]] bool is_redirect(int status) const;
  curl_socket_t on_socket(const curl_sockaddr& address);
  [[nodiscard]] Error error_of(CURLcode code) const;

  ClientRequest request_;
  AnswerSink sink_;
  SourcePolicy& policy_;
  Target target_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  ClientResponse head_;
  std::optional<Patience> patience_;
  bool told_ = false;      // The sink has the head; what comes now is its body, and trailers.
  bool redirect_ = false;  // The answer is a redirect: nobody hears of it.
  bool paused_ = false;
  bool cancelled_ = false;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  int redirects_ = 0;
  std::optional<Error> refusal_;  // Why we broke the transfer off.
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_TRANSFER_H_
