"""A photo origin whose every move is up to the test: http://127.0.0.1:PORT/photos/{id}.jpg."""

import collections
import dataclasses
import http.server
import ssl
import threading
import urllib.parse

from support.waiting import DEADLINE, wait_until


class Gate:
    """Holds requests until it is opened."""

    def __init__(self):
        self._open = threading.Event()
        self.arrived = 0

    def open(self):
        self._open.set()

    def pass_through(self):
        self.arrived += 1
        self._open.wait(DEADLINE)

    def wait_for_arrival(self, count=1):
        wait_until(lambda: self.arrived >= count, f"{count} requests at the origin")


@dataclasses.dataclass
class Answer:
    """What the origin says to a request for one photo."""

    body: bytes = b""
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    gate: Gate | None = None
    missing: int = 0  # So many bytes less than announced, and a close.
    hang_after: int | None = None  # So many bytes of the body, and then nothing.


class Origin:
    """A context manager; serves until it is left. `make` gives the bytes of photos not put()."""

    def __init__(self, make=lambda photo: None):
        self.answers = {}
        self.requests = collections.defaultdict(list)
        self.make = make
        self._leaving = threading.Event()
        self._lock = threading.Lock()
        self._server = None
        self._port = 0

    @property
    def template(self):
        return f"http://127.0.0.1:{self._port}/photos/{{id}}.jpg"

    def put(self, photo, body=b"", **more):
        self.answers[photo] = Answer(body, **more)
        return self.answers[photo]

    def count(self, photo):
        """How often the photo was asked for."""
        return len(self.requests[photo])

    def total(self):
        return sum(len(list_) for list_ in list(self.requests.values()))

    def start(self, certificate=None):
        """Also after stop(): on the same port as before. With a PEM file it speaks TLS."""
        self._leaving.clear()
        self._server = Server(("127.0.0.1", self._port), _handler_for(self))
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """From now on connections to it are refused, and those that exist are closed."""
        self._leaving.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.close_clients()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        for answer in self.answers.values():
            if answer.gate:
                answer.gate.open()
        self.stop()

    def respond(self, handler):
        path = urllib.parse.urlsplit(handler.path).path
        photo = urllib.parse.unquote(path.removeprefix("/photos/").removesuffix(".jpg"))
        with self._lock:
            self.requests[photo].append((handler.path, dict(handler.headers.items())))
        answer = self.answers.get(photo) or self._make(photo)
        if answer.gate:
            answer.gate.pass_through()
        known = (answer.etag and handler.headers.get("If-None-Match") == answer.etag
                 or answer.last_modified and not answer.etag
                 and handler.headers.get("If-Modified-Since") == answer.last_modified)
        self._send(handler, answer, 304 if known and answer.status == 200 else answer.status)

    def _make(self, photo):
        body = self.make(photo)
        return Answer(body) if body else Answer(status=404, body=b"no such photo")

    def _send(self, handler, answer, status):
        body = b"" if status in (204, 304) else answer.body
        handler.send_response(status)
        if status not in (204, 304):
            handler.send_header("Content-Length", str(len(body) + answer.missing))
        for name, value in (("ETag", answer.etag), ("Last-Modified", answer.last_modified),
                            *answer.headers.items()):
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[:answer.hang_after])
        if answer.hang_after is not None:
            handler.wfile.flush()
            self._leaving.wait(DEADLINE)
        if answer.missing or answer.hang_after is not None:
            handler.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, *arguments):
        self._clients = set()
        super().__init__(*arguments)

    def process_request(self, request, client_address):
        self._clients.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self._clients.discard(request)
        super().shutdown_request(request)

    def close_clients(self):
        for client in list(self._clients):
            self.shutdown_request(client)

    def handle_error(self, request, client_address):
        """A client that leaves is no event here."""


def _handler_for(origin):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave in one piece: no waiting for delayed acknowledgements.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self):
            origin.respond(self)

        def log_message(self, *_):
            pass

    return Handler
