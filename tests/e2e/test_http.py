"""What a single answer says: headers, conditions, methods, errors."""

import email.utils
import re
import time

from support import case, images

MODIFIED = "Tue, 03 Feb 2026 10:20:30 GMT"
TARGET = "/photos/ada/HR96x96"


class Http(case.ServedCase):
    def setUp(self):
        self.origin.put("ada", case.square_photo(), last_modified=MODIFIED)
        self.picture = self.get(TARGET)
        self.assertEqual(self.picture.status, 200)

    def test_a_photos_headers(self):
        answer = self.get(TARGET)
        self.assertEqual(answer["Content-Type"], "image/jpeg")
        self.assertEqual(answer["Content-Length"], str(len(answer.body)))
        self.assertEqual(answer["Last-Modified"], MODIFIED)
        self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
        self.assertEqual(answer.size, (96, 96))
        self.assertRegex(answer["ETag"], r'^W/"[!#-~]+"$')
        self.assertRegex(answer["Cache-Status"],
                         r"^Likeness; hit; ttl=[0-9]+; detail=memory$")
        age, max_age = int(answer["Age"]), re.search(r"max-age=([0-9]+)", answer["Cache-Control"])
        self.assertIn("public", answer["Cache-Control"])
        self.assertLess(age, 60)
        self.assertIn(int(max_age.group(1)), range(3590, 3602))
        sent = email.utils.parsedate_to_datetime(answer["Date"]).timestamp()
        self.assertLess(abs(sent - time.time()), 60)
        self.assertIsNone(answer["Vary"])
        self.assertIsNone(answer["Connection"])

    def test_the_way_of_an_answer_is_told(self):
        self.origin.put("way", case.square_photo())
        seen = [self.get("/photos/way" + path)
                for path in ("/HR64x64", "/HR64x64", "/HR48x48", "/meta")]
        self.assertEqual([answer.detail for answer in seen],
                         ["fetched", "memory", "resized", "memory"])
        self.assertRegex(seen[0]["Cache-Status"], r"^Likeness; fwd=miss; stored; ")
        self.assertRegex(seen[2]["Cache-Status"], r"^Likeness; hit; ")

    def test_head_says_what_get_says(self):
        for target in (TARGET, "/photos/ada/original", "/photos/ada/meta", "/healthz",
                       "/photos/nobody/HR9x9", "/photos/ada/HRx", "/nowhere"):
            with self.subTest(target):
                self.get(target)  # So that both of the next two are told the same way.
                seen = [dict(self.get(target, method=method).headers) for method in ("GET", "HEAD")]
                for headers in seen:
                    for name in ("Date", "Age", "Cache-Control", "Cache-Status", "X-Request-Id"):
                        headers.pop(name, None)
                self.assertEqual(*seen)
                self.assertGreater(int(seen[0]["Content-Length"]), 0)

    def test_head_of_a_photo_never_seen_has_the_right_length(self):
        self.origin.put("cold", case.wide_photo())
        head = self.get("/photos/cold/HR99x99", method="HEAD")
        body = self.get("/photos/cold/HR99x99")
        self.assertEqual((head["Content-Length"], head["ETag"]),
                         (body["Content-Length"], body["ETag"]))
        self.assertEqual(head.body, b"")

    def test_tags_tell_pictures_apart_and_not_photos_of_the_same_bytes(self):
        self.origin.put("twin", case.square_photo())
        tags = {path: self.get("/photos/" + path)["ETag"]
                for path in ("ada/HR96x96", "ada/HR96x96.webp", "ada/HR95x96", "ada/HR96x96?q=20")}
        self.assertEqual(len(set(tags.values())), len(tags))
        # Of the same look, not of the same bytes.
        self.assertTrue(all(tag.startswith("W/") for tag in tags.values()))
        twin = self.get("/photos/twin/HR96x96")
        self.assertEqual(twin.body, self.picture.body)
        self.assertEqual(twin["ETag"], self.picture["ETag"])

    def test_conditions(self):
        tag = self.picture["ETag"]
        later, earlier = "Wed, 04 Feb 2026 00:00:00 GMT", "Mon, 02 Feb 2026 00:00:00 GMT"
        rows = (
            ({"If-None-Match": tag}, 304),
            ({"If-None-Match": tag.removeprefix("W/")}, 304),
            ({"If-None-Match": f'"a", "b,c" ,{tag}'}, 304),
            ({"If-None-Match": f'W/"a",{tag}'}, 304),
            ({"if-none-match": "*"}, 304),
            ({"If-None-Match": tag.removeprefix("W/").strip('"')}, 304),  # UCWA's clients leave out the quotes.
            ({"If-None-Match": '"other"'}, 200),
            ({"If-None-Match": '"a", "b"'}, 200),
            ({"If-None-Match": tag[:-2] + '"'}, 200),
            ({"If-None-Match": '"other"\r\nIf-None-Match: ' + tag}, 304),
            ({"If-Modified-Since": MODIFIED}, 304),
            ({"If-Modified-Since": later}, 304),
            ({"If-Modified-Since": "Wednesday, 04-Feb-26 00:00:00 GMT"}, 304),
            ({"If-Modified-Since": "Wed Feb  4 00:00:00 2026"}, 304),
            ({"If-Modified-Since": earlier}, 200),
            ({"If-Modified-Since": "yesterday"}, 200),
            ({"If-Modified-Since": ""}, 200),
            # A tag decides alone.
            ({"If-None-Match": '"other"', "If-Modified-Since": later}, 200),
            ({"If-None-Match": tag, "If-Modified-Since": earlier}, 304),
        )
        for headers, status in rows:
            with self.subTest(headers):
                for method in ("GET", "HEAD"):
                    answer = self.get(TARGET, headers, method=method)
                    self.assertEqual(answer.status, status)
                    self.assertEqual(answer["ETag"], tag)
                    if status == 304:
                        self.assertIsNotNone(answer["Cache-Control"])
                        self.assertIsNotNone(answer["Date"])

    def test_a_condition_on_a_photo_never_seen_is_answered_rightly(self):
        self.origin.put("cold2", case.square_photo())
        answer = self.get("/photos/cold2/HR96x96", {"If-None-Match": self.picture["ETag"]})
        self.assertEqual(answer.status, 304)

    def test_a_304_costs_no_image_work(self):
        before = self.server.metric("imaging_jobs_total")
        for _ in range(5):
            self.assertEqual(self.get(TARGET, {"If-None-Match": "*"}).status, 304)
        self.assertEqual(self.server.metric("imaging_jobs_total"), before)

    def test_request_ids_come_back_or_are_made(self):
        self.assertEqual(self.get(TARGET, {"X-Request-Id": "abc-1.2_3"})["X-Request-Id"],
                         "abc-1.2_3")
        made = {self.get(target, headers)["X-Request-Id"] for target, headers in (
            (TARGET, {}), (TARGET, {}), ("/nowhere", {}), (TARGET, {"X-Request-Id": "a b"}),
            (TARGET, {"X-Request-Id": "<script>"}), (TARGET, {"X-Request-Id": "x" * 129}))}
        self.assertEqual(len(made), 6)
        for one in made:
            self.assertRegex(one, r"^[0-9a-f]{12}-[0-9]+$")

    def test_methods(self):
        rows = [(method, 405) for method in ("POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE",
                                             "BREW")]
        for method, status in rows + [("OPTIONS", 204), ("CONNECT", 501)]:
            with self.subTest(method):
                answer = self.get(TARGET, method=method)
                self.assertEqual(answer.status, status)
                if status != 501:
                    self.assertEqual(answer["Allow"], "GET, HEAD, OPTIONS")
        # Methods are case-sensitive: "get" is one that nobody knows.
        self.assertIn(self.get(TARGET, method="get").status, (400, 405, 501))

    def test_old_clients_get_answers_of_known_length(self):
        with self.server.connect() as connection:
            answer = connection.ask(TARGET, version="HTTP/1.0")
            self.assertEqual(answer.body, self.picture.body)
            self.assertEqual(answer["Connection"], "close")
            self.assertEqual(connection.rest(), b"")

    def test_ranges_are_not_offered_and_do_not_harm(self):
        answer = self.get(TARGET, {"Range": "bytes=0-9"})
        self.assertEqual((answer.status, answer.body), (200, self.picture.body))

    def test_what_an_error_of_the_origin_tells(self):
        for photo, status, origin in (("e500", 502, 500), ("e403", 403, 403),
                                      ("e302", 502, 302), ("e429", 503, 429),
                                      ("e504", 504, 504)):
            with self.subTest(photo):
                self.origin.put(photo, b"secret details", status=origin,
                                headers={"Location": "/photos/ada.jpg", "Set-Cookie": "a=b"})
                answer = self.get(f"/photos/{photo}/HR48x48")
                self.assertEqual(answer.status, status)
                self.assertNotIn(b"secret", answer.body)
                self.assertIsNone(answer["Set-Cookie"])
                self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
                if status in (502, 503, 504):
                    self.assertGreater(int(answer["Retry-After"]), 0)

    def test_the_looks_of_an_error(self):
        self.origin.put("junk", b"not a picture at all, whatever it claims")
        answer = self.get("/photos/junk/HR48x48")
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json()["error"]["code"], "bad_source")
        self.assertRegex(answer["Cache-Control"], r"^public, max-age=[0-9]+$")

    def test_a_picture_of_another_size_than_claimed_is_told(self):
        self.origin.put("tiny", images.plain(20, 10, images.BLUE))
        self.assert_picture(self.get("/photos/tiny/HR648x648"), 10, 10)


if __name__ == "__main__":
    case.run()
