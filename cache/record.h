#ifndef LIKENESS_CACHE_RECORD_H_
#define LIKENESS_CACHE_RECORD_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/bytes.h"
#include "config/base/error.h"
#include "config/base/loop.h"

namespace likeness::cache {

// The words of the cache. One photo is one record: its meta, its master picture, and its variants
// by name. All are immutable once made, and shared.

// A moment by the clock of the server that has the record, since 1970.
using Stamp = std::chrono::microseconds;

// When the origin was asked for what a record says: after the first moment, before the second one.
// It says which of two records is newer, whatever the clocks of those who wrote them.
struct Span {
  Stamp asked{};
  Stamp filled{};
};

// What is known of a photo without its bytes.
struct Meta {
  enum class Status : std::uint8_t {
    photo,     // There is one; width, height, content type and version say which.
    no_photo,  // The origin has none.
    failed,    // The origin's bytes are unusable or it fails; `failure` says how.
  };
  Status status = Status::no_photo;
  // Why, with Status::failed; or why the last try came to nothing, while retry_at is set.
  Errc failure = Errc::internal;
  // Digest of the source's bytes; empty without a photo, kUnknownVersion where nobody knows.
  std::string version;
  std::string content_type;  // Of the source.
  int width = 0;             // Of the upright source, pixels.
  int height = 0;
  std::uint64_t bytes = 0;  // Of the source.
  // Of the photo in small, for pages that wait for it: base64 of its ThumbHash, "#rrggbb" of its
  // dominant colour, base64 of a tiny WebP. Empty where nobody has made them.
  std::string thumbhash;
  std::string colour;
  std::string preview;
  std::string origin_etag;  // Validators for the origin, verbatim; empty if it gave none.
  std::string origin_last_modified;
  WallClock::time_point fetched;  // When the origin last confirmed it.
  // The origin's Last-Modified, else when this version was first fetched.
  WallClock::time_point modified;
  WallClock::time_point fresh_until;
  // Asking the origin failed, and is not to be tried again before then. Of this process only: not
  // stored in Redis.
  WallClock::time_point retry_at;
  // When the store or the origin was asked for this. Of this process only.
  Clock::time_point learnt;
  // The store knows it too; else no news of it will come. Of this process only.
  bool shared = true;
  // Of the store's record, where it is known: it stands beside the meta, not in it.
  std::optional<Span> span;
};
inline constexpr std::string_view kUnknownVersion = "failed";
using MetaPtr = std::shared_ptr<const Meta>;

// One encoded picture of a photo: a variant, or its master.
struct Picture {
  SharedBytes bytes;
  std::string content_type;
  int width = 0;
  int height = 0;
  std::string etag;     // As it is sent: strong of a source's bytes, weak of what is made of it.
  std::string version;  // Of the source it was made from.
  // Ready-made response header lines, set by the proxy when it enters memory; not stored in Redis.
  std::string head;
};
using PicturePtr = std::shared_ptr<const Picture>;

// Names of pictures within a record are those of imaging::Spec, or one of these two, which are not
// variants. A record has one of them at a time: the origin's own bytes, until a second size is
// asked for and they are large enough to be worth replacing by a reduction.
inline constexpr std::string_view kSourceName = "source";
inline constexpr std::string_view kMasterName = "master";
[[nodiscard]] constexpr bool is_variant(std::string_view name) {
  return name != kSourceName && name != kMasterName;
}

// Meta and Picture as they stand in Redis. Meta is JSON, for operators' eyes, times in milliseconds
// since 1970; a picture is one line of text, its head, and the bytes behind it. decode_* accept
// anything and say what is wrong (Errc::store_unavailable); what another version of this program
// wrote reads as an error, never as a wrong photo.
[[nodiscard]] std::string encode(const Meta& meta);
[[nodiscard]] Result<Meta> decode_meta(std::string_view text);
// The head alone: the bytes follow it directly, so that storing a picture need not copy them. Its
// first three words name the format and the source's version: equal words, same kind of picture.
// REQUIRES: version and etag are not empty and hold neither blanks nor control characters.
[[nodiscard]] std::string encode_head(const Picture& picture);
[[nodiscard]] Result<Picture> decode_picture(std::string_view stored);

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_RECORD_H_
