#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <variant>

#include "cache/redis_url.h"
#include "config/command_line.h"
#include "config/sources.h"
#include "imaging/samples.h"
#include "imaging/worker.h"
#include "proxy/process.h"
#include "proxy/telemetry/log.h"

namespace likeness {
namespace {

int complain(std::string_view what, int exit_code = EXIT_FAILURE) {
  std::fprintf(stderr, "likeness: %.*s\n", static_cast<int>(what.size()), what.data());
  return exit_code;
}

int run(const config::Print& print) {
  std::FILE* out = print.exit_code == 0 ? stdout : stderr;
  return std::fputs(print.text.c_str(), out) < 0 ? EXIT_FAILURE : print.exit_code;
}

int run(const config::CheckConfig& check) {
  const auto settings = config::load({.file = check.file, .environment = {}, .flags = {}});
  if (!settings) return complain(settings.error().detail);
  if (const auto redis = cache::parse_redis_url(settings->redis.url); !redis)
    return complain("redis.url: " + redis.error().detail);
  std::printf("%s is valid\n", check.file.c_str());
  return EXIT_SUCCESS;
}

int run(const config::DrawSamples& draw) {
  const auto drawn = imaging::draw_samples(draw.folder);
  return drawn ? EXIT_SUCCESS : complain(drawn.error().detail);
}

// As many descriptors as the system lets us have: connections are counted by a limit of our own.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const config::Serve& serve) {
  const auto settings = config::load(
      {.file = serve.file, .environment = config::process_environment(), .flags = serve.flags});
  if (!settings) return complain(settings.error().detail, config::kUsageError);

  // Blocked before any thread starts, so that only the sigwait() below ever sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  const log::Running logging(settings->log);
  Process process(*settings, "/proc/self/exe");
  for (const std::string& url : process.urls()) std::printf("ready %s\n", url.c_str());
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&signals, &signal);
  log::info("signal {}: finishing what is in flight", signal);
  process.drain();
  return EXIT_SUCCESS;
}

int run_command(int argc, char** argv) {
  try {
    return std::visit([](const auto& command) { return run(command); },
                      config::parse_command_line(argc, argv));
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}

}  // namespace
}  // namespace likeness

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "imaging-worker")
    return likeness::imaging::run_worker();
  return likeness::run_command(argc, argv);
}
