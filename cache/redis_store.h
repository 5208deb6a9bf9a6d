#ifndef LIKENESS_CACHE_REDIS_STORE_H_
#define LIKENESS_CACHE_REDIS_STORE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/redis_router.h"
#include "cache/redis_scripts.h"
#include "cache/store.h"

namespace likeness::cache {

// The Store in Redis: one hash per photo (see redis_scripts.h) under the prefix and the photo's id,
// so that a record is one key, in one slot, with one lifetime. No hash tag is needed for that; an
// id with braces in it is one only for its own key.
//
// What cannot be decoded reads as absent, and so does a value of another type: the record heals
// when it is filled or the picture stored the next time.
//
// Loop-confined.
class RedisStore final : public Store {
 public:
  // `max_variants` per photo, the master not counted.
  RedisStore(Loop& loop, const RedisTarget& target, const RedisSettings& settings, int max_variants,
             RouterEvents events = {});

  void look_up(std::string_view photo, const std::vector<std::string>& names,
               Done<StoredRecord> done) override;
  void claim(std::string_view photo, milliseconds lease, Done<Claimed> done) override;
  void fill(std::string_view photo, const FillToken& token, const Write& write,
            Done<Filled> done) override;
  void renew(std::string_view photo, const FillToken& token, milliseconds lease) override;
  void release(std::string_view photo, const FillToken& token) override;
  void put_picture(std::string_view photo, std::string_view name, const PicturePtr& picture,
                   std::string_view instead_of, Done<bool> done) override;
  void peek(std::string_view photo, Done<Peeked> done) override;
  void list(std::string_view photo, Done<Listing> done) override;
  void erase(std::string_view photo, const Spared& spared, Done<Stamp> done) override;
  void erase_all(std::string_view photos, Done<void> done) override;
  void find_all(Wanted wanted, Done<std::vector<std::string>> done) override;
  [[nodiscard]] bool connected() const override { return router_->connected(); }

  [[nodiscard]] RedisStats stats() const { return router_->stats(); }
  [[nodiscard]] std::vector<RedisNode> nodes() const { return router_->nodes(); }

 private:
  [[nodiscard]] std::string key(std::string_view photo) const;
  // Runs a script by its digest, or by its source where Redis has forgotten it.
  void run(const RedisScript& script, const std::string& key, RedisCommand args,
           Done<RedisReply> done);
  // A script that answers 1 or 0.
  void run_flag(const RedisScript& script, const std::string& key, RedisCommand args,
                Done<bool> done);
  // Steps of erase_all() and find_all().
  struct Search;
  void search(std::unique_ptr<Search> search);
  void use(std::unique_ptr<Search> search, const std::vector<RedisReply>& keys);
  void search_on(std::unique_ptr<Search> search);
  void erase_keys(const std::vector<RedisReply>& keys, Done<void> done);

  const std::string prefix_;
  const std::string max_variants_;
  const RedisScript claim_{kClaimScript};
  const RedisScript fill_{kFillScript};
  const RedisScript renew_{kRenewScript};
  const RedisScript put_picture_{kPutPictureScript};
  const RedisScript list_{kListScript};
  const RedisScript erase_{kEraseScript};
  std::unique_ptr<RedisRouter> router_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_STORE_H_
