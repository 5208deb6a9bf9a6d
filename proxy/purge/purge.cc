#include "proxy/purge/purge.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "proxy/photo/tags.h"

namespace likeness::purge {

namespace {

cache::Store::Wanted has_one_of(std::vector<std::string> tags, const CdnSettings& settings) {
  std::ranges::sort(tags);
  return [tags = std::move(tags), &settings](std::string_view photo) {
    const auto asked_for = [&](const std::string& tag) {
      return std::ranges::binary_search(tags, tag);
    };
    return asked_for(photo::photo_tag(photo, settings)) ||
           asked_for(photo::mailbox_tag(photo::mailbox_of(photo), settings));
  };
}

}  // namespace

// An order under way: what has the tags gets its names, then what has a name is forgotten, then
// what begins in a certain way.
struct Purge::Work {
  Loop& here;
  std::vector<std::string> photos;
  std::vector<std::string> beginnings;
  Report report;
  Done done;
};

void Purge::carry_out(Loop& here, Order order, Done done) {
  auto work = std::make_shared<Work>(Work{here, {}, {}, {}, std::move(done)});
  work->report.tags = tags_of(order, settings_);
  if (order.everything) {
    work->beginnings.emplace_back();
  } else {
    work->photos = std::move(order.photos);
    for (const std::string& mailbox : order.mailboxes) {
      work->photos.push_back(mailbox);
      work->beginnings.push_back(mailbox + "/contacts/");
    }
  }
  if (order.everything || order.tags.empty()) return forget_named(work);
  service_.find_all(here, has_one_of(std::move(order.tags), settings_),
                    [this, work](std::vector<std::string> photos, const Result<void>& searched) {
                      if (!searched) work->report.store = Report::Store::unsearched;
                      std::ranges::move(photos, std::back_inserter(work->photos));
                      forget_named(work);
                    });
}

void Purge::forget(Loop& here, std::vector<std::string> photos, photo::Service::Forgotten done) {
  carry_out(here, {.photos = std::move(photos)},
            [done = std::move(done)](const Report& report) mutable {
              if (report.store == Report::Store::forgotten) return done({});
              done(fail(Errc::store_unavailable, "the store is told when it is back"));
            });
}

void Purge::forget_named(const std::shared_ptr<Work>& work) {
  service_.forget(work->here, std::move(work->photos), [this, work](Result<void> result) {
    if (!result && work->report.store == Report::Store::forgotten)
      work->report.store = Report::Store::pending;
    step(work);
  });
}

// The store is searched for one beginning at a time: each search reads all of its keys.
void Purge::step(const std::shared_ptr<Work>& work) {
  if (work->beginnings.empty()) return finish(work);
  const std::string beginning = std::move(work->beginnings.back());
  work->beginnings.pop_back();
  service_.forget_all(work->here, beginning, [this, work](Result<void> result) {
    if (!result) work->report.store = Report::Store::unsearched;
    step(work);
  });
}

void Purge::finish(const std::shared_ptr<Work>& work) {
  if (!tell_cdn_) return work->done(std::move(work->report));
  home_.post([this, work] {
    const bool queued = tell_cdn_(work->report.tags);
    work->report.cdn = queued ? Report::Cdn::queued : Report::Cdn::refused;
    work->here.post([work] { work->done(std::move(work->report)); });
  });
}

}  // namespace likeness::purge
