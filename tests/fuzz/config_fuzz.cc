// Feeds the settings file: it sets something, or says with the key's path what is wrong.
#include "config/check.h"
#include "config/json.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  likeness::Settings settings;
  for (const auto& problem :
       likeness::config::read_json(likeness::fuzz::text_of(data, size), settings))
    likeness::fuzz::hold(!problem.empty());
  return 0;
}
