#ifndef LIKENESS_PROXY_FALLBACK_NAMES_H_
#define LIKENESS_PROXY_FALLBACK_NAMES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/error.h"
#include "config/base/time.h"

namespace likeness::fallback {

// What the contacts are called whose photos are not there, as far as someone here knows it: asked
// for, and remembered for a short time, so that a page full of initials is no load on the contact
// store. Past kMaxNames all are forgotten.
//
// Loop-confined. Nothing may come back from `ask` after its end.
class Names {
 public:
  static constexpr std::size_t kMaxNames = 4'096;
  using Done = std::move_only_function<void(std::string_view)>;
  // Gives the name of a photo's contact exactly once and on a later turn. Error: no_photo if there
  // is no such contact; after any other it is asked again.
  using Answer = std::move_only_function<void(const Result<std::string>&)>;
  using Ask = std::function<void(std::string_view photo, Answer)>;

  // Without `ask` nobody has a name.
  Names(Ask ask, seconds kept) : ask_(std::move(ask)), kept_(kept) {}

  // Nothing if it has to be asked for. The text lives until the next call.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view photo,
                                                     Clock::time_point now) const;
  // Calls `done` exactly once and on a later turn, with an empty name where there is none.
  // REQUIRES: find() gave nothing.
  void ask(std::string_view photo, Clock::time_point now, Done done);

 private:
  struct Known {
    std::string name;
    Clock::time_point until;
  };

  Ask ask_;
  seconds kept_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace likeness::fallback

#endif  // LIKENESS_PROXY_FALLBACK_NAMES_H_
