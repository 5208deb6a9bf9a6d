"""Forwarded calls flow while they come, both ways, within bounded memory.

The service is a bare socket in the hands of the test, so what has arrived where is certain at each
step: nothing is sent before what it waits for has been seen.
"""

import contextlib
import os
import re
import socket
import struct
import threading

from support import case
from support.http_client import Closed, Connection, request_bytes
from support.processes import SANITIZED

TARGET = "/v1.0/me/messages"
MB = 1 << 20
LARGE = 100 * MB
# Linux takes up to 4 MB to send and 6 MB to receive, on each of the two connections.
SYSTEM_BUFFERS = 24 * MB


class Service:
    """A live service that speaks only as it is told."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(case.DEADLINE)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.template = "graph:" + self.url
        self.open = contextlib.ExitStack()
        return self

    def __exit__(self, *_):
        self.open.close()
        self.listener.close()

    def accept(self):
        peer, _ = self.listener.accept()
        return self.open.enter_context(Peer(peer))


class Peer:
    """One connection of the proxy's to the service."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(case.DEADLINE)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def until(self, mark):
        """What comes up to the mark, with it."""
        while mark not in self.buffer:
            self.buffer += self.some()
        found, _, self.buffer = self.buffer.partition(mark)
        return found + mark

    def exactly(self, size):
        while len(self.buffer) < size:
            self.buffer += self.some()
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def some(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Closed("the proxy has closed")
        return data

    def head(self):
        return self.until(b"\r\n\r\n").decode()

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def is_left(self):
        """Waits until the proxy has ended the connection."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass


class Client(Connection):
    def until(self, mark):
        while mark not in self.buffer:
            self._fill()
        found, _, self.buffer = self.buffer.partition(mark)
        return found + mark

    def exactly(self, size):
        while len(self.buffer) < size:
            self._fill()
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def head(self):
        return self.until(b"\r\n\r\n").decode()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def everything(self):
        """All that comes, and whether the connection ended well."""
        try:
            while True:
                self._fill()
        except Closed:
            return self.buffer, True
        except ConnectionResetError:
            return self.buffer, False


class Sender:
    """Sends as fast as it may, on a thread of its own, and counts what it could send."""

    BLOCK = os.urandom(MB)

    def __init__(self, to, head, size=LARGE):
        self.sent = 0
        self.thread = threading.Thread(target=self._run, args=(to, head, size), daemon=True)
        self.thread.start()

    def _run(self, to, head, size):
        to.send(head)
        while self.sent < size:
            to.send(self.BLOCK)
            self.sent += len(self.BLOCK)


def head_of(status="200 OK", **fields):
    lines = [f"HTTP/1.1 {status}"] + [f"{k.replace('_', '-')}: {v}" for k, v in fields.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


class Streaming(case.Case):
    def serve(self, **settings):
        self.service = self.start(Service())
        self.server = self.start_likeness(origin=self.service, **settings)

    def client(self, receive_buffer=None):
        if receive_buffer is None:
            return self.enterContext(Client(self.server.address))
        client = Client.__new__(Client)
        client.socket = self.enterContext(socket.socket())
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.socket.settimeout(case.DEADLINE)
        client.socket.connect(self.server.address)
        client.buffer = b""
        return client

    def ask(self, client, **more):
        """Sends a request; the service's end of it, with its head read."""
        client.send(request_bytes(TARGET, **more))
        peer = self.service.accept()
        self.assertIn(f"{more.get('method', 'GET')} {TARGET} HTTP/1.1\r\n", peer.head())
        return peer

    def take_slowly(self, end, sender, size=LARGE):
        """Reads what the sender sends, which may never be far ahead. The most that the proxy's
        memory was meanwhile."""
        highest, taken = 0, 0
        while taken < size:
            data, end.buffer = end.buffer or end.socket.recv(1 << 16), b""
            self.assertTrue(data, "it has ended early")
            at = taken % MB
            self.assertEqual(data, (Sender.BLOCK * 2)[at:at + len(data)])
            taken += len(data)
            self.assertLess(sender.sent - taken, SYSTEM_BUFFERS)
            if taken // MB != (taken - len(data)) // MB:
                highest = max(highest, self.resident())
        sender.thread.join(case.DEADLINE)
        return highest

    def resident(self):
        """Bytes of the proxy itself."""
        with open(f"/proc/{self.server.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) << 10


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
