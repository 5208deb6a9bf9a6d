#include "proxy/telemetry/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

namespace likeness {
namespace {

// Catches what is written to standard error while it lives.
class Stderr {
 public:
  Stderr() : file_(std::tmpfile()), saved_(::dup(STDERR_FILENO)) {
    REQUIRE(file_ != nullptr);
    std::fflush(stderr);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~Stderr() {
    std::fflush(stderr);
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    std::fclose(file_);
  }
  Stderr(const Stderr&) = delete;
  Stderr& operator=(const Stderr&) = delete;

  [[nodiscard]] std::string text() const {
    std::fflush(stderr);
    std::string text(static_cast<std::size_t>(::lseek(::fileno(file_), 0, SEEK_END)), '\0');
    const auto got = ::pread(::fileno(file_), text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

 private:
  std::FILE* file_;
  int saved_;
};

std::string logged(const std::string& level, const std::function<void()>& work) {
  const Stderr captured;
  {
    const log::Running running(LogSettings{.level = level});
    work();
  }
  return captured.text();
}

TEST_CASE("a message reaches standard error before the log ends") {
  const std::string text = logged("info", [] { log::info("{} of {}", 1, "two"); });
  CHECK_THAT(text, Catch::Contains(" info 1 of two\n"));
}

TEST_CASE("messages below the level are not written") {
  const auto all = [] {
    log::debug("d");
    log::info("i");
    log::warn("w");
    log::error("e");
  };
  const auto lines = [&](const std::string& level) {
    const std::string text = logged(level, all);
    return std::count(text.begin(), text.end(), '\n');
  };
  CHECK(lines("trace") == 4);
  CHECK(lines("debug") == 4);
  CHECK(lines("info") == 3);
  CHECK(lines("warn") == 2);
  CHECK(lines("error") == 1);
  CHECK(lines("off") == 0);
}

TEST_CASE("nothing is logged before the log runs and after it ended") {
  const Stderr captured;
  log::error("before");
  {
    const log::Running running(LogSettings{.level = "info"});
  }
  log::error("after");
  CHECK(captured.text().empty());
}

TEST_CASE("a message is one line, whatever is in it") {
  const std::string text = logged("info", [] { log::info("a\r\nb\x1b[31mc{}", '\0'); });
  CHECK_THAT(text, Catch::Contains("a??b?[31mc?\n"));
}

TEST_CASE("braces in a message are no format") {
  CHECK_THAT(logged("info", [] { log::info("{}", "{0} {"); }), Catch::Contains("{0} {"));
}

TEST_CASE("many threads log at once, and what does not fit is dropped and counted") {
  constexpr int kThreads = 4;
  constexpr int kMessages = 5'000;
  const Stderr captured;
  std::uint64_t dropped = 0;
  {
    const log::Running running(LogSettings{.level = "info"});
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([i] {
          for (int n = 0; n < kMessages; ++n) log::info("thread {} says {}", i, n);
        });
      }
    }
    dropped = running.dropped();
  }
  const std::string text = captured.text();
  const auto written = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  CHECK(written + dropped == kThreads * kMessages);
}

}  // namespace
}  // namespace likeness
