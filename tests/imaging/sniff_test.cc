#include "imaging/sniff.h"

#include <catch2/catch.hpp>
#include <string>

namespace likeness::imaging {
namespace {

using namespace std::string_literals;

std::string iso_media(const std::string& main, const std::string& compatible) {
  const auto length = static_cast<char>(16 + compatible.size());
  return "\0\0\0"s + length + "ftyp" + main + "\0\0\0\0"s + compatible;
}

TEST_CASE("a format is known by its first bytes") {
  CHECK(sniff("\xff\xd8\xff\xe0 0123456789ab") == SourceFormat::jpeg);
  CHECK(sniff("\x89PNG\r\n\x1a\n 0123456789") == SourceFormat::png);
  CHECK(sniff("RIFF1234WEBPVP8 ") == SourceFormat::webp);
  CHECK(sniff("GIF89a 0123456789") == SourceFormat::gif);
  CHECK(sniff("II*\0 0123456789abc"s) == SourceFormat::tiff);
  CHECK(sniff("MM\0* 0123456789abc"s) == SourceFormat::tiff);
}

TEST_CASE("AVIF and HEIC are told apart by the names of their file type") {
  CHECK(sniff(iso_media("avif", "")) == SourceFormat::avif);
  CHECK(sniff(iso_media("heic", "mif1heic")) == SourceFormat::heic);
  CHECK(sniff(iso_media("mif1", "miafheic")) == SourceFormat::heic);
  CHECK(sniff(iso_media("mif1", "avifmif1")) == SourceFormat::avif);
  CHECK_FALSE(sniff(iso_media("mif1", "jpeg")).has_value());
  CHECK_FALSE(sniff(iso_media("isom", "avif")).has_value());
}

TEST_CASE("everything else is refused") {
  CHECK_FALSE(sniff("").has_value());
  CHECK_FALSE(sniff("\xff\xd8\xff").has_value());
  CHECK_FALSE(sniff("<svg xmlns='http://www.w3.org/2000/svg'/>").has_value());
  CHECK_FALSE(sniff("%PDF-1.7 0123456789").has_value());
  CHECK_FALSE(sniff("BM 0123456789abcdef").has_value());
  CHECK_FALSE(sniff("push graphic-context 0123").has_value());
  CHECK_FALSE(sniff("II+\0 0123456789abc"s).has_value());
}

}  // namespace
}  // namespace likeness::imaging
