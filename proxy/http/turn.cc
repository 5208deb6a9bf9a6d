#include "proxy/http/turn.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "proxy/http/connection.h"
#include "proxy/telemetry/log.h"

namespace likeness::http {
namespace {

// What one connection throws ends that one alone.
template <class F>
void fenced(Connection& connection, F&& step) {
  try {
    std::forward<F>(step)();
  } catch (const std::exception& error) {
    log::error("http: a connection threw: {}", error.what());
    connection.close();
  } catch (...) {
    log::error("http: a connection threw something unknown");
    connection.close();
  }
}

}  // namespace

Turn::Turn(Loop& loop, bool io_uring)
    : loop_(loop),
      calls_(io_uring),
      buffers_(std::make_unique_for_overwrite<char[]>(SocketCalls::kMost * kStride)) {
  for (std::size_t i = 0; i < receives_.size(); ++i)
    receives_[i].into = {buffers_.get() + (i * kStride), kReadSize};
}

void Turn::add(std::shared_ptr<Connection> connection) {
  due_.push_back(std::move(connection));
  if (due_.size() == 1 && group_.empty()) loop_.defer([self = shared_from_this()] { self->run(); });
}

void Turn::run() {
  while (!due_.empty()) {
    const auto end = due_.begin() + std::min(std::ssize(due_), std::ssize(receives_));
    group_.assign(std::move_iterator(due_.begin()), std::move_iterator(end));
    due_.erase(due_.begin(), end);
    make(receives_, &Connection::is_to_receive, &Connection::received);
    for (const auto& connection : group_) fenced(*connection, [&] { connection->process_rest(); });
    make(sends_, &Connection::is_to_send, &Connection::sent);
    for (const auto& connection : group_) fenced(*connection, [&] { connection->settle(); });
  }
  group_.clear();
}

template <class Call>
void Turn::make(Calls<Call>& calls, bool (Connection::*has_one)(Call&),
                void (Connection::*learn)(const Call&)) {
  std::array<Connection*, SocketCalls::kMost> callers;
  std::size_t count = 0;
  for (const auto& connection : group_) {
    if ((connection.get()->*has_one)(calls[count])) callers[count++] = connection.get();
  }
  calls_.run(std::span(calls).first(count));
  for (std::size_t i = 0; i < count; ++i)
    fenced(*callers[i], [&] { (callers[i]->*learn)(calls[i]); });
}

}  // namespace likeness::http
