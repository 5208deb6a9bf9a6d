#include "proxy/origin/curl_multi.h"

#include <mutex>
#include <stdexcept>
#include <utility>

namespace likeness::origin {
namespace {

// libcurl wants one global start before its first use; calling it from several threads is only safe
// once it has happened.
void start_curl_once() {
  static std::once_flag started;
  std::call_once(started, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw std::runtime_error("libcurl does not start");
  });
}

}  // namespace

CurlMulti::CurlMulti(Loop& loop, int max_kept, Events events)
    : loop_(loop), events_(std::move(events)) {
  start_curl_once();
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::runtime_error("libcurl gives no multi handle");
  CURLM* multi = multi_.get();
  const auto on_socket = +[](CURL*, curl_socket_t fd, int what, void* self, void*) {
    static_cast<CurlMulti*>(self)->watch(fd, what);
    return 0;
  };
  const auto on_timer = +[](CURLM*, long milliseconds, void* self) {
    static_cast<CurlMulti*>(self)->set_timer(milliseconds);
    return 0;
  };
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(max_kept));
}

CurlMulti::~CurlMulti() {
  multi_.reset();  // Closes the kept connections; each unwatches its descriptor.
  loop_.cancel(timer_);
  for (const int fd : watched_) loop_.unwatch(fd);
}

void CurlMulti::add(CURL* easy) {
  curl_multi_add_handle(multi_.get(), easy);  // Only sets the timer: nothing happens yet.
}

void CurlMulti::remove(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }

void CurlMulti::drive(int fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) events_.ended(message->easy_handle, message->data.result);
  }
  events_.all_told();
}

void CurlMulti::watch(int fd, int what) {
  const bool known = watched_.contains(fd);
  if (what == CURL_POLL_REMOVE) {
    if (known) loop_.unwatch(fd);
    watched_.erase(fd);
    return;
  }
  const Loop::Ready wanted{.read = (what & CURL_POLL_IN) != 0,
                           .write = (what & CURL_POLL_OUT) != 0};
  if (known) {
    loop_.rewatch(fd, wanted);
    return;
  }
  watched_.insert(fd);
  loop_.watch(fd, wanted, [this, fd](Loop::Ready ready) {
    drive(fd, (ready.read ? CURL_CSELECT_IN : 0) | (ready.write ? CURL_CSELECT_OUT : 0));
  });
}

void CurlMulti::set_timer(long milliseconds) {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::none));
  if (milliseconds < 0) return;
  timer_ = loop_.after(std::chrono::milliseconds(milliseconds), [this] {
    timer_ = Loop::TimerId::none;
    drive(CURL_SOCKET_TIMEOUT, 0);
  });
}

}  // namespace likeness::origin
