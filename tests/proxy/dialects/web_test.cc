#include "proxy/dialects/web.h"

#include <array>
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

TEST_CASE("Accept chooses the format where the URL or the settings let it") {
  const std::array headers{http::Header{"Accept", "image/avif,image/webp,*/*"}};
  const auto call = [&](std::string_view target, const Limits& limits = {}) {
    auto request = get(target);
    request.headers = headers;
    return **parse_web(request, limits);
  };
  const Call chosen = call("/photos/a/HR48x48?format=auto");
  CHECK(chosen.by_accept);
  CHECK(chosen.ask.spec == imaging::Spec{.box = {48, 48}, .format = Format::avif, .or_jpeg = true});
  CHECK(call("/photos/a", {.negotiate = true}).ask.spec.format == Format::avif);
  CHECK(understood("/photos/a?format=auto").ask.spec == imaging::Spec{.box = {48, 48}});
  for (const auto* named : {"/photos/a/HR48x48.webp", "/photos/a?format=webp",
                            "/photos/a/HR48x48.webp?format=auto", "/photos/a?size=HR48x48.webp"}) {
    const Call plain = call(named, {.negotiate = true});
    CHECK_FALSE(plain.by_accept);
    CHECK(plain.ask.spec == imaging::Spec{.box = {48, 48}, .format = Format::webp});
  }
  CHECK_FALSE(call("/photos/a/HR48x48").by_accept);
  CHECK(refused("/photos/a?format=gif").detail.find("format") != std::string::npos);
}

TEST_CASE("client hints fill what the URL leaves open, where they are on") {
  const auto box = [](std::string_view target, std::string_view ratio, std::string_view width,
                      bool on = true) {
    const std::array headers{http::Header{"sec-ch-dpr", ratio},
                             http::Header{"Sec-CH-Width", width}};
    auto request = get(target);
    request.headers = headers;
    const auto call = **parse_web(request, {.client_hints = on});
    CHECK(call.by_hints == on);
    return call.ask.spec.box;
  };
  CHECK(box("/photos/a/HR50x40", "2", "") == Size{100, 80});
  CHECK(box("/photos/a/HR50x40", "1.25", "") == Size{100, 80});
  CHECK(box("/photos/a/HR50x40", "2.0", "500") == Size{100, 80});
  CHECK(box("/photos/a/HR50x40", "7", "") == Size{150, 120});
  CHECK(box("/photos/a/HR50x40?dpr=1", "3", "") == Size{50, 40});
  CHECK(box("/photos/a", "3", "100") == Size{112, 112});
  CHECK(box("/photos/a", "", "4096") == Size{4'096, 4'096});
  CHECK(box("/photos/a?dpr=2", "", "100") == Size{96, 96});
  for (const auto* wrong : {"0", "-1", "1e3", "999", "1.x", ""})
    CHECK(box("/photos/a/HR50x40", wrong, "") == Size{50, 40});
  CHECK(box("/photos/a", "2", "100", false) == Size{48, 48});
}

TEST_CASE("headers change nothing about a signed URL that it does not leave open itself") {
  const std::array headers{http::Header{"sec-ch-dpr", "3"}, http::Header{"Accept", "image/webp"}};
  const auto signed_call = [&](std::string_view target) {
    auto request = get(target);
    request.headers = headers;
    return **parse_web(request, {.negotiate = true, .client_hints = true});
  };
  const Call plain = signed_call("/photos/a/HR48x48?kid=k&sig=x");
  CHECK_FALSE((plain.by_accept || plain.by_hints));
  CHECK(plain.ask.spec == imaging::Spec{.box = {48, 48}});
  const Call open = signed_call("/photos/a/HR48x48?format=auto&kid=k&sig=x");
  CHECK((open.by_accept && !open.by_hints));
  CHECK(open.ask.spec.format == Format::webp);
}

TEST_CASE("metadata has a sketch where there is one") {
  cache::Meta meta{.status = cache::Meta::Status::photo, .version = "v", .width = 9, .height = 9};
  CHECK(web_metadata(meta).find("lqip") == std::string::npos);
  meta.thumbhash = "aGFzaA==";
  meta.colour = "#102030";
  meta.preview = "d2VicA==";
  const std::string text = web_metadata(meta);
  CHECK(text.find(R"("colour": "#102030")") != std::string::npos);
  CHECK(text.find(R"("thumbhash": "aGFzaA==")") != std::string::npos);
  CHECK(text.find(R"("lqip": "data:image/webp;base64,d2VicA==")") != std::string::npos);
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
