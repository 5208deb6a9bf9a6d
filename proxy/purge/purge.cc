#include "proxy/purge/purge.h"

#include <memory>
#include <utility>

namespace likeness::purge {

// An order under way: what is to be forgotten by its name, then what by the beginning of its name.
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
  service_.forget(here, std::move(work->photos), [this, work](Result<void> result) {
    work->report.store_pending |= !result;
    step(work);
  });
}

// The store is searched for one beginning at a time: each search reads all of its keys.
void Purge::step(const std::shared_ptr<Work>& work) {
  if (work->beginnings.empty()) return finish(work);
  std::string beginning = std::move(work->beginnings.back());
  work->beginnings.pop_back();
  service_.forget_all(work->here, std::move(beginning), [this, work](Result<void> result) {
    work->report.store_pending |= !result;
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
