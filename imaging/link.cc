#include "imaging/link.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "imaging/protocol.h"
#include "imaging/worker.h"

// The header of Debian 12's C library forgot that C++ may include it.
extern "C" {
#include <sys/pidfd.h>
}

namespace likeness::imaging {
namespace {

// A piece takes some tenths of a millisecond, which other work on the loop can wait.
constexpr std::size_t kPieceBytes = kMiB;

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// Both descriptors closed on exec; ours does not block, the worker's does.
std::array<int, 2> make_sockets() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    check(errno, "socketpair");
  }
  ::fcntl(pair[0], F_SETFL, O_NONBLOCK);
  return pair;
}

// The server's environment may hold secrets; a worker needs none of it but what loads libraries
// and tunes the memory allocator and sanitizers.
std::vector<char*> worker_environment() {
  constexpr std::string_view kPassed[] = {"LD_",    "MALLOC_", "GLIBC_", "ASAN_",
                                          "UBSAN_", "TSAN_",   "LSAN_"};
  std::vector<char*> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (std::ranges::any_of(kPassed, [&](auto prefix) { return text.starts_with(prefix); })) {
      result.push_back(*entry);
    }
  }
  result.push_back(nullptr);
  return result;
}

// What posix_spawn() is to do between fork and exec. It forks without copying our memory, and is
// safe in a process with threads.
class SpawnPlan {
 public:
  SpawnPlan(int socket, const std::string& source_file) {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_adddup2(&files_, socket, kWorkerSocket);
    posix_spawn_file_actions_addopen(&files_, kWorkerSources, source_file.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    // Decoders write there what they think of a file: strangers' files would fill our log. But a
    // sanitizer's report is to be seen.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
    posix_spawn_file_actions_addclosefrom_np(&files_, kWorkerSources + 1);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGCHLD);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // An errno.
  int run(const std::string& executable, pid_t& pid) {
    std::string name = kWorkerName;
    std::array<char*, 2> arguments{name.data(), nullptr};
    const auto environment = worker_environment();
    return ::posix_spawn(&pid, executable.c_str(), &files_, &attributes_, arguments.data(),
                         environment.data());
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Link::Link(Loop& loop, const std::string& executable, std::size_t max_source_bytes, Events events)
    : loop_(loop), events_(std::move(events)), reader_(kMaxBodyBytes), sources_(max_source_bytes) {
  const auto [ours, theirs] = make_sockets();
  socket_ = ours;
  const int error = SpawnPlan(theirs, sources_.path()).run(executable, pid_);
  ::close(theirs);
  if (error == 0) process_ = ::pidfd_open(pid_, 0);
  if (error != 0 || process_ < 0) {
    const int reason = error != 0 ? error : errno;
    if (error == 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(socket_);
    check(reason, executable.c_str());
  }
  loop_.watch(process_, {.read = true}, [this](Loop::Ready) { on_exit(); });
  loop_.watch(socket_, {.read = true}, [this](Loop::Ready ready) { on_ready(ready); });
}

Link::~Link() {
  hang_up();
  kill();
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  forget_process();
}

void Link::send(const std::string& head, SharedBytes source) {
  if (socket_ < 0) return;
  sources_.clear();
  source_ = std::move(source);
  copied_ = 0;
  output_ = frame_start(head.size(), 0) + head;
  written_ = 0;
  write();
}

void Link::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

std::optional<int> Link::reap() {
  int status = 0;
  if (pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  return status;
}

void Link::on_ready(Loop::Ready ready) {
  if (ready.write && written_ < output_.size()) write();
  if (ready.read && socket_ >= 0) read();
}

void Link::on_exit() {
  const auto status = reap();
  if (!status) return;
  hang_up();
  forget_process();
  // The link may be destroyed by the call, and with it what is being called.
  auto on_end = std::move(events_.on_end);
  on_end(*status);
}

void Link::write() {
  if (source_ != nullptr) {
    const auto piece = std::string_view(*source_).substr(copied_, kPieceBytes);
    if (!sources_.append(piece)) return kill();
    copied_ += piece.size();
    if (copied_ == source_->size()) source_.reset();
  }
  while (source_ == nullptr && written_ < output_.size()) {
    const ssize_t put =
        ::send(socket_, output_.data() + written_, output_.size() - written_, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return kill();
    if (put < 0) break;
    written_ += static_cast<std::size_t>(put);
  }
  // The source's next piece waits for the socket as well, which is ready by the next turn.
  loop_.rewatch(socket_, {.read = true, .write = written_ < output_.size()});
}

void Link::read() {
  // A few reads per turn: a small answer comes whole, a large one does not hold up the loop.
  constexpr int kReadsPerTurn = 8;
  for (int i = 0; i < kReadsPerTurn && socket_ >= 0; ++i) {
    const FrameReader::Room room = reader_.room();
    const ssize_t got = ::read(socket_, room.at, room.bytes);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (got <= 0 || !reader_.received(static_cast<std::size_t>(got))) {
      hang_up();
      return kill();
    }
    if (auto frame = reader_.take()) events_.on_frame(std::move(*frame));
  }
}

void Link::forget_process() {
  if (process_ < 0) return;
  loop_.unwatch(process_);
  ::close(process_);
  process_ = -1;
}

void Link::hang_up() {
  if (socket_ < 0) return;
  loop_.unwatch(socket_);
  ::close(socket_);
  socket_ = -1;
  source_.reset();
}

}  // namespace likeness::imaging
