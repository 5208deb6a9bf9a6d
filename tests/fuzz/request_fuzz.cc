// Feeds the HTTP request reader: however the bytes are cut, and whether a body is handed out whole
// or follows its request, they are the same requests, and what a request holds keeps its limits.
#include <algorithm>
#include <string>
#include <vector>

#include "proxy/http/request_reader.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness::http;
using likeness::fuzz::hold;

constexpr std::size_t kMostBody = 256;

// The requests that `bytes` amount to. `refused` is the last one, which is none.
class Requests {
 public:
  Requests(std::string_view bytes, std::size_t cut, bool bodies_follow)
      : rules_([bodies_follow](Method method, std::string_view) -> BodyRule {
          return {.most = method == Method::put ? kMostBody : 0U, .follows = bodies_follow};
        }) {
    while (!bytes.empty() && !over_) {
      const std::string piece(bytes.substr(0, cut));
      bytes.remove_prefix(piece.size());
      reader_.feed(piece);
      while (!over_ && step()) {
      }
      reader_.keep();
    }
  }

  std::vector<std::string> seen;

 private:
  // False when more bytes are needed.
  bool step() {
    const bool in_body = reader_.body_follows();
    const RequestReader::Step step = in_body ? reader_.next_of_body() : reader_.next();
    // Asked for only where the body has not come with the head.
    if (step == RequestReader::Step::send_continue) return true;
    if (step == RequestReader::Step::refused) {
      // Which of two faults is named depends on where the bytes are cut.
      hold(reader_.status() >= 400 && reader_.status() < 600);
      refuse();
      return true;
    }
    if (in_body) {
      take_body();
    } else if (step == RequestReader::Step::request) {
      take_head();
    }
    if (step == RequestReader::Step::more) return false;
    if (!over_ && !reader_.body_follows()) finish();
    return true;
  }

  void take_head() {
    const Request& request = reader_.request();
    // As good as refused. Beast counts a chunk's size again whenever it looks again at a header
    // that is broken and not complete, so this may come sooner or later, too.
    if (request.body_too_large) {
      refuse();
      return;
    }
    hold(request.target.size() <= settings_.max_target_bytes);
    hold(std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f; }));
    head_.assign(request.method_name).append(" ").append(request.target);
    for (const Header& header : request.headers) {
      hold(header.value.find_first_of("\r\n") == std::string_view::npos);
      head_.append("\n").append(header.name).append(": ").append(header.value);
    }
    body_.assign(request.body_follows ? std::string_view() : request.body);
    keep_alive_ = reader_.keep_alive();
  }

  // By halves, as a slow taker does.
  void take_body() {
    const std::string_view body = reader_.body();
    const std::size_t taken = reader_.body_follows() ? (body.size() + 1) / 2 : body.size();
    body_.append(body.substr(0, taken));
    reader_.take_body(taken);
  }

  void finish() {
    hold(body_.size() <= kMostBody);
    seen.push_back(head_ + "\n\n" + body_);
    over_ = !keep_alive_;
  }

  void refuse() {
    seen.emplace_back("refused");
    over_ = true;
  }

  const likeness::HttpSettings settings_{.max_head_bytes = 2'048, .max_target_bytes = 512};
  const BodyRules rules_;
  Message shared_;
  RequestReader reader_{settings_, rules_, shared_};
  std::string head_;
  std::string body_;
  bool keep_alive_ = true;
  bool over_ = false;
};

// The same requests. A line that has not come to its end may be refused sooner or later.
void hold_same(std::vector<std::string> one, std::vector<std::string> other) {
  const auto catch_up = [](std::vector<std::string>& late, const std::vector<std::string>& early) {
    if (late.size() + 1 == early.size() && early.back() == "refused") late.push_back(early.back());
  };
  catch_up(one, other);
  catch_up(other, one);
  hold(one == other);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = likeness::fuzz::text_of(data, size);
  const std::size_t cut = 1 + likeness::fuzz::choose(input, 64);
  const auto whole = Requests(input, input.size(), false).seen;
  hold_same(Requests(input, cut, false).seen, whole);
  hold_same(Requests(input, cut, true).seen, whole);
  return 0;
}
