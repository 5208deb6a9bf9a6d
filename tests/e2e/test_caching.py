"""What is kept, for how long, and what is served when the origin is late, gone or wrong.

A lifetime of 0 s makes everything stale at once, so that nothing here waits for a clock.
"""

from support import case, images

STALE_AT_ONCE = {"freshness__photo_ttl": "0s", "freshness__min_ttl": "0s"}
NEVER_WHILE_REVALIDATING = STALE_AT_ONCE | {"freshness__stale_while_revalidate": "0s"}
TARGET = "/photos/ada/HR64x64"


class Caching(case.Case):
    def serve(self, **settings):
        self.origin = self.start_origin()
        self.server = self.start_likeness(origin=self.origin, **settings)
        self.get = self.server.get

    def fetches(self, count, photo="ada"):
        case.wait_until(lambda: self.origin.count(photo) == count, f"{count} fetches of {photo}")

    def test_the_second_answer_comes_from_memory(self):
        self.serve()
        self.origin.put("ada", case.wide_photo())
        first, second = self.get(TARGET), self.get(TARGET)
        self.assertEqual((first.detail, second.detail), ("fetched", "memory"))
        self.assertEqual((first.body, first["ETag"]), (second.body, second["ETag"]))
        self.assertEqual(self.origin.count("ada"), 1)

    def test_without_memory_and_redis_every_request_goes_to_the_origin(self):
        self.serve(memory__capacity_bytes=0)
        self.origin.put("ada", case.wide_photo())
        for _ in range(3):
            self.assert_picture(self.get(TARGET), 64, 64)
        self.assertEqual(self.origin.count("ada"), 3)

    def test_many_sizes_cost_one_fetch(self):
        self.serve()
        self.origin.put("ada", case.square_photo())
        for edge in (48, 64, 96, 120, 240, 360, 432, 504, 648):
            self.assert_picture(self.get(f"/photos/ada/HR{edge}x{edge}"), edge, edge)
        self.assertEqual(self.origin.count("ada"), 1)

    def test_that_there_is_no_photo_is_remembered(self):
        self.serve()
        for path in ("", "/HR64x64", "/meta", "/original"):
            answer = self.get("/photos/nobody" + path)
            self.assertEqual(answer.status, 404)
            self.assertRegex(answer["Cache-Control"], r"^public, max-age=(299|300)$")
        self.assertEqual(self.origin.count("nobody"), 1)
        self.assertEqual(answer.detail, "memory-no_photo")

    def test_gone_and_empty_are_no_photo_too(self):
        self.serve()
        for photo, status in (("gone", 410), ("nothing", 204), ("empty", 200)):
            self.origin.put(photo, status=status)
            self.assertEqual(self.get(f"/photos/{photo}").status, 404)
            self.assertEqual(self.get(f"/photos/{photo}").status, 404)
            self.assertEqual(self.origin.count(photo), 1)

    def test_a_new_photo_appears_when_its_absence_is_no_longer_fresh(self):
        self.serve(freshness__no_photo_ttl="0s")
        self.assertEqual(self.get(TARGET).status, 404)
        self.origin.put("ada", case.wide_photo())
        self.assert_picture(self.get(TARGET), 64, 64)

    def test_failures_are_remembered_briefly(self):
        # Each photo's own failure is meant here, not the origin's rest after them.
        self.serve(origin__timeout="2s", origin__connect_timeout="2s",
                   origin__breaker_failures=0)
        rows = (("e500", 502, {"status": 500}), ("e503", 503, {"status": 503,
                "headers": {"Retry-After": "30"}}), ("e403", 403, {"status": 403}),
                ("e302", 502, {"status": 302, "headers": {"Location": "/photos/ada.jpg"}}),
                ("short", 502, {"missing": 100}), ("hanging", 504, {"hang_after": 50}),
                ("late", 504, {"gate": case.Gate()}))
        for photo, status, answer in rows:
            with self.subTest(photo):
                self.origin.put(photo, case.wide_photo(), **answer)
                for _ in range(3):
                    self.assertEqual(self.get(f"/photos/{photo}").status, status)
                self.assertEqual(self.origin.count(photo), 1)
                last = self.get(f"/photos/{photo}")
                self.assertTrue(last.detail.startswith("memory-"), last.detail)
        self.assertIn(int(self.get("/photos/e503")["Retry-After"]), range(25, 31))

    def test_a_failure_that_is_not_to_be_remembered_is_tried_again(self):
        self.serve(freshness__failure_ttl="0s")
        self.origin.put("ada", status=500)
        self.assertEqual(self.get(TARGET).status, 502)
        self.origin.put("ada", case.wide_photo())
        self.assert_picture(self.get(TARGET), 64, 64)

    def test_an_origin_that_cannot_be_reached(self):
        self.serve(freshness__failure_ttl="0s")
        self.origin.stop()
        answer = self.get(TARGET)
        self.assertEqual((answer.status, answer.json()["error"]["code"]),
                         (502, "origin_unreachable"))
        self.origin.put("ada", case.wide_photo())
        self.origin.start()
        self.assert_picture(self.get(TARGET), 64, 64)

    def test_stale_is_served_while_it_is_revalidated(self):
        self.serve(**STALE_AT_ONCE)
        photo = self.origin.put("ada", images.plain(90, 90, images.RED), etag='"1"')
        first = self.get(TARGET)
        photo.gate = case.Gate()
        for _ in range(3):  # The origin holds its answer back, and nobody waits for it.
            stale = self.get(TARGET)
            self.assertEqual((stale.body, stale.detail), (first.body, "memory-stale"))
            photo.gate.wait_for_arrival()
        self.assertEqual(self.origin.count("ada"), 2)
        _, headers = self.origin.requests["ada"][1]
        self.assertEqual(headers["If-None-Match"], '"1"')
        photo.gate.open()

    def test_a_changed_photo_replaces_the_stale_one(self):
        self.serve(**STALE_AT_ONCE)
        self.origin.put("ada", images.plain(90, 90, images.RED), etag='"1"')
        self.assertEqual(self.get(TARGET).status, 200)
        self.origin.put("ada", images.plain(50, 40, images.BLUE), etag='"2"')
        case.wait_until(lambda: self.get(TARGET).size == (40, 40), "the new photo")
        self.assertEqual(self.get("/photos/ada/meta").json()["width"], 50)

    def test_a_deleted_photo_goes(self):
        self.serve(**STALE_AT_ONCE)
        self.origin.put("ada", case.wide_photo())
        self.assertEqual(self.get(TARGET).status, 200)
        self.origin.put("ada", status=404)
        case.wait_until(lambda: self.get(TARGET).status == 404, "the end of the photo")

    def test_revalidation_is_a_304_of_the_origin(self):
        self.serve(**NEVER_WHILE_REVALIDATING)
        rows = (("tag", {"etag": '"v1"'}, "If-None-Match"),
                ("weak", {"etag": 'W/"v1"'}, "If-None-Match"),
                ("date", {"last_modified": "Tue, 03 Feb 2026 10:20:30 GMT"}, "If-Modified-Since"))
        for photo, validators, header in rows:
            with self.subTest(photo):
                self.origin.put(photo, case.wide_photo(), **validators)
                first = self.get(f"/photos/{photo}")
                second = self.get(f"/photos/{photo}")
                self.assertEqual((first.body, second.detail), (second.body, "revalidated"))
                self.assertIn("fwd-status=304", second["Cache-Status"])
                self.assertEqual(self.origin.count(photo), 2)
                _, headers = self.origin.requests[photo][1]
                self.assertEqual(headers[header], next(iter(validators.values())))
        self.assertEqual(self.server.metric("imaging_jobs_total"), len(rows))

    def test_stale_is_better_than_an_error(self):
        self.serve(freshness__failure_ttl="0s", **NEVER_WHILE_REVALIDATING)
        photo = self.origin.put("ada", case.wide_photo())
        first = self.get(TARGET)
        for status in (500, 503, 429, 403):
            with self.subTest(status):
                photo.status = status
                stale = self.get(TARGET)
                self.assertEqual((stale.status, stale.body), (200, first.body))
                self.assertTrue(stale.detail.endswith("-stale"), stale.detail)
        self.origin.stop()
        self.assertEqual(self.get(TARGET).body, first.body)

    def test_a_failing_origin_is_not_asked_for_every_request(self):
        self.serve(**NEVER_WHILE_REVALIDATING)
        photo = self.origin.put("ada", case.wide_photo())
        self.get(TARGET)
        photo.status = 500
        for _ in range(5):
            self.assertEqual(self.get(TARGET).status, 200)
        self.assertEqual(self.origin.count("ada"), 2)

    def test_an_error_is_told_where_stale_is_not_wanted(self):
        self.serve(freshness__stale_if_error="0s", **NEVER_WHILE_REVALIDATING)
        photo = self.origin.put("ada", case.wide_photo())
        self.assertEqual(self.get(TARGET).status, 200)
        photo.status = 500
        self.assertEqual(self.get(TARGET).status, 502)

    def test_the_origin_says_how_long_within_bounds(self):
        self.serve(freshness__min_ttl="100s", freshness__max_ttl="5000s")
        rows = (("a", {"Cache-Control": "max-age=1000"}, 1000),
                ("b", {"Cache-Control": "s-maxage=700, max-age=1000"}, 700),
                ("c", {"Cache-Control": "max-age=1"}, 100),
                ("d", {"Cache-Control": "no-store"}, 100),
                ("e", {"Cache-Control": "private, max-age=999999"}, 5000),
                ("f", {"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 100),
                ("g", {}, 3600))
        for photo, headers, lifetime in rows:
            with self.subTest(headers):
                self.origin.put(photo, case.wide_photo(), headers=headers)
                answer = self.get(f"/photos/{photo}")
                ttl = int(answer["Cache-Status"].split("ttl=")[1].split(";")[0])
                self.assertIn(ttl, range(lifetime - 5, lifetime + 1))

    def test_freshness_ends_by_the_clock(self):
        self.serve(freshness__photo_ttl="1s", freshness__min_ttl="1s")
        self.origin.put("ada", case.wide_photo(), etag='"1"')
        self.assertEqual([self.get(TARGET).detail for _ in range(2)], ["fetched", "memory"])
        case.wait_until(lambda: self.get(TARGET).detail == "memory-stale", "the end of freshness")
        self.fetches(2)

    def test_memory_is_bounded_and_what_left_it_comes_back(self):
        self.serve(memory__capacity_bytes="1MiB")
        for i in range(40):
            self.origin.put(f"p{i}", case.square_photo())
            self.assert_picture(self.get(f"/photos/p{i}/HR240x240"), 240, 240)
        self.assertGreater(self.server.metric("memory_cache_evictions_total"), 0)
        self.assertLessEqual(self.server.metric("memory_cache_bytes"), 1 << 20)
        self.assert_picture(self.get("/photos/p0/HR240x240"), 240, 240)


if __name__ == "__main__":
    case.run()
