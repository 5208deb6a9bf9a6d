"""The web's own URLs: /photos/{id}/…"""

import datetime
import random

from support import case, images

HR_SIZES = (48, 64, 96, 120, 240, 360, 432, 504, 648)

# Ids, and how a client writes them into a URL.
IDS = (
    ("ada", "ada"),
    ("ada.lovelace@example.com", "ada.lovelace@example.com"),
    ("ada lovelace", "ada%20lovelace"),
    ("a+b", "a+b"),
    ("a/b", "a%2Fb"),
    ("100%", "100%25"),
    ("Zoë 照片", "Zo%C3%AB%20%E7%85%A7%E7%89%87"),
    ("what?size=1#x&y", "what%3Fsize%3D1%23x%26y"),
    ("AAMkAGE1M2IyNGNm===", "AAMkAGE1M2IyNGNm==="),
    ("'quoted'", "'quoted'"),
    ("..", "%2E%2E"),
    ("dots.", "dots."),
    ("{id}", "%7Bid%7D"),
    ("x" * 254, "x" * 254),
)

# Path and query after /photos/wide, the answer's format and size; the photo has 500x300.
FORMS = (
    ("", "jpeg", 48, 48),
    ("/", "jpeg", 48, 48),
    ("?size=HR64x64", "jpeg", 64, 64),
    ("?size=hr64X32", "jpeg", 64, 32),
    ("?size=HR64x64.webp", "webp", 64, 64),
    ("?size=HR64x64&v=17&utm_source=mail", "jpeg", 64, 64),
    ("/HR64x64", "jpeg", 64, 64),
    ("/hr64X64.JPG", "jpeg", 64, 64),
    ("/HR64x64.jpg", "jpeg", 64, 64),
    ("/HR64x64.jpeg", "jpeg", 64, 64),
    ("/HR64x64.webp", "webp", 64, 64),
    ("/HR64x64.avif", "avif", 64, 64),
    ("/HR64x64.png", "png", 64, 64),
    ("/HR1x1", "jpeg", 1, 1),
    ("/HR500x300", "jpeg", 500, 300),
    # The largest crop of the asked aspect where the photo is smaller than the box.
    ("/HR648x648", "jpeg", 300, 300),
    ("/HR500x301", "jpeg", 498, 300),
    ("/HR600x100", "jpeg", 500, 83),
    ("/HR100x600.png", "png", 50, 300),
    ("/HR648x648?enlarge=1", "jpeg", 648, 648),
    ("/HR648x648?enlarge=0", "jpeg", 300, 300),
    ("/HR100x100?fit=contain", "jpeg", 100, 60),
    ("/HR648x648?fit=contain", "jpeg", 500, 300),
    ("/HR600x600?fit=contain&enlarge=1", "jpeg", 600, 360),
    ("/HR100x100?fit=crop&gravity=centre", "jpeg", 100, 100),
    ("/HR100x100?gravity=attention", "jpeg", 100, 100),
    ("/HR64x64?dpr=1", "jpeg", 64, 64),
    ("/HR64x64?dpr=2", "jpeg", 128, 128),
    ("/HR64x48?dpr=3", "jpeg", 192, 144),
    ("/HR200x200?dpr=2", "jpeg", 300, 300),
    ("/HR64x64?q=30", "jpeg", 64, 64),
    ("/HR64x64.webp?q=100&dpr=2&fit=contain", "webp", 128, 77),
    ("/original", "jpeg", 500, 300),
)

# Path and query after /photos, and a word that the answer must name.
BAD = (
    ("/", "id"),
    ("/%zz/HR64x64", "id"),
    ("/%/HR64x64", "id"),
    ("/a%00b/HR64x64", "id"),
    ("/" + "x" * 513, "id"),
    ("/wide/HR64", "size"),
    ("/wide/HR0x64", "size"),
    ("/wide/HR64x0", "size"),
    ("/wide/HR-1x64", "size"),
    ("/wide/HR64x64.bmp", "size"),
    ("/wide/HR64x64.svg", "size"),
    ("/wide/HR64x64x64", "size"),
    ("/wide/HR99999x64", "size"),
    ("/wide/HR4097x64", "size"),
    ("/wide/HR999999999999999999x64", "size"),
    ("/wide/HR2000x2000?dpr=3", "size"),
    ("/wide/64x64", "size"),
    ("/wide/originals", "size"),
    ("/wide?size=large", "size"),
    ("/wide?size=", "size"),
    ("/wide/HR64x64?fit=cover", "fit"),
    ("/wide/HR64x64?gravity=north", "gravity"),
    ("/wide/HR64x64?dpr=0", "dpr"),
    ("/wide/HR64x64?dpr=4", "dpr"),
    ("/wide/HR64x64?dpr=1.5", "dpr"),
    ("/wide/HR64x64?q=0", "q"),
    ("/wide/HR64x64?q=101", "q"),
    ("/wide/HR64x64?q=high", "q"),
    ("/wide/HR64x64?enlarge=maybe", "enlarge"),
)

NO_ROUTE = ("/photo", "/photosx/a", "/Photos/a", "/favicon.ico", "/photos/a/HR64x64/b",
            "/photos/a/meta/x", "//photos/a", "/api", "/ucwa/")


class Web(case.ServedCase):
    def setUp(self):
        self.origin.put("wide", case.wide_photo())
        self.origin.put("square", case.square_photo())

    def test_every_form_of_url_gives_its_format_and_size(self):
        for path, form, width, height in FORMS:
            with self.subTest(path):
                self.assert_picture(self.get("/photos/wide" + path), width, height, form)
        self.assertEqual(self.origin.count("wide"), 1)

    def test_the_nine_sizes_of_exchange_are_exact(self):
        for edge in HR_SIZES:
            with self.subTest(edge):
                self.assert_picture(self.get(f"/photos/square/HR{edge}x{edge}"), edge, edge)
        self.assertEqual(self.origin.count("square"), 1)

    def test_any_size_is_exact(self):
        dice = random.Random(48)
        sizes = [(dice.randint(1, 648), dice.randint(1, 648)) for _ in range(12)]
        for width, height in sizes + [(1, 648), (648, 1), (13, 647)]:
            with self.subTest(width):
                target = f"/photos/square/HR{width}x{height}"
                self.assert_picture(self.get(target), width, height)

    def test_ids_reach_the_origin_as_they_were_meant(self):
        for photo, written in IDS:
            with self.subTest(photo):
                self.origin.put(photo, images.plain(20, 20, images.colour_of(photo)))
                answer = self.get(f"/photos/{written}/HR8x8.png")
                self.assert_picture(answer, 8, 8, "png")
                self.assertEqual(images.png_first_pixel(answer.body), images.colour_of(photo))
                path, _ = self.origin.requests[photo][0]
                self.assertRegex(path, r"^/photos/[A-Za-z0-9._~%-]+\.jpg$")

    def test_two_spellings_of_an_id_are_one_photo(self):
        self.origin.put("o'neil@x", case.wide_photo())
        tags = {self.get(f"/photos/{name}/HR32x32")["ETag"]
                for name in ("o'neil@x", "o%27neil%40x", "%6F'neil@x")}
        self.assertEqual(len(tags), 1)
        self.assertEqual(self.origin.count("o'neil@x"), 1)

    def test_crops_keep_the_middle(self):
        self.origin.put("quarters", images.quarters(400, 200))
        square = images.Pixels(self.get("/photos/quarters/HR100x100.png").body)
        for seen, expected in zip(square.corners(),
                                  (images.RED, images.GREEN, images.BLUE, images.WHITE)):
            self.assert_near(seen, expected)
        self.assert_near(square.at(45, 25), images.RED)
        self.assert_near(square.at(54, 25), images.GREEN)

    def test_lower_quality_is_fewer_bytes(self):
        sizes = [len(self.get(f"/photos/square/HR240x240?q={q}").body) for q in (20, 60, 95)]
        self.assertEqual(sizes, sorted(set(sizes)))

    def test_answers_that_are_one_picture_have_one_tag(self):
        # 300x300 is the most that the photo has of that shape, however much is asked for.
        tags = {self.get("/photos/wide" + path)["ETag"]
                for path in ("/HR300x300", "/HR432x432", "/HR648x648", "/HR300x300?dpr=2",
                             "?size=HR504x504", "/HR320x320.jpg?gravity=centre")}
        self.assertEqual(len(tags), 1)

    def test_the_original_comes_without_its_metadata(self):
        marked = images.with_orientation(case.wide_photo(), 1)
        comment = b"\xff\xfe\x00\x0dprivate-note"[:15]
        self.origin.put("marked", marked[:2] + comment + marked[2:])
        answer = self.get("/photos/marked/original")
        self.assert_picture(answer, 500, 300)
        self.assertNotIn(b"private", answer.body)
        self.assertNotIn(b"Exif", answer.body)

    def test_meta_tells_the_truth_about_the_source(self):
        self.get("/photos/wide/HR64x64")
        answer = self.get("/photos/wide/meta")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer["Content-Type"], "application/json; charset=utf-8")
        meta = answer.json()
        self.assertEqual(list(meta), ["width", "height", "contentType", "bytes", "etag", "fetched",
                                      "freshUntil", "colour", "thumbhash", "lqip"])
        self.assertEqual((meta["width"], meta["height"]), (500, 300))
        self.assertEqual(meta["contentType"], "image/jpeg")
        self.assertEqual(meta["bytes"], len(case.wide_photo()))
        self.assertRegex(meta["etag"], r'^"[0-9a-f]{32}"$')
        fetched, until = (datetime.datetime.fromisoformat(meta[key])
                          for key in ("fetched", "freshUntil"))
        self.assertEqual(until - fetched, datetime.timedelta(hours=1))
        self.assertEqual(self.get("/photos/nobody/meta").status, 404)

    def test_meta_of_a_known_photo_costs_no_image_work(self):
        self.get("/photos/wide/HR64x64")
        before = self.server.metric("imaging_jobs_total")
        self.assertEqual(self.get("/photos/wide/meta").detail, "memory")
        self.assertEqual(self.server.metric("imaging_jobs_total"), before)

    def test_nonsense_is_refused_and_named(self):
        for path, word in BAD:
            with self.subTest(path):
                answer = self.get("/photos" + path)
                self.assertEqual(answer.status, 400, answer.body)
                self.assertEqual(answer["Content-Type"], "application/json; charset=utf-8")
                error = answer.json()["error"]
                self.assertEqual(error["code"], "bad_request")
                self.assertIn(word, error["message"])
                self.assertEqual(answer["Cache-Control"], "no-store")

    def test_what_is_not_there_is_404(self):
        for path in NO_ROUTE:
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual(answer.status, 404)
        answer = self.get("/photos/nobody/HR64x64")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer.json(), {"error": {"code": "no_photo",
                                                   "message": "The photo wasn't found."}})

    def test_health_and_readiness(self):
        for path in ("/healthz", "/readyz"):
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual((answer.status, answer.body), (200, b"ok\n"))
                self.assertEqual(answer["Cache-Control"], "no-store")


class OriginalWithMetadata(case.ServedCase):
    settings = {"photo__original_with_metadata": "true"}

    def test_the_original_is_the_origins_very_bytes(self):
        photo = images.with_orientation(case.wide_photo(), 6)
        self.origin.put("a", photo)
        answer = self.get("/photos/a/original")
        self.assertEqual(answer.body, photo)
        self.assertEqual(answer["Content-Type"], "image/jpeg")

    def test_what_is_no_picture_is_not_passed_on(self):
        self.origin.put("page", b"<html><script>alert(1)</script></html>" * 10)
        answer = self.get("/photos/page/original")
        self.assertEqual(answer.status, 422)
        self.assertNotIn(b"script", answer.body)


if __name__ == "__main__":
    case.run()
