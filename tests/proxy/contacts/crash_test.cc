#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "tests/proxy/contacts/fixture.h"

namespace likeness::contacts {
namespace {

// Writes until it is killed, and tells the id of each contact once the store has acknowledged it.
[[noreturn]] void write_for_ever(const std::filesystem::path& directory, int acknowledgements) {
  auto store = ContactStore::open(directory);
  if (!store) ::_exit(1);
  for (int i = 0;; ++i) {
    const auto patch = parse_contact(
        R"({"GivenName":"n)" + std::to_string(i) + R"(","EmailAddresses":[{"Address":"a@b.c"}]})",
        Shape::beta);
    const auto made = store->create(kMe, {}, *patch);
    if (!made || !store->put_photo(kMe, made->id, {made->id, "image/png", 1, 1})) ::_exit(1);
    const std::string line = made->id + "\n";
    if (::write(acknowledgements, line.data(), line.size()) < 0) ::_exit(1);
  }
}

TEST_CASE("what was acknowledged is there after kill -9", "[contacts][crash]") {
  test::TempFolder folder;
  must(must(ContactStore::open(folder.path())).ensure_mailbox(kMe));
  std::set<std::string> acknowledged;
  for (int round = 1; round <= 3; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) write_for_ever(folder.path(), ends[1]);
    ::close(ends[1]);
    // Killed somewhere in the middle of a write, a different one each round.
    std::string told;
    char buffer[256];
    const std::size_t enough = 29 * static_cast<std::size_t>(20 * round + 7);
    bool killed = false;
    for (ssize_t got = 1; got > 0;) {
      got = ::read(ends[0], buffer, sizeof buffer);
      if (got > 0) told.append(buffer, static_cast<std::size_t>(got));
      if (!killed && told.size() >= enough) killed = ::kill(child, SIGKILL) == 0;
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    for (std::size_t at = 0; told.find('\n', at) != std::string::npos;) {
      const std::size_t end = told.find('\n', at);
      acknowledged.insert(told.substr(at, end - at));
      at = end + 1;
    }
    ContactStore store = must(ContactStore::open(folder.path()));
    for (const std::string& id : acknowledged) {
      CHECK(must(store.get(kMe, id)).email_addresses.size() == 1);
      CHECK(must(store.photo(kMe, id)).bytes == id);
    }
    const auto page = must(store.list(kMe, {}, {.top = 1, .count = true}));
    CHECK(page.count >= static_cast<std::int64_t>(acknowledged.size()));
    CHECK(page.count <= static_cast<std::int64_t>(acknowledged.size()) + round);
  }
}

}  // namespace
}  // namespace likeness::contacts
