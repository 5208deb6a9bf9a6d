#include "proxy/proof/signatures.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/proxy/http/allocation_count.h"

namespace likeness::proof {
namespace {

using State = Signature::State;

const std::string kOld = "old:" + std::string(32, 'a');
const std::string kNew = "new:" + std::string(64, 'b');
const WallClock::time_point kNow{seconds(1'800'000'000)};

Signature verify(const SigningKeys& keys, const std::string& target,
                 WallClock::time_point now = kNow) {
  const auto mark = std::min(target.find('?'), target.size());
  return keys.verify(std::string_view(target).substr(0, mark),
                     std::string_view(target).substr(std::min(mark + 1, target.size())), now);
}

std::string sign(const std::string& target,
                 std::optional<WallClock::time_point> expires = std::nullopt) {
  return SigningKeys({kNew}).sign(target, expires).value();
}

TEST_CASE("a signed URL is good, whatever its escapes and the order of its parameters") {
  const SigningKeys keys({kOld, kNew});
  const std::string url = sign("/photos/a%40b.org/HR48x48.jpg?fit=crop&dpr=2");
  CAPTURE(url);
  CHECK(verify(keys, url).state == State::good);
  CHECK_FALSE(verify(keys, url).left);
  std::string other = url;
  other.replace(other.find("%40"), 3, "@");
  CHECK(verify(keys, other).state == State::good);
  const auto mark = url.find('?');
  const auto sig = url.find("&sig=");
  CHECK(verify(keys, url.substr(0, mark + 1) + url.substr(sig + 1) + "&dpr=2&kid=new&fit=crop")
            .state == State::good);
}

TEST_CASE("changing any character of a signed URL makes it wrong or unsigned") {
  const SigningKeys keys({kNew});
  const std::string url = sign("/photos/ada/HR48x48.jpg?fit=crop&q=80", kNow + seconds(60));
  REQUIRE(verify(keys, url).state == State::good);
  for (std::size_t i = 0; i < url.size(); ++i) {
    for (const char c : {'x', '9', 'A', '-', '&', '=', '?', '/', '%'}) {
      std::string other = url;
      if (other[i] == c) continue;
      other[i] = c;
      CAPTURE(other);
      CHECK(verify(keys, other).state != State::good);
    }
    std::string shorter = url;
    shorter.erase(i, 1);
    CAPTURE(shorter);
    CHECK(verify(keys, shorter).state != State::good);
  }
  CHECK(verify(keys, url + "&enlarge=1").state == State::wrong);
  CHECK(verify(keys, url + "&sig=x").state == State::wrong);
}

TEST_CASE("a signed URL ends when it says so") {
  const SigningKeys keys({kNew});
  const std::string url = sign("/photos/ada", kNow + seconds(60));
  CHECK(verify(keys, url).left == seconds(60));
  CHECK(verify(keys, url, kNow + seconds(59)).left == seconds(1));
  CHECK(verify(keys, url, kNow + seconds(60)).state == State::expired);
  CHECK(verify(keys, sign("/photos/ada?exp=abc")).state == State::wrong);
  CHECK(verify(keys, sign("/photos/ada?exp=-1")).state == State::wrong);
  CHECK(verify(keys, sign("/photos/ada?exp=9999999999999")).state == State::wrong);
}

TEST_CASE("keys are told apart by their ids, and all of them hold") {
  const std::string by_new = sign("/photos/ada");
  CHECK(verify(SigningKeys({kOld, kNew}), by_new).state == State::good);
  CHECK(verify(SigningKeys({kOld}), by_new).state == State::wrong);
  const SigningKeys same_id({"new:" + std::string(64, 'c')});
  CHECK(verify(same_id, by_new).state == State::wrong);
  CHECK(verify(SigningKeys({}), by_new).state == State::wrong);
}

TEST_CASE("a URL without a signature is unsigned, not wrong") {
  const SigningKeys keys({kNew});
  for (const char* url : {"/photos/ada", "/photos/ada?v=1",
                          "/photos/ada?sig=", "/photos/ada?xsig=1", "/photos/ada?a=1&a=2"}) {
    CAPTURE(url);
    CHECK(verify(keys, url).state == State::none);
  }
}

TEST_CASE("what cannot be signed is refused") {
  const SigningKeys keys({kNew});
  for (const char* target :
       {"", "photos/ada", "/photos/ada?a=1&a=2", "/photos/%zz", "/photos/ada?kid=x",
        "/photos/ada?sig=x", "/photos/ada?sig", "/photos/ada#top"}) {
    CAPTURE(target);
    CHECK_FALSE(keys.sign(target, std::nullopt));
  }
  // Its key's id and its signature count among the sixteen parameters.
  std::string longest = "/photos/ada?";
  for (char name = 'a'; name < 'n'; ++name) longest.append({name, '=', '1', '&'});
  CHECK(verify(keys, sign(longest + "v=1")).state == State::good);
  CHECK_FALSE(keys.sign(longest + "v=1&w=1", std::nullopt));
  CHECK_FALSE(SigningKeys({}).sign("/photos/ada", std::nullopt));
}

TEST_CASE("keys that cannot be used end the start") {
  for (const std::string& text :
       {std::string("k"), std::string("k:"), "k:" + std::string(31, 'a'),
        "k:" + std::string(30, 'a'), "k:" + std::string(32, 'g'), ":" + std::string(32, 'a'),
        "k k:" + std::string(32, 'a'), std::string(33, 'k') + ":" + std::string(32, 'a'),
        "k:" + std::string(130, 'a'), std::string("file:/nonexistent")}) {
    CAPTURE(text);
    CHECK_THROWS_AS(SigningKeys({text}), std::runtime_error);
  }
  CHECK_THROWS_AS(SigningKeys({kOld, kOld}), std::runtime_error);
}

TEST_CASE("verifying allocates nothing") {
  const SigningKeys keys({kOld, kNew});
  const std::string url =
      sign("/photos/someone%40example.com/HR240x240.jpg?fit=crop&dpr=2", kNow + seconds(60));
  State state = State::none;
  int allocations = -1;
  {
    const test::AllocationCount count;
    state = verify(keys, url).state;
    allocations = count.so_far();
  }
  CHECK(state == State::good);
  CHECK(allocations == 0);
}

TEST_CASE("the time of verifying", "[.measure]") {
  const SigningKeys keys({kOld, kNew});
  const std::string url =
      sign("/photos/someone%40example.com/HR240x240.jpg?fit=crop&dpr=2", kNow + seconds(60));
  constexpr int kRounds = 1'000'000;
  int good = 0;
  const auto start = Clock::now();
  for (int i = 0; i < kRounds; ++i) good += verify(keys, url).state == State::good ? 1 : 0;
  const std::chrono::duration<double, std::nano> took = Clock::now() - start;
  CHECK(good == kRounds);
  WARN(took.count() / kRounds << " ns");
}

}  // namespace
}  // namespace likeness::proof
