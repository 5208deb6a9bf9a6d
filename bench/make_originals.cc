// Makes the JPEG originals that bench/run.sh serves, of real photographs:
//
//   make_originals FOLDER-OF-PNG-PHOTOS OUT
//
// OUT/648x648/0.jpg, 1.jpg and so on are the photographs themselves, about as an Exchange server
// keeps them; OUT/1600x1200 and OUT/4000x3000 hold mosaics of them, as sharp and as large as a
// camera's pictures.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/pictures.h"

namespace {

using namespace likeness::bench;

void write(const std::filesystem::path& folder, std::size_t number, const std::string& bytes) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / (std::to_string(number) + ".jpg"), std::ios::binary);
  file << bytes;
  if (!file.flush()) die("write");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: make_originals FOLDER-OF-PNG-PHOTOS OUT\n");
    return 2;
  }
  start_vips(arguments[0]);
  const auto files = photos_in(arguments[1]);
  const std::filesystem::path out = arguments[2];
  for (std::size_t i = 0; i < files.size(); ++i) {
    write(out / "648x648", i, photo_source(files[i], 648, 648));
    write(out / "1600x1200", i, mosaic_source(files, i, 1600, 1200, 4));
    write(out / "4000x3000", i, mosaic_source(files, i, 4000, 3000, 8));
  }
}
