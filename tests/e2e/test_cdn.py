"""What a CDN and a page of another site are told, and that every process tells them the same."""

import hashlib
import re

from support import case, images

TARGET = "/photos/ada/HR96x96"


def tag(name, salt=""):
    return hashlib.sha256((salt + name).encode()).hexdigest()[:16]


class Headers(case.ServedCase):
    settings = {"cdn__tag_headers": "xkey,Cache-Tag", "cdn__no_photo_max_age": "30s",
                "freshness__client_max_age": "10m"}

    def setUp(self):
        self.origin.put("ada", case.square_photo())

    def test_a_browser_keeps_less_than_a_cdn(self):
        answer = self.get(TARGET)
        match = re.fullmatch(
            r"public, max-age=(\d+), s-maxage=(\d+), stale-while-revalidate=86400, "
            r"stale-if-error=604800", answer["Cache-Control"])
        self.assertTrue(match, answer["Cache-Control"])
        age = int(answer["Age"])
        self.assertEqual(int(match[1]), age + 600)
        self.assertIn(int(match[2]), range(3590, 3602))

    def test_a_versioned_url_is_immutable_also_in_its_304(self):
        for _ in range(2):  # By way of a miss, and from memory.
            answer = self.get(TARGET + "?v=3")
            self.assertEqual(answer["Cache-Control"], "public, max-age=31536000, immutable")
        same = self.get(TARGET + "?v=3", {"If-None-Match": answer["ETag"]})
        self.assertEqual((same.status, same["Cache-Control"]), (304, answer["Cache-Control"]))
        for other in ("/photos/nobody/HR96x96?v=3", "/photos/ada/meta?v=3", TARGET + "?v="):
            self.assertNotIn("immutable", self.get(other)["Cache-Control"], other)

    def test_tags_are_on_all_answers_about_a_photo(self):
        for photo, targets in (("ada", (TARGET, "/photos/ada/meta", "/photos/ada/original")),
                               ("nobody", ("/photos/nobody/HR96x96",)),
                               ("a@b.c%2Fcontacts%2F1", ("/photos/a@b.c%2Fcontacts%2F1",))):
            name = photo.replace("%2F", "/")
            mailbox = name.partition("/contacts/")[0]
            tags = ["likeness", "p-" + tag(name), "m-" + tag(mailbox)]
            for target in targets:
                for _ in range(2):
                    answer = self.get(target)
                    self.assertEqual(answer["xkey"], " ".join(tags), target)
                    self.assertEqual(answer["Cache-Tag"], ",".join(tags), target)
                    self.assertIsNone(answer["Surrogate-Key"])
        same = self.get(TARGET, {"If-None-Match": self.get(TARGET)["ETag"]})
        self.assertEqual((same.status, same["xkey"].split()[0]), (304, "likeness"))
        self.assertIsNone(self.get("/healthz")["xkey"])

    def test_other_sites_may_use_every_answer_about_a_photo(self):
        for target in (TARGET, "/photos/ada/meta", "/photos/nobody/HR96x96", "/photos/ada/HRx"):
            answer = self.get(target)
            self.assertEqual(answer["Access-Control-Allow-Origin"], "*", target)
            self.assertEqual(answer["Cross-Origin-Resource-Policy"], "cross-origin", target)
            self.assertEqual(answer["Timing-Allow-Origin"], "*", target)
            self.assertIsNone(answer["Vary"], target)
        self.assertIsNone(self.get("/metrics")["Access-Control-Allow-Origin"])

    def test_a_preflight_is_answered(self):
        answer = self.get(TARGET, {"Origin": "https://www.example.org",
                                   "Access-Control-Request-Method": "GET",
                                   "Access-Control-Request-Headers": "authorization"},
                          method="OPTIONS")
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer["Allow"], "GET, HEAD, OPTIONS")
        self.assertEqual(answer["Access-Control-Allow-Methods"], "GET, HEAD, OPTIONS")
        self.assertIn("Authorization", answer["Access-Control-Allow-Headers"])
        self.assertGreater(int(answer["Access-Control-Max-Age"]), 0)
        self.assertEqual(answer["Access-Control-Allow-Origin"], "*")

    def test_no_photo_has_its_own_lifetime(self):
        answer = self.get("/photos/nobody/HR96x96")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer["Cache-Control"], f"public, max-age={30 + int(answer['Age'])}")


class Restart(case.Case):
    def test_an_entity_tag_is_the_same_in_every_process_and_after_a_restart(self):
        origin = self.start_origin()
        origin.put("ada", case.square_photo(), last_modified="Tue, 03 Feb 2026 10:20:30 GMT")
        first, second = self.start_likeness(origin), self.start_likeness(origin)
        tags = [server.get(TARGET)["ETag"] for server in (first, second)]
        self.assertEqual(tags[0], tags[1])
        first.stop()
        second.stop()
        again = self.start_likeness(origin)
        self.assertEqual(again.get(TARGET, {"If-None-Match": tags[0]}).status, 304)

    def test_an_entity_tag_does_not_tell_what_a_size_was_made_of(self):
        """Of the original alone, of a master, or beside another size: its bytes may differ."""
        origin = self.start_origin()
        origin.put("ada", images.jpeg(images.vips("resize", images.photograph("sushi"), "png", "4")))
        sizes = ("HR96x96", "HR240x240", "HR648x648")
        orders = (sizes, sizes[::-1])
        servers = [self.start_likeness(origin) for _ in orders]
        tags = []
        for server, order in zip(servers, orders):
            tags.append({size: server.get(f"/photos/ada/{size}")["ETag"] for size in order})
        self.assertEqual(*tags)
        self.assertEqual(len(set(tags[0].values())), len(sizes))
        other = self.start_likeness(origin, imaging__jpeg_quality="60")
        self.assertNotEqual(other.get("/photos/ada/HR96x96")["ETag"], tags[0]["HR96x96"])


if __name__ == "__main__":
    case.run()
