#ifndef LIKENESS_PROXY_PHOTO_ACTIONS_H_
#define LIKENESS_PROXY_PHOTO_ACTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cache/store.h"
#include "imaging/pool.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/ask.h"

namespace likeness::photo {

// The words in which a Miss says what it wants done. Plain values.

using WaiterId = std::uint64_t;
using JobId = std::uint64_t;

// What a Miss wants done. Each of the first five is answered by the input of the same name; the
// others are not answered.
struct LookUp {
  std::vector<std::string> names;  // Pictures, beside the meta.
};
struct Claim {};
struct Await {};  // News of the record, which another process has claimed.
struct Fetch {
  origin::Validators have;
};
struct Render {
  JobId id;
  imaging::Job job;
};
using NamedPictures = std::vector<std::pair<std::string, cache::PicturePtr>>;
enum class Source : std::uint8_t { nobody, store, origin };
struct Remember {  // In this process's memory.
  Source says;     // Who has just said so.
  cache::MetaPtr meta;
  NamedPictures pictures;
  std::string_view dropped;  // The name of a picture that another one replaces, or empty.
  bool shared = true;        // The store has it, or will have it by the fill that follows.
  bool shown_only = false;   // Not to be kept: it may have changed since. But it is shown.
};
struct Fill {  // In the shared store.
  cache::FillToken token;
  cache::Store::Write write;
};
struct Save {  // In the shared store, beside the meta that is there.
  std::string name;
  cache::PicturePtr picture;
  std::string_view instead_of;
};
struct Release {  // A claim that came to nothing.
  cache::FillToken token;
};
struct Answer {
  WaiterId waiter;
  Outcome outcome;
};
using Action =
    std::variant<LookUp, Claim, Await, Fetch, Render, Remember, Fill, Save, Release, Answer>;

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_ACTIONS_H_
