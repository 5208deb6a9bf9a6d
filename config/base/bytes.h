#ifndef LIKENESS_CONFIG_BASE_BYTES_H_
#define LIKENESS_CONFIG_BASE_BYTES_H_

#include <memory>
#include <string>

namespace likeness {

// Bytes that many may read and nobody may change: a photo's body on its way through fetch, resize,
// cache and socket. Never null where a value is promised. Immutable, so sharing it between threads
// needs no thought.
using SharedBytes = std::shared_ptr<const std::string>;

[[nodiscard]] inline SharedBytes share(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_BYTES_H_
