#ifndef LIKENESS_CACHE_REDIS_SOCKET_H_
#define LIKENESS_CACHE_REDIS_SOCKET_H_

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/redis_resolver.h"
#include "config/base/bytes.h"
#include "config/base/error.h"

namespace likeness::cache {

// An argument of a command: text, and after it, if not null, shared bytes, which are sent from
// where they are.
struct RedisArg {
  // Implicit, so that a command reads as a list of its words.
  RedisArg(const char* all) : text(all) {}
  RedisArg(std::string all) : text(std::move(all)) {}
  RedisArg(std::string head, SharedBytes rest) : text(std::move(head)), tail(std::move(rest)) {}
  std::string text;
  SharedBytes tail;
};

// A command with its arguments; binary-safe.
using RedisCommand = std::vector<RedisArg>;

// A RedisSocket is a non-blocking connection: commands go in, bytes of replies come out. It never
// waits; whoever owns it watches fd() and calls flush() when it can be written.
//
// Loop-confined. Closes its descriptor when destroyed.
class RedisSocket {
 public:
  // Starts connecting; errors (store_unavailable) are those that connect() knows at once.
  [[nodiscard]] static Result<RedisSocket> open(const SocketAddress& address);

  ~RedisSocket();
  RedisSocket(RedisSocket&& other) noexcept;
  RedisSocket& operator=(RedisSocket&&) = delete;

  // How connecting ended, once the descriptor can be written.
  [[nodiscard]] Result<void> connected() const;

  // Queues a command behind what is unsent.
  void send(const RedisCommand& command);
  // Sends what the kernel takes. A broken connection shows in read(), not here.
  void flush();
  // Reads what is there, at most the buffer's size; 0: nothing for now. An error
  // (store_unavailable) is final, the other side's close included.
  [[nodiscard]] Result<std::size_t> read(std::span<char> buffer);

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::size_t unsent() const { return unsent_; }

 private:
  // Text of many small commands, or the shared bytes of one argument.
  struct Chunk {
    std::string text;
    SharedBytes bytes;
    [[nodiscard]] std::string_view view() const { return bytes ? *bytes : text; }
  };

  explicit RedisSocket(int fd) : fd_(fd) {}
  void add_size(char mark, std::size_t size);
  void add(std::string_view text);
  void add(const SharedBytes& bytes);
  void sent(std::size_t count);

  int fd_;
  std::deque<Chunk> chunks_;
  std::size_t front_sent_ = 0;  // Of the first chunk.
  std::size_t unsent_ = 0;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_SOCKET_H_
