// Feeds conditional headers and dates: a date that can be read is written as it was meant.
#include <string>

#include "proxy/http/conditions.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness;
  const auto input = fuzz::text_of(data, size);
  static_cast<void>(http::matches_any(input, "\"2d0c1a\""));
  fuzz::hold(http::matches_any(std::string(input) + ",*", "\"a\"") || !input.empty());
  if (const auto time = http::parse_date(input); time >= 0)
    fuzz::hold(http::parse_date(http::date(time)) == time);
  const http::Header headers[] = {{"If-None-Match", input}, {"If-Modified-Since", input}};
  for (const auto& header : headers) {
    http::Request request;
    request.headers = {&header, 1};
    static_cast<void>(http::not_modified(request, "\"2d0c1a\"", 1'700'000'000));
  }
  return 0;
}
