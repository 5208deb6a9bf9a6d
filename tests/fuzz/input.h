#ifndef LIKENESS_TESTS_FUZZ_INPUT_H_
#define LIKENESS_TESTS_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// What the fuzz targets share. A target says what must hold with hold(), which ends the run where
// it does not: libFuzzer then keeps the input.

namespace likeness::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes the first byte off, as a small choice; 0 if nothing is left.
inline std::size_t choose(std::string_view& input, std::size_t choices) {
  if (input.empty()) return 0;
  const auto chosen = static_cast<unsigned char>(input.front()) % choices;
  input.remove_prefix(1);
  return chosen;
}

inline void hold(bool condition) {
  if (!condition) std::abort();
}

}  // namespace likeness::fuzz

#endif  // LIKENESS_TESTS_FUZZ_INPUT_H_
