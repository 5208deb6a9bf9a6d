#include "cache/redis_nodes.h"

#include <algorithm>
#include <utility>

namespace likeness::cache {
namespace {

void add_to(RedisStats& total, const RedisStats& one) {
  total.commands += one.commands;
  total.errors += one.errors;
  total.timeouts += one.timeouts;
  total.refused += one.refused;
  total.connects += one.connects;
  total.failures += one.failures;
  total.openings += one.openings;
  total.pending += one.pending;
  total.unsent_bytes += one.unsent_bytes;
}

}  // namespace

std::string name_of(const RedisAddress& address) {
  return address.host + ':' + std::to_string(address.port);
}

RedisNodes::RedisNodes(Loop& loop, RedisTarget login, const RedisSettings& settings,
                       RouterEvents events, std::function<void()> lost)
    : loop_(loop),
      login_(std::move(login)),
      settings_(settings),
      events_(std::move(events)),
      lost_(std::move(lost)) {}

RedisNodes::~RedisNodes() {
  for (const auto& [name, node] : nodes_) loop_.cancel(node.patience);
  for (const auto& [timer, client] : retired_) loop_.cancel(timer);
}

RedisTarget RedisNodes::target(const RedisAddress& address) const {
  RedisTarget target = login_;
  target.kind = RedisTarget::Kind::server;
  target.seeds.clear();
  target.host = address.host;
  target.port = address.port;
  return target;
}

std::string RedisNodes::add(const RedisAddress& address) {
  std::string name = name_of(address);
  auto [place, is_new] = nodes_.try_emplace(name);
  if (!is_new) return name;
  place->second.client = std::make_unique<RedisClient>(
      loop_, target(address), settings_,
      RedisEvents{.answered = events_.answered,
                  .link = [this, name](bool usable,
                                       std::string_view reason) { on_link(name, usable, reason); },
                  .message = {}});
  return name;
}

void RedisNodes::keep(const std::vector<std::string>& names) {
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    const auto next = std::next(node);
    if (std::ranges::find(names, node->first) == names.end())
      retire(std::move(nodes_.extract(node).mapped()));
    node = next;
  }
}

// Past its commands' deadline everything that it was asked has been answered, one way or another.
void RedisNodes::retire(Node node) {
  loop_.cancel(node.patience);
  for (Waiting& one : node.waiting) refuse(std::move(one.done), "the server has left the cluster");
  const auto key = std::make_shared<Loop::TimerId>();
  *key = loop_.after(2 * settings_.command_timeout, [this, key] {
    const auto done = retired_.extract(*key);
    RedisStats stats = done.mapped()->stats();
    stats.pending = stats.unsent_bytes = 0;
    add_to(past_, stats);
  });
  retired_.emplace(*key, std::move(node.client));
}

void RedisNodes::run(const std::string& name, const RedisCommand& command, RedisClient::Done done) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return refuse(std::move(done), "no server has this key now");
  Node& node = found->second;
  if (node.tried) return node.client->run(command, std::move(done));
  if (node.waiting.size() >= static_cast<std::size_t>(settings_.max_pending))
    return refuse(std::move(done), "too much in flight to Redis");
  node.waiting.push_back({command, std::move(done)});
  if (node.patience != Loop::TimerId::none) return;
  node.patience = loop_.after(settings_.command_timeout, [this, name] { end_wait(name); });
}

void RedisNodes::on_link(const std::string& name, bool usable, std::string_view reason) {
  end_wait(name);
  if (events_.link) events_.link(usable, name + ": " + std::string(reason));
  if (!usable) lost_();
}

void RedisNodes::end_wait(const std::string& name) {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) return;  // It is on its way out.
  Node& node = found->second;
  node.tried = true;
  loop_.cancel(std::exchange(node.patience, Loop::TimerId::none));
  // What is not connected refuses by itself.
  for (Waiting& one : std::exchange(node.waiting, {}))
    node.client->run(one.command, std::move(one.done));
}

void RedisNodes::refuse(RedisClient::Done done, const char* why) {
  ++refused_;
  loop_.post(lifetime_.bind(
      [then = std::move(done), why]() mutable { then(fail(Errc::store_unavailable, why)); }));
}

bool RedisNodes::connected(const std::string& name) const {
  const auto found = nodes_.find(name);
  return found != nodes_.end() && found->second.client->connected();
}

std::string RedisNodes::any_connected() const {
  for (const auto& [name, node] : nodes_)
    if (node.client->connected()) return name;
  return {};
}

std::vector<RedisNode> RedisNodes::list() const {
  std::vector<RedisNode> all;
  all.reserve(nodes_.size());
  for (const auto& [name, node] : nodes_)
    all.push_back({name, node.client->breaker(), node.client->stats().openings});
  return all;
}

RedisStats RedisNodes::stats() const {
  RedisStats total = past_;
  total.refused += refused_;
  for (const auto& [name, node] : nodes_) add_to(total, node.client->stats());
  for (const auto& [timer, client] : retired_) add_to(total, client->stats());
  return total;
}

}  // namespace likeness::cache
