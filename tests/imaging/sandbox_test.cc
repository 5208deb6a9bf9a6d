#include "imaging/sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "config/settings.h"

namespace likeness::imaging {
namespace {

// Runs `attempt` in a sandboxed child; true if it says so there.
template <class Attempt>
bool in_sandbox(const Attempt& attempt) {
  constexpr int kYes = 17;
  constexpr int kNoSandbox = 18;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!enter_sandbox(8'192 * kMiB)) ::_exit(kNoSandbox);
    ::_exit(attempt() ? kYes : 2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) != kNoSandbox);
  return WEXITSTATUS(status) == kYes;
}

bool refused(long result) { return result == -1 && errno == EPERM; }

TEST_CASE("the sandbox lets no file be opened, made or removed") {
  CHECK(in_sandbox([] { return refused(::open("/etc/passwd", O_RDONLY)); }));
  CHECK(in_sandbox([] { return refused(::open("/tmp/likeness-test", O_CREAT | O_RDWR, 0600)); }));
  CHECK(in_sandbox([] { return refused(::unlink("/tmp/likeness-no-such-file")); }));
}

TEST_CASE("the sandbox lets no socket be made") {
  CHECK(in_sandbox([] { return refused(::socket(AF_INET, SOCK_STREAM, 0)); }));
  CHECK(in_sandbox([] { return refused(::socket(AF_UNIX, SOCK_STREAM, 0)); }));
}

TEST_CASE("the sandbox lets no program or process be started") {
  CHECK(in_sandbox([] { return refused(::fork()); }));
  CHECK(in_sandbox([] {
    char* const arguments[] = {nullptr};
    return refused(::execve("/bin/true", arguments, arguments));
  }));
  CHECK(in_sandbox([] { return refused(::kill(::getppid(), 0)); }));
}

TEST_CASE("the sandbox lets no memory be executed") {
  CHECK(in_sandbox([] {
    void* const memory = ::mmap(nullptr, 4'096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED && errno == EPERM;
  }));
  CHECK(in_sandbox([] {
    void* const memory =
        ::mmap(nullptr, 4'096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return refused(::mprotect(memory, 4'096, PROT_READ | PROT_EXEC));
  }));
}

TEST_CASE("the sandbox leaves memory, threads and open descriptors") {
  int fds[2];
  REQUIRE(::pipe(fds) == 0);
  CHECK(in_sandbox([&] { return ::write(fds[1], "x", 1) == 1; }));
  char byte = 0;
  CHECK(::read(fds[0], &byte, 1) == 1);
  ::close(fds[0]);
  ::close(fds[1]);
  CHECK(in_sandbox([] { return std::string(100 * kMiB, 'x').size() == 100 * kMiB; }));
  CHECK(in_sandbox([] {
    // Not std::thread, whose checks under UBSan want a pipe.
    pthread_t thread{};
    int value = 0;
    void* result = nullptr;
    const auto same = [](void* argument) { return argument; };
    return ::pthread_create(&thread, nullptr, same, &value) == 0 &&
           ::pthread_join(thread, &result) == 0 && result == &value;
  }));
}

}  // namespace
}  // namespace likeness::imaging
