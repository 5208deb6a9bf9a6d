#ifndef LIKENESS_CONFIG_CHECK_H_
#define LIKENESS_CONFIG_CHECK_H_

#include <string>
#include <vector>

#include "config/settings.h"

namespace likeness::config {

// What the table of fields cannot tell: the syntax of addresses and URLs, and values that only make
// sense together. Returns what is wrong, one sentence each, beginning with the path of a field.
// Never repeats an address that may hold a password.
[[nodiscard]] std::vector<std::string> check(const Settings& settings);

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_CHECK_H_
