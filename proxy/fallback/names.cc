#include "proxy/fallback/names.h"

namespace likeness::fallback {

std::optional<std::string_view> Names::find(std::string_view photo, Clock::time_point now) const {
  if (!ask_) return std::string_view();
  const auto found = known_.find(photo);
  if (found == known_.end() || found->second.until <= now) return std::nullopt;
  return found->second.name;
}

void Names::ask(std::string_view photo, Clock::time_point now, Done done) {
  ask_(photo, [this, id = std::string(photo), until = now + kept_,
               done = std::move(done)](const Result<std::string>& answer) mutable {
    const std::string name = answer.value_or("");
    if (answer || answer.error().code == Errc::no_photo) {
      if (known_.size() >= kMaxNames) known_.clear();
      known_.insert_or_assign(std::move(id), Known{name, until});
    }
    done(name);
  });
}

}  // namespace likeness::fallback
