// Measures the contact store with many contacts: import, list pages at every depth, filters,
// search, synchronisation, single writes, and the memory of the process.
//
//   contacts_bench DIRECTORY [CONTACTS]
//
// The directory should be on the disk that matters, and must not hold a store yet.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "proxy/contacts/import.h"
#include "proxy/contacts/store.h"

namespace {

using namespace likeness;
using namespace likeness::contacts;
using Stopwatch = std::chrono::steady_clock;

constexpr const char* kMe = "bench@example.org";

double millis_since(Stopwatch::time_point begin) {
  return std::chrono::duration<double, std::milli>(Stopwatch::now() - begin).count();
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().detail.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

// The median and the slowest of some runs, in milliseconds.
void report(const std::string& what, int runs, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto begin = Stopwatch::now();
    work();
    times.push_back(millis_since(begin));
  }
  std::ranges::sort(times);
  std::printf("%-52s median %8.3f ms  max %8.3f ms\n", what.c_str(), times[times.size() / 2],
              times.back());
}

long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void write_vcards(const std::filesystem::path& path, int contacts) {
  std::ofstream out(path);
  for (int i = 0; i < contacts; ++i) {
    // Names in no order, with ties, as in an address book.
    const int mixed = static_cast<int>(static_cast<unsigned>(i) * 2'654'435'761U % 1'000'003U);
    out << "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bench-" << i << "\r\nN:Surname" << mixed % 5'000
        << ";Given" << mixed % 700 << ";;;\r\nFN:Given" << mixed % 700 << " Surname"
        << mixed % 5'000 << "\r\nEMAIL;TYPE=INTERNET:person" << i
        << "@example.org\r\nTEL;TYPE=CELL:+1 555 " << i << "\r\nORG:Company " << mixed % 900
        << ";Department " << i % 12 << "\r\nTITLE:Engineer\r\nADR;TYPE=WORK:;;" << i
        << " Main Street;Seattle;WA;98121;USA\r\nNOTE:Met at a conference\\, likes maps\r\n"
        << "END:VCARD\r\n";
  }
}

void bench_lists(ContactStore& store, int contacts) {
  for (const std::string order : {"", "DisplayName", "Surname desc", "GivenName", "CompanyName",
                                  "CreatedDateTime desc", "LastModifiedDateTime"}) {
    for (const std::string folder : {"", "contacts"}) {
      for (const int skip : {0, contacts / 4, contacts / 2, contacts - 20}) {
        std::vector<odata::Option> options{{"$skip", std::to_string(skip)}, {"$count", "true"}};
        if (!order.empty()) options.push_back({"$orderby", order});
        const auto query = must(odata::parse(odata::Entity::contact, options));
        report("list " + (folder.empty() ? std::string("mailbox") : folder) + " by " +
                   (order.empty() ? "default" : order) + " skip " + std::to_string(skip),
               9, [&] { must(store.list(kMe, folder, query)); });
      }
    }
  }
}

void bench_queries(ContactStore& store) {
  const std::vector<std::vector<odata::Option>> queries{
      {{"$filter", "EmailAddresses/any(a:a/Address eq 'person500@example.org')"}},
      {{"$filter", "startswith(DisplayName,'given69')"}, {"$orderby", "DisplayName"}},
      {{"$filter", "GivenName eq 'given5'"}},
      {{"$filter", "JobTitle eq 'nothing'"}},
      {{"$search", "\"given5 surname5\""}},
      {{"$search", "conference"}},
      {{"$search", "conference"}, {"$count", "true"}},
      {{"$top", "1000"}},
  };
  for (const auto& options : queries) {
    const auto query = must(odata::parse(odata::Entity::contact, options));
    std::string name;
    for (const auto& option : options) name += option.name + "=" + option.value + " ";
    report(name.substr(0, 52), 5, [&] { must(store.list(kMe, {}, query)); });
  }
}

void bench_sync(ContactStore& store) {
  const auto begin = Stopwatch::now();
  std::string token;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    auto page = must(store.changes(kMe, "contacts", token, 500));
    token = page.token;
    more = page.more;
  }
  std::printf("%-52s %d pages of 500, %.0f ms\n", "first round of a synchronisation", pages,
              millis_since(begin));
  report("a round without changes", 9, [&] { must(store.changes(kMe, "contacts", token, 500)); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: contacts_bench DIRECTORY [CONTACTS]\n");
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  const int contacts = argc > 2 ? std::atoi(argv[2]) : 100'000;
  ContactStore store = must(ContactStore::open(directory));
  must(store.ensure_mailbox(kMe));
  const auto cards = directory / "bench.vcf";
  write_vcards(cards, contacts);
  for (const char* round : {"import, all new", "import again, nothing changed"}) {
    const auto begin = Stopwatch::now();
    must(import_path(store, kMe, cards));
    const double millis = millis_since(begin);
    std::printf("%-52s %.0f contacts/s, peak %ld MB\n", round, contacts / millis * 1000,
                peak_megabytes());
  }
  bench_lists(store, contacts);
  bench_queries(store);
  bench_sync(store);
  report("create one contact (one disk flush)", 50, [&] { must(store.create(kMe, {}, {})); });
  std::printf("peak memory %ld MB, file %ju MB\n", peak_megabytes(),
              static_cast<std::uintmax_t>(std::filesystem::file_size(directory / "contacts.db") /
                                          1'048'576));
  return 0;
}
