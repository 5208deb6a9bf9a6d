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
  static const BodyRules rules = [](Method method, std::string_view) -> BodyRule {
    return {.most = method == Method::put ? 256U : 0U};
  };
  Message shared;
  RequestReader reader(settings, rules, shared);
  std::vector<std::string> events;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, cut));
    bytes.remove_prefix(piece.size());
    reader.feed(piece);
    for (bool more = false; !more;) {
      switch (reader.next()) {
        case RequestReader::Step::more: more = true; break;
        // Asked for only where the body has not come with the head.
        case RequestReader::Step::send_continue: break;
        case RequestReader::Step::refused:
          // Which of two faults is named depends on where the bytes are cut.
          hold(reader.status() >= 400 && reader.status() < 600);
          events.emplace_back("refused");
          return events;
        case RequestReader::Step::request: {
          const Request& request = reader.request();
          // As good as refused. Beast counts a chunk's size again whenever it looks again at a
          // header that is broken and not complete, so this may come sooner or later, too.
          if (request.body_too_large) {
            events.emplace_back("refused");
            return events;
          }
          hold(request.target.size() <= settings.max_target_bytes && request.body.size() <= 256);
          hold(std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f; }));
          std::string event(request.method_name);
          event.append(" ").append(request.target).append(" ").append(request.body);
          for (const Header& header : request.headers) {
            hold(header.value.find_first_of("\r\n") == std::string_view::npos);
            event.append("\n").append(header.name).append(": ").append(header.value);
          }
          events.push_back(std::move(event));
          if (!reader.keep_alive()) return events;
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
    if (late.size() + 1 == early.size() && early.back() == "refused") late.push_back(early.back());
  };
  catch_up(pieces, whole);
  catch_up(whole, pieces);
  hold(whole == pieces);
  return 0;
}
