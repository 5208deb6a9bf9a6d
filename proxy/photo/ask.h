#ifndef LIKENESS_PROXY_PHOTO_ASK_H_
#define LIKENESS_PROXY_PHOTO_ASK_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "cache/record.h"
#include "config/base/error.h"
#include "imaging/spec.h"

namespace likeness::photo {

// What somebody wants of a photo. Immutable value.
struct Ask {
  enum class Kind : std::uint8_t {
    picture,   // The picture that `spec` describes.
    meta,      // What is known of the photo, no bytes.
    original,  // The source itself, re-encoded without its metadata.
    source,    // The source's very bytes.
  };
  Kind kind = Kind::picture;
  imaging::Spec spec;  // With Kind::picture only.
};

// How an answer came about; for Cache-Status, metrics and tests.
enum class Via : std::uint8_t {
  memory,       // Everything was in this process.
  store,        // Read from Redis.
  rendered,     // Made from a source or master at hand.
  fetched,      // The origin was asked and sent bytes.
  revalidated,  // The origin was asked and said that the copy at hand is right.
};

// What an answer has waited for; for Server-Timing and the log of slow requests. Who joins what is
// under way already waits for less.
struct Waits {
  std::chrono::nanoseconds store{};
  std::chrono::nanoseconds origin{};    // Another process's fetch included.
  std::chrono::nanoseconds imaging{};   // The workers' queue included.
  std::chrono::nanoseconds contacts{};  // The embedded store, with its queue.

  Waits& operator+=(const Waits& more) {
    store += more.store;
    origin += more.origin;
    imaging += more.imaging;
    contacts += more.contacts;
    return *this;
  }
};

// What an Ask gets. `picture` is null for Kind::meta. A stale answer is older than it should be: it
// is being revalidated, or the origin fails.
struct Found {
  cache::MetaPtr meta;  // Status::photo always; other outcomes are errors.
  cache::PicturePtr picture;
  Via via = Via::memory;
  bool stale = false;
  bool shared = false;  // Others waited for the same work.
  Waits waits = {};
};

// The error is no_photo where there is none, else what went wrong. `fresh_until` of a remembered
// failure is what Retry-After and Cache-Control tell the client.
struct Failure {
  Error error;
  Via via = Via::memory;
  WallClock::time_point fetched;
  WallClock::time_point fresh_until;
  bool stale = false;  // As with Found: there may be a photo by now, but the origin fails.
  Waits waits = {};
};

using Outcome = std::expected<Found, Failure>;

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_ASK_H_
