#ifndef LIKENESS_PROXY_ORIGIN_CURL_MULTI_H_
#define LIKENESS_PROXY_ORIGIN_CURL_MULTI_H_

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <unordered_set>

#include "config/base/loop.h"

namespace likeness::origin {

// libcurl's multi interface on a loop: its sockets and its one timer are the loop's, and whoever
// gives it transfers hears of their ends. Connections are kept for the transfers that follow.
//
// Loop-confined. Destroyed, it closes the kept connections.
class CurlMulti {
 public:
  struct Events {
    // A transfer has ended. It is to be removed, and others may be added.
    std::function<void(CURL* easy, CURLcode code)> ended;
    // All that had ended at that moment have been told.
    std::function<void()> all_told;
  };

  // Keeps at most so many connections. Throws std::runtime_error if libcurl cannot start.
  CurlMulti(Loop& loop, int max_kept, Events events);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  // Begins a transfer, on a later turn.
  void add(CURL* easy);
  // Ends one that was added, in whatever state it is. REQUIRES: all are removed before the end.
  void remove(CURL* easy);

 private:
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void drive(int fd, int events);
  void watch(int fd, int what);
  void set_timer(long milliseconds);

  Loop& loop_;
  const Events events_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unordered_set<int> watched_;
  Loop::TimerId timer_ = Loop::TimerId::none;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_CURL_MULTI_H_
