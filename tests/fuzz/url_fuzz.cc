// Feeds the dialects with targets and the headers that they heed: what they understand keeps the
// limits, and every refusal has a body in its dialect. The first line is the target, the second
// Accept, the others hints.
#include <algorithm>
#include <array>

#include "proxy/answer/answer.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/status.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness;
  auto input = fuzz::text_of(data, size);
  const auto next_line = [&input] {
    const auto end = std::min(input.find('\n'), input.size());
    const auto line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    return line;
  };
  const auto target = next_line();
  // The request reader lets nothing else through.
  for (const char c : target)
    if (c <= 0x20 || c >= 0x7f) return 0;
  const auto end = target.find('?');
  http::Request request;
  request.target = target;
  request.path = target.substr(0, end);
  if (end != std::string_view::npos) request.query = target.substr(end + 1);
  const std::array<http::Header, 3> headers{http::Header{"Accept", next_line()},
                                            {"Sec-CH-DPR", next_line()},
                                            {"Sec-CH-Width", next_line()}};
  request.headers = headers;
  const dialects::Limits limits{.fold_addresses = true, .negotiate = true, .client_hints = true};
  const auto parsed = dialects::parse(request, limits);
  if (!parsed) {
    const auto& [dialect, error] = parsed.error();
    const int status = dialects::status_of(dialect, error.code);
    hold(status >= 400 && status < 600);
    hold(!error_document(dialect, error, headers[0].value, "id").body.empty());
    return 0;
  }
  hold(!parsed->photo.view().empty());
  hold(parsed->photo.view().find('\0') == std::string_view::npos);
  hold(parsed->ask.spec.box.width <= limits.max_edge * 3);
  return 0;
}
