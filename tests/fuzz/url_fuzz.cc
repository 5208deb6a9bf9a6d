// Feeds the dialects with targets: what they understand keeps the limits, and every refusal has a
// body in its dialect.
#include <string>

#include "proxy/answer.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/status.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness;
  const auto target = fuzz::text_of(data, size);
  // The request reader lets nothing else through.
  for (const char c : target)
    if (c <= 0x20 || c >= 0x7f) return 0;
  const auto end = target.find('?');
  http::Request request;
  request.target = target;
  request.path = target.substr(0, end);
  if (end != std::string_view::npos) request.query = target.substr(end + 1);
  const dialects::Limits limits;
  const auto parsed = dialects::parse(request, limits);
  if (!parsed) {
    const auto& [dialect, error] = parsed.error();
    const int status = dialects::status_of(error.code);
    hold(status >= 400 && status < 600);
    hold(!error_document(dialect, error, "").body.empty());
    return 0;
  }
  hold(!parsed->photo.view().empty());
  hold(parsed->photo.view().find('\0') == std::string_view::npos);
  hold(parsed->ask.spec.box.width <= limits.max_edge * 3);
  return 0;
}
