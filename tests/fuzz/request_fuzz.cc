// Feeds the HTTP request reader: however the bytes are cut, they are the same requests, and what a
// request holds keeps its limits.
#include <algorithm>
#include <string>
#include <vector>

#include "proxy/http/request_reader.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness::http;
using likeness::fuzz::hold;

std::vector<std::string> read(std::string_view bytes, std::size_t cut) {
  static const likeness::HttpSettings settings{.max_head_bytes = 2'048, .max_target_bytes = 512};
  static const BodyLimit limit = [](Method method, std::string_view) -> std::size_t {
    return method == Method::put ? 256 : 0;
  };
  Message shared;
  RequestReader reader(settings, limit, shared);
  std::vector<std::string> events;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, cut));
    bytes.remove_prefix(piece.size());
    reader.feed(piece);
    for (bool more = false; !more;) {
      switch (reader.next()) {
        case RequestReader::Step::more: more = true; break;
        case RequestReader::Step::send_continue: events.emplace_back("continue"); break;
        case RequestReader::Step::refused:
          events.push_back("refused " + std::to_string(reader.status()));
          return events;
        case RequestReader::Step::request: {
          const Request& request = reader.request();
          hold(request.target.size() <= settings.max_target_bytes && request.body.size() <= 256);
          hold(std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f; }));
          std::string event(request.method_name);
          event.append(" ").append(request.target).append(" ").append(request.body);
          for (const Header& header : request.headers) {
            hold(header.value.find_first_of("\r\n") == std::string_view::npos);
            event.append("\n").append(header.name).append(": ").append(header.value);
          }
          events.push_back(std::move(event));
          break;
        }
      }
    }
    reader.keep();
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = likeness::fuzz::text_of(data, size);
  const std::size_t cut = 1 + likeness::fuzz::choose(input, 64);
  auto pieces = read(input, cut);
  auto whole = read(input, input.size());
  // A line that has not come to its end may be refused sooner or later.
  const auto catch_up = [](std::vector<std::string>& late, const std::vector<std::string>& early) {
    if (late.size() + 1 == early.size() && early.back().starts_with("refused"))
      late.push_back(early.back());
  };
  catch_up(pieces, whole);
  catch_up(whole, pieces);
  hold(whole == pieces);
  return 0;
}
