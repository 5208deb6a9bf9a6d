#include "cache/record.h"

#include <catch2/catch.hpp>
#include <random>

namespace likeness::cache {
namespace {

using std::chrono::milliseconds;

Meta some_meta() {
  Meta meta;
  meta.status = Meta::Status::photo;
  meta.version = "5f2c";
  meta.content_type = "image/jpeg";
  meta.width = 1600;
  meta.height = 1200;
  meta.bytes = 345'678;
  meta.thumbhash = "1QcSHQRnh493V4dIh4eXh1h4kJUI";
  meta.colour = "#0a8fE0";
  meta.preview = "UklGRg==";
  meta.origin_etag = "W/\"a \\ \xE9\xFF\x80 z\"";
  meta.origin_last_modified = "Tue, 01 Apr 2025 08:00:00 GMT";
  meta.fetched = WallClock::time_point(milliseconds(1'750'000'000'123));
  meta.modified = WallClock::time_point(milliseconds(-1));
  meta.fresh_until = WallClock::time_point(milliseconds(1'750'003'600'123));
  return meta;
}

Picture some_picture() {
  return {.bytes = share(std::string("\xFF\xD8\0\n bytes", 10)),
          .content_type = "image/svg+xml; charset=utf-8",
          .width = 240,
          .height = 180,
          .etag = "\"9d5e-240x180\"",
          .version = "5f2c",
          .head = {}};
}

void check_same(const Meta& a, const Meta& b) {
  CHECK(a.status == b.status);
  CHECK(a.failure == b.failure);
  CHECK(a.version == b.version);
  CHECK(a.content_type == b.content_type);
  CHECK(a.width == b.width);
  CHECK(a.height == b.height);
  CHECK(a.bytes == b.bytes);
  CHECK(a.thumbhash == b.thumbhash);
  CHECK(a.colour == b.colour);
  CHECK(a.preview == b.preview);
  CHECK(a.origin_etag == b.origin_etag);
  CHECK(a.origin_last_modified == b.origin_last_modified);
  CHECK(a.fetched == b.fetched);
  CHECK(a.modified == b.modified);
  CHECK(a.fresh_until == b.fresh_until);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a meta survives its encoding, whatever bytes its validators hold", "[record]") {
  const Meta meta = some_meta();
  const auto decoded = decode_meta(encode(meta));
  REQUIRE(decoded);
  check_same(*decoded, meta);
}

TEST_CASE("a meta of a version that knew no sketches is read without one", "[record]") {
  Meta meta = some_meta();
  meta.thumbhash.clear();
  meta.colour.clear();
  meta.preview.clear();
  const std::string text = encode(meta);
  for (const auto* key : {"thumbhash", "colour", "preview"})
    CHECK(text.find(key) == std::string::npos);
  const auto decoded = decode_meta(text);
  REQUIRE(decoded);
  check_same(*decoded, meta);
  CHECK_FALSE(decode_meta(replaced(encode(some_meta()), R"("colour":"#0a8fE0")", R"("colour":7)")));
}

TEST_CASE("every status and every failure survives the encoding", "[record]") {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    Meta meta;
    meta.status = Meta::Status::failed;
    meta.failure = static_cast<Errc>(i);
    const auto decoded = decode_meta(encode(meta));
    REQUIRE(decoded);
    check_same(*decoded, meta);
  }
  const auto none = decode_meta(encode(Meta{}));
  REQUIRE(none);
  CHECK(none->status == Meta::Status::no_photo);
}

TEST_CASE("times lose what is finer than a millisecond and nothing else", "[record]") {
  Meta meta = some_meta();
  meta.fetched += std::chrono::microseconds(999);
  meta.modified = WallClock::time_point::min();
  meta.fresh_until = WallClock::time_point::max();
  const auto decoded = decode_meta(encode(meta));
  REQUIRE(decoded);
  CHECK(decoded->fetched == some_meta().fetched);
  CHECK(decoded->modified - meta.modified < milliseconds(1));
  CHECK(meta.fresh_until - decoded->fresh_until < milliseconds(1));
}

TEST_CASE("a meta with a wrong, missing or senseless field is an error", "[record]") {
  const std::string good = encode(some_meta());
  const auto [what, with] = GENERATE(table<std::string, std::string>({
      {R"("format":1)", R"("format":2)"},
      {R"("format":1)", R"("format":"1")"},
      {R"("status":"photo")", R"("status":"painting")"},
      {R"("status":"photo")", R"("status":0)"},
      {R"("failure":"internal")", R"("failure":"bad luck")"},
      {R"("version":"5f2c")", R"("version":"")"},
      {R"("version")", R"("Version")"},
      {R"("width":1600)", R"("width":0)"},
      {R"("width":1600)", R"("width":-1600)"},
      {R"("width":1600)", R"("width":1600.5)"},
      {R"("width":1600)", R"("width":2147483648)"},
      {R"("bytes":345678)", R"("bytes":18446744073709551615)"},
      {R"("bytes":345678)", R"("bytes":null)"},
      {R"("fetched":1750000000123)", R"("fetched":9223372036854775807)"},
      {R"("content_type":"image/jpeg")", R"("content_type":"image/☃")"},
  }));
  CAPTURE(what, with);
  const auto decoded = decode_meta(replaced(good, what, with));
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == Errc::store_unavailable);
}

TEST_CASE("what is no JSON object is no meta", "[record]") {
  for (const std::string text : {"", "{", "null", "[]", "\"photo\"", "{}", "\xFF\xFE", "{\"a\":"}) {
    CHECK_FALSE(decode_meta(text));
  }
  CHECK_FALSE(decode_meta(std::string(1'000'000, '[')));
  CHECK_FALSE(decode_meta(encode(some_meta()) + "x"));
}

TEST_CASE("a picture is its head and its bytes, and survives its encoding", "[record]") {
  const Picture picture = some_picture();
  const auto decoded = decode_picture(encode_head(picture) + *picture.bytes);
  REQUIRE(decoded);
  CHECK(*decoded->bytes == *picture.bytes);
  CHECK(decoded->content_type == picture.content_type);
  CHECK(decoded->width == picture.width);
  CHECK(decoded->height == picture.height);
  CHECK(decoded->etag == picture.etag);
  CHECK(decoded->version == picture.version);
  CHECK(decoded->head.empty());
}

TEST_CASE("a picture that lost or gained bytes is an error wherever it is cut", "[record]") {
  const std::string stored = encode_head(some_picture()) + *some_picture().bytes;
  for (std::size_t size = 0; size < stored.size(); ++size) {
    CHECK_FALSE(decode_picture(std::string_view(stored).substr(0, size)));
  }
  CHECK_FALSE(decode_picture(stored + "x"));
}

TEST_CASE("nothing that breaks a header line comes out of the store", "[record]") {
  CHECK(decode_picture("likeness-picture 1 v1 48 48 5 \"abc\" image/jpeg\nbytes"));
  for (const auto* wrong : {"likeness-picture 1 v1 48 48 5 \xff\xff\"abc\" image/jpeg\nbytes",
                            "likeness-picture 1 v1 48 48 5 \"a\rb\" image/jpeg\nbytes",
                            "likeness-picture 1 v\t1 48 48 5 \"abc\" image/jpeg\nbytes",
                            "likeness-picture 1 v1 48 48 5 \"abc\" image/jpeg\rX: y\nbytes",
                            "likeness-picture 1 v1 0 48 5 \"abc\" image/jpeg\nbytes"})
    CHECK_FALSE(decode_picture(wrong));
}

TEST_CASE("a picture of another format or with a damaged head is an error", "[record]") {
  const std::string good = encode_head(some_picture()) + *some_picture().bytes;
  const auto [what, with] = GENERATE(table<std::string, std::string>({
      {"likeness-picture 1", "likeness-picture 2"},
      {"likeness-picture", "likeness_picture"},
      {" 5f2c ", "  "},
      {" 240 ", " -240 "},
      {" 240 ", " 240x "},
      {" 240 ", " 99999999999 "},
      {" 10 ", " 18446744073709551626 "},
      {" \"9d5e-240x180\" ", "  "},
  }));
  CAPTURE(what, with);
  CHECK_FALSE(decode_picture(replaced(good, what, with)));
}

TEST_CASE("no garbage crashes a decoder, and none decodes to other bytes", "[record]") {
  std::mt19937 random(20'250'401);
  const std::string meta = encode(some_meta());
  const std::string picture = encode_head(some_picture()) + *some_picture().bytes;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = i % 2 == 0 ? meta : picture;
    for (auto n = random() % 4 + 1; n > 0; --n) {
      const auto at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, random() % 8 + 1); break;
        default: text.insert(at, text.substr(random() % text.size(), random() % 16));
      }
      if (text.empty()) text = "x";
    }
    // What still decodes must be consistent: it encodes to something that decodes to the same.
    if (const auto decoded = decode_meta(text)) {
      const auto again = decode_meta(encode(*decoded));
      REQUIRE(again);
      REQUIRE(encode(*again) == encode(*decoded));
    }
    if (const auto decoded = decode_picture(text)) REQUIRE(text.ends_with(*decoded->bytes));
  }
}

}  // namespace likeness::cache
