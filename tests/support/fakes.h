#ifndef LIKENESS_TESTS_SUPPORT_FAKES_H_
#define LIKENESS_TESTS_SUPPORT_FAKES_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "cache/store.h"
#include "imaging/pool.h"
#include "proxy/origin/origin.h"

// Stand-ins for what lies beyond the process's border. They hold the callbacks they are given, so
// that a test chooses the order, the outcome and the moment of every answer.
namespace likeness::test {

class FakeOrigin final : public origin::Origin {
 public:
  struct Fetch {
    std::string photo;
    origin::Validators have;
    Done done;
  };
  struct Check {
    std::string photo;
    origin::Credentials caller;
    Checked done;
  };

  void fetch(std::string_view photo, const origin::Validators& have,
             const origin::Credentials& /*caller*/, Done done) override {
    ++fetches;
    held.push_back({std::string(photo), have, std::move(done)});
  }
  void check(std::string_view photo, const origin::Validators& /*have*/,
             const origin::Credentials& caller, Checked done) override {
    checks.push_back({std::string(photo), caller, std::move(done)});
  }
  [[nodiscard]] origin::OriginStats stats() const override { return {}; }

  // Answers the oldest fetch.
  void answer(Result<origin::Fetched> result) {
    Fetch fetch = std::move(held.front());
    held.pop_front();
    fetch.done(std::move(result));
  }
  void send(std::string bytes) { answer(origin::Fetched{share(std::move(bytes)), {}, {}}); }

  int fetches = 0;
  std::deque<Fetch> held;
  std::deque<Check> checks;
};

// Makes "WIDTHxHEIGHT of SOURCE" for every wanted picture of a source of 1000x800.
class FakeImaging {
 public:
  static constexpr imaging::Size kSource{1'000, 800};

  void submit(imaging::Job job, imaging::Pool::Done done) {
    ++jobs;
    held.emplace_back(std::move(job), std::move(done));
  }

  // Finishes the oldest job.
  void finish() {
    auto [job, done] = std::move(held.front());
    held.pop_front();
    imaging::Rendered rendered{{kSource, "image/jpeg"}, {}, {}};
    for (const imaging::Spec& spec : job.wanted) {
      const auto size = imaging::output_size(kSource, spec);
      rendered.pictures.push_back({share(std::to_string(size.width) + 'x' +
                                         std::to_string(size.height) + " of " + *job.source),
                                   size, spec.format});
    }
    done(std::move(rendered));
  }
  void fail_with(Errc code) {
    auto [job, done] = std::move(held.front());
    held.pop_front();
    done(fail(code));
  }

  int jobs = 0;
  std::deque<std::pair<imaging::Job, imaging::Pool::Done>> held;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_FAKES_H_
