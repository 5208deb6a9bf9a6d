#ifndef LIKENESS_PROXY_PURGE_PURGE_H_
#define LIKENESS_PROXY_PURGE_PURGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/photo/service.h"
#include "proxy/purge/order.h"

namespace likeness::purge {

// What became of an order.
struct Report {
  // pending: the store is told of the named photos when it can be reached again, and this process
  // does not believe it till then. unsearched: it could not be searched for those that the order
  // does not name, and may still have them: give the order again.
  enum class Store : std::uint8_t { forgotten, pending, unsearched } store = Store::forgotten;
  enum class Cdn : std::uint8_t { off, queued, refused } cdn = Cdn::off;
  std::vector<std::string> tags;
};

// Purge makes everyone forget: this process, the store and so every other process, and then the
// CDN, which would else fetch again what it has just dropped.
//
// Thread-safe. What it is given outlives it.
class Purge {
 public:
  using Done = std::move_only_function<void(Report)>;
  // Passes tags on to the CDN; false if it cannot.
  using TellCdn = std::function<bool(const std::vector<std::string>& tags)>;

  // `tell_cdn` is called on `home`; empty where no CDN is told.
  Purge(photo::Service& service, const CdnSettings& settings, Loop& home, TellCdn tell_cdn)
      : service_(service), settings_(settings), home_(home), tell_cdn_(std::move(tell_cdn)) {}

  // Calls `done` exactly once, on `here`, the loop that the caller is on, never before it returns.
  void carry_out(Loop& here, Order order, Done done);
  // The same of photos that somebody has changed. An error (store_unavailable) says that the store
  // is told later.
  void forget(Loop& here, std::vector<std::string> photos, photo::Service::Forgotten done);

 private:
  struct Work;
  void forget_named(const std::shared_ptr<Work>& work);
  void step(const std::shared_ptr<Work>& work);
  void finish(const std::shared_ptr<Work>& work);

  photo::Service& service_;
  const CdnSettings& settings_;
  Loop& home_;
  TellCdn tell_cdn_;
};

}  // namespace likeness::purge

#endif  // LIKENESS_PROXY_PURGE_PURGE_H_
