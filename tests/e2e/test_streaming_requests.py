"""The bodies of forwarded requests flow while they come, within bounded memory."""

from support import case
from support.http_client import request_bytes
from support.processes import SANITIZED
from support.streaming import LARGE, MB, TARGET, Sender, Streaming, head_of


class Requests(Streaming):
    def begin(self, client, head):
        client.send(f"POST {TARGET} HTTP/1.1\r\nHost: test\r\n{head}\r\n\r\n".encode())

    def test_first_bytes_reach_the_service_before_the_client_has_sent_its_last(self):
        self.serve()
        client = self.client()
        self.begin(client, "Content-Length: 100000")
        client.send(b"a" * 10)
        peer = self.service.accept()
        self.assertIn("Content-Length: 100000\r\n", peer.head())
        self.assertEqual(peer.exactly(10), b"a" * 10)
        client.send(b"b" * 99_990)
        self.assertEqual(peer.exactly(99_990), b"b" * 99_990)
        peer.send(head_of("201 Created", Content_Length=2) + "ok")
        self.assertEqual(client.response().body, b"ok")
        self.begin(client, "Transfer-Encoding: chunked")
        client.send(b"3\r\nabc\r\n")
        peer = self.service.accept()
        head = peer.head()
        self.assertIn("Transfer-Encoding: chunked\r\n", head)
        self.assertNotIn("Expect", head)
        self.assertEqual(peer.until(b"abc\r\n"), b"3\r\nabc\r\n")
        client.send(b"2\r\nde\r\n0\r\n\r\n" + request_bytes("/healthz"))
        self.assertEqual(peer.until(b"0\r\n\r\n"), b"2\r\nde\r\n0\r\n\r\n")
        peer.send(head_of("204 No Content"))
        self.assertEqual(client.response().status, 204)
        self.assertEqual(client.response().body, b"ok\n")

    def test_a_large_body_takes_no_memory_while_the_service_is_slow(self):
        self.serve(forward__max_request_bytes="64MiB")
        client = self.client()
        before = self.resident()
        self.begin(client, f"Content-Length: {LARGE // 2}")
        sender = Sender(client, b"", LARGE // 2)
        peer = self.service.accept()
        peer.head()
        memory = self.take_slowly(peer, sender, LARGE // 2)
        peer.send(head_of(Content_Length=2) + "ok")
        self.assertEqual(client.response().body, b"ok")
        if not SANITIZED:
            self.assertLess(memory - before, 4 * MB)

    def test_a_client_that_asks_first_is_told_to_go_on(self):
        self.serve()
        client = self.client()
        self.begin(client, "Content-Length: 50000\r\nExpect: 100-continue")
        self.assertEqual(client.head(), "HTTP/1.1 100 Continue\r\n\r\n")
        client.send(b"x" * 50_000)
        peer = self.service.accept()
        self.assertNotIn("Expect", peer.head())
        peer.exactly(50_000)
        peer.send(head_of(Content_Length=0))
        self.assertEqual(client.response().status, 200)

    def test_a_service_that_refuses_before_the_end_is_passed_on(self):
        self.serve()
        for status in ("401 No", "200 OK"):
            with self.subTest(status):
                client = self.client()
                self.begin(client, "Content-Length: 100000")
                client.send(b"a" * 10)
                peer = self.service.accept()
                peer.head()
                peer.exactly(10)
                peer.send(head_of(status, Content_Length=2, Connection="close") + "no")
                answer = client.response()
                self.assertEqual((answer.status, answer.body), (int(status[:3]), b"no"))
                self.assertEqual(answer["Connection"], "close")

    def test_a_body_over_the_limit_is_refused(self):
        self.serve(forward__max_request_bytes="64KiB")
        client = self.client()
        self.begin(client, "Content-Length: 65537")
        self.assertEqual(client.response().status, 413)
        client = self.client()
        self.begin(client, "Transfer-Encoding: chunked")
        client.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        peer = self.service.accept()
        peer.head()
        client.send(b"1\r\nx\r\n0\r\n\r\n")
        answer = client.response()
        self.assertEqual(answer.status, 413)
        self.assertIn("code", answer.json()["error"])
        peer.is_left()
        self.assertNotIn(b"0\r\n\r\n", peer.buffer)

    def test_a_client_that_leaves_in_the_middle_ends_the_call(self):
        self.serve()
        client = self.client()
        self.begin(client, "Content-Length: 100000")
        client.send(b"a" * 10)
        peer = self.service.accept()
        peer.head()
        peer.exactly(10)
        client.close()
        peer.is_left()

    def test_a_client_that_stops_in_the_middle_is_timed_out(self):
        self.serve(http__body_timeout="200ms")
        client = self.client()
        self.begin(client, "Content-Length: 100000")
        client.send(b"a" * 10)
        peer = self.service.accept()
        self.assertEqual(client.response().status, 408)
        peer.is_left()


if __name__ == "__main__":
    case.run()
