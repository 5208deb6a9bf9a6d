#include "imaging/source_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "config/settings.h"

namespace likeness::imaging {
namespace {

TEST_CASE("what was put into a source file can be read from it") {
  SourceFile file(kMiB);
  const int other = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(other >= 0);
  CHECK(read_source(other, 0) == "");
  REQUIRE(file.append("original "));
  REQUIRE(file.append(std::string(100'000, 'x')));
  CHECK(read_source(other, 100'009) == "original " + std::string(100'000, 'x'));
  CHECK(read_source(other, 8) == "original");
  CHECK_FALSE(read_source(other, 2 * kMiB).has_value());
  file.clear();
  REQUIRE(file.append(std::string(kMiB, 'y')));
  CHECK(read_source(other, kMiB) == std::string(kMiB, 'y'));
  ::close(other);
}

TEST_CASE("a source file takes memory for what is in it, until it gives it back") {
  SourceFile file(64 * kMiB);
  struct stat status = {};
  const auto occupied = [&] {
    REQUIRE(::stat(file.path().c_str(), &status) == 0);
    return static_cast<std::size_t>(status.st_blocks) * 512;
  };
  CHECK(occupied() == 0);
  REQUIRE(file.append(std::string(kMiB + 1, 'x')));
  CHECK(occupied() > kMiB);
  CHECK(occupied() < 2 * kMiB);
  file.clear();
  CHECK(occupied() > kMiB);
  file.give_back_memory();
  CHECK(occupied() == 0);
  REQUIRE(file.append("next"));
  const int other = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  CHECK(read_source(other, 4) == "next");
  ::close(other);
}

TEST_CASE("a source file takes no more than it may hold, and keeps what it has") {
  SourceFile file(kMiB);
  REQUIRE(file.append("original"));
  CHECK_FALSE(file.append(std::string(kMiB, 'x')));
  CHECK(file.append(std::string(kMiB - 8, 'y')));
  const int other = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(other >= 0);
  CHECK(read_source(other, kMiB) == "original" + std::string(kMiB - 8, 'y'));
  ::close(other);
}

TEST_CASE("a source file that is open for reading cannot be changed") {
  SourceFile file(kMiB);
  REQUIRE(file.append("original"));
  const int other = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(other >= 0);
  CHECK(::pwrite(other, "x", 1, 0) < 0);
  CHECK(::ftruncate(other, 0) != 0);
  CHECK(::mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0) == MAP_FAILED);
  CHECK(read_source(other, 8) == "original");
  ::close(other);
}

}  // namespace
}  // namespace likeness::imaging
