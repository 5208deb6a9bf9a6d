#ifndef LIKENESS_PROXY_PAGE_PAGE_H_
#define LIKENESS_PROXY_PAGE_PAGE_H_

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "proxy/access/guard.h"
#include "proxy/answer/exchange.h"
#include "proxy/http/message.h"
#include "proxy/origin/source.h"

namespace likeness {

// The page at "/": a gallery that shows what the proxy does. Its files are part of the program:
//   /               index.html, asked for anew each time, with a 304 where it has not changed
//   /page/page.css, /page/page.js, /page/icon.svg    which it names with their versions, so that
//                   they may be kept
//   /page/contacts  some photos to show: {"contacts": [{"id": "…", "name": "…"}], "hidden": false,
//                   "signed": false}; hidden, and none, for who may not see whose photos there
//                   are; signed where photos' URLs have to be
//
// Loop-confined. Outlives the exchanges it has been given.
class Page {
 public:
  // Asks the origin for some photos.
  using List = std::function<void(Loop& here, origin::Source::Done done)>;
  static constexpr std::size_t kMaxListed = 60;

  // What it is given outlives it.
  Page(Loop& loop, const access::CurrentGuard& guard, List list);

  // Is this URL one of these?
  [[nodiscard]] static bool owns(std::string_view path) {
    return path == "/" || path.starts_with("/page/");
  }
  void handle(const http::Request& request, Exchange exchange);

 private:
  struct File {
    std::string_view path;
    std::string_view type;
    std::string body;
    std::string etag;
  };

  void send(const File& file, const http::Request& request, Exchange& exchange) const;
  void send_contacts(const http::Request& request, Exchange exchange);

  Loop& loop_;
  const access::CurrentGuard& guard_;
  List list_;
  std::array<File, 4> files_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_PAGE_PAGE_H_
