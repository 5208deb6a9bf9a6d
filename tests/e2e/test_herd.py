"""Crowds that want one cold photo at the same time."""

import random

from support import case
from support.http_client import request_bytes

CROWD = 500


class Herd(case.Case):
    def ask_all(self, server, targets, gate, arrivals=1):
        """Sends every request on a connection of its own, opens the origin once all of them are
        with the server and `arrivals` fetches at the gate, and gives the answers."""
        requests = [request_bytes(target) for target in targets]
        expected = sum(len(request) for request in requests)
        before = server.metric("received_bytes_total")
        connections = [self.enterContext(server.connect()) for _ in requests]
        for connection, request in zip(connections, requests):
            connection.send(request)
        case.wait_until(lambda: server.metric("received_bytes_total") >= before + expected,
                        "all requests at the server")
        gate.wait_for_arrival(arrivals)
        self.assertEqual(gate.arrived, arrivals)
        gate.open()
        return [connection.response() for connection in connections]

    def check(self, targets, variants, **settings):
        origin = self.start_origin()
        photo = origin.put("ada", case.square_photo(), gate=case.Gate())
        server = self.start_likeness(origin=origin, **settings)
        answers = self.ask_all(server, targets, photo.gate)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(origin.count("ada"), 1)
        self.assertEqual(len({answer["ETag"] for answer in answers}), variants)
        self.assertEqual(len({answer.body for answer in answers}), variants)
        # Some variants share a job, and none is made in two.
        self.assertLessEqual(server.metric("imaging_jobs_total"), variants)
        self.assertEqual(server.metric("imaging_errors_total"), 0)
        self.assertEqual(server.metric("flights"), 0)
        routes = [server.metric("requests_total", route=route, status="200")
                  for route in ("web", "ucwa", "outlook")]
        self.assertEqual(sum(routes), len(targets))
        for answer in answers:
            self.assertEqual(answer.size[0], answer.size[1])

    def test_one_size(self):
        self.check(["/photos/ada/HR240x240"] * CROWD, 1)

    def test_one_size_with_redis(self):
        self.check(["/photos/ada/HR240x240"] * CROWD, 1, redis=self.start_redis())

    def test_one_size_without_any_cache(self):
        self.check(["/photos/ada/HR240x240"] * CROWD, 1, memory__capacity_bytes=0)

    def test_several_sizes(self):
        edges = (48, 64, 96, 120, 240)
        targets = [f"/photos/ada/HR{edge}x{edge}" for edge in edges] * (CROWD // len(edges))
        random.Random(7).shuffle(targets)
        self.check(targets, len(edges))

    def test_all_dialects_share_one_flight(self):
        self.check(["/photos/ada/HR96x96", "/photos/ada?size=HR48x48&dpr=2",
                    "/ucwa/v1/applications/1/people/ada/contactPhoto?size=HR96X96",
                    "/ucwa/oauth/v1/applications/1/photos/ada?size=HR96x96",
                    "/api/beta/me/contacts('ada')/photo/$value?size=HR96x96"] * 20, 1)

    def test_nobody_waits_alone_for_a_photo_that_is_not_there(self):
        origin = self.start_origin()
        photo = origin.put("nobody", status=404, gate=case.Gate())
        server = self.start_likeness(origin=origin)
        answers = self.ask_all(server, ["/photos/nobody/HR48x48"] * CROWD, photo.gate)
        self.assertEqual({answer.status for answer in answers}, {404})
        self.assertEqual(origin.count("nobody"), 1)

    def test_too_many_cold_photos_are_turned_away_and_the_rest_is_served(self):
        origin = self.start_origin(make=lambda _: None)
        gate = case.Gate()
        for i in range(60):
            origin.put(f"p{i}", case.wide_photo(), gate=gate)
        server = self.start_likeness(origin=origin, origin__max_concurrent=4, origin__max_queued=4)
        answers = self.ask_all(server, [f"/photos/p{i}" for i in range(60)], gate, arrivals=4)
        statuses = {answer.status for answer in answers}
        self.assertEqual(statuses, {200, 503})
        for answer in answers:
            if answer.status == 503:
                self.assertGreater(int(answer["Retry-After"]), 0)
                self.assertEqual(answer["Cache-Control"], "no-store")
        self.assert_picture(server.get("/photos/p59"), 48, 48)


if __name__ == "__main__":
    case.run()
