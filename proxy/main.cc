#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "cache/redis_url.h"
#include "config/command_line.h"
#include "config/fields.h"
#include "config/quantity.h"
#include "config/sources.h"
#include "imaging/samples.h"
#include "imaging/worker_program.h"
#include "proxy/contacts/export.h"
#include "proxy/contacts/import.h"
#include "proxy/contacts/store.h"
#include "proxy/freed_memory.h"
#include "proxy/process.h"
#include "proxy/proof/hash.h"
#include "proxy/proof/signatures.h"
#include "proxy/service_manager.h"
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

int run(const config::HashToken&) {
  std::string token;
  std::getline(std::cin, token);
  if (token.ends_with('\r')) token.pop_back();
  if (token.empty()) return complain("hash-token: expected a token on standard input");
  std::printf("%s\n", proof::hex(proof::sha256(token)).c_str());
  return EXIT_SUCCESS;
}

int run(const config::Sign& sign) {
  std::optional<WallClock::time_point> expires;
  if (!sign.expires.empty()) {
    const auto life = config::parse_quantity(sign.expires, config::kSecondUnits);
    if (!life) return complain("--expires: expected a duration such as 30d", config::kUsageError);
    expires = WallClock::now() + seconds(*life);
  }
  const auto path = proof::SigningKeys({sign.key}).sign(sign.path, expires);
  if (!path) return complain(path.error().detail, config::kUsageError);
  std::printf("%s\n", path->c_str());
  return EXIT_SUCCESS;
}

Result<contacts::ContactStore> open_mailbox(const std::string& folder, std::string_view mailbox) {
  auto store = contacts::ContactStore::open(folder);
  if (!store) return store;
  if (auto made = store->ensure_mailbox(mailbox); !made) return std::unexpected(made.error());
  return store;
}

int run(const config::Import& import) {
  auto store = open_mailbox(import.store, import.mailbox);
  if (!store) return complain(store.error().detail);
  const auto show = [](const contacts::ImportReport& so_far) {
    std::fprintf(stderr, "\r%" PRId64 " contacts, %" PRId64 " photos",
                 so_far.created + so_far.updated + so_far.unchanged, so_far.photos);
  };
  const auto report =
      contacts::import_path(*store, import.mailbox, import.path,
                            ::isatty(STDERR_FILENO) != 0 ? show : contacts::Progress());
  if (!report) return complain(report.error().detail);
  for (const std::string& reason : report->reasons)
    std::fprintf(stderr, "skipped %s\n", reason.c_str());
  std::printf("%" PRId64 " created, %" PRId64 " updated, %" PRId64 " unchanged, %" PRId64
              " photos written, %" PRId64 " skipped\n",
              report->created, report->updated, report->unchanged, report->photos, report->skipped);
  return EXIT_SUCCESS;
}

int run(const config::Export& exported) {
  auto store = contacts::ContactStore::open(exported.store);
  if (!store) return complain(store.error().detail);
  const auto write = [](std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  };
  const auto written =
      contacts::export_vcards(*store, exported.mailbox, {}, contacts::VcardVersion::v4, write);
  if (!written) return complain(written.error().detail);
  return std::fflush(stdout) == 0 ? EXIT_SUCCESS : complain("the output cannot be written");
}

// As many descriptors as the system lets us have: connections are counted by a limit of our own.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Reads everything that SIGHUP reloads anew; if any of it is wrong, nothing changes.
void reload(const config::Sources& sources, Process& process, Settings& running) {
  const auto loaded = config::load(sources);
  if (!loaded) return log::error("SIGHUP: nothing is reloaded: {}", loaded.error().detail);
  // Who may see what hangs on listeners and the origin, too: those that there are.
  Settings changed = running;
  const auto others = config::take_over(*loaded, changed);
  try {
    process.reload(changed);
  } catch (const std::exception& error) {
    return log::error("SIGHUP: nothing is reloaded: {}", error.what());
  }
  log::change_level(changed.log);
  running = std::move(changed);
  for (const std::string_view other : others)
    log::warn("SIGHUP: {} takes effect with the next start", other);
  log::info("SIGHUP: keys, tokens, access and limits are reloaded");
}

int run(const config::Serve& serve) {
  const config::Sources sources{
      .file = serve.file, .environment = config::process_environment(), .flags = serve.flags};
  auto settings = config::load(sources);
  if (!settings) return complain(settings.error().detail, config::kUsageError);
  const auto worker = imaging::find_worker_program();
  if (!worker) return complain(worker.error().detail);

  // Blocked before any thread starts, so that only the sigwait() below ever sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A file that may not grow is a failed write, no reason to die.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  raise_descriptor_limit();
  give_back_freed_memory();

  const log::Running logging(settings->log);
  Process process(*settings, *worker);
  for (const std::string& url : process.operators_urls())
    std::printf("operators %s\n", url.c_str());
  for (const std::string& url : process.urls()) std::printf("ready %s\n", url.c_str());
  std::fflush(stdout);
  service_manager::tell_ready();
  int signal = 0;
  while (::sigwait(&signals, &signal) == 0 && signal == SIGHUP) reload(sources, process, *settings);
  log::info("signal {}: finishing what is in flight", signal);
  service_manager::tell_stopping();
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

int main(int argc, char** argv) { return likeness::run_command(argc, argv); }
