"""Both ends of a forwarded call in the hands of a test, and its bodies while they flow.

The service is a bare socket, so what has arrived where is certain at each step: nothing is sent
before what it waits for has been seen.
"""

import contextlib
import os
import re
import socket
import struct
import threading

from support import case
from support.http_client import Closed, Connection, request_bytes

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
