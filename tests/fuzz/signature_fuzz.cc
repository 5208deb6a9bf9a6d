// Feeds signed URLs: what can be signed is good, and no longer once it is changed; a URL that
// strangers sign is not.
#include <string>

#include "proxy/proof/canonical.h"
#include "proxy/proof/signatures.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness;
using State = proof::Signature::State;
using fuzz::hold;

const auto kNow = WallClock::from_time_t(1'700'000'000);

proof::Signature verify(const proof::SigningKeys& keys, std::string_view target) {
  const auto end = std::min(target.find('?'), target.size());
  const auto query = target.substr(end);
  return keys.verify(target.substr(0, end), query.substr(query.empty() ? 0 : 1), kNow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const proof::SigningKeys keys({"test:000102030405060708090a0b0c0d0e0f"});
  auto input = fuzz::text_of(data, size);
  const bool expires = fuzz::choose(input, 2) == 1;
  hold(verify(keys, input).state != State::good);
  const auto until = expires ? std::optional(kNow + seconds(60)) : std::nullopt;
  const auto url = keys.sign(input, until);
  if (!url) return 0;
  const auto signature = verify(keys, *url);
  // An exp of its own may be over, or no time at all.
  if (signature.state != State::good && input.contains("exp=")) return 0;
  hold(signature.state == State::good && (!expires || signature.left));
  hold(verify(keys, *url + "&fit=contain").state != State::good);
  hold(verify(keys, "/x" + *url).state != State::good);
  return 0;
}
