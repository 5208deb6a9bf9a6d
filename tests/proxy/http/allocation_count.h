#ifndef LIKENESS_TESTS_PROXY_HTTP_ALLOCATION_COUNT_H_
#define LIKENESS_TESTS_PROXY_HTTP_ALLOCATION_COUNT_H_

namespace likeness::test {

// Counts the calls of operator new on this thread while it lives. One at a time per thread.
class AllocationCount {
 public:
  AllocationCount();
  ~AllocationCount();
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;
  [[nodiscard]] int so_far() const;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_PROXY_HTTP_ALLOCATION_COUNT_H_
