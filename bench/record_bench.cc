#include <benchmark/benchmark.h>

#include <string>

#include "cache/record.h"

// What it costs to write a photo's record for Redis and to read it: its meta, and a picture of it.
namespace likeness::cache {
namespace {

Meta make_meta() {
  Meta meta;
  meta.status = Meta::Status::photo;
  meta.version = "0123456789abcdef0123456789abcdef";
  meta.content_type = "image/jpeg";
  meta.width = meta.height = 648;
  meta.bytes = 60'000;
  meta.thumbhash = "1QcSHQRnh493V4dIh4eXh1h4kJUI";
  meta.colour = "#0a8fe0";
  meta.preview = std::string(400, 'A');
  meta.origin_etag = "\"5f2c0123456789ab\"";
  meta.origin_last_modified = "Tue, 01 Apr 2025 08:00:00 GMT";
  meta.fetched = meta.modified = WallClock::time_point(std::chrono::seconds(1'750'000'000));
  meta.fresh_until = meta.fetched + std::chrono::hours(1);
  return meta;
}

Picture make_picture(std::size_t bytes) {
  return {.bytes = share(std::string(bytes, 'p')),
          .content_type = "image/jpeg",
          .width = 240,
          .height = 240,
          .etag = "W/\"0123456789abcdef-240x240\"",
          .version = "0123456789abcdef0123456789abcdef",
          .head = {}};
}

void encode_meta(benchmark::State& state) {
  const Meta meta = make_meta();
  for (auto _ : state) benchmark::DoNotOptimize(encode(meta));
}
BENCHMARK(encode_meta);

void read_meta(benchmark::State& state) {
  const std::string text = encode(make_meta());
  for (auto _ : state) {
    const auto meta = decode_meta(text);
    if (!meta) state.SkipWithError("unreadable");
    benchmark::DoNotOptimize(meta);
  }
}
BENCHMARK(read_meta);

void encode_picture_head(benchmark::State& state) {
  const Picture picture = make_picture(0);
  for (auto _ : state) benchmark::DoNotOptimize(encode_head(picture));
}
BENCHMARK(encode_picture_head);

// Of so many bytes, which are copied once.
void read_picture(benchmark::State& state) {
  const Picture made = make_picture(static_cast<std::size_t>(state.range()));
  const std::string stored = encode_head(made) + *made.bytes;
  for (auto _ : state) {
    const auto picture = decode_picture(stored);
    if (!picture) state.SkipWithError("unreadable");
    benchmark::DoNotOptimize(picture);
  }
}
BENCHMARK(read_picture)->Arg(3'000)->Arg(30'000);

}  // namespace
}  // namespace likeness::cache
