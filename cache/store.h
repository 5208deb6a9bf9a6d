#ifndef LIKENESS_CACHE_STORE_H_
#define LIKENESS_CACHE_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/record.h"
#include "config/base/error.h"
#include "config/settings.h"

namespace likeness::cache {

// What a look-up found in the shared store; nulls are what it did not find.
struct StoredRecord {
  MetaPtr meta;
  std::vector<PicturePtr> pictures;  // One for each asked name, in order; null where absent or of
                                     // another version than meta.
};

// Proof of the right to write a photo's record: see Store::claim().
using FillToken = std::string;

// Answers to a claim and a fill, with the moment at which the store gave them. What is asked of the
// origin later is newer than all that was known of the photo when the claim or fill was sent.
struct Claimed {
  Stamp now{};
  std::optional<FillToken> token;  // Empty if another process has the claim.
};
struct Filled {
  Stamp now{};
  bool written = false;   // Else the claim was lost, and nothing was.
  bool replaced = false;  // Another version, which a failover might bring back.
};

// What an erasure leaves alone.
struct Spared {
  std::optional<Stamp> asked_since;  // A record or claim from then on.
  std::optional<std::string> version;
};

// What is worth knowing of a record without reading it.
struct Peeked {
  // Nothing where there is no record, or only a claim; empty where there is no photo.
  std::optional<std::string> version;
  FillToken claim;  // Of who has claimed it, or empty.
};

// What stands in a record, without its pictures' bytes: for operators' eyes.
struct Listing {
  MetaPtr meta;  // Null where there is none to be read.
  std::vector<std::pair<std::string, std::size_t>> pictures;  // By name, and bytes stored.
  milliseconds life{};                                        // What is left of it.
  bool claimed = false;                                       // Somebody is to fill it.
};

// A Store keeps photo records where the whole fleet sees them. It is a cache: it may forget
// anything at any time, and when it cannot be used the caller goes on without it. Never a source of
// wrong photos: who wants to write a record first claims it, before it asks the origin, and the
// write is refused if anything replaced or erased the record since; a picture is written only
// beside a meta of its own version. So a slow fetch or resize can never bring back an old photo.
//
// Each call that takes a `done` calls it exactly once, never before the call returns, on the loop
// that owns the store; arguments need to live only until the call returns. Errors:
// store_unavailable (not connected, timed out, too many commands, or nonsense under our key).
//
// Loop-confined: every loop has its own. Destroying it drops the callbacks of calls in flight
// uncalled. Implementations: RedisStore; a fake in the tests that holds the callbacks.
class Store {
 public:
  template <class T>
  using Done = std::move_only_function<void(Result<T>)>;

  virtual ~Store() = default;

  // Reads the meta and the named pictures of a photo in one round trip.
  virtual void look_up(std::string_view photo, const std::vector<std::string>& names,
                       Done<StoredRecord> done) = 0;

  // Asks for the right to fill or refresh a photo's record for `lease`. Erasing the record frees
  // it.
  virtual void claim(std::string_view photo, milliseconds lease, Done<Claimed> done) = 0;

  // Replaces the whole record, its pictures included, and gives the claim back; `life` is how long
  // the record may stay. If the version is the one already stored, its pictures stay, and of two
  // with one name the stored one does. A claim whose lease has ended still counts while nobody else
  // has claimed. The record's span is from the claim to the fill.
  struct Write {
    Meta meta;
    std::vector<std::pair<std::string, PicturePtr>> pictures;
    seconds life{};
  };
  virtual void fill(std::string_view photo, const FillToken& token, const Write& write,
                    Done<Filled> done) = 0;

  // Makes a claim last `lease` from now, if it still counts; or gives it back unused.
  virtual void renew(std::string_view photo, const FillToken& token, milliseconds lease) = 0;
  virtual void release(std::string_view photo, const FillToken& token) = 0;

  // Adds a picture to the record if the record still has the picture's version and no picture of
  // that name yet, and drops the one named `instead_of`, if any. False: nothing was changed, also
  // where the record has all the variants that it may have.
  virtual void put_picture(std::string_view photo, std::string_view name, const PicturePtr& picture,
                           std::string_view instead_of, Done<bool> done) = 0;

  virtual void peek(std::string_view photo, Done<Peeked> done) = 0;

  virtual void list(std::string_view photo, Done<Listing> done) = 0;

  // Forgets a photo everywhere, claims included, but for what is spared. Gives the moment: a record
  // that was asked for later is newer than this.
  virtual void erase(std::string_view photo, const Spared& spared, Done<Stamp> done) = 0;

  // Forgets all photos whose ids begin so, one after the other: while it runs, some are there
  // still.
  virtual void erase_all(std::string_view photos, Done<void> done) = 0;

  // The ids of all photos that `wanted` says yes to, each once at least. Called for all of them,
  // some hundred on a turn.
  using Wanted = std::function<bool(std::string_view photo)>;
  virtual void find_all(Wanted wanted, Done<std::vector<std::string>> done) = 0;

  // May the store be used at this moment? For readiness and metrics.
  [[nodiscard]] virtual bool connected() const = 0;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_STORE_H_
