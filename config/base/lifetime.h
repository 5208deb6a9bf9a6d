#ifndef LIKENESS_CONFIG_BASE_LIFETIME_H_
#define LIKENESS_CONFIG_BASE_LIFETIME_H_

#include <memory>
#include <utility>

namespace likeness {

// A Lifetime is a member by which callbacks know whether their owner is still there: bound to it,
// they do nothing once the owner is gone.
//
// Loop-confined: what is bound is called on the loop on which the owner is destroyed. It may be
// moved and destroyed anywhere.
class Lifetime {
 public:
  Lifetime() = default;
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  template <class F>
  [[nodiscard]] auto bind(F call) const {
    return [alive = std::weak_ptr(alive_),
            call = std::move(call)]<class... Args>(Args&&... args) mutable {
      if (!alive.expired()) call(std::forward<Args>(args)...);
    };
  }

 private:
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_LIFETIME_H_
