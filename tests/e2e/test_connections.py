"""Connections: persistence, pipelining, limits and deadlines, and what is no HTTP."""

import re

from support import case, images
from support.http_client import request_bytes

# Bytes that are no good request, and the status of the one answer before the close.
MALFORMED = (
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello \r\n\r\n", 400),
    (b"hello\r\n\r\n", 400),
    (b"GET\r\n\r\n", 400),
    (b"GET /photos/ada\r\n\r\n", 400),
    (b"GET  /photos/ada HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    (b"GET /photos/a b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    (b"GET /photos/\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    (b"GET photos/ada HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    (b"GET /photos/ada HTTP/1.1\nHost: h\n\n", 400),
    (b"GET /photos/ada HTTP/1.1\r\n\r\n", 400),  # No Host.
    (b"GET /photos/ada HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /photos/ada HTTP/2.0\r\nHost: h\r\n\r\n", 505),
    (b"GET /photos/ada HTTP/1.9x\r\nHost: h\r\n\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    (b"GET /photos/ada HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n", 400),
    (b"GET /photos/ada HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400),
    (b"GET /photos/ada HTTP/1.1\r\nHost: h\r\nX: a\rY: b\r\n\r\n", 400),
    (b"POST /photos/ada HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
     400),
    (b"POST /photos/ada HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"
     b"\r\n\r\n0\r\n\r\n", 400),
    (b"POST /photos/ada HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414),
    (b"GET /" + b"x" * 50_000, 414),
    (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 4000, 431),
    (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n", 413),
)


class Connections(case.ServedCase):
    settings = {"http__head_timeout": "300ms", "http__body_timeout": "300ms",
                "http__idle_timeout": "700ms"}

    def setUp(self):
        self.origin.put("ada", case.wide_photo())
        self.hit = self.get("/photos/ada/HR64x64")

    def test_a_connection_serves_one_request_after_another(self):
        with self.server.connect() as connection:
            for _ in range(50):
                self.assertEqual(connection.ask("/photos/ada/HR64x64").body, self.hit.body)
            self.assertEqual(connection.ask("/photos/nobody").status, 404)
            self.assertEqual(connection.ask("/photos/ada/HR64x64", method="HEAD").status, 200)
            self.assertEqual(connection.ask("/photos/ada", method="POST", body=b"x" * 999).status,
                             405)
            self.assertEqual(connection.ask("/photos/ada/HR64x64", {"If-None-Match": "*"}).status,
                             304)
            last = connection.ask("/photos/ada/HR64x64", {"Connection": "close"})
            self.assertEqual((last["Connection"], last.body), ("close", self.hit.body))
            self.assertEqual(connection.rest(), b"")

    def test_old_clients_may_keep_the_connection(self):
        with self.server.connect() as connection:
            for _ in range(2):
                answer = connection.ask("/photos/ada/HR64x64", {"Connection": "keep-alive"},
                                        version="HTTP/1.0")
                self.assertEqual(answer["Connection"].lower(), "keep-alive")

    def test_pipelined_requests_are_answered_in_order(self):
        slow = self.origin.put("slow", images.plain(90, 90, images.RED), gate=case.Gate())
        other = self.origin.put("other", images.plain(80, 80, images.RED), gate=case.Gate())
        asked = [("slow", 200, 90), ("ada", 200, 300), ("nobody", 404, 0), ("other", 200, 80),
                 ("ada", 200, 300), ("slow", 200, 90)]
        with self.server.connect() as connection:
            connection.send(b"".join(request_bytes(f"/photos/{photo}/HR300x300")
                                     for photo, _, _ in asked))
            other.gate.open()
            slow.gate.wait_for_arrival()
            slow.gate.open()
            for photo, status, edge in asked:
                with self.subTest(photo):
                    answer = connection.response()
                    self.assertEqual(answer.status, status)
                    if status == 200:
                        self.assert_picture(answer, edge, edge)

    def test_a_thousand_hits_at_once(self):
        with self.server.connect() as connection:
            connection.send(request_bytes("/photos/ada/HR64x64") * 1000)
            for _ in range(1000):
                self.assertEqual(connection.response().body, self.hit.body)

    def test_requests_may_come_byte_by_byte(self):
        with self.server.connect() as connection:
            for byte in request_bytes("/photos/ada/HR64x64"):
                connection.send(bytes([byte]))
            self.assertEqual(connection.response().body, self.hit.body)

    def test_absolute_targets_and_empty_lines_are_understood(self):
        with self.server.connect() as connection:
            connection.send(b"\r\n" + request_bytes("http://test/photos/ada/HR64x64"))
            self.assertEqual(connection.response().body, self.hit.body)

    def test_bodies_that_nobody_wants_do_not_desynchronise(self):
        smuggled = request_bytes("/photos/smuggled")
        line = b" /photos/ada/HR64x64 HTTP/1.1\r\nHost: h\r\n"
        bodies = (
            (b"Content-Length: %d\r\n\r\n" % len(smuggled)) + smuggled,
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(smuggled), smuggled),
        )
        for body in bodies:
            with self.subTest(body):
                for method, status in ((b"GET", 200), (b"POST", 405), (b"DELETE", 405)):
                    with self.server.connect() as connection:
                        connection.send(method + line + body)
                        self.assertEqual(connection.response().status, status)
                        self.assertEqual(connection.ask("/photos/ada/HR64x64").body, self.hit.body)
        self.assertEqual(self.origin.count("smuggled"), 0)

    def test_who_asks_before_sending_a_body_is_answered(self):
        with self.server.connect() as connection:
            answer = connection.ask("/photos/ada", {"Expect": "100-continue",
                                                    "Content-Length": "5"}, method="POST")
            self.assertIn(answer.status, (100, 405, 413, 417))

    def test_what_is_no_http_gets_one_error_and_a_close(self):
        for data, status in MALFORMED:
            with self.subTest(data):
                with self.server.connect() as connection:
                    connection.send(data + request_bytes("/photos/ada/HR64x64"))
                    answer = connection.response()
                    self.assertEqual(answer.status, status)
                    self.assertEqual(answer["Connection"], "close")
                    self.assertEqual(connection.rest(), b"")
        self.assertEqual(self.get("/photos/ada/HR64x64").body, self.hit.body)

    def test_a_good_request_before_a_bad_one_is_answered(self):
        with self.server.connect() as connection:
            connection.send(request_bytes("/photos/ada/HR64x64") + b"NONSENSE\r\n\r\n")
            self.assertEqual(connection.response().body, self.hit.body)
            self.assertEqual(connection.response().status, 400)
            self.assertEqual(connection.rest(), b"")

    def test_a_head_that_does_not_end_is_timed_out(self):
        head = b" /photos/ada HTTP/1.1\r\nHost: h\r\n"
        for start in (b"G", b"GET" + head, b"POST" + head + b"Content-Length: 9\r\n\r\nx"):
            with self.subTest(start):
                with self.server.connect() as connection:
                    connection.send(start)
                    answer = connection.response()
                    self.assertEqual((answer.status, answer["Connection"]), (408, "close"))
                    self.assertEqual(connection.rest(), b"")

    def test_an_idle_connection_ends_without_a_word(self):
        with self.server.connect() as connection:
            connection.ask("/photos/ada/HR64x64")
            self.assertEqual(connection.rest(), b"")
        with self.server.connect() as connection:
            self.assertEqual(connection.rest(), b"")

    def test_a_miss_may_take_longer_than_a_connection_may_idle(self):
        photo = self.origin.put("patient", case.wide_photo(), gate=case.Gate())
        with self.server.connect() as waiting, self.server.connect() as idle:
            waiting.send(request_bytes("/photos/patient"))
            self.assertEqual(idle.rest(), b"")  # The deadline has passed for this one.
            photo.gate.open()
            self.assert_picture(waiting.response(), 48, 48)

    def test_a_client_that_ends_its_sending_still_gets_its_answer(self):
        photo = self.origin.put("half", case.wide_photo(), gate=case.Gate())
        with self.server.connect() as connection:
            connection.send(request_bytes("/photos/half"))
            connection.socket.shutdown(1)
            photo.gate.wait_for_arrival()
            photo.gate.open()
            self.assert_picture(connection.response(), 48, 48)
            self.assertEqual(connection.rest(), b"")


class Crowds(case.Case):
    def test_connections_over_the_limit_are_closed_and_the_rest_lives(self):
        server = self.start_likeness(http__max_connections=20)
        open_ones = [self.enterContext(server.connect()) for _ in range(60)]
        answered = 0
        for connection in open_ones:
            try:
                connection.send(request_bytes("/healthz"))
                answered += connection.response().status == 200
            except (AssertionError, OSError):
                pass
        self.assertIn(answered, range(10, 21))
        for connection in open_ones:
            connection.close()
        case.wait_until(lambda: _answers(server), "room for new connections")


def _answers(server):
    try:
        return re.match(b"ok", server.get("/healthz").body)
    except (AssertionError, OSError):
        return None


if __name__ == "__main__":
    case.run()
