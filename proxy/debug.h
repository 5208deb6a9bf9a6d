#ifndef LIKENESS_PROXY_DEBUG_H_
#define LIKENESS_PROXY_DEBUG_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/answer/exchange.h"
#include "proxy/http/message.h"
#include "proxy/photo/inspection.h"
#include "proxy/photo/service.h"

namespace likeness {

// What an Inspection says, as JSON: what is in memory and what in the store, of which version, how
// long it may be used, what the origin said last, and what is under way. Times are ISO 8601.
[[nodiscard]] std::string inspection_document(std::string_view photo,
                                              const photo::Inspection& inspection,
                                              WallClock::time_point now,
                                              const FreshnessSettings& settings);

// Answers GET /debug/photo/{id}, the id as in the photo's own URL, for operators: whoever asks has
// been let in (access::Guard::may_watch()). Looking leaves no trace in the caches and asks no
// origin.
//
// Loop-confined. Outlives the exchanges it has been given.
class Debug {
 public:
  // What it is given outlives it.
  Debug(Loop& loop, photo::Service& service, const Settings& settings);

  [[nodiscard]] static bool owns(std::string_view path) { return path.starts_with("/debug/"); }

  void handle(const http::Request& request, Exchange exchange);

 private:
  Loop& loop_;
  photo::Service& service_;
  const Settings& settings_;
  bool fold_addresses_;  // Ids that are addresses mean the same in capitals.
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_DEBUG_H_
