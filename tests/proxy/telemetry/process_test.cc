#include "proxy/telemetry/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace likeness::telemetry {
namespace {

TEST_CASE("this process has resident memory, and its children's is told apart") {
  CHECK(read_resident_memory().process > 100'000);
  CHECK(read_resident_memory().children == 0);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {  // Lives until the other end closes.
    ::close(ends[1]);
    char byte = 0;
    [[maybe_unused]] const auto got = ::read(ends[0], &byte, 1);
    ::_exit(0);
  }
  REQUIRE(child > 0);
  ::close(ends[0]);
  CHECK(read_resident_memory().children > 0);
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
  CHECK(read_resident_memory().children == 0);
}

}  // namespace
}  // namespace likeness::telemetry
