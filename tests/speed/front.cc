#include "tests/speed/front.h"

#include <future>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "cache/memory_cache.h"
#include "cache/redis_store.h"
#include "cache/vouch.h"
#include "proxy/access/guard.h"
#include "proxy/access/permissions.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/gateway.h"
#include "proxy/http/server.h"
#include "proxy/photo/service.h"

namespace likeness::test {
namespace {

constexpr std::size_t kPictureBytes = 3'000;

class PhotosOfOthers final : public origin::Origin {
 public:
  explicit PhotosOfOthers(Loop& loop) : loop_(loop) {}
  void fetch(std::string_view photo, const origin::Validators&, const origin::Credentials&,
             Done done) override {
    if (photo == "nobody@example.com")
      return loop_.post([then = std::move(done)]() mutable { then(fail(Errc::no_photo)); });
    loop_.post(
        [bytes = share("source of " + std::string(photo)), then = std::move(done)]() mutable {
          then(origin::Fetched{.bytes = std::move(bytes), .validators = {}, .max_age = {}});
        });
  }
  void check(std::string_view, const origin::Validators&, const origin::Credentials&,
             Checked done) override {
    loop_.post([then = std::move(done)]() mutable { then({}); });
  }
  [[nodiscard]] origin::OriginStats stats() const override { return {}; }

 private:
  Loop& loop_;
};

imaging::Rendered rendered(const imaging::Job& job) {
  imaging::Rendered result{.info = {.size = {648, 648}, .content_type = "image/jpeg"}};
  for (const imaging::Spec& spec : job.wanted)
    result.pictures.push_back({.bytes = share(std::string(kPictureBytes, 'p')), .size = spec.box});
  return result;
}

}  // namespace

class Front::State {
 public:
  explicit State(const Settings& settings);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ReactorLoop loop{"front"};
  int port = 0;

 private:
  void open_store();
  void open_gateway();
  void listen();
  void render(const imaging::Job& job, imaging::Pool::Done done);
  [[nodiscard]] std::function<void(imaging::Job, imaging::Pool::Done)> renderer();

  const Settings settings_;
  const std::optional<cache::RedisTarget> redis_;
  cache::MemoryCache memory_;
  cache::MemoryCache drawings_;
  fallback::Images images_;
  cache::Vouch vouch_;
  telemetry::AccessLog access_log_;
  telemetry::Metrics metrics_;
  proof::Tokens tokens_;
  access::ClientLimits limits_;
  PhotosOfOthers origin_{loop};
  access::CurrentGuard guard_;
  std::promise<void> connected_;
  bool was_connected_ = false;
  std::unique_ptr<cache::RedisStore> store_;
  std::unique_ptr<photo::Flights> flights_;
  std::unique_ptr<photo::Service> service_;
  std::unique_ptr<access::Permissions> permissions_;
  std::unique_ptr<fallback::Fallbacks> fallbacks_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<http::Server> server_;
};

Front::State::State(const Settings& settings)
    : settings_(settings),
      redis_(cache::parse_redis_url(settings_.redis.url).value()),
      memory_(settings_.memory),
      drawings_({.capacity_bytes = settings_.fallback.memory_bytes}),
      images_("", 0),
      vouch_(redis_ ? std::optional(settings_.redis.max_unheard) : std::nullopt),
      access_log_(settings_.log),
      tokens_(settings_.access),
      limits_(settings_.limits),
      guard_(std::make_shared<const access::Guard>(settings_, false, tokens_, limits_)) {
  loop.run([this] { open_store(); });
  if (redis_) connected_.get_future().wait();
  service_ =
      std::make_unique<photo::Service>(memory_, vouch_, settings_.freshness,
                                       std::vector<photo::Service::Home>{{&loop, flights_.get()}});
  permissions_ = std::make_unique<access::Permissions>(
      settings_.access, memory_, std::vector<access::Permissions::Home>{{&loop, &origin_}});
  loop.run([this] {
    open_gateway();
    listen();
  });
}

void Front::State::open_store() {
  if (redis_) {
    cache::RouterEvents events{.answered = [this](auto took) { metrics_.redis_answered(took); },
                               .link =
                                   [this](bool usable, std::string_view) {
                                     if (usable && !std::exchange(was_connected_, true))
                                       connected_.set_value();
                                   },
                               .masters = {}};
    store_ = std::make_unique<cache::RedisStore>(
        loop, *redis_, settings_.redis, settings_.memory.max_variants_per_photo, std::move(events));
  }
  flights_ = std::make_unique<photo::Flights>(
      photo::Ports{loop, memory_, store_.get(), vouch_, origin_, renderer(), metrics_}, settings_);
}

void Front::State::open_gateway() {
  fallbacks_ = std::make_unique<fallback::Fallbacks>(
      fallback::Fallbacks::Ports{drawings_, images_, renderer(), {}}, settings_.fallback,
      settings_.cdn.fallback_max_age);
  gateway_ = std::make_unique<Gateway>(
      loop, *service_, *fallbacks_, guard_, *permissions_, settings_, ProcessView{},
      Audit{metrics_, access_log_, settings_.log.slow}, nullptr, nullptr);
  server_ = std::make_unique<http::Server>(
      loop, settings_.http,
      [this](const http::Request& request, http::Responder responder) {
        gateway_->handle(request, std::move(responder));
      },
      [this](http::Method method, std::string_view path) {
        return http::BodyRule{.most = call_body_limit(settings_.photo, method, path)};
      });
}

void Front::State::listen() {
  const auto listener = http::open_listener("127.0.0.1:0", false);
  if (!listener) throw std::runtime_error(listener.error().detail);
  port = std::stoi(listener->url.substr(listener->url.rfind(':') + 1));
  server_->listen(*listener);
}

std::function<void(imaging::Job, imaging::Pool::Done)> Front::State::renderer() {
  return [this](const imaging::Job& job, imaging::Pool::Done done) {
    loop.post(
        [result = rendered(job), then = std::move(done)]() mutable { then(std::move(result)); });
  };
}

// As Process does it: nothing new comes in, the flights stop, their callbacks end, all goes.
Front::State::~State() {
  loop.run([this] {
    server_.reset();
    flights_->stop();
    store_.reset();
  });
  loop.run([this] {
    gateway_.reset();
    fallbacks_.reset();
    flights_.reset();
  });
}

Front::Front(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Front::~Front() = default;
int Front::port() const { return state_->port; }
ReactorLoop& Front::loop() { return state_->loop; }

}  // namespace likeness::test
