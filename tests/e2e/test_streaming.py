"""Forwarded answers flow while they come, within bounded memory."""

from support import case
from support.http_client import request_bytes
from support.processes import SANITIZED
from support.streaming import LARGE, MB, TARGET, Sender, Streaming, head_of


class Answers(Streaming):
    def test_first_bytes_arrive_before_the_service_has_sent_its_last(self):
        self.serve()
        for version, length in (("HTTP/1.1", True), ("HTTP/1.1", False), ("HTTP/1.0", True),
                                ("HTTP/1.0", False)):
            with self.subTest(version=version, length=length):
                client = self.client()
                peer = self.ask(client, version=version)
                framing = {"Content_Length": "8"} if length else {"Transfer_Encoding": "chunked"}
                peer.send(head_of("207 Multi", X_Odd="kept", Connection="close", **framing))
                head = client.head()
                self.assertIn("HTTP/1.1 207 ", head)
                self.assertIn("x-odd: kept\r\n", head)
                self.assertEqual("Content-Length: 8\r\n" in head, length)
                chunked = version == "HTTP/1.1" and not length
                self.assertEqual("Transfer-Encoding: chunked\r\n" in head, chunked)
                for piece in ("abcd", "efgh"):
                    peer.send(piece if length else f"4\r\n{piece}\r\n")
                    expected = f"4\r\n{piece}\r\n" if chunked else piece
                    self.assertEqual(client.exactly(len(expected)), expected.encode())
                if not length:
                    peer.send("0\r\nTrailer: x\r\n\r\n")
                if version == "HTTP/1.0":
                    self.assertEqual(client.everything(), (b"", True))
                elif chunked:
                    self.assertEqual(client.exactly(5), b"0\r\n\r\n")

    def test_a_connection_goes_on_behind_a_streamed_answer(self):
        self.serve()
        client = self.client()
        peer = self.ask(client)
        peer.send(head_of(Content_Length=8) + "abcd")
        client.head()
        self.assertEqual(client.exactly(4), b"abcd")
        # This one waits behind it, and the next but one is on the same connections as well.
        client.send(request_bytes(TARGET + "/second") + request_bytes("/healthz"))
        peer.send("efgh")
        self.assertEqual(client.exactly(4), b"efgh")
        self.assertIn("/second HTTP/1.1\r\n", peer.head())
        peer.send(head_of(Transfer_Encoding="chunked") + "3\r\nabc\r\n0\r\n\r\n")
        client.head()
        self.assertEqual(client.exactly(13), b"3\r\nabc\r\n0\r\n\r\n")
        self.assertEqual(client.response().body, b"ok\n")

    def test_answers_without_a_body(self):
        self.serve()
        client = self.client()
        peer = self.ask(client, method="HEAD")
        peer.send(head_of(Content_Length=1000))
        self.assertEqual(client.response(head_only=True)["Content-Length"], "1000")
        for status in (204, 304):
            client.send(request_bytes(TARGET))
            peer.head()
            peer.send(head_of(f"{status} X", ETag='"1"'))
            answer = client.response()
            self.assertEqual((answer.status, answer["ETag"]), (status, '"1"'))
        self.assertEqual(client.ask("/healthz").body, b"ok\n")

    def test_a_large_answer_takes_no_memory_while_its_client_is_slow(self):
        self.serve(forward__max_response_bytes="200MiB")
        client = self.client(receive_buffer=65536)
        peer = self.ask(client)
        before = self.resident()
        sender = Sender(peer, head_of(Content_Length=LARGE).encode())
        client.head()
        memory = self.take_slowly(client, sender)
        self.assertEqual(client.ask("/healthz").status, 200)
        if not SANITIZED:
            self.assertLess(memory - before, 4 * MB)

    def test_a_service_that_breaks_off_is_seen_to(self):
        self.serve()
        for version in ("HTTP/1.1", "HTTP/1.0"):
            for framing in ({"Content_Length": "1000"}, {"Transfer_Encoding": "chunked"},
                            {"Transfer_Encoding": "chunked", "broken": b"zz\r\n"}):
                with self.subTest(version=version, framing=framing):
                    broken = framing.pop("broken", None)
                    client = self.client()
                    peer = self.ask(client, version=version)
                    chunked = "Transfer_Encoding" in framing
                    peer.send(head_of(**framing) + ("4\r\nhalf\r\n" if chunked else "half"))
                    client.until(b"half")
                    if broken:
                        peer.send(broken)
                    else:
                        peer.reset()
                    rest, well = client.everything()
                    self.assertFalse(well)
                    self.assertNotIn(b"0\r\n\r\n", rest)
        self.assertEqual(self.server.get("/healthz").status, 200)

    def test_what_fails_before_the_head_is_an_error_of_the_dialect(self):
        self.serve(forward__timeout="300ms")
        client = self.client()
        self.ask(client).socket.close()
        answer = client.response()
        self.assertEqual(answer.status, 502)
        self.assertIn("code", answer.json()["error"])
        self.ask(client).send("HTTP/1.1 200 OK\r\nContent-")
        self.assertEqual(client.response().status, 504)

    def test_a_service_that_stops_in_the_middle_is_timed_out(self):
        self.serve(forward__timeout="300ms")
        client = self.client()
        peer = self.ask(client)
        peer.send(head_of(Content_Length=8) + "half")
        client.until(b"half")
        self.assertEqual(client.everything(), (b"", False))
        peer.is_left()

    def test_the_services_time_stands_still_while_the_client_does_not_read(self):
        self.serve(forward__timeout="1s", forward__max_response_bytes="64MiB")
        client = self.client(receive_buffer=65536)
        sender = Sender(self.ask(client), head_of(Content_Length=32 * MB).encode(), 32 * MB)
        client.head()
        # A call that is not answered takes as long as the service may, and so does not reading.
        probe = self.client()
        self.ask(probe)
        self.assertEqual(probe.response().status, 504)
        self.assertLess(sender.sent, 32 * MB)
        self.take_slowly(client, sender, 32 * MB)

    def test_the_limit(self):
        self.serve(forward__max_response_bytes="64KiB")
        client = self.client()
        peer = self.ask(client)
        peer.send(head_of(Content_Length=65537))
        self.assertEqual(client.response().status, 502)  # Before any of it has come.
        peer = self.ask(client)
        peer.send(head_of(Transfer_Encoding="chunked") + "10000\r\n" + "x" * 65536 + "\r\n")
        client.until(b"x" * 1000)
        peer.send("1\r\nx\r\n0\r\n\r\n")
        rest, well = client.everything()
        self.assertFalse(well)
        self.assertFalse(rest.endswith(b"0\r\n\r\n"))

    def test_a_client_that_leaves_ends_the_fetch(self):
        self.serve(forward__max_response_bytes="1GiB", forward__max_concurrent=2)
        for rude in (True, False):
            with self.subTest(rude=rude):
                client = self.client(receive_buffer=4096)
                peer = self.ask(client)
                peer.send(head_of(Content_Length=1000 * MB))
                client.head()
                if rude:
                    client.reset()
                client.close()
                # Endless, as far as the service knows: only the proxy can end it.
                with self.assertRaises(OSError):
                    while True:
                        peer.send(b"x" * MB)

    def test_a_client_that_does_not_read_is_cut_off(self):
        self.serve(http__write_timeout="200ms", forward__max_response_bytes="1GiB")
        client = self.client(receive_buffer=4096)
        peer = self.ask(client)
        peer.send(head_of(Content_Length=512 * MB))
        with self.assertRaises(OSError):
            while True:
                peer.send(b"x" * MB)
        _, well = client.everything()
        self.assertFalse(well)
        self.assertEqual(self.server.metric("connections_cut_off_total"), 1)


if __name__ == "__main__":
    case.run()
