#include "proxy/process.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "cache/memory_cache.h"
#include "cache/redis_store.h"
#include "cache/vouch.h"
#include "config/command_line.h"
#include "proxy/access/guard.h"
#include "proxy/access/permissions.h"
#include "proxy/counts.h"
#include "proxy/forward/upstream.h"
#include "proxy/forward/written_photos.h"
#include "proxy/gateway.h"
#include "proxy/news.h"
#include "proxy/origin/source.h"
#include "proxy/photo/service.h"
#include "proxy/purge/purge.h"
#include "proxy/purge/webhook.h"
#include "proxy/service_manager.h"
#include "proxy/shard.h"
#include "proxy/shared_pool.h"
#include "proxy/telemetry/log.h"
#include "proxy/telemetry/process.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {
namespace {

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

std::size_t count_of(int setting) {
  if (setting > 0) return static_cast<std::size_t>(setting);
  return std::max(1U, std::thread::hardware_concurrency());
}

// Does such an address of ours reach this machine alone?
bool is_local(std::string_view url) {
  return url.starts_with("unix:") || url.starts_with("http://127.") ||
         url.starts_with("http://[::1]");
}

// The settings with each loop's share of the limits that are given for the whole process.
Settings share_of(Settings settings, std::size_t loops) {
  const auto divide = [&](int& limit) {
    limit = std::max(std::min(limit, 1), limit / static_cast<int>(loops));
  };
  divide(settings.http.max_connections);
  divide(settings.origin.max_concurrent);
  divide(settings.origin.max_queued);
  return settings;
}

}  // namespace

class Process::State {
 public:
  State(const Settings& settings, const std::string& executable);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void drain();
  void reload(const Settings& settings);

  std::vector<std::string> urls;
  std::vector<std::string> operators_urls;

 private:
  // The sums of what the loops' parts count, gathered by visiting loop after loop.
  struct Scrape {
    Loop& here;
    std::move_only_function<void(std::string)> done;
    telemetry::Gauges gauges;
  };

  void start(const std::string& executable);
  [[nodiscard]] access::CurrentGuard make_guard(const Settings& settings);
  void tear_down();
  void start_shard(std::size_t index, const std::string& executable);
  [[nodiscard]] cache::RouterEvents redis_events(Shard& shard, bool tells_news);
  void start_purge(Loop& home);
  [[nodiscard]] http::BodyRule body_rule(http::Method method, std::string_view path) const;
  void start_server(Shard& shard);
  [[nodiscard]] std::unique_ptr<forward::Forwarder> make_forwarder(Loop& loop);
  [[nodiscard]] fallback::Names::Ask names(Loop& here);
  void listen();
  void listen(const std::string& address, bool announced, bool operators);
  void listen(const std::vector<http::Listener>& listeners);
  void watch_over(milliseconds period, std::size_t next);
  void scrape(std::unique_ptr<Scrape> scrape, std::size_t next);
  void count_singles(telemetry::Gauges& gauges) const;
  void flush();

  Settings settings_;
  Settings per_loop_;
  std::optional<cache::RedisTarget> redis_;
  const Clock::time_point started_ = Clock::now();
  std::atomic<bool> draining_ = false;
  cache::MemoryCache memory_;
  cache::MemoryCache drawings_;
  fallback::Images images_;
  cache::Vouch vouch_;
  telemetry::AccessLog access_log_;
  proof::Tokens tokens_;
  access::ClientLimits limits_;
  std::unique_ptr<origin::Source> source_;
  std::unique_ptr<forward::Upstream> upstream_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<photo::Service> service_;
  std::promise<Result<void>> imaging_;  // Its first worker is ready, or cannot be started.
  // On the first loop, all four.
  std::unique_ptr<SharedPool> pool_;
  std::unique_ptr<News> news_;  // Where there is a Redis.
  std::unique_ptr<purge::Webhook> webhook_;
  std::unique_ptr<purge::Purge> purge_;
  std::unique_ptr<access::Permissions> permissions_;
};

Process::State::State(const Settings& settings, const std::string& executable)
    : settings_(settings),
      per_loop_(share_of(settings, count_of(settings.http.workers))),
      redis_(value_or_throw(cache::parse_redis_url(settings.redis.url))),
      memory_(settings_.memory),
      drawings_({.capacity_bytes = settings_.fallback.memory_bytes}),
      images_(settings_.fallback.folder, settings_.imaging.max_source_bytes),
      vouch_(redis_ ? std::optional(settings.redis.max_unheard) : std::nullopt),
      access_log_(settings_.log),
      tokens_(settings_.access),
      limits_(settings_.limits),
      source_(origin::make_source(settings_, per_loop_.origin, tokens_)),
      upstream_(forward::make_upstream(settings_, count_of(settings_.http.workers))) {
  try {
    start(executable);
  } catch (...) {
    tear_down();
    throw;
  }
}

access::CurrentGuard Process::State::make_guard(const Settings& settings) {
  const bool origin_knows_callers = settings_.origin.auth == "caller";
  return std::make_shared<const access::Guard>(settings, origin_knows_callers, tokens_, limits_);
}

// What can fail comes first.
void Process::State::reload(const Settings& settings) {
  const access::CurrentGuard guard = make_guard(settings);
  tokens_.replace(settings.access);
  limits_.change(settings.limits);
  access_log_.reopen();
  for (const auto& shard : shards_) shard->loop.run([&] { shard->guard = guard; });
}

void Process::State::start(const std::string& executable) {
  const access::CurrentGuard guard = make_guard(settings_);
  for (std::size_t i = 0; i < count_of(settings_.http.workers); ++i)
    shards_.push_back(std::make_unique<Shard>("loop-" + std::to_string(i)));
  for (const auto& shard : shards_) shard->guard = guard;
  if (redis_) news_ = std::make_unique<News>(shards_.front()->loop, settings_.redis, vouch_);
  for (std::size_t i = 0; i < shards_.size(); ++i)
    shards_[i]->loop.run([&] { start_shard(i, executable); });
  std::vector<photo::Service::Home> homes;
  homes.reserve(shards_.size());
  for (const auto& shard : shards_) homes.push_back({&shard->loop, shard->flights.get()});
  service_ =
      std::make_unique<photo::Service>(memory_, vouch_, settings_.freshness, std::move(homes));
  start_purge(shards_.front()->loop);
  if (news_) news_->start(*service_);
  std::vector<access::Permissions::Home> judges;
  judges.reserve(shards_.size());
  for (const auto& shard : shards_) judges.push_back({&shard->loop, shard->origin.get()});
  permissions_ = std::make_unique<access::Permissions>(settings_.access, memory_, judges);
  for (const auto& shard : shards_) shard->loop.run([&] { start_server(*shard); });
  listen();
  if (const auto period = service_manager::watchdog_period()) watch_over(*period, 0);
  // Hits are served meanwhile; misses wait for the workers.
  if (const auto started = imaging_.get_future().get(); !started)
    throw std::runtime_error("imaging: " + started.error().detail);
}

void Process::State::start_shard(std::size_t index, const std::string& executable) {
  Shard& shard = *shards_[index];
  if (index == 0) {
    pool_ = std::make_unique<SharedPool>(
        shard.loop, settings_.imaging, executable,
        [this](Result<void> started) { imaging_.set_value(std::move(started)); });
  }
  shard.origin = source_->open(shard.loop);
  if (redis_) {
    shard.store = std::make_unique<cache::RedisStore>(shard.loop, *redis_, settings_.redis,
                                                      settings_.memory.max_variants_per_photo,
                                                      redis_events(shard, index == 0));
  }
  photo::Ports ports{shard.loop,   memory_,       shard.store.get(),
                     vouch_,       *shard.origin, pool_->renderer(shard.loop),
                     shard.metrics};
  shard.flights = std::make_unique<photo::Flights>(std::move(ports), settings_);
}

// What changes in Redis is heard of once for all loops, on the first one, whose store knows where.
cache::RouterEvents Process::State::redis_events(Shard& shard, bool tells_news) {
  cache::RouterEvents events{
      .answered = [&shard](auto took) { shard.metrics.redis_answered(took); },
      .link =
          [&shard](bool usable, std::string_view reason) {
            if (!usable) return log::warn("redis cannot be used: {}", reason);
            log::info("redis is connected");
            if (shard.flights) shard.flights->store_is_back();
          },
      .masters = {}};
  if (tells_news) {
    events.masters = [this](const auto& masters) { news_->follow(masters); };
  }
  return events;
}

std::unique_ptr<forward::Forwarder> Process::State::make_forwarder(Loop& loop) {
  forward::Forget forget = [this, &loop](std::vector<std::string> photos,
                                         std::move_only_function<void()> done) {
    purge_->forget(loop, std::move(photos),
                   [done = std::move(done)](const Result<void>& told) mutable {
                     if (!told) log::warn("a written photo: {}", told.error().detail);
                     done();
                   });
  };
  return std::make_unique<forward::Forwarder>(loop, *upstream_, std::move(forget));
}

// What contacts are called, where we keep them.
fallback::Names::Ask Process::State::names(Loop& here) {
  contacts::StoreThread* contacts = source_->contacts();
  if (contacts == nullptr) return {};
  return [contacts, &here](std::string_view photo, fallback::Names::Answer done) {
    contacts->ask<std::string>(
        here,
        [id = std::string(photo)](contacts::ContactStore& store) { return store.owner_name(id); },
        std::move(done));
  };
}

void Process::State::start_purge(Loop& home) {
  purge::Purge::TellCdn tell_cdn;
  if (settings_.purge.url != "none") {
    shards_.front()->loop.run(
        [&] { webhook_ = std::make_unique<purge::Webhook>(home, settings_.purge); });
    tell_cdn = [this](const auto& tags) { return webhook_ && webhook_->enqueue(tags); };
  }
  purge_ = std::make_unique<purge::Purge>(*service_, settings_.cdn, home, std::move(tell_cdn));
}

http::BodyRule Process::State::body_rule(http::Method method, std::string_view path) const {
  if (Admin::owns(path)) return {.most = Admin::kMaxBody};
  if (upstream_ && upstream_->takes(path))
    return {.most = upstream_->max_request_bytes, .follows = !forward::is_told_by_body(path)};
  const bool store = source_->contacts() != nullptr;
  return {.most = std::max(call_body_limit(settings_.photo, method, path),
                           store ? rest::body_limit(settings_.contacts, method, path) : 0)};
}

void Process::State::start_server(Shard& shard) {
  ProcessView view{.metrics =
                       [this](Loop& here, std::move_only_function<void(std::string)> done) {
                         scrape(std::make_unique<Scrape>(here, std::move(done)), 0);
                       },
                   .ready = [this] { return !draining_.load(std::memory_order_relaxed); },
                   .purge =
                       [this](Loop& here, purge::Order order, purge::Purge::Done done) {
                         purge_->carry_out(here, std::move(order), std::move(done));
                       },
                   .list_photos =
                       [this](Loop& here, origin::Source::Done done) {
                         source_->list(here, Page::kMaxListed, std::move(done));
                       }};
  if (contacts::StoreThread* contacts = source_->contacts())
    shard.store_face = std::make_unique<rest::StoreFace>(
        rest::Ports{shard.loop, *contacts,
                    [this, &shard](auto photos, auto done) {
                      purge_->forget(shard.loop, std::move(photos), std::move(done));
                    },
                    pool_->renderer(shard.loop)},
        tokens_, settings_);
  if (upstream_) shard.forwarder = make_forwarder(shard.loop);
  shard.fallbacks = std::make_unique<fallback::Fallbacks>(
      fallback::Fallbacks::Ports{drawings_, images_, pool_->renderer(shard.loop),
                                 names(shard.loop)},
      settings_.fallback, settings_.cdn.fallback_max_age);
  shard.gateway = std::make_unique<Gateway>(shard.loop, *service_, *shard.fallbacks, shard.guard,
                                            *permissions_, settings_, std::move(view),
                                            Audit{shard.metrics, access_log_, settings_.log.slow},
                                            shard.store_face.get(), shard.forwarder.get());
  shard.server = std::make_unique<http::Server>(
      shard.loop, per_loop_.http,
      [gateway = shard.gateway.get()](const http::Request& request, http::Responder responder) {
        gateway->handle(request, std::move(responder));
      },
      [this](http::Method method, std::string_view path) { return body_rule(method, path); });
}

void Process::State::listen() {
  const auto inherited = service_manager::take_sockets();
  for (const int fd : inherited)
    listen(value_or_throw(http::inherit_listeners(fd, static_cast<int>(shards_.size()))));
  if (inherited.empty())
    for (const std::string& address : settings_.http.listen) listen(address, false, false);
  for (const std::string& address : settings_.http.proxy_listen) listen(address, true, false);
  for (const std::string& address : settings_.http.admin_listen) listen(address, false, true);
}

void Process::State::listen(const std::string& address, bool announced, bool operators) {
  auto listeners = value_or_throw(http::open_listeners(address, static_cast<int>(shards_.size())));
  for (http::Listener& listener : listeners) {
    listener.announced = announced;
    listener.operators = operators;
  }
  listen(listeners);
}

// One for each loop.
void Process::State::listen(const std::vector<http::Listener>& listeners) {
  const http::Listener& first = listeners.front();
  (first.operators ? operators_urls : urls).push_back(first.url);
  const bool open = source_->contacts() != nullptr && settings_.access.tokens.empty();
  if (open && !is_local(first.url))
    log::warn("everyone who reaches {} may read and change the contacts: set access.tokens",
              first.url);
  for (std::size_t i = 0; i < shards_.size(); ++i)
    shards_[i]->loop.run([&] { shards_[i]->server->listen(listeners[i]); });
}

// The service manager hears that we are alive whenever every loop, one after the other, has done
// something.
void Process::State::watch_over(milliseconds period, std::size_t next) {
  if (draining_) return;
  if (next < shards_.size()) {
    shards_[next]->loop.post([this, period, next] { watch_over(period, next + 1); });
    return;
  }
  service_manager::tell_alive();
  Loop& first = shards_.front()->loop;
  first.post(
      [this, &first, period] { first.after(period, [this, period] { watch_over(period, 0); }); });
}

// Each loop adds what it counts and passes the sum on; the asking loop renders it.
void Process::State::scrape(std::unique_ptr<Scrape> scrape, std::size_t next) {
  if (next < shards_.size()) {
    shards_[next]->loop.post([this, next, sum = std::move(scrape)]() mutable {
      count(*shards_[next], sum->gauges);
      if (next == 0) count_singles(sum->gauges);
      this->scrape(std::move(sum), next + 1);
    });
    return;
  }
  Loop& here = scrape->here;
  here.post([this, sum = std::move(scrape)] {
    telemetry::Gauges& gauges = sum->gauges;
    count(memory_.stats(), gauges);
    const auto resident = telemetry::read_resident_memory();
    gauges.resident_bytes = resident.process;
    gauges.workers_resident_bytes = resident.children;
    gauges.uptime_seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    gauges.version = config::version();
    gauges.access_log_dropped = access_log_.dropped();
    std::vector<const telemetry::Metrics*> loops;
    loops.reserve(shards_.size());
    for (const auto& shard : shards_) loops.push_back(&shard->metrics);
    sum->done(telemetry::render_prometheus(loops, gauges));
  });
}

// What lives on the first loop alone.
void Process::State::count_singles(telemetry::Gauges& gauges) const {
  if (news_) news_->count(gauges);
  if (webhook_) count(webhook_->stats(), gauges);
  count(pool_->stats(), gauges);
}

void Process::State::drain() {
  draining_ = true;
  std::vector<std::future<void>> drained;
  for (const auto& shard : shards_) {
    auto promise = std::make_shared<std::promise<void>>();
    drained.push_back(promise->get_future());
    shard->loop.run([&] { shard->server->drain([promise] { promise->set_value(); }); });
  }
  for (auto& one : drained) one.wait();
}

Process::State::~State() { tear_down(); }

// Each part goes on the loop that it lives on. First nothing new comes in, then the flights stop
// and nothing is under way any more, then the last callbacks cross between the loops; only then may
// what they refer to go.
void Process::State::tear_down() {
  draining_ = true;
  for (const auto& shard : shards_) {
    shard->loop.run([&] {
      shard->server.reset();
      if (shard->store_face) shard->store_face->ports.leaving = true;
    });
  }
  if (!shards_.empty())
    shards_.front()->loop.run([&] {
      if (pool_) pool_->stop();
    });
  flush();  // An upload asks the contact store when its picture is made.
  for (const auto& shard : shards_) {
    shard->loop.run([&] {
      if (&shard == &shards_.front()) {
        webhook_.reset();
        if (news_) news_->stop();
      }
      if (shard->flights) shard->flights->stop();
      shard->origin.reset();
      shard->forwarder.reset();
      shard->store.reset();
    });
  }
  source_.reset();
  flush();
  for (const auto& shard : shards_) {
    shard->loop.run([&] {
      shard->gateway.reset();
      shard->store_face.reset();
      shard->fallbacks.reset();
      shard->flights.reset();
    });
  }
}

// Lets every task that is queued on a loop run, and what such a task posts to another loop: a
// request crosses at most to its owner, to the pool, and back.
void Process::State::flush() {
  constexpr int kCrossings = 4;
  for (int i = 0; i < kCrossings; ++i)
    for (const auto& shard : shards_) shard->loop.run([] {});
}

Process::Process(const Settings& settings, const std::string& executable)
    : state_(std::make_unique<State>(settings, executable)) {}

Process::~Process() = default;

const std::vector<std::string>& Process::urls() const { return state_->urls; }

const std::vector<std::string>& Process::operators_urls() const { return state_->operators_urls; }

void Process::drain() { state_->drain(); }

void Process::reload(const Settings& settings) { state_->reload(settings); }

}  // namespace likeness
