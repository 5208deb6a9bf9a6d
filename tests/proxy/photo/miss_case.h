#ifndef LIKENESS_TESTS_PROXY_PHOTO_MISS_CASE_H_
#define LIKENESS_TESTS_PROXY_PHOTO_MISS_CASE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/photo/digest.h"
#include "proxy/photo/miss.h"

// A photo's miss in the hands of a test, which tells it what has happened and looks at what it
// wants done; and what such tests say to it.
namespace likeness::photo {

inline const WallClock::time_point kNow{std::chrono::hours(500'000)};

inline MissSettings with_store(bool has_store) {
  MissSettings settings;
  settings.has_store = has_store;
  settings.imaging.max_source_kept_bytes = 1'000;
  return settings;
}

inline Ask square(int edge) { return {.spec = {.box = {edge, edge}}}; }

inline cache::Meta photo_meta(std::string_view source, WallClock::time_point fresh_until) {
  return {.status = cache::Meta::Status::photo,
          .version = digest(source),
          .content_type = "image/jpeg",
          .width = 1'000,
          .height = 800,
          .bytes = source.size(),
          .origin_etag = "\"v\"",
          .fetched = fresh_until - std::chrono::hours(1),
          .modified = fresh_until - std::chrono::hours(1),
          .fresh_until = fresh_until};
}

inline cache::PicturePtr picture_of(std::string_view source, std::string bytes) {
  cache::Picture picture;
  picture.etag = entity_tag(bytes);
  picture.bytes = share(std::move(bytes));
  picture.content_type = "image/jpeg";
  picture.version = digest(source);
  return std::make_shared<const cache::Picture>(std::move(picture));
}

inline origin::Fetched sent(std::string bytes) {
  return {share(std::move(bytes)), {"\"v\"", ""}, std::nullopt};
}

// A miss and everything it ever wanted done.
class Case {
 public:
  explicit Case(bool has_store) : Case(with_store(has_store)) {}
  explicit Case(const MissSettings& settings) : miss(settings) {}

  void join(WaiterId id, const Ask& ask, const cache::MetaPtr& meta = nullptr,
            const cache::PicturePtr& picture = nullptr, bool vouched = true) {
    miss.join(id, ask, {vouched, meta, picture, nullptr, nullptr}, now);
    take();
  }
  void look_up(Result<cache::StoredRecord> result) {
    miss.looked_up(std::move(result), now);
    take();
  }
  void claim(Result<std::optional<cache::FillToken>> result) {
    miss.claimed(std::move(result), now);
    take();
  }
  void awaited(bool long_enough) {
    miss.awaited(long_enough, now);
    take();
  }
  void detach() {
    miss.detach();
    take();
  }
  void fetch(Result<origin::Fetched> result) {
    miss.fetched(std::move(result), now);
    take();
  }
  // Finishes the latest job as a worker would.
  void render(bool with_master = false) { finish(last<Render>(), with_master); }
  void finish(const Render& render, bool with_master = false) {
    imaging::Rendered rendered{{{1'000, 800}, "image/jpeg"}, {}, {}};
    for (const auto& spec : render.job.wanted)
      rendered.pictures.push_back({share("picture of " + *render.job.source),
                                   imaging::output_size({1'000, 800}, spec), spec.format});
    if (with_master) rendered.master = imaging::Picture{share("master"), {500, 400}, {}};
    miss.rendered(render.id, std::move(rendered), now);
    take();
  }

  template <class T>
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (const Action& action : done) n += std::holds_alternative<T>(action) ? 1 : 0;
    return n;
  }
  template <class T>
  [[nodiscard]] const T& last() const {
    for (auto action = done.rbegin(); action != done.rend(); ++action)
      if (const T* found = std::get_if<T>(&*action)) return *found;
    throw std::logic_error("no such action");
  }
  [[nodiscard]] const Outcome& outcome(WaiterId id) const {
    const Outcome* found = nullptr;
    for (const Action& action : done) {
      const auto* answer = std::get_if<Answer>(&action);
      if (answer == nullptr || answer->waiter != id) continue;
      if (found != nullptr) throw std::logic_error("answered twice");
      found = &answer->outcome;
    }
    if (found == nullptr) throw std::logic_error("not answered");
    return *found;
  }

  Miss miss;
  WallClock::time_point now = kNow;
  std::vector<Action> done;

 private:
  void take() {
    for (Action& action : miss.take_actions()) done.push_back(std::move(action));
  }
};

inline const cache::StoredRecord kNothingStored{};

}  // namespace likeness::photo

#endif  // LIKENESS_TESTS_PROXY_PHOTO_MISS_CASE_H_
