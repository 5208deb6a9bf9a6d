// The examples of docs/extending.md, as they stand there: examples.py writes them into files.

#include <proxy/dialects/avatar.h>
#include <proxy/origin/no_origin.h>

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/origin/source.h"
#include "tests/proxy/dialects/requests.h"
#include "tests/support/test_loop.h"

namespace likeness::origin {
namespace {

#include <piece_1.inc>

std::unique_ptr<Source> make(std::string_view spec) {
#include <piece_2.inc>
  return nullptr;
}

}  // namespace
}  // namespace likeness::origin

using namespace likeness;

namespace {

std::optional<dialects::Parsed> parse(std::string_view target) {
  return dialects::parse_avatar(test::get(target), {});
}

}  // namespace

TEST_CASE("the example of a dialect reads its URLs, and leaves others alone") {
  const auto parsed = parse("/avatar/ada%40example.org?s=96");
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->has_value());
  CHECK((*parsed)->photo.view() == "ada@example.org");
  CHECK((*parsed)->ask.spec.box == imaging::Size{96, 96});
  CHECK(parse("/avatar/ada")->value().ask.spec.box == imaging::Size{80, 80});
  CHECK(parse("/avatar/ada?s=0")->error().error.code == Errc::bad_request);
  CHECK(parse("/avatar/ada/more")->error().error.code == Errc::unknown_route);
  CHECK_FALSE(parse("/photos/ada").has_value());
}

TEST_CASE("the example of an origin says that there is no photo, on a later turn") {
  test::TestLoop loop;
  CHECK(origin::make("folder:x") == nullptr);
  const auto source = origin::make("none");
  REQUIRE(source);
  const auto nobody = source->open(loop);
  std::optional<Errc> fetched;
  bool checked = false;
  nobody->fetch("ada", {}, {}, [&](const auto& result) { fetched = result.error().code; });
  nobody->check("ada", {}, {}, [&](const auto& result) { checked = result.has_value(); });
  CHECK_FALSE(fetched.has_value());
  loop.run_until([&] { return fetched && checked; });
  CHECK(fetched == Errc::no_photo);
  CHECK(nobody->stats().requests == 1);
}
