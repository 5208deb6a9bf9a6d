#include "proxy/http/accept.h"

#include <array>
#include <catch2/catch.hpp>

using namespace likeness;
using namespace likeness::http;

namespace {

ImageType best(std::string_view accept) {
  const std::array headers{Header{"Accept", accept}};
  Request request;
  request.headers = headers;
  return best_image(request);
}

}  // namespace

TEST_CASE("browsers get the best format that they name") {
  // What they send for <img>, from MDN's list of default Accept values.
  CHECK(best("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8") ==
        ImageType::avif);  // Chrome since 85, Edge since 121.
  CHECK(best("image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8") ==
        ImageType::webp);  // Edge before that.
  CHECK(best("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5") ==
        ImageType::avif);                                       // Firefox since 128.
  CHECK(best("image/avif,image/webp,*/*") == ImageType::avif);  // Firefox 92 to 127.
  CHECK(best("image/webp,*/*") == ImageType::webp);             // Firefox 66 to 91.
  CHECK(best("image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,"
             "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5") == ImageType::avif);  // Safari.
  CHECK(best("image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5") ==
        ImageType::jpeg);  // Safari before 14.
}

TEST_CASE("wildcards are no promise of a modern format") {
  for (const auto* accept : {"*/*", "image/*", "", "image/jpeg", "image/*;q=0.9, */*;q=0.1",
                             "text/html", "image/jpeg;q=0"})
    CHECK(best(accept) == ImageType::jpeg);
  CHECK(best_image({}) == ImageType::jpeg);
}

TEST_CASE("weights decide, and at equal ones the smaller format") {
  CHECK(best("image/webp;q=0.1, */*") == ImageType::jpeg);
  CHECK(best("image/avif;q=0.5, image/webp;q=0.6, image/jpeg;q=0.4") == ImageType::webp);
  CHECK(best("image/webp;q=0.5, image/avif;q=0.5, image/jpeg;q=0.5") == ImageType::avif);
  CHECK(best("image/avif;q=0, image/webp;q=0.001, image/*;q=0") == ImageType::webp);
  CHECK(best("IMAGE/WebP ; Q=1.000 , image/jpeg;q=0.999") == ImageType::webp);
}

TEST_CASE("all lines of Accept count") {
  const std::array headers{Header{"accept", "image/jpeg"}, Header{"Accept", "image/webp"}};
  Request request;
  request.headers = headers;
  CHECK(best_image(request) == ImageType::webp);
}

TEST_CASE("the most specific range gives the weight") {
  CHECK(weight("image/*;q=0.2, image/webp;q=0.7, */*;q=0.9", "image/webp", true) == 700);
  CHECK(weight("*/*;q=0.9, image/*;q=0.2", "image/webp", true) == 200);
  CHECK(weight("*/*;q=0.9", "image/webp", true) == 900);
  CHECK(weight("*/*;q=0.9", "image/webp", false) == -1);
  CHECK(weight("imagex/*, image/web, image/webpp", "image/webp", true) == -1);
  CHECK(weight("image/webp;level=1;q=0.25", "image/webp", true) == 250);
}

TEST_CASE("a weight that is none counts as zero") {
  for (const auto* wrong : {"q=", "q=x", "q=0.1234", "q=.5", "q=1x", "q=-1"})
    CHECK(weight(std::string("image/webp;") + wrong, "image/webp", true) == 0);
  CHECK(weight("image/webp;q=1.9", "image/webp", true) == 1'000);
}
