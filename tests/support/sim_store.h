#ifndef LIKENESS_TESTS_SUPPORT_SIM_STORE_H_
#define LIKENESS_TESTS_SUPPORT_SIM_STORE_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cache/store.h"
#include "cache/vouch.h"

// A simulated fleet's store: what Redis does with our records, step by step. A test chooses when a
// command arrives, when its answer does, when news do, what is lost, and what time it is.
namespace likeness::test {

// The server, with a replica that lags behind by as many writes as the test likes.
class SimRedis {
 public:
  struct Record {
    std::optional<cache::Meta> meta;
    std::map<std::string, cache::PicturePtr> pictures;
    cache::Span span;
    std::string claim;
    cache::Stamp claimed{};
    Clock::time_point claim_ends;
    Clock::time_point ends = Clock::time_point::max();
  };

  // Of the server.
  Clock::time_point now{};
  // No two commands run at one moment.
  cache::Stamp stamp() {
    return last_stamp_ = std::max(last_stamp_ + cache::Stamp(1),
                                  std::chrono::floor<cache::Stamp>(now.time_since_epoch()));
  }

  // Null where there is none.
  Record* find(const std::string& photo);
  [[nodiscard]] std::vector<std::string> photos(const cache::Store::Wanted& wanted) const;
  // Every write goes through here: it is told to all feeds, and later to the replica.
  void change(const std::string& photo,
              const std::function<void(std::map<std::string, Record>&)>& how);
  void erase(const std::string& photo);
  // As Redis does when it is full, or an operator; as time does.
  void expire();
  // The replica hears of all writes up to then.
  void replicate(Clock::time_point until);
  // The replica takes over and has not heard of the last `lost` writes.
  void fail_over(std::size_t lost);
  void clear();

  std::vector<std::function<void(const std::string& photo)>> feeds{};
  std::uint64_t last_token = 0;

 private:
  std::map<std::string, Record> records_;
  std::map<std::string, Record> replica_;
  cache::Stamp last_stamp_{};
  std::deque<std::pair<Clock::time_point, std::function<void(std::map<std::string, Record>&)>>>
      lag_;
};

// A connection to it. Commands arrive and are answered in order, one by one.
class SimStore final : public cache::Store {
 public:
  explicit SimStore(SimRedis& redis) : redis_(redis) {}

  void look_up(std::string_view photo, const std::vector<std::string>& names,
               Done<cache::StoredRecord> done) override;
  void claim(std::string_view photo, milliseconds lease, Done<cache::Claimed> done) override;
  void fill(std::string_view photo, const cache::FillToken& token, const Write& write,
            Done<cache::Filled> done) override;
  void renew(std::string_view photo, const cache::FillToken& token, milliseconds lease) override;
  void release(std::string_view photo, const cache::FillToken& token) override;
  void put_picture(std::string_view photo, std::string_view name, const cache::PicturePtr& picture,
                   std::string_view instead_of, Done<bool> done) override;
  void peek(std::string_view photo, Done<cache::Peeked> done) override;
  void list(std::string_view photo, Done<cache::Listing> done) override;
  void erase(std::string_view photo, const cache::Spared& spared, Done<cache::Stamp> done) override;
  void erase_all(std::string_view photos, Done<void> done) override;
  void find_all(Wanted wanted, Done<std::vector<std::string>> done) override;
  [[nodiscard]] bool connected() const override { return connected_; }

  // The oldest command that has not arrived yet does; false if there is none.
  bool arrive();
  // The oldest answer that waits is given; false if there is none.
  bool answer();
  // Everything arrives and is answered, whatever that leads to.
  void settle();
  // The connection breaks: nobody learns whether what was under way has arrived.
  void disconnect();
  void connect() { connected_ = true; }
  // Nothing has been sent that is not answered.
  [[nodiscard]] bool idle() const { return commands_.empty() && answers_.empty(); }

 private:
  // What arrives: it runs at the server and gives the answer. What is lost gives an error.
  struct Command {
    std::function<std::move_only_function<void()>()> run;
    std::move_only_function<void()> lose;
  };
  template <class T>
  void send(Done<T> done, std::function<Result<T>()> run);

  SimRedis& redis_;
  bool connected_ = true;
  std::deque<Command> commands_;
  std::deque<std::pair<std::move_only_function<void()>, std::move_only_function<void()>>> answers_;
  std::deque<std::move_only_function<void()>> refusals_;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_SIM_STORE_H_
