#ifndef LIKENESS_PROXY_PHOTO_WORK_H_
#define LIKENESS_PROXY_PHOTO_WORK_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cache/store.h"
#include "config/base/bytes.h"
#include "config/base/error.h"
#include "config/base/time.h"
#include "imaging/spec.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/actions.h"

namespace likeness::photo {

// What a miss has under way, and what it has tried: at most one look-up and one fetch at a time,
// and any number of jobs. A plain value, which the Miss changes.
struct Work {
  enum class Fetching : std::uint8_t { no, claiming, awaiting, fetching };
  // What the origin sent, until its header has been read by the first job.
  struct Incoming {
    SharedBytes bytes;
    origin::Validators validators;
    std::optional<seconds> max_age;
    std::string version;
  };
  struct Job {
    std::vector<imaging::Spec> specs;  // As asked while incoming, canonical afterwards.
    std::string version;               // Of what they are made from.
    bool incoming = false;
  };

  // The store.
  bool looking_up = false;
  bool store_asked = false;
  std::vector<std::string> names_asked_now;  // Pictures, by the look-up that is under way.
  std::set<std::string, std::less<>> names_asked;

  // The origin.
  Fetching fetching = Fetching::no;
  bool conditional = false;               // "Not modified" is an answer.
  std::optional<cache::FillToken> token;  // From winning the claim to using it.
  std::optional<Error> fetch_error;       // It could not be asked, or its answer is of no use.
  std::optional<Error> failed_fetch;      // The same, until the store has been asked once more.
  std::optional<Incoming> incoming;

  // The imaging workers.
  std::map<JobId, Job> jobs;
  JobId last_job = 0;

  [[nodiscard]] bool idle() const {
    return !looking_up && fetching == Fetching::no && jobs.empty();
  }
  // Does a job make that picture, of what is at hand?
  [[nodiscard]] bool makes(const imaging::Spec& spec) const {
    return std::ranges::any_of(jobs, [&](const auto& job) {
      return !job.second.incoming &&
             std::ranges::find(job.second.specs, spec) != job.second.specs.end();
    });
  }
  // The store may have more by now.
  void ask_store_anew() {
    store_asked = false;
    names_asked.clear();
  }
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_WORK_H_
