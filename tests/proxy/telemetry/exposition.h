#ifndef LIKENESS_TESTS_PROXY_TELEMETRY_EXPOSITION_H_
#define LIKENESS_TESTS_PROXY_TELEMETRY_EXPOSITION_H_

#include <map>
#include <string>
#include <vector>

namespace likeness::test {

// A page in Prometheus' text format 0.0.4, read strictly.
struct Exposition {
  struct Family {
    std::string type;
    std::string help;
    std::map<std::string, double> samples;  // By full name: `x_total{route="web"}`, as written.
  };
  std::map<std::string, Family> families;
  std::vector<std::string> problems;  // What is wrong with the page; empty for a good one.

  // Of a sample by its full name, whatever its family; a problem of the test if there is none.
  [[nodiscard]] double at(const std::string& sample) const;
  [[nodiscard]] bool has(const std::string& sample) const;
};

[[nodiscard]] Exposition read_exposition(const std::string& page);

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_PROXY_TELEMETRY_EXPOSITION_H_
