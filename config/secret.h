#ifndef LIKENESS_CONFIG_SECRET_H_
#define LIKENESS_CONFIG_SECRET_H_

#include <string>
#include <string_view>

#include "config/base/error.h"

namespace likeness::config {

// The secret that a setting names: "file:PATH" is the content of a file without the white space
// around it, "env:NAME" an environment variable, anything else the secret itself. So it need not
// stand in a process list or in a settings file.
//
// Errors: bad_request, without the secret, if it cannot be read or is empty. Blocks; for start-up.
[[nodiscard]] Result<std::string> read_secret(std::string_view setting);

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_SECRET_H_
