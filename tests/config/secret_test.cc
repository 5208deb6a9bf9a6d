#include "config/secret.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/support/temp_folder.h"

namespace likeness::config {
namespace {

TEST_CASE("a secret stands in the setting, in a file or in the environment") {
  CHECK(read_secret("plain: text").value() == "plain: text");
  const test::TempFolder folder;
  const std::string path = (folder.path() / "token").string();
  std::ofstream(path) << "  from a file\r\n\n";
  CHECK(read_secret("file:" + path).value() == "from a file");
  ::setenv("LIKENESS_TEST_SECRET", "from there\n", 1);
  CHECK(read_secret("env:LIKENESS_TEST_SECRET").value() == "from there");
  ::unsetenv("LIKENESS_TEST_SECRET");
}

TEST_CASE("a secret that cannot be read or is empty is an error") {
  const test::TempFolder folder;
  const std::string path = (folder.path() / "empty").string();
  std::ofstream(path) << "\n";
  for (const std::string& setting :
       {std::string(), std::string("file:"), std::string("file:/nonexistent/x"), "file:" + path,
        "file:" + folder.path().string(), std::string("env:"),
        std::string("env:LIKENESS_NOT_THERE")}) {
    CAPTURE(setting);
    const auto secret = read_secret(setting);
    REQUIRE_FALSE(secret.has_value());
    CHECK(secret.error().code == Errc::bad_request);
  }
}

}  // namespace
}  // namespace likeness::config
