#include "imaging/protocol.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>

namespace likeness::imaging {
namespace {

Job some_job() {
  return {.source = share("source bytes"),
          .wanted = {{.box = {240, 240}}, {.fit = Fit::contain, .format = Format::webp}},
          .master_edge = 1'024};
}

Result<Rendered> some_answer() {
  return Rendered{
      .info = {.size = {2'000, 1'000}, .content_type = "image/png"},
      .pictures = {{.bytes = share("a"), .size = {240, 240}},
                   {.bytes = share("bc"), .size = {2'000, 1'000}, .format = Format::webp}},
      .master = Picture{.bytes = share("def"), .size = {1'024, 512}}};
}

// Feeds bytes in pieces of `piece`.
std::optional<Frame> feed(FrameReader& reader, std::string_view bytes, std::size_t piece) {
  std::optional<Frame> frame;
  while (!bytes.empty() && !frame) {
    const auto room = reader.room();
    const std::size_t count = std::min({piece, room.bytes, bytes.size()});
    std::memcpy(room.at, bytes.data(), count);
    bytes.remove_prefix(count);
    REQUIRE(reader.received(count));
    frame = reader.take();
  }
  return frame;
}

TEST_CASE("frames are put together from pieces of any size") {
  const std::string body(300'000, 'b');
  const std::string bytes = frame_start(4, body.size()) + "head" + body;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1'000'000}}) {
    FrameReader reader(kMiB);
    for (int i = 0; i < 2; ++i) {
      const auto frame = feed(reader, bytes, piece);
      REQUIRE(frame.has_value());
      CHECK(frame->head == "head");
      CHECK(frame->body == body);
    }
  }
}

TEST_CASE("a frame without a body is complete after its head") {
  FrameReader reader(kMiB);
  const auto frame = feed(reader, frame_start(4, 0) + "head", 3);
  REQUIRE(frame.has_value());
  CHECK(frame->body.empty());
}

TEST_CASE("lengths past the limits are no frame, and no length is believed in advance") {
  for (const auto& [head, body] : {std::pair{0U, 5U}, {100'000U, 0U}, {10U, 2'000'000U}}) {
    FrameReader reader(kMiB);
    const std::string start = frame_start(head, body);
    std::memcpy(reader.room().at, start.data(), start.size());
    CHECK_FALSE(reader.received(start.size()));
  }
  FrameReader reader(kMaxBodyBytes);
  const std::string start = frame_start(1, kMaxBodyBytes) + "h";
  std::memcpy(reader.room().at, start.data(), kFrameStartBytes);
  REQUIRE(reader.received(kFrameStartBytes));
  *reader.room().at = 'h';
  REQUIRE(reader.received(1));
  CHECK(reader.room().bytes <= 64 * kKiB);
}

TEST_CASE("settings and jobs arrive as they were sent") {
  ImagingSettings settings;
  settings.sandbox = false;
  settings.max_pixels = 123;
  settings.avif_quality = 7;
  settings.fonts = {"/a.ttf", "/b c.ttf"};
  const auto same = decode_settings(encode_settings(settings));
  REQUIRE(same.has_value());
  CHECK_FALSE(same->sandbox);
  CHECK(same->max_pixels == 123);
  CHECK(same->avif_quality == 7);
  CHECK(same->fonts == settings.fonts);
  const Job job = some_job();
  const auto arrived = decode_job(encode_job(job));
  REQUIRE(arrived.has_value());
  CHECK(arrived->source_bytes == job.source->size());
  CHECK(arrived->job.wanted == job.wanted);
  CHECK(arrived->job.master_edge == 1'024);
  CHECK_FALSE(arrived->job.sketch);
  CHECK_FALSE(arrived->job.drawing.has_value());
}

TEST_CASE("a drawing arrives as it was sent, and not more than it may hold") {
  Job job{.wanted = {{.box = {48, 48}, .format = Format::webp, .or_jpeg = true}},
          .sketch = true,
          .drawing = Drawing{.initials = {"Ю", "Г"}, .colour = 7}};
  const auto arrived = decode_job(encode_job(job));
  REQUIRE(arrived.has_value());
  CHECK(arrived->source_bytes == 0);
  CHECK(arrived->job.wanted == job.wanted);
  CHECK(arrived->job.sketch);
  CHECK(arrived->job.drawing == job.drawing);
  job.drawing->initials.assign(kMaxInitials + 1, "A");
  CHECK_FALSE(decode_job(encode_job(job)).has_value());
  job.drawing->initials.assign(1, std::string(kMaxInitialBytes + 1, 'A'));
  CHECK_FALSE(decode_job(encode_job(job)).has_value());
}

TEST_CASE("a sketch is taken where it was asked for, and no larger than it may be") {
  const Job job{.source = share("s"), .sketch = true};
  Rendered rendered{.info = {.size = {9, 9}, .content_type = "image/png"},
                    .sketch = Sketch{.thumbhash = "hash", .colour = {1, 2, 3}, .preview = "webp"}};
  const auto arrives = [&](const Job& asked) {
    return decode_answer(encode_answer(rendered, 0), asked);
  };
  const auto answer = arrives(job);
  REQUIRE(answer.has_value());
  CHECK(answer->rendered->sketch->thumbhash == "hash");
  CHECK(answer->rendered->sketch->colour == std::array<std::uint8_t, 3>{1, 2, 3});
  CHECK(answer->rendered->sketch->preview == "webp");
  CHECK_FALSE(arrives({.source = share("s")}).has_value());
  rendered.sketch->preview.assign(kMaxPreviewBytes + 1, 'x');
  CHECK_FALSE(arrives(job).has_value());
  rendered.sketch->preview.clear();
  rendered.sketch->thumbhash.assign(kMaxThumbhashBytes + 1, 'x');
  CHECK_FALSE(arrives(job).has_value());
}

TEST_CASE("a JPEG is an answer only to a job that lets it be one") {
  Job job{.source = share("s"), .wanted = {{.box = {4, 4}, .format = Format::avif}}};
  const Rendered rendered{.info = {.size = {9, 9}, .content_type = "image/png"},
                          .pictures = {{.bytes = share("jpeg"), .size = {4, 4}}}};
  CHECK_FALSE(decode_answer(encode_answer(rendered, 0), job).has_value());
  job.wanted.front().or_jpeg = true;
  CHECK(decode_answer(encode_answer(rendered, 0), job).has_value());
}

TEST_CASE("answers arrive as they were sent") {
  const auto answer = decode_answer(encode_answer(some_answer(), 4'711), some_job());
  REQUIRE(answer.has_value());
  REQUIRE(answer->rendered.has_value());
  CHECK(answer->worker_bytes == 4'711);
  CHECK(answer->rendered->info.content_type == "image/png");
  CHECK(*answer->rendered->pictures[1].bytes == "bc");
  CHECK(*answer->rendered->master->bytes == "def");
}

TEST_CASE("errors arrive with printable details") {
  const Result<Rendered> failed = fail(Errc::bad_source, "line\r\nSet-Cookie: x\x7f");
  const auto answer = decode_answer(encode_answer(failed, 0), some_job());
  REQUIRE(answer.has_value());
  REQUIRE_FALSE(answer->rendered.has_value());
  CHECK(answer->rendered.error().code == Errc::bad_source);
  CHECK(answer->rendered.error().detail == "line??Set-Cookie: x?");
}

TEST_CASE("answers to something else are no answers") {
  const auto refused = [](const auto& change, Job job = some_job()) {
    auto rendered = some_answer();
    change(*rendered);
    return !decode_answer(encode_answer(rendered, 0), job).has_value();
  };
  CHECK(refused([](Rendered& rendered) { rendered.pictures.pop_back(); }));
  CHECK(refused([](Rendered& rendered) { rendered.pictures[0].size.width = 241; }));
  CHECK(refused([](Rendered& rendered) { rendered.pictures[0].format = Format::png; }));
  CHECK(refused([](Rendered& rendered) { rendered.pictures[0].bytes = share(""); }));
  CHECK(refused([](Rendered& rendered) { rendered.info.content_type = "text/html"; }));
  CHECK(refused([](Rendered& rendered) { rendered.info.size = {0, 0}; }));
  CHECK(refused([](Rendered& rendered) { rendered.master->size.width = 1'025; }));
  Job without_master = some_job();
  without_master.master_edge = 0;
  CHECK(refused([](Rendered&) {}, without_master));
  const Result<Rendered> odd = fail(Errc::no_photo);
  CHECK_FALSE(decode_answer(encode_answer(odd, 0), some_job()).has_value());
}

TEST_CASE("any bytes can be decoded, and almost none are an answer") {
  std::mt19937 random(11);
  const Frame good = encode_answer(some_answer(), 1);
  for (int i = 0; i < 50'000; ++i) {
    Frame frame = good;
    if (i % 3 == 0) frame.head.resize(random() % frame.head.size());
    if (i % 3 == 1) frame.body.resize(random() % frame.body.size());
    for (unsigned k = 0; k < random() % 3; ++k) {
      if (!frame.head.empty())
        frame.head[random() % frame.head.size()] = static_cast<char>(random());
    }
    const auto answer = decode_answer(frame, some_job());
    if (i % 3 != 2) REQUIRE_FALSE(answer.has_value());
    (void)decode_job(frame.head);
    (void)decode_settings(frame.head);
  }
}

}  // namespace
}  // namespace likeness::imaging
