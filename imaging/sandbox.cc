#include "imaging/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace likeness::imaging {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

// What decoders, encoders and the C library's memory, time and threads use. None of it names a
// file, an address or another process.
constexpr int kAllowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(poll),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
};

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// One rule: the call is allowed if all of the conditions hold.
int allow(const Filter& filter, int call, std::initializer_list<scmp_arg_cmp> conditions) {
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call,
                                static_cast<unsigned>(conditions.size()), conditions.begin());
}

constexpr scmp_arg_cmp equal(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
constexpr scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

int add_rules(const Filter& filter) {
  int error = 0;
  const auto keep = [&](int result) {
    // A call that this machine does not have needs no rule.
    if (error == 0 && result != -EDOM) error = result;
  };
  for (const int call : kAllowed) keep(allow(filter, call, {}));
  // Memory, but no new code: what a decoder was tricked into writing cannot be run.
  keep(allow(filter, SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0)}));
  keep(allow(filter, SCMP_SYS(mprotect), {masked(2, PROT_EXEC, 0)}));
  // Threads (some decoders start a few) but no processes. clone3() keeps its flags where a filter
  // cannot see them; told that it does not exist, the C library uses clone().
  keep(allow(filter, SCMP_SYS(clone), {masked(0, CLONE_THREAD, CLONE_THREAD)}));
  keep(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
  // Names of threads; reading, not setting, our own limits; abort().
  keep(allow(filter, SCMP_SYS(prctl), {equal(0, PR_SET_NAME)}));
  keep(allow(filter, SCMP_SYS(prlimit64), {equal(0, 0), equal(2, 0)}));
  keep(allow(filter, SCMP_SYS(tgkill), {equal(0, static_cast<scmp_datum_t>(::getpid()))}));
  return error;
}

bool limit(__rlimit_resource what, rlim_t value) {
  const rlimit limits{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(what, &limits) == 0;
}

// No limit on processes: it would count all those of the user, not ours.
bool set_limits(std::size_t max_address_space) {
  constexpr rlim_t kMaxFiles = 16;
  // Past the file limit a write would otherwise kill, also one to a log file on stderr.
  std::signal(SIGXFSZ, SIG_IGN);
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, kMaxFiles) &&
         (kSanitized || limit(RLIMIT_AS, max_address_space));
}

}  // namespace

Result<void> enter_sandbox(std::size_t max_address_space) {
  if (!set_limits(max_address_space)) {
    return fail(Errc::internal, std::string("setrlimit: ") + std::strerror(errno));
  }
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (filter == nullptr) return fail(Errc::internal, "seccomp_init");
  int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  if (error == 0) error = add_rules(filter);
  if (error == 0) error = seccomp_load(filter.get());
  if (error != 0) return fail(Errc::internal, std::string("seccomp: ") + std::strerror(-error));
  return {};
}

}  // namespace likeness::imaging
