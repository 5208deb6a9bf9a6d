// Feeds what an origin's headers may say: lifetimes and waits stay within reason.
#include <string>

#include "proxy/origin/answer.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness;
  constexpr int kStatuses[] = {200, 204, 304, 302, 401, 403, 404, 410, 429, 500, 503};
  constexpr const char* kNames[] = {"cache-control", "expires", "date",
                                    "retry-after",   "etag",    "last-modified"};
  auto input = fuzz::text_of(data, size);
  const auto now = WallClock::from_time_t(1'700'000'000);
  origin::ClientResponse response;
  response.status = kStatuses[fuzz::choose(input, std::size(kStatuses))];
  if (fuzz::choose(input, 2) == 1) response.body = "bytes";
  while (!input.empty()) {
    const std::string name = kNames[fuzz::choose(input, std::size(kNames))];
    const auto end = std::min(input.find('\n'), input.size());
    response.headers.emplace_back(name, input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  if (const auto wait = origin::retry_after(response.header("retry-after"), now))
    hold(wait->count() >= 0 && *wait <= std::chrono::hours(1));
  if (const auto age = origin::max_age(response)) hold(age->count() >= 0);
  const int status = response.status;
  const auto meaning = origin::interpret(std::move(response), now);
  if (meaning) hold(status == 200 || status == 304);
  return 0;
}
