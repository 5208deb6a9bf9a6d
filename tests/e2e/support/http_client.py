"""An HTTP/1.1 client on a bare socket: it sends the bytes it is given and reads answers strictly.

http.client forgives and hides too much for tests of framing, so answers are taken apart here: what
is not exactly one well-formed answer is a failure.
"""

import dataclasses
import json
import socket

from support.waiting import DEADLINE


class Closed(AssertionError):
    """The server closed the connection where an answer was expected."""


@dataclasses.dataclass
class Response:
    status: int
    version: str
    headers: list
    body: bytes
    head: bytes

    def get_all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __getitem__(self, name):
        """The value of a header that may be there once at most; None without it."""
        values = self.get_all(name)
        assert len(values) <= 1, f"{name} is there {len(values)} times: {self.head}"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    @property
    def size(self):
        """The size of the picture by the answer's headers."""
        return int(self["X-Photo-Width"]), int(self["X-Photo-Height"])

    @property
    def detail(self):
        """How the answer came about: "memory", "redis", "resized", "fetched" and so on."""
        status = self["Cache-Status"] or ""
        return status.rpartition("detail=")[2]


def request_bytes(target, headers=None, method="GET", version="HTTP/1.1", body=b""):
    fields = {"Host": "test"} | (headers or {})
    if body:
        fields.setdefault("Content-Length", len(body))
    lines = [f"{method} {target} {version}"] + [f"{key}: {value}" for key, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


class Connection:
    """One connection. `address` is (host, port), or the path of a unix socket."""

    def __init__(self, address, timeout=DEADLINE):
        family = (socket.AF_UNIX if isinstance(address, str)
                  else socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        if family != socket.AF_UNIX:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, target, headers=None, method="GET", **more):
        """Sends one request and reads its answer."""
        self.send(request_bytes(target, headers, method, **more))
        return self.response(head_only=method == "HEAD")

    def response(self, head_only=False):
        """Reads exactly one answer; more bytes stay for the next call."""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        response = _parse_head(head)
        length = response["Content-Length"]
        has_body = not (head_only or response.status in (204, 304))
        assert response["Transfer-Encoding"] is None, "an answer in chunks"
        assert not has_body or length is not None, f"no Content-Length: {head}"
        size = int(length) if has_body else 0
        while len(rest) < size:
            self.buffer = rest
            self._fill()
            rest = self.buffer
        response.body, self.buffer = rest[:size], rest[size:]
        return response

    def rest(self):
        """Everything up to the server's closing of the connection."""
        try:
            while True:
                self._fill()
        except (Closed, ConnectionResetError):
            data, self.buffer = self.buffer, b""
            return data

    def _fill(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise Closed(f"closed after {self.buffer[:200]!r}")
        self.buffer += data


def _parse_head(head):
    lines = head.split(b"\r\n")
    assert b"\n" not in b"".join(lines), f"a bare line feed: {head}"
    version, _, rest = lines[0].decode("latin-1").partition(" ")
    status, _, reason = rest.partition(" ")
    assert version == "HTTP/1.1" and len(status) == 3 and reason, f"status line {lines[0]!r}"
    headers = []
    for line in lines[1:]:
        name, colon, value = line.decode("latin-1").partition(": ")
        assert colon and name.strip() == name and name, f"header line {line!r}"
        headers.append((name, value))
    return Response(int(status), version, headers, b"", head)
