#include "imaging/samples.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("samples are drawn once, and a file that is there is left alone") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("likeness-samples-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tim.jpg") << "mine";
  REQUIRE(draw_samples(folder).has_value());
  const auto ada = test::look_at(contents(folder / "ada.jpg"));
  CHECK(ada.size == Size{1'024, 1'024});
  CHECK(contents(folder / "tim.jpg") == "mine");
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 8);
  std::filesystem::remove_all(folder);
  CHECK_FALSE(draw_samples("/dev/null/no-folder").has_value());
}

}  // namespace
}  // namespace likeness::imaging
