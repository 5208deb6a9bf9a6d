#include "proxy/origin/folder_origin.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <optional>
#include <thread>

#include "tests/support/temp_folder.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::origin;

namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

// Reads a photo on a thread whose openat2() the kernel answers with `error`.
Result<Fetched> read_without_openat2(const PhotoFolder& photos, std::string_view id,
                                     std::uint32_t error) {
  Result<Fetched> result = fail(Errc::internal, "not read");
  std::thread([&] {
    std::array<sock_filter, 4> rules{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog filter{rules.size(), rules.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0)
      result = photos.read(id, {});
  }).join();
  return result;
}

}  // namespace

TEST_CASE("a photo is found by its id and any accepted extension") {
  const test::TempFolder folder;
  write(folder.path() / "ada.png", "png");
  write(folder.path() / "ada.jpg", "jpeg");
  write(folder.path() / "a@b.c.webp", "webp");
  const PhotoFolder photos(folder.path(), 100);
  const auto ada = photos.read("ada", {});
  REQUIRE(ada.has_value());
  CHECK(*ada->bytes == "jpeg");
  CHECK(*photos.read("a@b.c", {})->bytes == "webp");
  CHECK(photos.read("nobody", {}).error().code == Errc::no_photo);

  const auto same = photos.read("ada", ada->validators);
  CHECK(same->bytes == nullptr);
  write(folder.path() / "ada.jpg", "another");
  CHECK(*photos.read("ada", ada->validators)->bytes == "another");
}

TEST_CASE("no id leads out of the folder") {
  const test::TempFolder folder;
  const auto inside = folder.path() / "photos";
  std::filesystem::create_directory(inside);
  write(folder.path() / "secret.jpg", "secret");
  write(inside / ".hidden.jpg", "hidden");
  std::filesystem::create_directory(inside / "folder.jpg");
  std::filesystem::create_symlink(folder.path() / "secret.jpg", inside / "link.jpg");
  std::filesystem::create_symlink("../secret.jpg", inside / "relative.jpg");
  const PhotoFolder photos(inside, 100);
  for (const std::string id : {"../secret", "/../secret", ".hidden", "..", ".", "", "folder",
                               "link", "relative", "photos/../secret"}) {
    CAPTURE(id);
    CHECK(photos.read(id, {}).error().code == Errc::no_photo);
  }
  CHECK(photos.read(std::string_view("a\0b", 3), {}).error().code == Errc::no_photo);
  CHECK(photos.read(std::string(5'000, 'x'), {}).error().code == Errc::no_photo);
}

TEST_CASE("without openat2() photos are found, and no links are followed") {
  const test::TempFolder folder;
  write(folder.path() / "ada.jpg", "jpeg");
  std::filesystem::create_symlink("ada.jpg", folder.path() / "link.jpg");
  const PhotoFolder photos(folder.path(), 100);
  CHECK(*photos.read("link", {})->bytes == "jpeg");
  CHECK(*read_without_openat2(photos, "ada", ENOSYS)->bytes == "jpeg");
  CHECK(read_without_openat2(photos, "link", ENOSYS).error().code == Errc::no_photo);
}

TEST_CASE("a photo that cannot be opened is a failure, not the lack of one") {
  const test::TempFolder folder;
  write(folder.path() / "ada.jpg", "jpeg");
  const PhotoFolder photos(folder.path(), 100);
  CHECK(read_without_openat2(photos, "ada", EACCES).error().code == Errc::origin_failed);
}

TEST_CASE("a file over the limit is refused unread") {
  const test::TempFolder folder;
  write(folder.path() / "big.jpg", std::string(101, 'x'));
  CHECK(PhotoFolder(folder.path(), 100).read("big", {}).error().code == Errc::source_too_large);
}

TEST_CASE("a folder origin reads off the loop and answers on it") {
  const test::TempFolder folder;
  write(folder.path() / "ada.jpg", "jpeg");
  const PhotoFolder photos(folder.path(), 100);
  test::TestLoop loop;
  SideThread reader("reader", 1);
  FolderOrigin origin(loop, reader, photos);
  int answers = 0;
  int overloaded = 0;
  for (int i = 0; i < 50; ++i) {
    origin.fetch("ada", {}, {}, [&](Result<Fetched> result) {
      ++answers;
      if (!result) overloaded += result.error().code == Errc::overloaded ? 1 : 0;
    });
  }
  CHECK(answers == 0);
  REQUIRE(loop.run_until([&] { return answers == 50; }));
  CHECK(origin.stats().in_flight == 0);
  CHECK(overloaded < 50);
}

TEST_CASE("a destroyed folder origin calls nobody back, though its files are still read") {
  const test::TempFolder folder;
  const PhotoFolder photos(folder.path(), 100);
  test::TestLoop loop;
  SideThread reader("reader", 10);
  auto origin = std::make_unique<FolderOrigin>(loop, reader, photos);
  int answers = 0;
  const auto count = [&](const auto& /*result*/) { ++answers; };
  origin->fetch("ada", {}, {}, count);
  origin->check("ada", {}, {}, count);
  origin.reset();
  bool read = false;
  SideThread::Task last = [&] { loop.post([&] { read = true; }); };
  REQUIRE(reader.submit(last));
  REQUIRE(loop.run_until([&] { return read; }));
  CHECK(answers == 0);
}
