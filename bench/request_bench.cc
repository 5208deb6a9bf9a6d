#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "config/settings.h"
#include "proxy/dialects/router.h"
#include "proxy/http/request_reader.h"
#include "proxy/photo/name.h"
#include "proxy/proof/canonical.h"

// What a request costs before anything is looked up: its bytes parsed, its URL understood and
// turned into the key of a picture, and the text that its signature is made of.
namespace likeness {
namespace {

constexpr std::string_view kPlain =
    "GET /photos/ada%40example.com/HR240x240.jpg HTTP/1.1\r\nHost: photos.example.com\r\n\r\n";
constexpr std::string_view kBrowser =
    "GET /photos/ada%40example.com/HR240x240.jpg?v=3 HTTP/1.1\r\n"
    "Host: photos.example.com\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36\r\n"
    "sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: cross-site\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: image\r\n"
    "Referer: https://mail.example.com/inbox\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
    "If-None-Match: W/\"9d5e0123456789ab-240x240\"\r\n\r\n";

void parse(benchmark::State& state, std::string_view bytes) {
  const HttpSettings settings;
  const http::BodyRules no_bodies = [](http::Method, std::string_view) { return http::BodyRule(); };
  http::Message shared;
  http::RequestReader reader(settings, no_bodies, shared);
  for (auto _ : state) {
    reader.feed(bytes);
    if (reader.next() != http::RequestReader::Step::request) state.SkipWithError("no request");
    benchmark::DoNotOptimize(reader.request());
    reader.keep();
  }
}
BENCHMARK_CAPTURE(parse, plain, kPlain);
BENCHMARK_CAPTURE(parse, browser, kBrowser);

http::Request get(std::string_view path, std::string_view query) {
  http::Request request;
  request.path = path;
  request.query = query;
  return request;
}

void key_of(benchmark::State& state, std::string_view path, std::string_view query) {
  const auto request = get(path, query);
  const dialects::Limits limits{.fold_addresses = true};
  cache::Meta meta;
  meta.status = cache::Meta::Status::photo;
  meta.content_type = "image/jpeg";
  meta.width = meta.height = 648;
  std::array<char, imaging::kMaxNameLength> name;
  for (auto _ : state) {
    const auto call = dialects::parse(request, limits);
    if (!call) {
      state.SkipWithError("refused");
      break;
    }
    benchmark::DoNotOptimize(photo::picture_name(call->ask, meta, name.data()));
  }
}
BENCHMARK_CAPTURE(key_of, web, "/photos/ada%40example.com/HR240x240.jpg", "");
BENCHMARK_CAPTURE(key_of, web_with_parameters, "/photos/ada%40example.com/HR240x240",
                  "format=webp&fit=contain&dpr=2&q=70&v=3");
BENCHMARK_CAPTURE(key_of, ucwa, "/ucwa/v1/applications/a1/people/ada@example.com/contactPhoto",
                  "size=HR240x240");
BENCHMARK_CAPTURE(key_of, outlook, "/api/v2.0/users('ada@example.com')/photos('240x240')/$value",
                  "");
BENCHMARK_CAPTURE(key_of, graph, "/v1.0/users/ada@example.com/photos/240x240/$value", "");
BENCHMARK_CAPTURE(key_of, exchange, "/ews/Exchange.asmx/s/GetUserPhoto",
                  "email=ada@example.com&size=HR240x240");

void canonical_text(benchmark::State& state) {
  for (auto _ : state) {
    const proof::Canonical canonical("/photos/anna%40example.org/HR96x96.webp",
                                     "dpr=2&exp=1893456000&fit=contain&kid=test&sig=cAxcKdte6_6-"
                                     "uvUOGh2_yG0Pa1tgj34jxXvaWEJo50c");
    if (!canonical.usable()) state.SkipWithError("not usable");
    benchmark::DoNotOptimize(canonical.text());
  }
}
BENCHMARK(canonical_text);

}  // namespace
}  // namespace likeness
