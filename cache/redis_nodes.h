#ifndef LIKENESS_CACHE_REDIS_NODES_H_
#define LIKENESS_CACHE_REDIS_NODES_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/redis_client.h"
#include "cache/redis_router.h"
#include "config/base/lifetime.h"

namespace likeness::cache {

// "host:port"; what a server is called among RedisNodes.
[[nodiscard]] std::string name_of(const RedisAddress& address);

// RedisNodes keeps one connection to each of a changing set of servers. A command for a server that
// is just being connected to for the first time waits for that, no longer than its own deadline.
// One that leaves the set gets nothing new, and is let go when it has answered.
//
// Loop-confined.
class RedisNodes {
 public:
  // `login` gives user and password, its address means nothing. `lost` is told of each connection,
  // or attempt at one, that failed.
  RedisNodes(Loop& loop, RedisTarget login, const RedisSettings& settings, RouterEvents events,
             std::function<void()> lost);
  ~RedisNodes();
  RedisNodes(const RedisNodes&) = delete;
  RedisNodes& operator=(const RedisNodes&) = delete;

  // Starts connecting, if it is not known yet. Gives its name.
  std::string add(const RedisAddress& address);
  // Lets go of all but these.
  void keep(const std::vector<std::string>& names);

  void run(const std::string& name, const RedisCommand& command, RedisClient::Done done);

  [[nodiscard]] bool connected(const std::string& name) const;
  // Any one that can be used; empty if there is none.
  [[nodiscard]] std::string any_connected() const;
  [[nodiscard]] RedisTarget target(const RedisAddress& address) const;
  [[nodiscard]] std::vector<RedisNode> list() const;
  [[nodiscard]] RedisStats stats() const;

 private:
  struct Waiting {
    RedisCommand command;
    RedisClient::Done done;
  };
  struct Node {
    std::unique_ptr<RedisClient> client;
    bool tried = false;           // It has been connected once, or could not be.
    std::deque<Waiting> waiting;  // Until then.
    Loop::TimerId patience = Loop::TimerId::none;
  };

  void on_link(const std::string& name, bool usable, std::string_view reason);
  void end_wait(const std::string& name);
  void refuse(RedisClient::Done done, const char* why);
  void retire(Node node);

  Loop& loop_;
  const RedisTarget login_;
  const RedisSettings settings_;
  const RouterEvents events_;
  const std::function<void()> lost_;
  std::map<std::string, Node> nodes_;
  std::map<Loop::TimerId, std::unique_ptr<RedisClient>> retired_;
  RedisStats past_;
  std::uint64_t refused_ = 0;
  Lifetime lifetime_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_NODES_H_
