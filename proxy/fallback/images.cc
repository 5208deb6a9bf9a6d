#include "proxy/fallback/images.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "proxy/photo/digest.h"

namespace likeness::fallback {
namespace {

bool is_name(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
  return plain && !name.empty() && name != "404" && name != "monogram" && name != "silhouette";
}

std::string read(const std::filesystem::path& path, std::size_t max_bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  if (std::filesystem::file_size(path) <= max_bytes)
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  if (bytes.empty())
    throw std::runtime_error("fallback.folder: " + path.string() +
                             " cannot be read or is too large");
  return bytes;
}

}  // namespace

Images::Images(const std::string& folder, std::size_t max_bytes) {
  if (folder.empty()) return;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().stem().string();
    if (!entry.is_regular_file() || !is_name(name)) continue;
    if (images_.size() == kMaxImages) throw std::runtime_error("fallback.folder: too many images");
    std::string bytes = read(entry.path(), max_bytes);
    std::string version = photo::digest(bytes);
    images_.insert_or_assign(name, Image{share(std::move(bytes)), std::move(version)});
  }
  if (error) throw std::runtime_error("fallback.folder: " + folder + ": " + error.message());
}

const Images::Image* Images::find(std::string_view name) const {
  const auto found = images_.find(name);
  return found == images_.end() ? nullptr : &found->second;
}

}  // namespace likeness::fallback
