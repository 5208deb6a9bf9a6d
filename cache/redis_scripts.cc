#include "cache/redis_scripts.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace likeness::cache {

RedisScript::RedisScript(std::string_view source) : source_(source) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_Digest(source.data(), source.size(), sum.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("SHA-1, by which Redis names scripts, is not available");
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  for (unsigned i = 0; i < size; ++i) {
    digest_ += kHex[sum[i] >> 4];
    digest_ += kHex[sum[i] & 15];
  }
}

}  // namespace likeness::cache
