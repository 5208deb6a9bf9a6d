#include "proxy/dialects/web.h"

#include <catch2/catch.hpp>

#include "tests/proxy/dialects/requests.h"

using namespace likeness;
using namespace likeness::dialects;
using imaging::Fit;
using imaging::Format;
using imaging::Gravity;
using imaging::Size;
using photo::Ask;
using test::get;

namespace {

Call understood(std::string_view target) {
  const auto parsed = parse_web(get(target), {});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->has_value());
  return **parsed;
}

Error refused(std::string_view target) {
  const auto parsed = parse_web(get(target), {});
  REQUIRE(parsed.has_value());
  REQUIRE_FALSE(parsed->has_value());
  return parsed->error().error;
}

}  // namespace

TEST_CASE("a web URL names photo, size and format") {
  const Call plain = understood("/photos/ada/HR240x120");
  CHECK(plain.photo.view() == "ada");
  CHECK(plain.ask.kind == Ask::Kind::picture);
  CHECK(plain.ask.spec == imaging::Spec{.box = {240, 120}});
  CHECK(understood("/photos/a%40b.c/hr48x48.WEBP").photo.view() == "a@b.c");
  CHECK(understood("/photos/a/HR48x48.webp").ask.spec.format == Format::webp);
  CHECK(understood("/photos/a/HR48x48.avif").ask.spec.format == Format::avif);
  CHECK(understood("/photos/a/HR48x48.png").ask.spec.format == Format::png);
  CHECK(understood("/photos/a/HR48x48.jpeg").ask.spec.format == Format::jpeg);
}

TEST_CASE("without a size a web URL means 48 by 48") {
  CHECK(understood("/photos/ada").ask.spec.box == Size{48, 48});
  CHECK(understood("/photos/ada/").ask.spec.box == Size{48, 48});
  CHECK(understood("/photos/ada?size=HR64x96.png").ask.spec ==
        imaging::Spec{.box = {64, 96}, .format = Format::png});
}

TEST_CASE("options of a web URL change the picture, unknown ones do not") {
  const auto spec =
      understood("/photos/a/HR100x50?fit=contain&gravity=attention&dpr=2&q=55&enlarge=1&v=9")
          .ask.spec;
  CHECK(spec == imaging::Spec{.box = {200, 100},
                              .fit = Fit::contain,
                              .gravity = Gravity::attention,
                              .quality = 55,
                              .enlarge = true});
}

TEST_CASE("a wrong option is refused by name") {
  for (const auto* wrong : {"fit=stretch", "gravity=north", "dpr=0", "dpr=4", "dpr=1.5", "q=0",
                            "q=101", "q=", "enlarge=maybe"}) {
    const Error error = refused(std::string("/photos/a/HR48x48?") + wrong);
    CHECK(error.code == Errc::bad_request);
    const std::string option(wrong, std::string_view(wrong).find('='));
    CHECK(error.detail.find(option) != std::string::npos);
  }
  CHECK(refused("/photos/a/HR4000x4000?dpr=2").detail.find("size") != std::string::npos);
  CHECK(refused("/photos/a/HR4097x48").detail.find("size") != std::string::npos);
  CHECK(refused("/photos/a/HR0x48").code == Errc::bad_request);
  CHECK(refused("/photos/a/HR48x48.svg").code == Errc::bad_request);
  CHECK(refused("/photos/a/large").code == Errc::bad_request);
  CHECK(refused("/photos/a%zz/HR48x48").code == Errc::bad_request);
  CHECK(refused("/photos").code == Errc::bad_request);
  CHECK(refused("/photos/a/HR48x48/more").code == Errc::unknown_route);
}

TEST_CASE("meta and original are asks of their own") {
  CHECK(understood("/photos/a/meta").ask.kind == Ask::Kind::meta);
  CHECK(understood("/photos/a/original").ask.kind == Ask::Kind::original);
  const auto with_metadata = parse_web(get("/photos/a/original"), {.original_with_metadata = true});
  CHECK((*with_metadata)->ask.kind == Ask::Kind::source);
}

TEST_CASE("other paths are not the web's") {
  for (const auto* path : {"/", "/photo/a", "/ucwa/v1", "", "/Photos/a"})
    CHECK_FALSE(parse_web(get(path), {}).has_value());
}
