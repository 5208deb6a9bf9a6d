"""Slow and stuck clients: they cost themselves, not others."""

import os
import socket

from support import case, images
from support.http_client import Connection, request_bytes


def stingy(server):
    """A connection whose system buffers take next to nothing."""
    connection = Connection.__new__(Connection)
    connection.socket = socket.socket()
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.socket.settimeout(20)
    connection.socket.connect(server.address)
    connection.buffer = b""
    return connection


class Slow(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        # Noise of 8 MB, which no picture format makes smaller: more than the system's buffers take.
        self.origin.put("big", images.png(1700, 1600, [os.urandom(5100) for _ in range(1600)]))
        self.origin.put("ada", case.wide_photo())

    def serve(self, **settings):
        self.server = self.start_likeness(origin=self.origin, photo__original_with_metadata="true",
                                          http__workers=1, **settings)
        self.expected = self.server.get("/photos/ada/HR64x64").body
        self.big = self.server.get("/photos/big/original").body
        self.assertGreater(len(self.big), 8_000_000)

    def assert_serves(self, times=50):
        with self.server.connect() as connection:
            for _ in range(times):
                self.assertEqual(connection.ask("/photos/ada/HR64x64").body, self.expected)

    def test_readers_that_do_not_read_disturb_nobody(self):
        self.serve()
        stuck = [self.enterContext(stingy(self.server)) for _ in range(32)]
        for connection in stuck:
            connection.send(request_bytes("/photos/big/original") * 2)
        self.assert_serves()
        self.origin.put("cold", case.wide_photo())
        self.assert_picture(self.server.get("/photos/cold/HR96x96"), 96, 96)

    def test_a_slow_reader_gets_every_byte(self):
        self.serve()
        with stingy(self.server) as connection:
            connection.send(request_bytes("/photos/big/original") * 3
                            + request_bytes("/photos/ada/HR64x64"))
            self.assert_serves(5)
            for _ in range(3):
                self.assertEqual(connection.response().body, self.big)
            self.assertEqual(connection.response().body, self.expected)

    def test_a_reader_that_stays_stuck_is_cut_off(self):
        self.serve(http__write_timeout="200ms")
        with stingy(self.server) as connection:
            connection.send(request_bytes("/photos/big/original"))
            case.wait_until(lambda: self.server.metric("connections_cut_off_total")
                            + self.server.metric("connections_timed_out_total") >= 1,
                            "the end of the reader")
            try:
                self.assertLess(len(connection.rest()), len(self.big))
            except ConnectionResetError:
                pass
        self.assert_serves()

    def test_what_slow_readers_wait_for_is_held_once(self):
        self.serve()
        before = self.server.metric("resident_memory_bytes", process="proxy")
        stuck = [self.enterContext(stingy(self.server)) for _ in range(40)]
        for connection in stuck:
            connection.send(request_bytes("/photos/big/original"))
        case.wait_until(lambda: self.server.metric("requests_total", route="web")
                        >= 42, "all requests taken")
        grown = self.server.metric("resident_memory_bytes", process="proxy") - before
        self.assertLess(grown, 3 * len(self.big))

    def test_slow_senders_disturb_nobody_and_are_timed_out(self):
        self.serve(http__head_timeout="1s")
        slow = [self.enterContext(self.server.connect()) for _ in range(64)]
        for connection in slow:
            connection.send(b"GET /photos/ada HTTP/1.1\r\n")
        self.assert_serves()
        for connection in slow:
            self.assertEqual(connection.response().status, 408)
            self.assertEqual(connection.rest(), b"")
        self.assert_serves(1)

    def test_dripping_does_not_extend_the_deadline(self):
        self.serve(http__head_timeout="500ms")
        with self.server.connect() as connection:
            connection.socket.settimeout(0.05)
            connection.send(b"GET /photos/ada HTTP/1.1\r\nHost: h\r\nX-Drip: ")

            def drip():
                try:
                    connection.send(b"x")
                    return connection.response()
                except TimeoutError:
                    return None

            self.assertEqual(case.wait_until(drip, "the end of patience").status, 408)


if __name__ == "__main__":
    case.run()
