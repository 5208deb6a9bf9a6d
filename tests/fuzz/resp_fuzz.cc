// Feeds the reader of Redis' replies: however the bytes are cut, they are the same replies.
#include <string>
#include <vector>

#include "cache/redis_reply.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness::cache;

std::string flat(const RedisReply& reply) {
  std::string text = std::to_string(static_cast<int>(reply.kind)) + ":" + reply.text + ":" +
                     std::to_string(reply.integer);
  for (const RedisReply& element : reply.elements) text += "(" + flat(element) + ")";
  return text;
}

std::vector<std::string> read(std::string_view bytes, std::size_t cut) {
  RedisReader reader;
  std::vector<std::string> replies;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, cut);
    bytes.remove_prefix(piece.size());
    reader.feed(piece);
    for (;;) {
      const auto reply = reader.next();
      if (!reply) {
        replies.emplace_back("broken");
        return replies;
      }
      if (!*reply) break;
      replies.push_back(flat(**reply));
    }
  }
  return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = likeness::fuzz::text_of(data, size);
  const std::size_t cut = 1 + likeness::fuzz::choose(input, 32);
  likeness::fuzz::hold(read(input, cut) == read(input, input.size()));
  return 0;
}
