#include "proxy/http/trace.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

namespace likeness::http {
namespace {

std::string read(std::string_view value) {
  const std::array headers{Header{"Traceparent", value}};
  Request request;
  request.headers = headers;
  return std::string(traceparent(request));
}

TEST_CASE("a well-formed traceparent is taken as it is, and any other is none") {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  CHECK(read(good) == good);
  CHECK(read("cc" + good.substr(2) + "-what-the-future-brings") ==
        "cc" + good.substr(2) + "-what-the-future-brings");
  CHECK(traceparent(Request()).empty());
  const std::string bads[] = {std::string(),
                              good + "-more",
                              good.substr(1),
                              "ff" + good.substr(2),
                              "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                              "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                              "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                              "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                              "cc" + good.substr(2) + "more"};
  for (const std::string& bad : bads) {
    CAPTURE(bad);
    CHECK(read(bad).empty());
  }
}

}  // namespace
}  // namespace likeness::http
