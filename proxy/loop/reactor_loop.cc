#include "proxy/loop/reactor_loop.h"

#include <pistache/reactor.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <csignal>
#include <exception>
#include <future>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "config/base/guarded.h"
#include "proxy/loop/timer_queue.h"
#include "proxy/telemetry/log.h"

namespace likeness {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;

int opened(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

// Whatever a callback throws ends here: an exception that reached Pistache would end the process.
template <class F>
void walled(F&& callback) {
  try {
    std::forward<F>(callback)();
  } catch (const std::exception& error) {
    log::error("loop: a callback threw: {}", error.what());
  } catch (...) {
    log::error("loop: a callback threw something unknown");
  }
}

Polling::NotifyOn interest(Loop::Ready wanted) {
  using Polling::NotifyOn;
  return (wanted.read ? NotifyOn::Read : NotifyOn::None) |
         (wanted.write ? NotifyOn::Write : NotifyOn::None);
}

// The one handler that we give to Pistache's reactor. All descriptors go through its table, our own
// wake-up and timer descriptors included.
//
// An event names its descriptor and the generation of its watch. The kernel hands events out in
// batches, so a callback may close a descriptor whose own event was already fetched, and open
// another one that gets the same number. The generation makes such an event match nothing: it can
// never reach the newcomer. This is how Pistache's own transport gives answers to the wrong client.
class Dispatcher final : public Aio::Handler {
 public:
  using Task = Loop::Task;
  using Ready = Loop::Ready;

  Dispatcher()
      : wake_fd_(opened(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
        timer_fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (timer_fd_ < 0) {
      ::close(wake_fd_);
      opened(timer_fd_, "timerfd");
    }
  }

  ~Dispatcher() override {
    ::close(timer_fd_);
    ::close(wake_fd_);
  }

  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Only a reactor with several threads clones its handlers.
  [[nodiscard]] std::shared_ptr<Aio::Handler> clone() const override {
    throw std::logic_error("a loop has one thread");
  }

  void registerPoller(Polling::Epoll& poller) override {
    poller_ = &poller;
    watch(wake_fd_, {.read = true}, [this](Ready) { run_posted(); });
    watch(timer_fd_, {.read = true}, [this](Ready) { run_due(); });
  }

  void onReady(const Aio::FdSet& events) override {
    now_ = Clock::now();
    wall_ = WallClock::now();
    for (const auto& event : events) dispatch(event);
    run_deferred();
    // Watches that ended in this turn may have been running; their callbacks die only now.
    while (!ended_.empty()) std::exchange(ended_, {}).clear();
  }

  [[nodiscard]] Clock::time_point now() const { return now_; }
  [[nodiscard]] WallClock::time_point wall() const { return wall_; }

  void post(Task task) {
    const bool first = posted_.with([&](std::vector<Task>& tasks) {
      tasks.push_back(std::move(task));
      return tasks.size() == 1;
    });
    if (!first) return;  // The wake-up for the first one is still on its way.
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = ::write(wake_fd_, &one, sizeof one);
  }

  void defer(Task task) { deferred_.push_back(std::move(task)); }

  Loop::TimerId after(std::chrono::milliseconds delay, Task task) {
    // Whole milliseconds let neighbouring deadlines share one wake-up.
    const auto due = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() + delay);
    const Loop::TimerId id = timers_.add(due, std::move(task));
    arm();
    return id;
  }

  void cancel(Loop::TimerId timer) { timers_.cancel(timer); }

  void watch(int fd, Ready wanted, Loop::OnReady on_ready) {
    const auto index = static_cast<std::size_t>(fd);
    if (watches_.size() <= index) watches_.resize(index + 1);
    assert(!watches_[index]);
    auto fresh = std::make_unique<Watch>();
    // Generation 0 is left out: tags that are a bare number are Pistache's own.
    if (++last_generation_ == 0) ++last_generation_;
    fresh->generation = last_generation_;
    fresh->on_ready = std::move(on_ready);
    rewatch(*fresh, fd, wanted);
    watches_[index] = std::move(fresh);
  }

  void rewatch(int fd, Ready wanted) {
    assert(watched(fd));
    rewatch(*watches_[static_cast<std::size_t>(fd)], fd, wanted);
  }

  void unwatch(int fd) {
    if (!watched(fd)) return;
    Watch& watch = *watches_[static_cast<std::size_t>(fd)];
    // It fails only for a descriptor that was closed too early, which has left epoll already.
    if (watch.polled) walled([&] { poller_->removeFd(fd); });
    ended_.push_back(std::move(watches_[static_cast<std::size_t>(fd)]));
  }

  // Destroys what will never run. The thread has ended.
  void forget() {
    while (!posted_.with([](auto& tasks) { return std::exchange(tasks, {}); }).empty()) {
    }
  }

 private:
  struct Watch {
    std::uint32_t generation = 0;
    Ready wanted;
    bool polled = false;
    Loop::OnReady on_ready;
  };

  [[nodiscard]] bool watched(int fd) const {
    return fd >= 0 && static_cast<std::size_t>(fd) < watches_.size() &&
           watches_[static_cast<std::size_t>(fd)] != nullptr;
  }

  // Nothing wanted takes the descriptor out of epoll, which would otherwise go on reporting a
  // hang-up, turn after turn, to somebody who has no use for it.
  void rewatch(Watch& watch, int fd, Ready wanted) {
    const Polling::Tag tag((std::uint64_t{watch.generation} << 32) | static_cast<unsigned>(fd));
    const Pistache::Flags<Polling::NotifyOn> flags(interest(wanted));
    const bool poll = wanted.read || wanted.write;
    if (poll && watch.polled) poller_->rearmFd(fd, flags, tag);
    if (poll && !watch.polled) poller_->addFd(fd, flags, tag);
    if (!poll && watch.polled) poller_->removeFd(fd);
    watch.polled = poll;
    watch.wanted = wanted;
  }

  void dispatch(const Aio::FdSet::Entry& event) {
    const std::uint64_t tag = event.getTag().value();
    const auto index = static_cast<std::size_t>(tag & 0xFFFF'FFFF);
    if (index >= watches_.size() || !watches_[index]) return;
    Watch& watch = *watches_[index];
    if (watch.generation != tag >> 32 || !watch.polled) return;
    // Pistache does not pass EPOLLERR on: an event without any flag was one.
    const bool silent = !event.isReadable() && !event.isWritable();
    const bool broken = event.isHangup() || silent;
    const Ready ready{.read = broken || (event.isReadable() && watch.wanted.read),
                      .write = broken || (event.isWritable() && watch.wanted.write)};
    if (ready.read || ready.write) walled([&] { watch.on_ready(ready); });
  }

  void run_posted() {
    // Read before taking the tasks: a task posted in between rings again.
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_fd_, &count, sizeof count);
    posted_.with([this](std::vector<Task>& tasks) { running_.swap(tasks); });
    run_tasks();
  }

  void run_deferred() {
    while (!deferred_.empty()) {
      running_.swap(deferred_);
      run_tasks();
    }
  }

  void run_tasks() {
    for (Task& task : running_) {
      walled([&] { std::exchange(task, {})(); });
    }
    running_.clear();
  }

  void run_due() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(timer_fd_, &count, sizeof count);
    armed_ = Clock::time_point::max();
    while (!timers_.empty() && timers_.next_due() <= now_) {
      Task task = timers_.pop();
      walled([&] { task(); });
    }
    arm();
  }

  // Cancelled timers do not disarm: an idle wake-up is cheaper than a system call per deadline.
  void arm() {
    if (timers_.empty() || timers_.next_due() >= armed_) return;
    armed_ = timers_.next_due();
    const auto since = armed_.time_since_epoch();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec when{};
    when.it_value.tv_sec = whole.count();
    when.it_value.tv_nsec = std::chrono::nanoseconds(since - whole).count();
    ::timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &when, nullptr);
  }

  const int wake_fd_;
  const int timer_fd_;
  Polling::Epoll* poller_ = nullptr;
  Clock::time_point now_ = Clock::now();
  WallClock::time_point wall_ = WallClock::now();
  std::vector<std::unique_ptr<Watch>> watches_;  // By descriptor.
  std::vector<std::unique_ptr<Watch>> ended_;
  std::uint32_t last_generation_ = 0;
  TimerQueue timers_;
  Clock::time_point armed_ = Clock::time_point::max();
  Guarded<std::vector<Task>> posted_;
  std::vector<Task> deferred_;
  std::vector<Task> running_;  // Kept for its capacity.
};

// All signals but the ones that a fault raises are left to the thread that waits for them.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF}) {
      sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

class ReactorLoop::Reactor {
 public:
  explicit Reactor(const std::string& name) : dispatcher_(std::make_shared<Dispatcher>()) {
    // A write to a socket that the peer has closed is an error code, never the process's end.
    std::signal(SIGPIPE, SIG_IGN);
    reactor_->init();
    reactor_->addHandler(dispatcher_);
    const BlockedSignals blocked;
    thread_ = std::thread([this, name] {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      walled([this] { reactor_->run(); });
    });
  }

  ~Reactor() {
    reactor_->shutdown();
    thread_.join();
    dispatcher_->forget();
  }

  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  Dispatcher& dispatcher() { return *dispatcher_; }

 private:
  std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Aio::Reactor> reactor_ = Aio::Reactor::create();
  std::thread thread_;
};

ReactorLoop::ReactorLoop(const std::string& name) : reactor_(std::make_unique<Reactor>(name)) {}
ReactorLoop::~ReactorLoop() = default;

Clock::time_point ReactorLoop::now() const { return reactor_->dispatcher().now(); }
WallClock::time_point ReactorLoop::wall() const { return reactor_->dispatcher().wall(); }
void ReactorLoop::post(Task task) { reactor_->dispatcher().post(std::move(task)); }
void ReactorLoop::defer(Task task) { reactor_->dispatcher().defer(std::move(task)); }
Loop::TimerId ReactorLoop::after(std::chrono::milliseconds delay, Task task) {
  return reactor_->dispatcher().after(delay, std::move(task));
}
void ReactorLoop::cancel(TimerId timer) { reactor_->dispatcher().cancel(timer); }
void ReactorLoop::watch(int fd, Ready wanted, OnReady on_ready) {
  reactor_->dispatcher().watch(fd, wanted, std::move(on_ready));
}
void ReactorLoop::rewatch(int fd, Ready wanted) { reactor_->dispatcher().rewatch(fd, wanted); }
void ReactorLoop::unwatch(int fd) { reactor_->dispatcher().unwatch(fd); }

void ReactorLoop::run(Task task) {
  // Shared, because set_value() may still be at work when get() has returned.
  const auto done = std::make_shared<std::promise<void>>();
  post([&task, done] {
    try {
      task();
      done->set_value();
    } catch (...) {
      done->set_exception(std::current_exception());
    }
  });
  done->get_future().get();
}

}  // namespace likeness
