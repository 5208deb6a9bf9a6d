"""What operators see of a photo: /debug/photo/{id}."""

from support import case
from support.case import wait_until
from support.http_client import request_bytes


class Debug(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ada", case.wide_photo(), etag='"1"')
        self.redis = self.start_redis()
        self.first = self.start_likeness(self.origin, redis__url=self.redis.url)
        self.second = self.start_likeness(self.origin, redis__url=self.redis.url)

    def seen(self, server, photo="ada"):
        answer = server.get(f"/debug/photo/{photo}")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer["Cache-Control"], "no-store")
        return answer.json()

    def test_a_photo_is_told_apart_by_where_it_is(self):
        nobody = self.seen(self.first)
        self.assertEqual((nobody["memory"], nobody["store"], nobody["flight"]), (None, None, None))
        small = self.first.get("/photos/ada/HR48x48")
        wait_until(lambda: self.seen(self.first)["store"], "the record in Redis")
        here, there = self.seen(self.first), self.seen(self.second)
        self.assertIsNone(there["memory"])
        for place in (here["memory"], here["store"], there["store"]):
            self.assertEqual(place["origin"]["said"], "photo")
            self.assertEqual(place["origin"]["etag"], '"1"')
            self.assertEqual((place["width"], place["height"]), (500, 300))
            self.assertEqual(place["state"], "fresh")
            self.assertEqual(place["version"], here["memory"]["version"])
        pictures = {picture["name"]: picture for picture in here["memory"]["pictures"]}
        self.assertEqual(pictures["48x48-crop.jpeg"]["etag"], small["ETag"])
        self.assertEqual(pictures["48x48-crop.jpeg"]["bytes"], len(small.body))
        self.assertEqual({picture["name"] for picture in there["store"]["pictures"]}, set(pictures))
        self.assertGreater(there["store"]["secondsLeft"], 0)

    def test_looking_asks_no_origin_and_leaves_no_trace(self):
        self.seen(self.first)
        self.assertEqual(self.origin.total(), 0)
        self.assertEqual(self.redis.command("DBSIZE"), 0)

    def test_a_photo_that_is_not_there_and_a_flight_under_way(self):
        self.first.get("/photos/nobody/HR48x48")
        self.assertEqual(self.seen(self.first, "nobody")["memory"]["origin"]["said"], "no photo")
        held = self.origin.put("slow", case.wide_photo(), gate=case.Gate()).gate
        with self.first.connect() as waiting:
            waiting.send(request_bytes("/photos/slow/HR48x48"))
            held.wait_for_arrival()
            flight = self.seen(self.first, "slow")["flight"]
            self.assertEqual((flight["doing"], flight["waiters"]), ("fetching", 1))

    def test_bad_questions_are_refused(self):
        self.assertEqual(self.first.get("/debug/photo/ada", method="POST").status, 405)
        self.assertEqual(self.first.get("/debug/photos/ada").status, 404)
        self.assertEqual(self.first.get("/debug/photo/%zz").status, 400)
        passed_on = {"X-Forwarded-For": "192.0.2.1"}
        self.assertEqual(self.first.get("/debug/photo/ada", passed_on).status, 403)


if __name__ == "__main__":
    case.run()
