"""Several processes on one Redis behave as one cache."""

import signal
import threading
import time

from support import case, images
from support.http_client import request_bytes
from support.load import Load

ADA = "/photos/ada/HR64x64"


class Fleet(case.Case):
    def setUp(self):
        self.redis = self.start_redis()
        self.origin = self.start_origin()
        self.origin.put("ada", case.wide_photo(), etag='"1"')

    def serve(self, count=3, **settings):
        servers = [self.start_likeness(origin=self.origin, redis=self.redis, **settings)
                   for _ in range(count)]
        for server in servers:
            case.wait_until(lambda server=server: self.listens(server), "its feed of changes")
        return servers

    @staticmethod
    def listens(server):
        return (server.metric("redis_feed_whole") == 1
                and server.metric("redis_connections") == 2)  # One for each loop.

    def warm(self, servers, target=ADA):
        """All of them have it in memory, and are quiet."""
        for server in servers:
            case.wait_until(lambda server=server: server.get(target).detail == "memory",
                            "the photo in memory")
        return servers[0].get(target)

    def change_photo(self, photo="ada", colour=images.RED):
        self.origin.put(photo, images.plain(90, 90, colour), etag='"2"')

    def assert_all_change(self, servers, old, target=ADA):
        for server in servers:
            case.wait_until(lambda server=server: server.get(target)["ETag"] != old["ETag"],
                            "the new photo")

    def fields_are_there(self, *names):
        case.wait_until(lambda: {"meta", *names} <= self.redis.fields("ada"), "the record")


class Invalidation(Fleet):
    def test_what_an_operator_deletes_leaves_every_memory(self):
        servers = self.serve()
        old = self.warm(servers)
        self.change_photo()
        self.redis.command("DEL", "likeness:ada")
        self.assert_all_change(servers, old)
        self.assertEqual(self.origin.count("ada"), 2)

    def test_what_expires_or_is_flushed_does_too(self):
        for words in (("PEXPIRE", "likeness:ada", "1"), ("FLUSHALL",), ("UNLINK", "likeness:ada"),
                      ("SET", "likeness:ada", "nonsense"), ("HDEL", "likeness:ada", "version")):
            with self.subTest(words):
                self.origin.put("ada", case.wide_photo(), etag='"1"')
                self.redis.command("FLUSHALL")
                servers = self.serve(2)
                old = self.warm(servers)
                self.change_photo()
                self.redis.command(*words)
                self.assert_all_change(servers, old)
                for server in servers:
                    server.stop()

    def test_a_new_size_costs_nobody_else_his_memory(self):
        one, two = self.serve(2)
        self.warm([one, two])
        heard = two.metric("redis_changes_total")
        one.get("/photos/ada/HR96x96")
        self.fields_are_there("v:96x96-crop.jpeg")
        case.wait_until(lambda: two.metric("redis_changes_total") > heard, "news of the new size")
        for _ in range(5):
            self.assertEqual(two.get(ADA).detail, "memory")

    def test_without_news_memory_is_trusted_for_its_bound_only(self):
        server, = self.serve(1, redis__max_unheard="300ms", redis__command_timeout="100ms",
                             redis__reconnect_max="100ms")
        self.warm([server])
        self.redis.signal(signal.SIGSTOP)
        case.wait_until(lambda: server.get(ADA).detail == "revalidated", "doubts")
        # It is no error, and not a reason to forget either.
        self.assertLess(self.origin.count("ada"), 50)
        self.origin.stop()
        for _ in range(3):
            self.assert_picture(server.get(ADA), 64, 64)
        self.origin.start()
        self.redis.signal(signal.SIGCONT)
        case.wait_until(lambda: self.listens(server), "its feed of changes")
        self.warm([server])

    def test_a_process_that_slept_does_not_wake_up_in_the_past(self):
        awake, asleep = self.serve(2, redis__max_unheard="300ms")
        old = self.warm([awake, asleep])
        asleep.signal(signal.SIGSTOP)
        self.change_photo()
        self.redis.command("DEL", "likeness:ada")
        self.assert_all_change([awake], old)
        asleep.signal(signal.SIGCONT)
        self.assert_all_change([asleep], old)
        self.assertEqual(self.origin.count("ada"), 2)

    def test_a_cut_feed_is_made_again_and_memory_doubted_once(self):
        server, = self.serve(1)
        old = self.warm([server])
        self.origin.put("ada", case.wide_photo(), etag='"1"')
        self.redis.command("CLIENT", "KILL", "TYPE", "pubsub")
        case.wait_until(lambda: self.listens(server), "its feed of changes")
        self.assertEqual(self.warm([server])["ETag"], old["ETag"])
        self.change_photo()
        self.redis.command("DEL", "likeness:ada")
        self.assert_all_change([server], old)

    def test_a_user_who_may_not_listen_is_served_all_the_same(self):
        self.redis.command("ACL", "SETUSER", "shy", "reset", "on", ">word", "~*", "&*", "+@all",
                           "-client", "-subscribe")
        url = f"redis://shy:word@127.0.0.1:{self.redis.port}/0"
        server = self.start_likeness(origin=self.origin, redis=url, redis__max_unheard="100ms")
        self.assert_picture(server.get(ADA), 64, 64)
        self.fields_are_there()
        self.assertEqual(server.metric("redis_feed_whole"), 0)
        case.wait_until(lambda: server.get(ADA).detail == "redis", "doubts")


class FillLease(Fleet):
    def test_a_cold_photo_is_fetched_once_for_all(self):
        servers = self.serve()
        photo = self.origin.put("cold", case.square_photo(), gate=case.Gate())
        answers = []

        def ask(server):
            answers.append(server.get("/photos/cold/HR120x120"))

        clients = [threading.Thread(target=ask, args=(servers[i % 3],)) for i in range(60)]
        for client in clients:
            client.start()
        case.wait_until(lambda: sum(server.metric("flights_awaited_total")
                                    for server in servers) == 2, "two who wait for the third")
        photo.gate.open()
        for client in clients:
            client.join()
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer["ETag"] for answer in answers}), 1)
        self.assertEqual(self.origin.count("cold"), 1)

    def ask_two(self, lease="300ms"):
        """Two processes want one photo; the first one fetches it, the second one waits."""
        self.photo = self.origin.put("cold", case.square_photo(), gate=case.Gate())
        holder, other = self.serve(2, redis__fill_lease=lease)
        links = []
        for server in (holder, other):
            link = self.enterContext(server.connect())
            link.send(b"GET /photos/cold/HR120x120 HTTP/1.1\r\nHost: test\r\n\r\n")
            links.append(link)
            if server is holder:
                self.photo.gate.wait_for_arrival()
        case.wait_until(lambda: other.metric("flights_awaited_total") == 1, "the second to wait")
        return holder, other, links

    def test_a_holder_that_lives_keeps_the_others_waiting(self):
        _, other, links = self.ask_two(lease="400ms")
        # Many times longer than the claim: it is renewed.
        claims = set()
        case.wait_until(lambda: claims.add(self.redis.command("HGET", "likeness:cold", "fill"))
                        or len(claims) > 5, "renewals")
        self.assertEqual(self.photo.gate.arrived, 1)
        self.photo.gate.open()
        self.assertEqual([link.response().status for link in links], [200, 200])
        self.assertEqual(self.origin.count("cold"), 1)
        self.assertEqual(other.metric("flights"), 0)

    def test_a_holder_that_dies_frees_it(self):
        holder, _, links = self.ask_two()
        holder.kill()
        self.photo.gate.wait_for_arrival(2)
        self.photo.gate.open()
        self.assertEqual(links[1].response().status, 200)
        self.assertEqual(self.origin.count("cold"), 2)

    def test_a_holder_that_sleeps_frees_it_and_writes_nothing_when_it_wakes(self):
        holder, other, links = self.ask_two()
        holder.signal(signal.SIGSTOP)
        self.photo.gate.wait_for_arrival(2)
        # What the sleeper was sent is older than what the other one gets.
        self.photo.body = images.plain(200, 200, images.RED)
        self.photo.gate.open()
        answer = links[1].response()
        self.assertEqual(answer.status, 200)
        holder.signal(signal.SIGCONT)
        self.assertEqual(links[0].response().status, 200)
        for server in (holder, other):
            case.wait_until(lambda server=server: server.get("/photos/cold/HR120x120").detail
                            == "memory", "the photo in memory")
            self.assertEqual(server.get("/photos/cold/HR120x120").status, 200)

    def lose_one_of_three(self, how):
        """Three want one photo, and the one that fetches it is lost; the others, under load, go on.
        Returns the three and their clients' connections."""
        photo = self.origin.put("cold", images.plain(90, 90, images.BLUE), gate=case.Gate())
        for i in range(20):
            self.origin.put(f"other-{i}", images.plain(60, 60, images.RED))
        holder, *others = servers = self.serve()
        links = []
        for server in servers:
            link = self.enterContext(server.connect())
            link.send(request_bytes("/photos/cold/HR64x64"))
            links.append(link)
            if server is holder:
                photo.gate.wait_for_arrival()
        for other in others:
            case.wait_until(lambda other=other: other.metric("flights_awaited_total") == 1, "waits")
        targets = [f"/photos/other-{i}/HR32x32" for i in range(20)]
        judge = lambda _, answer: "" if answer.status == 200 else "not 200"  # noqa: E731
        with Load(others, targets, judge) as load:
            lost_at = time.monotonic()
            how(holder)
            photo.gate.wait_for_arrival(2)
            photo.body = images.plain(90, 90, images.RED)
            photo.gate.open()
            for link in links[1:]:
                self.assertEqual(self.colour(link.response()), images.RED)
            case.wait_until(lambda: time.monotonic() > lost_at + 10, "ten seconds to pass")
        load.report("one of three is lost")
        self.assertEqual(load.wrong, [])
        self.assertEqual(self.origin.count("cold"), 2)
        return servers, links

    def colour(self, answer):
        self.assert_picture(answer, 64, 64)
        shown = images.Pixels(answer.body).at(32, 32)
        return min((images.RED, images.BLUE), key=lambda colour: sum(
            abs(a - b) for a, b in zip(colour, shown)))

    def test_one_of_three_is_killed_in_the_middle_of_a_lease(self):
        (_, *others), _ = self.lose_one_of_three(lambda holder: holder.kill())
        for server in others:
            self.assertEqual(self.colour(server.get("/photos/cold/HR64x64")), images.RED)

    def test_one_of_three_sleeps_for_ten_seconds_in_the_middle_of_a_lease(self):
        servers, links = self.lose_one_of_three(lambda holder: holder.signal(signal.SIGSTOP))
        servers[0].signal(signal.SIGCONT)
        self.assertEqual(links[0].response().status, 200)
        for server in servers:
            self.assertEqual(self.colour(server.get("/photos/cold/HR64x64")), images.RED)

    def test_who_has_waited_long_enough_fetches_for_himself(self):
        self.photo = self.origin.put("cold", case.square_photo(), gate=case.Gate())
        holder, other = self.serve(2, redis__max_fill_wait="50ms")
        link = self.enterContext(holder.connect())
        link.send(b"GET /photos/cold/HR120x120 HTTP/1.1\r\nHost: test\r\n\r\n")
        self.photo.gate.wait_for_arrival()
        second = self.enterContext(other.connect())
        second.send(b"GET /photos/cold/HR120x120 HTTP/1.1\r\nHost: test\r\n\r\n")
        self.photo.gate.wait_for_arrival(2)
        self.photo.gate.open()
        self.assertEqual([link.response().status, second.response().status], [200, 200])

    def test_a_failure_lets_the_others_go_on(self):
        self.photo = self.origin.put("cold", status=500, gate=case.Gate())
        servers = self.serve(2)
        links = []
        for server in servers:
            link = self.enterContext(server.connect())
            link.send(b"GET /photos/cold/HR120x120 HTTP/1.1\r\nHost: test\r\n\r\n")
            links.append(link)
        self.photo.gate.wait_for_arrival()
        self.photo.gate.open()
        self.assertEqual([link.response().status for link in links], [502, 502])
        self.assertEqual(self.origin.count("cold"), 1)


if __name__ == "__main__":
    case.run()
