#include "tests/proxy/telemetry/exposition.h"

#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace likeness::test {
namespace {

const char* const kHelp = R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*\S))";
const char* const kType = R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram))";
const char* const kSample =
    R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)*\})? (\S+))re";

bool ends_with_any(const std::string& name, std::initializer_list<const char*> ends) {
  for (const char* end : ends) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

class Reader {
 public:
  explicit Reader(Exposition& page) : page_(page) {}

  void line(const std::string& text) {
    std::smatch match;
    if (std::regex_match(text, match, std::regex(kHelp))) {
      begin(match[1], match[2]);
    } else if (std::regex_match(text, match, std::regex(kType))) {
      type(match[1], match[2]);
    } else if (std::regex_match(text, match, std::regex(kSample))) {
      sample(match[1], match[2], match[3]);
    } else {
      complain("no line of the format: " + text);
    }
  }

  void check_histograms() {
    for (const auto& [name, family] : page_.families) {
      if (family.type == "histogram") check_histogram(name, family);
    }
  }

 private:
  void complain(const std::string& problem) { page_.problems.push_back(problem); }

  void begin(const std::string& name, const std::string& help) {
    if (!page_.families.try_emplace(name).second) complain(name + " is not in one piece");
    family_ = name;
    page_.families[name].help = help;
  }

  void type(const std::string& name, const std::string& type) {
    if (name != family_) complain("TYPE of " + name + " does not follow its HELP");
    if ((type == "counter") != name.ends_with("_total"))
      complain(name + " is no name of a " + type);
    page_.families[name].type = type;
  }

  void sample(const std::string& name, const std::string& labels, const std::string& value) {
    Exposition::Family& family = page_.families[family_];
    const bool is_histogram = family.type == "histogram";
    const std::string suffix =
        name.starts_with(family_) ? name.substr(family_.size()) : std::string("?");
    if (is_histogram ? !ends_with_any(suffix, {"_bucket", "_sum", "_count"}) : !suffix.empty()) {
      complain(name + " does not belong to " + family_);
    }
    if (!name.starts_with("likeness_")) complain(name + " lacks the prefix");
    std::size_t used = 0;
    double number = 0;
    try {
      number = std::stod(value, &used);
    } catch (const std::exception&) {
    }
    if (used != value.size()) complain(name + " has no number: " + value);
    if (!family.samples.emplace(name + labels, number).second) complain(name + " is there twice");
  }

  // For each set of labels: buckets grow to +Inf, which is the count.
  void check_histogram(const std::string& name, const Exposition::Family& family) {
    std::map<std::string, std::map<double, double>> buckets;
    const std::regex with_bound(name + R"re(_bucket\{(.*?),?le="([^"]+)"\})re");
    for (const auto& [sample, value] : family.samples) {
      std::smatch match;
      if (std::regex_match(sample, match, with_bound))
        buckets[match[1]][std::stod(match[2])] = value;
    }
    if (buckets.empty()) complain(name + " has no buckets");
    for (const auto& [labels, counts] : buckets) {
      const std::string braces = labels.empty() ? "" : "{" + labels + "}";
      double last = 0;
      for (const auto& [bound, count] : counts) {
        if (count < last) complain(name + " shrinks");
        last = count;
      }
      if (!counts.contains(std::stod("+Inf"))) complain(name + " has no last bucket");
      if (!page_.has(name + "_sum" + braces)) complain(name + " has no sum");
      if (!page_.has(name + "_count" + braces) || page_.at(name + "_count" + braces) != last) {
        complain(name + " has another count than buckets");
      }
    }
  }

  Exposition& page_;
  std::string family_;
};

}  // namespace

double Exposition::at(const std::string& sample) const {
  for (const auto& [name, family] : families) {
    const auto found = family.samples.find(sample);
    if (found != family.samples.end()) return found->second;
  }
  throw std::out_of_range("no sample " + sample);
}

bool Exposition::has(const std::string& sample) const {
  for (const auto& [name, family] : families) {
    if (family.samples.contains(sample)) return true;
  }
  return false;
}

Exposition read_exposition(const std::string& page) {
  Exposition result;
  Reader reader(result);
  if (!page.ends_with('\n')) result.problems.emplace_back("the last line does not end");
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) reader.line(line);
  reader.check_histograms();
  return result;
}

}  // namespace likeness::test
