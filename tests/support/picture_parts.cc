#include "tests/support/picture_parts.h"

#include <algorithm>
#include <optional>

namespace likeness::test {
namespace {

using namespace std::string_view_literals;

constexpr auto kPngStart = "\x89PNG\r\n\x1a\n"sv;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t width, bool big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t place = big ? at + i : at + width - 1 - i;
    value = value << 8U | static_cast<unsigned char>(bytes[place]);
  }
  return value;
}

std::string written(std::size_t value, std::size_t width, bool big) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t shift = 8 * (big ? width - 1 - i : i);
    bytes += static_cast<char>(value >> shift & 255U);
  }
  return bytes;
}

// PNG's checksum (ISO 3309).
std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t value = ~0U;
  for (const char c : bytes) {
    value ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) value = value >> 1U ^ (value & 1U ? 0xEDB88320U : 0U);
  }
  return ~value;
}

// Takes `count` bytes off the front; nothing if there are fewer.
std::optional<std::string_view> take(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) return std::nullopt;
  const auto front = rest.substr(0, count);
  rest.remove_prefix(count);
  return front;
}

std::optional<Part> next_png(std::string_view& rest) {
  if (rest.size() < 12) return std::nullopt;
  const std::size_t length = number(rest, 0, 4, true);
  if (rest.size() - 12 < length) return std::nullopt;
  Part part{std::string(rest.substr(4, 4)), std::string(rest.substr(8, length))};
  rest.remove_prefix(12 + length);
  return part;
}

// What follows a start of scan up to the next marker is a part without a tag.
std::optional<Part> next_jpeg(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  if (rest[0] != '\xff') {
    std::size_t end = 0;
    while (end + 1 < rest.size() &&
           !(rest[end] == '\xff' && rest[end + 1] != '\0' && (rest[end + 1] & '\xf8') != '\xd0'))
      ++end;
    return Part{{}, std::string(*take(rest, end))};
  }
  const std::size_t length = number(rest, 2, 2, true);
  if (length < 2 || rest.size() < 2 + length) return std::nullopt;
  Part part{std::string(rest.substr(1, 1)), std::string(rest.substr(4, length - 2))};
  rest.remove_prefix(2 + length);
  return part;
}

std::optional<Part> next_webp(std::string_view& rest) {
  if (rest.size() < 8) return std::nullopt;
  const std::size_t length = number(rest, 4, 4, false);
  if (rest.size() - 8 < length) return std::nullopt;
  Part part{std::string(rest.substr(0, 4)), std::string(rest.substr(8, length))};
  rest.remove_prefix(std::min(8 + length + length % 2, rest.size()));
  return part;
}

std::optional<Part> next_box(std::string_view& rest) {
  if (rest.size() < 8) return std::nullopt;
  const std::size_t length = number(rest, 0, 4, true);
  if (length < 8 || rest.size() < length) return std::nullopt;
  Part part{std::string(rest.substr(4, 4)), std::string(rest.substr(8, length - 8))};
  rest.remove_prefix(length);
  return part;
}

std::size_t table_bytes(char flags) { return (flags & '\x80') ? std::size_t{6} << (flags & 7) : 0; }

// A block with its chain of sub-blocks.
std::optional<Part> next_gif(std::string_view& rest) {
  if (rest.size() < 12) return std::nullopt;
  std::size_t end = 0;
  if (rest[0] == '!') end = 2;
  if (rest[0] == ',') end = 11 + table_bytes(rest[9]);
  if (end == 0) return std::nullopt;
  while (end < rest.size() && rest[end] != '\0') end += 1 + static_cast<unsigned char>(rest[end]);
  const auto block = take(rest, end + 1);
  return block ? std::optional(Part{{}, std::string(*block)}) : std::nullopt;
}

std::optional<Part> next_entry(std::string_view& rest) {
  const auto entry = take(rest, 12);
  return entry ? std::optional(Part{{}, std::string(*entry)}) : std::nullopt;
}

Container container_of(std::string_view bytes) {
  if (bytes.size() < 16) return Container::unknown;
  if (bytes.starts_with(kPngStart)) return Container::png;
  if (bytes.starts_with("\xff\xd8"sv)) return Container::jpeg;
  if (bytes.starts_with("RIFF"sv)) return Container::webp;
  if (bytes.starts_with("GIF8"sv)) return Container::gif;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return Container::tiff;
  return bytes.substr(4, 4) == "ftyp" ? Container::boxes : Container::unknown;
}

// Bytes before the first part, or npos.
std::size_t start_bytes(Container container, std::string_view bytes) {
  switch (container) {
    case Container::png: return kPngStart.size();
    case Container::jpeg: return 2;
    case Container::webp: return 12;
    case Container::boxes: return 0;
    case Container::gif: return 13 + table_bytes(bytes[10]);
    case Container::tiff: return std::size_t{2} + number(bytes, 4, 4, bytes[0] == 'M');
    case Container::unknown: break;
  }
  return std::string_view::npos;
}

}  // namespace

PictureFile take_apart(std::string_view bytes) {
  PictureFile file{.container = container_of(bytes)};
  const std::size_t start = start_bytes(file.container, bytes);
  if (start > bytes.size()) file.container = Container::unknown;
  if (file.container == Container::unknown) return {.rest = std::string(bytes)};
  file.start = bytes.substr(0, start);
  bytes.remove_prefix(start);
  std::size_t left = 4'096;
  if (file.container == Container::tiff)
    left = number(file.start, file.start.size() - 2, 2, file.start[0] == 'M');
  for (; left > 0 && !bytes.empty(); --left) {
    std::optional<Part> part;
    switch (file.container) {
      case Container::png: part = next_png(bytes); break;
      case Container::jpeg: part = next_jpeg(bytes); break;
      case Container::webp: part = next_webp(bytes); break;
      case Container::boxes: part = next_box(bytes); break;
      case Container::gif: part = next_gif(bytes); break;
      case Container::tiff: part = next_entry(bytes); break;
      case Container::unknown: break;
    }
    if (!part) break;
    file.parts.push_back(std::move(*part));
  }
  file.rest = bytes;
  return file;
}

std::string put_together(const PictureFile& file) {
  std::string body;
  for (const auto& [tag, data] : file.parts) {
    if (tag.empty()) {
      body += data;
      continue;
    }
    switch (file.container) {
      case Container::png:
        body += written(data.size(), 4, true) + tag + data + written(checksum(tag + data), 4, true);
        break;
      case Container::jpeg: body += '\xff' + tag + written(data.size() + 2, 2, true) + data; break;
      case Container::webp:
        body += tag + written(data.size(), 4, false) + data + std::string(data.size() % 2, '\0');
        break;
      case Container::boxes: body += written(data.size() + 8, 4, true) + tag + data; break;
      case Container::gif:
      case Container::tiff:
      case Container::unknown: body += data; break;
    }
  }
  body += file.rest;
  if (file.container == Container::webp)
    return "RIFF" + written(body.size() + 4, 4, false) + "WEBP" + body;
  if (file.container == Container::tiff) {
    const std::size_t count = file.start.size() - 2;
    return file.start.substr(0, count) + written(file.parts.size(), 2, file.start[0] == 'M') + body;
  }
  return file.start + body;
}

}  // namespace likeness::test
